"""Each database of the instance that is still to enter the VPC has a VSwitch in its own zone."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import change
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.core.rule import InstanceRule
from policies.subjects.databases import READING, each_used, endpoints, label
from policies.subjects.network import called


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    if not plan.of_type(TARGET_NETWORK):
        return not_applicable("There is no target network: see network-vswitch-in-usable-zone.")
    return each_used(plan, instance, partial(_database, plan))


def _database(plan: Plan, database: Facts) -> Verdict:
    if endpoints(database, "Private"):
        return not_applicable(f"{label(database)} has an address in a VPC already.")
    zone_ids = database.texts("zoneIds")
    if not zone_ids:
        raise UnreadableError(f"{database.path}: zoneIds", "names no zone")
    for zone_id in zone_ids:
        if vswitches := plan.vswitches((zone_id, None)):
            return passed(f"{label(database)} is in zone {zone_id}, as is {called(vswitches[0])}.")
    where = f"zone {zone_ids[0]}" if len(zone_ids) == 1 else f"zones {' and '.join(zone_ids)}"
    return failed(
        f"{label(database)} is in {where}, and the target network has no VSwitch there. A database goes only into a "
        "VSwitch of its own zone, and cannot change zone in hybrid access.",
        change("network.vswitches", [{"zone": zone_ids[0]}]),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="The VPC must have a VSwitch in the zone of each database",
    severity="high",
    notice_items=("N17",),
    why="Without a VSwitch in its zone a database gets no address in the VPC.",
    remediation=change("network.vswitches", [{"zone": "<zone of the database>"}]),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    sources=(
        "RDS user guide, configure the hybrid access mode: the VPC needs a VSwitch in the zone of the instance, which "
        "cannot change zone meanwhile.",
        "Redis API reference, SwitchNetwork: the VSwitch must be in the same zone as the instance.",
    ),
    url="https://www.alibabacloud.com/help/en/redis/developer-reference/api-r-kvstore-2015-01-01-switchnetwork-redis",
    ram_actions=READING,
    check=_check,
    until_move=False,
)
