"""Collecting by Cloud Assistant from the simulated cloud: what is whole becomes evidence, all else is missed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from estate.client import Cloud
from estate.errors import CloudError, PermissionDenied
from estate.guest.collect import BATCH, RAM_ACTIONS, SCRIPT_TIMEOUT, Collection, collect
from estate.live import read_estate
from simulator.model.ecs import Instance
from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.estate import estates
from tests.estate.guest.test_output import WHOLE

NOW = datetime.fromisoformat("2026-11-29T09:00:00+08:00")
ANSWER = {"command": "classic-to-vpc", "output": json.dumps(WHOLE)}
Answer = dict[str, Any]


def _instance(number: int, guest: Answer | None = None, **fields: Any) -> Instance:
    return Instance.model_validate(
        {
            "id": f"i-web{number}",
            "name": f"web-{number}",
            "zone_id": estates.ZONE,
            "instance_type": "ecs.n1.small",
            "intranet_ips": [f"10.160.{number // 250}.{number % 250 + 1}"],
            "security_group_ids": ["sg-classic"],
            "guest": {"answers": [ANSWER]} if guest is None else guest,
            "tags": {},
            **fields,
        }
    )


def _estate(*instances: Instance, **changes: Any) -> Estate:
    given = [item.model_dump(mode="json") for item in instances]
    return estates.estate(instances=given, disks=[], snapshots=[], classic_links=[], vserver_groups=[], **changes)


@pytest.fixture
def simulator() -> Simulator:
    return estates.begun(_estate(_instance(1)))


def _collected(simulator: Simulator, estate: Estate, user: str = "tester") -> Collection:
    """What is collected from an estate; waiting moves the model clock on and takes no time."""
    simulator.simulation.reset(estate)
    session = Cloud(estates.settings(simulator, user), sleep=lambda seconds: simulator.clock.advance(seconds))
    instances = read_estate(estates.cloud(simulator), NOW).instances
    return collect(session, [item for item in instances if item.id.startswith("i-web")], NOW, lambda progress: None)


def _answering(**answer: Any) -> Answer:
    return {"answers": [{**ANSWER, **answer}]}


def test_evidence_says_who_when_and_how(simulator: Simulator) -> None:
    collected = _collected(simulator, _estate(_instance(1)))
    assert collected.missed == {}
    (evidence,) = collected.evidence
    assert (evidence.instance_id, evidence.source, evidence.collected_at) == ("i-web1", "cloud-assistant", NOW)
    assert evidence.collected_by.startswith(f"acs:ram::{estates.ACCOUNT}:")
    assert evidence.facts.system_disk_free_mib == 29296


def test_each_system_gets_its_script(simulator: Simulator) -> None:
    windows = _answering(command="Get-WmiObject", output=json.dumps({**WHOLE, "os": "windows"}))
    collected = _collected(simulator, _estate(_instance(1), _instance(2, windows, os_type="windows")))
    assert {item.instance_id: item.facts.os for item in collected.evidence} == {"i-web1": "linux", "i-web2": "windows"}
    assert [request["parameters"]["Type"] for request in simulator.simulation.requests("ecs:RunCommand")] == [
        "RunShellScript",
        "RunPowerShellScript",
    ]


@pytest.mark.parametrize(
    ("instance", "why"),
    [
        (_instance(2, status="Stopped"), "it is Stopped"),
        (_instance(2, {"agent": "missing"}), "no Cloud Assistant agent: run the script by hand"),
        (_instance(2, {"agent": "stopped"}), "Aborted, ClientNotRunning"),
        (_instance(2, _answering(exit_code=2)), "Failed, ExitCodeNonzero"),
        (_instance(2, _answering(seconds=SCRIPT_TIMEOUT + 1)), "Timeout, ExecutionTimeout"),
        (_instance(2, _answering(cut_at=len(json.dumps(WHOLE)) - 1)), "cut off by 1 bytes"),
        (_instance(2, _answering(output="")), "found nothing of it"),
        (_instance(2, _answering(output=json.dumps({**WHOLE, "schemaVersion": 9}))), "version 1"),
        (_instance(2, _answering(output=json.dumps({**WHOLE, "instanceId": "i-web9"}))), "says that it is i-web9"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_failure_on_one_instance_stops_no_other(simulator: Simulator, instance: Instance, why: str) -> None:
    collected = _collected(simulator, _estate(_instance(1), instance))
    assert [item.instance_id for item in collected.evidence] == ["i-web1"]
    assert set(collected.missed) == {"i-web2"}
    assert why in collected.missed["i-web2"]


def test_a_cloud_that_refuses_classic_instances_is_told_of_each(simulator: Simulator) -> None:
    refusing = _estate(_instance(1), _instance(2), cloud_assistant_on_classic="refused")
    collected = _collected(simulator, refusing)
    assert collected.evidence == []
    assert set(collected.missed) == {"i-web1", "i-web2"}
    assert "takes instances in a VPC only: run the script by hand" in collected.missed["i-web1"]


def test_one_that_the_cloud_refuses_does_not_keep_the_others_from_it(simulator: Simulator) -> None:
    """A batch fails as a whole: a faulty one is then left alone, and the script runs once on each of the others."""
    in_vpc: dict[str, Any] = {
        "network_type": "vpc",
        "vpc_id": "vpc-1",
        "vswitch_id": "vsw-1",
        "security_group_ids": ["sg-vpc"],
    }
    mixed = _estate(_instance(1), _instance(2, **in_vpc), cloud_assistant_on_classic="refused")
    collected = _collected(simulator, mixed)
    assert [item.instance_id for item in collected.evidence] == ["i-web2"]
    assert set(collected.missed) == {"i-web1"}


def test_a_hundred_instances_are_asked_in_batches_and_read_in_pages(simulator: Simulator) -> None:
    collected = _collected(simulator, _estate(*(_instance(number) for number in range(BATCH * 2 + 1))))
    assert len(collected.evidence) == BATCH * 2 + 1
    assert len(simulator.simulation.requests("ecs:RunCommand")) == 3
    assert len(simulator.simulation.requests("ecs:DescribeCloudAssistantStatus")) == 3


def test_results_are_waited_for(simulator: Simulator) -> None:
    collected = _collected(simulator, _estate(_instance(1, _answering(seconds=40))))
    assert len(collected.evidence) == 1
    assert len(simulator.simulation.requests("ecs:DescribeInvocationResults")) > 10


def test_it_asks_for_nothing_beyond_what_it_declares(simulator: Simulator) -> None:
    _collected(simulator, _estate(_instance(1)))
    actions = {request["product"] + ":" + request["action"] for request in simulator.requests()}
    assert set(RAM_ACTIONS) <= actions
    reading = ("Describe", "Get", "List")
    assert {action for action in actions if not action.split(":")[1].startswith(reading)} == {"ecs:RunCommand"}


def test_without_permission_nothing_is_guessed(simulator: Simulator) -> None:
    estate = _estate(_instance(1))
    user = estate.users[1]
    user.policies[0].statement[1].action = ["ecs:RunCommand"]
    with pytest.raises(PermissionDenied, match="ecs:RunCommand"):
        _collected(simulator, estate, user.name)


def test_another_refusal_of_the_cloud_is_an_error(simulator: Simulator) -> None:
    estate = _estate(_instance(1, {"answers": []}))
    with pytest.raises(CloudError, match="SimulatorNotImplemented"):
        _collected(simulator, estate)
