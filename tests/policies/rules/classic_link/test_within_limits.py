from policies.core.outcome import Outcome
from policies.core.plan import CLASSIC_LINK_COMPONENT
from tests.policies.prepared import UNKNOWN, expect, prepared
from tests.policies.rules.classic_link.links import without

RULE = "classic-link-within-limits"


def links(count: int) -> list[dict[str, object]]:
    return [{"instanceId": f"i-{number}", "toTarget": True} for number in range(count)]


def test_pass_with_the_last_link_that_the_vpc_takes() -> None:
    draft = prepared()
    elsewhere = {"instanceId": "i-elsewhere", "toTarget": False}
    draft.facts(CLASSIC_LINK_COMPONENT)["existingLinks"] = [*links(999), elsewhere]
    expect(draft, RULE, "dev", Outcome.PASS, "1000 of 1000")


def test_pass_once_it_is_linked() -> None:
    expect(prepared(), RULE, "dev", Outcome.PASS, "1 of 1000")


def test_fail_with_one_link_too_many() -> None:
    draft = prepared()
    draft.facts(CLASSIC_LINK_COMPONENT)["existingLinks"] = links(1000)
    expect(draft, RULE, "dev", Outcome.FAIL, "1001 classic instances", "(1000 are already)")


def test_fail_with_an_instance_that_is_linked_elsewhere() -> None:
    draft = prepared()
    draft.facts(CLASSIC_LINK_COMPONENT)["existingLinks"] = [{"instanceId": "i-stay", "toTarget": False}]
    expect(draft, RULE, "dev", Outcome.FAIL, "i-stay", "DetachClassicLinkVpc")


def test_unknown_when_the_links_are_not_known() -> None:
    draft = prepared()
    draft.facts(CLASSIC_LINK_COMPONENT)["existingLinks"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "existingLinks")


def test_unknown_with_two_components() -> None:
    draft = prepared()
    draft.add(CLASSIC_LINK_COMPONENT, "again", draft.facts(CLASSIC_LINK_COMPONENT))
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "2 ClassicLink components")


def test_not_applicable_without_classic_link() -> None:
    expect(without(), RULE, "dev", Outcome.NOT_APPLICABLE)


def test_unknown_with_links_and_without_their_component() -> None:
    expect(without(CLASSIC_LINK_COMPONENT), RULE, "dev", Outcome.UNKNOWN, "0 ClassicLink components for 2 links")
