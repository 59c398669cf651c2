"""A finding as it stands in a terminal."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pytest

from bench.estates import config_of, estate_of
from policies.core.fixes import UP, aliyun, change, command
from policies.core.outcome import Outcome, Result, Subject
from policies.pack.messages import (
    MOST_LINES,
    MOST_SHOWN,
    WIDTH,
    advice_text,
    finding_text,
    grouped,
    joined_alike,
    listed,
    page,
)
from policies.pack.registry import all_rules
from policies.subjects.durations import text as duration_text
from tests.policies.in_process import Scene, previewed

RULE: Final = replace(all_rules()[0], why="It stops.")
OTHER: Final = replace(all_rules()[1], why="It starts.")
WHY: Final = f"Why: It stops. See {page(RULE.id)}"
WAVES: Final = config_of(estate_of(60), waves=3)["waves"]
FROM: Final = datetime(2026, 12, 1, tzinfo=UTC)


def result(kind: Any = "instance", subject_id: str = "i-1", name: str = "web-1", **changes: Any) -> Result:
    subject = Subject(kind, subject_id, name, "urn")
    failing = Result(RULE.id, subject, Outcome.FAIL, "It is missing.", "pulumi up", blocking=True)
    return replace(failing, **changes)


@pytest.mark.parametrize(
    ("finding", "first"),
    [
        (result(), "web-1 (i-1): It is missing."),
        (result(name="i-1"), "i-1: It is missing."),
        (result("migration", "dev", "project"), "Stack dev: It is missing."),
        (result("migration", "", ""), "Empty stack: It is missing."),
        (result(reason="A is.\nB is."), "web-1 (i-1):\n  - A is.\n  - B is."),
        (result(reason="These are:\nA\nB"), "web-1 (i-1): These are:\n  - A\n  - B"),
        (result(reason="This is:"), "web-1 (i-1): This is:"),
    ],
)
def test_a_finding_tells_about_whom_what_why_and_how_to_mend_it(finding: Result, first: str) -> None:
    assert finding_text(RULE, [finding]) == f"{first}\n{WHY}\nFix: pulumi up"


def test_prose_is_wrapped_and_what_is_to_be_copied_never_is() -> None:
    long = "classic-to-vpc " * 30 + "w" * 100
    text = finding_text(RULE, [result(reason=long, remediation=f"aliyun {long}\naliyun {long}")])
    prose, (fix, more) = text.splitlines()[:-2], text.splitlines()[-2:]
    assert (fix, more) == (f"Fix: aliyun {long}", f"     aliyun {long}")
    assert prose[0].startswith("web-1 (i-1): classic-to-vpc classic-to-vpc")
    assert prose[1].startswith("    classic-to-vpc")
    assert "w" * 100 in prose[-2]
    assert not [line for line in prose if line.endswith("-")]
    assert all(len(line) <= WIDTH for line in prose if "w" * 100 not in line)
    assert max(len(line) for line in prose[:-2]) > WIDTH - len("classic-to-vpc ")


def test_a_finding_names_the_page_of_its_rule() -> None:
    root = Path(__file__).resolve().parents[3]
    assert [rule.id for rule in all_rules() if not (root / page(rule.id)).is_file()] == []


def test_advice_is_reported_by_its_rule_and_from_when_on_it_is_mandatory() -> None:
    text = finding_text(RULE, [result()])
    advice = result(blocking=False, mandatory_from=FROM)
    assert advice_text([(RULE, [advice])]) == f"{RULE.id}:\n{text}\nMandatory from 2026-12-01T00:00+00:00"
    for other in (
        result(mandatory_from=FROM),
        result(blocking=False),
        result(outcome=Outcome.WAIVED, blocking=False, mandatory_from=FROM),
    ):
        assert advice_text([(RULE, [other])]) == f"{RULE.id}:\n{text}"


def test_advice_of_two_waves_is_one_and_says_from_when_to_when() -> None:
    one, two = several("It is missing.", "It is missing.", blocking=False)
    dated = [replace(one, mandatory_from=FROM + timedelta(days=7)), replace(two, mandatory_from=FROM)]
    (group,) = grouped(dated)
    assert advice_text([(RULE, group)]).splitlines()[-1] == (
        "Mandatory from 2026-12-01T00:00+00:00, the last of them from 2026-12-08T00:00+00:00"
    )


def test_rules_that_say_the_same_of_the_same_are_shown_once() -> None:
    rules = {RULE.id: RULE, OTHER.id: OTHER}
    mine = several("Nothing is known.", "Nothing is known.")
    alike_results = [replace(item, rule_id=OTHER.id) for item in mine]
    (alike,) = joined_alike([mine, alike_results])
    text = advice_text([(rules[group[0].rule_id], group) for group in alike], "dev")
    assert text.splitlines()[:3] == [f"{RULE.id}, {OTHER.id}:", "web-1 (i-1), web-2 (i-2):", "  - Nothing is known."]
    assert text.count("Fix: ") == 1
    assert "Why: " not in text
    first = alike_results[0]
    for another in (
        {"reason": "Something is."},
        {"remediation": "pulumi up, twice"},
        {"outcome": Outcome.UNKNOWN},
        {"waived": Outcome.FAIL},
        {"subject": replace(first.subject, id="i-9")},
    ):
        assert len(list(joined_alike([mine, [replace(first, **another), *alike_results[1:]]]))) == 2


def several(*reasons: str, **changes: Any) -> list[Result]:
    """Results of web-1, web-2 and so on, with a change of the config and a command each."""
    results = []
    for number, reason in enumerate(reasons, start=1):
        own = f"i-{number}"
        fix = change("instances", [{"id": own, "releasePublicIp": True}]) + aliyun(
            "ecs", "RebootInstance", {"InstanceId": own}, "at night"
        )
        results.append(result(subject_id=own, name=f"web-{number}", reason=reason, fixes=(fix,), **changes))
    return results


def test_one_fix_for_several_is_one_finding() -> None:
    (group,) = grouped(several("It is missing.", "It is missing."))
    assert finding_text(RULE, group, "dev").splitlines() == [
        "web-1 (i-1), web-2 (i-2):",
        "  - It is missing.",
        WHY,
        "Fix: preflight set --stack dev "
        "'instances: [{id: i-1, releasePublicIp: true}, {id: i-2, releasePublicIp: true}]'",
        """     for id in i-1 i-2; do aliyun ecs RebootInstance --InstanceId "$id"; done   # at night""",
    ]


