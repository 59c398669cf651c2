"""Each property of each `alicloud` resource that we declare is changed once, and the cloud has it afterwards.

The provider is known to plan changes that it never makes: of these the state says one thing, and the cloud another.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import toolchain
from demo.project import PROGRAM, REPOSITORY, Project
from simulator.estate_file import load
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack
from tests.e2e.test_least_privilege import document
from tests.e2e.test_waves import outputs, pass_time

APP_1, BATCH_1, FTP_1, WEB_1 = (
    "i-bp1app10000000000001",
    "i-bp1batch100000000001",
    "i-bp1ftp10000000000001",
    "i-bp1web10000000000001",
)
APP, BATCH, FTP = "sg-bp1app00000000000001", "sg-bp1batch000000000001", "sg-bp1ftp00000000000001"
ESSDS = {
    FTP_1: ["d-bp1ftp1dat000000001", "d-bp1ftp1sys000000001"],
    WEB_1: ["d-bp1web1dat000000001", "d-bp1web1sys000000001"],
}
SHARED = "vpc-bp1shared0000000001"
SPARE = "d-bp1spare00000000001"
# The provider makes the new one before it deletes the old one: blocks must not overlap.
APART = {"cidrBlock": "172.16.10.0/24"}
START = "2026-12-12T02:00:00+08:00"

NETWORK, SWITCH = "alicloud:vpc/network:Network", "alicloud:vpc/switch:Switch"
GROUP, INTERFACE = "alicloud:ecs/securityGroup:SecurityGroup", "alicloud:ecs/ecsNetworkInterface:EcsNetworkInterface"
SNAPSHOT, SNAPSHOT_GROUP = "alicloud:ecs/ecsSnapshot:EcsSnapshot", "alicloud:ecs/ecsSnapshotGroup:EcsSnapshotGroup"

# Declares what the program does, but for the properties in changes.json, by type and name.
CHANGED_PROGRAM = """
import json
import runpy
from pathlib import Path

import pulumi

changes = json.loads(Path("changes.json").read_text())


def changed(args):
    given = changes.get(f"{args.type_} {args.name}")
    return given and pulumi.ResourceTransformResult({**args.props, **given}, args.opts)


