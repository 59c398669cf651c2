"""Each database of the instance keeps its classic addresses until the instance has moved, and for a margin after."""

import math
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import UP, Fix, aliyun, change, task
from policies.core.outcome import (
    Outcome,
    Verdict,
    best,
    failed,
    judged,
    not_applicable,
    passed,
    pending,
    unknown,
    worst,
)
from policies.core.plan import (
    CLASSIC_LINK_ATTACHMENT,
    HYBRID_ACCESSES,
    MIGRATING_INSTANCE,
    MIGRATION,
    TARGET_NETWORK,
    WHITELIST_GROUPS,
    Plan,
    Resource,
)
from policies.core.rule import InstanceRule
from policies.core.settings import Threshold
from policies.core.waivers import waiver
from policies.core.words import apart, to_minute
from policies.subjects.address_lists import addresses_of
from policies.subjects.attestations import window_start
from policies.subjects.databases import (
    READING,
    admission,
    each_used,
    endpoints,
    hybrid_access,
    hybrid_accesses,
    label,
    read_only_instances,
)

# The time when the last instance not only began to move, but runs and has been checked.
_MARGIN: Final = Threshold("marginHours", 24, 24, 2_880, "Hours by which classic addresses must outlast the wave.")


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    return each_used(plan, instance, partial(_with_read_only_instances, plan, timeline, instance))


def _with_read_only_instances(plan: Plan, timeline: Timeline, instance: Facts, database: Facts) -> Verdict:
    every = (database, *read_only_instances(plan, database))
    return worst(judged(partial(_database, plan, timeline, instance, item)) for item in every)


def _database(plan: Plan, timeline: Timeline, instance: Facts, database: Facts) -> Verdict:
    classic = endpoints(database, "Inner")
    if not classic and hybrid_accesses(plan, database):
        return _ended(plan, instance, database)
    if not classic:
        return not_applicable(f"{label(database)} has no classic address that could end.")
    if timeline.latest is None:
        raise UnreadableError("the window", "does not show until when classic addresses are needed")
    # A task may be put off until its Latest Schedule Time.
    needed = timeline.latest + timedelta(hours=timeline.threshold(_MARGIN))
    in_vpc = endpoints(database, "Private")
    declared = [
        judged(partial(_declared, plan, timeline, database, item, needed)) for item in hybrid_accesses(plan, database)
    ]
    if not in_vpc:
        if not declared:
            return not_applicable(f"{label(database)} is not in hybrid access: see database-address-in-vpc.")
        return best(declared)
    live = judged(partial(_live, plan, database, classic, needed))
    # No documented call extends it for PostgreSQL: the declared end cannot be reached.
    return live if database.text("engine") == "PostgreSQL" else best([live, *declared])


def _ended(plan: Plan, instance: Facts, database: Facts) -> Verdict:
    """Judge an instance whose database has no classic address: only ClassicLink leads to the address in the VPC."""
    own = instance.text("instanceId")
    declared = [item for item in plan.of_type(CLASSIC_LINK_ATTACHMENT) if item.facts.data.get("instanceId") == own]
    links = [item for item in declared if plan.leads_to_target(item)]
    if not links:
        return failed(
            f"{label(database)} has no classic address any more, because its hybrid access has ended. The instance is "
            "still classic, and cannot reach it.",
            task("Until it moves, only ClassicLink leads to the address in the VPC:") + _link(plan, instance),
        )
    admitted = worst(judged(partial(admission, plan, database, f"{item}/32")) for item in addresses_of(instance))
    if admitted.outcome is Outcome.FAIL:
        return failed(
            f"{label(database)} has no classic address any more. The instance reaches it over ClassicLink, but its "
            "lists for VPC addresses do not admit the intranet address of the instance.",
            change("databases", [{"id": database.text("dbInstanceId"), "alsoAdmit": list(addresses_of(instance))}]),
        )
    text = f"{label(database)} has no classic address any more. The instance reaches it by ClassicLink until it moves."
    if admitted.outcome is Outcome.PASS:
        return passed(text) if all(item.exists for item in links) else pending(f"{text} It is not linked yet.")
    return admitted


