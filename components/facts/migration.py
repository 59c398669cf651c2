"""Facts of the migration as a whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from ipaddress import IPv4Network, ip_network
from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from components.cidr import RFC1918
from components.config import Attestation, BackupChoice, OffPeak, Staying, Waiver
from components.config.after import USUAL_DUE_DAYS, USUAL_EIP_QUOTA
from components.config.backups import USUAL_DAYS_AFTER_WINDOW, USUAL_MAX_AGE_HOURS
from components.conversion.addresses import SERVICE_RANGE
from components.facts.address_lists import AddressListFacts, address_list_facts
from components.facts.base import SCHEMA_VERSION, Facts, note
from components.facts.classic_link import BroadRuleFacts, broad_rule_facts
from components.facts.databases import DatabaseFacts, database_facts
from components.facts.fields import field, reader
from components.facts.instances import (
    ClassicInstanceFacts,
    SnapshotFacts,
    classic_instance_facts,
    instance_facts,
    snapshot_facts,
)
from components.facts.security_groups import (
    LiveGroupFacts,
    SecurityGroupFacts,
    live_group_facts,
    others_group_facts,
    security_group_facts,
)
from components.off_peak import off_peak_until
from components.plan import MigrationPlan, PlannedWave, Roster, instance_ids_of
from components.run import SourceFile, Sources
from estate.model import (
    ClassicLinkAttachment,
    Direction,
    Instance,
    NetworkAcl,
    NetworkAclEntry,
    RouteEntry,
    RulePolicy,
    Vpc,
    VSwitch,
    Zone,
)


class WindowFacts(TypedDict):
    """When the servers of a wave move."""

    start: Annotated[str, note("ISO")]
    latest: Annotated[str, note("ISO; the Latest Schedule Time of the pending task")]


class SightingFacts(TypedDict):
    """The person who saw the pending task in the console."""

    by: str
    at: Annotated[str, note("ISO")]
    zones: Annotated[list[str], note("destination zones of the plans that were seen")]
    start: NotRequired[Annotated[str, note("ISO; that of the window when this was first declared")]]


class WaveFacts(TypedDict):
    """A wave."""

    name: Annotated[str, note("`all` for a stack with one window")]
    window: WindowFacts
    instanceIds: list[str]
    after: Annotated[list[str], note("waves that must have moved before")]
    moved: Annotated[bool, note("all of it is in the target VPC")]
    end: NotRequired[Annotated[str, note("ISO; by when all must be up again")]]
    disksNeededFrom: NotRequired[Annotated[str, note("ISO")]]
    offPeakUntil: NotRequired[
        Annotated[str, note("ISO; end of the off-peak period that holds the start; absent: none does")]
    ]
    scheduled: NotRequired[SightingFacts]


# `from` is a keyword of Python, so this one cannot be written as a class.
OffPeakFacts = TypedDict("OffPeakFacts", {"from": str, "to": str, "timeZone": str})
OffPeakFacts.__doc__ = "The hours of every day in which instances may be down."


class ClockFacts(TypedDict):
    """Both clocks at the moment when the estate had been read."""

    cloudTime: Annotated[str, note("ISO")]
    machineTime: Annotated[str, note("ISO")]


class FileFacts(TypedDict):
    """A file that the program read."""

    path: str
    sha256: str


#: Facts that differ at each reading without any change: for databases the end of addresses, for zones the stock.
RUNNING_ON: Final = ("clock", "databases", "dryRun", "estateReadAt", "zones")


class MadeOfFacts(TypedDict):
    """The inputs of the program."""

    commit: NotRequired[Annotated[str, note("absent where there is no checkout")]]
    dirty: NotRequired[bool]
    stackFile: NotRequired[Annotated[FileFacts, note("absent where it does not hold the config that was given")]]
    files: list[FileFacts]
    factsSha256: NotRequired[
        Annotated[str, note("of config and facts less the times of the reading: by it `up` knows what was judged")]
    ]


class AttestationFacts(TypedDict):
    """A person's statement, with its owner."""

    kind: Literal["address-lists", "application-go", "licence-review", "orders-settled", "security-software"]
    instanceIds: Annotated[list[str], note("those of the wave, or with the tags, where the config names such")]
    owner: str
    statedAt: Annotated[str, note("ISO")]
    validUntil: Annotated[str, note("ISO")]
    statement: str


