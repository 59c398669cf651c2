"""Make a Change of a preview's steps; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import Final

from policies.core import plan as types
from policies.core.facts import Facts, UnreadableError, Value, attempt, printable
from policies.core.plan import Plan
from policies.core.words import number_of
from preflight.plan.groups import group_changes, rules_beyond
from preflight.plan.model import Action, Area, Change, Kept, Part
from preflight.reading import text, texts
from preflight.screen import when
from preflight.steps import Step, plan_of

_ACTIONS: Final[Mapping[str, Action]] = {
    "create": "create",
    "import": "create",
    "update": "update",
    "replace": "replace",
    "import-replacement": "replace",
}
_ORDER: Final[tuple[Area, ...]] = (
    "network",
    "security-groups",
    "databases",
    "lists",
    "links",
    "public-addresses",
    "snapshots",
    "cleanup",
    "other",
)
_INTERFACE: Final = "alicloud:ecs/ecsNetworkInterface:EcsNetworkInterface"
_OF_GROUPS: Final = (types.SECURITY_GROUP, types.SECURITY_GROUP_RULES)
_NOT_KNOWN: Final = "(known after the update)"


def make_change(steps: Iterable[Step]) -> Change:
    """Return what the steps of a preview do; an incomplete preview has too few steps and must not be passed."""
    every = tuple(_in_the_stacks_time(tuple(steps)))
    real = [step for step in every if _is_real(step)]
    plan = plan_of(every)
    names = _names(plan)
    counts: Counter[Action] = Counter(action for step in real if (action := action_of(step)) is not None)
    project, stack = plan.project_and_stack
    parts = [
        part
        for step in real
        if (action := action_of(step)) is not None and step.type not in _OF_GROUPS
        for part in [_part(step, action, names)]
    ]
    groups, strays = group_changes(plan, every)
    parts += [_plain_part(step, action) for step in strays if (action := action_of(step)) is not None]
    return Change(
        project=printable(project),
        stack=printable(stack),
        counts=dict(sorted(counts.items())),
        unchanged=sum(action_of(step) is None for step in real),
        groups=groups,
        parts=tuple(sorted(parts, key=lambda part: (_ORDER.index(part.area), part.id, part.what))),
        kept=tuple(_kept_parts(real)),
    )


def _in_the_stacks_time(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield steps with their ends of validity in the offset of the first window, the local time of the people there."""
    start = attempt(lambda: plan_of(steps).waves[0].object("window").moment("start"))
    zone = None if isinstance(start, UnreadableError) else start.tzinfo
    for step in steps:
        if zone is not None and step.type in types.HYBRID_ACCESSES:
            step = replace(step, before=_moved_to(step.before, zone), after=_moved_to(step.after, zone))
        yield step


def _moved_to(data: Mapping[str, Value], zone: tzinfo) -> Mapping[str, Value]:
    until = attempt(lambda: Facts(data, "").moment("validUntil"))
    return data if isinstance(until, UnreadableError) else {**data, "validUntil": until.astimezone(zone).isoformat()}


def action_of(step: Step) -> Action | None:
    """Return the action on a resource; None where there is none."""
    if step.deletes:
        return "release" if step.retained or step.type in _LEFT or _was_there(step) else "delete"
    return _ACTIONS.get(step.op)


def _was_there(step: Step) -> bool:
    """Whether all that a resource stands for existed before this stack; the provider then leaves it in the cloud."""
    if step.type == types.ADDED_SECURITY_GROUP_RULES:
        return not _own_rules(step.before)
    return step.type in _BEFORE and step.before.get(_BEFORE[step.type][0]) is not False


def _is_real(step: Step) -> bool:
    """Whether the step is about something in the cloud: no component of ours, no provider, no reading."""
    return not step.type.startswith(("pulumi:", "classic-to-vpc:"))


# ---- names ----


