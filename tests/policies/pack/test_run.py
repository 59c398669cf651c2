"""What a result says of the run that it is of, and whether a pack is whole."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from policies.core.plan import MIGRATION
from policies.pack.engine import incomplete
from policies.pack.registry import all_rules
from policies.pack.run import MANIFEST, PACK, Run, Source, manifest, read_run, rules_digest
from tests.policies.prepared import UNKNOWN, Draft, prepared

MADE_OF: dict[str, Any] = {
    "commit": "0123456789abcdef",
    "dirty": False,
    "stackFile": {"path": "Pulumi.dev.yaml", "sha256": "aa"},
    "files": [{"path": "evidence/dev.json", "sha256": "bb"}],
}


def made_of(**changes: Any) -> Draft:
    draft = prepared()
    draft.facts(MIGRATION)["madeOf"] = MADE_OF | changes
    return draft


def test_a_run_is_told_whole() -> None:
    run = read_run({"PREFLIGHT_RUN_ID": " build 7 "}, made_of().plan())
    assert (run.id, run.account_id, run.region_id) == ("build 7", "1234567890", "cn-hangzhou")
    assert str(run.estate_read_at) == "2026-12-11 09:00:00+08:00"
    assert (run.commit, run.dirty) == ("0123456789abcdef", False)
    assert run.stack_file == Source("Pulumi.dev.yaml", "aa")
    assert run.files == (Source("evidence/dev.json", "bb"),)


@pytest.mark.parametrize("given", [{}, {"PREFLIGHT_RUN_ID": ""}, {"PREFLIGHT_RUN_ID": "  "}])
def test_an_id_that_was_not_given_is_none(given: dict[str, str]) -> None:
    assert read_run(given, made_of().plan()).id is None


@pytest.mark.parametrize("value", [UNKNOWN, None, 7.0, ""])
def test_unknown_facts_of_the_run_are_none(value: Any) -> None:
    run = read_run({}, made_of(**dict.fromkeys(MADE_OF, value)).plan())
    assert (run.commit, run.dirty, run.stack_file, run.files) == (None, None, None, None)
    assert read_run({}, prepared().plan()).files is None
    assert read_run({}, Draft([], prepared().now).plan()) == Run()


def test_the_manifest_lists_all_rules() -> None:
    assert manifest() == tuple(rule.id for rule in all_rules()), "make docs"
    assert incomplete() is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [*lines, "backup-none"], "the rule backup-none is missing"),
        (lambda lines: lines[1:], f"the rule {all_rules()[0].id} is not listed in rules.txt"),
        (None, "it has no rules.txt"),
    ],
)
def test_a_pack_that_is_not_whole_says_so(
    change: Any, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rules.txt"
    if change is not None:
        path.write_text("\n".join(change(MANIFEST.read_text().split())))
    monkeypatch.setattr("policies.pack.engine.manifest", lambda: manifest(path))
    assert words in str(incomplete())


digest = rules_digest.__wrapped__


def test_the_digest_is_of_all_code_and_of_nothing_else(tmp_path: Path) -> None:
    copy = tmp_path / "pack"
    shutil.copytree(PACK, copy, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    whole = digest(copy)
    assert whole == rules_digest()
    (copy / "README.md").write_text("another")
    (copy / "venv").mkdir()
    (copy / "venv/other.py").write_text("another")
    text = (copy / "core/clock.py").read_bytes()
    (copy / "core/clock.py").write_bytes(text.replace(b"\n", b"\r\n"))
    assert digest(copy) == whole
    (copy / "core/clock.py").write_bytes(text + b"# another\n")
    changed = digest(copy)
    (copy / "core/clock.py").write_bytes(text)
    (copy / "rules/backup/within_quota.py").unlink()
    assert len({whole, changed, digest(copy)}) == 3


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["-h"], 0), ([], 2)])
def test_it_answers_a_person_in_place_of_serving(arguments: list[str], code: int) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "policies", *arguments],
        cwd=PACK.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (code, "")
    assert "pulumi preview --policy-pack policies" in answer.stdout
    assert "python -m policies.verdict --help" in answer.stdout


def test_a_reader_that_has_seen_enough_gets_no_traceback() -> None:
    command = [sys.executable, "-m", "policies", "--help"]
    with subprocess.Popen(command, cwd=PACK.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as answer:
        assert answer.stdout is not None
        assert answer.stderr is not None
        answer.stdout.close()
        assert answer.stderr.read() == b""