class WaiverFacts(TypedDict):
    """A finding that does not stop the migration for a while; with one of instanceIds, wave and all."""

    rule: str
    instanceIds: NotRequired[list[str]]
    wave: NotRequired[str]
    all: NotRequired[Literal[True]]
    reason: str
    owner: str
    approvedBy: str
    approvedAt: Annotated[str, note("ISO")]
    expires: Annotated[str, note("ISO")]


class StayingFacts(TypedDict):
    """Classic instances that the team leaves in the classic network."""

    instanceIds: list[str]
    owner: str
    reason: str


class GoneFacts(TypedDict):
    """Resources of the last `up` that are gone from the cloud; a lost link is listed by its instance's id."""

    kind: Annotated[str, note("vpc, vswitch, securityGroup or linkedInstance")]
    id: str


class DroppedVSwitchFacts(TypedDict):
    """A VSwitch of the last `up` that the stack no longer has, and that is still in the cloud."""

    vswitchId: Annotated[str, field("id")]
    cidrBlock: str


class ZoneFacts(TypedDict):
    """A zone, and what can be created in it now."""

    zoneId: Annotated[str, field("id")]
    vswitchAvailable: bool
    instanceTypes: list[str]


class BackupChoiceFacts(TypedDict):
    """The age and retention of snapshots; the defaults where the stack takes none itself."""

    keepDaysAfterWindow: int
    maxAgeHours: float
    retentionDays: NotRequired[Annotated[int, note("absent: the stack takes none")]]
    round: NotRequired[int]


class LiveVpcFacts(TypedDict):
    """A VPC of the region."""

    vpcId: Annotated[str, field("id")]
    classicLinkEnabled: bool
    ipv4Gateway: NotRequired[Annotated[bool, note("the Internet is reached by routes to an IPv4 gateway alone")]]
    ipv4GatewayId: NotRequired[str]


class LiveVSwitchFacts(TypedDict):
    """A VSwitch of the region."""

    vswitchId: Annotated[str, field("id")]
    vpcId: str
    cidrBlock: str
    routeTableId: NotRequired[str]


class InternetRouteFacts(TypedDict):
    """A custom route to addresses of the Internet."""

    routeTableId: str
    destination: Annotated[str, note("0.0.0.0/0: all to which the table has no other route")]
    status: str
    nextHopIds: list[str]


class LiveLinkFacts(TypedDict):
    """A link of a classic instance to a VPC, by ClassicLink."""

    instanceId: str
    vpcId: str


class BoundNetworkAclFacts(TypedDict):
    """A network ACL that filters the traffic of a VSwitch."""

    vswitchId: Annotated[str, field("id")]
    networkAclId: NotRequired[str]


class NetworkAclEntryFacts(TypedDict):
    """An entry of a network ACL, spelt as the API has it."""

    direction: Direction
    entryType: Annotated[str, note("custom; service or system: the cloud's own")]
    policy: RulePolicy
    protocol: str
    portRange: Annotated[str, note("destination ports")]
    cidrBlock: Annotated[str, note("the far end; it may name a prefix list")]


class NetworkAclFacts(TypedDict):
    """What a network ACL lets through."""

    networkAclId: str
    status: str
    entries: Annotated[list[NetworkAclEntryFacts], note("in the order in which they are tried, in each direction")]


