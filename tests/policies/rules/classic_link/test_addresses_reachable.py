import pytest

from policies.core.outcome import Outcome
from policies.core.plan import CLASSIC_LINK_COMPONENT, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, expect, prepared
from tests.policies.rules.classic_link.links import without

RULE = "classic-link-addresses-reachable"


@pytest.mark.parametrize("block", ["10.111.0.0/24", "172.31.255.0/24", "192.168.1.0/24"])
def test_pass_in_the_ranges_that_the_classic_network_leaves_free(block: str) -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["cidrBlock"] = "0.0.0.0/0"
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = block
    expect(draft, RULE, "dev", Outcome.PASS)


def test_pass_in_192_168_with_the_route() -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["cidrBlock"] = "192.168.0.0/16"
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = "192.168.1.0/24"
    draft.facts(CLASSIC_LINK_COMPONENT)["guestRoute"] = True
    expect(draft, RULE, "dev", Outcome.PASS)


def test_fail_in_192_168_without_the_route() -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["cidrBlock"] = "192.168.0.0/20"
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = "192.168.1.0/24"
    expect(draft, RULE, "dev", Outcome.FAIL, "route 192.168.0.0/16", "classicLink: {guestRoute: true}")


@pytest.mark.parametrize("block", ["10.0.1.0/24", "10.110.255.0/24", "10.112.0.0/24", "11.0.0.0/24", "fd00::/64"])
def test_fail_outside_these_ranges(block: str) -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["cidrBlock"] = "::/0" if ":" in block else "0.0.0.0/0"
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = block
    expect(draft, RULE, "dev", Outcome.FAIL, block)


def test_fail_in_a_secondary_block() -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = "172.17.1.0/24"
    expect(draft, RULE, "dev", Outcome.FAIL, "primary block")


@pytest.mark.parametrize("block", [UNKNOWN, "", "somewhere"])
def test_unknown_without_a_block(block: object) -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = block
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "cidrBlock")


def test_not_applicable_without_classic_link() -> None:
    expect(without(), RULE, "dev", Outcome.NOT_APPLICABLE)


def test_unknown_with_links_and_without_their_component() -> None:
    expect(without(CLASSIC_LINK_COMPONENT), RULE, "dev", Outcome.UNKNOWN, "0 ClassicLink components for 2 links")
