"""VPC: VPCs and VSwitches."""

from simulator.api.call import Answer, Call
from simulator.api.paging import by_number
from simulator.api.registry import VPC, action
from simulator.api.shapes import has_tags, seconds, vpc_tags
from simulator.cloud import classic_links, networks
from simulator.cloud.errors import CloudError, NotSimulatedError, dry_run_passed
from simulator.cloud.state import Cloud
from simulator.model.vpc import Vpc, VSwitch

# DescribeVpcs takes at most so many ids, separated by commas.
MAX_VPC_IDS = 20


@action(
    VPC,
    "CreateVpc",
    "CidrBlock VpcName Description EnableIpv6 DryRun Tag",
    remembers_token=True,
    raises="InvalidCidrBlock.Malformed InvalidVpcName.Malformed InvalidVpcDiscription.Malformed "
    "MissingParameter.TagKey",
    resources="vpc/*",
)
def create_vpc(cloud: Cloud, call: Call) -> Answer:
    """Make a VPC, 172.16.0.0/12 unless told otherwise; Pending at first."""
    _no_ipv6(call, "EnableIpv6")
    block = call.optional("CidrBlock") or networks.DEFAULT_BLOCK
    name = call.optional("VpcName") or ""
    description = call.optional("Description") or ""
    if call.flag("DryRun"):
        networks.check_new_vpc(block, name, description)
        raise dry_run_passed()
    vpc = networks.create_vpc(cloud, block, name, description, call.tags())
    return {
        "VpcId": vpc.id,
        "VRouterId": vpc.vrouter_id,
        "RouteTableId": vpc.route_table_id,
        "ResourceGroupId": "",
    }


