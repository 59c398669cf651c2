"""Examples for simulator/api/vpc_networks.py."""

from __future__ import annotations

from ipaddress import IPv4Network

from simulator.model.estate import Estate
from simulator.model.vpc import Ipv6Block, RouteEntry, RouteTable, Vpc, VSwitch
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import ROUTE_TABLE, UNUSED_VPC, VPC, VSWITCH, WEB_1

ZONE = "cn-hangzhou-b"
NEW_VSWITCH = {"VpcId": VPC, "ZoneId": ZONE, "CidrBlock": "192.168.20.0/24"}
DEFAULT_VPC, DEFAULT_VSWITCH = "vpc-bp1default000000001", "vsw-bp1default000000001"
SECONDARY = "172.20.0.0/16"
IPV6 = "2001:db8:0:4200::/56"
TAG_WITHOUT_KEY = [{"Value": "x"}]


def _vpc_table(estate: Estate, vpc_id: str, table_id: str, kind: str = "Custom") -> None:
    table = RouteTable(id=table_id, vpc_id=vpc_id, type="System" if kind == "System" else "Custom", tags={})
    estate.route_tables.append(table)


def _vswitch(estate: Estate, vpc_id: str, vswitch_id: str, block: str) -> VSwitch:
    vswitch = VSwitch(id=vswitch_id, vpc_id=vpc_id, zone_id=ZONE, cidr_block=block, tags={})
    estate.vswitches.append(vswitch)
    return vswitch


def _entry(estate: Estate, table_id: str, block: str) -> RouteEntry:
    entry = RouteEntry(id="rte-1", route_table_id=table_id, destination_cidr_block=block, next_hop_id=WEB_1)
    estate.route_entries.append(entry)
    return entry


def no_vpcs_left(estate: Estate) -> None:
    estate.quotas.vpcs = 0


def a_default_vpc(estate: Estate) -> None:
    estate.vpcs.append(Vpc(id=DEFAULT_VPC, cidr_block="172.31.0.0/16", is_default=True, tags={}))


def a_pending_default_vpc(estate: Estate) -> None:
    a_default_vpc(estate)
    _vpc_of(estate, DEFAULT_VPC).status = "Pending"


def a_default_vswitch(estate: Estate) -> None:
    a_default_vpc(estate)
    _vswitch(estate, DEFAULT_VPC, DEFAULT_VSWITCH, "172.31.0.0/20").is_default = True


def a_pending_default_vswitch(estate: Estate) -> None:
    a_default_vswitch(estate)
    vswitch = estate.vswitches.find(DEFAULT_VSWITCH)
    assert vswitch is not None
    vswitch.zone_id, vswitch.status = "cn-hangzhou-h", "Pending"


def a_full_default_vpc(estate: Estate) -> None:
    a_default_vpc(estate)
    _vswitch(estate, DEFAULT_VPC, DEFAULT_VSWITCH, "172.31.0.0/16")


def a_pending_vpc(estate: Estate) -> None:
    _vpc_of(estate, UNUSED_VPC).status = "Pending"


def _vpc_of(estate: Estate, vpc_id: str) -> Vpc:
    vpc = estate.vpcs.find(vpc_id)
    assert vpc is not None
    return vpc


def a_pending_vswitch(estate: Estate) -> None:
    estate.vswitches[0].status = "Pending"


def another_pending_vswitch(estate: Estate) -> None:
    _vswitch(estate, VPC, "vsw-other", "192.168.11.0/24").status = "Pending"


def all_vswitches(estate: Estate) -> None:
    blocks = IPv4Network("192.168.128.0/17").subnets(new_prefix=28)
    for number, block in zip(range(150), blocks, strict=False):
        _vswitch(estate, VPC, f"vsw-{number}", str(block))


def an_instance_in_the_vswitch(estate: Estate) -> None:
    instance = estate.instances[0]
    instance.network_type, instance.vpc_id, instance.vswitch_id = "vpc", VPC, VSWITCH
    instance.intranet_ips = ["192.168.10.1"]


def a_changing_route(estate: Estate) -> None:
    _entry(estate, ROUTE_TABLE, "172.20.0.0/16").status = "Pending"


def a_route(estate: Estate) -> None:
    _entry(estate, ROUTE_TABLE, "172.20.1.0/24")


def a_rerouted_vswitch(estate: Estate) -> None:
    _vpc_table(estate, VPC, "vtb-custom")
    estate.vswitches[0].route_table_id = "vtb-custom"


