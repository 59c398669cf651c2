"""What no damage may do to what the engine really asked: crash a rule, make anything look better, or tell a secret.

As test_properties, over recorded previews of the sample stack (`make record`), of which each example damages a few
values. A recording that the rules have outgrown is to be made anew.
"""

from __future__ import annotations

import copy
import random
from dataclasses import replace
from functools import cache
from typing import Any, Final

import pytest
from google.protobuf import json_format
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from policies.core.facts import Leaf
from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.pack.document import document, write
from policies.pack.evaluation import Evaluation
from policies.pack.registry import all_rules
from policies.pack.verdicts import Judgement, Readiness, judge_instance, judge_stack, judge_wave
from tests.policies.reads import Path, Readers
from tests.policies.recordings import NAMES, Recording, adapted, evaluated, recorded, recorded_request
from tests.policies.sdk import secret, servicer
from tests.policies.test_properties import OPTIONAL, TOLD_BY, WRONG, holder_of, paths

MARK: Final = "hunter2"
READ: Final = {MIGRATION, MIGRATING_INSTANCE} | {name for rule in all_rules() for name in rule.reads}
# Neither lets anything go ahead; which of the two it is depends on what is found first.
RANKS: Final = {
    Readiness.READY: 0,
    Readiness.READY_WITH_CONDITIONS: 1,
    Readiness.NOT_READY: 2,
    Readiness.UNKNOWN: 2,
}


def _judgements(evaluation: Evaluation) -> dict[str, Judgement]:
    """Of the stack, each wave and each instance, by what it is about."""
    return {
        "the stack": judge_stack(evaluation),
        **{f"wave {wave.name}": judge_wave(evaluation, wave.name) for wave in evaluation.schedule.waves},
        **{item.urn or "": judge_instance(evaluation, item.urn) for item in evaluation.instances},
    }


def no_better(before: Evaluation, after: Evaluation) -> list[object]:
    """What looks better after than before: verdicts, and findings that are gone without another that tells of them."""
    judged, now = _judgements(before), _judgements(after)
    better: list[object] = [
        (subject, judged[subject].readiness, now[subject].readiness)
        for subject in judged
        if subject in now and RANKS[now[subject].readiness] < RANKS[judged[subject].readiness]
    ]
    blocked = {(item.rule_id, item.subject.urn) for item in after.results if item.blocking}
    of_the_stack = {item.rule_id for item in after.results if item.blocking and item.subject.kind == "migration"}
    if "schedule-migration-declared" in of_the_stack:
        return better  # Findings have nothing left to stand on, and that is one itself.
    for item in before.results:
        rule_ids = {item.rule_id, TOLD_BY.get(item.rule_id, item.rule_id)}
        blamed = rule_ids & of_the_stack or {(rule_id, item.subject.urn) for rule_id in rule_ids} & blocked
        if item.blocking and not blamed:
            better.append((item.rule_id, item.subject.id))
    return better


def passed_anew(before: Evaluation, after: Evaluation) -> list[object]:
    """What passes after and did not before. What did not apply may: the unknown counts as something yet to be made."""
    fine = (Outcome.PASS, Outcome.NOT_APPLICABLE)
    passed = {(item.rule_id, item.subject.urn) for item in before.results if item.outcome in fine}
    return [
        (item.rule_id, item.subject.id)
        for item in after.results
        if item.outcome is Outcome.PASS and (item.rule_id, item.subject.urn) not in passed
    ]


def crashed(evaluation: Evaluation) -> list[str]:
    return [item.rule_id for item in evaluation.results if "crashed" in item.reason]


def damaged(recording: Recording, index: int, path: Path, damage: str) -> Recording:
    properties: Any = copy.deepcopy(recording.resources[index].properties)
    holder = holder_of(properties, path)
    if damage == "missing":
        del holder[path[-1]]
    else:
        wrong = random.Random(str(path)).choice(WRONG)  # noqa: S311 - no secret
        holder[path[-1]] = Leaf.UNKNOWN if damage == "unknown" else copy.deepcopy(wrong)
    return recording.with_properties(index, properties)


@cache
def _readers(name: str) -> Readers:
    return Readers(recorded(name))


def after_damage(place: tuple[str, int, Path], damage: str) -> Evaluation:
    """What the rules that read the value conclude then; at one place in 25 all of them, which must be the same."""
    name, index, path = place
    recording = damaged(recorded(name), index, path, damage)
    after = _readers(name).evaluation(recording, index, path)
    chance = random.Random(f"{place} {damage}")  # noqa: S311 - no secret
    assert chance.random() > 0.04 or after == recording.evaluation()
    return after


@st.composite
def places(draw: st.DrawFn) -> tuple[str, int, Path]:
    """A recording, one resource of it that rules read, and the path of a value in there.

    Kinds of resources and paths are equally likely, however many there are of each kind.
    """
    name = draw(st.sampled_from(NAMES))
    resources = recorded(name).resources
    read = sorted({item.type for item in resources if item.type in READ and item.properties})
    kind = draw(st.sampled_from(read))
    index = draw(st.sampled_from([i for i, item in enumerate(resources) if item.type == kind and item.properties]))
    return name, index, draw(st.sampled_from(list(paths(resources[index].properties))))


