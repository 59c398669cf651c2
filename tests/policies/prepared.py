"""A complete prepared migration as plain data, in the engine's shape, for tests to take things away from."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policies.core.clock import Moment
from policies.core.facts import Leaf
from policies.core.fixes import Change
from policies.core.outcome import Outcome, Result
from policies.core.plan import (
    CLASSIC_LINK,
    CLASSIC_LINK_ATTACHMENT,
    CLASSIC_LINK_COMPONENT,
    CLONED_SECURITY_GROUP,
    DATABASE_ACCESS,
    HYBRID_ACCESS,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SNAPSHOT,
    STACK,
    TARGET_NETWORK,
    VPC,
    VSWITCH,
    WHITELIST_GROUP,
    Plan,
    Resource,
)
from policies.core.rule import AnyRule, ReviewRule
from policies.pack.evaluation import Evaluation, evaluate
from policies.pack.registry import all_rules
from tests.policies.examples import check

UNKNOWN = Leaf.UNKNOWN
ZONE = "cn-hangzhou-h"
BLOCK = "172.16.1.0/24"
START = "2026-12-12T02:00:00+08:00"
LATEST = "2026-12-20T02:00:00+08:00"
BEFORE_FREEZE = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
IN_FREEZE = datetime.fromisoformat("2026-12-11T10:00:00+08:00")
# The estate was read at nine.
AFTER_READING, LONG_BEFORE = "2026-12-11T09:00:30+08:00", "2026-12-01T09:00:00+08:00"
COLLECTED, COLLECTED_EARLY = "2026-12-10T09:00:00+08:00", "2026-11-22T09:00:00+08:00"
# A week after the Latest Schedule Time.
KEPT_UNTIL = "2026-12-27T02:00:00+08:00"
SNAPSHOT_TIME = "2026-12-10T12:00:00+08:00"

Properties = dict[str, Any]


def urn(resource_type: str, name: str) -> str:
    return f"urn:pulumi:dev::classic-to-vpc::{resource_type}::{name}"


@dataclass
class Declared:
    """One declared resource, free to be changed by a test."""

    type: str
    name: str
    properties: Properties
    parent: str | None = None

    @property
    def urn(self) -> str:
        return urn(self.type, self.name)


@dataclass
class Draft:
    """A whole stack, and the time at which it is looked at."""

    resources: list[Declared]
    now: datetime

    def one(self, resource_type: str, name: str | None = None) -> Declared:
        matching = [item for item in self.resources if item.type == resource_type and name in (None, item.name)]
        assert len(matching) == 1, f"{len(matching)} of {resource_type} {name}"
        return matching[0]

    def facts(self, resource_type: str, name: str | None = None) -> Properties:
        return self.one(resource_type, name).properties

    def remove(self, resource_type: str, name: str | None = None) -> None:
        gone = self.one(resource_type, name)
        self.resources = [item for item in self.resources if item is not gone]
        if resource_type == WHITELIST_GROUP:
            self.forget_live_group(gone.properties["groupName"])

    def forget_live_group(self, name: str) -> None:
        """Takes a whitelist group out of what was read of the database."""
        for database in self.facts(MIGRATION)["databases"]:
            database["whitelistGroups"] = [item for item in database["whitelistGroups"] if item["groupName"] != name]

    def up(self, *written: str) -> None:
        """Makes it an update that has ended: it wrote the resources of these names, and found them in the cloud."""
        self.facts(MIGRATION)["dryRun"] = False
        for item in self.resources:
            if "applied" in item.properties:
                item.properties["confirmedAt"] = AFTER_READING if item.name in written else LONG_BEFORE

    def add(self, resource_type: str, name: str, properties: Properties, parent: str | None = None) -> Declared:
        self.resources.append(Declared(resource_type, name, properties, parent))
        return self.resources[-1]

    def plan(self) -> Plan:
        return Plan(
            Resource(item.type, item.urn, item.name, item.parent, _copied(item.properties)) for item in self.resources
        )

    def evaluation(self, rules: Iterable[AnyRule] | None = None) -> Evaluation:
        return evaluate(all_rules() if rules is None else rules, self.plan(), Moment(self.now, "cloud"))

    def results(self, rule_id: str) -> list[Result]:
        """Evaluate one rule; only what reviews the results of others needs them all."""
        one_rule = {rule.id: rule for rule in all_rules()}[rule_id]
        evaluation = self.evaluation(None if isinstance(one_rule, ReviewRule) else [one_rule])
        return [result for result in evaluation.results if result.rule_id == rule_id]

    def result(self, rule_id: str, subject_id: str) -> Result:
        (matching,) = (result for result in self.results(rule_id) if result.subject.id == subject_id)
        return matching

    def blocking(self) -> set[tuple[str, str]]:
        """Rule and subject of everything that fails the preview."""
        return {(item.rule_id, item.subject.id) for item in self.evaluation().results if item.blocking}

    def findings(self) -> set[tuple[str, str]]:
        """Rule and subject of everything that is missing, advice included."""
        return {(item.rule_id, item.subject.id) for item in self.evaluation().results if item.outcome.blocks}


def _copied(value: Any) -> Any:
    """Copy plain data, in less than half the time of copy.deepcopy: each case of each rule takes a copy."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def rule(peer: Properties, **fields: Any) -> Properties:
    """A security group rule: ingress TCP, accepted, of priority 1, unless told otherwise."""
    base = {"direction": "ingress", "ipProtocol": "TCP", "portRange": "-1/-1", "policy": "accept", "priority": 1.0}
    return {**base, "description": "", **peer, **fields}


