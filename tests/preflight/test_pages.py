"""Each finding leads to the page of its rule, wherever its report is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from policies.pack.run import manifest
from preflight.pages import Pages, read_pages

RULE = "backup-snapshot-of-every-disk"
GITHUB = {
    "GITHUB_SERVER_URL": "https://git.example.com",
    "GITHUB_REPOSITORY": "ops/migration",
    "GITHUB_SHA": "0123abc",
}
GITLAB = {"CI_PROJECT_URL": "https://gitlab.example.com/ops/migration", "CI_COMMIT_SHA": "0123abc"}


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, f"docs/rules/{RULE}.md"),
        (GITHUB, f"https://git.example.com/ops/migration/blob/0123abc/docs/rules/{RULE}.md"),
        (GITLAB, f"https://gitlab.example.com/ops/migration/-/blob/0123abc/docs/rules/{RULE}.md"),
        (
            GITHUB | {"PREFLIGHT_DOCS_URL": "https://docs.example.com/m/"},
            f"https://docs.example.com/m/docs/rules/{RULE}.md",
        ),
        ({"GITHUB_REPOSITORY": "ops/migration"}, f"docs/rules/{RULE}.md"),
        ({"PREFLIGHT_DOCS_URL": "javascript:alert(1)"}, f"docs/rules/{RULE}.md"),
        ({"PREFLIGHT_DOCS_URL": "https://x.example/) [a](b"}, f"docs/rules/{RULE}.md"),
    ],
)
def test_a_page_is_where_the_ci_or_the_user_says(environ: Mapping[str, str], url: str) -> None:
    pages = read_pages(environ)
    assert pages.of(RULE) == url
    assert pages.are_linked is url.startswith("https://")


def test_a_path_is_seen_from_the_root_of_the_repository() -> None:
    root = Path(__file__).parents[2]
    assert [rule for rule in manifest() if not (root / Pages().of(rule)).is_file()] == []
