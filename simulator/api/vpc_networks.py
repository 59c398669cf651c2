"""VPC: VPCs and VSwitches."""

from collections.abc import Iterable

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import by_number
from simulator.api.registry import VPC, action
from simulator.api.shapes import has_tags, seconds, vpc_tags
from simulator.cloud import classic_links, ipv6_blocks, vpcs, vswitches
from simulator.cloud.errors import CloudError, NotSimulatedError, dry_run_passed, invalid_parameter
from simulator.cloud.names import Labels
from simulator.cloud.state import Cloud
from simulator.model.vpc import Ipv6Isp, Vpc, VSwitch

# The most ids that DescribeVpcs accepts, separated by commas.
MAX_VPC_IDS = 20


@action(
    VPC,
    "CreateVpc",
    "CidrBlock VpcName Description UserCidr EnableDnsHostname EnableIpv6 Ipv6Isp DryRun Tag",
    remembers_token=True,
    raises="IllegalParam.CidrBlockMask InvalidVpcName.Malformed InvalidVpcDiscription.Malformed IllegalParam.UserCidr "
    "InvalidUserCidr.Quota InvalidUserCidr.Malformed QuotaExceeded.Vpc MissingParameter.TagKey",
    resources="vpc/*",
)
def create_vpc(cloud: Cloud, call: Call) -> Answer:
    """Make a VPC, 172.16.0.0/12 by default; Pending at first. 10 per region, the default VPC not counted.

    With EnableIpv6 the cloud assigns an IPv6 block.
    """
    new = vpcs.NewVpc(
        cidr_block=call.optional("CidrBlock") or vpcs.DEFAULT_BLOCK,
        name=call.optional("VpcName") or "",
        description=call.optional("Description") or "",
        user_cidrs=call.commas("UserCidr") or (),
        dns_hostnames=bool(call.flag("EnableDnsHostname")),
        ipv6_isp=_ipv6_isp(call),
        tags=call.tags(),
    )
    if call.flag("DryRun"):
        vpcs.check_new(cloud, new)
        raise dry_run_passed()
    group_id = resource_groups.named(cloud, call)
    vpc = vpcs.create(cloud, new)
    vpc.resource_group_id = group_id
    return _created_vpc(cloud, vpc)


@action(
    VPC,
    "CreateDefaultVpc",
    "EnableIpv6 Ipv6CidrBlock",
    remembers_token=True,
    raises="OperationDenied",
    resources="vpc/*",
)
def create_default_vpc(cloud: Cloud, call: Call) -> Answer:
    """Make the default VPC of the region, 172.31.0.0/16; Pending at first. One per region."""
    if call.optional("Ipv6CidrBlock"):
        raise NotSimulatedError("IPv6 blocks that AllocateVpcIpv6Cidr reserved")
    group_id = resource_groups.named(cloud, call)
    vpc = vpcs.create_default(cloud, _ipv6_isp(call))
    vpc.resource_group_id = group_id
    return _created_vpc(cloud, vpc)


