"""Facts of instances and their disks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from components.config import ExcludedDisk
from components.facts.base import note
from components.facts.fields import field, reader
from components.facts.guest import GuestFacts, guest_facts
from components.facts.security_groups import ApprovalFacts, approval_facts
from components.peers import ClassicPeer
from components.plan import Membership, MigrationPlan, PlannedInstance, PlannedWave, Standing
from components.plan.model import Dependent
from estate.model import AutoSnapshotPolicy, Disk, EventStatus, Instance, ScheduledEvent, Snapshot

# The tag that Auto Scaling gives to what it makes (ECS API reference, example of DescribeInstances).
_SCALING_GROUP: Final = "acs:autoscaling:scalingGroupId"


class MembershipFacts(TypedDict):
    """A vServer group of CLB that an instance is in, on one port."""

    vserverGroupId: str
    vserverGroupName: str
    loadBalancerId: str
    addressType: Annotated[str, note("internet or intranet")]
    port: int
    weight: int
    vpcId: NotRequired[Annotated[str, note("of an intranet load balancer in a VPC")]]


class VserverGroupFacts(MembershipFacts):
    """A vServer group of CLB that an instance is in, or was before its move, on one port."""

    standing: Annotated[
        Standing, note("idle: with weight 0 by now; left: no member any more; deleted: the group is gone")
    ]
    classicServerIds: Annotated[
        list[str], note("servers of the load balancer that are classic once the instance has moved")
    ]


class AutoSnapshotPolicyFacts(TypedDict):
    """An automatic snapshot policy of disks of an instance, in UTC+8; without times if the region lacks it."""

    autoSnapshotPolicyId: str
    diskIds: list[str]
    timePoints: NotRequired[Annotated[list[str], note("hours, 0 to 23")]]
    repeatWeekdays: NotRequired[Annotated[list[str], note("1 (Monday) to 7")]]


class DiskFacts(TypedDict):
    """A disk of an instance."""

    diskId: str
    type: Literal["system", "data"]
    category: str
    sizeGib: int
    device: Annotated[str, note("empty while attached to nothing")]
    excluded: NotRequired[Annotated[ApprovalFacts, note("no snapshot of it is needed")]]


class SnapshotFacts(TypedDict):
    """A snapshot that exists."""

    snapshotId: Annotated[str, field("id")]
    status: str
    progress: str
    snapshotType: Annotated[str, field("type"), note("user, or auto for one that a policy took")]
    createdAt: Annotated[str, note("ISO")]
    retentionDays: Annotated[int, field(otherwise=0), note("0: kept until deleted")]
    available: NotRequired[Annotated[bool, note("false: no disk can be made of it, or rolled back to it")]]


class ClassicPeerFacts(TypedDict):
    """Classic peers of an instance for one reason: by the group rules, or by flows."""

    instanceIds: list[str]
    reason: str


class DependentFacts(TypedDict):
    """Peers of an instance in one wave at another time, for one reason, in either direction."""

    instanceIds: list[str]
    wave: str
    reason: str


class SharedDatabaseFacts(TypedDict):
    """A database that instances of these waves, at another time, also use."""

    dbInstanceId: str
    waves: list[str]


class ScheduledEventFacts(TypedDict):
    """A system event that is not over."""

    eventId: Annotated[str, field("id")]
    eventType: Annotated[str, field("type")]
    eventStatus: Annotated[EventStatus, field("status"), note("Inquiring: it waits for the owner's consent")]
    notBefore: Annotated[str, note("ISO")]


class ClassicInstanceFacts(TypedDict):
    """A classic instance, migrating or not, as the other end of traffic."""

    instanceId: Annotated[str, field("id")]
    instanceName: Annotated[str, field("name")]
    intranetIps: list[str]
    securityGroupIds: list[str]


class PresentFacts(TypedDict):
    """The place of an instance that has moved."""

    privateIps: Annotated[list[str], field("intranetIps")]
    securityGroupIds: Annotated[list[str], note("VPC groups, as the cloud has them by now")]


class HeldAddressFacts(TypedDict):
    """An address of the target VPC that an instance is to keep, and that somebody else has there."""

    ipAddress: str
    holderId: Annotated[
        str, note("a server, an interface of no server, an HAVIP, a load balancer, a database; or HAVIPs: any of them")
    ]
    certain: Annotated[bool, note("false: it may have the address, as not all of its own are known")]


class OwnInstanceFacts(ClassicInstanceFacts):
    """The fields of a migrating instance."""

    zoneId: str
    instanceType: str
    status: str
    instanceChargeType: NotRequired[Annotated[str, note("PrePaid or PostPaid")]]
    internetChargeType: Annotated[str, field(otherwise=""), note("empty where the cloud does not say")]
    spotStrategy: NotRequired[str]
    ioOptimized: NotRequired[bool]
    localStorageAmount: NotRequired[Annotated[int, note("local disks")]]
    operationLocks: Annotated[list[str], note("the API's lock reasons: financial, security, ...")]
    expiredAt: NotRequired[Annotated[str, field("expiredTime"), note("ISO; end of a subscription")]]
    autoReleaseAt: NotRequired[
        Annotated[str, field("autoReleaseTime"), note("ISO; when the cloud releases it by itself")]
    ]
    internetMaxBandwidthOut: Annotated[int, note("Mbit/s; 0: the move releases the public address")]
    publicIps: Annotated[list[str], note("assigned by the system; an EIP is apart")]
    eip: NotRequired[Annotated[str, note("the EIP that is bound to it")]]


class PlannedInstanceFacts(TypedDict):
    """The fields of the plan of a migrating instance."""

    moved: Annotated[bool, note("it is in the target VPC by now; all else is as it was before")]
    targetZoneId: Annotated[str, field("targetZone")]
    targetTier: NotRequired[Annotated[str, field("tier"), note("absent: its zone has one VSwitch")]]
    toEip: Annotated[bool, note("its public address becomes an EIP once it has moved")]
    retainIp: Annotated[bool, note("its intranet address is to stay")]
    releasePublicIp: Annotated[bool, note("the team accepts in the config that the public address goes")]
    rejoinVserverGroups: Annotated[bool, note("the team puts it back into its vServer groups after the move")]
    ftpPlan: NotRequired[Annotated[str, note("eip-cut-through or passive-mode: what the team has in mind")]]


class OptionalInstanceFacts(TypedDict):
    """Facts that are not known of every instance."""

    present: NotRequired[Annotated[PresentFacts, note("where it is by now; absent: it has not moved")]]
    eniQuantity: NotRequired[
        Annotated[int, note("network interfaces that the type can have, the primary included; absent: type not known")]
    ]
    vserverGroups: NotRequired[
        Annotated[list[VserverGroupFacts], note("one for each group and port; absent: moved before it was recorded")]
    ]
    guest: NotRequired[Annotated[GuestFacts, note("what evidence says of the guest system; absent: there is none")]]
    unread: NotRequired[Annotated[dict[str, str], note("why keys are left out: with the action and the RequestId")]]


class InstanceFacts(OwnInstanceFacts, PlannedInstanceFacts, OptionalInstanceFacts):
    """A migrating instance and its dependencies as they were classic; only `moved` and `present` are current."""

    wave: str
    scalingGroupIds: Annotated[list[str], note("of Auto Scaling, by the tags of what it made")]
    heldAddresses: Annotated[list[HeldAddressFacts], note("of the addresses that are to stay, those that are not free")]
    autoSnapshotPolicies: list[AutoSnapshotPolicyFacts]
    disks: list[DiskFacts]
    databaseIds: Annotated[
        list[str], note("databases of all products that admit it by one of its intranet addresses or a security group")
    ]
    classicPeers: Annotated[list[ClassicPeerFacts], note("outside the stack, or of a later wave until they move")]
    dependents: list[DependentFacts]
    sharedDatabases: list[SharedDatabaseFacts]
    scheduledMoves: Annotated[list[ScheduledEventFacts], note("events with the reason code of this migration")]
    scheduledEnds: Annotated[list[ScheduledEventFacts], note("events that stop, lock or release it")]
    scheduledEvents: Annotated[list[ScheduledEventFacts], note("all other events, such as a restart")]


classic_instance_facts = reader(Instance, ClassicInstanceFacts)
_own_instance_facts = reader(Instance, OwnInstanceFacts)
_planned_instance_facts = reader(PlannedInstance, PlannedInstanceFacts)
_present_facts = reader(Instance, PresentFacts)
_scheduled_event_facts = reader(ScheduledEvent, ScheduledEventFacts)
snapshot_facts = reader(Snapshot, SnapshotFacts)
membership_facts = reader(Membership, MembershipFacts)


def instance_facts(planned: PlannedInstance, plan: MigrationPlan) -> InstanceFacts:
    """Return facts of one migrating instance of a plan."""
    instance, index = planned.instance, plan.roster.index
    return {
        **_own_instance_facts(instance),
        **_planned_instance_facts(planned),
        **_optional_facts(planned, plan),
        "wave": planned.wave.name,
        "scalingGroupIds": sorted(tag.value for tag in instance.tags if tag.key == _SCALING_GROUP),
        "heldAddresses": _held_addresses(planned, plan) if planned.retain_ip else [],
        "autoSnapshotPolicies": _auto_snapshot_policies(planned.disks, index.auto_snapshot_policies),
        "disks": [_disk(disk, planned.excluded_disks.get(disk.id)) for disk in planned.disks],
        "databaseIds": [database.id for database in planned.databases],
        "classicPeers": _classic_peers(planned.peers, plan.roster.moved_ids),
        "dependents": _dependents(planned.dependents),
        "sharedDatabases": [
            {"dbInstanceId": database.id, "waves": waves}
            for database in planned.databases
            if (waves := _other_times(planned, plan.databases.waves[database.id]))
        ],
        "scheduledMoves": list(map(_scheduled_event_facts, index.scheduled_moves.get(instance.id, ()))),
        "scheduledEnds": list(map(_scheduled_event_facts, index.scheduled_ends.get(instance.id, ()))),
        "scheduledEvents": list(map(_scheduled_event_facts, index.scheduled_events.get(instance.id, ()))),
    }


def _optional_facts(planned: PlannedInstance, plan: MigrationPlan) -> OptionalInstanceFacts:
    instance, types = planned.instance, plan.roster.index.instance_types
    facts: OptionalInstanceFacts = {}
    if planned.moved:
        facts["present"] = _present_facts(plan.roster.index.instances[instance.id])
    if instance.instance_type in types:
        facts["eniQuantity"] = types[instance.instance_type].eni_quantity
    if unread := plan.load_balancers.unread_for(planned.memberships, moved=planned.moved):
        facts["unread"] = {"vserverGroups": unread}
    elif planned.memberships is not None:
        facts["vserverGroups"] = [_vserver_group(item, planned, plan) for item in planned.memberships]
    guest = guest_facts(planned.evidence, instance)
    if guest is not None:
        facts["guest"] = guest
    return facts


def _held_addresses(planned: PlannedInstance, plan: MigrationPlan) -> list[HeldAddressFacts]:
    return [
        {"ipAddress": address, "holderId": holder.id, "certain": holder.certain}
        for address in planned.instance.intranet_ips
        for holder in plan.network.holders.get(address, ())
    ]


def _classic_peers(peers: Iterable[ClassicPeer], moved_ids: Container[str]) -> list[ClassicPeerFacts]:
    """Return the peers that are classic: one that has moved is no longer."""
    ids_of: dict[str, list[str]] = defaultdict(list)
    for peer in peers:
        if peer.instance_id not in moved_ids:
            ids_of["; ".join(peer.reasons)].append(peer.instance_id)
    return [{"instanceIds": ids, "reason": reason} for reason, ids in ids_of.items()]


def _dependents(dependents: Iterable[Dependent]) -> list[DependentFacts]:
    ids_of: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in dependents:
        ids_of[item.wave, "; ".join(item.reasons)].append(item.instance_id)
    return [{"instanceIds": ids, "wave": wave, "reason": reason} for (wave, reason), ids in ids_of.items()]


def _other_times(planned: PlannedInstance, waves: Iterable[PlannedWave]) -> list[str]:
    """Return the names of the waves that move at another time than the instance."""
    return [wave.name for wave in waves if wave.window.start != planned.wave.window.start]


def _disk(disk: Disk, excluded: ExcludedDisk | None) -> DiskFacts:
    facts: DiskFacts = {
        "diskId": disk.id,
        "type": disk.type,
        "category": disk.category,
        "sizeGib": disk.size_gib,
        "device": disk.device or "",
    }
    if excluded is not None:
        facts["excluded"] = approval_facts(excluded)
    return facts


def _vserver_group(item: Membership, planned: PlannedInstance, plan: MigrationPlan) -> VserverGroupFacts:
    return {
        **membership_facts(item),
        "standing": plan.load_balancers.standing(planned.instance.id, item),
        "classicServerIds": _classic_servers(item, planned, plan),
    }


def _classic_servers(membership: Membership, planned: PlannedInstance, plan: MigrationPlan) -> list[str]:
    """Return the servers of the same load balancer that are classic once the instance has moved."""
    roster, start = plan.roster, plan.roster.start_of(planned.instance.id)
    return sorted(
        item
        for item in plan.load_balancers.servers.get(membership.load_balancer_id, ())
        if roster.is_classic(item) and roster.start_of(item) > start
    )


def _auto_snapshot_policies(
    disks: Iterable[Disk], policies: Mapping[str, AutoSnapshotPolicy]
) -> list[AutoSnapshotPolicyFacts]:
    """Return those of its disks; of one that the region does not have, only the id is known."""
    disks_of: dict[str, list[str]] = {}
    for disk in disks:
        if disk.auto_snapshot_policy_id is not None:
            disks_of.setdefault(disk.auto_snapshot_policy_id, []).append(disk.id)
    return [_policy(policy_id, policies.get(policy_id), disk_ids) for policy_id, disk_ids in sorted(disks_of.items())]


def _policy(policy_id: str, policy: AutoSnapshotPolicy | None, disk_ids: list[str]) -> AutoSnapshotPolicyFacts:
    facts: AutoSnapshotPolicyFacts = {"autoSnapshotPolicyId": policy_id, "diskIds": disk_ids}
    if policy is not None:
        facts["timePoints"] = list(map(str, policy.hours))
        facts["repeatWeekdays"] = list(map(str, policy.weekdays))
    return facts
