"""No database whitelist and no access control list of CLB still admits the old address of a moved instance."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, attempt
from policies.core.fixes import change, joined, task, then_all
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import (
    MIGRATING_INSTANCE,
    MIGRATION,
    REMOVED_ACL_ENTRIES,
    REMOVED_WHITELIST_ENTRIES,
    TARGET_NETWORK,
    Plan,
    Resource,
    has_moved,
)
from policies.core.rule import InstanceRule
from policies.core.words import to_minute
from policies.subjects.address_lists import left_over_blocks
from policies.subjects.after import Left, cleanup, given_up


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if not has_moved(instance):
        return not_applicable("It has not moved yet.")
    addresses = given_up(plan, instance)
    if not addresses:
        return not_applicable("It has kept its address, or another resource has that address now.")
    due = cleanup(plan, timeline).due
    blocks = plan.remember(__name__, lambda: _blocks(plan))
    places = [
        item
        for address in addresses
        for item in (
            *(Left(place, _REMOVAL) for place in (*_whitelists(plan, address), *_access_lists(plan, address))),
            *blocks.get(address, ()),
        )
    ]
    if not places:
        return passed(f"No list admits its former address {', '.join(addresses)} any more.")
    if timeline.now < due:
        return passed(
            f"Its former address {', '.join(addresses)} is still admitted by {_joined(places)}. Remove it by "
            f"{to_minute(due)}."
        )
    return failed(
        f"Its former address {', '.join(addresses)} is still admitted by {_joined(places)}.",
        then_all(joined(item.fix for item in places)),
    )


def _joined(places: list[Left]) -> str:
    return "; ".join(dict.fromkeys(item.place for item in places))


def _whitelists(plan: Plan, address: str) -> list[str]:
    """Return the groups that name it explicitly, of all databases, unless this update removes it."""
    return [
        _group(database, group)
        for database, group in _groups(plan)
        if _names(group.texts("securityIps"), address)
        and not any(_removes(item, database, group, address) for item in plan.of_type_in(REMOVED_WHITELIST_ENTRIES))
    ]


def _groups(plan: Plan) -> Iterator[tuple[Facts, Facts]]:
    """Yield the whitelist groups that admit classic addresses, and are not the cloud's own, after their databases."""
    for database in plan.migration.objects("databases"):
        for group in database.objects("whitelistGroups"):
            if group.text("networkType") != "VPC" and group.optional_text("attribute") != "hidden":
                yield database, group


def _group(database: Facts, group: Facts) -> str:
    return f"whitelist group {group.text('groupName')} of {database.text('dbInstanceId')}"


def _access_list(item: Facts) -> str:
    return f"access control list {item.text('aclId')} of CLB"


def _blocks(plan: Plan) -> Mapping[str, list[Left]]:
    """Return the blocks that hold no address in use any more, by each former address in them."""
    lists = [(_group(database, group), group.texts("securityIps")) for database, group in _groups(plan)]
    lists += [(_access_list(item), item.texts("entries")) for item in plan.migration.objects("accessLists")]
    left: dict[str, list[Left]] = defaultdict(list)
    for place, entries in lists:
        for address, block in left_over_blocks(plan, entries):
            by_hand = task(f"Take {block} out of {place}: after.removeOldAddresses takes out single addresses only.")
            left[address].append(Left(f"{place} ({block})", by_hand))
    return left


def _access_lists(plan: Plan, address: str) -> list[str]:
    return [
        _access_list(item)
        for item in plan.migration.objects("accessLists")
        if _names(item.texts("entries"), address)
        and not any(_takes_out(resource, item, address) for resource in plan.of_type(REMOVED_ACL_ENTRIES))
    ]


def _names(entries: tuple[str, ...], address: str) -> bool:
    return any(entry in (address, f"{address}/32") for entry in entries)


def _removes(resource: Resource, database: Facts, group: Facts, address: str) -> bool:
    """Whether a declared resource removes the address in this very update: declared and not applied yet."""
    place = (database.text("dbInstanceId"), group.text("groupName"), group.text("networkType"))
    removed_from = tuple(resource.facts.data.get(key) for key in ("dbInstanceId", "groupName", "networkType"))
    return not resource.exists and removed_from == place and _has(resource, "securityIps", address)


def _takes_out(resource: Resource, access_list: Facts, address: str) -> bool:
    same = resource.facts.data.get("aclId") == access_list.text("aclId")
    return not resource.exists and same and _has(resource, "entries", address)


def _has(resource: Resource, key: str, address: str) -> bool:
    entries = attempt(partial(resource.facts.texts, key))
    return isinstance(entries, tuple) and _names(entries, address)


_REMOVAL: Final = change("after", {"removeOldAddresses": True})

RULE: Final = InstanceRule(
    module=__name__,
    title="No whitelist or access control list may still admit an old intranet address",
    severity="medium",
    notice_items=("N23", "N24"),
    why="Another customer may get the released address tomorrow, and the list would still admit it.",
    remediation=_REMOVAL,
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, *REMOVED_WHITELIST_ENTRIES, REMOVED_ACL_ENTRIES),
    unknown_ok="Entries that this update removes may wait for it. All others may wait until the cleanup is due.",
    sources=(
        "Physical server migration and upgrade notice: what to do next, step 1.",
        "CLB user guide, access control: a listener whose allow list is empty lets everybody in.",
    ),
    url="https://www.alibabacloud.com/help/en/slb/classic-load-balancer/user-guide/access-control",
    ram_actions=(
        "rds:DescribeDBInstanceIPArrayList",
        "kvstore:DescribeSecurityIps",
        "dds:DescribeSecurityIps",
        "slb:DescribeAccessControlListAttribute",
    ),
    check=_check,
    until_move=False,
)
