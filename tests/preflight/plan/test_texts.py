"""What a reviewer reads: one screen where it can be, at 80 and at 120 columns, and Markdown that nobody can break."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from preflight.plan.command import document_lines, document_markdown
from preflight.plan.comparing import compare
from preflight.plan.making import make_change
from preflight.plan.markdown import change_markdown, escaped
from preflight.plan.model import Change, Document, GroupChange, Part
from tests.preflight.results import recorded_result
from tests.preflight.stepped import HOSTILE, recorded_steps

FIRST = make_change(recorded_steps("first"))


def document(change: Change = FIRST, base: str | None = None) -> Document:
    result = recorded_result("broken")
    return Document(
        readiness="NOT READY",
        exit_code=20,
        judged_at=result["now"],
        commit=None,
        blocking=result["blocking"],
        change=change,
        comparison=None if base is None else compare(recorded_result(base), result),
    )


def large(times: int) -> Change:
    """Return the change of an estate so many times as large."""
    return FIRST.model_copy(
        update={
            "groups": tuple(
                group.model_copy(update={"classic_id": f"{group.classic_id}x{n}"})
                for n in range(times)
                for group in FIRST.groups
            ),
            "parts": tuple(
                part.model_copy(update={"id": f"{part.id}x{n}", "name": part.name and f"{part.name}-{n}"})
                for n in range(times)
                for part in FIRST.parts
            ),
        }
    )


@pytest.mark.parametrize("width", [80, 120])
def test_by_a_file_it_says_what_it_cannot_know(width: int) -> None:
    by_file = document().model_copy(update={"estate_file": "estate\x1b[2J<b>.json"})
    lines = [line.plain for line in document_lines(by_file, width)]
    assert max(map(len, lines)) <= width
    text = "without cloud and state: what has been applied already is shown as to create."
    assert " ".join(lines).startswith(f"By the estate in estate?[2J<b>.json, {text} What this change does")
    assert text in html.unescape(document_markdown(by_file))
    assert "<b>" not in document_markdown(by_file)
    assert text not in document_markdown(document())


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("times", [1, 150])
def test_it_fits_one_screen_and_no_line_is_longer_than_the_terminal(width: int, times: int) -> None:
    lines = [line.plain for line in document_lines(document(large(times), base="first"), width)]
    assert len(lines) < 110
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("What this change does to stack test: 38 to create")
    assert lines[-1].startswith("NOT READY: stack test")
    assert any(line.startswith("! ") and "cannot be undone" in line for line in lines)


def test_all_leaves_nothing_out() -> None:
    text = "\n".join(line.plain for line in document_lines(document(large(20)), 120, everything=True))
    assert "--all" not in text
    for part in large(20).parts:
        assert part.id in text
    for group in FIRST.groups:
        for rule in group.rules:
            assert " ".join(rule.classic_rule.split()) in " ".join(text.split())


def test_anywhere_is_shown_as_such_and_not_in_its_blocks() -> None:
    for text in (
        "\n".join(line.plain for line in document_lines(document(), 120, everything=True)),
        document_markdown(document()),
    ):
        assert "128.0.0.0" not in text
    assert "accept TCP 443/443 from 0.0.0.0/0 (1)" in "\n".join(
        line.plain for line in document_lines(document(), 120, everything=True)
    )


def test_a_change_of_nothing_says_so() -> None:
    lines = [line.plain for line in document_lines(document(make_change(recorded_steps("applied"))), 80)]
    assert lines[0] == "What this change does to stack test: nothing to do, 38 unchanged."


@pytest.mark.parametrize("times", [1, 150])
def test_markdown_is_small_by_construction_and_folds_its_details(times: int) -> None:
    text = document_markdown(document(large(times), base="first"))
    assert len(text) < 30_000
    assert text.count("<details>") == text.count("</details>") > 3
    assert text.startswith("**NOT READY**: stack test")


def test_texts_of_the_cloud_are_data() -> None:
    part = Part(
        area="lists", action="create", id=HOSTILE, name=HOSTILE, what=HOSTILE, details=(HOSTILE,), forever=HOSTILE
    )
    group = GroupChange(
        classic_id=HOSTILE,
        name=HOSTILE,
        members=1,
        mode="clone",
        action="create",
        vpc_groups=1,
        vpc_rules=0,
        tally={},
        rules=(),
        added=(HOSTILE,),
    )
    change = Change(
        project=HOSTILE, stack=HOSTILE, counts={"create": 1}, unchanged=0, groups=(group,), parts=(part,), kept=()
    )
    text = change_markdown(change)
    assert "\x1b" not in text
    assert "<script" not in text
    assert "](" not in text
    assert not re.search(r"(?m)^# ", text)
    assert "@all" not in text
    for everything in (False, True):
        for line in document_lines(document(change), 80, everything=everything):
            assert line.plain.isprintable() or not line.plain
    steps = [replace(step, urn=f"{step.urn}{HOSTILE}") for step in recorded_steps("first")]
    for line in document_lines(document(make_change(steps)), 80, everything=True):
        assert line.plain.isprintable() or not line.plain


def test_escaped_text_reads_the_same() -> None:
    for text in (HOSTILE, "a|b", "1. x", "- y", "sg_web*", "0.0.0.0/0"):
        assert html.unescape(escaped(text)) == "".join(
            c if c.isprintable() else "?" if c != "\n" else " " for c in text
        )