def _names(plan: Plan) -> Mapping[str, str]:
    """Return the names of instances, databases and groups by id, where the facts have them."""
    names: dict[str, str] = {}
    for key, id_key, name_key in (
        ("classicInstances", "instanceId", "instanceName"),
        ("databases", "dbInstanceId", "description"),
        ("securityGroups", "securityGroupId", "securityGroupName"),
        ("linkedSecurityGroups", "securityGroupId", "securityGroupName"),
        ("accessLists", "aclId", "aclName"),
    ):
        listed = attempt(partial(_listed, plan, key))
        for item in () if isinstance(listed, UnreadableError) else listed:
            names[text(item.data, id_key)] = text(item.data, name_key)
    for instance in plan.instances:
        names[text(instance.properties, "instanceId")] = text(instance.properties, "instanceName")
        disks = attempt(partial(instance.facts.objects, "disks"))
        for disk in () if isinstance(disks, UnreadableError) else disks:
            names[text(disk.data, "diskId")] = text(instance.properties, "instanceName")
    return names


def _listed(plan: Plan, key: str) -> tuple[Facts, ...]:
    return plan.migration.objects(key)


def _text_or_unknown(data: Mapping[str, Value], key: str) -> str:
    return text(data, key) or _NOT_KNOWN


def _moment(data: Mapping[str, Value], key: str) -> str:
    moment = text(data, key)
    try:
        return when(moment) if moment else _NOT_KNOWN
    except ValueError:
        return moment


# ---- a part for each step ----


def _plain_part(step: Step, action: Action) -> Part:
    if step.type in _OF_GROUPS:
        # Belongs to a clone that the stack no longer declares.
        subject = "the VPC group" if step.type == types.SECURITY_GROUP else "the rules of the VPC group"
        return Part(area="security-groups", action=action, id=printable(step.name), name="", what=subject)
    return Part(area="other", action=action, id=printable(step.name), name="", what=step.type)


def _part(step: Step, action: Action, names: Mapping[str, str]) -> Part:
    describer = _DESCRIBERS.get(step.type)
    if describer is None:
        return _plain_part(step, action)
    area, id_key, describe = describer
    subject = text(step.properties, id_key) if id_key else step.name
    what, details, forever = describe(step, action)
    return Part(
        area=area,
        action=action,
        id=subject or printable(step.name),
        name=names.get(subject, ""),
        what=what,
        details=tuple(details),
        forever=forever,
    )


_Description = tuple[str, Sequence[str], str | None]
_FOREVER_DATABASE: Final = "a database that has an address in a VPC never goes back, nor into another VPC"
_FOREVER_ADDRESS: Final = "a public address that is an EIP never becomes an instance's own again"


def _vpc(step: Step, action: Action) -> _Description:
    return f"VPC, {_text_or_unknown(step.properties, 'cidrBlock')}", (), None


def _vswitch(step: Step, action: Action) -> _Description:
    block, zone = (_text_or_unknown(step.properties, key) for key in ("cidrBlock", "zoneId"))
    return f"VSwitch, {block} in {zone}", (), None


def _default_network(step: Step, action: Action) -> _Description:
    kind = "VPC"
    if step.type == types.DEFAULT_VSWITCH:
        kind = f"VSwitch in {_text_or_unknown(step.properties, 'zoneId')}"
    block = _text_or_unknown(step.properties, "cidrBlock")
    return f"the account's default {kind}, made where there is none, {block}", (), None


def _hybrid(step: Step, action: Action) -> _Description:
    if action == "release":
        return "the stack lets go of its addresses, which stay as they are", (), None
    until = _moment(step.after, "validUntil")
    if action == "update":
        return f"the classic address is kept until {until} (before: {_moment(step.before, 'validUntil')})", (), None
    return f"an address in the VPC; the classic one is kept until {until} at least", (), _FOREVER_DATABASE