class LiveNetworkFacts(TypedDict):
    """The networks of the region as this run read them, for comparison with the stack's own networks and links."""

    vpcs: list[LiveVpcFacts]
    vswitches: list[LiveVSwitchFacts]
    networkAcls: NotRequired[Annotated[list[BoundNetworkAclFacts], note("absent: no VSwitch has one")]]
    networkAclEntries: NotRequired[
        Annotated[list[NetworkAclFacts], note("those of the target VPC that could be read; absent: none")]
    ]
    internetRoutes: NotRequired[Annotated[list[InternetRouteFacts], note("those of the target VPC; absent: none")]]
    classicLinks: list[LiveLinkFacts]


class EipFacts(TypedDict):
    """The EIPs of the region, where public addresses of instances are to become EIPs."""

    quota: Annotated[int, note("how many there may be: after.eipQuota of the config")]
    existing: NotRequired[Annotated[int, note("absent: they were not read, see unreadLists")]]
    toConvert: Annotated[int, note("instances of this stack whose public address is yet to become one")]


class MigrationFacts(AddressListFacts):
    """The migration as a whole: one for each stack, parent of all other components."""

    schemaVersion: Literal[4]
    regionId: str
    accountId: str
    estateReadAt: Annotated[str, note("ISO")]
    dryRun: NotRequired[Annotated[bool, note("it is a preview: what is in the state was made by an earlier run")]]
    waves: Annotated[list[WaveFacts], note("by window, never none")]
    offPeak: NotRequired[OffPeakFacts]
    freezeHours: float
    clock: NotRequired[Annotated[ClockFacts, note("absent: no answer had a Date")]]
    rehearsal: NotRequired[
        Annotated[list[str], note("why nothing proves that the cloud is Alibaba Cloud's; empty: it is")]
    ]
    estateFile: NotRequired[Annotated[FileFacts, note("the estate is from this file; absent: from the cloud")]]
    madeOf: NotRequired[MadeOfFacts]
    attestations: list[AttestationFacts]
    waivers: NotRequired[Annotated[list[WaiverFacts], note("absent: none")]]
    evidenceMaxAgeHours: NotRequired[Annotated[float, note("absent: the stack names none")]]
    instanceIds: Annotated[list[str], note("what migrates in this stack, moved or not")]
    laterInstanceIds: Annotated[list[str], note("classic instances of a later wave, by the team's own choice")]
    staying: Annotated[list[StayingFacts], note("empty: none")]
    zones: list[ZoneFacts]
    classicInstances: Annotated[list[ClassicInstanceFacts], note("all of the region: migrating, later, staying")]
    linksListed: NotRequired[
        Annotated[Literal[True], note("classicLink.attach lists whom to link; absent: the program finds that out")]
    ]
    flowsGiven: Annotated[bool, note("classicLink.flows of the config says who talks with whom")]
    broadRules: list[BroadRuleFacts]
    securityGroups: Annotated[
        list[SecurityGroupFacts],
        note("classic groups of migrating instances, and those of later ones that the stack clones or maps"),
    ]
    linkedSecurityGroups: Annotated[list[SecurityGroupFacts], note("further groups that linked instances are in")]
    gone: NotRequired[Annotated[list[GoneFacts], note("absent: nothing")]]
    droppedVswitches: NotRequired[Annotated[list[DroppedVSwitchFacts], note("absent: none")]]
    liveSecurityGroups: NotRequired[
        Annotated[list[LiveGroupFacts], note("the stack's own groups of the target VPC; absent: there are none")]
    ]
    liveNetwork: LiveNetworkFacts
    formerAddresses: Annotated[list[str], note("intranet addresses that moved instances had and nothing has now")]
    eips: NotRequired[Annotated[EipFacts, note("absent: no public address is to become one")]]
    cleanupDueDays: Annotated[int, note("days after `latest` until which they may still be let in somewhere")]
    backups: BackupChoiceFacts
    snapshots: Annotated[
        dict[str, list[SnapshotFacts]],
        note(
            "by disk of an instance; told here, so that those of an update change one resource, and not each instance"
        ),
    ]
    databases: Annotated[list[DatabaseFacts], note("all of the region")]


