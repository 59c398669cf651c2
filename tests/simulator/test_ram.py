"""RAM: a user may do what some statement allows and none denies, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from estate import model as estate_model
from estate.client import Cloud
from estate.errors import PermissionDenied
from estate.live import IF_USED, RAM_ACTIONS, read_estate
from estate.settings import CloudSettings
from simulator.api.call import Call
from simulator.api.registry import ECS, Action
from simulator.model.estate import Estate
from simulator.model.ram import Policy, Statement, User
from simulator.model.slb import AccessList, LoadBalancer, VServerGroup
from simulator.server import Simulator
from simulator.simulation import Simulation
from tests.simulator.signing import Direct

ACCOUNT, REGION = "1234567890123456", "cn-hangzhou"
START = f"acs:ecs:{REGION}:{ACCOUNT}:"
PREVIEW = json.loads(Path("docs/ram/preview.json").read_text(encoding="utf-8"))


def _user(*statements: Statement) -> User:
    policies = [Policy(statement=[statement]) for statement in statements]
    secret = SecretStr("not-a-real-secret")
    return User(name="u", user_id="2" * 18, access_key_id="LTAI-u", access_key_secret=secret, policies=policies)


def _says(effect: Literal["Allow", "Deny"], action: str | list[str], resource: str | list[str] = "*") -> Statement:
    return Statement(effect=effect, action=action, resource=resource)


@pytest.mark.parametrize(
    ("statements", "action", "resource", "expected"),
    [
        ([_says("Allow", "*")], "ecs:DescribeInstances", f"{START}instance/*", True),
        ([_says("Allow", "ecs:*")], "ecs:DescribeInstances", f"{START}instance/*", True),
        ([_says("Allow", "ECS:describeINSTANCES")], "ecs:DescribeInstances", f"{START}instance/*", True),
        ([_says("Allow", "ecs:Describe?nstances")], "ecs:DescribeInstances", f"{START}instance/*", True),
        ([_says("Allow", "ecs:DescribeInstance")], "ecs:DescribeInstances", f"{START}instance/*", False),
        ([_says("Allow", "ecs:Describe[I]nstances")], "ecs:DescribeInstances", f"{START}instance/*", False),
        ([_says("Allow", "vpc:*")], "ecs:DescribeInstances", f"{START}instance/*", False),
        ([_says("Allow", ["rds:*", "ecs:*"])], "ecs:StopInstance", f"{START}instance/i-1", True),
        ([_says("Allow", "*", f"{START}instance/i-1")], "ecs:StopInstance", f"{START}instance/i-1", True),
        ([_says("Allow", "*", f"{START}instance/i-1")], "ecs:StopInstance", f"{START}instance/i-2", False),
        ([_says("Allow", "*", f"{START}instance/i-1")], "ecs:DescribeInstances", f"{START}instance/*", False),
        ([_says("Allow", "*", f"{START}instance/I-1")], "ecs:StopInstance", f"{START}instance/i-1", False),
        ([_says("Allow", "*", "acs:ecs:*:*:instance/i-?")], "ecs:StopInstance", f"{START}instance/i-2", True),
        ([_says("Allow", "*", "acs:ecs:*:*:instance/i-?")], "ecs:StopInstance", f"{START}instance/i-22", False),
        ([_says("Allow", "*", ["a", f"{START}instance/*"])], "ecs:StopInstance", f"{START}instance/i-2", True),
        ([_says("Allow", "*"), _says("Deny", "ecs:Stop*")], "ecs:StopInstance", f"{START}instance/i-1", False),
        ([_says("Deny", "ecs:Stop*"), _says("Allow", "*")], "ecs:StopInstance", f"{START}instance/i-1", False),
        ([_says("Allow", "*"), _says("Deny", "*", "*i-2")], "ecs:StopInstance", f"{START}instance/i-1", True),
        ([_says("Deny", "ecs:Start*")], "ecs:StopInstance", f"{START}instance/i-1", False),
    ],
)
def test_evaluation(statements: list[Statement], action: str, resource: str, expected: bool) -> None:
    assert _user(*statements).may(action, resource) == expected


PATTERNS = st.text("ab*?", min_size=1, max_size=4)
NAMES = st.text("ab", min_size=1, max_size=4)
STATEMENTS = st.builds(_says, st.sampled_from(["Allow", "Deny"]), st.lists(PATTERNS, min_size=1, max_size=2), PATTERNS)


def _fits(pattern: str, text: str) -> bool:
    """Wildcards by the letter of their definition."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _fits(pattern[1:], text) or (bool(text) and _fits(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and _fits(pattern[1:], text[1:])


@given(st.lists(STATEMENTS, min_size=1, max_size=4), NAMES, NAMES)
def test_a_user_may_do_exactly_what_the_definition_says(
    statements: list[Statement], action: str, resource: str
) -> None:
    effects = [
        statement.effect
        for statement in statements
        if any(_fits(pattern, action) for pattern in statement.action) and _fits(str(statement.resource), resource)
    ]
    assert _user(*statements).may(action, resource) == ("Allow" in effects and "Deny" not in effects)