@action(
    VPC,
    "DescribeVpcs",
    "VpcId VpcName VpcOwnerId IsDefault EnableIpv6 DhcpOptionsSetId Tag DryRun PageNumber PageSize",
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
    matching = [
        vpc
        for vpc in cloud.estate.vpcs.among(ids)
        if call.optional("VpcName") in (None, vpc.name)
        and call.flag("IsDefault") in (None, vpc.is_default)
        and call.flag("EnableIpv6") in (None, bool(vpc.ipv6_blocks))
        and call.optional("DhcpOptionsSetId") in (None, _dhcp_options(cloud, vpc)["DhcpOptionsSetId"])
        and has_tags(vpc.tags, call.tags())
    ]
    # The simulator has no VPC of another account.
    matching = passing(matching if _is_own(cloud, call, "VpcOwnerId") else [], resource_groups.of_group(cloud, call))
    page = by_number(call, matching, maximum=50)
    return {"Vpcs": {"Vpc": [_listed_vpc(cloud, vpc) for vpc in page.items]}, **page.fields}


@action(
    VPC,
    "DescribeVpcAttribute",
    "VpcId IsDefault DryRun",
    raises="InvalidVpcId.NotFound",
    resources="vpc/{VpcId}",
)
def describe_vpc_attribute(cloud: Cloud, call: Call) -> Answer:
    """One VPC, with ClassicLinkEnabled; IsDefault filters on whether it is the default VPC."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    vpc = cloud.vpc(call.text("VpcId"))
    if call.flag("IsDefault") not in (None, vpc.is_default):
        raise invalid_parameter("IsDefault")
    resources = {
        "VSwitch": len(cloud.vswitches_of(vpc.id)),
        "VRouter": 1,
        "RouteTable": len(cloud.route_tables_of(vpc.id)),
        "SecurityGroup": sum(group.vpc_id == vpc.id for group in cloud.estate.security_groups),
    }
    counts = [{"ResourceType": kind, "ResourceCount": count} for kind, count in resources.items()]
    return {
        **_vpc(cloud, vpc),
        "SupportIpv4Gateway": vpc.ipv4_gateway,
        "Ipv4GatewayId": vpc.ipv4_gateway_id,
        "ClassicLinkEnabled": vpc.classic_link_enabled,
        "CloudResources": {"CloudResourceSetType": counts},
    }


@action(
    VPC,
    "ModifyVpcAttribute",
    "VpcId VpcName Description CidrBlock EnableDnsHostname EnableIPv6 Ipv6Isp",
    raises="InvalidVpcId.NotFound IncorrectVpcStatus InvalidVpcName.Malformed InvalidVpcDiscription.Malformed "
    "IllegalParam.CidrBlockMask DependencyViolation.VSwitch",
    resources="vpc/{VpcId}",
)
def modify_vpc_attribute(cloud: Cloud, call: Call) -> None:
    """Change name, description, DNS host names or block of a VPC; the new block must contain its VSwitches.

    EnableIPv6 assigns an IPv6 block if there is none; `false` removes the blocks, if no VSwitch uses them.
    """
    changes = vpcs.VpcChanges(
        name=call.given("VpcName"),
        description=call.given("Description"),
        cidr_block=call.optional("CidrBlock"),
        dns_hostnames=call.flag("EnableDnsHostname"),
        ipv6=call.flag("EnableIPv6"),
        ipv6_isp=ipv6_blocks.checked_isp(call.optional("Ipv6Isp")),
    )
    vpcs.modify(cloud, call.text("VpcId"), changes)


@action(
    VPC,
    "DeleteVpc",
    "VpcId DryRun ForceDelete",
    remembers_token=True,
    raises="InvalidVpcId.NotFound IncorrectVpcStatus DependencyViolation.VSwitch DependencyViolation.SecurityGroup "
    "DependencyViolation.RouteTable DependencyViolation.RouteEntry DependencyViolation.Instance",
    resources="vpc/{VpcId}",
)
def delete_vpc(cloud: Cloud, call: Call) -> None:
    """Delete an empty VPC; Deleting at first. ForceDelete has no effect: there are no IPv4 or IPv6 gateways."""
    call.flag("ForceDelete")
    if call.flag("DryRun"):
        vpcs.check_deletable(cloud, call.text("VpcId"))
        raise dry_run_passed()
    vpcs.delete(cloud, call.text("VpcId"))


@action(
    VPC,
    "AssociateVpcCidrBlock",
    "VpcId SecondaryCidrBlock IpVersion Ipv6Isp",
    raises="InvalidVpc.NotFound IncorrectStatus.Vpc InvalidCidrBlock.Malformed IllegalParam.SecondaryCidrBlock "
    "Duplicated.SecondaryCidrBlock OperationFailed.ConflictWithEntry QuotaExceeded.VpcMultiCidr IllegalParam.IpVersion "
    "MissingParam.SecondaryCidrOrIpv6Cidr",
    resources="vpc/{VpcId}",
)
def associate_vpc_cidr_block(cloud: Cloud, call: Call) -> Answer:
    """Add a secondary IPv4 block (mask 8 to 28, five per VPC), or an IPv6 block that the cloud assigns."""
    version = (call.optional("IpVersion") or "IPV4").upper()
    if version == "IPV6":
        isp = ipv6_blocks.checked_isp(call.optional("Ipv6Isp"))
        return {"CidrBlock": vpcs.add_ipv6_block(cloud, call.text("VpcId"), isp), "IpVersion": "IPV6"}
    if version != "IPV4":
        raise CloudError("IllegalParam.IpVersion", "The specified IpVersion is illegal.")
    block = _secondary_block(call)
    vpcs.add_block(cloud, call.text("VpcId"), block)
    return {"CidrBlock": block, "IpVersion": "IPV4"}


@action(
    VPC,
    "UnassociateVpcCidrBlock",
    "VpcId SecondaryCidrBlock IPv6CidrBlock",
    raises="InvalidVpc.NotFound IncorrectStatus.Vpc IllegalParam.SecondaryCidrBlock DependencyViolation.VSwitch "
    "MissingParam.SecondaryCidrOrIpv6Cidr",
    resources="vpc/{VpcId}",
)
def unassociate_vpc_cidr_block(cloud: Cloud, call: Call) -> None:
    """Remove a secondary block, or an IPv6 block, from a VPC; no VSwitch may use it."""
    ipv6 = call.optional("IPv6CidrBlock")
    if ipv6:
        vpcs.remove_ipv6_block(cloud, call.text("VpcId"), ipv6)
        return
    vpcs.remove_block(cloud, call.text("VpcId"), _secondary_block(call))


@action(
    VPC,
    "EnableVpcClassicLink",
    "VpcId",
    remembers_token=True,
    raises="InvalidVpcId.NotFound IncorrectVpcStatus",
    resources="vpc/{VpcId}",
)
def enable_vpc_classic_link(cloud: Cloud, call: Call) -> None:
    """Enable ClassicLink for a VPC."""
    classic_links.enable(cloud, call.text("VpcId"))


@action(
    VPC,
    "DisableVpcClassicLink",
    "VpcId",
    remembers_token=True,
    raises="InvalidVpcId.NotFound IncorrectVpcStatus OperationDenied",
    resources="vpc/{VpcId}",
)
def disable_vpc_classic_link(cloud: Cloud, call: Call) -> None:
    """Disable ClassicLink for a VPC; refused while there are links."""
    classic_links.disable(cloud, call.text("VpcId"))


@action(
    VPC,
    "CreateVSwitch",
    "VpcId ZoneId CidrBlock VSwitchName Description Ipv6CidrBlock VpcIpv6CidrBlock Tag",
    remembers_token=True,
    raises="InvalidVpcId.NotFound InvalidZoneId.NotFound ResourceNotAvailable IncorrectVpcStatus "
    "IncorrectVSwitchStatus InvalidCidrBlock.Malformed InvalidCirdrBlock.MaskLength "
    "InvalidCidrBlock.Overlapped QuotaExceeded.VSwitch InvalidVSwitchName.Malformed "
    "InvalidVSwitchDiscription.Malformed MissingParameter.TagKey",
    resources="vswitch/* vpc/{VpcId}",
)
def create_vswitch(cloud: Cloud, call: Call) -> Answer:
    """Make a VSwitch in a zone; Pending at first. Masks of 16 to 29, 150 per VPC.

    Ipv6CidrBlock is the last 8 bits of its /64 within the IPv6 block of the VPC.
    """
    new = vswitches.NewVSwitch(
        call.text("VpcId"),
        call.text("ZoneId"),
        call.text("CidrBlock"),
        Labels(call.optional("VSwitchName") or "", call.optional("Description") or "", call.tags()),
        call.integer("Ipv6CidrBlock"),
        call.optional("VpcIpv6CidrBlock"),
    )
    return {"VSwitchId": vswitches.create(cloud, new).id}


@action(
    VPC,
    "CreateDefaultVSwitch",
    "ZoneId Ipv6CidrBlock",
    remembers_token=True,
    raises="InvalidVpcId.NotFound InvalidZoneId.NotFound ResourceNotAvailable IncorrectVpcStatus "
    "IncorrectVSwitchStatus InvalidCidrBlock.Overlapped OperationDenied",
    resources="vswitch/*",
)
def create_default_vswitch(cloud: Cloud, call: Call) -> Answer:
    """Make the default VSwitch of a zone, the first free /20 of the default VPC; Pending at first. One per zone."""
    return {"VSwitchId": vswitches.create_default(cloud, call.text("ZoneId"), call.integer("Ipv6CidrBlock")).id}


@action(
    VPC,
    "DescribeVSwitches",
    "VpcId VSwitchId VSwitchName VSwitchOwnerId ZoneId IsDefault EnableIpv6 RouteTableId Tag DryRun PageNumber "
    "PageSize",
    raises="MissingParameter.TagKey",
    resources="vswitch/*",
)
def describe_vswitches(cloud: Cloud, call: Call) -> Answer:
    """VSwitches; PageSize at most 50, 10 by default."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    vswitch_id, table_id = call.optional("VSwitchId"), call.optional("RouteTableId")
    matching = [
        vswitch
        for vswitch in cloud.estate.vswitches.among(None if vswitch_id is None else [vswitch_id])
        if call.optional("VpcId") in (None, vswitch.vpc_id)
        and call.optional("VSwitchName") in (None, vswitch.name)
        and call.optional("ZoneId") in (None, vswitch.zone_id)
        and call.flag("IsDefault") in (None, vswitch.is_default)
        and call.flag("EnableIpv6") in (None, vswitch.ipv6_cidr_block is not None)
        and (table_id is None or table_id == vswitches.route_table_of(cloud, vswitch).id)
        and has_tags(vswitch.tags, call.tags())
    ]
    within = resource_groups.of_group(cloud, call)
    if within:
        matching = [vswitch for vswitch in matching if within(cloud.vpc(vswitch.vpc_id))]
    page = by_number(call, matching if _is_own(cloud, call, "VSwitchOwnerId") else [], maximum=50)
    return {"VSwitches": {"VSwitch": _vswitches(cloud, page.items)}, **page.fields}


@action(
    VPC,
    "DescribeVSwitchAttributes",
    "VSwitchId DryRun",
    raises="InvalidVSwitchId.NotFound",
    resources="vswitch/{VSwitchId}",
)
def describe_vswitch_attributes(cloud: Cloud, call: Call) -> Answer:
    """One VSwitch."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    return _vswitches(cloud, [cloud.vswitch(call.text("VSwitchId"))])[0]


@action(
    VPC,
    "ModifyVSwitchAttribute",
    "VSwitchId VSwitchName Description EnableIPv6 Ipv6CidrBlock VpcIpv6CidrBlock",
    raises="InvalidVSwitchId.NotFound InvalidVSwitchName.Malformed InvalidVSwitchDiscription.Malformed",
    resources="vswitch/{VSwitchId}",
)
def modify_vswitch_attribute(cloud: Cloud, call: Call) -> None:
    """Change name or description of a VSwitch; add an IPv6 block (EnableIPv6 with Ipv6CidrBlock), or remove it."""
    vswitch_id, ipv6, last_bits = call.text("VSwitchId"), call.flag("EnableIPv6"), call.integer("Ipv6CidrBlock")
    if ipv6 is not None and ipv6 == (last_bits is None):
        raise invalid_parameter("Ipv6CidrBlock")
    vswitches.check_texts(call.given("VSwitchName"), call.given("Description"))
    if ipv6 is not None:
        vswitches.set_ipv6(cloud, vswitch_id, last_bits, call.optional("VpcIpv6CidrBlock"))
    vswitches.modify(cloud, vswitch_id, call.given("VSwitchName"), call.given("Description"))


@action(
    VPC,
    "DeleteVSwitch",
    "VSwitchId DryRun",
    raises="InvalidVSwitchId.NotFound IncorrectVSwitchStatus OperationDenied.OtherSubnetProcessing "
    "IncorrectRouteEntryStatus DependencyViolation DependencyViolation.RouteTable",
    resources="vswitch/{VSwitchId}",
)
def delete_vswitch(cloud: Cloud, call: Call) -> None:
    """Delete a VSwitch that nothing is in; Pending at first."""
    if call.flag("DryRun"):
        vswitches.check_deletable(cloud, call.text("VSwitchId"))
        raise dry_run_passed()
    vswitches.delete(cloud, call.text("VSwitchId"))


def _ipv6_isp(call: Call) -> Ipv6Isp | None:
    """Return the ISP of a new VPC's IPv6 block, None if it gets none."""
    return ipv6_blocks.checked_isp(call.optional("Ipv6Isp")) if call.flag("EnableIpv6") else None


def _is_own(cloud: Cloud, call: Call, parameter: str) -> bool:
    return call.optional(parameter) in (None, cloud.estate.account_id)


def _secondary_block(call: Call) -> str:
    block = call.optional("SecondaryCidrBlock")
    if block is None:
        raise CloudError(
            "MissingParam.SecondaryCidrOrIpv6Cidr", "Either SecondaryCidrBlock or Ipv6CidrBlock must be specified."
        )
    return block


def _created_vpc(cloud: Cloud, vpc: Vpc) -> Answer:
    return {"VpcId": vpc.id, "VRouterId": vpc.vrouter_id, "RouteTableId": cloud.system_route_table(vpc.id).id}


def _vpc(cloud: Cloud, vpc: Vpc) -> Answer:
    return {
        "VpcId": vpc.id,
        "VpcName": vpc.name,
        "Description": vpc.description,
        "CidrBlock": vpc.cidr_block,
        "SecondaryCidrBlocks": {"SecondaryCidrBlock": vpc.secondary_cidr_blocks},
        "UserCidrs": {"UserCidr": vpc.user_cidrs},
        "Ipv6CidrBlock": vpc.ipv6_blocks[0].cidr_block if vpc.ipv6_blocks else "",
        "Ipv6CidrBlocks": {
            "Ipv6CidrBlock": [{"Ipv6CidrBlock": item.cidr_block, "Ipv6Isp": item.isp} for item in vpc.ipv6_blocks]
        },
        "EnabledIpv6": bool(vpc.ipv6_blocks),
        "DnsHostnameStatus": "ENABLED" if vpc.dns_hostnames else "DISABLED",
        **_dhcp_options(cloud, vpc),
        "IsDefault": vpc.is_default,
        "Status": vpc.status,
        "RegionId": cloud.estate.region_id,
        "OwnerId": int(cloud.estate.account_id),
        "ResourceGroupId": resource_groups.own(cloud, vpc.resource_group_id),
        "VRouterId": vpc.vrouter_id,
        "VSwitchIds": {"VSwitchId": [vswitch.id for vswitch in cloud.vswitches_of(vpc.id)]},
        "CreationTime": seconds(vpc.created_at),
        "Tags": vpc_tags(vpc.tags),
    }


def _dhcp_options(cloud: Cloud, vpc: Vpc) -> Answer:
    """Return the DHCP options set of a VPC, with empty texts if it has none."""
    attachment = cloud.estate.dhcp_attachments.find(vpc.id)
    if attachment is None:
        return {"DhcpOptionsSetId": "", "DhcpOptionsSetStatus": ""}
    return {"DhcpOptionsSetId": attachment.dhcp_options_set_id, "DhcpOptionsSetStatus": attachment.status}


def _listed_vpc(cloud: Cloud, vpc: Vpc) -> Answer:
    return {
        **_vpc(cloud, vpc),
        "RouterTableIds": {"RouterTableIds": [table.id for table in cloud.route_tables_of(vpc.id)]},
        "NatGatewayIds": {"NatGatewayIds": []},
        "CenStatus": "Detached",
    }


def _vswitches(cloud: Cloud, items: Iterable[VSwitch]) -> list[Answer]:
    listed = list(items)
    free = vswitches.available_addresses(cloud, listed)
    return [_vswitch(cloud, vswitch, free[vswitch.id]) for vswitch in listed]


def _vswitch(cloud: Cloud, vswitch: VSwitch, free: int) -> Answer:
    table = vswitches.route_table_of(cloud, vswitch)
    return {
        "VSwitchId": vswitch.id,
        "VSwitchName": vswitch.name,
        "Description": vswitch.description,
        "VpcId": vswitch.vpc_id,
        "ZoneId": vswitch.zone_id,
        "CidrBlock": vswitch.cidr_block,
        "Ipv6CidrBlock": vswitch.ipv6_cidr_block or "",
        "EnabledIpv6": vswitch.ipv6_cidr_block is not None,
        "AvailableIpAddressCount": free,
        "IsDefault": vswitch.is_default,
        "Status": vswitch.status,
        "OwnerId": int(cloud.estate.account_id),
        "ResourceGroupId": resource_groups.own(cloud, cloud.vpc(vswitch.vpc_id).resource_group_id),
        "NetworkAclId": vswitch.network_acl_id or "",
        "ShareType": "",
        "RouteTable": {"RouteTableId": table.id, "RouteTableType": table.type},
        "CreationTime": seconds(vswitch.created_at),
        "Tags": vpc_tags(vswitch.tags),
    }
