"""Each access control list of CLB treats the instance in its VSwitch as it does at its current address."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, attempt
from policies.core.fixes import Fix, aliyun, task
from policies.core.outcome import Verdict, failed, judged, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.subjects.address_lists import (
    addresses_of,
    also_broad,
    covers,
    holding,
    naming,
    new_blocks,
    or_promised,
    touches,
)
from policies.subjects.attestations import remediation

# As the facts write the listeners of a list: with the kind of list that it is for them.
_ALLOWS: Final = "(white)"
_BLOCKS: Final = "(black)"


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    verdict = judged(partial(_lists, plan, instance))
    unread = attempt(lambda: any("unread" in item.data for item in plan.migration.objects("accessLists"))) is True
    return or_promised(verdict, plan, timeline, instance, unread=unread)


def _lists(plan: Plan, instance: Facts) -> Verdict:
    addresses, lists = addresses_of(instance), plan.migration.objects("accessLists")
    # Also those of which it cannot be read.
    concerned = [item for item in lists if attempt(partial(_concerns, plan, instance, item)) is not False]
    if not concerned:
        broad = also_broad((entry for item in lists for entry in _entries_in_use(item)), addresses)
        return passed(f"No access control list that a CLB listener uses names its address.{broad}")
    return worst(judged(partial(_list, plan, instance, item)) for item in concerned)


def _concerns(plan: Plan, instance: Facts, item: Facts) -> bool:
    return bool(naming(_entries_in_use(item), addresses_of(instance))) or _begins_to_block(plan, instance, item)


def _listeners(item: Facts, kind: str) -> list[str]:
    return [listener for listener in item.texts("listeners") if listener.endswith(kind)]


def _begins_to_block(plan: Plan, instance: Facts, item: Facts) -> bool:
    """Whether it is a block list that holds the instance's destination, or a part of it, and not its address."""
    if not _listeners(item, _BLOCKS) or holding(item.texts("entries"), addresses_of(instance)):
        return False
    return touches(item.texts("entries"), new_blocks(plan, instance))


def _list(plan: Plan, instance: Facts, item: Facts) -> Verdict:
    if not _begins_to_block(plan, instance, item):
        return _covered(plan, instance, item)
    acl_id, blocks = item.text("aclId"), new_blocks(plan, instance)
    entries = [entry for entry in item.texts("entries") if touches((entry,), blocks)]
    return failed(
        f"{acl_id}, a block list of {', '.join(_listeners(item, _BLOCKS))}, holds {', '.join(entries)}. It does not "
        f"block the instance today, and may once it is in {', '.join(blocks)}.",
        task("Where the instance uses that load balancer:") + _entries("Remove", acl_id, entries),
    )


def _entries_in_use(item: Facts) -> tuple[str, ...]:
    """Return the entries of a list; none where no listener uses it, which admits nobody."""
    return item.texts("entries") if item.texts("listeners") else ()


def _covered(plan: Plan, instance: Facts, item: Facts) -> Verdict:
    blocks, acl_id = new_blocks(plan, instance), item.text("aclId")
    if blocks and covers(item.texts("entries"), blocks):
        return passed(f"{acl_id} holds {', '.join(blocks)} as well.")
    entries = ", ".join(naming(item.texts("entries"), addresses_of(instance)))
    new = f"It does not hold the new block, {', '.join(blocks)}." if blocks else "The new block is not known yet."
    # The whole block in a block list would cut off its neighbours too.
    fix = (
        _entries("Add", acl_id, [blocks[0] if blocks else "<block of the VSwitch>"])
        if _listeners(item, _ALLOWS)
        else task("Block its new address once it has moved:")
        + _entries("Add", acl_id, ["<its new address>/32"])
        + waiver(instance.text("instanceId"))
    )
    return failed(
        f"{acl_id}, a list of {', '.join(item.texts('listeners'))}, holds {entries}, which changes with the move. "
        f"{new}",
        fix,
    )


def _entries(verb: str, acl_id: str, blocks: Iterable[str]) -> Fix:
    entries = [{"entry": block, "comment": "target VPC"} if verb == "Add" else {"entry": block} for block in blocks]
    return aliyun("slb", f"{verb}AccessControlListEntry", {"AclId": acl_id, "AclEntrys": entries})


RULE: Final = InstanceRule(
    module=__name__,
    title="Access control lists must treat the VSwitch as they treat the instance",
    severity="low",
    notice_items=("N24", "N26"),
    why="A listener that lets the instance in by its address refuses it once it has moved, and so does one whose block "
    "list holds the VSwitch. The whitelist of a Container Service cluster's API server is such a list.",
    remediation=_entries("Add", "<list>", ["<block of the VSwitch>"]) | remediation("address-lists"),
    remediation_after=(
        task("It is refused by now: add the VSwitch's block at once.")
        + _entries("Add", "<list>", ["<block of the VSwitch>"])
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    unknown_ok="A list that an attestation answers for may be prepared until the freeze begins.",
    sources=(
        "CLB user guide, access control: a listener goes by an allow list or a block list.",
        "Container Service user guide, configure access control policies for the API server: they are those of the "
        "listener on port 6443 of the cluster's CLB instance.",
    ),
    url="https://www.alibabacloud.com/help/en/ack/cluster-access-control",
    ram_actions=("slb:DescribeAccessControlLists", "slb:DescribeAccessControlListAttribute"),
    lead_hours=168,
    until_move=True,
    check=_check,
)