def group(group_id: str, members: list[str], rules: list[Properties], inner: str = "Accept") -> Properties:
    return {
        "securityGroupId": group_id,
        "securityGroupName": f"name of {group_id}",
        "innerAccessPolicy": inner,
        "memberIds": members,
        "rules": rules,
    }


def classic_instance(instance_id: str, name: str, address: str, groups: list[str]) -> Properties:
    return {"instanceId": instance_id, "instanceName": name, "intranetIps": [address], "securityGroupIds": groups}


def live_vswitch(vswitch_id: str = "vsw-1", block: str = BLOCK, vpc_id: str = "vpc-1") -> Properties:
    return {"vswitchId": vswitch_id, "vpcId": vpc_id, "cidrBlock": block}


# One that an instance was in before its move.
VSERVER_GROUP: Properties = {
    "vserverGroupId": "rsp-1",
    "vserverGroupName": "front",
    "loadBalancerId": "lb-1",
    "addressType": "internet",
    "port": 80.0,
    "weight": 50.0,
    "standing": "left",
    "classicServerIds": [],
}

WEB_RULES = [
    rule({"cidrIp": "0.0.0.0/0"}, portRange="80/80", nicType="internet"),
    rule({"cidrIp": "10.0.0.4/32"}, portRange="22/22", nicType="intranet"),
    rule({"groupId": "sg-app"}, portRange="9100/9100", nicType="intranet"),
]
APP_RULES = [
    rule({"groupId": "sg-web"}, portRange="8080/8080", nicType="intranet"),
    rule({"groupId": "sg-stay"}, portRange="9000/9000", nicType="intranet"),
    rule({"cidrIp": "10.0.0.1/32"}, portRange="8443/8443", nicType="intranet"),
]


def _guards() -> dict[str, Properties]:
    blocks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    return {
        f"guard {block}": rule({"cidrIp": block}, ipProtocol="ALL", policy="drop", priority=50.0) for block in blocks
    }


def _clone_rules(classic_id: str, ids: Callable[[str], Any]) -> dict[str, Properties]:
    def clone_of(other: str) -> Properties:
        return {"groupId": ids(other), "clonedFrom": other}

    if classic_id == "sg-web":
        return {
            "web: ssh from stay": rule({"cidrIp": "10.0.0.4/32"}, portRange="22/22"),
            "web: metrics from app": rule(clone_of("sg-app"), portRange="9100/9100"),
            "web: http": rule({"cidrIp": "0.0.0.0/0"}, portRange="80/80", priority=60.0),
            **_guards(),
        }
    return {
        "app: from web": rule(clone_of("sg-web"), portRange="8080/8080"),
        "app: from stay": rule({"groupId": "sg-stay"}, portRange="9000/9000"),
        "app: web by address": rule(clone_of("sg-web"), portRange="8443/8443"),
    }


def _snapshots(disk_ids: Iterable[str]) -> Properties:
    return {
        disk_id: [
            {
                "snapshotId": f"s-{disk_id}",
                "status": "accomplished",
                "progress": "100%",
                "snapshotType": "user",
                "createdAt": SNAPSHOT_TIME,
                "retentionDays": 30.0,
                "available": True,
            }
        ]
        for disk_id in disk_ids
    }


