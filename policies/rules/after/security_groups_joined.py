"""A moved instance is in the VPC groups that replace its classic ones."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import ID, aliyun, then_all
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import CLONED_SECURITY_GROUP, MIGRATING_INSTANCE, MIGRATION, SECURITY_GROUP, Plan, has_moved
from policies.core.rule import InstanceRule
from policies.security_groups import clones
from policies.subjects.after import cleanup


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if not has_moved(instance):
        return not_applicable("It has not moved yet.")
    if not plan.waves_ahead and timeline.now >= cleanup(plan, timeline).due:
        return not_applicable("All waves have moved, and the cleanup is over: its groups are the team's own by now.")
    present = instance.object("present").texts("securityGroupIds")
    group_ids = instance.texts("securityGroupIds")
    if missing := clones.without_clone(plan, group_ids):
        return not_applicable(f"There is no clone of {', '.join(missing)}: see security-group-cloned.")
    others = sorted(set(present) - {item for group_id in group_ids for item in _ids(plan, group_id)})
    beside = f" Rules of {', '.join(others)}, which it is in too, are not compared." if others else ""
    instance_id = instance.text("instanceId")
    return worst(judged(partial(_group, plan, instance_id, group_id, present, beside)) for group_id in group_ids)


def _group(plan: Plan, instance_id: str, group_id: str, present: tuple[str, ...], beside: str) -> Verdict:
    missing = [item for item in _ids(plan, group_id) if item not in present]
    if not missing:
        return passed(f"It is in the VPC groups that replace {group_id}.{beside}")
    return failed(
        f"It is in {', '.join(present)}, and not in {', '.join(missing)}, which replaces {group_id}. Other rules judge "
        "its traffic as if it were in all of them.",
        then_all(
            aliyun("ecs", "JoinSecurityGroup", {"InstanceId": instance_id, "SecurityGroupId": item}) for item in missing
        ),
    )


def _ids(plan: Plan, group_id: str) -> list[str]:
    clone = clones.the_clone(plan, group_id)
    groups = clones.the_groups(plan, clone)
    ids = clones.ids_of(clone, groups)
    if len(ids) < len(groups):
        raise UnreadableError(f"The clone of {group_id}", "has a group whose id is not known yet")
    return ids


RULE: Final = InstanceRule(
    module=__name__,
    title="A moved instance must be in the clones of its groups",
    severity="high",
    notice_items=("N12", "N30"),
    why="A migration plan can give it other groups: ports are closed or open then, and rules for its clones miss it.",
    remediation=aliyun("ecs", "JoinSecurityGroup", {"InstanceId": ID, "SecurityGroupId": "<clone>"}),
    reads=(MIGRATION, MIGRATING_INSTANCE, CLONED_SECURITY_GROUP, SECURITY_GROUP),
    sources=(
        "ECS user guide, migrate to a VPC (2021): the plan clones the groups by default, or takes those it is given.",
        "Physical server migration and upgrade notice, troubleshooting: new security group rules may close a port.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=False,
)
