"""The exports of a stack (docs/contracts.md, Stack outputs), and how another, or the same one later, reads them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

import pulumi

from components import cut_off
from components.config import ConfigError, CreateNetwork, ExistingNetwork, MigrationConfig, Problem, SharedNetwork
from components.facts.instances import membership_facts
from components.facts.migration import wave_facts
from components.marks import NETWORK, found_marked, is_recent, maker, mark
from components.plan import Membership, MigrationPlan, Origin, Seen, StackRecord, snapshot_sets
from components.public_address import interface_name
from estate.model import Estate, FreeInterface, SnapshotGroup

_ATTEMPTS: Final = 20
_PAUSE_SECONDS: Final = 0.1


def exported(plan: MigrationPlan) -> dict[str, pulumi.Input[object]]:
    """Return the outputs that follow from the plan: its waves, and its instances as they are or were when classic.

    Instances of a later wave are among them: they may move with another stack.
    """
    rounds = {planned.instance.id: planned.snapshot_round for planned in plan.instances}
    databases = {planned.instance.id: [item.id for item in planned.databases] for planned in plan.instances}
    groups = {
        planned.instance.id: {"vserverGroups": [membership_facts(item) for item in planned.memberships]}
        for planned in plan.instances
        if planned.memberships is not None
        # Unknown facts are not recorded; a record from before a move is kept.
        and (planned.moved or not plan.load_balancers.unread)
    }
    recorded = {*rounds, *plan.config.later}
    return {
        "waves": [wave_facts(wave) for wave in plan.waves],
        "classicOrigins": {
            instance.id: {
                "zoneId": instance.zone_id,
                "intranetIps": list(instance.intranet_ips),
                "securityGroupIds": list(instance.security_group_ids),
                "snapshotRound": rounds.get(instance.id, 1),
                "databaseIds": databases.get(instance.id, []),
                **groups.get(instance.id, {}),
            }
            for instance in plan.roster.classic
            if instance.id in recorded
        },
    }


def own_record() -> StackRecord:
    """Return the exports of this stack's last `up`; empty before the first one.

    The engine answers from the state before this update (its `pulumi:pulumi:readStackOutputs`).
    """
    stack = own_name()
    return replace(record_of(read_outputs(stack)), stack=stack)


def own_name() -> str:
    """Return this stack as `organization/project/stack`."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


class Unlisted(NamedTuple):
    """Readers of what the estate does not have: all snapshot groups, and the free network interfaces of a name."""

    snapshot_groups: Callable[[], Sequence[SnapshotGroup]]
    interfaces: Callable[[str], Sequence[FreeInterface]]


