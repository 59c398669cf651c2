"""A whitelist group that a killed run has made is told by what the engine wrote down before it began."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from components import cut_off
from components.config import DatabaseChoice
from estate.model import ClassicLinkAttachment, Database, WhitelistGroup
from tests.components.builders import estate

RDS = "alimigrate:rds:WhitelistGroup"
URN = f"urn:pulumi:dev::shop::classic-to-vpc:index:Migration$classic-to-vpc:database:DatabaseAccess${RDS}"
NAME = "rm-1-classic_to_vpc"
CHOICE = DatabaseChoice.model_validate({"id": "rm-1", "alsoAdmit": ["10.9.9.9"]})
BEGUN = {(RDS, NAME): {"dbInstanceId": "rm-1", "networkType": "MIX", "securityIps": ["172.16.1.0/24", "10.1.2.3/32"]}}


def live(*ips: str, name: str = "classic_to_vpc", network_type: str = "MIX") -> Database:
    group = WhitelistGroup.model_validate({"name": name, "network_type": network_type, "security_ips": ips})
    return Database(
        id="rm-1",
        zone_id="cn-hangzhou-b",
        engine="MySQL",
        engine_version="8.0",
        network_type="classic",
        security_ip_mode="normal",
        whitelist_groups=(group,),
    )


def adopted(there: Database, begun: cut_off.Begun = BEGUN) -> Any:
    group_ids = cut_off.whitelist_groups(estate(databases=(there,)), [CHOICE])
    return cut_off.adoptable(group_ids, [CHOICE], begun)


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (live("172.16.1.0/24", "10.1.2.3"), True),
        (live("10.1.2.3/32", "172.16.1.0/24", "10.9.9.9"), True),
        # The write was half done, or somebody has declared what another has added.
        (live("172.16.1.0/24"), True),
        (live("172.16.1.0/24", "10.9.9.9"), True),
        # An import would make it the stack's own, for the next update to take away.
        (live("172.16.1.0/24", "10.1.2.3", "192.0.2.7"), False),
        (live("172.16.1.0/24", name="app"), False),
        (live("172.16.1.0/24", network_type="VPC"), False),
        # Nobody's, and made anew.
        (live("127.0.0.1"), False),
        (live(), False),
    ],
)
def test_a_group_is_taken_over_by_what_was_begun(there: Database, taken: bool) -> None:
    assert adopted(there) == ({(RDS, NAME): "rm-1:MIX:classic_to_vpc"} if taken else {})


@pytest.mark.parametrize("begun", [{}, {("alimigrate:kvstore:WhitelistGroup", NAME): BEGUN[RDS, NAME]}])
def test_a_group_that_was_not_begun_is_somebody_elses(begun: cut_off.Begun) -> None:
    """Another stack in the same VPC has the same name and the same blocks."""
    assert adopted(live("172.16.1.0/24", "10.1.2.3"), begun) == {}
    assert adopted(live("10.9.9.9"), begun) == {}, "what is declared now was not begun either"


def test_the_products_have_ids_of_their_own() -> None:
    inputs = BEGUN[RDS, NAME]
    for product, module in (("redis", "kvstore"), ("mongodb", "mongodb")):
        there = live("172.16.1.0/24").model_copy(update={"product": product})
        key = f"alimigrate:{module}:WhitelistGroup", NAME
        begun = {key: {name: value for name, value in inputs.items() if name != "networkType"}}
        assert adopted(there, begun) == {key: "rm-1:classic_to_vpc"}


def exporting(monkeypatch: pytest.MonkeyPatch, text: str | Exception) -> None:
    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        assert command == ["pulumi", "stack", "export", "--stack", "me/shop/dev", "--non-interactive"]
        # Options of the run that asks are none of this command's.
        assert "PULUMI_OPTION_STACK" not in options["env"]
        if isinstance(text, Exception):
            raise text
        return subprocess.CompletedProcess(command, 0, text, "")

    monkeypatch.setenv("PULUMI_OPTION_STACK", "other")
    monkeypatch.setattr(subprocess, "run", run)


LINKS = "classic-to-vpc:classiclink:ClassicLink"
LINK_URN = f"urn:pulumi:dev::shop::classic-to-vpc:index:Migration${LINKS}"
LINK, ENABLING = "alimigrate:ecs:ClassicLinkAttachment", "alimigrate:vpc:ClassicLink"


def test_only_creations_that_did_not_end_count(monkeypatch: pytest.MonkeyPatch) -> None:
    operations = [
        {"type": "creating", "resource": {"urn": f"{URN}::{NAME}", "inputs": BEGUN[RDS, NAME]}},
        # The engine keeps it when a later run has brought it to its end.
        {"type": "creating", "resource": {"urn": f"{URN}::ended", "inputs": {}}},
        {"type": "updating", "resource": {"urn": f"{URN}::other", "inputs": {}}},
    ]
    state = {"deployment": {"resources": [{"urn": f"{URN}::ended"}], "pending_operations": operations}}
    exporting(monkeypatch, json.dumps(state))
    assert cut_off.read_begun("me/shop/dev") == BEGUN


@pytest.mark.parametrize(
    "resources",
    [
        None,
        [{"urn": f"{LINK_URN}::classic-link", "type": LINKS}],
        # The old one is gone; the state keeps it until its replacement is made.
        [{"urn": f"{URN}::{NAME}", "type": RDS, "pendingReplacement": True}],
    ],
)
def test_what_a_state_lacks_hides_no_creation_in_it(monkeypatch: pytest.MonkeyPatch, resources: Any) -> None:
    """A first run that was killed has no resources yet; version 0.1.0 noted nothing with its links."""
    operations = [{"type": "creating", "resource": {"urn": f"{URN}::{NAME}", "inputs": BEGUN[RDS, NAME]}}]
    exporting(monkeypatch, json.dumps({"deployment": {"resources": resources, "pending_operations": operations}}))
    assert cut_off.read_begun("me/shop/dev") == BEGUN


@pytest.mark.parametrize(
    ("before", "there", "begun"),
    [
        ([], [], {"i-1", "i-2", "classic-link"}),
        # What was linked before this stack declared it is none of its doing.
        (["i-1", "vpc-1"], [], {"i-2"}),
        # A state of version 0.1.0 does not say what was linked before.
        (None, [], set()),
        # What is in the state did not stop half way.
        ([], [f"{ENABLING}::classic-link", f"{LINK}::i-1"], {"i-2"}),
    ],
)
def test_links_are_begun_once_their_component_is_in_the_state(
    monkeypatch: pytest.MonkeyPatch, before: list[str] | None, there: list[str], begun: set[str]
) -> None:
    """If the plugin alone dies, the engine forgets the creation that it had begun."""
    noted = {} if before is None else {"linkedBefore": before}
    inputs = {"vpcId": "vpc-1", "instanceIds": ["i-1", "i-2"], **noted}
    resources = [{"urn": f"{LINK_URN}::classic-link", "type": LINKS, "inputs": inputs}]
    resources += [{"urn": f"{LINK_URN}${item}", "type": item.partition("::")[0]} for item in there]
    exporting(monkeypatch, json.dumps({"deployment": {"resources": resources}}))
    inputs_by_key = cut_off.read_begun("me/shop/dev")
    assert {name for _, name in inputs_by_key} == begun
    assert {inputs["vpcId"] for inputs in inputs_by_key.values()} <= {"vpc-1"}
    links = [ClassicLinkAttachment(instance_id="i-2", vpc_id=vpc_id) for vpc_id in ("vpc-1", "vpc-2")]
    assert cut_off.adoptable_links(links, inputs_by_key) == ({(LINK, "i-2"): "i-2:vpc-1:made"} if begun else {})


@pytest.mark.parametrize(
    "answer",
    [
        FileNotFoundError("pulumi"),
        subprocess.TimeoutExpired("pulumi", 60),
        subprocess.CalledProcessError(255, "pulumi"),
        "no JSON",
        "{}",
        json.dumps({"deployment": {}}),
        json.dumps({"deployment": None}),
        "[]",
        json.dumps({"deployment": {"pending_operations": [{"type": "creating", "resource": {"urn": "urn"}}]}}),
    ],
)
def test_a_state_that_cannot_be_read_has_no_begun_operations(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    exporting(monkeypatch, answer)
    assert cut_off.read_begun("me/shop/dev") == {}
