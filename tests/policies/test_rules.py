"""What holds for every rule, whatever it is about."""

import importlib
import pkgutil
import re
import socket
from pathlib import Path

import pytest

import policies
from policies import rules
from policies.core.fixes import UP, Task
from policies.core.outcome import Outcome
from policies.core.rule import AnyRule, Rule
from policies.pack.registry import all_rules
from policies.subjects.notice import ITEMS
from tests.policies.cases import asserted
from tests.policies.prepared import prepared

PACK = Path(policies.__file__).parent
RULES = all_rules()
# No API shows an unpaid order: without somebody's word it is unknown, and never seen to be there.
NEVER_FAILS = {
    "instance-orders-settled",
    "network-acls-reviewed",
    "public-address-route-to-internet",
    "stack-estate-read-live",
}
by_id = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_every_module_below_rules_is_a_rule_with_an_id_of_its_own() -> None:
    modules = {module.name for module in pkgutil.walk_packages(rules.__path__, "policies.rules.") if not module.ispkg}
    assert {rule.module for rule in RULES} == modules
    assert len({rule.id for rule in RULES}) == len(RULES)


@by_id
def test_id_is_the_path(rule: Rule) -> None:
    path = Path(importlib.import_module(rule.module).__file__ or "").relative_to(PACK / "rules").with_suffix("")
    assert rule.id == "-".join(path.parts).replace("_", "-")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)


@by_id
def test_says_all_of_itself(rule: Rule) -> None:
    assert rule.why.endswith(".")
    assert rule.remediation
    assert rule.sources
    assert rule.reads
    assert rule.url.startswith("https://www.alibabacloud.com/help/")
    assert set(rule.notice_items) <= set(ITEMS)
    assert importlib.import_module(rule.module).__doc__


@by_id
def test_title_says_what_must_hold(rule: Rule) -> None:
    """Under a red cross "Every disk has a snapshot." reads as its opposite."""
    assert re.fullmatch(r"(.* must |(No|Nothing)\b.* may ).*[^.]", rule.title)
    assert len(rule.title) <= 90


@by_id
def test_names_its_config_key_or_a_command(rule: Rule) -> None:
    steps = [step for way in rule.remediation.ways for step in way]
    words = " ".join(step.text for step in steps if isinstance(step, Task))
    assert not all(isinstance(step, Task) for step in steps) or re.search("stack config|the evidence again", words)


@by_id
def test_has_a_case_that_asserts_each_outcome_it_can_answer(rule: Rule) -> None:
    path = _mirror(rule)
    assert rule.id == importlib.import_module(f"tests.policies.rules.{path.parent.name}.{path.stem}").RULE
    source = Path(importlib.import_module(rule.module).__file__ or "").read_text(encoding="utf-8")
    answers = {Outcome.PASS, Outcome.UNKNOWN}
    answers |= {Outcome.FAIL} if rule.id not in NEVER_FAILS else set()
    answers |= {Outcome.NOT_APPLICABLE} if "not_applicable(" in source else set()
    answers |= {Outcome.PENDING} if "pending(" in source else set()
    assert answers <= set().union(*asserted(path).values())


@by_id
def test_a_case_asserts_the_outcome_that_its_name_says(rule: Rule) -> None:
    wrong = [
        name
        for name, outcomes in asserted(_mirror(rule)).items()
        for outcome in Outcome
        if name.startswith(f"test_{outcome.lower()}_") and outcome not in outcomes
    ]
    assert wrong == []


def _mirror(rule: Rule) -> Path:
    """The tests of a rule, which mirror its path."""
    family, _, leaf = rule.module.removeprefix("policies.rules.").partition(".")
    return Path(__file__).parent / "rules" / family / f"test_{leaf}.py"


@by_id
def test_may_wait_only_where_it_says_so(rule: AnyRule) -> None:
    pending = any(result.outcome is Outcome.PENDING for result in prepared(exists=False).results(rule.id))
    assert not pending or rule.unknown_ok is not None


@pytest.mark.parametrize("rule", [rule for rule in all_rules() if rule.fixed_by_up], ids=lambda rule: rule.id)
def test_only_what_an_update_fixes_lets_one_follow(rule: Rule) -> None:
    """A finding that needs something else would pass a plain preview, and an update."""
    assert any(step in way for way in rule.remediation.ways for step in UP.ways[0])


def test_rules_open_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a rule opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert prepared().blocking() == set()