@action(
    VPC,
    "DescribeVpcs",
    "VpcId VpcName IsDefault Tag DryRun PageNumber PageSize",
    raises="InvalidVpcId.Malformed MissingParameter.TagKey",
    resources="vpc/*",
)
def describe_vpcs(cloud: Cloud, call: Call) -> Answer:
    """VPCs; VpcId takes up to 20 ids by commas, PageSize at most 50, 10 by default."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    ids = call.commas("VpcId")
    if ids is not None and len(ids) > MAX_VPC_IDS:
        raise CloudError("InvalidVpcId.Malformed", 'The specified parameter "VpcId" is not valid.')
    found = [
        vpc
        for vpc in cloud.estate.vpcs
        if (ids is None or vpc.id in ids)
        and call.optional("VpcName") in (None, vpc.name)
        and call.flag("IsDefault") in (None, vpc.is_default)
        and has_tags(vpc.tags, call.tags())
    ]
    page = by_number(call, found, maximum=50)
    return {"Vpcs": {"Vpc": [_listed_vpc(cloud, vpc) for vpc in page.items]}, **page.fields}


@action(VPC, "DescribeVpcAttribute", "VpcId IsDefault", raises="InvalidVpcId.NotFound", resources="vpc/{VpcId}")
def describe_vpc_attribute(cloud: Cloud, call: Call) -> Answer:
    """One VPC, with ClassicLinkEnabled; raises InvalidVpcId.NotFound."""
    vpc = cloud.vpc(call.text("VpcId"))
    resources = {
        "VSwitch": len(cloud.vswitches_of(vpc.id)),
        "VRouter": 1,
        "RouteTable": 1,
        "SecurityGroup": sum(group.vpc_id == vpc.id for group in cloud.estate.security_groups),
    }
    counts = [{"ResourceType": kind, "ResourceCount": count} for kind, count in resources.items()]
    return {
        **_vpc(cloud, vpc),
        "ClassicLinkEnabled": vpc.classic_link_enabled,
        "CloudResources": {"CloudResourceSetType": counts},
    }


@action(
    VPC,
    "ModifyVpcAttribute",
    "VpcId VpcName Description",
    raises="InvalidVpcId.NotFound IncorrectVpcStatus InvalidVpcName.Malformed InvalidVpcDiscription.Malformed",
    resources="vpc/{VpcId}",
)
def modify_vpc_attribute(cloud: Cloud, call: Call) -> Answer:
    """Change name or description of a VPC."""
    networks.modify_vpc(cloud, call.text("VpcId"), call.given("VpcName"), call.given("Description"))
    return {}


@action(
    VPC,
    "DeleteVpc",
    "VpcId DryRun ForceDelete",
    raises="InvalidVpcId.NotFound IncorrectVpcStatus DependencyViolation.VSwitch "
    "DependencyViolation.SecurityGroup DependencyViolation.Instance",
    resources="vpc/{VpcId}",
)
def delete_vpc(cloud: Cloud, call: Call) -> Answer:
    """Delete an empty VPC."""
    if call.flag("DryRun") or call.flag("ForceDelete"):
        raise NotSimulatedError("DryRun or ForceDelete of DeleteVpc")
    networks.delete_vpc(cloud, call.text("VpcId"))
    return {}


@action(
    VPC, "EnableVpcClassicLink", "VpcId", raises="InvalidVpcId.NotFound IncorrectVpcStatus", resources="vpc/{VpcId}"
)
def enable_vpc_classic_link(cloud: Cloud, call: Call) -> Answer:
    """Let a VPC take links from classic instances."""
    classic_links.enable(cloud, call.text("VpcId"))
    return {}


@action(
    VPC,
    "DisableVpcClassicLink",
    "VpcId",
    raises="InvalidVpcId.NotFound IncorrectVpcStatus OperationDenied",
    resources="vpc/{VpcId}",
)
def disable_vpc_classic_link(cloud: Cloud, call: Call) -> Answer:
    """Let a VPC take no links; refused while there are any."""
    classic_links.disable(cloud, call.text("VpcId"))
    return {}


@action(
    VPC,
    "CreateVSwitch",
    "VpcId ZoneId CidrBlock VSwitchName Description Tag",
    remembers_token=True,
    raises="InvalidVpcId.NotFound InvalidZoneId.NotFound ResourceNotAvailable IncorrectVpcStatus "
    "IncorrectVSwitchStatus InvalidCidrBlock.Malformed InvalidCirdrBlock.MaskLength "
    "InvalidCidrBlock.Overlapped QuotaExceeded.VSwitch InvalidVSwitchName.Malformed "
    "InvalidVSwitchDiscription.Malformed MissingParameter.TagKey",
    resources="vswitch/* vpc/{VpcId}",
)
def create_vswitch(cloud: Cloud, call: Call) -> Answer:
    """Make a VSwitch in a zone; Pending at first."""
    vswitch = networks.create_vswitch(
        cloud,
        call.text("VpcId"),
        call.text("ZoneId"),
        call.text("CidrBlock"),
        call.optional("VSwitchName") or "",
        call.optional("Description") or "",
        call.tags(),
    )
    return {"VSwitchId": vswitch.id}


@action(
    VPC,
    "DescribeVSwitches",
    "VpcId VSwitchId VSwitchName ZoneId IsDefault RouteTableId Tag DryRun PageNumber PageSize",
    raises="MissingParameter.TagKey",
    resources="vswitch/*",
)
def describe_vswitches(cloud: Cloud, call: Call) -> Answer:
    """VSwitches; PageSize at most 50, 10 by default."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    table = call.optional("RouteTableId")
    found = [
        vswitch
        for vswitch in cloud.estate.vswitches
        if call.optional("VpcId") in (None, vswitch.vpc_id)
        and call.optional("VSwitchId") in (None, vswitch.id)
        and call.optional("VSwitchName") in (None, vswitch.name)
        and call.optional("ZoneId") in (None, vswitch.zone_id)
        and call.flag("IsDefault") in (None, vswitch.is_default)
        and table in (None, cloud.vpc(vswitch.vpc_id).route_table_id)
        and has_tags(vswitch.tags, call.tags())
    ]
    page = by_number(call, found, maximum=50)
    return {"VSwitches": {"VSwitch": [_vswitch(cloud, vswitch) for vswitch in page.items]}, **page.fields}


