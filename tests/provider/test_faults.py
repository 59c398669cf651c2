"""Every write of `alimigrate` meets every fault: it converges, or says in one message what happened and what to do.

A life is creation, update and deletion. In each of them every write of an undisturbed life is struck in turn. What
failed is done again as the engine would: after a refresh. Then the cloud is as after an undisturbed life, at each step.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Self

import pytest

from estate.client import Cloud
from estate.errors import CloudError, CredentialsError, EstateError, Unreachable
from provider import drift
from provider.added_security_group_rules import AddedSecurityGroupRules
from provider.classic_link import ClassicLink
from provider.classic_link_attachment import ClassicLinkAttachment
from provider.cut_through_binding import CutThroughBinding
from provider.default_network import DefaultVpc, DefaultVSwitch
from provider.hybrid_access import MongoDbHybridAccess, RdsHybridAccess, RedisHybridAccess
from provider.public_ip_conversion import PublicIpConversion
from provider.registry import RESOURCES
from provider.removed_acl_entries import RemovedAclEntries
from provider.removed_whitelist_entries import RdsRemovedWhitelistEntries
from provider.resource import PartialFailure, Resource
from provider.security_group_rules import SecurityGroupRules
from provider.values import Properties
from provider.whitelist_group import MongoDbWhitelistGroup, RdsWhitelistGroup, RedisWhitelistGroup
from simulator import signature
from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.estate import estates
from tests.provider import moved
from tests.provider.test_rules import rule

# A change of a database's network is waited for half an hour, and a call that is throttled some minutes.
LONGEST = 2 * 3600.0
STEPS = ("create", "update", "delete")

FAULTS: dict[str, dict[str, Any]] = {
    "throttled for a while": {"effect": "throttle", "throttle_code": "Throttling.User", "count": 3},
    "throttled, with a wait": {
        "effect": "throttle",
        "throttle_code": "Rejected.Throttling",
        "count": 2,
        "retry_after": 7.5,
    },
    "unavailable, with a wait": {"effect": "error", "error_code": "ServiceUnavailable", "count": 1, "retry_after": 7.5},
    "throttled for good": {"effect": "throttle", "throttle_code": "Throttling.User"},
    "unavailable once": {"effect": "error", "error_code": "ServiceUnavailable", "count": 1},
    "failing for good": {"effect": "error", "error_code": "InternalError"},
    "request lost": {"effect": "drop-before", "count": 1},
    "answer lost": {"effect": "drop-after", "count": 1},
    "answers lost": {"effect": "drop-after", "count": 5},
    "quota reached": {"effect": "refuse", "refusal": {"code": "QuotaExceeded", "status": 400}},
    "rebooting": {"effect": "refuse", "refusal": {"code": "IncorrectDBInstanceState", "status": 400}, "count": 2},
    "locked": {"effect": "refuse", "refusal": {"code": "InstanceLockedForSecurity", "status": 403}},
    "token ended": {"effect": "refuse", "refusal": {"code": "InvalidSecurityToken.Expired", "status": 400}},
}
# What these end well by themselves, whichever write they strike.
PASSING = {"throttled for a while", "throttled, with a wait", "unavailable, with a wait"}


def group(database: str, ips: list[str], **more: str) -> Properties:
    return {"dbInstanceId": database, "groupName": "migrated", "securityIps": ips, **more}


def hybrid(database: str, days: int = 20) -> Properties:
    until = (estates.estate().now + timedelta(days=days)).isoformat()
    return {"dbInstanceId": database, "vpcId": "vpc-1", "vswitchId": "vsw-1", "validUntil": until}


def cut_through(simulator: Simulator, cloud: Cloud) -> Properties:
    del simulator
    _, state = PublicIpConversion().create(cloud, {"instanceId": "i-moved"})
    return {"allocationId": state["allocationId"], "networkInterfaceId": "eni-free", "instanceId": "i-moved"}


def default_vswitch(simulator: Simulator, cloud: Cloud) -> Properties:
    del simulator
    vpc_id, _ = DefaultVpc().create(cloud, {})
    return {"vpcId": vpc_id, "zoneId": estates.ZONE}


def among_others(simulator: Simulator, cloud: Cloud) -> Properties:
    del simulator
    somebodys = group("rm-normal", ["10.9.0.1/32", "10.9.0.2/32", "10.9.1.0/24"], networkType="MIX")
    RdsWhitelistGroup().create(cloud, somebodys)
    return group("rm-normal", ["10.9.0.1"], networkType="MIX")


def timed() -> Estate:
    return estates.estate(timings={"database": 0})


@dataclass(frozen=True)
class Case:
    """One resource in one cloud: what it is created with, and what it is updated to, None where there is no update."""

    resource: Resource
    inputs: Callable[[Simulator, Cloud], Properties]
    then: Properties | None = None
    estate: Callable[[], Estate] = field(default=estates.estate)


RULES = {f"r{number}": rule(portRange=f"{number}/{number}") for number in (1, 2)}
OUT = {f"out{number}": rule(direction="egress", portRange=f"{number}/{number}") for number in (8, 9)}
CASES: dict[str, Case] = {
    "rules": Case(
        SecurityGroupRules(),
        lambda *_: {"securityGroupId": "sg-vpc2", "rules": RULES | OUT},
        {
            "securityGroupId": "sg-vpc2",
            "rules": {
                "r2": RULES["r2"] | {"description": "web"},
                "r3": rule(),
                "out9": OUT["out9"] | {"description": "web"},
            },
        },
    ),
    "added rules": Case(
        AddedSecurityGroupRules(),
        lambda *_: {"securityGroupId": "sg-classic", "rules": {"a": rule(portRange="7/7", cidrIp="10.1.1.1/32")}},
    ),
    "RDS group": Case(
        RdsWhitelistGroup(),
        lambda *_: group("rm-normal", ["10.0.0.0/24"], networkType="MIX"),
        group("rm-normal", ["10.2.0.0/24"], networkType="MIX"),
    ),
    "Redis group": Case(
        RedisWhitelistGroup(), lambda *_: group("r-cache", ["10.0.0.0/24"]), group("r-cache", ["10.0.0.0/16"])
    ),
    "MongoDB group": Case(
        MongoDbWhitelistGroup(), lambda *_: group("dds-three", ["10.0.0.0/24"]), group("dds-three", ["10.2.0.0/24"])
    ),
    "RDS access": Case(RdsHybridAccess(), lambda *_: hybrid("rm-normal"), hybrid("rm-normal", 60), timed),
    "Redis access": Case(RedisHybridAccess(), lambda *_: hybrid("r-cache"), hybrid("r-cache", 60), timed),
    "MongoDB access": Case(MongoDbHybridAccess(), lambda *_: hybrid("dds-three"), hybrid("dds-three", 60), timed),
    "ClassicLink": Case(ClassicLink(), lambda *_: {"vpcId": "vpc-2"}),
    "link": Case(ClassicLinkAttachment(), lambda *_: {"instanceId": "i-3", "vpcId": "vpc-1"}),
    "EIP": Case(PublicIpConversion(), lambda *_: {"instanceId": "i-moved"}, estate=moved.estate),
    "cut-through": Case(CutThroughBinding(), cut_through, estate=moved.estate),
    "default VPC": Case(DefaultVpc(), lambda *_: {}),
    "default VSwitch": Case(DefaultVSwitch(), default_vswitch),
    "ACL": Case(
        RemovedAclEntries(),
        lambda *_: {"aclId": "acl-two", "entries": ["10.160.0.1/32"]},
        estate=lambda: estates.estate(
            access_lists=[
                {"id": "acl-two", "name": "two", "entries": [{"entry": "10.160.0.1/32"}, {"entry": "10.9.0.0/16"}]}
            ]
        ),
    ),
    "whitelist entries": Case(
        RdsRemovedWhitelistEntries(),
        lambda *_: group("rm-normal", ["10.160.0.1"], networkType="MIX") | {"groupName": "app"},
    ),
    "whitelist entries among others": Case(
        RdsRemovedWhitelistEntries(),
        among_others,
        group("rm-normal", ["10.9.0.1", "10.9.0.2"], networkType="MIX"),
    ),
}
_OWN_TO_A_RUN = re.compile(r".*(_at|expires?.*|_id_of_rule|vrouter_id)|now|faults|allocation_id")


def test_every_resource_has_a_case() -> None:
    """Siblings, such as the three products of a whitelist group, may share their writes."""

    def writes(resource: Resource) -> set[object]:
        return {type(resource).create, type(resource).update, type(resource).delete}

    struck = {write for case in CASES.values() for write in writes(case.resource)}
    assert [token for token, resource in RESOURCES.items() if not writes(resource) <= struck] == []


def look(simulator: Simulator) -> Any:
    """Return the state of the cloud without ids that the cloud gives, and times."""

    def scrub(value: Any) -> Any:
        if isinstance(value, list):
            return sorted((scrub(item) for item in value), key=repr)
        if not isinstance(value, Mapping):
            return value
        given = "port_range" in value or "allocation_time" in value or "bandwidth" in value
        return {
            key: scrub(item)
            for key, item in value.items()
            if not _OWN_TO_A_RUN.fullmatch(key) and not (given and key == "id")
        }

    return scrub(simulator.state())


@dataclass(frozen=True)
class Moment:
    """A life before one of its steps: the cloud, and what engine and plugin know."""

    cloud: str
    inputs: Properties
    id: str
    known: Properties


class Life:
    """One resource as engine and plugin lead it: a refresh before each operation, and what was written read back."""

    def __init__(self, case: Case, simulator: Simulator, moment: Moment | None = None) -> None:
        self.slept: list[float] = []
        self.cloud = Cloud(estates.settings(simulator), sleep=self._sleep, jitter=lambda: 1.0)
        self.case = case
        self.simulator = simulator
        self.id = ""
        self.known: Properties = {}
        if moment is None:
            self.inputs = case.resource.check(case.inputs(simulator, self.cloud)).inputs
        else:
            self.inputs, self.id, self.known = copy.deepcopy((moment.inputs, moment.id, moment.known))

    def moment(self) -> Moment:
        return Moment(self.simulator.simulation.saved()[1], *copy.deepcopy((self.inputs, self.id, self.known)))

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.simulator.clock.advance(seconds)

    def step(self, name: str) -> None:
        """Do one step; raises what it raises, after which it can be done again."""
        resource = self.case.resource
        if self.id:
            live = resource.read(self.cloud, self.id, drift.forgotten(self.known))
            if live is None:
                self.id, self.known = "", {}
            else:
                self.known = drift.compared(resource, self.known, live)
        if name == "delete":
            if self.id:
                resource.delete(self.cloud, self.id, drift.recalled(resource, self.known))
            self.id = ""
            return
        then = self.case.then
        desired = resource.check(then).inputs if name == "update" and then else self.inputs
        try:
            if self.id:
                if resource.diff(drift.forgotten(self.known), desired):
                    state = drift.recalled(resource, self.known)
                    self._keep(self.id, resource.update(self.cloud, self.id, state, desired), desired)
            else:
                self._keep(*resource.create(self.cloud, desired), desired)
        except PartialFailure as failure:
            self.id, self.known = failure.resource_id, failure.state
            raise

    def _keep(self, resource_id: str, state: Properties, desired: Properties) -> None:
        confirmed = drift.read_back(self.cloud, self.case.resource, resource_id, state, desired)
        self.id, self.known = resource_id, drift.remembered(self.case.resource, state, confirmed)


def born(name: str) -> tuple[Simulator, Life]:
    """Return a cloud that begins anew, and a life in it that has not begun."""
    simulator = estates.begun(CASES[name].estate())
    return simulator, Life(CASES[name], simulator)


def come_to(name: str, step: str) -> Life:
    """Return a life that nothing has disturbed until this step."""
    case, moment = CASES[name], led(name)[2][STEPS.index(step)]
    return Life(case, estates.begun(case.estate(), moment.cloud), moment)


@functools.cache
def led(name: str) -> tuple[list[list[str]], list[Any], list[Moment]]:
    """Return what each step of an undisturbed life calls, the cloud after it, and the moment before it."""
    called, seen, moments = [], [], []
    simulator, life = born(name)
    for step in STEPS:
        moments.append(life.moment())
        before = len(simulator.requests())
        life.step(step)
        entries = simulator.requests()[before:]
        called.append(list(dict.fromkeys(f"{item['product']}:{item['action']}" for item in entries)))
        seen.append(look(simulator))
    return called, seen, moments


def reads(action: str) -> bool:
    return action.partition(":")[2].startswith(("Describe", "Get"))


def undisturbed(name: str) -> tuple[list[tuple[str, ...]], list[Any]]:
    """Return the writes of each step, and the cloud after it."""
    called, seen, _ = led(name)
    return [tuple(action for action in actions if not reads(action)) for actions in called], seen


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", CASES)
def test_a_write_that_meets_a_fault_converges_or_says_why(name: str, fault: str) -> None:
    writes, seen = undisturbed(name)
    assert writes[0], "a life without a write shows nothing"
    for struck, actions in zip(STEPS, writes, strict=True):
        for action in actions:
            _struck(come_to(name, struck), struck, action, fault, seen)


@pytest.mark.parametrize("name", CASES)
def test_a_read_that_fails_is_never_taken_for_an_answer(name: str) -> None:
    """A resource that a failing read showed as gone would leave the state, and what it did would be nobody's."""
    called, seen, _ = led(name)
    for struck, actions in zip(STEPS, called, strict=True):
        for action in filter(reads, actions):
            _struck(come_to(name, struck), struck, action, "failing for good", seen)