@settings(max_examples=120)
@given(places())
def test_an_unknown_makes_nothing_better(place: tuple[str, int, Path]) -> None:
    before, after = evaluated(place[0]), after_damage(place, "unknown")
    assert crashed(after) == no_better(before, after) == passed_anew(before, after) == []


@settings(max_examples=120)
@given(places())
def test_a_missing_value_makes_nothing_better(place: tuple[str, int, Path]) -> None:
    name, _, path = place
    before, after = evaluated(name), after_damage(place, "missing")
    assert crashed(after) == []
    if path[-1] not in OPTIONAL and not isinstance(path[-1], int):
        assert no_better(before, after) == []


@settings(max_examples=120)
@given(places())
def test_a_wrong_type_crashes_nothing(place: tuple[str, int, Path]) -> None:
    """It may be a right value of another kind, and then make a difference: no bandwidth, no group."""
    assert crashed(after_damage(place, "wrong")) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_resource_less_makes_nothing_better(name: str) -> None:
    whole = recorded(name)
    before = evaluated(name)
    for index, resource in enumerate(whole.resources):
        after = whole.without(index).evaluation()
        assert crashed(after) == no_better(before, after) == [], resource.urn


@pytest.mark.parametrize("name", NAMES)
def test_neither_order_nor_repetition_changes_a_byte(name: str, tmp_path: Any) -> None:
    whole = recorded(name)
    shuffled = list(whole.resources)
    random.Random(name).shuffle(shuffled)  # noqa: S311 - no secret
    for file, recording in (("one", whole), ("again", whole), ("other", replace(whole, resources=tuple(shuffled)))):
        write(tmp_path / file, document(recording.evaluation(), all_rules()))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "again").read_bytes() == (tmp_path / "other").read_bytes()


@settings(max_examples=25, phases=(Phase.generate,))
@given(st.sampled_from(NAMES), st.randoms(use_true_random=False))
def test_no_secret_is_reported(tmp_path_factory: pytest.TempPathFactory, name: str, chance: random.Random) -> None:
    """A secret is nothing known, wherever it stands; the SDK itself would hand it over as any other value."""
    now, request = recorded_request(name)
    sent = json_format.MessageToDict(request)
    for resource in chance.sample([item for item in sent["resources"] if item.get("properties")], 8):
        path = chance.choice(list(paths(resource["properties"])))
        value: object = chance.choice([MARK, [MARK], {"a": MARK}])
        holder_of(resource["properties"], path)[path[-1]] = secret(value)
    file = tmp_path_factory.mktemp("secret") / "result.json"
    pack = servicer({"PREFLIGHT_RESULT": str(file)}, now)
    response = pack.AnalyzeStack(json_format.ParseDict(sent, type(request)()), None)
    assert MARK not in str(response)
    assert MARK not in file.read_text(encoding="utf-8")


def test_a_secret_is_as_good_as_unknown() -> None:
    _, request = recorded_request("applied")
    sent = json_format.MessageToDict(request)
    instance = next(item for item in sent["resources"] if item["type"] == MIGRATING_INSTANCE)
    instance["properties"] |= {"instanceName": secret(MARK), "disks": secret([{"diskId": MARK}])}
    properties = next(
        item.properties for item in adapted(json_format.ParseDict(sent, type(request)())) if item.urn == instance["urn"]
    )
    assert properties["instanceName"] is properties["disks"] is Leaf.UNKNOWN


# ---- whether the recordings are what the rules are for ----


def test_the_recordings_show_what_the_rules_read() -> None:
    """All kinds of component; resources that the sample stack has no use for are in the drafts of test_properties."""
    shown = {item.type for name in NAMES for item in recorded(name).resources}
    assert {item for item in READ if item.startswith("classic-to-vpc:")} <= shown


FOUND: Final[dict[str, set[str]]] = {
    "applied": set(),
    "first": set(),
    "freeze": set(),
    # Its estate is the sample's own, in which rules for all of 10.0.0.0/8 refuse whoever has moved.
    "waves": {"security-group-every-rule-carried-over"},
    "broken": {
        "backup-snapshot-of-every-disk",
        "classic-link-peers-reachable",
        "database-address-in-vpc",
        "database-vswitch-in-zone",
        "network-vswitch-in-usable-zone",
        "public-address-release-accepted",
        "schedule-window-before-latest",
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_shows_what_it_is_named_for(name: str) -> None:
    """Anything else says that it is older than the rules: `make record`."""
    evaluation = evaluated(name)
    assert {item.rule_id for item in evaluation.results if item.blocking} == FOUND[name]
    assert [wave.timeline.frozen for wave in evaluation.schedule.waves] == {
        "freeze": [True],
        "waves": [False, False],
    }.get(name, [False])