def with_leftovers(record: StackRecord, config: MigrationConfig, estate: Estate, unlisted: Unlisted) -> StackRecord:
    """Return the record with the resources of a killed run of this stack, and the VPC of its state.

    A killed run exports nothing. The state, which is large, is read only if a resource carries a mark of this stack, or
    may be its VPC, link or whitelist group, and is not in its outputs. `unlisted` reads the cloud: snapshot groups only
    where snapshots of the last day may be theirs, network interfaces only where a moved instance is to have one.
    """
    stack = record.stack
    if stack is None:
        return record
    begun = cache(lambda: cut_off.read_begun(stack))
    record = _with_whitelist_groups(record, stack, config, estate, begun)
    known = {
        *(record.vpc_id, *record.snapshot_ids, *record.snapshot_group_ids),
        *(item for ids in record.applied.values() for item in ids),
    }
    taken = unlisted.snapshot_groups() if _may_be_grouped(record, config, estate) else ()
    groups = _whole_groups(config, estate, taken)
    free = [item for own in _moved_for_cut_through(config, estate) for item in unlisted.interfaces(interface_name(own))]
    marked_ids = {key: ids for key, ids in found_marked(estate, groups, free).items() if maker(key[1]) in (stack, None)}
    name = config.network.name if isinstance(config.network, CreateNetwork) else None
    alike = [vpc.id for vpc in estate.vpcs if name is not None and vpc.name == name]
    there = _target(config, record.vpc_id, None)
    linked = [item.instance_id for item in estate.classic_links if item.vpc_id == there]
    # What is linked is exported with ClassicLink.
    enabled = [vpc.id for vpc in estate.vpcs if vpc.classic_link_enabled and "linkedInstance" not in record.applied]
    unclear = record.vpc_id in enabled and name is not None
    if not unclear and known.issuperset([*alike, *linked, *(item for ids in marked_ids.values() for item in ids)]):
        return record
    state = read_state(stack)
    in_state = {(kind, mark(stack, own)) for kind, own in state}
    # With another name in the config it is another VPC, which a killed run may have made beside that of the last `up`.
    vpc_id = (state.get((NETWORK, name)) if name is not None else None) or record.vpc_id
    former = record.vpc_id if record.vpc_id != vpc_id else None
    left = {key: ids for key, ids in marked_ids.items() if key not in in_state}
    target = _target(config, vpc_id, left.get((NETWORK, mark(stack, name or ""))))
    vpcs = {item.id: item.vpc_id for item in estate.vswitches}
    vpcs |= {item.id: item.vpc_id for item in estate.security_groups if item.vpc_id}
    vpcs |= {item.id: item.vpc_id for item in free}
    leftovers = {
        # Resources in another VPC are no part of this target.
        key: in_target[0]
        for key, ids in left.items()
        if (in_target := [item for item in ids if item not in vpcs or vpcs[item] == target])
    }
    # In a VPC of others somebody else may have made the link; in that of this stack it is in the way of a destroy.
    own = [item for item in estate.classic_links if item.vpc_id == vpc_id and name is not None]
    links = {**cut_off.adoptable_links(own, begun())} if own else {}
    if vpc_id in enabled and name is not None:
        links |= cut_off.adoptable_enabling(vpc_id, begun())
    leftovers |= {(kind, mark(stack, own)): item for (kind, own), item in links.items()}
    applied = _with_links(record.applied, state, estate)
    return replace(
        record,
        vpc_id=vpc_id,
        former_vpc_id=former,
        applied=applied,
        leftovers={**record.leftovers, **leftovers},
    )


def _with_links(
    applied: Mapping[str, tuple[str, ...]], state: Iterable[tuple[str, str]], estate: Estate
) -> Mapping[str, tuple[str, ...]]:
    """Return what was applied, with the links of a run that was killed after they were in the state."""
    if not any(kind == cut_off.ENABLING for kind, _ in state):
        return applied
    live = {item.instance_id for item in estate.classic_links}
    links = {own for kind, own in state if kind == cut_off.LINK and own in live}
    return {**applied, "linkedInstance": tuple(sorted(links.union(applied.get("linkedInstance", ()))))}


def warn_of_cut_off_links(plan: MigrationPlan) -> None:
    """Warn of ClassicLink of a VPC of others that a run of this stack had begun, with the command that fixes each.

    Who enabled it or made the link cannot be known: it counts as there before, and a destroy leaves it. The state is
    asked only where something is declared that is there, and was neither exported nor adopted.
    """
    record, vpc = plan.roster.record, plan.network.vpc
    before = set(plan.links.linked_before).difference(record.linked_before)
    if record.stack is None or vpc is None or not plan.links.linked_ids or not before:
        return
    begun = cut_off.read_begun(record.stack)
    place = f"--RegionId {plan.estate.region_id} --VpcId {vpc.id}"
    warnings = [
        (
            f"Instance {link.instance_id} is linked to {vpc.id}",
            "make that link",
            f"detach it, and the next update makes it as the stack's own: aliyun ecs DetachClassicLinkVpc {place} "
            f"--InstanceId {link.instance_id}",
        )
        for link in cut_off.begun_links(plan.links.to_target, begun)
        if link.instance_id in before
    ]
    if vpc.id in before and cut_off.adoptable_enabling(vpc.id, begun):
        warnings.append(
            (
                f"ClassicLink is enabled on {vpc.id}",
                "enable it",
                "disable it once nothing is linked, and the next update enables it as the stack's own: aliyun vpc "
                f"DisableVpcClassicLink {place}",
            )
        )
    for subject, begun_to, command in warnings:
        pulumi.log.warn(
            f"{subject}, a VPC that this stack did not make, and a run of this stack that was cut off had begun to "
            f"{begun_to}. It counts as there before, and a destroy leaves it. If nobody else has done so, {command}"
        )


