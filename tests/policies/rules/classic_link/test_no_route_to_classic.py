import pytest

from policies.core.outcome import Outcome
from policies.core.plan import CLASSIC_LINK_COMPONENT
from tests.policies.prepared import UNKNOWN, expect, prepared
from tests.policies.rules.classic_link.links import without

RULE = "classic-link-no-route-to-classic"


@pytest.mark.parametrize("route", ["0.0.0.0/0", "10.1.0.0/16", "192.168.0.0/16", "fd00::/8"])
def test_pass_with_routes_that_lead_past_linked_instances(route: str) -> None:
    draft = prepared()
    draft.facts(CLASSIC_LINK_COMPONENT)["customRoutes"] = [route]
    expect(draft, RULE, "dev", Outcome.PASS)


@pytest.mark.parametrize("route", ["10.0.0.0/8", "10.0.0.0/24", "10.0.0.4/32"])
def test_fail_with_a_route_to_the_classic_network_or_to_a_linked_instance(route: str) -> None:
    draft = prepared()
    draft.facts(CLASSIC_LINK_COMPONENT)["customRoutes"] = ["0.0.0.0/0", route]
    result = expect(draft, RULE, "dev", Outcome.FAIL, route)
    assert "0.0.0.0/0" not in result.reason


def test_fail_with_a_route_to_one_of_several_linked_instances_or_to_all_before_any_is() -> None:
    draft = prepared()
    component = draft.facts(CLASSIC_LINK_COMPONENT)
    component.update(customRoutes=["10.1.0.0/16"])
    component["attached"].append({"instanceId": "i-far", "intranetIps": ["10.1.0.1", "10.2.0.1"]})
    expect(draft, RULE, "dev", Outcome.FAIL, "10.1.0.0/16")
    component.update(customRoutes=["10.0.0.0/8"], attached=[])
    expect(draft, RULE, "dev", Outcome.FAIL, "10.0.0.0/8")


@pytest.mark.parametrize("routes", [UNKNOWN, None, ["somewhere"]])
def test_unknown_when_the_routes_were_not_read(routes: object) -> None:
    draft = prepared()
    draft.facts(CLASSIC_LINK_COMPONENT)["customRoutes"] = routes
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "customRoutes")


def test_not_applicable_without_classic_link() -> None:
    expect(without(), RULE, "dev", Outcome.NOT_APPLICABLE)


def test_unknown_with_links_and_without_their_component() -> None:
    expect(without(CLASSIC_LINK_COMPONENT), RULE, "dev", Outcome.UNKNOWN, "0 ClassicLink components for 2 links")