_file_facts = reader(SourceFile, FileFacts)
_zone_facts = reader(Zone, ZoneFacts)
_dropped_vswitch_facts = reader(VSwitch, DroppedVSwitchFacts)
_live_vpc_facts = reader(Vpc, LiveVpcFacts)
_bound_network_acl_facts = reader(VSwitch, BoundNetworkAclFacts)
_live_vswitch_facts = reader(VSwitch, LiveVSwitchFacts)
_network_acl_entry_facts = reader(NetworkAclEntry, NetworkAclEntryFacts)
_internet_route_facts = reader(RouteEntry, InternetRouteFacts)
_live_link_facts = reader(ClassicLinkAttachment, LiveLinkFacts)


def migration_facts(plan: MigrationPlan, sources: Sources | None = None, dry_run: bool | None = None) -> MigrationFacts:
    """Return facts of the migration: its waves, its instances, the estate around them, and their sources."""
    config, estate = plan.config, plan.estate
    lists, classic = address_list_facts(estate, config.after), _classic_groups(plan)
    facts: MigrationFacts = {
        "schemaVersion": SCHEMA_VERSION,
        "regionId": estate.region_id,
        "accountId": estate.account_id,
        "estateReadAt": estate.read_at.isoformat(),
        "waves": [wave_facts(wave, config.off_peak) for wave in plan.waves],
        "freezeHours": config.freeze_hours,
        "backups": _backups(config.backups),
        "snapshots": _snapshots(plan),
        "attestations": [_attestation(item, plan.roster) for item in config.attestations],
        "instanceIds": list(plan.instance_ids),
        "laterInstanceIds": sorted(config.later),
        "staying": [_staying(item) for item in config.staying],
        "zones": list(map(_zone_facts, estate.zones)),
        "classicInstances": list(map(classic_instance_facts, plan.roster.classic)),
        "flowsGiven": bool(config.classic_link and config.classic_link.flows is not None),
        "broadRules": list(map(broad_rule_facts, plan.links.broad_rules)),
        "securityGroups": classic,
        "linkedSecurityGroups": [
            security_group_facts(group, plan.groups.member_ids.get(group.id, ()))
            for group in plan.links.groups
            if group.id not in {item["securityGroupId"] for item in classic}
        ],
        "liveNetwork": _live_network(plan),
        "formerAddresses": list(plan.former_addresses),
        "cleanupDueDays": config.after.due_days if config.after else USUAL_DUE_DAYS,
        "accessLists": lists["accessLists"],
        "unreadLists": lists["unreadLists"],
        "databases": [
            database_facts(database, estate.read_at, plan.roster.record.whitelist_groups.get(database.id, ()))
            for database in estate.databases
        ],
    }
    if "registryAccessLists" in lists:
        facts["registryAccessLists"] = lists["registryAccessLists"]
    if "bucketPolicies" in lists:
        facts["bucketPolicies"] = lists["bucketPolicies"]
    if to_eip := [planned.instance for planned in plan.instances if planned.to_eip]:
        facts["eips"] = _eips(plan, to_eip)
    if dry_run is not None:
        facts["dryRun"] = dry_run
    if config.off_peak is not None:
        facts["offPeak"] = _off_peak(config.off_peak)
    if config.evidence is not None:
        facts["evidenceMaxAgeHours"] = config.evidence.max_age_hours
    if config.classic_link is not None and config.classic_link.attach is not None:
        facts["linksListed"] = True
    if config.waivers:
        facts["waivers"] = [_waiver(item, plan.roster) for item in config.waivers]
    if plan.gone:
        facts["gone"] = [{"kind": kind, "id": item} for kind, item in plan.gone]
    if plan.network.dropped:
        facts["droppedVswitches"] = list(map(_dropped_vswitch_facts, plan.network.dropped))
    if plan.groups.own:
        facts["liveSecurityGroups"] = [live_group_facts(group) for group in plan.groups.own]
    if sources is not None:
        _add_run(facts, sources)
        facts["madeOf"]["factsSha256"] = _digest(facts, plan)
        if sources.whole_region:
            facts["securityGroups"] = _classic_groups(plan, whole_region=True)
    return facts


