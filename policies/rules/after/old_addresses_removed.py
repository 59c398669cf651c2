"""No database whitelist and no access control list of CLB still admits the old address of a moved instance."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, attempt
from policies.core.fixes import change
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import (
    MIGRATING_INSTANCE,
    MIGRATION,
    REMOVED_ACL_ENTRIES,
    REMOVED_WHITELIST_ENTRIES,
    Plan,
    Resource,
    has_moved,
)
from policies.core.rule import InstanceRule
from policies.core.times import to_minute
from policies.subjects.after import cleanup, given_up


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if not has_moved(instance):
        return not_applicable("It has not moved yet.")
    addresses = given_up(plan, instance)
    if not addresses:
        return not_applicable("It has kept its address, or another resource has that address now.")
    due = cleanup(plan, timeline).due
    places = [place for address in addresses for place in (*_whitelists(plan, address), *_access_lists(plan, address))]
    if not places:
        return passed(f"No list admits its former address {', '.join(addresses)} any more.")
    if timeline.now < due:
        return passed(
            f"Its former address {', '.join(addresses)} is still admitted by {_joined(places)}. Remove it by "
            f"{to_minute(due)}."
        )
    return failed(
        f"Its former address {', '.join(addresses)} is still admitted by {_joined(places)}.",
        _REMOVAL,
    )


def _joined(places: list[str]) -> str:
    return "; ".join(dict.fromkeys(places))


def _whitelists(plan: Plan, address: str) -> list[str]:
    """Return the groups that name it explicitly, of all databases, unless this update removes it."""
    return [
        f"whitelist group {group.text('groupName')} of {database.text('dbInstanceId')}"
        for database in plan.migration.objects("databases")
        for group in database.objects("whitelistGroups")
        if group.text("networkType") != "VPC"
        and group.optional_text("attribute") != "hidden"
        and _names(group.texts("securityIps"), address)
        and not any(_removes(item, database, group, address) for item in plan.of_type_in(REMOVED_WHITELIST_ENTRIES))
    ]


def _access_lists(plan: Plan, address: str) -> list[str]:
    return [
        f"access control list {item.text('aclId')} of CLB"
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
    reads=(MIGRATION, MIGRATING_INSTANCE, *REMOVED_WHITELIST_ENTRIES, REMOVED_ACL_ENTRIES),
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
)