def _with_whitelist_groups(
    record: StackRecord, stack: str, config: MigrationConfig, estate: Estate, begun: Callable[[], cut_off.Begun]
) -> StackRecord:
    """Return the record with the whitelist groups of a killed run: the cloud keeps no mark of them."""
    group_ids = cut_off.whitelist_groups(estate, config.databases)
    if group_ids.keys() <= set(record.whitelist_group_ids):
        return record
    adoptable = cut_off.adoptable(group_ids, config.databases, begun())
    return replace(record, leftovers={(kind, mark(stack, name)): item for (kind, name), item in adoptable.items()})


def _may_be_grouped(record: StackRecord, config: MigrationConfig, estate: Estate) -> bool:
    """Return whether snapshots of the last day may be of a snapshot group, which itself is not in the estate."""
    if config.backups is None or not config.backups.consistent_groups:
        return False
    return any(is_recent(item, estate) and item.id not in record.snapshot_ids for item in estate.snapshots)


def _moved_for_cut_through(config: MigrationConfig, estate: Estate) -> list[str]:
    """Return the instances in a VPC whose EIP is to be bound to a network interface of its own."""
    planned = {item.id for _, item in config.keyed_instances if item.ftp and item.ftp.plan == "eip-cut-through"}
    return sorted(item.id for item in estate.instances if item.id in planned and not item.is_classic)


def _whole_groups(config: MigrationConfig, estate: Estate, groups: Iterable[SnapshotGroup]) -> list[SnapshotGroup]:
    """Return the groups with snapshots of exactly the disks that are to be taken together now."""
    excluded = {item.disk for item in config.backups.exclude} if config.backups else set()
    return [
        group
        for group in groups
        if [set(group.disk_ids)]
        == [
            {disk.id for disk in item.disks}
            for item in snapshot_sets(
                group.instance_id,
                [disk for disk in estate.disks if group.instance_id in disk.instance_ids],
                excluded,
                config.backups,
                1,
            )
        ]
    ]


def _target(config: MigrationConfig, vpc_id: str | None, left: Sequence[str] | None) -> str | None:
    if isinstance(config.network, ExistingNetwork):
        return config.network.vpc_id
    return vpc_id or (left[0] if left else None)


def read_state(stack: str) -> Mapping[tuple[str, str], str | None]:
    """Return the ids of the resources in a stack's state, as it was before this update, by type and name.

    Resources of the local provider have no id there.
    """
    outputs = _invoke("readStackResourceOutputs", {"stackName": stack})
    return {
        (urn.split("::")[2].rpartition("$")[2], urn.split("::", 3)[3]): (item.get("outputs") or {}).get("id")
        for urn, item in outputs.items()
    }


def read_outputs(stack: str) -> Mapping[str, Any]:
    """Return the outputs of `organization/project/stack`, known at once, unlike those of a StackReference.

    Raises the engine's error where there is no such stack.
    """
    return _invoke("readStackOutputs", {"name": stack})


