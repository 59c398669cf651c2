"""The RAM policies of docs/ram are enough for what they are for and no more, with a RAM that enforces them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from demo.project import REPOSITORY
from simulator.estate_file import load
from simulator.model.ram import Policy, Role, Statement
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack

pytestmark = pytest.mark.engine


def document(name: str) -> Policy:
    """Return a RAM document of docs/ram."""
    return Policy.model_validate(json.loads((REPOSITORY / "docs/ram" / name).read_text(encoding="utf-8")))


@pytest.fixture
def cloud() -> Iterator[Simulator]:
    """The sample estate: `demo` may assume roles for up.json and cleanup.json, `blind` may do what preview.json allows.

    Sessions of the roles last for seconds, so that they end in the run, for all who call the cloud.
    """
    estate = load(ESTATE)
    account = f"acs:ram::{estate.account_id}"
    estate.roles = [
        Role(name=name, role_id=number * 18, trusts=[f"{account}:user/demo"], policies=[document(f"{name}.json")])
        for name, number in (("up", "3"), ("cleanup", "4"))
    ]
    estate.timings.session = 5
    assume = Statement(effect="Allow", action="sts:AssumeRole", resource=f"{account}:role/*")
    estate.users[0].policies, estate.users[1].policies = [Policy(statement=[assume])], [document("preview.json")]
    with running(estate) as simulator:
        yield simulator


def test_up_needs_no_more_than_up_json_and_destroy_no_more_than_cleanup_json(stack: Stack) -> None:
    """By roles, with the keys of somebody else standing behind those that may assume them."""
    key, secret = stack.cloud.credentials_of("blind")
    stack.project.environ |= {"ALIBABA_CLOUD_ACCESS_KEY_ID": key, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret}
    stack.project.cloud_config["alicloud:assumeRole"] = {"roleArn": "acs:ram::1234567890123456:role/up"}
    stack.configure()
    stack.up()
    assert ":assumed-role/up/terraform by alicloud:assumeRole.roleArn with ALICLOUD_ACCESS_KEY" in stack.output
    assert stack.pulumi("preview", "--refresh", "--expect-no-changes") == 0, stack.output
    state = stack.project.run("stack", "export", "--stack", "test").stdout
    assert not any(text in state for text in (secret, *stack.cloud.credentials, "not-a-real-secret-of-session"))
    by = {(entry["caller"], entry["action"] == "AssumeRole") for entry in stack.cloud.requests()}
    assert by == {("demo", True), ("up/terraform", False)}
    # A destroy calls as the state says, and an update writes down who calls now.
    stack.project.cloud_config["alicloud:assumeRole"] = {"roleArn": "acs:ram::1234567890123456:role/cleanup"}
    stack.configure()
    stack.up()
    assert stack.pulumi("destroy", "--yes", "--skip-preview", pack=False) == 0, stack.output
    assert {entry["caller"] for entry in stack.cloud.requests()} == {"demo", "up/terraform", "cleanup/terraform"}
    called = {entry["action"] for entry in stack.cloud.requests() if entry["caller"] == "cleanup/terraform"}
    # The network stays, because databases have addresses in it.
    assert {action for action in called if not action.startswith(("Describe", "Get", "List"))} == {
        "DeleteSecurityGroup",
        "DetachClassicLinkVpc",
        "DisableVpcClassicLink",
        "ModifySecurityIps",
        "RevokeSecurityGroup",
        "RevokeSecurityGroupEgress",
    }


def test_a_preview_needs_no_more_than_preview_json_which_lets_nothing_be_made(stack: Stack) -> None:
    key, secret = stack.cloud.credentials_of("blind")
    stack.project.environ |= {"ALICLOUD_ACCESS_KEY": key, "ALICLOUD_SECRET_KEY": secret}
    assert stack.pulumi("preview") == 0, stack.output
    before = stack.cloud.state()
    assert stack.pulumi("up", "--yes", "--skip-preview") != 0
    assert "Forbidden.RAM" in stack.output
    assert stack.cloud.state() == before