def _whitelist(step: Step, action: Action) -> _Description:
    data = step.properties
    kind = f" ({text(data, 'networkType')})" if text(data, "networkType") else ""
    group = f"whitelist group {_text_or_unknown(data, 'groupName')}{kind}"
    before, after = frozenset(texts(step.before, "securityIps")), frozenset(texts(step.after, "securityIps"))
    if action == "release":
        return f"{group} stays", (), None
    details = [f"+ {entry}" for entry in sorted(after - before)] + [f"- {entry}" for entry in sorted(before - after)]
    if action == "delete":
        # No API deletes a whitelist group (docs/limits.md).
        return f"{group} stays, without these entries", details, None
    if not after:
        details.append(f"entries {_NOT_KNOWN}")
    return group, details, None


def _link(step: Step, action: Action) -> _Description:
    words = {"create": "is enabled", "replace": "is enabled for another VPC", "delete": "is disabled"}
    return f"ClassicLink of the VPC {words.get(action, 'stays enabled')}", (), None


def _attachment(step: Step, action: Action) -> _Description:
    words = {"create": "linked to the VPC", "replace": "linked to another VPC", "delete": "no longer linked"}
    return words.get(action, "linked as before"), (), None


def _added_rules(step: Step, action: Action) -> _Description:
    rules = step.properties.get("rules")
    summary = f"{number_of(len(rules) if isinstance(rules, Mapping) else 0, 'rule')} to admit VPC groups"
    if action == "release":
        return f"{summary}, which stay", (), None
    added = rules_beyond(step.after, step.before)
    removed = rules_beyond({"rules": _own_rules(step.before)}, step.after)
    return summary, [*(f"+ {rule}" for rule in added), *(f"- {rule}" for rule in removed)], None