def _link(plan: Plan, instance: Facts) -> Fix:
    """Return the fix that links a moving instance; the program links none of the first wave."""
    own = instance.text("instanceId")
    starts = [wave.object("window").moment("start") for wave in plan.waves]
    if window_start(plan, instance) > min(starts):
        # An instance that is linked without being listed stays linked.
        linked = (item.facts.optional_text("instanceId") for item in plan.of_type(CLASSIC_LINK_ATTACHMENT))
        return change("classicLink", {"attach": sorted({own, *filter(None, linked)})})
    by_hand = aliyun("ecs", "AttachClassicLinkVpc", {"VpcId": "<the target VPC>", "InstanceId": own})
    return by_hand + task("Once it reaches the database:") + waiver(own)


def _live(plan: Plan, database: Facts, classic: tuple[Facts, ...], needed: datetime) -> Verdict:
    if not all(item.is_known("expiresAt") for item in classic):
        return unknown(f"The end of a classic address of {label(database)} is not known.")
    ends = min(item.moment("expiresAt") for item in classic)
    if ends >= needed:
        return passed(
            f"The classic addresses of {label(database)} last until {to_minute(ends)}. Instances that stay classic "
            "lose it then, unless hybrid access is extended."
        )
    end, until = apart(ends, needed)
    return failed(
        f"The classic addresses of {label(database)} end at {end}. The instance needs them until "
        f"{until}: it may move as late as its Latest Schedule Time.",
        _extension(plan, database),
    )


def _extension(plan: Plan, database: Facts) -> Fix:
    if database.text("engine") == "PostgreSQL":
        return task(
            "Give the wave an earlier window, or set smaller marginDays under hybridAccess. For PostgreSQL no API call "
            "is documented that extends hybrid access."
        )
    return hybrid_access(plan, database) + UP


def _declared(plan: Plan, timeline: Timeline, database: Facts, resource: Resource, needed: datetime) -> Verdict:
    until = resource.facts.moment("validUntil")
    if until < needed:
        longer = {"marginDays": math.ceil(timeline.threshold(_MARGIN) / 24)}
        declared, end = apart(until, needed)
        return failed(
            f"Hybrid access of {label(database)} is declared until {declared} and needed until {end}.",
            change("databases", [{"id": database.text("dbInstanceId"), "hybridAccess": longer}]),
        )
    if plan.confirmed(resource) and resource.facts.optional_text("classicExpiresAt"):
        ends = resource.facts.moment("classicExpiresAt")
        if ends >= needed:
            return passed(f"The classic addresses of {label(database)} last until {to_minute(ends)}, by this update.")
    if resource.exists:
        # No pending update extends it, and the addresses as read end too early.
        return failed(
            f"By the Pulumi state, hybrid access of {label(database)} lasts until {to_minute(until)}, but its "
            "addresses end earlier.",
            UP,
        )
    return pending(f"Hybrid access of {label(database)} until {to_minute(until)} is declared and not applied yet.")


RULE: Final = InstanceRule(
    module=__name__,
    title="Hybrid access must last until the last wave that needs it is over",
    severity="critical",
    notice_items=("N17",),
    why="When hybrid access ends, classic addresses are deleted: instances that have not moved lose their database.",
    remediation=change("databases", [{"id": "<database>", "hybridAccess": {}}]),
    remediation_after=(
        task("The moved instance uses the address in the VPC. For instances that are still classic:")
        + change("databases", [{"id": "<database>", "hybridAccess": {}}])
        + UP
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, *HYBRID_ACCESSES, TARGET_NETWORK, *WHITELIST_GROUPS, CLASSIC_LINK_ATTACHMENT),
    unknown_ok="Hybrid access that is declared, or its extension, may be applied until the freeze begins.",
    sources=(
        "RDS API reference, ModifyDBInstanceNetworkExpireTime: 1 to 120 days from the call; MySQL and SQL Server.",
        "Redis and MongoDB API references, ModifyInstanceNetExpireTime and ModifyDBInstanceNetExpireTime: 14, 30, 60 "
        "or 120 days from the call.",
        "RDS user guide, hybrid access mode: after the period the classic endpoint is deleted.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/"
    "api-rds-2014-08-15-modifydbinstancenetworkexpiretime",
    ram_actions=READING,
    thresholds=(_MARGIN,),
    until_move=True,
    check=_check,
)
