"""A comment on a pull request: it always fits, and nothing of the cloud is read as Markdown or HTML."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from policies.core.facts import safe
from preflight.report.markdown import MOST, code, fence, label_text, prose, render
from tests.preflight.report.reports import (
    HOSTILE,
    hostile_report,
    mapped,
    not_judged,
    recorded_report,
    renamed,
    report_of,
)
from tests.preflight.results import recorded_result

TEXTS = st.text() | st.sampled_from(HOSTILE) | st.text(alphabet="`|\\@#<>&[]()!*_~-+.:/wwgh0 \n", max_size=30)


class Page(HTMLParser):
    """The tags and the text of what GitHub would show."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def line(text: str) -> str:
    return " ".join(safe(text).split())


@given(TEXTS)
def test_prose_is_read_as_it_stands(text: str) -> None:
    page = Page(f"x {prose(text)} x")
    assert line(page.text) == line(f"x {text} x")
    assert [tag for tag, _ in page.tags] == ["p"]
    assert not re.search(r"(?<![\w`])[@#]\w", prose(text)), "a mention or a reference"


@given(TEXTS)
def test_code_is_read_as_it_stands_in_a_table_too(text: str) -> None:
    short = line(text)[:50]
    page = Page(f"| a | b |\n|---|---|\n| {code(short)} | x |")
    assert [tag for tag, _ in page.tags] == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "code", "td"]
    shown = page.text.split("\n")
    assert line(short).replace("|", "¦") in " ".join(shown)


@given(TEXTS)
def test_a_fence_holds_whatever_is_in_it(text: str) -> None:
    page = Page(f"- item\n\n{fence(text, 'text')}\n\nafter")
    assert [tag for tag, _ in page.tags] == ["ul", "li", "pre", "code", "p"]
    assert page.text.endswith("after\n")


@given(TEXTS)
def test_a_label_of_a_picture_cannot_be_left(text: str) -> None:
    assert re.fullmatch(r"[\w .#;-]*", label_text(text))