def ipv6(estate: Estate) -> None:
    """Give the VPC an IPv6 block and its VSwitch the /64 of it that ends in 7."""
    _vpc_of(estate, VPC).ipv6_blocks = [Ipv6Block(cidr_block=IPV6)]
    vswitch = estate.vswitches.find(VSWITCH)
    assert vswitch is not None
    vswitch.ipv6_cidr_block = "2001:db8:0:4207::/64"


def all_ipv6_blocks(estate: Estate) -> None:
    """Give the VPC all the IPv6 blocks that it can have."""
    _vpc_of(estate, VPC).ipv6_blocks = [Ipv6Block(cidr_block=f"2001:db8:0:4{n}00::/56") for n in range(6)]


def a_secondary_block(estate: Estate) -> None:
    _vpc_of(estate, VPC).secondary_cidr_blocks = [SECONDARY]


def a_vswitch_in_a_secondary_block(estate: Estate) -> None:
    a_secondary_block(estate)
    _vswitch(estate, VPC, "vsw-second", "172.20.1.0/24")


def all_secondary_blocks(estate: Estate) -> None:
    _vpc_of(estate, VPC).secondary_cidr_blocks = [f"172.2{number}.0.0/16" for number in range(1, 6)]


def a_group_in_the_unused_vpc(estate: Estate) -> None:
    estate.security_groups.append(
        estate.security_groups[0].model_copy(update={"id": "sg-in-vpc", "vpc_id": UNUSED_VPC, "rules": []})
    )


def a_vswitch_in_the_unused_vpc(estate: Estate) -> None:
    _vswitch(estate, UNUSED_VPC, "vsw-unused", "192.168.1.0/24")


def a_table_in_the_unused_vpc(estate: Estate) -> None:
    _vpc_table(estate, UNUSED_VPC, "vtb-unused")


def a_route_in_the_unused_vpc(estate: Estate) -> None:
    _vpc_table(estate, UNUSED_VPC, "vtb-system", "System")
    _entry(estate, "vtb-system", "172.20.0.0/16")


def a_link_to_the_unused_vpc(estate: Estate) -> None:
    estate.classic_links[0].vpc_id = UNUSED_VPC


