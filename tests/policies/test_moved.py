"""What is asked of an instance that has moved."""

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from policies.core.rule import InstanceRule
from policies.pack.registry import all_rules
from policies.security_groups.reading import departures
from tests.policies.prepared import UNKNOWN, add_wave, prepared

UNTIL_MOVE = [rule.id for rule in all_rules() if isinstance(rule, InstanceRule) and rule.until_move]


def test_rules_until_the_move_do_not_apply_to_a_moved_instance() -> None:
    draft = prepared()
    facts = draft.facts(MIGRATING_INSTANCE, "i-web")
    facts.update(moved=True, eniQuantity=0.0, snapshots=[], internetMaxBandwidthOut=0.0)
    clones = [f"{group_id}-vpc" for group_id in facts["securityGroupIds"]]
    facts["present"] = {"privateIps": ["172.16.1.7"], "securityGroupIds": clones}
    results = {item.rule_id: item for item in draft.evaluation().results if item.subject.id == "i-web"}
    for rule_id in UNTIL_MOVE:
        assert results[rule_id].outcome is Outcome.NOT_APPLICABLE
        assert results[rule_id].reason == "The instance has moved."
    assert results["security-group-cloned"].outcome is Outcome.PASS
    assert draft.blocking() == set()


def test_all_rules_apply_to_an_instance_that_may_not_have_moved() -> None:
    for moved in (False, UNKNOWN, None, "true"):
        draft = prepared()
        draft.facts(MIGRATING_INSTANCE, "i-web").update(moved=moved, eniQuantity=0.0)
        assert ("instance-type-supports-eni", "i-web") in draft.blocking()
    draft = prepared()
    del draft.facts(MIGRATING_INSTANCE, "i-web")["moved"]
    draft.facts(MIGRATING_INSTANCE, "i-web")["eniQuantity"] = 0.0
    assert ("instance-type-supports-eni", "i-web") in draft.blocking()


def test_one_that_has_moved_left_before_the_rest_of_its_wave_and_of_all_others() -> None:
    draft = prepared()
    assert departures(draft.plan()) == {"i-web": 0, "i-app": 0}
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    assert departures(draft.plan()) == {"i-app": 0, "i-web": 1}
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    assert departures(draft.plan()) == {"i-web": 0, "i-app": 0}
    add_wave(draft, "second", "i-app", start="2027-01-12T02:00:00+08:00")
    assert departures(draft.plan()) == {"i-web": 0, "i-app": 1}
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = UNKNOWN
    assert departures(draft.plan()) == {"i-app": 0, "i-web": 1}