def test_verdict_and_fixes_come_first() -> None:
    text = render(recorded_report("broken", 9))
    marker, headline, *_ = (block for block in text.split("\n\n") if block)
    assert re.fullmatch(r"<!-- preflight report \w+ -->", marker)
    assert headline.endswith("NOT READY: stack `test`")
    parts = ["| wave |", "### Fixes, the worst first", "**1. Every disk must have a snapshot**", "<summary>Waves<"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert places[2] < 1500
    assert "preflight set --stack test 'backups: {retentionDays: 30}'" in text


def test_the_marker_finds_the_same_comment_again() -> None:
    first, second = (render(recorded_report(name)).partition("\n")[0] for name in ("broken", "first"))
    assert first == second
    assert (
        render(recorded_report("waves", wave="back")).partition("\n")[0]
        != render(recorded_report("waves", wave="front")).partition("\n")[0]
    )


def test_it_fits_a_comment_at_a_thousand_instances() -> None:
    report = recorded_report("broken", 143)
    assert len(report.result["instances"]) > 1000
    assert len(render(report)) < MOST == 60_000


def test_it_fits_a_comment_whatever_the_names() -> None:
    long = renamed(recorded_result("broken", 9), lambda number: f"{number}" + "`|<\\@#" * 500)
    assert len(render(report_of(long))) < MOST


def test_it_fits_with_many_waves_and_different_reasons() -> None:
    result = recorded_result("waves", 40)
    front, *_ = result["waves"]
    result["waves"] = [front | {"name": f"wave {number} " + "`_" * 100} for number in range(300)]
    for number, item in enumerate(result["results"]):
        item["reason"] = f"reason {number} " * 500
    text = render(report_of(result))
    assert len(text) < MOST
    assert "and 270 more" in text


def test_fixes_that_do_not_fit_are_counted() -> None:
    result = recorded_result("broken")
    first: dict[str, Any] = next(item for item in result["results"] if item["outcome"] == "FAIL")
    result["results"] += [
        first | {"fixes": [{"ways": [[{"kind": "task", "text": f"Do {number}. " + "x" * 700}]]}]}
        for number in range(100)
    ]
    text = render(report_of(result))
    report = report_of(result)
    shown = text.count("\n**") - 0
    (rest,) = re.findall(r"^and (\d+) more fixes for", text, re.MULTILINE)
    numbers = [int(digits) for digits in re.findall(r"^\*\*(\d+)\. ", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) + int(rest) == len(report.fixes)
    assert shown


def test_nothing_of_the_cloud_is_read_as_markup() -> None:
    text = render(hostile_report())
    page = Page(text)
    expected = {"h2", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "h3", "strong", "br", "a", "pre", "ul"}
    assert {tag for tag, _ in page.tags} <= expected | {"li", "details", "summary"}
    links = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert links <= {f"docs/rules/{rule}.md" for rule in hostile_report().rules}
    assert all(set(attributes) <= {"href", "align", "lang", "class"} for _, attributes in page.tags)
    assert text.count("<details>") == text.count("</details>") == text.count("<summary>")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_picture_shows_each_wave() -> None:
    text = render(recorded_report("waves"))
    assert re.search(r'w0\["front<br>\d+ instances?<br>', text)
    assert "w0 --> w1" in text


def test_the_picture_shows_who_talks_across_and_by_classic_link_or_not() -> None:
    text = render(mapped(recorded_report("waves"), "waves"))
    picture = text.partition("```mermaid")[2].partition("```")[0]
    outside = dict(re.findall(r'(o\d)\["([^"]+)"\]', picture))
    assert set(outside.values()) == {"stays", "moves later"}
    lines = {
        (outside.get(place, place), line, label)
        for line, label, place in re.findall(r'    w\d (---|-\.-)\|"([^"]+)"\| (\w+)', picture)
    }
    assert ("stays", "---", "ClassicLink: 2") in lines
    assert ("moves later", "-.-", "not linked: 1") in lines
    assert {place for place, line, _ in lines if line == "---"} > {"stays"}, "a wave that is linked with another one"


def test_a_rule_is_linked_with_its_page_where_the_ci_shows_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_DOCS_URL", "https://git.example.com/m/blob/main")
    links = set(re.findall(r"\]\((https://[^)]*)\)", render(report_of(recorded_result("broken")))))
    assert "https://git.example.com/m/blob/main/docs/rules/backup-snapshot-of-every-disk.md" in links


def test_conditions_name_what_is_pending() -> None:
    text = render(recorded_report("first"))
    assert "READY WITH CONDITIONS" in text
    assert "pass once `pulumi up` has made what is declared" in text


def test_a_comment_that_is_not_judged_has_its_reasons_and_no_table() -> None:
    text = render(not_judged("it is of another run: `x` <b>", "second"))
    assert "NOT JUDGED: nothing says whether it is ready" in html.unescape(Page(text).text)
    assert "it is of another run: `x` <b>" in Page(text).text
    assert "second" in text
    assert "| wave |" not in text


def test_a_what_if_passes_no_gate() -> None:
    result = recorded_result("first")
    judged = result["judgement"]
    result["judgement"] = judged | {"readiness": "WHAT-IF", "hypothetical": judged["readiness"]}
    result["whatIf"] = [{"kind": "time", "reason": "it is about 2027"}]
    text = Page(render(report_of(result, code=4))).text
    assert "WHAT-IF: stack test would be READY WITH CONDITIONS" in text
    assert "it is about 2027" in text


def test_a_verdict_by_a_file_says_how_old_it_is() -> None:
    result = {**recorded_result("freeze"), "now": "2026-12-12T02:00:00+08:00"}
    result["run"] |= {
        "estateFile": {"path": "`a`<b>.json", "sha256": "0" * 64},
        "estateReadAt": "2026-11-28T02:00:00+08:00",
    }
    page = Page(render(report_of(result)))
    assert "The file is of 2026-11-28 02:00 +08:00, 14 days ago." in page.text
    assert "b" not in [tag for tag, _ in page.tags]