def _instance(
    instance_id: str, name: str, address: str, groups: list[str], disk_ids: list[str], exists: bool
) -> Properties:
    return {
        "instanceId": instance_id,
        "instanceName": name,
        "wave": "all",
        "moved": False,
        "dependents": [],
        "sharedDatabases": [],
        "scheduledMoves": [system_event(START, event_id=f"e-{name}")] if exists else [],
        "scheduledEnds": [],
        "scheduledEvents": [],
        "zoneId": ZONE,
        "targetZoneId": ZONE,
        "instanceType": "ecs.n4.large",
        "status": "Running",
        "instanceChargeType": "PostPaid",
        "internetChargeType": "PayByTraffic",
        "operationLocks": [],
        "scalingGroupIds": [],
        "spotStrategy": "NoSpot",
        "ioOptimized": True,
        "localStorageAmount": 0.0,
        "eniQuantity": 2.0,
        "internetMaxBandwidthOut": 5.0,
        "publicIps": ["47.98.1.1"],
        "intranetIps": [address],
        "retainIp": False,
        "heldAddresses": [],
        "toEip": False,
        "releasePublicIp": False,
        "rejoinVserverGroups": False,
        "vserverGroups": [],
        "autoSnapshotPolicies": [],
        "securityGroupIds": groups,
        "disks": [
            {
                "diskId": disk_id,
                "type": "system",
                "category": "cloud_efficiency",
                "sizeGib": 40.0,
                "device": "/dev/xvda",
            }
            for disk_id in disk_ids
        ],
        "databaseIds": ["rm-orders"] if instance_id == "i-app" else [],
        "classicPeers": [{"instanceIds": ["i-stay"], "reason": "sg-app accepts TCP 9000/9000 from sg-stay"}]
        if instance_id == "i-app"
        else [],
        "guest": guest(COLLECTED if exists else COLLECTED_EARLY, name, address),
    }


def system_event(
    due: object, kind: str = "SystemMaintenance.Reboot", *, status: str = "Scheduled", event_id: str = "e-1"
) -> Properties:
    """A system event of an instance that is not over."""
    return {"eventId": event_id, "eventType": kind, "eventStatus": status, "notBefore": due}


def guest(collected_at: str, host_name: str, address: str) -> Properties:
    """What evidence says of a Linux system in which nothing is in the way."""
    return {
        "collectedAt": collected_at,
        "collectedBy": "ann@example.com",
        "source": "file",
        "scriptVersion": 1.0,
        "contradictions": [],
        "os": "linux",
        "hostName": host_name,
        "ipAddresses": [address],
        "macAddresses": [f"eth0 00:16:3e:00:00:0{address[-1]}"],
        "privileged": True,
        "systemDiskFreeMib": 9000.0,
        "uptimeSeconds": 86_400.0,
        "runningKernel": "3.10.0-1160.el7.x86_64",
        "newestKernel": "3.10.0-1160.el7.x86_64",
        "rebootPending": [],
        "securityRunning": [],
        "securityInstalled": [],
        "licenceManagers": [],
        "macBoundLicences": [],
        "macBoundConfig": [],
        "interfaceNames": [],
        "ftpServers": [],
        "ftpPassive": [],
        "fstabDevices": [],
        "networkMounts": [],
        "deviceNames": [],
        "fileSystems": [
            {
                "device": "/dev/xvda1",
                "mount": "/",
                "type": "ext4",
                "readOnly": False,
                "state": "clean",
                "fsckPass": 1.0,
                "mountCount": 3.0,
                "maxMountCount": 0.0,
                "checkIntervalSeconds": 0.0,
                "lastChecked": "2026-01-15T10:00:00Z",
            }
        ],
    }


def _endpoints(exists: bool) -> list[Properties]:
    address = {"kind": "Normal", "port": "3306"}
    classic = {**address, "ipType": "Inner", "connectionString": "rm-orders.example", "ipAddress": "10.0.8.1"}
    if not exists:
        return [classic]
    there = {"connectionString": "rm-orders-vpc.example", "ipAddress": "172.16.1.9", "vpcId": "vpc-1"}
    in_vpc = {**address, "ipType": "Private", **there}
    return [classic | {"expiresAt": KEPT_UNTIL}, in_vpc]