def _invoke(function: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            result = pulumi.runtime.invoke(f"pulumi:pulumi:{function}", arguments)
            outputs: Mapping[str, Any] = (result.value or {}).get("outputs") or {}
            return outputs
        except Exception as error:
            # A state in a file is truncated for the moment in which the engine writes it, as it does at the beginning.
            if "failed to load checkpoint" not in str(error) or attempt == _ATTEMPTS:
                raise
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError("the last attempt returns or raises")


def with_shared(config: MigrationConfig, record: StackRecord, file: str) -> tuple[MigrationConfig, StackRecord]:
    """Return config and record with network, waves and clones of the stack that `network` shares, if it does.

    Raises ConfigError where there is no such stack, or one that exports no network.
    """
    if not isinstance(config.network, SharedNetwork):
        return config, record
    stack = config.network.stack
    try:
        outputs = read_outputs(stack)
    except Exception as error:
        # The engine's own error: the text of an RPC error, of no specific type.
        raise ConfigError(file, [Problem("network.stack", f"{stack} cannot be read: {error}")]) from None
    return share(config, record, outputs, file)


def share(
    config: MigrationConfig, record: StackRecord, outputs: Mapping[str, Any], file: str
) -> tuple[MigrationConfig, StackRecord]:
    """Return config and record with the other stack's exports; raise ConfigError with all that are missing.

    Its network becomes an existing one, and instances of its waves belong to a later wave here: they are in the VPC, or
    will be, and none of their resources is declared.
    """
    stack = config.network.stack if isinstance(config.network, SharedNetwork) else ""
    lacking = [key for key in ("vpcId", "vswitches", "waves", "classicOrigins") if not outputs.get(key)]
    if lacking:
        problem = f"{stack} does not export {', '.join(lacking)}"
        raise ConfigError(file, [Problem("network.stack", f"{problem}; expected a stack of this program that is up")])
    starts = {
        instance_id: datetime.fromisoformat(wave["window"]["start"])
        for wave in outputs["waves"]
        for instance_id in wave["instanceIds"]
    }
    own = {choice.id for _, choice in config.keyed_instances}
    if both := sorted(own & starts.keys()):
        raise ConfigError(
            file, [Problem("network.stack", f"{', '.join(both)} moves with {stack}; expected it in one stack")]
        )
    network = ExistingNetwork.model_validate(
        {
            "mode": "existing",
            "vpcId": outputs["vpcId"],
            "vswitchIds": [vswitch["vswitchId"] for vswitch in outputs["vswitches"]],
        }
    )
    later = tuple(sorted({*config.later, *starts}))
    applied = record_of(outputs)
    shared = replace(
        record,
        origins={**applied.origins, **record.origins},
        shared_with=stack,
        clone_ids={classic_id: tuple(ids) for classic_id, ids in (outputs.get("securityGroupIds") or {}).items()},
        starts=starts,
    )
    return config.model_copy(update={"network": network, "later": later}), shared


def record_of(outputs: Mapping[str, Any]) -> StackRecord:
    """Return the record in a stack's outputs; the exports of an earlier version have no origins."""
    origins = outputs.get("classicOrigins") or {}
    applied = {
        "vswitch": [item.get("vswitchId") for item in outputs.get("vswitches") or ()],
        "securityGroup": [item for ids in (outputs.get("securityGroupIds") or {}).values() for item in ids],
        "linkedInstance": outputs.get("linkedInstanceIds") or (),
    }
    return StackRecord(
        applied={
            kind: tuple(ids)
            for kind, ids_in_outputs in applied.items()
            # An export of no link says that ClassicLink itself was applied.
            if (ids := [item for item in ids_in_outputs if item])
            or (kind == "linkedInstance" and "linkedInstanceIds" in outputs)
        },
        vpc_id=outputs.get("vpcId"),
        snapshot_ids=tuple((outputs.get("snapshotIds") or {}).values()),
        snapshot_group_ids=tuple((outputs.get("snapshotGroupIds") or {}).values()),
        whitelist_group_ids=tuple((outputs.get("whitelistGroupIds") or {}).values()),
        linked_before=tuple(outputs.get("linkedBefore") or ()),
        waves={item: wave["name"] for wave in outputs.get("waves") or () for item in wave["instanceIds"]},
        seen={wave["name"]: _seen(wave) for wave in outputs.get("waves") or () if "scheduled" in wave},
        origins={
            instance_id: Origin(
                zone_id=origin["zoneId"],
                intranet_ips=tuple(origin["intranetIps"]),
                security_group_ids=tuple(origin["securityGroupIds"]),
                snapshot_round=int(origin["snapshotRound"]),
                database_ids=tuple(origin.get("databaseIds", ())),
                memberships=_memberships(origin["vserverGroups"]) if "vserverGroups" in origin else None,
            )
            for instance_id, origin in origins.items()
        },
    )


def _seen(wave: Mapping[str, Any]) -> Seen:
    """Return the sighting of an exported wave; an earlier version exported no start with it."""
    sighting = wave["scheduled"]
    start = sighting.get("start", wave["window"]["start"])
    return Seen(sighting["by"], datetime.fromisoformat(sighting["at"]), datetime.fromisoformat(start))


def _memberships(groups: Iterable[Mapping[str, Any]]) -> tuple[Membership, ...]:
    """Return the memberships of an origin; a number comes back from the state as a float."""
    return tuple(
        Membership(
            vserver_group_id=group["vserverGroupId"],
            vserver_group_name=group["vserverGroupName"],
            load_balancer_id=group["loadBalancerId"],
            address_type=group["addressType"],
            port=int(group["port"]),
            weight=int(group["weight"]),
            vpc_id=group.get("vpcId"),
        )
        for group in groups
    )