@pytest.mark.parametrize(
    ("resources", "parameters", "expected"),
    [
        ("instance/*", {"InstanceId": "i-1"}, ["instance/*"]),
        ("instance/{InstanceId}", {"InstanceId": "i-1"}, ["instance/i-1"]),
        ("instance/{InstanceId}", {}, ["instance/*"]),
        ("instance/{InstanceId}", {"InstanceId.1": "i-1", "InstanceId.2": "i-2"}, ["instance/i-1", "instance/i-2"]),
        ("instance/{InstanceIds}", {"InstanceIds": '["i-1", "i-2"]'}, ["instance/i-1", "instance/i-2"]),
        ("instance/{InstanceIds}", {"InstanceIds": "[]"}, ["instance/*"]),
        ("instance/{InstanceIds}", {"InstanceIds": "i-1,i-2"}, ["instance/i-1", "instance/i-2"]),
        ("vswitch/* vpc/{VpcId}", {"VpcId": "vpc-1"}, ["vswitch/*", "vpc/vpc-1"]),
        (
            "{ResourceType}/{ResourceId}",
            {"ResourceType": "disk", "ResourceId.1": "d-1", "ResourceId.2": "d-{x}"},
            ["disk/d-1", "disk/d-{x}"],
        ),
    ],
)
def test_each_resource_that_a_call_names_is_judged(
    resources: str, parameters: dict[str, str], expected: list[str]
) -> None:
    action = Action(ECS, "DoIt", frozenset(), lambda cloud, call: {}, resources=tuple(resources.split()))
    arns = action.arns(REGION, ACCOUNT, Call(parameters, _user(_says("Allow", "*"))))
    assert arns == [f"{START}{name}" for name in expected]


def _with(quick: Estate, *statements: Statement) -> Direct:
    """The first user of the estate, who may do what `statements` say."""
    quick.users[0].policies = [Policy(statement=list(statements))]
    return Direct(Simulation(quick))


def test_one_instance_and_not_the_other(quick: Estate) -> None:
    first, second = (instance.id for instance in quick.instances[:2])
    direct = _with(quick, _says("Allow", "ecs:DescribeInstanceAttribute", f"*:instance/{first}"))
    assert direct("ecs:DescribeInstanceAttribute", InstanceId=first)["InstanceId"] == first
    reply = direct.reply("ecs:DescribeInstanceAttribute", InstanceId=second)
    assert (reply.status, reply.body["Code"]) == (403, "Forbidden.RAM")
    assert "ecs:DescribeInstanceAttribute" in str(reply.body["Message"])
    assert direct.code("ecs:DescribeInstanceAttribute") == (403, "Forbidden.RAM"), "whatever it names is *"


def test_a_list_needs_what_stands_for_all(quick: Estate) -> None:
    some = _with(quick, _says("Allow", "ecs:*", f"*:instance/{quick.instances[0].id}"))
    assert some("ecs:DescribeInstances")["TotalCount"] == 0
    assert some.code("ecs:DescribeInstances", DryRun="true") == (403, "Forbidden.RAM")
    assert some.code("ecs:DescribeClassicLinkInstances") == (403, "Forbidden.RAM")
    every = _with(quick, _says("Allow", "ecs:*", "*:instance/*"))
    assert every("ecs:DescribeInstances")["TotalCount"] == 10
    assert every.code("ecs:DescribeInstances", DryRun="true") == (400, "DryRunOperation")
    assert every.code("ecs:DescribeDisks") == (403, "Forbidden.RAM")


def test_caller_identity_and_endpoints_need_no_permission(quick: Estate) -> None:
    direct = _with(quick, _says("Deny", "*"))
    assert direct("sts:GetCallerIdentity")["AccountId"] == quick.account_id
    assert direct("location:DescribeEndpoints", Id=REGION, ServiceCode="ecs")["Success"] is True
    assert direct.code("ecs:DescribeRegions") == (403, "Forbidden.RAM")


# --- docs/ram/preview.json -------------------------------------------------------------------------------------------


@pytest.fixture
def reader(simulator: Simulator, quick: Estate) -> Callable[[list[str]], estate_model.Estate]:
    """Reads the estate as a user with the actions given."""

    def read(actions: list[str]) -> estate_model.Estate:
        document = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
        quick.users[0].policies = [Policy.model_validate(document)]
        # Details are asked of what there is: the sample has no access control list and no load balancer.
        if quick.access_lists.find("acl-callers") is None:
            quick.access_lists.append(AccessList(id="acl-callers", name="callers", tags={}))
            zones = {"master_zone_id": "cn-hangzhou-b", "slave_zone_id": "cn-hangzhou-h"}
            balancer = {"id": "lb-front", "name": "front", "address": "192.0.2.80", **zones}
            quick.load_balancers.append(LoadBalancer.model_validate(balancer))
            group = {"id": "rsp-front", "load_balancer_id": "lb-front"}
            quick.vserver_groups.append(VServerGroup.model_validate(group))
        simulator.simulation.reset(quick)
        key, secret = simulator.credentials
        config = {
            "alicloud:region": simulator.region,
            "alicloud:protocol": "HTTP",
            "alicloud:endpoints": [simulator.endpoints],
            "alicloud:accessKey": key,
            "alicloud:secretKey": secret,
        }
        return read_estate(Cloud(CloudSettings.from_config(config, {})), datetime.now(UTC))

    return read


def test_preview_json_is_enough_to_read_the_estate(
    reader: Callable[[list[str]], estate_model.Estate], quick: Estate
) -> None:
    [statement] = PREVIEW["Statement"]
    read = reader(statement["Action"])
    assert len(read.instances) == len(quick.instances)
    assert read.unread_lists == ()


@pytest.mark.parametrize(
    "action",
    sorted(
        {action for part in RAM_ACTIONS.keys() - IF_USED for action in RAM_ACTIONS[part]} - {"sts:GetCallerIdentity"}
    ),
)
def test_without_any_one_of_its_actions_the_estate_cannot_be_read(
    reader: Callable[[list[str]], estate_model.Estate], action: str
) -> None:
    [statement] = PREVIEW["Statement"]
    with pytest.raises(PermissionDenied) as caught:
        reader([other for other in statement["Action"] if other != action])
    assert caught.value.action == action