def _struck(life: Life, struck: str, action: str, fault: str, seen: Sequence[Any]) -> None:
    """Lead a life from this step on, in which one action meets a fault."""
    simulator, first = life.simulator, STEPS.index(struck)
    simulator.faults.add(actions=[action], **FAULTS[fault])
    failure = _tried(life, struck)
    assert simulator.faults.all()[0]["struck"], f"{action} was never called"
    simulator.faults.clear()
    if failure is not None:
        _names_the_cause(failure, fault, action)
        life.step(struck)
    assert look(simulator) == seen[first], f"after {struck}, with {action} {fault}"
    for step, expected in list(zip(STEPS, seen, strict=True))[first + 1 :]:
        life.step(step)
        assert look(simulator) == expected, f"after {step}, with {action} {fault} in {struck}"
    assert sum(life.slept) < LONGEST
    # What the answer asks for is waited, and little more: the jitter is none here.
    retry_after = FAULTS[fault].get("retry_after")
    assert retry_after is None or life.slept.count(retry_after) == FAULTS[fault]["count"]


@pytest.mark.parametrize("name", CASES)
def test_steps_right_after_each_other_converge_though_reads_are_a_minute_behind(name: str) -> None:
    """A step that read what was before the last one would leave what that wrote, or add to what it replaces."""
    _, seen = undisturbed(name)
    simulator, life = born(name)
    simulator.faults.add(effect="stale", seconds=60)
    for step, expected in zip(STEPS, seen, strict=True):
        life.step(step)
        assert look(simulator) == expected, step
        assert step == "delete" or "confirmedAt" in life.known
    assert sum(life.slept) < LONGEST


