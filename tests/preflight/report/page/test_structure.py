"""The page as it is written: whole in itself, by its own policy, and nothing of the cloud is read as HTML."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from preflight.report.model import Report
from preflight.report.page import render, rows
from tests.preflight.report.reports import (
    HOSTILE,
    by_file,
    hostile_report,
    mapped,
    not_judged,
    recorded_report,
    renamed,
    report_of,
)
from tests.preflight.results import recorded_result

_VOID = frozenset({"meta", "input", "br", "link", "img"})


class Page(HTMLParser):
    """Elements, their attributes and texts; every element that is opened is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]

    @property
    def shown(self) -> str:
        return " ".join(text for name, text in self.texts if name not in ("style", "script"))


REPORTS = {
    "broken": lambda: mapped(recorded_report("broken", 9)),
    "waves": lambda: mapped(recorded_report("waves"), "waves"),
    "first": lambda: mapped(recorded_report("first"), "first"),
    "kept": lambda: recorded_report("broken"),
    "not judged": lambda: not_judged("it is of another run: <b>", "second"),
    "hostile": lambda: mapped(hostile_report()),
}


@pytest.fixture(params=REPORTS, scope="module")
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]()


@pytest.fixture(scope="module")
def page(report: Report) -> Page:
    return Page(render(report))


def test_nothing_is_loaded_and_nothing_is_sent(page: Page) -> None:
    allowed = {"a": "href", "path": "d"}
    for tag, attributes in page.elements:
        assert not {"src", "srcset", "action", "formaction", "poster", "data", "ping"} & attributes.keys()
        assert "href" not in attributes or tag in allowed, tag
    for link in page.all("a"):
        assert link["href"].startswith(("#", "https://www.alibabacloud.com/", "https://help.aliyun.com/")), link
    assert "@import" not in "".join(page.text_of("style"))
    assert "url(" not in "".join(page.text_of("style"))


def test_its_own_policy_allows_its_style_and_its_script_alone(page: Page) -> None:
    (policy,) = (item["content"] for item in page.all("meta") if item.get("http-equiv") == "Content-Security-Policy")
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert (rules["default-src"], rules["base-uri"], rules["form-action"]) == ("'none'",) * 3
    for tag in ("style", "script"):
        (text,) = page.text_of(tag)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert set(rules) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not [tag for tag, attributes in page.elements if "style" in attributes]


def test_every_name_within_the_page_leads_somewhere(page: Page) -> None:
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    links = {link["href"][1:] for link in page.all("a") if link["href"].startswith("#")}
    assert links - {"main"} <= set(ids)
    assert {label["for"] for label in page.all("label") if "for" in label} <= set(ids)


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == len(page.all("main")) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all("scope" in attributes for attributes in page.all("th"))
    assert all({"role", "aria-label"} <= attributes.keys() for attributes in page.all("svg"))
    assert all("aria-label" in item for _, item in page.elements if item.get("role") == "region")


@pytest.mark.parametrize("name", ["broken", "waves"])
def test_verdict_waves_fixes_dates_and_instances_are_there(name: str) -> None:
    report = mapped(recorded_report(name), name)
    page = Page(render(report))
    assert page.text_of("title")[0] == report.headline
    assert page.text_of("h2")[:5] == [
        "Waves",
        "Fixes, the worst first",
        "Timeline",
        "Map, before and after",
        "Instances",
    ]
    commands = [line.text for placed in report.fixes for line in placed.lines if line.kind == "command"]
    copied = [text for text in page.text_of("code") if text in commands]
    assert Counter(copied) == Counter(commands)
    assert len([item for item in page.all("button") if item.get("class") == "copier"]) == len(commands)
    shown = [(item["data-wave"], item["data-blocking"]) for item in page.all("tr") if "data-wave" in item]
    assert shown == [(row.wave, str(row.blocking)) for row in rows(report)]
    dates = {item["datetime"] for item in page.all("time")}
    for wave in report.result["waves"]:
        assert wave["window"]["start"] in dates
    assert report.topology is not None
    nodes = {*(item.id for item in report.topology.groups), *(item.id for item in report.topology.databases)}
    assert nodes <= {link.get("data-find") for link in page.all("a")}


def test_an_instance_counts_what_is_open_on_it() -> None:
    report = recorded_report("broken", 2)
    for row in rows(report):
        mine = [item for item in report.open if item["subject"]["id"] == row.id]
        assert row.blocking == sum(item["blocking"] for item in mine)
        assert row.blocking + row.later == len(mine)
        assert set(row.fixes) == {
            placed.number
            for placed in report.fixes
            if any(item["subject"]["id"] == row.id for item in placed.fix.items)
        }


def test_one_wave_shows_its_own() -> None:
    page = Page(render(mapped(recorded_report("waves", wave="front"), "waves")))
    assert {item["data-wave"] for item in page.all("tr") if "data-wave" in item} == {"front"}
    assert "window of wave back begins" not in page.shown


def test_nothing_of_the_cloud_is_read_as_html() -> None:
    page = Page(render(mapped(hostile_report())))
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert not page.all("img")
    for text in HOSTILE:
        first = text.splitlines()[0].partition("\x1b")[0].strip()
        assert first in page.shown, text
    assert not [char for char in render(hostile_report()) if not char.isprintable() and char != "\n"]


def test_a_thousand_instances_are_a_page_that_a_phone_can_open() -> None:
    report = mapped(recorded_report("broken", 143))
    text = render(report)
    assert len(text) < 2_000_000
    assert text.count("data-wave=") == len(report.result["instances"]) > 1000


def test_reasons_that_differ_on_each_instance_are_cut_and_counted() -> None:
    result = recorded_result("broken", 40)
    text = render(report_of(renamed(result, str)))
    assert len(text) < 2_000_000
    many = recorded_result("broken")
    first = next(item for item in many["results"] if item["outcome"] == "FAIL")
    many["results"] += [first | {"reason": f"Reason {number}."} for number in range(200)]
    assert re.search(r"And 1\d\d more reasons", Page(render(report_of(many))).shown)


def test_a_page_that_is_not_judged_has_its_reason_and_no_tables() -> None:
    page = Page(render(not_judged("it is of another run: <b>")))
    assert "NOT JUDGED" in page.text_of("title")[0]
    assert "it is of another run: <b>" in page.shown
    assert not page.all("table")
    assert not page.all("nav")


def test_the_file_that_the_estate_is_from_is_named_with_its_age() -> None:
    page = Page(render(by_file(recorded_report("broken"), hours=72)))
    assert "By the estate in estate.json: no cloud was asked, and what it alone knows is UNKNOWN." in page.shown
    assert ", 3 days ago." in page.shown
    assert "By the estate in" not in Page(render(recorded_report("broken"))).shown


def test_a_rule_leads_to_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "docs/rules/backup-snapshot-of-every-disk.md"
    assert path in Page(render(recorded_report("broken"))).shown
    monkeypatch.setenv("PREFLIGHT_DOCS_URL", "https://git.example.com/m")
    page = Page(render(report_of(recorded_result("broken"))))
    assert f"https://git.example.com/m/{path}" in [attributes.get("href") for _, attributes in page.elements]


def test_a_what_if_says_so_first() -> None:
    result = recorded_result("first")
    result["judgement"] |= {"readiness": "WHAT-IF", "hypothetical": "READY"}
    result["whatIf"] = [{"kind": "time", "reason": "it is about 2027"}]
    page = Page(render(report_of(result, code=4)))
    assert "It would be READY. No gate may go by this answer." in page.shown
    assert page.text_of("title")[0].startswith("WHAT-IF")