EXAMPLES = (
    Example(
        "vpc:AssociateVpcCidrBlock",
        {"VpcId": VPC, "SecondaryCidrBlock": SECONDARY},
        (
            Refusal("InvalidVpc.NotFound", {"VpcId": "vpc-none", "SecondaryCidrBlock": SECONDARY}),
            Refusal("IncorrectStatus.Vpc", {"VpcId": UNUSED_VPC, "SecondaryCidrBlock": SECONDARY}, given=a_pending_vpc),
            Refusal("InvalidCidrBlock.Malformed", {"VpcId": VPC, "SecondaryCidrBlock": "172.20.0.1/16"}),
            Refusal("IllegalParam.SecondaryCidrBlock", {"VpcId": VPC, "SecondaryCidrBlock": "10.0.0.0/7"}),
            Refusal("IllegalParam.SecondaryCidrBlock", {"VpcId": VPC, "SecondaryCidrBlock": "100.64.0.0/16"}),
            Refusal("IllegalParam.SecondaryCidrBlock", {"VpcId": VPC, "SecondaryCidrBlock": "192.168.0.0/20"}),
            Refusal(
                "Duplicated.SecondaryCidrBlock",
                {"VpcId": VPC, "SecondaryCidrBlock": SECONDARY},
                given=a_secondary_block,
            ),
            Refusal(
                "OperationFailed.ConflictWithEntry", {"VpcId": VPC, "SecondaryCidrBlock": SECONDARY}, given=a_route
            ),
            Refusal(
                "QuotaExceeded.VpcMultiCidr",
                {"VpcId": VPC, "SecondaryCidrBlock": SECONDARY},
                given=all_secondary_blocks,
            ),
            Refusal("IllegalParam.IpVersion", {"VpcId": VPC, "SecondaryCidrBlock": SECONDARY, "IpVersion": "5"}),
            Refusal("MissingParam.SecondaryCidrOrIpv6Cidr", {"VpcId": VPC}),
            Refusal("InvalidParameter", {"VpcId": VPC, "IpVersion": "IPV6", "Ipv6Isp": "Nobody"}),
            Refusal("InvalidVpc.NotFound", {"VpcId": "vpc-none", "IpVersion": "IPV6"}),
            Refusal("QuotaExceeded.VpcMultiCidr", {"VpcId": VPC, "IpVersion": "IPV6"}, given=all_ipv6_blocks),
        ),
    ),
    Example(
        "vpc:CreateDefaultVSwitch",
        {"ZoneId": ZONE},
        (
            Refusal("InvalidVpcId.NotFound", {"ZoneId": ZONE}, 404),
            Refusal("InvalidZoneId.NotFound", {"ZoneId": "cn-hangzhou-z"}, 404, a_default_vpc),
            Refusal("ResourceNotAvailable", {"ZoneId": "cn-hangzhou-e"}, given=a_default_vpc),
            Refusal("IncorrectVpcStatus", {"ZoneId": ZONE}, given=a_pending_default_vpc),
            Refusal("IncorrectVSwitchStatus", {"ZoneId": ZONE}, given=a_pending_default_vswitch),
            Refusal("InvalidCidrBlock.Overlapped", {"ZoneId": ZONE}, given=a_full_default_vpc),
            Refusal("OperationDenied", {"ZoneId": ZONE}, given=a_default_vswitch),
        ),
        given=a_default_vpc,
    ),
    Example(
        "vpc:CreateDefaultVpc",
        {},
        (
            Refusal("OperationDenied", {}, given=a_default_vpc),
            Refusal("SimulatorNotImplemented", {"EnableIpv6": True, "Ipv6CidrBlock": IPV6}),
        ),
        given=no_vpcs_left,
    ),
    Example(
        "vpc:CreateVSwitch",
        NEW_VSWITCH,
        (
            Refusal("InvalidVpcId.NotFound", {**NEW_VSWITCH, "VpcId": "vpc-none"}, 404),
            Refusal("InvalidZoneId.NotFound", {**NEW_VSWITCH, "ZoneId": "cn-hangzhou-z"}, 404),
            Refusal("ResourceNotAvailable", {**NEW_VSWITCH, "ZoneId": "cn-hangzhou-e"}),
            Refusal("IncorrectVpcStatus", {**NEW_VSWITCH, "VpcId": UNUSED_VPC}, given=a_pending_vpc),
            Refusal("IncorrectVSwitchStatus", NEW_VSWITCH, given=a_pending_vswitch),
            Refusal("InvalidCidrBlock.Malformed", {**NEW_VSWITCH, "CidrBlock": "192.168.1.1/24"}),
            Refusal("InvalidCirdrBlock.MaskLength", {**NEW_VSWITCH, "CidrBlock": "192.168.1.0/30"}),
            Refusal("InvalidCirdrBlock.MaskLength", {**NEW_VSWITCH, "CidrBlock": "192.0.0.0/8"}),
            Refusal("InvalidParameter", {**NEW_VSWITCH, "CidrBlock": "172.16.1.0/24"}),
            Refusal("InvalidCidrBlock.Overlapped", {**NEW_VSWITCH, "CidrBlock": "192.168.10.128/25"}),
            Refusal("InvalidCidrBlock.Overlapped", {**NEW_VSWITCH, "CidrBlock": "192.168.0.0/16"}),
            Refusal("QuotaExceeded.VSwitch", NEW_VSWITCH, given=all_vswitches),
            Refusal("InvalidVSwitchName.Malformed", {**NEW_VSWITCH, "VSwitchName": "http://x"}),
            Refusal("InvalidVSwitchDiscription.Malformed", {**NEW_VSWITCH, "Description": "x" * 257}),
            Refusal("MissingParameter.TagKey", {**NEW_VSWITCH, "Tag": TAG_WITHOUT_KEY}),
            Refusal("MissingParameter", {**NEW_VSWITCH, "CidrBlock": ""}),
        ),
    ),
    Example(
        "vpc:CreateVpc",
        {
            "CidrBlock": "172.16.0.0/12",
            "VpcName": "new",
            "UserCidr": "30.0.0.0/8,31.0.0.0/16",
            "EnableDnsHostname": True,
        },
        (
            Refusal("InvalidParameter", {"CidrBlock": "10.0.0.1/16"}),
            Refusal("InvalidParameter", {"CidrBlock": "100.64.0.0/16"}),
            Refusal("InvalidParameter", {"CidrBlock": "169.254.0.0/16"}),
            Refusal("IllegalParam.CidrBlockMask", {"CidrBlock": "10.0.0.0/7"}),
            Refusal("IllegalParam.CidrBlockMask", {"CidrBlock": "10.0.0.0/29"}),
            Refusal("InvalidVpcName.Malformed", {"VpcName": "https://x"}),
            Refusal("InvalidVpcDiscription.Malformed", {"Description": "http://x"}),
            Refusal("IllegalParam.UserCidr", {"UserCidr": "30.0.0.1/8"}),
            Refusal("InvalidUserCidr.Quota", {"UserCidr": "30.0.0.0/8,31.0.0.0/8,32.0.0.0/8,33.0.0.0/8"}),
            Refusal("InvalidUserCidr.Malformed", {"UserCidr": "100.64.0.0/16"}),
            Refusal("QuotaExceeded.Vpc", {}, given=no_vpcs_left),
            Refusal("QuotaExceeded.Vpc", {"DryRun": True}, given=no_vpcs_left),
            Refusal("MissingParameter.TagKey", {"Tag": TAG_WITHOUT_KEY}),
            Refusal("DryRunOperation", {"DryRun": True}),
            Refusal("InvalidParameter", {"EnableIpv6": True, "Ipv6Isp": "Nobody"}),
            Refusal("SimulatorNotImplemented", {"EnableIpv6": True, "Ipv6CidrBlock": IPV6}),
        ),
    ),
    Example(
        "vpc:DeleteVSwitch",
        {"VSwitchId": VSWITCH},
        (
            Refusal("InvalidVSwitchId.NotFound", {"VSwitchId": "vsw-none"}, 404),
            Refusal("IncorrectVSwitchStatus", {"VSwitchId": VSWITCH}, given=a_pending_vswitch),
            Refusal("OperationDenied.OtherSubnetProcessing", {"VSwitchId": VSWITCH}, given=another_pending_vswitch),
            Refusal("IncorrectRouteEntryStatus", {"VSwitchId": VSWITCH}, given=a_changing_route),
            Refusal("DependencyViolation", {"VSwitchId": VSWITCH}, given=an_instance_in_the_vswitch),
            Refusal("DependencyViolation", {"VSwitchId": VSWITCH, "DryRun": True}, given=an_instance_in_the_vswitch),
            Refusal("DependencyViolation.RouteTable", {"VSwitchId": VSWITCH}, given=a_rerouted_vswitch),
            Refusal("DryRunOperation", {"VSwitchId": VSWITCH, "DryRun": True}),
        ),
    ),
    Example(
        "vpc:DeleteVpc",
        {"VpcId": UNUSED_VPC},
        (
            Refusal("InvalidVpcId.NotFound", {"VpcId": "vpc-none"}, 404),
            Refusal("IncorrectVpcStatus", {"VpcId": UNUSED_VPC}, given=a_pending_vpc),
            Refusal("DependencyViolation.VSwitch", {"VpcId": UNUSED_VPC}, given=a_vswitch_in_the_unused_vpc),
            Refusal("DependencyViolation.SecurityGroup", {"VpcId": UNUSED_VPC}, given=a_group_in_the_unused_vpc),
            Refusal("DependencyViolation.RouteTable", {"VpcId": UNUSED_VPC}, given=a_table_in_the_unused_vpc),
            Refusal("DependencyViolation.RouteEntry", {"VpcId": UNUSED_VPC}, given=a_route_in_the_unused_vpc),
            Refusal("DependencyViolation.Instance", {"VpcId": UNUSED_VPC}, given=a_link_to_the_unused_vpc),
            Refusal("DependencyViolation.VSwitch", {"VpcId": VPC, "DryRun": True}),
            Refusal("DryRunOperation", {"VpcId": UNUSED_VPC, "DryRun": True}),
        ),
    ),
    Example(
        "vpc:DescribeVSwitchAttributes",
        {"VSwitchId": VSWITCH},
        (
            Refusal("InvalidVSwitchId.NotFound", {"VSwitchId": "vsw-none"}, 404),
            Refusal("DryRunOperation", {"VSwitchId": VSWITCH, "DryRun": True}),
        ),
    ),
    Example(
        "vpc:DescribeVSwitches",
        {"VpcId": VPC},
        (
            Refusal("MissingParameter.TagKey", {"Tag": TAG_WITHOUT_KEY}),
            Refusal("DryRunOperation", {"DryRun": True}),
            Refusal("InvalidParameter", {"PageSize": 51}),
        ),
    ),
    Example(
        "vpc:DescribeVpcAttribute",
        {"VpcId": VPC},
        (
            Refusal("InvalidVpcId.NotFound", {"VpcId": "vpc-none"}, 404),
            Refusal("InvalidParameter", {"VpcId": VPC, "IsDefault": True}),
            Refusal("DryRunOperation", {"VpcId": VPC, "DryRun": True}),
        ),
        given=all_secondary_blocks,
    ),
    Example(
        "vpc:DescribeVpcs",
        {},
        (
            Refusal("InvalidVpcId.Malformed", {"VpcId": ",".join(["vpc-1"] * 21)}),
            Refusal("MissingParameter.TagKey", {"Tag": TAG_WITHOUT_KEY}),
            Refusal("DryRunOperation", {"DryRun": True}),
        ),
        given=all_secondary_blocks,
    ),
    Example(
        "vpc:DisableVpcClassicLink",
        {"VpcId": UNUSED_VPC},
        (
            Refusal("InvalidVpcId.NotFound", {"VpcId": "vpc-none"}, 404),
            Refusal("IncorrectVpcStatus", {"VpcId": UNUSED_VPC}, given=a_pending_vpc),
            Refusal("OperationDenied", {"VpcId": VPC}, 403),
        ),
    ),
    Example(
        "vpc:EnableVpcClassicLink",
        {"VpcId": VPC},
        (
            Refusal("InvalidVpcId.NotFound", {"VpcId": "vpc-none"}, 404),
            Refusal("IncorrectVpcStatus", {"VpcId": UNUSED_VPC}, given=a_pending_vpc),
        ),
    ),
    Example(
        "vpc:ModifyVSwitchAttribute",
        {"VSwitchId": VSWITCH, "VSwitchName": "renamed"},
        (
            Refusal("InvalidVSwitchId.NotFound", {"VSwitchId": "vsw-none"}, 404),
            Refusal("InvalidVSwitchName.Malformed", {"VSwitchId": VSWITCH, "VSwitchName": "x" * 129}),
            Refusal("InvalidVSwitchDiscription.Malformed", {"VSwitchId": VSWITCH, "Description": "http://x"}),
            Refusal("InvalidParameter", {"VSwitchId": VSWITCH, "EnableIPv6": True}),
            Refusal("InvalidParameter", {"VSwitchId": VSWITCH, "EnableIPv6": True, "Ipv6CidrBlock": 1}),
            Refusal("InvalidParameter", {"VSwitchId": VSWITCH, "EnableIPv6": False, "Ipv6CidrBlock": 1}, given=ipv6),
            Refusal("InvalidParameter", {"VSwitchId": VSWITCH, "EnableIPv6": True, "Ipv6CidrBlock": 256}, given=ipv6),
            Refusal("InvalidParameter", {"VSwitchId": VSWITCH, "EnableIPv6": True, "Ipv6CidrBlock": 8}, given=ipv6),
        ),
    ),
    Example(
        "vpc:ModifyVpcAttribute",
        {"VpcId": VPC, "VpcName": "renamed", "EnableDnsHostname": True},
        (
            Refusal("InvalidVpcId.NotFound", {"VpcId": "vpc-none"}, 404),
            Refusal("IncorrectVpcStatus", {"VpcId": UNUSED_VPC}, given=a_pending_vpc),
            Refusal("InvalidVpcName.Malformed", {"VpcId": VPC, "VpcName": "http://x"}),
            Refusal("InvalidVpcDiscription.Malformed", {"VpcId": VPC, "Description": "http://x"}),
            Refusal("IllegalParam.CidrBlockMask", {"VpcId": VPC, "CidrBlock": "192.0.0.0/7"}),
            Refusal("InvalidParameter", {"VpcId": VPC, "CidrBlock": "172.16.0.0/16"}),
            Refusal("InvalidParameter", {"VpcId": VPC, "CidrBlock": "192.168.128.0/17"}),
            Refusal("DependencyViolation.VSwitch", {"VpcId": VPC, "EnableIPv6": False}, given=ipv6),
        ),
    ),
    Example(
        "vpc:UnassociateVpcCidrBlock",
        {"VpcId": VPC, "SecondaryCidrBlock": SECONDARY},
        (
            Refusal("InvalidVpc.NotFound", {"VpcId": "vpc-none", "SecondaryCidrBlock": SECONDARY}),
            Refusal("IncorrectStatus.Vpc", {"VpcId": UNUSED_VPC, "SecondaryCidrBlock": SECONDARY}, given=a_pending_vpc),
            Refusal("IllegalParam.SecondaryCidrBlock", {"VpcId": VPC, "SecondaryCidrBlock": SECONDARY}),
            Refusal(
                "DependencyViolation.VSwitch",
                {"VpcId": VPC, "SecondaryCidrBlock": SECONDARY},
                given=a_vswitch_in_a_secondary_block,
            ),
            Refusal("MissingParam.SecondaryCidrOrIpv6Cidr", {"VpcId": VPC}),
            Refusal("InvalidParameter", {"VpcId": VPC, "IPv6CidrBlock": IPV6}),
            Refusal("DependencyViolation.VSwitch", {"VpcId": VPC, "IPv6CidrBlock": IPV6}, given=ipv6),
        ),
        given=a_secondary_block,
    ),
)