def _applied(exists: bool) -> Properties:
    """What a resource of the local provider says of itself; before it exists nothing is known."""
    return {"applied": "digest", "drift": []} if exists else {"applied": UNKNOWN}


def prepared(*, exists: bool = True) -> Draft:
    """Two instances that are ready to move: `i-web`, and `i-app` with a database and a classic instance that stays.

    With `exists` all of it has been applied and the freeze has begun; without, this is the first preview, weeks
    before, in which no id is known.
    """

    def cloud_id(value: str) -> Any:
        return value if exists else UNKNOWN

    migration: Properties = {
        "schemaVersion": 4.0,
        "regionId": "cn-hangzhou",
        "accountId": "1234567890",
        "estateReadAt": "2026-12-11T09:00:00+08:00",
        "clock": {"cloudTime": "2026-12-11T01:00:00+00:00", "machineTime": "2026-12-11T01:00:00+00:00"},
        "rehearsal": [],
        "waves": [
            {
                "name": "all",
                "window": {"start": START, "latest": LATEST},
                "instanceIds": ["i-app", "i-web"],
                "after": [],
                "moved": False,
            }
        ],
        "freezeHours": 24.0,
        "attestations": [
            {
                "kind": "application-go",
                "instanceIds": ["i-app", "i-web"],
                "owner": "owner@example.com",
                "statedAt": "2026-11-22T09:00:00+08:00",
                "validUntil": LATEST,
                "statement": "Both may be stopped.",
            }
        ],
        "formerAddresses": [],
        "eips": {"quota": 20.0, "existing": 0.0, "toConvert": 1.0},
        "liveNetwork": {
            "vpcs": [{"vpcId": "vpc-1", "classicLinkEnabled": True, "ipv4Gateway": False}] if exists else [],
            "vswitches": [live_vswitch()] if exists else [],
            "classicLinks": [{"instanceId": "i-stay", "vpcId": "vpc-1"}] if exists else [],
        },
        "cleanupDueDays": 7.0,
        "accessLists": [{"aclId": "acl-1", "aclName": "callers", "entries": ["10.0.0.1/32"], "listeners": []}],
        "registryAccessLists": [],
        "bucketPolicies": [],
        "unreadLists": [],
        "backups": {"keepDaysAfterWindow": 1.0, "maxAgeHours": 24.0, "retentionDays": 30.0, "round": 1.0},
        "snapshots": _snapshots(("d-web", "d-app")) if exists else {},
        "dryRun": True,
        "evidenceMaxAgeHours": 336.0,
        "flowsGiven": False,
        "broadRules": [],
        "instanceIds": ["i-app", "i-web"],
        "laterInstanceIds": ["i-later"],
        "staying": [{"instanceIds": ["i-stay"], "owner": "ops@example.com", "reason": "Released in March."}],
        "zones": [{"zoneId": ZONE, "vswitchAvailable": True, "instanceTypes": ["ecs.n4.large"]}],
        "classicInstances": [
            classic_instance("i-app", "app-1", "10.0.0.2", ["sg-app"]),
            classic_instance("i-later", "later-1", "10.0.0.3", ["sg-app"]),
            classic_instance("i-stay", "stay-1", "10.0.0.4", ["sg-stay"]),
            classic_instance("i-web", "web-1", "10.0.0.1", ["sg-web"]),
        ],
        "securityGroups": [
            group("sg-app", ["i-app", "i-later"], copy.deepcopy(APP_RULES)),
            group("sg-web", ["i-web"], copy.deepcopy(WEB_RULES)),
        ],
        "linkedSecurityGroups": [group("sg-stay", ["i-stay"], [])],
        "databases": [
            {
                "dbInstanceId": "rm-orders",
                "product": "rds",
                "description": "orders",
                "engine": "MySQL",
                "engineVersion": "5.7",
                "zoneId": ZONE,
                "zoneIds": [ZONE],
                "status": "Running",
                "networkType": "VPC" if exists else "Classic",
                **({"vpcId": "vpc-1"} if exists else {}),
                "securityIpMode": "safety",
                "endpoints": _endpoints(exists),
                "whitelistGroups": [
                    {"groupName": "default", "attribute": "", "networkType": "Classic", "securityIps": ["10.0.0.2"]}
                ],
                "ownGroups": ["classic_to_vpc"] if exists else [],
                "securityGroups": [],
            }
        ],
    }
    if exists:
        migration["databases"][0]["whitelistGroups"].append(
            {"groupName": "classic_to_vpc", "attribute": "", "networkType": "VPC", "securityIps": [BLOCK]}
        )
    top = Declared(MIGRATION, "migration", migration)
    draft = Draft([Declared(STACK, "classic-to-vpc-dev", {}), top], IN_FREEZE if exists else BEFORE_FREEZE)
    draft.add(
        MIGRATING_INSTANCE, "i-web", _instance("i-web", "web-1", "10.0.0.1", ["sg-web"], ["d-web"], exists), top.urn
    )
    draft.add(
        MIGRATING_INSTANCE, "i-app", _instance("i-app", "app-1", "10.0.0.2", ["sg-app"], ["d-app"], exists), top.urn
    )
    for disk_id in ("d-web", "d-app"):
        snapshot = {
            "id": cloud_id(f"s-{disk_id}"),
            "diskId": disk_id,
            "retentionDays": 60.0,
            "status": cloud_id("accomplished"),
        }
        draft.add(SNAPSHOT, disk_id, {**snapshot, "createTime": cloud_id("2026-12-10T04:00:00Z")}, top.urn)
    _add_network(draft, cloud_id, top.urn)
    for classic_id in ("sg-web", "sg-app"):
        _add_clone(draft, classic_id, cloud_id, top.urn)
    kept_addresses = {"validUntil": KEPT_UNTIL, "marginDays": 7.0, "leavesBehind": []}
    access = {
        "dbInstanceId": "rm-orders",
        "product": "rds",
        "groupName": "classic_to_vpc",
        "networkType": "VPC",
        "securityIps": [BLOCK],
        "hybridAccess": kept_addresses,
    }
    draft.add(DATABASE_ACCESS, "rm-orders", access, top.urn)
    applied = _applied(exists)
    hybrid = {
        "dbInstanceId": "rm-orders",
        "vpcId": cloud_id("vpc-1"),
        "vswitchId": cloud_id("vsw-1"),
        "validUntil": KEPT_UNTIL,
        "classicExpiresAt": cloud_id(KEPT_UNTIL),
        "vpcConnectionStrings": ["rm-orders-vpc.example"] if exists else UNKNOWN,
        **applied,
    }
    draft.add(HYBRID_ACCESS, "rm-orders", hybrid, top.urn)
    draft.add(
        WHITELIST_GROUP,
        "rm-orders-classic_to_vpc",
        {
            "dbInstanceId": "rm-orders",
            "groupName": "classic_to_vpc",
            "networkType": "VPC",
            "securityIps": [BLOCK],
            **applied,
        },
        top.urn,
    )
    link = {"vpcId": cloud_id("vpc-1"), **applied}
    component = draft.add(
        CLASSIC_LINK_COMPONENT,
        "classic-link",
        {
            "vpcId": cloud_id("vpc-1"),
            "instanceIds": ["i-stay"],
            "guestRoute": False,
            "customRoutes": [],
            "existingLinks": [{"instanceId": "i-stay", "toTarget": True}] if exists else [],
            "attached": [
                {"instanceId": "i-stay", "status": "Running", "operationLocks": [], "intranetIps": ["10.0.0.4"]}
            ],
        },
        top.urn,
    )
    draft.add(CLASSIC_LINK, "classic-link", link, component.urn)
    draft.add(CLASSIC_LINK_ATTACHMENT, "i-stay", {**link, "instanceId": "i-stay"}, component.urn)
    return draft


