"""Nobody has changed in the cloud what the stack applied at the last `pulumi up`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from policies.core.clock import Timeline, estate_file
from policies.core.facts import Facts
from policies.core.fixes import UP, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, unknown, worst
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    CLASSIC_LINK,
    CLASSIC_LINK_ATTACHMENT,
    CUT_THROUGH_BINDING,
    DEFAULT_VPC,
    DEFAULT_VSWITCH,
    HYBRID_ACCESSES,
    MIGRATION,
    PUBLIC_IP_CONVERSION,
    REMOVED_ACL_ENTRIES,
    REMOVED_WHITELIST_ENTRIES,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SHARED_SECURITY_GROUP,
    VPC,
    VSWITCH,
    WHITELIST_GROUPS,
    Plan,
    Resource,
)
from policies.core.rule import MigrationRule
from policies.security_groups.live import changes_of_group, changes_of_rules, group_id_of
from policies.subjects.applied import changes_of_applied
from policies.subjects.databases import READING

_TYPES: Final = (
    ADDED_SECURITY_GROUP_RULES,
    CLASSIC_LINK,
    CLASSIC_LINK_ATTACHMENT,
    CUT_THROUGH_BINDING,
    DEFAULT_VPC,
    DEFAULT_VSWITCH,
    *HYBRID_ACCESSES,
    PUBLIC_IP_CONVERSION,
    REMOVED_ACL_ENTRIES,
    *REMOVED_WHITELIST_ENTRIES,
    SECURITY_GROUP_RULES,
    *WHITELIST_GROUPS,
)
_RULES: Final = (SECURITY_GROUP_RULES, ADDED_SECURITY_GROUP_RULES)
_OF_ALICLOUD: Final = (SECURITY_GROUP, VPC, VSWITCH)
_MOST_SHOWN: Final = 5
# The name of each kind of resource, and its resource types.
_KINDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "vpc": ("VPC", (VPC, DEFAULT_VPC)),
    "vswitch": ("VSwitch", (VSWITCH, DEFAULT_VSWITCH)),
    "securityGroup": ("security group", (SECURITY_GROUP,)),
    "linkedInstance": ("the ClassicLink of", (CLASSIC_LINK_ATTACHMENT,)),
}


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    # Groups of others are in place of clones, and no `up` of this stack applied them.
    clone_urns = {f"{item.urn}/clone" for item in plan.of_type(SHARED_SECURITY_GROUP)}
    applied = [item for item in plan.of_type_in(_TYPES) if item.parent not in clone_urns and _was_applied(item)]
    # Raises where there is no migration: then nothing is known to be applied.
    region = plan.migration.text("regionId")
    declared = [item for item in plan.of_type(SECURITY_GROUP) if item.parent not in clone_urns]
    groups = [item for item in declared if group_id_of(plan, item) is not None]
    networks = [item for item in plan.of_type_in((VPC, VSWITCH)) if item.exists]
    if file := estate_file(plan):
        return unknown(f"The estate is from {file}. Only the cloud and the state show what was applied.")
    verdicts = [
        *_gone(plan),
        *(judged(partial(_resource, plan, item)) for item in applied),
        *(judged(partial(_compared, plan, item, changes_of_group)) for item in groups),
        *(judged(partial(_compared, plan, item, changes_of_applied)) for item in networks),
    ]
    return worst(verdicts) if verdicts else not_applicable(f"Nothing of the migration in {region} was applied yet.")


def _gone(plan: Plan) -> Iterator[Verdict]:
    """Yield what the last `up` had in the cloud and the next one would create again, or an old state takes to exist."""
    for item in plan.migration.objects("gone") if "gone" in plan.migration.data else ():
        kind, gone_id = item.choice("kind", *_KINDS), item.text("id")
        kind_name, types = _KINDS[kind]
        declared = plan.of_type_in(types)
        if _link_is_missing(plan, gone_id, declared) if kind == "linkedInstance" else _is_missing(gone_id, declared):
            yield failed(f"{kind_name} {gone_id} was applied, and is gone from the cloud.")


def _is_missing(gone_id: str, declared: Sequence[Resource]) -> bool:
    # A resource that `up` created again has an id of the cloud's own.
    by_state = any(resource.facts.data.get("id") == gone_id for resource in declared)
    return by_state or not all(resource.exists for resource in declared)


def _link_is_missing(plan: Plan, instance_id: str, declared: Sequence[Resource]) -> bool:
    """Whether a lost link is still wanted: with an instance that was released, its link is gone for good."""
    own = [resource for resource in declared if resource.facts.data.get("instanceId") == instance_id]
    # A link has no id of its own: one that `up` made again looks the same.
    return any(plan.migration.flag("dryRun") or not resource.exists for resource in own)


def _was_applied(item: Resource) -> bool:
    """Whether it is in the cloud: in the preview of an update `applied` is unknown, but `drift` is known."""
    return item.exists or item.facts.is_known("drift")


def _resource(plan: Plan, item: Resource) -> Verdict:
    if "drift" not in item.facts.data:
        return unknown(f"{_named(item)} was not compared with the cloud: its state was not refreshed.")
    drift = item.facts.texts("drift")
    if drift:
        return _changed(item, drift)
    # The state holds the result of the last refresh, which may be an earlier run's: it is compared with this reading.
    return _compared(plan, item, changes_of_rules if item.type in _RULES else changes_of_applied)


def _compared(plan: Plan, item: Resource, changes_of: Callable[[Plan, Resource], list[str] | None]) -> Verdict:
    """Compare what was applied with what this run read of the cloud before it."""
    if not plan.migration.flag("dryRun") and item.type in _OF_ALICLOUD:
        # That plugin does not report when it wrote. What did not exist when this update began was created by it, or is
        # gone.
        if item.type != SECURITY_GROUP or not changes_of(plan, item):
            return _as_applied(item)
        return unknown(
            f"{_named(item)} is not as this update found it, and it is unknown who changed it: run `pulumi preview`."
        )
    if plan.confirmed(item):
        return _as_applied(item)
    changes = changes_of(plan, item)
    if changes is None:
        return unknown(f"{_named(item)} was not compared with the cloud: this run did not read it.")
    return _changed(item, changes) if changes else _as_applied(item)


def _as_applied(item: Resource) -> Verdict:
    return passed(f"{_named(item)} is as it was applied.")


def _changed(item: Resource, drift: Sequence[str]) -> Verdict:
    differences = [*drift[:_MOST_SHOWN], *([f"{len(drift) - _MOST_SHOWN} more"] if len(drift) > _MOST_SHOWN else [])]
    return failed(f"{_named(item)} was changed in the cloud since the last `pulumi up`: {', '.join(differences)}.")


def _named(item: Resource) -> str:
    return f"{item.type.rpartition(':')[2]} {Facts({'name': item.name}, item.type).text('name')}"


RULE: Final = MigrationRule(
    module=__name__,
    title="What the stack applied must be unchanged in the cloud",
    severity="critical",
    notice_items=("N13",),
    why="A port that was opened by hand, or a whitelist entry that was removed, goes unnoticed until the window.",
    remediation=(task("Put back what is gone:") + UP)
    | task("Declare or remove what others added, as update-not-refused lists it: no update removes it."),
    reads=(MIGRATION, *_TYPES, SECURITY_GROUP, VPC, VSWITCH),
    sources=(
        "Pulumi, refresh: the state is overwritten with what is in the cloud; the provider alimigrate remembers what "
        "was declared last.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/security-group-rules",
    ram_actions=(
        "ecs:DescribeSecurityGroupAttribute",
        "ecs:DescribeClassicLinkInstances",
        "vpc:DescribeVpcAttribute",
        "vpc:DescribeVSwitches",
        "slb:DescribeAccessControlListAttribute",
        *READING,
    ),
    fixed_by_up=True,
    check=_check,
)