def _own_rules(data: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the rules of a set by label, without those that were in the group before the stack."""
    rules, before = data.get("rules"), data.get("presentBefore")
    labels = before if isinstance(before, Sequence) else ()
    return {label: rule for label, rule in rules.items() if label not in labels} if isinstance(rules, Mapping) else {}


def _eip(step: Step, action: Action) -> _Description:
    if action == "release":
        return "the stack lets go of the EIP, which stays", (), None
    return "the public address becomes an EIP and stays the same", (), _FOREVER_ADDRESS


def _interface(step: Step, action: Action) -> _Description:
    return "a second network interface, for an EIP in cut-through mode", (), None


def _cut_through(step: Step, action: Action) -> _Description:
    if action == "delete":
        return "the EIP is bound to the instance again, not to the second interface", (), None
    return "the EIP is bound to the second interface, in cut-through mode", (), None


def _snapshot(step: Step, action: Action) -> _Description:
    if action == "release":
        return "the stack lets go of the snapshot, which stays", (), None
    taken = ", taken before the move" if action in ("create", "replace") else ""
    days = step.properties.get("retentionDays")
    retention = f", kept {days:g} days" if isinstance(days, float) else ""
    return f"a snapshot{taken}{retention}", (), None


def _snapshots(step: Step, action: Action) -> _Description:
    if action == "release":
        return "the stack lets go of the snapshots, which stay", (), None
    taken = ", taken at one moment" if action in ("create", "replace") else ""
    return f"snapshots of {number_of(len(texts(step.properties, 'diskIds')), 'disk')}{taken}", (), None


def _removed(key: str) -> Callable[[Step, Action], _Description]:
    def describe(step: Step, action: Action) -> _Description:
        name = text(step.properties, "groupName")
        group = f"group {name} of " if name else ""
        if action == "release":
            return f"the stack forgets what it took out of {group}the list: nothing is put back", (), None
        ones = frozenset(texts(step.before, key))
        entries = sorted(set(texts(step.after, key)) - ones)
        return f"old addresses are taken out of {group}the list", [f"- {entry}" for entry in entries], None

    return describe


_Describer = tuple[Area, str | None, Callable[[Step, Action], _Description]]
_DESCRIBERS: Final[Mapping[str, _Describer]] = {
    types.VPC: ("network", None, _vpc),
    types.VSWITCH: ("network", None, _vswitch),
    types.DEFAULT_VPC: ("network", None, _default_network),
    types.DEFAULT_VSWITCH: ("network", None, _default_network),
    **dict.fromkeys(types.HYBRID_ACCESSES, ("databases", "dbInstanceId", _hybrid)),
    **dict.fromkeys(types.WHITELIST_GROUPS, ("lists", "dbInstanceId", _whitelist)),
    types.CLASSIC_LINK: ("links", "vpcId", _link),
    types.CLASSIC_LINK_ATTACHMENT: ("links", "instanceId", _attachment),
    types.ADDED_SECURITY_GROUP_RULES: ("links", "securityGroupId", _added_rules),
    types.PUBLIC_IP_CONVERSION: ("public-addresses", "instanceId", _eip),
    _INTERFACE: ("public-addresses", None, _interface),
    types.CUT_THROUGH_BINDING: ("public-addresses", "instanceId", _cut_through),
    types.SNAPSHOT: ("snapshots", "diskId", _snapshot),
    types.SNAPSHOT_GROUP: ("snapshots", "instanceId", _snapshots),
    **dict.fromkeys(types.REMOVED_WHITELIST_ENTRIES, ("cleanup", "dbInstanceId", _removed("securityIps"))),
    types.REMOVED_ACL_ENTRIES: ("cleanup", "aclId", _removed("entries")),
}


# ---- what a destroy keeps ----

# By type, where the provider leaves the resource in the cloud (docs/contracts.md, "Resources of the local provider").
_LEFT: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(
        types.HYBRID_ACCESSES, ("databases with their address in the VPC", "there is no way back out of a VPC")
    ),
    types.DEFAULT_VPC: ("the default VPC", "it is the account's, not the stack's"),
    types.DEFAULT_VSWITCH: ("default VSwitches", "they are the account's, not the stack's"),
    types.PUBLIC_IP_CONVERSION: ("EIPs", "the address outlives the instance until it is released"),
    **dict.fromkeys(
        (*types.REMOVED_WHITELIST_ENTRIES, types.REMOVED_ACL_ENTRIES),
        ("lists without the old addresses", "what was taken out is not put back"),
    ),
}
_RETAINED: Final[Mapping[str, tuple[str, str]]] = {
    types.VPC: ("the VPC", "databases have an address in it"),
    types.VSWITCH: ("VSwitches", "databases have an address in the VPC"),
    types.SNAPSHOT: ("snapshots of disks", "they are the only way back from the move"),
    types.SNAPSHOT_GROUP: ("snapshots of all disks of an instance", "they are the only way back from the move"),
}
# By what existed before: a rule, a link, ClassicLink of the VPC.
_BEFORE: Final[Mapping[str, tuple[str, str, str]]] = {
    types.CLASSIC_LINK: ("enabledBefore", "ClassicLink of the VPC", "it was enabled before this stack"),
    types.CLASSIC_LINK_ATTACHMENT: ("linkedBefore", "links of instances", "they were there before this stack"),
    types.ADDED_SECURITY_GROUP_RULES: ("presentBefore", "rules of classic groups", "they were there before this stack"),
}


def _kept_parts(steps: Iterable[Step]) -> Iterator[Kept]:
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for step in steps:
        if step.deletes:
            continue
        if step.type in _LEFT:
            counts[_LEFT[step.type]] += 1
        elif step.retained:
            counts[_RETAINED.get(step.type, (step.type, "the program retains it"))] += 1
        elif step.type in _BEFORE:
            key, text, why = _BEFORE[step.type]
            before = step.after.get(key)
            if before is True:
                counts[text, why] += 1
            elif isinstance(before, Sequence) and not isinstance(before, str):
                counts[text, why] += len(before)
        if step.protected:
            counts["what is protected", "a destroy stops at it"] += 1
    for (text, why), count in sorted(counts.items()):
        if count:
            yield Kept(what=text, count=count, why=why)