def _add_network(draft: Draft, cloud_id: Callable[[str], Any], parent: str) -> None:
    vswitch = {
        "vswitchName": "vsw-h",
        "zoneId": ZONE,
        "cidrBlock": BLOCK,
        "vswitchId": cloud_id("vsw-1"),
        "existing": False,
        "status": cloud_id("Available"),
        "availableIpAddressCount": 252.0,
    }
    network = draft.add(
        TARGET_NETWORK,
        "network",
        {
            "mode": "create",
            "vpcId": cloud_id("vpc-1"),
            "cidrBlock": "172.16.0.0/16",
            "avoidedCidrs": ["192.168.0.0/16"],
            "vswitches": [vswitch],
        },
        parent,
    )
    draft.add(VPC, "vpc", {"id": cloud_id("vpc-1"), "cidrBlock": "172.16.0.0/16"}, network.urn)
    draft.add(
        VSWITCH,
        "vsw-h",
        {
            "id": cloud_id("vsw-1"),
            "vpcId": cloud_id("vpc-1"),
            "zoneId": ZONE,
            "cidrBlock": BLOCK,
            "status": cloud_id("Available"),
        },
        network.urn,
    )


def _add_clone(draft: Draft, classic_id: str, cloud_id: Callable[[str], Any], parent: str) -> None:
    def new_id(classic: str) -> Any:
        return cloud_id(f"{classic}-vpc")

    exists = cloud_id("there") == "there"
    rules = _clone_rules(classic_id, new_id)
    clone = draft.add(
        CLONED_SECURITY_GROUP,
        classic_id,
        {
            "classicSecurityGroupId": classic_id,
            "securityGroupIds": [new_id(classic_id)],
            "vpcId": cloud_id("vpc-1"),
            "report": [],
            "limits": [],
        },
        parent,
    )
    draft.add(
        SECURITY_GROUP,
        classic_id,
        {"id": new_id(classic_id), "vpcId": cloud_id("vpc-1"), "innerAccessPolicy": "Accept"},
        clone.urn,
    )
    draft.add(
        SECURITY_GROUP_RULES,
        classic_id,
        {
            "securityGroupId": new_id(classic_id),
            "rules": rules,
            **_applied(exists),
            # Tests change the rules that are to be: what was applied stays what the cloud has.
            **({"declared": copy.deepcopy({"securityGroupId": new_id(classic_id), "rules": rules})} if exists else {}),
        },
        clone.urn,
    )
    if exists:
        live = {"securityGroupId": new_id(classic_id), "innerAccessPolicy": "Accept"}
        left_out = ("clonedFrom", "description")
        rule_facts = [{key: value for key, value in item.items() if key not in left_out} for item in rules.values()]
        draft.facts(MIGRATION).setdefault("liveSecurityGroups", []).append({**live, "rules": copy.deepcopy(rule_facts)})


