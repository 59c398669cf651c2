from typing import Any

import pytest

from policies.outcome import Outcome
from policies.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import UNKNOWN, Draft, expect

RULE = "guest-evidence-of-instance"


def test_pass_where_the_system_has_the_instances_address() -> None:
    expect(bent(), RULE, "i-web", Outcome.PASS, "10.0.0.1")
    more = ["10.0.0.1", "172.17.0.1", "47.98.1.1"]
    expect(bent(ipAddresses=more), RULE, "i-web", Outcome.PASS)


def test_pass_where_cloud_assistant_ran_the_script_in_it() -> None:
    expect(bent(source="cloud-assistant", ipAddresses=None), RULE, "i-web", Outcome.PASS, "Cloud Assistant")


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (["10.0.0.2"], "another instance: the system has 10.0.0.2, as i-app has"),
        (["10.0.0.1", "10.0.0.4"], "the system has 10.0.0.4, as i-stay has"),
        (["10.99.0.1", "172.17.0.1"], "its addresses are 10.99.0.1, 172.17.0.1; the instance's is 10.0.0.1"),
        ([], "its addresses are none"),
    ],
)
@pytest.mark.parametrize("source", ["file", "cloud-assistant"])
def test_fail_where_the_addresses_are_of_another(addresses: list[str], words: str, source: str) -> None:
    result = expect(bent(ipAddresses=addresses, source=source), RULE, "i-web", Outcome.FAIL, words, "--instance i-web")
    assert result.blocking


def one_system_twice(**app: Any) -> Draft:
    """The evidence of i-web filed under i-app too, but for its addresses."""
    draft = bent()
    web = draft.facts(MIGRATING_INSTANCE, "i-web")["guest"]
    draft.facts(MIGRATING_INSTANCE, "i-app")["guest"] = {**web, "ipAddresses": ["10.0.0.2"], **app}
    return draft


def test_fail_for_both_where_a_mac_address_occurs_twice() -> None:
    draft = one_system_twice(uptimeSeconds=5.0, hostName="other")
    expect(draft, RULE, "i-web", Outcome.FAIL, "evidence of i-app has the same MAC address, 00:16:3e:00:00:01")
    expect(draft, RULE, "i-app", Outcome.FAIL, "evidence of i-web has the same MAC address, 00:16:3e:00:00:01")


def test_fail_where_host_name_and_start_are_the_same() -> None:
    draft = one_system_twice(macAddresses=[], uptimeSeconds=86_401.0)
    expect(draft, RULE, "i-web", Outcome.FAIL, "is of web-1 too, started at 2026-12-09T09:00:00+08:00")


@pytest.mark.parametrize(
    "app",
    [
        {"macAddresses": [], "uptimeSeconds": 86_403.0},
        {"macAddresses": [], "hostName": "app-1"},
        # A bridge of containers has the same address everywhere.
        {"macAddresses": ["docker0 02:42:ac:11:00:01"], "hostName": "app-1"},
    ],
)
def test_pass_where_that_may_be_chance(app: dict[str, Any]) -> None:
    draft = one_system_twice(**app)
    draft.facts(MIGRATING_INSTANCE, "i-web")["guest"]["macAddresses"].append("docker0 02:42:ac:11:00:01")
    expect(draft, RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize("addresses", [None, UNKNOWN, "10.0.0.1"])
def test_unknown_without_its_addresses(addresses: object) -> None:
    expect(bent(ipAddresses=addresses), RULE, "i-web", Outcome.UNKNOWN, "ipAddresses")


def test_unknown_without_the_other_instances() -> None:
    draft = bent()
    draft.facts(MIGRATION)["classicInstances"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "classicInstances")


def test_not_applicable_without_evidence_and_after_the_move() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.NOT_APPLICABLE)
    expect(bent({"moved": True}), RULE, "i-web", Outcome.NOT_APPLICABLE)
