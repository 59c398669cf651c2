"""What a stranger looks for first: licence, versions, changelog, and a workflow that runs what CI runs."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies import PACK_VERSION
from provider.registry import VERSION

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def test_project_pack_provider_and_changelog_have_one_version() -> None:
    """PulumiPlugin.yaml has no version: the engine asks the plugin itself."""
    pack = yaml.safe_load((ROOT / "policies/PulumiPolicy.yaml").read_text(encoding="utf-8"))
    newest = re.search(r"^## \[(\d+\.\d+\.\d+)\]", CHANGELOG, re.MULTILINE)
    assert newest is not None
    assert {PROJECT["version"], pack["version"], PACK_VERSION, VERSION, newest[1]} == {PROJECT["version"]}


def test_the_changelog_has_the_usual_form() -> None:
    headings = re.findall(r"^## (.*)$", CHANGELOG, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", heading) for heading in headings[1:]]
    assert released
    assert all(released)
    versions = [tuple(map(int, match.groups()[:3])) for match in released if match]
    assert versions == sorted(versions, reverse=True)
    assert all(date.fromisoformat(match[4]) for match in released if match)
    kinds = set(re.findall(r"^### (.*)$", CHANGELOG, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_changelog_has_each_topic_and_entry_once() -> None:
    """A merge by union keeps what both sides have."""
    for release in re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]:
        kinds = re.split(r"^### ", release, flags=re.MULTILINE)[1:]
        topics = [(kind.split("\n")[0], topic) for kind in kinds for topic in re.findall(r"(?m)^#### (.*)$", kind)]
        assert [topic for topic, count in Counter(topics).items() if count > 1] == []
        entries = [" ".join(entry.split())[:60] for entry in re.findall(r"(?ms)^- .*?(?=^- |^#|\Z)", release)]
        assert [entry for entry, count in Counter(entries).items() if count > 1] == []


def test_the_licence_is_the_one_that_the_project_names() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_pinned_actions_with_the_least_rights(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    actions = re.findall(r"uses: (.*)$", text, re.MULTILINE)
    assert actions
    assert [
        action for action in actions if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)
    ] == []
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    # With the rights of the base repository it would run the code of a fork.
    assert "pull_request_target" not in text
    assert "://" not in text


def test_a_workflow_calls_ci_run() -> None:
    (job,) = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_an_issue_form_is_one(form: Path) -> None:
    content = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= content.keys()
    fields = [field for field in content["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields) >= 3
    assert all(field["attributes"]["label"] for field in fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


@pytest.mark.parametrize("document", ["SECURITY.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md"])
def test_linked_files_exist(document: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / document).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_no_pattern_is_possessive_or_atomic() -> None:
    """Before 3.11.5 Python found no match for some, and Debian 12 has 3.11.2: keys were printed (CPython gh-106052)."""
    rooms = [path for path in ROOT.iterdir() if (path / "__init__.py").is_file() and path.name != "tests"]
    files = [file for room in rooms for file in room.rglob("*.py")]
    assert len(files) > 300
    possessive = re.compile(r"[*+?}]\+|\(\?>")
    assert [str(file) for file in files if possessive.search(file.read_text(encoding="utf-8"))] == []
