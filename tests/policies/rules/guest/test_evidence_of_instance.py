from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "guest-evidence-of-instance"


def test_pass_where_the_system_has_the_instances_address() -> None:
    expect(bent(), RULE, "i-web", Outcome.PASS, "10.0.0.1")
    more = ["10.0.0.1", "172.17.0.1", "47.98.1.1"]
    expect(bent(ipAddresses=more), RULE, "i-web", Outcome.PASS)


def test_pass_where_the_start_is_before_the_calendar() -> None:
    """Evidence is a file that anybody may write: a number too large in it is no error of the rule."""
    expect(bent(uptimeSeconds=1e30), RULE, "i-web", Outcome.PASS)


def test_pass_where_cloud_assistant_ran_the_script_in_it() -> None:
    expect(bent(source="cloud-assistant", ipAddresses=None), RULE, "i-web", Outcome.PASS, "Cloud Assistant")


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (["10.0.0.2"], "another instance: the system has 10.0.0.2, the address of i-app"),
        (["10.0.0.1", "10.0.0.4"], "the system has 10.0.0.4, the address of i-stay"),
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


ALIKE = (
    "lxcbr0 00:16:3e:00:00:00",  # LXC's bridge
    "WAN (PPP/SLIP) Interface 00:53:45:00:00:00",  # dial-up of Windows
    "Cisco AnyConnect Virtual Miniport Adapter 00:05:9A:3C:7A:00",
    "eth0.51 00:00:5e:00:01:33",  # VRRP, with a MAC address of the group's own
)


def two(web: list[str], app: list[str], **facts: Any) -> Draft:
    """Evidence of i-web and of i-app with these MAC addresses, and alike in the facts."""
    draft = prepared()
    for instance_id, macs in (("i-web", web), ("i-app", app)):
        draft.facts(MIGRATING_INSTANCE, instance_id)["guest"].update(macAddresses=macs, **facts)
    return draft


def expect_both(draft: Draft, outcome: Outcome, *words: str) -> None:
    for instance_id in ("i-web", "i-app"):
        expect(draft, RULE, instance_id, outcome, *words)


BOOTED_TOGETHER = {"hostName": "localhost.localdomain", "uptimeSeconds": 86_400.0}


@pytest.mark.parametrize("facts", [{}, BOOTED_TOGETHER])
@pytest.mark.parametrize("alike", [ALIKE[:1], ALIKE[1:2], ALIKE[2:3], ALIKE[3:], ALIKE, ()])
@pytest.mark.parametrize("vendor", ["00:16:3e", "00:1c:42"])
def test_pass_where_each_has_a_nic_that_the_other_lacks(vendor: str, alike: tuple[str, ...], facts: Any) -> None:
    web, app = f"eth0 {vendor}:0a:00:01", f"eth0 {vendor}:0b:00:01"
    expect_both(two([web, *alike], [*alike, app], **facts), Outcome.PASS)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ([], []),
        # What software adds comes and goes between two runs of the script.
        ([], ALIKE),
        (ALIKE[:2], ALIKE[:1]),
        (ALIKE[1:2], ALIKE[2:3]),
        (ALIKE[1:2], ALIKE[:1]),
        # Addresses that a system gives itself may be others at each start.
        (["docker0 02:42:ac:11:00:01"], ["docker0 02:42:ac:11:00:02"]),
        (["bond0 00:00:00:00:00:00"], ["br0 52:54:00:00:00:01"]),
    ],
)
def test_fail_for_both_where_one_system_was_looked_at_twice(earlier: list[str], later: list[str]) -> None:
    nic = "eth0 00:16:3E:0a:00:01"
    draft = two([nic, *earlier], [nic.lower(), *later])
    expect_both(draft, Outcome.FAIL, "has the same MAC address, 00:16:3e:0", "both are of one system")


def test_fail_where_all_that_one_lists_is_of_the_other() -> None:
    draft = two(["eth0 00:0c:29:00:00:01"], ["eth0 00:0c:29:00:00:01", "eth1 00:0c:29:00:00:02"])
    expect_both(draft, Outcome.FAIL, "has the same MAC address, 00:0c:29:00:00:01")


@pytest.mark.parametrize("none", ["00:00:00:00:00:00", "02:42:ac:11:00:01", "ff-ff", "zz:16:3e:00:00:01"])
def test_invalid_mac_addresses_decide_nothing(none: str) -> None:
    mac = [f"bond0 {none}"]
    expect_both(two(mac, mac), Outcome.PASS)
    expect_both(two(mac, ["eth0 00:16:3e:0a:00:01"], **BOOTED_TOGETHER), Outcome.FAIL, "localhost.localdomain too")
    expect_both(two(mac, mac, **BOOTED_TOGETHER), Outcome.FAIL, "run the script as root")


@pytest.mark.parametrize("macs", [None, UNKNOWN])
def test_host_name_and_start_decide_where_mac_addresses_are_not_known(macs: object) -> None:
    draft = two([], ["eth0 00:16:3e:0a:00:01"], **BOOTED_TOGETHER)
    draft.facts(MIGRATING_INSTANCE, "i-web")["guest"]["macAddresses"] = macs
    expect_both(draft, Outcome.FAIL, "started at 2026-12-09T09:00:00+08:00")


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
