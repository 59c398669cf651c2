"""RAM roles, as clients see them; the typed SDK of RAM is not among ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.simulation import Simulation
from tests.simulator.api.examples.sts import with_roles
from tests.simulator.in_vpc import INSTANCE, add
from tests.simulator.signing import Direct

ACCOUNT = "acs:ram::1234567890123456"


def trust(**principal: Any) -> str:
    """A trust policy."""
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal}
    return json.dumps({"Statement": [statement], "Version": "1"})


ECS = trust(Service=["ecs.aliyuncs.com"])
NEW = {"RoleName": "web", "AssumeRolePolicyDocument": ECS}
TAG = '[{"Key": "a"}]'
KIND = {"ResourceType": "role", "ResourceNames": '["web"]'}


@pytest.fixture
def direct(quick: Estate) -> Direct:
    """Roles of an estate file, one of them for federated callers."""
    with_roles(quick)
    return Direct(Simulation(quick))


def _names(direct: Direct, **parameters: str) -> list[str]:
    answer: Any = direct("ram:ListRoles", **parameters)
    return [role["RoleName"] for role in answer["Roles"]["Role"]]


def test_a_role_is_made_read_changed_and_deleted(direct: Direct) -> None:
    direct("ram:CreateRole", **NEW, Description="Servers of the shop")
    direct("ram:UpdateRole", RoleName="web", NewMaxSessionDuration="7200")
    role = direct("ram:GetRole", RoleName="web")["Role"]
    assert (role["Arn"], role["AssumeRolePolicyDocument"]) == (f"{ACCOUNT}:role/web", ECS)
    assert (role["Description"], role["MaxSessionDuration"]) == ("Servers of the shop", 7200)
    assert direct("ram:ListPoliciesForRole", RoleName="web")["Policies"] == {"Policy": []}
    direct("ram:DeleteRole", RoleName="web")
    assert direct.code("ram:GetRole", RoleName="web") == (404, "EntityNotExist.Role")


def test_roles_have_ids_of_their_own(direct: Direct) -> None:
    first = direct("ram:CreateRole", **NEW)["Role"]["RoleId"]
    direct("ram:DeleteRole", RoleName="web")
    second = direct("ram:CreateRole", **NEW)["Role"]["RoleId"]
    assert first != second
    assert {len(first), first.isdecimal()} == {18, True}


def test_roles_of_the_estate_file_are_shown_and_stay(direct: Direct) -> None:
    """They are settings: a change is refused loudly."""
    direct("ram:CreateRole", **NEW)
    names = _names(direct)
    assert names[-1] == "web"
    for name in names[:-1]:
        document = json.loads(direct("ram:GetRole", RoleName=name)["Role"]["AssumeRolePolicyDocument"])
        [statement] = document["Statement"]
        assert statement["Principal"], name
        for action in ("UpdateRole", "DeleteRole"):
            assert direct.code(f"ram:{action}", RoleName=name) == (400, "SimulatorNotImplemented")
        assert direct.code("ram:CreateRole", **{**NEW, "RoleName": name}) == (409, "EntityAlreadyExists.Role")
    first, rest = _names(direct, MaxItems="1"), direct("ram:ListRoles", MaxItems="1")
    assert (first, rest["IsTruncated"]) == (names[:1], True)
    assert _names(direct, Marker=str(rest["Marker"])) == names[1:]


def test_no_session_of_a_role_that_was_made(direct: Direct) -> None:
    """It would be a lie that there is no such role."""
    direct("ram:CreateRole", RoleName="web", AssumeRolePolicyDocument=trust(RAM=[f"{ACCOUNT}:root"]))
    parameters = {"RoleArn": f"{ACCOUNT}:role/web", "RoleSessionName": "ann"}
    assert direct.code("sts:AssumeRole", **parameters) == (400, "SimulatorNotImplemented")


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        ([("Allow", ["ecs.aliyuncs.com"])], None),
        ([("Allow", "ecs.aliyuncs.com")], None),
        ([("Allow", ["fc.aliyuncs.com"])], "InvalidRamRole.NotEcsRole"),
        ([("Allow", ["ecs.aliyuncs.com"]), ("Deny", ["ecs.aliyuncs.com"])], "InvalidRamRole.NotEcsRole"),
    ],
)
def test_ecs_takes_a_role_that_trusts_it(quick: Estate, statements: list[Any], code: str | None) -> None:
    add(quick)
    direct = Direct(Simulation(quick))
    trusts = [
        {"Action": ["sts:AssumeRole"], "Effect": effect, "Principal": {"Service": name}} for effect, name in statements
    ]
    document = json.dumps({"Statement": trusts, "Version": "1"})
    direct("ram:CreateRole", RoleName="web", AssumeRolePolicyDocument=document)
    outcome = direct.code("ecs:AttachInstanceRamRole", InstanceIds=json.dumps([INSTANCE]), RamRoleName="web")
    assert outcome == ((200, None) if code is None else (404, code))


def test_tags(direct: Direct) -> None:
    direct("ram:CreateRole", **NEW, Tag='[{"Key": "team", "Value": "shop"}]')
    direct("ram:TagResources", **KIND, Tag='[{"Key": "stage", "Value": "live"}]')
    assert _names(direct, Tag='[{"Key": "stage"}]') == ["web"]
    tags_of_role: Any = direct("ram:ListTagResources", **KIND)["TagResources"]
    assert {tag["TagKey"]: tag["TagValue"] for tag in tags_of_role} == {"team": "shop", "stage": "live"}
    direct("ram:UntagResources", **KIND, TagKeys='["team"]')
    assert [tag["TagKey"] for tag in direct("ram:ListTagResources", **KIND)["TagResources"]] == ["stage"]
    direct("ram:UntagResources", **KIND, All="true")
    assert direct("ram:ListTagResources", **KIND)["TagResources"] == []


def test_a_role_outlives_the_process(direct: Direct, quick: Estate, tmp_path: Path) -> None:
    direct("ram:CreateRole", **NEW)
    _, text = direct.simulation.saved()
    with_roles(quick)
    again = Simulation(quick)
    again.reset(saved=text)
    assert Direct(again)("ram:GetRole", RoleName="web")["Role"]["AssumeRolePolicyDocument"] == ECS


@pytest.mark.parametrize(
    ("action", "parameters", "code", "status"),
    [
        ("CreateRole", {**NEW, "RoleName": "web shop"}, "InvalidParameter.RoleName.InvalidChars", 400),
        ("CreateRole", {**NEW, "RoleName": "x" * 65}, "InvalidParameter.RoleName.Length", 400),
        ("CreateRole", {"RoleName": "web"}, "MissingParameter", 400),
        ("CreateRole", {**NEW, "Description": "x" * 1025}, "InvalidParameter", 400),
        ("CreateRole", {**NEW, "MaxSessionDuration": "3599"}, "InvalidParameter", 400),
        ("CreateRole", {**NEW, "Tag": '[{"Value": "b"}]'}, "InvalidParameter", 400),
        (
            "CreateRole",
            {**NEW, "AssumeRolePolicyDocument": " " * 2049},
            "InvalidParameter.AssumeRolePolicyDocument.Length",
            400,
        ),
        *(
            ("CreateRole", {**NEW, "AssumeRolePolicyDocument": document}, "MalformedPolicyDocument", 400)
            for document in ("{}", "no JSON", "[]", '{"Version": "1", "Statement": [1]}', ECS.replace("Allow", "May"))
        ),
        ("CreateRole", {**NEW, "AllowConsoleLogin": "true"}, "SimulatorNotImplemented", 400),
        ("GetRole", {"RoleName": "none"}, "EntityNotExist.Role", 404),
        ("ListPoliciesForRole", {"RoleName": "none"}, "EntityNotExist.Role", 404),
        ("UpdateRole", {"RoleName": "none"}, "EntityNotExist.Role", 404),
        ("UpdateRole", {"RoleName": "web", "NewAssumeRolePolicyDocument": "[]"}, "MalformedPolicyDocument", 400),
        (
            "UpdateRole",
            {"RoleName": "web", "NewAssumeRolePolicyDocument": " " * 2049},
            "InvalidParameter.NewAssumeRolePolicyDocument.Length",
            400,
        ),
        ("DeleteRole", {"RoleName": "none"}, "EntityNotExist.Role", 404),
        ("ListRoles", {"MaxItems": "1001"}, "InvalidParameter", 400),
        ("TagResources", KIND, "MissingParameter", 400),
        ("TagResources", {**KIND, "ResourceNames": '["none"]', "Tag": TAG}, "InvalidResourceId.NotFound", 404),
        ("TagResources", {**KIND, "ResourceType": "user", "Tag": TAG}, "InvalidResourceType.NotFound", 404),
        ("UntagResources", KIND, "MissingParameter", 400),
        ("AttachPolicyToRole", {"RoleName": "web"}, "SimulatorNotImplemented", 400),
    ],
)
def test_refusals(direct: Direct, action: str, parameters: dict[str, str], code: str, status: int) -> None:
    if action != "CreateRole":
        direct("ram:CreateRole", **NEW)
    assert direct.code(f"ram:{action}", **parameters) == (status, code)


def test_as_many_roles_as_an_account_has(direct: Direct, quick: Estate) -> None:
    role = direct("ram:CreateRole", **NEW)["Role"]
    roles = direct.simulation.cloud.estate.ram_roles
    model = roles.find(role["RoleName"])
    assert model
    roles.extend(model.model_copy(update={"id": f"role-{number}"}) for number in range(1000))
    assert direct.code("ram:CreateRole", **{**NEW, "RoleName": "more"}) == (409, "LimitExceeded.Role")