def test_reasons_of_a_few_are_shown_and_others_named() -> None:
    (group,) = grouped(several(*(f"Disk d-{number} lacks it." for number in range(1, 9))))
    text = finding_text(RULE, group, "dev")
    assert [line for line in text.splitlines() if "lacks it" in line] == [
        f"web-{number} (i-{number}): Disk d-{number} lacks it." for number in range(1, MOST_SHOWN + 1)
    ]
    assert "5 more, each in the result file: web-4, web-5, web-6, web-7, web-8" in text


@pytest.mark.parametrize("number", [4, 60, 1000])
def test_many_are_counted_and_as_many_named_as_two_lines_hold(number: int) -> None:
    (group,) = grouped(several(*["It is missing."] * number))
    heading = finding_text(RULE, group).partition("\n  - It is missing.")[0]
    assert heading.startswith(f"{number} instances: web-1, web-2,")
    assert len(heading.splitlines()) <= 2
    assert max(map(len, heading.splitlines())) <= WIDTH
    named = heading.count("web-")
    assert heading.endswith(":" if named == number else f" and {number - named} more:")


@pytest.mark.parametrize("number", [1, 2])
def test_of_a_long_list_the_first_items_are_shown(number: int) -> None:
    items = [f"Rule {place} opens a port." for place in range(40)]
    for reason in ("\n".join(items), "\n".join(["These are:", *items])):
        (group,) = grouped(several(*[reason] * number))
        lines = finding_text(RULE, group).partition("\nWhy:")[0].splitlines()
        shown = [line for line in lines if "opens a port" in line]
        assert lines[-1] == f"  - and {40 - len(shown)} more, each in the result file"
        assert (len(lines), lines[0].endswith(":")) == (MOST_LINES + 1, True)


