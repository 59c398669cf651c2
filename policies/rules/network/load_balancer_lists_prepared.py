"""Each access control list of CLB that names the instance also names the block of its VSwitch."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, attempt
from policies.core.fixes import Fix, aliyun, task
from policies.core.outcome import Verdict, failed, judged, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.core.rule import InstanceRule
from policies.subjects.address_lists import addresses_of, also_broad, covers, naming, new_blocks, or_promised
from policies.subjects.attestations import remediation


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    verdict = judged(partial(_lists, plan, instance))
    unread = attempt(lambda: any("unread" in item.data for item in plan.migration.objects("accessLists"))) is True
    return or_promised(verdict, plan, timeline, instance, unread=unread)


def _lists(plan: Plan, instance: Facts) -> Verdict:
    addresses, lists = addresses_of(instance), plan.migration.objects("accessLists")
    # Also those of which it cannot be read.
    named = [item for item in lists if attempt(partial(_names, item, addresses)) is not False]
    if not named:
        broad = also_broad((entry for item in lists for entry in _entries_in_use(item)), addresses)
        return passed(f"No access control list that a CLB listener uses names its address.{broad}")
    return worst(judged(partial(_covered, plan, instance, item)) for item in named)


def _names(item: Facts, addresses: tuple[str, ...]) -> bool:
    return bool(naming(_entries_in_use(item), addresses))


def _entries_in_use(item: Facts) -> tuple[str, ...]:
    """Return the entries of a list; none where no listener uses it, which admits nobody."""
    return item.texts("entries") if item.texts("listeners") else ()


def _covered(plan: Plan, instance: Facts, item: Facts) -> Verdict:
    blocks, acl_id = new_blocks(plan, instance), item.text("aclId")
    if blocks and covers(item.texts("entries"), blocks):
        return passed(f"{acl_id} holds {', '.join(blocks)} as well.")
    entries = ", ".join(naming(item.texts("entries"), addresses_of(instance)))
    new = f"It does not hold the new block, {', '.join(blocks)}." if blocks else "The new block is not known yet."
    return failed(
        f"{acl_id}, a list of {', '.join(item.texts('listeners'))}, holds {entries}, which changes with the move. "
        f"{new}",
        _entry(acl_id, blocks[0] if blocks else "<block of the VSwitch>"),
    )


def _entry(acl_id: str, block: str) -> Fix:
    entries = [{"entry": block, "comment": "target VPC"}]
    return aliyun("slb", "AddAccessControlListEntry", {"AclId": acl_id, "AclEntrys": entries})


RULE: Final = InstanceRule(
    module=__name__,
    title="Access control lists that name the instance must name the VSwitch too",
    severity="low",
    notice_items=("N24", "N26"),
    why="A listener that lets the instance in by its address refuses it once it has moved; so does the API server of a "
    "Container Service cluster, whose whitelist is such a list.",
    remediation=_entry("<list>", "<block of the VSwitch>") | remediation("address-lists"),
    remediation_after=(
        task("It is refused by now: add the VSwitch's block at once.") + _entry("<list>", "<block of the VSwitch>")
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