def use_existing_vswitch(draft: Draft, *, status: str = "Available", free: float | None = 100.0) -> Properties:
    """Turns the target network into one that existed before, and returns its VSwitch."""
    network = draft.facts(TARGET_NETWORK)
    draft.remove(VPC)
    draft.remove(VSWITCH)
    (vswitch,) = network["vswitches"]
    network.update(mode="existing", isDefault=False)
    vswitch.update(existing=True, status=status, availableIpAddressCount=free)
    assert isinstance(vswitch, dict)
    return vswitch


def add_wave(
    draft: Draft, name: str, instance_id: str, *, start: str, latest: str = "2027-01-31T02:00:00+08:00"
) -> Properties:
    """Moves one instance out of the first wave into another one, and returns the new wave."""
    waves = draft.facts(MIGRATION)["waves"]
    waves[0]["instanceIds"].remove(instance_id)
    draft.facts(MIGRATING_INSTANCE, instance_id)["wave"] = name
    window = {"start": start, "latest": latest}
    waves.append({"name": name, "window": window, "instanceIds": [instance_id], "after": [], "moved": False})
    added: Properties = waves[-1]
    return added


def waive_as_advised(draft: Draft, result: Result) -> None:
    """Adds the waiver that a fix shows; what is to be filled in is in its time and by two people."""
    (entry,) = (
        entry
        for fix in result.fixes
        for way in fix.ways
        for step in way
        if isinstance(step, Change) and step.path == "waivers"
        for entry in step.value
    )
    draft.facts(MIGRATION)["waivers"] = [
        {
            "rule": entry["rule"],
            "instanceIds": entry["instances"],
            "reason": "done",
            "owner": "ann@example.com",
            "approvedBy": "bob@example.com",
            "approvedAt": "2026-12-01T09:00:00+08:00",
            "expires": "2026-12-19T09:00:00+08:00",
        }
    ]


def expect(draft: Draft, rule_id: str, subject_id: str, outcome: Outcome, *words: str) -> Result:
    """Asserts one outcome, that the rule did not crash, and that reason or remediation tells each of the words."""
    result = draft.result(rule_id, subject_id)
    assert "The rule itself crashed" not in result.reason, result.reason
    assert result.outcome is outcome, f"{result.outcome}: {result.reason}"
    check(result.fixes)

    for word in words:
        assert word in (text := f"{result.reason}\n{result.remediation}"), f"{word!r} is not in {text}"
    return result
