"""Each prerequisite taken away in turn: exactly that rule's finding appears, and fails if it is time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import toolchain
from policies.registry import all_rules
from simulator.estate_file import load
from simulator.server import running
from tests.e2e.conftest import ESTATE, Bend, Stack

pytestmark = pytest.mark.engine

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
    "security groups": (lambda migration: migration.pop("securityGroups"), {"security-group-cloned": MIGRATING}),
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
        dict.fromkeys(BY_EVIDENCE, MIGRATING),
    ),
    "evidence that is fresh enough": (
        lambda migration: migration["evidence"].update(maxAgeHours=11),
        {"guest-evidence-current": MIGRATING},
    ),
    "a plan for FTP": (_without_ftp_plan, {"guest-ftp-plan": {"ftp-1"}}),
    "time before the latest schedule time": (_window_too_late, {"schedule-window-before-latest": {"classic-to-vpc"}}),
}


@pytest.mark.parametrize("prerequisite", PREREQUISITES)
def test_its_absence_and_nothing_else_is_found(stack: Stack, prerequisite: str) -> None:
    bend, expected = PREREQUISITES[prerequisite]
    stack.configure(bend)
    mandatory = {rule: names for rule, names in expected.items() if rule not in ADVICE}
    assert (stack.pulumi("preview") != 0) is bool(mandatory)
    assert stack.found() == mandatory
    assert stack.advised() == {rule: names for rule, names in expected.items() if rule in ADVICE}
    for rule in expected:
        assert rule in stack.output
    assert stack.writes() == []


def test_an_instance_type_without_interfaces_is_found(engine: toolchain.Engine, tmp_path: Path) -> None:
    estate = load(ESTATE)
    [ftp_type] = [item for item in estate.instance_types if item.id == "ecs.n1.large"]
    ftp_type.eni_quantity = 0
    with running(estate) as cloud:
        stack = Stack.prepared(engine, cloud, tmp_path)
        assert stack.pulumi("preview") != 0
        # Nor can an EIP be bound in cut-through mode then, as is planned for its FTP server.
        assert stack.found() == {"instance-type-supports-eni": {"ftp-1"}, "guest-ftp-plan": {"ftp-1"}}


def test_a_database_that_cannot_have_hybrid_access_is_found(engine: toolchain.Engine, tmp_path: Path) -> None:
    """With the way out; and nothing is declared that the cloud would refuse."""
    estate = load(ESTATE)
    [mysql] = [item for item in estate.databases if item.id == "rm-bp1shopmysql000001"]
    mysql.engine, mysql.engine_version = "MariaDB", "10.3"
    with running(estate) as cloud:
        stack = Stack.prepared(engine, cloud, tmp_path)
        assert stack.pulumi("preview") != 0
        users = {"web-1", "app-1", "app-2"}
        assert stack.found() == {"database-hybrid-access-possible": users, "database-address-in-vpc": users}
        assert "aliyun rds CreateDBInstance" in stack.output


def test_what_is_declared_only_is_not_enough_once_the_freeze_has_begun(stack: Stack) -> None:
    """Declared counts before the freeze, applied is required from then on; and so is a fresh round of snapshots."""
    stack.project.environ["PREFLIGHT_NOW"] = "2026-12-11T03:00:00+08:00"
    assert stack.pulumi("preview") != 0
    assert stack.result()["waves"][0]["frozen"] is True
    assert set(stack.found()) == {
        "backup-snapshot-of-every-disk",
        "classic-link-peers-reachable",
        "database-address-in-vpc",
        "database-hybrid-access-outlasts-wave",
        "database-whitelist-has-vswitch-cidr",
        "network-vswitch-in-usable-zone",
        "security-group-cloned",
    }
