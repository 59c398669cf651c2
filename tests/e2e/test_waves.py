"""Two waves: the first one moves, its stack goes on for the second."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from demo.project import CONFIG_KEY
from estate.live import read_estate
from policies.pack.registry import all_rules
from policies.results import findings
from simulator.estate_file import load
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack, bent_config
from tests.policies.in_process import Scene, previewed

pytestmark = pytest.mark.engine

WEB_2, WEB_3 = "i-bp1web20000000000001", "i-bp1web30000000000001"
APP_1 = "i-bp1app10000000000001"
OF_SECOND = {"web-1", "app-1", "app-2", "batch-1", "ftp-1"}
FIRST, SECOND = "2026-12-06T02:00:00+08:00", "2026-12-12T02:00:00+08:00"


def in_two_waves(migration: dict[str, Any]) -> None:
    """web-2 and web-3 of zone h move first, all others six days later."""
    window, instances = migration.pop("window"), migration.pop("instances")
    front = [item for item in instances if item == WEB_2 or (isinstance(item, dict) and item["id"] == WEB_3)]
    # batch-1 may be reached from everywhere: nobody of the first wave talks with it.
    migration["classicLink"] = {"flows": []}
    migration["waves"] = [
        {"name": "front", "window": {**window, "start": FIRST}, "instances": front},
        {
            "name": "back",
            "window": {**window, "start": SECOND},
            "instances": [item for item in instances if item not in front],
            "after": ["front"],
        },
    ]


def outputs(stack: Stack) -> dict[str, Any]:
    """What the stack exports."""
    shown = stack.project.run("stack", "output", "--json", "--stack", "test", check=True).stdout
    exported: dict[str, Any] = json.loads(shown)
    return exported


def schedule(stack: Stack, start: str, *instance_ids: str, group: str = "sg-bp1web00000000000001") -> str:
    """Plans the move of instances of a group, in zone h, into what the stack has prepared; returns its id."""
    exported = outputs(stack)
    plan = stack.cloud.migrations.create(
        instance_ids=list(instance_ids),
        start=start,
        latest="2026-12-20T00:00:00+08:00",
        vpc_id=exported["vpcId"],
        vswitch_ids=[exported["vswitchIds"]["cn-hangzhou-h"]],
        security_group_ids=exported["securityGroupIds"][group],
    )
    return str(plan["id"])


def pass_time(stack: Stack, moment: datetime) -> None:
    stack.cloud.clock.set(moment)


def _outcomes_of_schedules(stack: Stack) -> dict[str, set[str]]:
    """Who has which outcome of the rule about schedules, in the cloud as it is; by the preview without an engine."""
    now = datetime.fromisoformat(stack.cloud.now)
    scene = Scene(read_estate(stack.project.api(), now), now)
    [rule] = [rule for rule in all_rules() if rule.id == "schedule-move-is-scheduled"]
    found: dict[str, set[str]] = {}
    for item in previewed(bent_config(in_two_waves)[CONFIG_KEY], scene, [rule]).results:
        found.setdefault(item.outcome, set()).add(item.subject.name)
    return found


@pytest.fixture
def cloud() -> Iterator[Simulator]:
    """The sample estate without the rules for all of 10.0.0.0/8, which would refuse whoever has moved."""
    estate = load(ESTATE)
    for group in estate.security_groups:
        group.rules = [rule for rule in group.rules if rule.cidr_ip != "10.0.0.0/8"]
    with running(estate) as simulator:
        yield simulator


@pytest.mark.timeout(900)
def test_the_second_wave_goes_on_when_the_first_has_moved(stack: Stack) -> None:
    stack.configure(in_two_waves)
    stack.up()
    assert stack.found() == {}
    links = {link["instance_id"] for link in stack.cloud.state()["classic_links"]}
    # app-1 and app-2 talk with web-2 and web-3 between the two windows.
    assert {"i-bp1app10000000000001", "i-bp1app20000000000001"} < links

    plan_id = schedule(stack, "2026-12-06T03:00:00+08:00", WEB_2, WEB_3)
    assert _outcomes_of_schedules(stack) == {"FAIL": {"web-2", "web-3"}, "PASS": OF_SECOND}
    stack.cloud.migrations.reschedule(plan_id, datetime.fromisoformat(FIRST))
    assert _outcomes_of_schedules(stack) == {"PASS": {"web-2", "web-3", *OF_SECOND}}

    pass_time(stack, datetime.fromisoformat(FIRST) + timedelta(days=1))
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output
    assert stack.found() == {}
    judged = {(item["rule"], item["subject"]["name"]): item["outcome"] for item in findings(stack.result())}
    assert judged["backup-snapshot-of-every-disk", "web-2"] == "NOT_APPLICABLE"
    assert judged["backup-snapshot-of-every-disk", "web-1"] == "PENDING"
    assert judged["security-group-cloned", "web-2"] == "PASS"

    def another_round(migration: dict[str, Any]) -> None:
        in_two_waves(migration)
        migration["backups"]["round"] = 2

    stack.configure(another_round)
    writes = len(stack.writes())
    stack.up()
    assert set(stack.writes()[writes:]) == {"CreateSnapshot"}
    snapshots = [item["disk_id"] for item in stack.cloud.state()["snapshots"]]
    assert (snapshots.count("d-bp1web2sys000000001"), snapshots.count("d-bp1web1sys000000001")) == (1, 3)
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output

    # The move of what was linked ends its link, though a state that is not refreshed has it still: no false alarm.
    schedule(stack, SECOND, APP_1, group="sg-bp1app00000000000001")
    pass_time(stack, datetime.fromisoformat(SECOND) + timedelta(days=1))
    assert APP_1 not in {link["instance_id"] for link in stack.cloud.state()["classic_links"]}
    stack.pulumi("preview", "--refresh=false")
    judged = {(item["rule"], item["subject"]["name"]): item["outcome"] for item in findings(stack.result())}
    assert judged["schedule-window-in-future", "classic-to-vpc"] == "FAIL"
    assert judged["stack-unchanged-in-cloud", "classic-to-vpc"] == "PASS"
