"""What holds for every rule, whatever it is about."""

import importlib
import pkgutil
import re
import socket
from pathlib import Path

import pytest

import policies
from policies import rules
from policies.core.outcome import Outcome
from policies.core.rule import AnyRule, Rule
from policies.pack.registry import all_rules
from policies.subjects.notice import ITEMS
from tests.policies.prepared import prepared

PACK = Path(policies.__file__).parent
RULES = all_rules()
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
    assert rule.title
    assert rule.why.endswith(".")
    assert rule.remediation
    assert rule.sources
    assert rule.reads
    assert rule.url.startswith("https://www.alibabacloud.com/help/")
    assert set(rule.notice_items) <= set(ITEMS)
    assert importlib.import_module(rule.module).__doc__


@by_id
def test_names_its_config_key_or_a_command(rule: Rule) -> None:
    assert re.search(r"classic-to-vpc:migration|^aliyun |^pulumi ", rule.remediation)


@by_id
def test_has_named_cases_for_each_outcome(rule: Rule) -> None:
    name = rule.module.removeprefix("policies.rules.")
    family, _, leaf = name.partition(".")
    tests = importlib.import_module(f"tests.policies.rules.{family}.test_{leaf}")
    assert rule.id == tests.RULE
    names = [name for name in dir(tests) if name.startswith("test_")]
    source = Path(importlib.import_module(rule.module).__file__ or "").read_text(encoding="utf-8")
    kinds = ["pass", "fail", "unknown"]
    kinds += ["not_applicable"] if "not_applicable(" in source else []
    kinds += ["pending"] if "pending(" in source else []
    for kind in kinds:
        assert any(name.startswith(f"test_{kind}_") for name in names), f"no {kind} case"


@by_id
def test_may_wait_only_where_it_says_so(rule: AnyRule) -> None:
    pending = any(result.outcome is Outcome.PENDING for result in prepared(exists=False).results(rule.id))
    assert not pending or rule.unknown_ok is not None


def test_rules_open_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a rule opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert prepared().blocking() == set()
