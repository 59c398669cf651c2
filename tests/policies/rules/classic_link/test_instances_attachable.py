import pytest

from policies.core.outcome import Outcome
from policies.core.plan import CLASSIC_LINK_COMPONENT
from tests.policies.prepared import UNKNOWN, expect, prepared
from tests.policies.rules.classic_link.links import without

RULE = "classic-link-instances-attachable"


@pytest.mark.parametrize("status", ["Running", "Stopped"])
def test_pass_while_running_or_stopped(status: str) -> None:
    draft = prepared(exists=False)
    draft.facts(CLASSIC_LINK_COMPONENT)["attached"][0]["status"] = status
    expect(draft, RULE, "dev", Outcome.PASS)


def test_pass_whatever_the_status_once_it_is_linked() -> None:
    draft = prepared()
    draft.facts(CLASSIC_LINK_COMPONENT)["attached"][0].update(status="Stopping", operationLocks=["security"])
    expect(draft, RULE, "dev", Outcome.PASS, "is linked")


def test_fail_when_it_is_linked_to_another_vpc_only() -> None:
    draft = prepared()
    component = draft.facts(CLASSIC_LINK_COMPONENT)
    component["existingLinks"][0]["toTarget"] = False
    component["attached"][0]["status"] = "Stopping"
    expect(draft, RULE, "dev", Outcome.FAIL, "i-stay is Stopping")


@pytest.mark.parametrize("change", [{"status": "Starting"}, {"operationLocks": ["financial"]}])
def test_fail_while_it_would_be_refused(change: dict[str, object]) -> None:
    draft = prepared(exists=False)
    draft.facts(CLASSIC_LINK_COMPONENT)["attached"][0].update(change)
    expect(draft, RULE, "dev", Outcome.FAIL, "i-stay")


@pytest.mark.parametrize("key", ["status", "operationLocks"])
def test_unknown_without_its_state(key: str) -> None:
    draft = prepared(exists=False)
    draft.facts(CLASSIC_LINK_COMPONENT)["attached"][0][key] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, key)


def test_not_applicable_without_classic_link() -> None:
    expect(without(), RULE, "dev", Outcome.NOT_APPLICABLE)


def test_unknown_with_links_and_without_their_component() -> None:
    expect(without(CLASSIC_LINK_COMPONENT), RULE, "dev", Outcome.UNKNOWN, "0 ClassicLink components for 2 links")