pulumi.runtime.register_resource_transform(changed)
runpy.run_path(MAIN, run_name="__main__")
"""


@dataclass(frozen=True)
class Case:
    """A property of one resource, its new value, and where the simulated cloud keeps it.

    `beside` are properties that have to change with it.
    """

    type: str
    name: str
    property: str
    value: Any
    table: str
    key: str
    beside: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.property} of {self.type.rpartition(':')[2]} {self.name}"


# What is changed by one `pulumi up`: of each resource at most one property, for one change may bring about another.
# Values that begin with an at sign are ids that only the run knows.
ROUNDS: tuple[tuple[Case, ...], ...] = (
    (
        Case(SNAPSHOT, "d-bp1app1dat000000002", "retentionDays", 90, "snapshots", "retention_days"),
        Case(SNAPSHOT, "d-bp1batchsys00000001", "diskId", SPARE, "snapshots", "disk_id"),
    ),
    (
        Case(NETWORK, "shop", "cidrBlock", "172.16.0.0/12", "vpcs", "cidr_block"),
        Case(SWITCH, "shop-cn-hangzhou-h", "cidrBlock", "172.16.9.0/24", "vswitches", "cidr_block"),
        Case(GROUP, APP, "innerAccessPolicy", "Drop", "security_groups", "inner_access_policy"),
    ),
    (
        Case(SWITCH, "shop-cn-hangzhou-h", "zoneId", "cn-hangzhou-b", "vswitches", "zone_id", APART),
        Case(SNAPSHOT_GROUP, FTP_1, "diskIds", ESSDS[FTP_1][:1], "snapshot_groups", "disk_ids"),
        Case(INTERFACE, FTP_1, "securityGroupIds", ["@clone of app"], "network_interfaces", "security_group_ids"),
    ),
    (
        Case(SWITCH, "shop-cn-hangzhou-h", "vpcId", SHARED, "vswitches", "vpc_id", {"cidrBlock": "192.168.20.0/24"}),
        Case(GROUP, BATCH, "vpcId", SHARED, "security_groups", "vpc_id"),
        Case(SNAPSHOT_GROUP, FTP_1, "instanceId", WEB_1, "snapshot_groups", "instance_id", {"diskIds": ESSDS[WEB_1]}),
        Case(INTERFACE, FTP_1, "vswitchId", "@another VSwitch", "network_interfaces", "vswitch_id"),
    ),
)
# What a name or a description says later is somebody else's, and no update touches it (components/adoption.py).
NAMES = {
    NETWORK: "vpcName",
    SWITCH: "vswitchName",
    GROUP: "securityGroupName",
    SNAPSHOT: "snapshotName",
    SNAPSHOT_GROUP: "snapshotGroupName",
    INTERFACE: "networkInterfaceName",
}
WRITTEN_ONCE = {(kind, "description") for kind in NAMES} | set(NAMES.items())
CASES = [case for batch in ROUNDS for case in batch]


def _declared() -> set[tuple[str, str]]:
    """Class and property, as the components spell them."""
    found: set[tuple[str, str]] = set()
    for file in sorted((REPOSITORY / "components").rglob("*.py")):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        imported = {
            alias.asname or alias.name: alias.name
            for node in nodes
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("pulumi_alicloud")
            for alias in node.names
        }
        for node in nodes:
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and (name in imported or name.startswith("alicloud.")):
                kind = imported.get(name, name.rpartition(".")[2])
                assert all(item.arg for item in node.keywords), f"{file}: what {kind} gets cannot be seen"
                found |= {(kind, str(item.arg)) for item in node.keywords if item.arg != "opts"}
    return found


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])[A-Z]", lambda match: f"_{match[0].lower()}", name)


def test_every_property_that_is_declared_has_a_case() -> None:
    cases = {(case.type, case.property) for case in CASES}
    assert not cases & WRITTEN_ONCE
    written_once = {(kind.rpartition(":")[2], _snake(name)) for kind, name in WRITTEN_ONCE}
    assert {(kind.rpartition(":")[2], _snake(name)) for kind, name in cases} == _declared() - written_once


@pytest.fixture
def cloud() -> Iterator[Simulator]:
    """The sample estate, with ESSDs in ftp-1 and web-1, whose snapshots are taken together, and clones that name none.

    Else no clone could go into another VPC without the ones that it names. `blind`, who runs Pulumi, may do what
    up.json allows.
    """
    estate = load(ESTATE)
    estate.users[1].policies = [document("up.json")]
    for group in estate.security_groups:
        group.rules = [rule for rule in group.rules if rule.nic_type == "internet"]
    for disk in estate.disks:
        if disk.instance_id in ESSDS:
            disk.category = "cloud_essd"
    with running(estate) as simulator:
        yield simulator


@pytest.fixture
def stack(engine: toolchain.Engine, cloud: Simulator, tmp_path: Path) -> Stack:
    """The prepared stack with three movers, of a program whose properties can be changed one by one."""
    main = tmp_path / "__main__.py"
    main.write_text(CHANGED_PROGRAM.replace("MAIN", repr(str(REPOSITORY / "__main__.py"))))
    files = [main, *(file for file in PROGRAM if file.name != main.name)]
    created = Stack(Project(tmp_path / "project", cloud, engine.environ(os.environ), files), cloud)
    key, secret = cloud.credentials_of("blind")
    created.project.environ |= {"ALICLOUD_ACCESS_KEY": key, "ALICLOUD_SECRET_KEY": secret}
    created.configure(_three_of_them)
    created.project.run("stack", "init", "test", "--no-select", check=True)
    return created


def _three_of_them(migration: dict[str, Any]) -> None:
    """All of zone b; VSwitch h is free to be changed."""
    ftp = {"id": FTP_1, "ftp": {"plan": "eip-cut-through"}}
    migration["instances"] = [{"id": APP_1, "targetZone": "cn-hangzhou-b"}, BATCH_1, ftp]
    for key in ("classicLink", "databases", "later"):
        migration.pop(key)


def _up(stack: Stack, cases: Sequence[Case] = (), ids: Mapping[str, str] | None = None) -> None:
    """Bring the stack up with what the cases change."""
    changes: dict[str, dict[str, Any]] = {}
    for case in cases:
        change = {case.property: _with(case.value, ids or {}), **case.beside}
        changes.setdefault(f"{case.type} {case.name}", {}).update(change)
    (stack.project.directory / "changes.json").write_text(json.dumps(changes))
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output


def _with(value: Any, ids: Mapping[str, str]) -> Any:
    return [_with(item, ids) for item in value] if isinstance(value, list) else ids.get(value, value)


def _in_state(stack: Stack) -> dict[tuple[str, str], dict[str, Any]]:
    """Return type and name -> resource, of those of the provider."""
    exported = json.loads(stack.project.run("stack", "export", "--stack", "test", check=True).stdout)
    resources = exported["deployment"]["resources"]
    return {
        (item["type"], item["urn"].rpartition("::")[2]): item
        for item in resources
        if item["type"].startswith("alicloud:") and not item.get("delete")
    }


def _in_cloud(stack: Stack, table: str, resource_id: str) -> dict[str, Any]:
    state = stack.cloud.state()
    [found] = [item for item in state[table] if item["id"] == resource_id]
    if table == "snapshot_groups":
        disks = {item["id"]: item["disk_id"] for item in state["snapshots"]}
        return {**found, "disk_ids": sorted(disks[item] for item in found["snapshot_ids"])}
    return dict(found)


@pytest.mark.engine
@pytest.mark.timeout(900)
def test_the_cloud_has_what_was_changed(stack: Stack) -> None:
    _up(stack)
    exported = outputs(stack)
    network = {"vpc_id": exported["vpcId"], "security_group_ids": exported["securityGroupIds"][FTP]}
    vswitch_ids = [exported["vswitchIds"]["cn-hangzhou-b"]]
    stack.cloud.migrations.create(
        instance_ids=[FTP_1], start=START, latest="2026-12-20T00:00:00+08:00", vswitch_ids=vswitch_ids, **network
    )
    pass_time(stack, datetime.fromisoformat(START) + timedelta(days=1))
    another = stack.project.api().call(
        "vpc:CreateVSwitch",
        region_id="cn-hangzhou",
        vpc_id=exported["vpcId"],
        zone_id="cn-hangzhou-b",
        cidr_block="172.16.77.0/24",
    )
    ids = {"@clone of app": exported["securityGroupIds"][APP][0], "@another VSwitch": str(another.v_switch_id)}
    done: list[Case] = []
    for cases in ROUNDS:
        done += cases
        _up(stack, done, ids)
        resources = _in_state(stack)
        for case in cases:
            found = _in_cloud(stack, case.table, resources[case.type, case.name]["id"])
            assert found[case.key] == _with(case.value, ids), case
        # Nothing that the program declares was left out.
        given = {(kind, name) for (kind, _), item in resources.items() for name in item["inputs"]}
        given = {item for item in given if item[1] != "__defaults"} - WRITTEN_ONCE
        assert given <= {(case.type, case.property) for case in CASES}