def cloud_is_ahead(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """Let the cloud compare the time of each signature with a clock that is ahead of this machine's."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(minutes=minutes)

    monkeypatch.setattr(signature, "datetime", Ahead)


@pytest.mark.parametrize("name", CASES)
def test_a_clock_that_is_ten_minutes_off_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, seen = undisturbed(name)
    simulator, life = born(name)
    for step, minutes, expected in zip(STEPS, (10, -10, 10), seen, strict=True):
        cloud_is_ahead(monkeypatch, minutes)
        life.step(step)
        assert look(simulator) == expected, step


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_clock_that_is_further_off_is_told_before_anything_is_written(
    minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, life = born("rules")
    before = look(simulator)
    cloud_is_ahead(monkeypatch, minutes)
    with pytest.raises(
        CredentialsError, match=r"InvalidTimeStamp\.Expired, RequestId [0-9A-F-]{8,}.*this machine's clock"
    ):
        life.step("create")
    assert look(simulator) == before


def _tried(life: Life, step: str) -> EstateError | None:
    try:
        life.step(step)
    except EstateError as failure:
        return failure
    return None


def _names_the_cause(failure: EstateError, fault: str, action: str) -> None:
    """One message that names the action and the cause; the cloud's refusals have the RequestId to ask support with."""
    assert fault not in PASSING, f"{action}: {failure}"
    text = str(failure)
    cause = failure.__cause__ if isinstance(failure, PartialFailure) else failure
    assert isinstance(cause, CloudError | CredentialsError | Unreachable | EstateError)
    if isinstance(cause, Unreachable):
        assert action in text, text
        return
    refusal = FAULTS[fault].get("refusal", {}).get("code") or FAULTS[fault].get("throttle_code")
    assert (refusal or FAULTS[fault].get("error_code", "")) in text, text
    assert re.search(r"RequestId:? [0-9A-F-]{8,}", text), text
    # Credentials are wrong for every action.
    assert isinstance(cause, CredentialsError) or action in text, text
