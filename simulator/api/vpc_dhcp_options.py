"""VPC: DHCP options sets.

They have no effect on instances: guest systems are not simulated.
"""

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import equal, passing
from simulator.api.paging import Size, by_token
from simulator.api.registry import VPC, action
from simulator.api.shapes import has_tags, seconds
from simulator.cloud import dhcp_options
from simulator.cloud.errors import dry_run_passed, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.dhcp_options import DhcpOptionsSet

_SET = "dhcpoptionsset/{DhcpOptionsSetId}"
_SET_OF_VPC = f"{_SET} vpc/{{VpcId}}"
_TEXTS = "DhcpOptionsSetName DhcpOptionsSetDescription DomainName DomainNameServers LeaseTime Ipv6LeaseTime DryRun"
_ATTACHMENT_CODES = "InvalidDhcpOptionsSetId.NotFound InvalidVpcId.NotFound IncorrectStatus.DhcpOptionsSet"
#: Ids that ListDhcpOptionsSets accepts (SDK text)
MAX_SETS = 20


@action(
    VPC,
    "CreateDhcpOptionsSet",
    f"{_TEXTS} Tag",
    raises="MissingParameter.TagKey",
    remembers_token=True,
    resources="dhcpoptionsset/*",
    # alicloud 1.285.0 sends these for Tag, and then sets the tags by TagResources.
    passes_over="Tags",
)
def create_dhcp_options_set(cloud: Cloud, call: Call) -> Answer:
    """Make a DHCP options set; Pending at first. Leases are 3650d, and 1d for IPv6, by default."""
    new = _options(call)
    group_id = resource_groups.named(cloud, call)
    if call.flag("DryRun"):
        dhcp_options.check(new)
        raise dry_run_passed()
    options_set = dhcp_options.create(cloud, new)
    options_set.resource_group_id = group_id
    return {"DhcpOptionsSetId": options_set.id, "ResourceGroupId": group_id or ""}


@action(VPC, "GetDhcpOptionsSet", "DhcpOptionsSetId", resources=_SET)
def get_dhcp_options_set(cloud: Cloud, call: Call) -> Answer:
    """One set with the VPCs that have it; for an unknown set, an answer without fields.

    An unknown set is no error: alicloud 1.285.0 knows a deleted set by the missing Status, and fails on any code.
    """
    options_set = cloud.estate.dhcp_options_sets.find(call.text("DhcpOptionsSetId"))
    if options_set is None:
        return {}
    attachments = dhcp_options.attachments_of(cloud, options_set.id)
    vpcs = [{"VpcId": item.vpc_id, "AssociateStatus": item.status} for item in attachments]
    return {**_set(cloud, options_set), "AssociateVpcs": vpcs}


@action(
    VPC,
    "ListDhcpOptionsSets",
    "DhcpOptionsSetId DhcpOptionsSetName DomainName Tags MaxResults NextToken",
    resources="dhcpoptionsset/*",
)
def list_dhcp_options_sets(cloud: Cloud, call: Call) -> Answer:
    """DHCP options sets, at most 20 DhcpOptionsSetId.N; MaxResults 1..100, 10 by default."""
    ids = call.repeated("DhcpOptionsSetId")
    if len(ids) > MAX_SETS:
        raise invalid_parameter("DhcpOptionsSetId")
    tags = {record.text("Key"): record.given("Value") or "" for record in call.records("Tags")}
    sets = passing(
        cloud.estate.dhcp_options_sets.among(ids or None),
        equal(call, {"DhcpOptionsSetName": "name", "DomainName": "domain_name"}),
        lambda item: has_tags(item.tags, tags),
        resource_groups.of_group(cloud, call),
    )
    page = by_token(call, sets, Size(maximum=100))
    items = [
        {**_set(cloud, item), "AssociateVpcCount": len(dhcp_options.attachments_of(cloud, item.id))}
        for item in page.items
    ]
    return {"DhcpOptionsSets": items, "TotalCount": str(len(sets)), **page.fields}


@action(
    VPC,
    "UpdateDhcpOptionsSetAttribute",
    f"DhcpOptionsSetId {_TEXTS}",
    raises="InvalidDhcpOptionsSetId.NotFound",
    remembers_token=True,
    resources=_SET,
)
def update_dhcp_options_set_attribute(cloud: Cloud, call: Call) -> None:
    """Change what is given."""
    changes, set_id = _options(call), call.text("DhcpOptionsSetId")
    if call.flag("DryRun"):
        dhcp_options.find(cloud, set_id)
        dhcp_options.check(changes)
        raise dry_run_passed()
    dhcp_options.modify(cloud, set_id, changes)