def test_a_finding_about_many_is_short_whatever_they_lack() -> None:
    """60 instances, each with a reason of its own and long: some ten lines beside the fix."""
    reasons = ["\n".join(f"Disk d-{number}-{place} has no snapshot." * 4 for place in range(5)) for number in range(60)]
    (group,) = grouped(several(*reasons))
    text = finding_text(RULE, group).partition("\nFix:")[0]
    assert len(text.splitlines()) <= MOST_LINES + 5


def test_findings_with_another_fix_are_not_grouped() -> None:
    one, two = several("It is missing.", "It is missing.")
    for other in (
        replace(two, fixes=(UP,)),
        replace(two, waived=Outcome.FAIL),
        replace(two, subject=replace(two.subject, kind="migration")),
    ):
        assert list(grouped([one, other])) == [[one], [other]]


def test_commands_that_differ_by_more_are_shown_for_a_few() -> None:
    results = [
        result(subject_id=f"i-{number}", fixes=(aliyun("ecs", "ResizeDisk", {"DiskId": f"d-{number}", "NewSize": 9}),))
        for number in range(5)
    ]
    (group,) = grouped(results)
    fix = finding_text(RULE, group).partition("Fix: ")[2].splitlines()
    assert [line.strip() for line in fix] == [
        *(f"aliyun ecs ResizeDisk --DiskId d-{number} --NewSize 9" for number in range(3)),
        "And so on for 2 more: the result file has each.",
    ]


def test_an_id_in_the_midst_of_an_argument_is_the_shells_too(tmp_path: Path) -> None:
    """Run by a shell: each id arrives where it stood."""
    servers = [
        result(subject_id=own, fixes=(command("printf", "%s,", own, f'[{{"ServerId": "{own}"}}]'),))
        for own in ("i-1", "i-2")
    ]
    (group,) = grouped(servers)
    line = finding_text(RULE, group).rpartition("Fix: ")[2]
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == 'i-1,[{"ServerId": "i-1"}],i-2,[{"ServerId": "i-2"}],'


def test_a_list_has_its_heading() -> None:
    assert listed("These are:\nA\nB") == "These are:\n  - A\n  - B"
    assert listed("") == ""


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 min"), (45, "45 min"), (119, "119 min"), (120, "2.0 h"), (1536, "25.6 h")]
)
def test_a_duration_is_shown_in_minutes_up_to_two_hours(minutes: int, text: str) -> None:
    assert duration_text(timedelta(minutes=minutes)) == text


def test_60_unprepared_instances_are_reported_in_few_lines() -> None:
    """Findings and advice as a preview prints them, commands on the lines that they have: 708,000 characters once."""
    migration = {"waves": [{key: wave[key] for key in ("name", "window", "instances")} for wave in WAVES]}
    evaluation = previewed(migration, Scene(estate_of(60)))
    rules = {rule.id: rule for rule in all_rules()}
    texts = [
        finding_text(rules[rule_id], group)
        for rule_id, of_rule in evaluation.blocking.items()
        for group in grouped(of_rule)
    ]
    advice = groupby((item for item in evaluation.results if item.advice), lambda item: item.rule_id)
    texts += [
        advice_text([(rules[group[0].rule_id], group) for group in alike])
        for alike in joined_alike(group for _, of_rule in advice for group in grouped(of_rule))
    ]
    assert len(evaluation.instances) == 60
    assert sum(len(text.splitlines()) for text in texts) < 250
    assert sum(map(len, texts)) < 40_000
