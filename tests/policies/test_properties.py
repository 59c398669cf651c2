"""What no damage to the facts may do: crash a rule, or make anything look better."""

import copy
import random
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.core.facts import Leaf
from policies.core.outcome import Outcome, Result
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import Draft, prepared
from tests.policies.reads import Path, Readers

# Absent means something for these by contract, so that their absence is no damage: no bound on source ports, the
# account's own group, nobody's attribute.
OPTIONAL: Final = {"sourcePortRange", "groupOwnerAccount", "attribute", "retentionDays"}
WRONG: Final[tuple[Any, ...]] = (None, True, -3.0, "wrong", "", [], {}, [Leaf.UNKNOWN], {"wrong": Leaf.UNKNOWN})


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*path, key))


def holder_of(properties: Any, path: Path) -> Any:
    for step in path[:-1]:
        properties = properties[step]
    return properties


def _broken() -> Draft:
    """A stack with a finding of most kinds, in which damage could hide one."""
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(eniQuantity=0.0, internetMaxBandwidthOut=0.0, snapshots=[])
    draft.facts("alimigrate:ecs:SecurityGroupRules", "sg-web")["rules"]["web: http"]["portRange"] = "81/81"
    draft.remove("alicloud:ecs/ecsSnapshot:EcsSnapshot", "d-web")
    draft.facts("alimigrate:rds:WhitelistGroup")["securityIps"] = ["172.16.9.0/24"]
    draft.remove("alimigrate:ecs:ClassicLinkAttachment")
    return draft


# Where there is nothing left to compare or to count, one rule says so and these are not applicable.
TOLD_BY: Final = {
    "security-group-nothing-opened": "security-group-cloned",
    "database-vswitch-in-zone": "network-vswitch-in-usable-zone",
    "network-enough-free-addresses": "network-vswitch-in-usable-zone",
    "database-whitelist-has-vswitch-cidr": "network-vswitch-in-usable-zone",
}

DRAFTS: Final = {"prepared": prepared, "first preview": lambda: prepared(exists=False), "broken": _broken}


def _blocking(results: Iterable[Result]) -> set[tuple[str, str]]:
    """As `Draft.blocking`, the two sides of one comparison as one: a rule less closes what it opened, and loses it."""
    same = {"security-group-every-rule-carried-over": "security-group-nothing-opened"}
    return {(same.get(item.rule_id, item.rule_id), item.subject.id) for item in results if item.blocking}


def _assert_no_better(before: set[tuple[str, str]], results: Iterable[Result], damage: object) -> None:
    blocked_now = _blocking(results)
    # Without its migration or instance a finding has no subject to stand on; that those are gone is a finding then.
    if ("schedule-migration-declared", "dev") in blocked_now:
        return
    for rule_id, subject_id in before:
        # A subject whose own id is damaged is told by the name of its resource, which is the same here.
        blamed = {(rule_id, subject_id), (rule_id, "dev"), (TOLD_BY.get(rule_id, rule_id), subject_id)}
        assert blamed & blocked_now, (damage, rule_id, subject_id)


def _damaged(draft: Draft, index: int, path: Path, damage: str) -> Draft:
    resource = copy.copy(draft.resources[index])
    resource.properties = copy.deepcopy(resource.properties)
    holder = holder_of(resource.properties, path)
    if damage == "missing":
        del holder[path[-1]]
    else:
        wrong = random.Random(str(path)).choice(WRONG)  # noqa: S311 - no secret
        holder[path[-1]] = Leaf.UNKNOWN if damage == "unknown" else copy.deepcopy(wrong)
    return Draft([*draft.resources[:index], resource, *draft.resources[index + 1 :]], draft.now)


@cache
def _readers(name: str) -> Readers:
    return Readers(DRAFTS[name]())


@pytest.mark.parametrize("damage", ["unknown", "missing", "wrong"])
@pytest.mark.parametrize("name", DRAFTS)
def test_every_single_value_in_turn(name: str, damage: str) -> None:
    """Asked again are the rules that read the value; of one value in 25 all of them, which must come to the same."""
    draft, readers = DRAFTS[name](), _readers(name)
    before = _blocking(draft.evaluation().results)
    some = random.Random(f"{name} {damage}")  # noqa: S311 - no secret
    for index, resource in enumerate(draft.resources):
        for path in paths(resource.properties):
            if damage == "missing" and (path[-1] in OPTIONAL or isinstance(path[-1], int)):
                continue
            damaged, place = _damaged(draft, index, path, damage), (resource.urn, path, damage)
            results = readers.evaluation(damaged, index, path).results
            assert some.random() > 0.04 or results == damaged.evaluation().results, place
            assert not [item for item in results if "crashed" in item.reason], place
            if damage != "wrong":  # A wrong value may be a right one of another kind: no bandwidth, no group.
                _assert_no_better(before, results, place)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_many_unknown_leaves_at_once(data: st.DataObject) -> None:
    draft = DRAFTS[data.draw(st.sampled_from(sorted(DRAFTS)))]()
    after = Draft([copy.copy(item) for item in draft.resources], draft.now)
    for _ in range(data.draw(st.integers(1, 6))):
        resource = data.draw(st.sampled_from([item for item in after.resources if item.properties]))
        resource.properties = copy.deepcopy(resource.properties)
        path = data.draw(st.sampled_from(list(paths(resource.properties)) or [()]))
        if path:
            holder_of(resource.properties, path)[path[-1]] = Leaf.UNKNOWN
    _assert_no_better(_blocking(draft.evaluation().results), after.evaluation().results, "unknown leaves")


@pytest.mark.parametrize("name", DRAFTS)
def test_removing_a_resource_never_makes_the_verdict_better(name: str) -> None:
    draft = DRAFTS[name]()
    results = draft.evaluation().results
    for index, resource in enumerate(draft.resources):
        after = Draft([*draft.resources[:index], *draft.resources[index + 1 :]], draft.now)
        # That a resource was changed in the cloud is said of what the stack has.
        own = f"{resource.type.rpartition(':')[2]} {resource.name} was changed in the cloud"
        before = _blocking(item for item in results if own not in item.reason)
        _assert_no_better(before, after.evaluation().results, resource.urn)


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(sorted(DRAFTS)))
def test_the_order_of_resources_and_lists_never_matters(shuffle: random.Random, name: str) -> None:
    before, after = DRAFTS[name](), DRAFTS[name]()
    shuffle.shuffle(after.resources)
    for key in ("securityGroups", "classicInstances", "instanceIds", "zones"):
        shuffle.shuffle(after.facts(MIGRATION)[key])
    for facts in after.facts(MIGRATION)["securityGroups"]:
        shuffle.shuffle(facts["rules"])
    assert after.evaluation() == before.evaluation()


def test_a_crash_is_a_finding_that_shows_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_self: object, _zone_id: str) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr("policies.core.plan.Plan.vswitches", crash)
    result = prepared().result("network-enough-free-addresses", "i-web")
    assert result.outcome is Outcome.UNKNOWN
    assert "ValueError" in result.reason
    assert "a secret" not in result.reason
