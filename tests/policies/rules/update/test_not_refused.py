import pytest

from policies.core.outcome import Outcome
from policies.core.plan import CLASSIC_LINK, CLASSIC_LINK_ATTACHMENT, MIGRATION, WHITELIST_GROUP
from policies.rules.update.not_refused import RULE as ASKED
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "update-not-refused"
REFUSAL = "Database rm-orders already has a whitelist group classic_to_vpc with 10.0.0.1/32."


def test_pass_when_nothing_would_be_refused() -> None:
    expect(prepared(), RULE, "dev", Outcome.PASS, "The cloud would refuse none of the")


@pytest.mark.parametrize("kind", [WHITELIST_GROUP, CLASSIC_LINK_ATTACHMENT])
def test_fail_with_the_refusal_in_its_own_words(kind: str) -> None:
    draft = prepared()
    draft.facts(kind)["refused"] = REFUSAL
    expect(draft, RULE, "dev", Outcome.FAIL, REFUSAL)


def test_fail_with_the_whole_command_that_fixes_it() -> None:
    """It is the end of a long refusal."""
    draft = prepared()
    removal = "To remove them: aliyun rds ModifySecurityIps --SecurityIps " + ",".join(["10.0.0.1"] * 40)
    draft.facts(WHITELIST_GROUP)["refused"] = f"{REFUSAL} {removal}\x1b[2J"
    assert expect(draft, RULE, "dev", Outcome.FAIL).reason == f"{REFUSAL} {removal}?[2J"
    draft.facts(WHITELIST_GROUP)["refused"] = "x" * 10_000_000
    assert len(expect(draft, RULE, "dev", Outcome.FAIL).reason) == 4_000


def test_fail_names_each_refusal_once() -> None:
    """Whoever mends the first alone meets the second at `pulumi up`."""
    draft = prepared()
    other = "Instance i-stay is linked to vpc-old."
    draft.facts(WHITELIST_GROUP)["refused"] = REFUSAL
    draft.facts(CLASSIC_LINK)["refused"] = draft.facts(CLASSIC_LINK_ATTACHMENT)["refused"] = other
    assert expect(draft, RULE, "dev", Outcome.FAIL).reason == f"{REFUSAL}\n{other}"


def test_fail_before_what_could_not_be_found_out() -> None:
    draft = prepared()
    draft.facts(WHITELIST_GROUP)["refused"] = REFUSAL
    draft.facts(CLASSIC_LINK_ATTACHMENT)["notForeseen"] = "no answer"
    expect(draft, RULE, "dev", Outcome.FAIL, REFUSAL)


def test_unknown_when_nobody_can_say() -> None:
    draft = prepared()
    draft.facts(WHITELIST_GROUP)["notForeseen"] = "No answer from rds.aliyuncs.com."
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "No answer from rds.aliyuncs.com.")
    draft = prepared()
    draft.facts(WHITELIST_GROUP)["refused"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "refused")


def test_not_applicable_where_nothing_is_declared_that_could_be() -> None:
    draft = prepared()
    draft.resources = [item for item in draft.resources if item.type == MIGRATION or item.type not in ASKED.reads]
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE, "The stack declares nothing")