def _classic_groups(plan: MigrationPlan, *, whole_region: bool = False) -> list[SecurityGroupFacts]:
    """Return the classic groups of this stack's instances, and those that it clones or maps for later ones.

    The rules of the latter decide about instances that another run judges: they are left out, except with
    `whole_region`, which adds the groups of all later instances.
    """
    groups, choice = plan.groups, plan.config.security_groups
    judged = groups.of_movers.union(group.id for group in plan.links.groups)
    declares_all = whole_region or (choice is not None and choice.mode != "shared")
    return [
        security_group_facts(group, groups.member_ids.get(group.id, ()), with_rules=whole_region or group.id in judged)
        for group in groups.classic
        if declares_all or group.id in groups.of_movers
    ]


def _digest(facts: MigrationFacts, plan: MigrationPlan) -> str:
    """Return the SHA-256 that identifies a verdict's facts: the same for two readings without a change in between."""
    moving = {planned.instance.instance_type for planned in plan.instances}
    every = {
        "migration": {key: value for key, value in facts.items() if key not in RUNNING_ON},
        # The stock of zones changes all day: only types that this stack moves count.
        "zones": [
            {**zone, "instanceTypes": sorted(moving.intersection(zone["instanceTypes"]))} for zone in facts["zones"]
        ],
        "databases": [_standing_still(database) for database in facts["databases"]],
        "instances": [instance_facts(planned, plan) for planned in plan.instances],
        "groupsOfOthers": others_group_facts(plan),
        "config": plan.config.model_dump(mode="json"),
    }
    text = json.dumps(every, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _standing_still(database: DatabaseFacts) -> Facts:
    """Return the facts of a database without the end of its classic addresses: the cloud returns seconds from now."""
    if "endpoints" not in database:
        return {**database}
    endpoints = [{key: value for key, value in item.items() if key != "expiresAt"} for item in database["endpoints"]]
    return {**database, "endpoints": endpoints}


def _add_run(facts: MigrationFacts, sources: Sources) -> None:
    facts["madeOf"] = _made_of(sources)
    facts["rehearsal"] = list(sources.rehearsal)
    if sources.estate_file is not None:
        facts["estateFile"] = _file_facts(sources.estate_file)
    if sources.clock is not None:
        facts["clock"] = {
            "cloudTime": sources.clock.cloud.isoformat(),
            "machineTime": sources.clock.machine.isoformat(timespec="seconds"),
        }


def _made_of(sources: Sources) -> MadeOfFacts:
    facts: MadeOfFacts = {"files": list(map(_file_facts, sources.files))}
    if sources.commit is not None:
        facts["commit"] = sources.commit
    if sources.dirty is not None:
        facts["dirty"] = sources.dirty
    if sources.stack_file is not None:
        facts["stackFile"] = _file_facts(sources.stack_file)
    return facts


def wave_facts(wave: PlannedWave, off_peak: OffPeak | None = None) -> WaveFacts:
    """Return facts of one wave."""
    window = wave.window
    facts: WaveFacts = {
        "name": wave.name,
        "window": {"start": window.start.isoformat(), "latest": window.latest.isoformat()},
        "instanceIds": list(wave.instance_ids),
        "after": sorted(wave.after),
        "moved": wave.has_moved,
    }
    if window.end is not None:
        facts["end"] = window.end.isoformat()
    if window.disks_needed_from is not None:
        facts["disksNeededFrom"] = window.disks_needed_from.isoformat()
    until = off_peak_until(off_peak, window.start) if off_peak else None
    if until is not None:
        facts["offPeakUntil"] = until.isoformat()
    if window.scheduled is not None:
        facts["scheduled"] = {
            "by": window.scheduled.by,
            "at": window.scheduled.at.isoformat(),
            "zones": sorted(window.scheduled.zones),
            "start": (wave.seen_start or window.start).isoformat(),
        }
    return facts


def _attestation(item: Attestation, roster: Roster) -> AttestationFacts:
    return {
        "kind": item.kind,
        "instanceIds": list(instance_ids_of(item, roster)),
        "owner": item.owner,
        "statedAt": item.stated_at.isoformat(),
        "validUntil": item.valid_until.isoformat(),
        "statement": item.statement,
    }


def _waiver(item: Waiver, roster: Roster) -> WaiverFacts:
    facts: WaiverFacts = {
        "rule": item.rule,
        "reason": item.reason,
        "owner": item.owner,
        "approvedBy": item.approved_by,
        "approvedAt": item.approved_at.isoformat(),
        "expires": item.expires.isoformat(),
    }
    if item.all:
        facts["all"] = True
    elif item.wave:
        facts["wave"] = item.wave
    else:
        facts["instanceIds"] = list(instance_ids_of(item, roster))
    return facts


def _staying(item: Staying) -> StayingFacts:
    return {"instanceIds": sorted(item.instances), "owner": item.owner, "reason": item.reason}


def _off_peak(hours: OffPeak) -> OffPeakFacts:
    return {"from": hours.begins, "to": hours.ends, "timeZone": hours.time_zone}


def _backups(choice: BackupChoice | None) -> BackupChoiceFacts:
    if choice is None:
        return {"keepDaysAfterWindow": USUAL_DAYS_AFTER_WINDOW, "maxAgeHours": USUAL_MAX_AGE_HOURS}
    return {
        "keepDaysAfterWindow": choice.keep_days_after_window,
        "maxAgeHours": choice.max_age_hours,
        "retentionDays": choice.retention_days,
        "round": choice.round,
    }


def _snapshots(plan: MigrationPlan) -> dict[str, list[SnapshotFacts]]:
    snapshots_of, disks = plan.roster.index.snapshots_of, (disk for item in plan.instances for disk in item.disks)
    return {disk.id: list(map(snapshot_facts, snapshots_of[disk.id])) for disk in disks if disk.id in snapshots_of}


def _eips(plan: MigrationPlan, to_eip: Iterable[Instance]) -> EipFacts:
    after, present = plan.config.after, plan.roster.index.instances
    facts: EipFacts = {
        "quota": after.eip_quota if after else USUAL_EIP_QUOTA,
        "toConvert": sum(present[instance.id].eip is None for instance in to_eip),
    }
    if all(item.service != "eip" for item in plan.estate.unread_lists):
        facts["existing"] = len(plan.estate.eips)
    return facts


def _live_network(plan: MigrationPlan) -> LiveNetworkFacts:
    estate = plan.estate
    facts: LiveNetworkFacts = {
        "vpcs": list(map(_live_vpc_facts, estate.vpcs)),
        "vswitches": list(map(_live_vswitch_facts, estate.vswitches)),
        "classicLinks": list(map(_live_link_facts, estate.classic_links)),
    }
    if bound := [_bound_network_acl_facts(item) for item in estate.vswitches if item.network_acl_id is not None]:
        facts["networkAcls"] = bound
    on_target = {item.network_acl_id for item in estate.vswitches if plan.network.is_target(item.vpc_id)}
    if acls := [_network_acl_facts(item) for item in estate.network_acls if item.id in on_target]:
        facts["networkAclEntries"] = acls
    on_way_out = (item for item in estate.routes if _may_be_of_internet(item.destination))
    if routes := [_internet_route_facts(item) for item in on_way_out if plan.network.is_target(item.vpc_id)]:
        facts["internetRoutes"] = routes
    return facts


def _may_be_of_internet(destination: str) -> bool:
    try:
        block = ip_network(destination)
    except ValueError:
        return True
    return isinstance(block, IPv4Network) and not any(map(block.subnet_of, (*RFC1918, SERVICE_RANGE)))


def _network_acl_facts(acl: NetworkAcl) -> NetworkAclFacts:
    return {
        "networkAclId": acl.id,
        "status": acl.status,
        "entries": list(map(_network_acl_entry_facts, acl.ordered_entries)),
    }
