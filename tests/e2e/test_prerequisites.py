"""Each prerequisite taken away in turn: exactly that rule's finding appears, and fails if it is time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import toolchain
from demo.project import CONFIG_KEY
from policies.core.outcome import Outcome, Result
from policies.pack.registry import all_rules
from policies.results import findings
from simulator.estate_file import load
from simulator.model.databases import WhitelistGroup
from simulator.model.ecs_storage import AutoSnapshotPolicy
from simulator.model.estate import Estate
from simulator.model.ram import Policy, Statement
from simulator.model.slb import LoadBalancer, VServerGroup
from simulator.model.vpc import NetworkAcl, NetworkAclEntry, RouteEntry, RouteTable
from simulator.server import running
from tests.e2e.conftest import ESTATE, Bend, Stack, bent_config
from tests.e2e.test_policy_pack import Analysis, agree, policy_events
from tests.policies.fix_cases import SHARED_VSWITCH, in_shared_vpc
from tests.policies.in_process import Scene, previewed, sample_config, served

IDS = {
    "web-1": "i-bp1web10000000000001",
    "web-2": "i-bp1web20000000000001",
    "app-1": "i-bp1app10000000000001",
    "batch-1": "i-bp1batch100000000001",
}
MIGRATING = {"web-1", "web-2", "web-3", "app-1", "app-2", "batch-1", "ftp-1"}


def _without_release(migration: dict[str, Any]) -> None:
    migration["instances"] = [
        item["id"] if isinstance(item, dict) and "releasePublicIp" in item else item for item in migration["instances"]
    ]


def _without_hybrid_access(migration: dict[str, Any]) -> None:
    for database in migration["databases"]:
        del database["hybridAccess"]


def _only_zone_h(migration: dict[str, Any]) -> None:
    migration["network"]["vswitches"] = migration["network"]["vswitches"][1:]


def _small_vswitch(migration: dict[str, Any]) -> None:
    """Four free addresses for four instances: one too few."""
    migration["network"]["vswitches"][0]["cidrBlock"] = "172.16.1.0/29"
    migration["instances"][1] = {"id": migration["instances"][1], "targetZone": "cn-hangzhou-b"}


def _window_too_late(migration: dict[str, Any]) -> None:
    migration["window"]["start"] = "2026-12-20T00:00:01+08:00"


def _without_ftp_plan(migration: dict[str, Any]) -> None:
    migration["instances"] = [
        item["id"] if isinstance(item, dict) and "ftp" in item else item for item in migration["instances"]
    ]


# The simulated clock stands 281 hours before the window.
ADVICE = {rule.id for rule in all_rules() if rule.lead_hours is not None and rule.lead_hours < 281}
BY_EVIDENCE = {rule.id for rule in all_rules() if rule.id.startswith(("guest-", "licence-"))}

PREREQUISITES: dict[str, tuple[Bend, dict[str, set[str]]]] = {
    "snapshots": (lambda migration: migration.pop("backups"), {"backup-snapshot-of-every-disk": MIGRATING}),
    "security groups": (
        lambda migration: migration.pop("securityGroups"),
        {
            "security-group-cloned": MIGRATING,
            # What mon-1 and cache-1, which are linked, will let in: nobody can tell without a clone.
            "security-group-every-rule-carried-over": {"web-1", "web-2", "web-3", "app-1", "app-2"},
        },
    ),
    "ClassicLink": (
        lambda migration: migration.pop("classicLink"),
        {"classic-link-peers-reachable": {"web-1", "web-2", "web-3", "app-1", "app-2"}},
    ),
    "one database": (
        lambda migration: migration["databases"].pop(0),
        {
            "database-address-in-vpc": {"web-1", "app-1", "app-2"},
            "database-whitelist-has-vswitch-cidr": {"web-1", "app-1", "app-2"},
        },
    ),
    "Redis": (
        lambda migration: migration["databases"].pop(2),
        {
            "database-address-in-vpc": {"web-1", "web-2", "web-3"},
            "database-whitelist-has-vswitch-cidr": {"web-1", "web-2", "web-3"},
        },
    ),
    "MongoDB": (
        lambda migration: migration["databases"].pop(3),
        {
            "database-address-in-vpc": {"app-1", "app-2"},
            "database-whitelist-has-vswitch-cidr": {"app-1", "app-2"},
        },
    ),
    "hybrid access": (
        _without_hybrid_access,
        {"database-address-in-vpc": {"web-1", "web-2", "web-3", "app-1", "app-2"}},
    ),
    "a VSwitch in a zone": (
        _only_zone_h,
        {
            "network-vswitch-in-usable-zone": {"web-1", "batch-1", "ftp-1"},
            # shop-mysql and shop-sessions are there.
            "database-vswitch-in-zone": {"web-1", "web-2", "web-3", "app-1", "app-2"},
            "database-address-in-vpc": {"web-1", "web-2", "web-3", "app-1", "app-2"},
        },
    ),
    "room in a VSwitch": (_small_vswitch, {"network-enough-free-addresses": {"web-1", "web-2", "batch-1", "ftp-1"}}),
    "consent to release": (_without_release, {"public-address-release-accepted": {"web-3"}}),
    "evidence of the guest systems": (
        lambda migration: migration.pop("evidence"),
        # Whose it is, is asked of evidence that there is.
        dict.fromkeys(BY_EVIDENCE - {"guest-evidence-of-instance"}, MIGRATING),
    ),
    "evidence that is fresh enough": (
        lambda migration: migration["evidence"].update(maxAgeHours=11),
        {"guest-evidence-current": MIGRATING},
    ),
    "a plan for FTP": (_without_ftp_plan, {"guest-ftp-plan": {"ftp-1"}}),
    "time before the latest schedule time": (_window_too_late, {"schedule-window-before-latest": {"classic-to-vpc"}}),
}


def _found(results: Iterable[Result], *, blocking: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in results:
        if item.outcome in (Outcome.FAIL, Outcome.UNKNOWN) and item.blocking is blocking:
            found.setdefault(item.rule_id, set()).add(item.subject.name)
    return found


def _mandatory(expected: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {rule: names for rule, names in expected.items() if rule not in ADVICE}


def _advice(expected: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {rule: names for rule, names in expected.items() if rule in ADVICE}


@pytest.mark.parametrize("prerequisite", PREREQUISITES)
def test_its_absence_and_nothing_else_is_found(prerequisite: str) -> None:
    """By the preview without an engine, which `test_fixes_applied` holds to the real one."""
    bend, expected = PREREQUISITES[prerequisite]
    results = previewed(bent_config(bend)[CONFIG_KEY]).results
    assert _found(results, blocking=True) == _mandatory(expected)
    assert _found(results, blocking=False) == _advice(expected)


def _type_without_interfaces(estate: Estate) -> None:
    [ftp_type] = [item for item in estate.instance_types if item.id == "ecs.n1.large"]
    ftp_type.eni_quantity = 0


def _engine_without_hybrid_access(estate: Estate) -> None:
    [mysql] = [item for item in estate.databases if item.id == "rm-bp1shopmysql000001"]
    mysql.engine, mysql.engine_version = "MariaDB", "10.3"


def _vserver_group(estate: Estate) -> None:
    """One of the public load balancer that is before web-1 and web-2."""
    zones = {"master_zone_id": "cn-hangzhou-b", "slave_zone_id": "cn-hangzhou-h"}
    balancer = {"id": "lb-bp1front", "name": "front", "address": "192.0.2.80", **zones}
    servers = [{"instance_id": IDS[name], "port": 80, "weight": 100} for name in ("web-1", "web-2")]
    group = {"id": "rsp-bp1front", "name": "front", "load_balancer_id": "lb-bp1front", "backend_servers": servers}
    estate.load_balancers.append(LoadBalancer.model_validate(balancer))
    estate.vserver_groups.append(VServerGroup.model_validate(group))


def _snapshots_at_night(estate: Estate) -> None:
    """The window begins on a Saturday at 2:00 in UTC+8."""
    policy = {"id": "sp-bp1night", "name": "night", "time_points": [3], "repeat_weekdays": [6]}
    estate.auto_snapshot_policies.append(AutoSnapshotPolicy.model_validate(policy))
    for disk in estate.disks:
        if disk.instance_id in (IDS["app-1"], IDS["batch-1"]):
            disk.auto_snapshot_policy_id = "sp-bp1night"


def _group_of_somebody_else(estate: Estate) -> None:
    """By the name that ours would have: it is not overwritten."""
    [mysql] = [item for item in estate.databases if item.id == "rm-bp1shopmysql000001"]
    mysql.whitelist_groups.append(WhitelistGroup(name="classic_to_vpc", security_ips=["10.99.0.1/32"]))


_ORDERS_USERS = {"web-1", "app-1", "app-2"}

# What the cloud has, what is found then, and words of the way out.
IN_THE_CLOUD: dict[str, tuple[Callable[[Estate], None], dict[str, set[str]], str]] = {
    # Nor can an EIP be bound in cut-through mode then, as is planned for its FTP server.
    "a type without interfaces": (
        _type_without_interfaces,
        {"instance-type-supports-eni": {"ftp-1"}, "guest-ftp-plan": {"ftp-1"}},
        "aliyun ecs ModifyInstanceSpec",
    ),
    # Nothing is declared that the cloud would refuse.
    "a database that cannot have hybrid access": (
        _engine_without_hybrid_access,
        {"database-hybrid-access-possible": _ORDERS_USERS, "database-address-in-vpc": _ORDERS_USERS},
        "aliyun rds CreateDBInstance",
    ),
    "a vServer group": (
        _vserver_group,
        {"instance-vserver-group-membership": {"web-1", "web-2"}},
        "rejoinVserverGroups: true}]'",
    ),
    "a whitelist group of somebody else": (
        _group_of_somebody_else,
        {"update-not-refused": {"classic-to-vpc"}},
        "whitelistGroup: <name>}]",
    ),
    "automatic snapshots in the window": (
        _snapshots_at_night,
        {"backup-automatic-snapshots-outside-freeze": {"app-1", "batch-1"}},
        "aliyun ecs CancelAutoSnapshotPolicy --diskIds",
    ),
}


@pytest.mark.parametrize("obstacle", IN_THE_CLOUD)
def test_obstacles_in_the_cloud_are_found_with_their_fix(obstacle: str) -> None:
    """By the preview without an engine."""
    bend, expected, way_out = IN_THE_CLOUD[obstacle]
    with served(bend) as scene:
        results = previewed(sample_config(), scene).results
    assert _found(results, blocking=True) == _mandatory(expected)
    assert _found(results, blocking=False) == _advice(expected)
    ways_out = [item.remediation for item in results if item.rule_id in expected]
    assert [text for text in ways_out if way_out in " ".join(text.split())] != []


REFUSING_HTTP = NetworkAclEntry(policy="drop", protocol="tcp", port="80/80")


@pytest.mark.parametrize(
    ("ingress", "permitted", "outcome"),
    [
        ([NetworkAclEntry()], True, Outcome.PASS),
        ([REFUSING_HTTP, NetworkAclEntry()], True, Outcome.FAIL),
        ([NetworkAclEntry()], False, Outcome.UNKNOWN),
    ],
)
def test_a_network_acl_is_judged_by_its_entries(
    ingress: list[NetworkAclEntry], permitted: bool, outcome: Outcome
) -> None:
    """By the preview without an engine: the web servers accept HTTP from everywhere."""

    def bend(estate: Estate) -> None:
        [vswitch] = [item for item in estate.vswitches if item.id == SHARED_VSWITCH]
        estate.network_acls.append(NetworkAcl(id="nacl-1", vpc_id=vswitch.vpc_id, ingress=ingress, tags={}))
        vswitch.network_acl_id = "nacl-1"
        if not permitted:
            refused = Statement(effect="Deny", action="vpc:DescribeNetworkAclAttributes", resource="*")
            estate.users[0].policies.append(Policy(statement=[refused]))

    migration = sample_config()
    in_shared_vpc(migration)
    with served(bend) as scene:
        results = previewed(migration, scene).results
    found = {item.subject.id: item for item in results if item.rule_id == "network-acls-reviewed"}
    result = found[IDS["web-2"]]
    assert result.outcome is outcome, result.reason
    words = {
        Outcome.PASS: "nacl-1 of VSwitch",
        Outcome.FAIL: "refused by nacl-1, ingress entry 1 'drop tcp 80/80 from 0.0.0.0/0'",
        Outcome.UNKNOWN: "The RAM action vpc:DescribeNetworkAclAttributes is not permitted.",
    }
    assert words[outcome] in result.reason


@pytest.mark.parametrize(("routed", "outcome"), [(True, Outcome.PASS), (False, Outcome.UNKNOWN)])
def test_a_public_address_behind_an_ipv4_gateway_needs_a_route(routed: bool, outcome: Outcome) -> None:
    """By the preview without an engine."""

    def bend(estate: Estate) -> None:
        [vswitch] = [item for item in estate.vswitches if item.id == SHARED_VSWITCH]
        [vpc] = [item for item in estate.vpcs if item.id == vswitch.vpc_id]
        vpc.ipv4_gateway, vpc.ipv4_gateway_id = True, "ipv4gw-1"
        vswitch.route_table_id = "vtb-1"
        estate.route_tables.append(RouteTable(id="vtb-1", vpc_id=vpc.id, tags={}))
        route = RouteEntry(
            id="rte-1",
            route_table_id="vtb-1",
            destination_cidr_block="0.0.0.0/0",
            next_hop_type="Ipv4Gateway",
            next_hop_id=vpc.ipv4_gateway_id,
        )
        estate.route_entries.extend([route] if routed else [])

    migration = sample_config()
    in_shared_vpc(migration)
    with served(bend) as scene:
        results = previewed(migration, scene).results
    found = {item.subject.id: item for item in results if item.rule_id == "public-address-route-to-internet"}
    result = found[IDS["web-2"]]
    assert result.outcome is outcome, result.reason
    assert "ipv4gw-1" in f"{result.reason} {result.remediation}"


#: What is missing and what the cloud has, of which each has a finding of its own: one run of the engine shows them all.
BY_PREVIEW: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        (
            "snapshots",
            "MongoDB",
            "a VSwitch in a zone",
            "consent to release",
            "a plan for FTP",
            "evidence that is fresh enough",
        ),
        (
            "a database that cannot have hybrid access",
            "a vServer group",
            "a whitelist group of somebody else",
            "automatic snapshots in the window",
        ),
    ),
    (
        ("security groups", "hybrid access", "Redis", "evidence of the guest systems"),
        ("a type without interfaces",),
    ),
)
BY_UPDATE = ("ClassicLink", "one database", "room in a VSwitch", "time before the latest schedule time")


def test_each_is_seen_on_the_engine() -> None:
    runs = (*BY_PREVIEW, (BY_UPDATE, ()))
    assert sorted(name for names, _ in runs for name in names) == sorted(PREREQUISITES)
    assert sorted(name for _, names in runs for name in names) == sorted(IN_THE_CLOUD)
    for names, obstacles in runs:
        pairs = {name: _pairs(PREREQUISITES[name][1]) for name in names}
        pairs |= {name: _pairs(IN_THE_CLOUD[name][1]) for name in obstacles}
        for name in pairs:
            assert pairs[name] - set().union(*(pairs[other] for other in pairs if other != name)), name


def _pairs(expected: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    return {(rule, subject) for rule, subjects in expected.items() for subject in subjects}


def _all_of(names: Iterable[str]) -> Bend:
    def bend(migration: dict[str, Any]) -> None:
        for name in names:
            PREREQUISITES[name][0](migration)

    return bend


def _united(expected: Iterable[Mapping[str, set[str]]]) -> dict[str, set[str]]:
    united: dict[str, set[str]] = {}
    for of_one in expected:
        for rule, names in of_one.items():
            united[rule] = united.get(rule, set()) | names
    return united


def _finds(stack: Stack, of_each: Iterable[Mapping[str, set[str]]]) -> None:
    expected = _united(of_each)
    assert stack.found() == _mandatory(expected)
    assert stack.advised() == _advice(expected)
    for rule in expected:
        assert rule in stack.output
    assert stack.writes() == []


@pytest.mark.engine
@pytest.mark.parametrize(("names", "obstacles"), BY_PREVIEW, ids=", ".join)
def test_several_at_once_are_found_by_the_engine(
    engine: toolchain.Engine, tmp_path: Path, names: tuple[str, ...], obstacles: tuple[str, ...]
) -> None:
    estate = load(ESTATE)
    for obstacle in obstacles:
        IN_THE_CLOUD[obstacle][0](estate)
    with running(estate) as cloud:
        stack = Stack.prepared(engine, cloud, tmp_path)
        stack.configure(_all_of(names))
        assert stack.pulumi("preview") != 0
        of_the_cloud = [IN_THE_CLOUD[obstacle] for obstacle in obstacles]
        _finds(stack, [*(PREREQUISITES[name][1] for name in names), *(expected for _, expected, _ in of_the_cloud)])
        for _, _, way_out in of_the_cloud:
            assert way_out in stack.output


@pytest.mark.engine
def test_up_refuses_the_absence_of_several_before_anything_is_written(stack: Stack, tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    stack.configure(_all_of(BY_UPDATE))
    stack.project.environ["PULUMI_DEBUG_COMMANDS"] = "true"  # Else the CLI has no --event-log.
    assert stack.pulumi("up", "--yes", "--event-log", str(log)) != 0
    _finds(stack, [PREREQUISITES[name][1] for name in BY_UPDATE])
    events, written = policy_events(log.read_text(encoding="utf-8")), stack.project.result_file.read_bytes()
    assert agree(Analysis(stack.code, stack.output, events, written))


@pytest.mark.engine
@pytest.mark.timeout(600)
def test_a_database_that_refuses_is_reported_by_name_and_stops_nothing_else(stack: Stack) -> None:
    """It is being upgraded, or a permission is limited to others: all else is read, judged and applied."""
    redis, mysql = "r-bp1shopsessions001", "rm-bp1shopmysql000001"
    refusal = {"code": "IncorrectDBInstanceState", "status": 403, "message": "The instance is being upgraded."}
    stack.cloud.faults.add(actions=["kvstore:DescribeSecurityIps"], about=redis, effect="refuse", refusal=refusal)
    assert stack.pulumi("preview") != 0
    found = {item["rule"]: item for item in findings(stack.result(), "FAIL", "UNKNOWN")}
    # Whom it admits, nobody can tell: it may be anybody who moves.
    assert stack.found()["database-whitelist-has-vswitch-cidr"] == MIGRATING
    for rule, item in found.items():
        assert rule.startswith("database-") or rule == "update-not-refused"
        assert (item["outcome"], item["blocking"]) == ("UNKNOWN", True)
        assert redis in item["reason"]
        assert "RequestId" in item["reason"]
        assert mysql not in item["reason"]

    # A write that is refused stops its own resource; the next `up` goes on from there.
    stack.cloud.faults.clear()
    stack.cloud.faults.add(actions=["rds:ModifySecurityIps"], about=mysql, effect="refuse", refusal=refusal)
    assert stack.pulumi("up", "--yes", "--skip-preview", "--continue-on-error", pack=False) != 0
    assert re.search(rf"{mysql}.*IncorrectDBInstanceState|IncorrectDBInstanceState.*{mysql}", stack.output, re.DOTALL)
    assert "RequestId" in stack.output
    assert [group["name"] for item in stack.cloud.state()["redis"] for group in item["whitelist_groups"]].count(
        "classic_to_vpc"
    ) == 1
    stack.cloud.faults.clear()
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output
    assert stack.found() == {}


def test_declared_resources_do_not_count_once_the_freeze_has_begun() -> None:
    """Declared counts before the freeze, applied is required from then on; and so is a fresh round of snapshots.

    By the preview without an engine; `test_life` is in the freeze on the real one.
    """
    in_the_freeze = Scene(now=datetime.fromisoformat("2026-12-11T03:00:00+08:00"))
    evaluation = previewed(sample_config(), in_the_freeze)
    assert [wave.timeline.frozen for wave in evaluation.schedule.waves] == [True]
    assert set(_found(evaluation.results, blocking=True)) == {
        "backup-snapshot-of-every-disk",
        "classic-link-peers-reachable",
        "database-address-in-vpc",
        "database-hybrid-access-outlasts-wave",
        "database-whitelist-has-vswitch-cidr",
        "network-bucket-policies-prepared",
        "network-registry-lists-prepared",
        "network-vswitch-in-usable-zone",
        "security-group-cloned",
    }
