from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "classic-link-broad-rules-reviewed"

BROAD = {"securityGroupId": "sg-web", "rule": "ingress accept TCP 80/80 from 10.0.0.0/8", "instanceIds": ["i-idle"]}


def test_pass_when_the_flows_are_declared() -> None:
    draft = prepared()
    draft.facts(MIGRATION).update(broadRules=[BROAD], flowsGiven=True)
    expect(draft, RULE, "dev", Outcome.PASS, "flows")


def test_fail_when_nothing_shows_who_talks() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["broadRules"] = [BROAD]
    expect(draft, RULE, "dev", Outcome.FAIL, "sg-web, ingress accept TCP 80/80 from 10.0.0.0/8", "i-idle", "flows")


def test_fail_names_a_handful_of_many() -> None:
    for number, words in ((5, "i-3, i-4, which"), (6, "i-3, i-4 and 1 more, which")):
        draft = prepared()
        draft.facts(MIGRATION)["broadRules"] = [{**BROAD, "instanceIds": [f"i-{one}" for one in range(number)]}]
        expect(draft, RULE, "dev", Outcome.FAIL, words)


def test_unknown_when_the_rules_were_not_looked_at() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["broadRules"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "broadRules")


def test_unknown_when_it_is_not_known_whether_flows_are_declared() -> None:
    draft = prepared()
    draft.facts(MIGRATION).update(broadRules=[BROAD], flowsGiven=UNKNOWN)
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "flowsGiven")


def test_not_applicable_without_broad_rules() -> None:
    expect(prepared(), RULE, "dev", Outcome.NOT_APPLICABLE)
