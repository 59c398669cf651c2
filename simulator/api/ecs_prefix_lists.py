"""ECS: prefix lists."""

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import equal, passing, tagged
from simulator.api.paging import Size, by_token
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, minutes
from simulator.cloud import prefix_lists
from simulator.cloud.errors import CloudError, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.prefix_lists import PrefixList

_LIST = "prefixlist/{PrefixListId}"
_ENTRY_CODES = (
    "InvalidParameter.PrefixListName InvalidParameter.CidrMalformed InvalidParameter.CidrDuplicated "
    "LimitExceed.MaxEntries LimitExceed.Entry"
)


@action(
    ECS,
    "CreatePrefixList",
    "PrefixListName AddressFamily MaxEntries Description Entry Tag",
    raises=f"{_ENTRY_CODES} LimitExceed.PrefixListPerRegion MissingParameter.TagKey",
    remembers_token=True,
    resources="prefixlist/*",
)
def create_prefix_list(cloud: Cloud, call: Call) -> Answer:
    """Make a prefix list of one address family; MaxEntries (1 to 200) is fixed, and is what a rule counts for."""
    most = call.integer("MaxEntries")
    if most is None:
        raise missing_parameter("MaxEntries")
    new = prefix_lists.NewPrefixList(
        name=call.text("PrefixListName"),
        family=call.text("AddressFamily"),
        max_entries=most,
        description=call.optional("Description") or "",
        entries=_entries(call, "Entry"),
        tags=call.tags(),
    )
    group_id = resource_groups.named(cloud, call)
    prefix_list = prefix_lists.create(cloud, new)
    prefix_list.resource_group_id = group_id
    return {"PrefixListId": prefix_list.id}


@action(
    ECS,
    "DescribePrefixLists",
    "PrefixListId PrefixListName AddressFamily Tag MaxResults NextToken",
    raises="LimitExceed.PrefixListId MissingParameter.TagKey",
    resources="prefixlist/*",
)
def describe_prefix_lists(cloud: Cloud, call: Call) -> Answer:
    """Prefix lists without their entries; at most 100 PrefixListId.N. MaxResults 1..100, 10 by default."""
    ids = call.repeated("PrefixListId")
    if len(ids) > 100:
        raise CloudError("LimitExceed.PrefixListId", "The specified number of PrefixListId exceeds the limit.")
    call.choice("AddressFamily", ("IPv4", "IPv6"))
    same = equal(call, {"PrefixListName": "name", "AddressFamily": "address_family"})
    candidates = cloud.estate.prefix_lists.among(ids or None)
    lists = passing(candidates, same, tagged(call), resource_groups.of_group(cloud, call))
    page = by_token(call, lists, Size(maximum=100))
    items = [
        {
            **_prefix_list(item),
            "AssociationCount": len(prefix_lists.associations(cloud, item.id)),
            "ResourceGroupId": item.resource_group_id or "",
            "Tags": ecs_tags(item.tags),
        }
        for item in page.items
    ]
    return {"PrefixLists": {"PrefixList": items}, **page.fields}


@action(ECS, "DescribePrefixListAttributes", "PrefixListId", raises="InvalidPrefixListId.NotFound", resources=_LIST)
def describe_prefix_list_attributes(cloud: Cloud, call: Call) -> Answer:
    """One prefix list with its entries."""
    prefix_list = cloud.prefix_list(call.text("PrefixListId"))
    entries = [{"Cidr": entry.cidr, "Description": entry.description} for entry in prefix_list.entries]
    return {**_prefix_list(prefix_list), "Entries": {"Entry": entries}}


@action(
    ECS,
    "DescribePrefixListAssociations",
    "PrefixListId MaxResults NextToken",
    raises="InvalidPrefixListId.NotFound",
    resources=_LIST,
)
def describe_prefix_list_associations(cloud: Cloud, call: Call) -> Answer:
    """Return the security groups whose rules refer to a prefix list; MaxResults 1..100, 10 by default."""
    prefix_list = cloud.prefix_list(call.text("PrefixListId"))
    page = by_token(call, prefix_lists.associations(cloud, prefix_list.id), Size(maximum=100))
    items = [{"ResourceId": group.id, "ResourceType": "securitygroup"} for group in page.items]
    return {"PrefixListAssociations": {"PrefixListAssociation": items}, **page.fields}


@action(
    ECS,
    "ModifyPrefixList",
    "PrefixListId PrefixListName Description AddEntry RemoveEntry",
    raises=f"{_ENTRY_CODES} InvalidPrefixListId.NotFound",
    resources=_LIST,
)
def modify_prefix_list(cloud: Cloud, call: Call) -> None:
    """Change name, description or entries; AddEntry.N with a block that is there changes its description."""
    removed = [record.text("Cidr") for record in call.records("RemoveEntry")]
    prefix_lists.modify(
        cloud,
        call.text("PrefixListId"),
        call.given("PrefixListName"),
        call.given("Description"),
        _entries(call, "AddEntry"),
        removed,
    )


@action(
    ECS,
    "DeletePrefixList",
    "PrefixListId",
    raises="InvalidPrefixListId.NotFound DependencyViolation",
    resources=_LIST,
)
def delete_prefix_list(cloud: Cloud, call: Call) -> None:
    """Delete a prefix list that no rule refers to."""
    prefix_lists.delete(cloud, call.text("PrefixListId"))


def _entries(call: Call, name: str) -> list[prefix_lists.EntryDraft]:
    return [
        prefix_lists.EntryDraft(record.text("Cidr"), record.optional("Description") or "")
        for record in call.records(name)
    ]


def _prefix_list(item: PrefixList) -> Answer:
    return {
        "PrefixListId": item.id,
        "PrefixListName": item.name,
        "Description": item.description,
        "AddressFamily": item.address_family,
        "MaxEntries": item.max_entries,
        "CreationTime": minutes(item.created_at),
    }