@action(
    VPC,
    "DeleteDhcpOptionsSet",
    "DhcpOptionsSetId DryRun",
    raises="InvalidDhcpOptionsSetId.NotFound IncorrectStatus.DhcpOptionsSet DependencyViolation.VpcAttachment",
    remembers_token=True,
    resources=_SET,
)
def delete_dhcp_options_set(cloud: Cloud, call: Call) -> None:
    """Delete a set that no VPC has; Deleting at first."""
    if call.flag("DryRun"):
        dhcp_options.check_deletable(cloud, call.text("DhcpOptionsSetId"))
        raise dry_run_passed()
    dhcp_options.delete(cloud, call.text("DhcpOptionsSetId"))


@action(
    VPC,
    "AttachDhcpOptionsSetToVpc",
    "DhcpOptionsSetId VpcId DryRun",
    raises=f"{_ATTACHMENT_CODES} IncorrectVpcStatus OperationFailed.AttachmentExist",
    remembers_token=True,
    resources=_SET_OF_VPC,
)
def attach_dhcp_options_set_to_vpc(cloud: Cloud, call: Call) -> None:
    """Attach a set to a VPC that has none; Pending at first."""
    if call.flag("DryRun"):
        dhcp_options.check_attachable(cloud, call.text("DhcpOptionsSetId"), call.text("VpcId"))
        raise dry_run_passed()
    dhcp_options.attach(cloud, call.text("DhcpOptionsSetId"), call.text("VpcId"))


@action(
    VPC,
    "DetachDhcpOptionsSetFromVpc",
    "DhcpOptionsSetId VpcId DryRun",
    raises=f"{_ATTACHMENT_CODES} OperationFailed.AttachmentNotExist",
    remembers_token=True,
    resources=_SET_OF_VPC,
)
def detach_dhcp_options_set_from_vpc(cloud: Cloud, call: Call) -> None:
    """Detach a set from a VPC; Pending at first."""
    if call.flag("DryRun"):
        dhcp_options.check_detachable(cloud, call.text("DhcpOptionsSetId"), call.text("VpcId"))
        raise dry_run_passed()
    dhcp_options.detach(cloud, call.text("DhcpOptionsSetId"), call.text("VpcId"))


@action(
    VPC,
    "ReplaceVpcDhcpOptionsSet",
    "DhcpOptionsSetId VpcId",
    raises=f"{_ATTACHMENT_CODES} OperationFailed.AttachmentNotExist",
    remembers_token=True,
    resources=_SET_OF_VPC,
)
def replace_vpc_dhcp_options_set(cloud: Cloud, call: Call) -> None:
    """Replace the set of a VPC; Pending at first."""
    dhcp_options.replace(cloud, call.text("DhcpOptionsSetId"), call.text("VpcId"))


def _options(call: Call) -> dhcp_options.DhcpOptions:
    servers = call.given("DomainNameServers")
    return dhcp_options.DhcpOptions(
        name=call.given("DhcpOptionsSetName"),
        description=call.given("DhcpOptionsSetDescription"),
        domain_name=call.given("DomainName"),
        domain_name_servers=None if servers is None else [part for part in servers.split(",") if part],
        lease_time=call.optional("LeaseTime"),
        ipv6_lease_time=call.optional("Ipv6LeaseTime"),
        tags=call.tags(),
    )


def _set(cloud: Cloud, item: DhcpOptionsSet) -> Answer:
    used = item.status == "Available" and dhcp_options.attachments_of(cloud, item.id)
    return {
        "DhcpOptionsSetId": item.id,
        "DhcpOptionsSetName": item.name,
        "DhcpOptionsSetDescription": item.description,
        "DhcpOptions": {
            "DomainName": item.domain_name,
            "DomainNameServers": ",".join(item.domain_name_servers),
            "LeaseTime": item.lease_time,
            "Ipv6LeaseTime": item.ipv6_lease_time,
        },
        "Status": "InUse" if used else item.status,
        "CreationTime": seconds(item.created_at),
        "OwnerId": int(cloud.estate.account_id),
        "ResourceGroupId": resource_groups.own(cloud, item.resource_group_id),
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(item.tags.items())],
    }