@action(
    VPC, "DescribeVSwitchAttributes", "VSwitchId", raises="InvalidVSwitchId.NotFound", resources="vswitch/{VSwitchId}"
)
def describe_vswitch_attributes(cloud: Cloud, call: Call) -> Answer:
    """One VSwitch; raises InvalidVSwitchId.NotFound."""
    return _vswitch(cloud, cloud.vswitch(call.text("VSwitchId")))


@action(
    VPC,
    "ModifyVSwitchAttribute",
    "VSwitchId VSwitchName Description EnableIPv6",
    raises="InvalidVSwitchId.NotFound InvalidVSwitchName.Malformed InvalidVSwitchDiscription.Malformed",
    resources="vswitch/{VSwitchId}",
)
def modify_vswitch_attribute(cloud: Cloud, call: Call) -> Answer:
    """Change name or description of a VSwitch."""
    _no_ipv6(call, "EnableIPv6")
    networks.modify_vswitch(cloud, call.text("VSwitchId"), call.given("VSwitchName"), call.given("Description"))
    return {}


@action(
    VPC,
    "DeleteVSwitch",
    "VSwitchId",
    raises="InvalidVSwitchId.NotFound IncorrectVSwitchStatus DependencyViolation",
    resources="vswitch/{VSwitchId}",
)
def delete_vswitch(cloud: Cloud, call: Call) -> Answer:
    """Delete an empty VSwitch."""
    networks.delete_vswitch(cloud, call.text("VSwitchId"))
    return {}


def _no_ipv6(call: Call, parameter: str) -> None:
    if call.flag(parameter):
        raise NotSimulatedError("IPv6 of VPCs")


def _vpc(cloud: Cloud, vpc: Vpc) -> Answer:
    return {
        "VpcId": vpc.id,
        "VpcName": vpc.name,
        "Description": vpc.description,
        "CidrBlock": vpc.cidr_block,
        "SecondaryCidrBlocks": {"SecondaryCidrBlock": []},
        "UserCidrs": {"UserCidr": []},
        "Ipv6CidrBlock": "",
        "Ipv6CidrBlocks": {"Ipv6CidrBlock": []},
        "EnabledIpv6": False,
        "DnsHostnameStatus": "DISABLED",
        "IsDefault": vpc.is_default,
        "Status": vpc.status,
        "RegionId": cloud.estate.region_id,
        "OwnerId": int(cloud.estate.account_id),
        "ResourceGroupId": "",
        "VRouterId": vpc.vrouter_id,
        "VSwitchIds": {"VSwitchId": [vswitch.id for vswitch in cloud.vswitches_of(vpc.id)]},
        "CreationTime": seconds(vpc.created_at),
        "Tags": vpc_tags(vpc.tags),
    }


def _listed_vpc(cloud: Cloud, vpc: Vpc) -> Answer:
    return {
        **_vpc(cloud, vpc),
        "RouterTableIds": {"RouterTableIds": [vpc.route_table_id]},
        "NatGatewayIds": {"NatGatewayIds": []},
        "CenStatus": "Detached",
    }


def _vswitch(cloud: Cloud, vswitch: VSwitch) -> Answer:
    return {
        "VSwitchId": vswitch.id,
        "VSwitchName": vswitch.name,
        "Description": vswitch.description,
        "VpcId": vswitch.vpc_id,
        "ZoneId": vswitch.zone_id,
        "CidrBlock": vswitch.cidr_block,
        "Ipv6CidrBlock": "",
        "EnabledIpv6": False,
        "AvailableIpAddressCount": cloud.available_addresses(vswitch),
        "IsDefault": vswitch.is_default,
        "Status": vswitch.status,
        "OwnerId": int(cloud.estate.account_id),
        "ResourceGroupId": "",
        "NetworkAclId": "",
        "ShareType": "",
        "RouteTable": {"RouteTableId": cloud.vpc(vswitch.vpc_id).route_table_id, "RouteTableType": "System"},
        "CreationTime": seconds(vswitch.created_at),
        "Tags": vpc_tags(vswitch.tags),
    }
