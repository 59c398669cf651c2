"""Every fix, and so every page of docs/rules, is one that the program, the SDKs and the CLI accept."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import toolchain
from docgen.catalogue import documents
from estate.documents import parse_document
from policies.core.fixes import (
    ID,
    UP,
    Change,
    Command,
    Fix,
    Line,
    aliyun,
    as_markdown,
    as_text,
    change,
    command,
    filled,
    flow,
    joined,
    lines,
    task,
    to_fill,
)
from policies.core.rule import InstanceRule
from policies.pack.registry import all_rules
from preflight.cli import app as front_door
from tests.policies.examples import check, check_aliyun, check_way
from tests.policies.prepared import prepared
from tests.policies.test_removal import REMOVALS

ROOT: Final = Path(__file__).parents[3]

RULES: Final = [(rule.id, fix) for rule in all_rules() for fix in (rule.remediation, rule.remediation_after) if fix]
COMMANDS: Final = [
    (rule_id, step) for rule_id, fix in RULES for way in fix.ways for step in way if isinstance(step, Command)
]


@pytest.mark.parametrize(("rule_id", "fix"), RULES, ids=[rule_id for rule_id, _ in RULES])
def test_every_fix_of_a_rule_is_accepted(rule_id: str, fix: Fix) -> None:
    check([filled(fix, {"<rule>": rule_id})])


@pytest.mark.parametrize("name", REMOVALS)
def test_a_finding_names_what_there_is(name: str) -> None:
    """The more exact fix of a verdict; `prepared.expect` asks the same of those that a rule's own tests see."""
    draft = prepared(exists=False)
    REMOVALS[name][0](draft)
    for result in draft.evaluation().results:
        check(result.fixes)


def test_commands_options_and_files_of_the_fixes_exist() -> None:
    for _, step in COMMANDS:
        if "preflight" in step.argv:
            words = step.argv[step.argv.index("preflight") + 1 :]
            shown = CliRunner().invoke(front_door, [*words[:2], "--help"])
            assert shown.exit_code == 0, shown.output
            assert all(option in shown.output for option in words if option.startswith("--"))
        if "<" in step.argv:
            assert (ROOT / step.argv[step.argv.index("<") + 1]).is_file()


def test_every_command_is_of_a_known_program() -> None:
    assert {step.argv[0] for _, step in COMMANDS} <= {"aliyun", "preflight", "pulumi", "ssh"}


@pytest.mark.engine
def test_a_pulumi_command_is_one(engine: toolchain.Engine) -> None:
    for argv in sorted({step.argv for _, step in COMMANDS if step.argv[0] == "pulumi"}):
        shown = subprocess.run(
            [*argv[:2], "--help"], env=engine.environ(os.environ), capture_output=True, text=True, check=True
        )
        assert " ".join(argv[:2]) in shown.stdout
        assert all(option in shown.stdout for option in argv[2:])


MISSPELT: Final = (
    change("backup", {"retentionDays": 30}),
    change("backups", {"retention": 30}),
    change("network", {"mode": "make"}),
    change("instances", [{"id": "i-web", "retainIP": False}]),
    change("later", "i-web"),
    change("waivers", "take the entry out"),
    aliyun("ecs", "RestartInstance", {"InstanceId": ID}),
    aliyun("ecs", "RebootInstance", {"InstanceID": ID}),
    aliyun("rm", "RebootInstance", {"InstanceId": ID}),
    command("aliyun", "oss", "policy", "--method", "put", "oss://<bucket>"),
)


@pytest.mark.parametrize("fix", MISSPELT, ids=str)
def test_a_misspelt_fix_is_found(fix: Fix) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - of each check its own
        check_way(fix.ways[0])


def test_prose_behind_a_command_is_found() -> None:
    with pytest.raises(AssertionError):
        check_aliyun("aliyun ecs RebootInstance --InstanceId <id>, at a quiet time")


# ---- the data ----


def test_both_are_done_and_one_of_both_is() -> None:
    first, second, third = change("later", ["i-a"]), UP, task("Wait.")
    assert (first + second | third).ways == ((Change("later", ["i-a"]), Command(("pulumi", "up"))), third.ways[0])
    assert ((first | third) + second).ways == ((*first.ways[0], *second.ways[0]), (*third.ways[0], *second.ways[0]))
    assert (first | first) == first


def test_placeholders_of_a_fix_are_listed() -> None:
    fix = change("staying", [{"instances": [ID], "owner": "<who>", "reason": "<why>"}]) | aliyun(
        "ecs", "ResizeDisk", {"DiskId": "<disk>"}
    )
    assert [to_fill(step) for (step,) in filled(fix, {ID: "i-a"}).ways] == [("<who>", "<why>"), ("<disk>",)]
    assert "i-a" in as_text([filled(fix, {ID: "i-a"})])


def test_changes_of_one_key_become_one() -> None:
    """Three databases are one list, and one instance that lacks two things is one item of it."""
    fixes = [change("databases", [{"id": name, "hybridAccess": {}}]) for name in ("rm-a", "rm-b", "rm-a")]
    assert joined(fixes) == (
        change("databases", [{"id": "rm-a", "hybridAccess": {}}, {"id": "rm-b", "hybridAccess": {}}]),
    )
    assert joined([change("backups", {"retentionDays": 30}), change("backups", {"retentionDays": 60})]) == (
        change("backups", {"retentionDays": 60}),
    )


def test_alternative_fixes_are_not_joined() -> None:
    either, other = change("later", ["i-a"]) | task("Wait."), change("later", ["i-b"])
    assert joined([either, other, other]) == (either, other)


def test_words_of_several_people_are_one_entry_for_all() -> None:
    entry = {"kind": "application-go", "owner": "<who>"}
    fixes = [change("attestations", [{**entry, "instances": [item]}]) for item in ("i-a", "i-b")]
    assert joined(fixes) == (change("attestations", [{**entry, "instances": ["i-a", "i-b"]}]),)


# ---- as text ----


def test_a_fix_is_printed_as_it_runs() -> None:
    fix = (
        change("databases", [{"id": "rm-a", "hybridAccess": {}}]) + change("later", ["i-a"]) + UP
        | task("Wait.") + aliyun("ecs", "CancelAutoSnapshotPolicy", {"diskIds": ["d-1"]}, "at night")
    )  # fmt: skip
    assert list(lines([fix], "dev")) == [
        Line(
            "command",
            "preflight set --stack dev 'databases: [{id: rm-a, hybridAccess: {}}]' 'later: [i-a]'",
        ),
        Line("command", "pulumi up"),
        Line("or", "or"),
        Line("prose", "Wait."),
        Line("command", """aliyun ecs CancelAutoSnapshotPolicy --diskIds '["d-1"]'   # at night"""),
    ]


def test_a_line_with_placeholders_has_a_comment() -> None:
    text = as_text([change("window", {"start": "<a time, with offset>"})], "dev")
    assert text.endswith("""'window: {start: "<a time, with offset>"}'   # fill in what is in <>""")


def test_a_pipe_is_the_shells() -> None:
    fix = command("ssh", "root@10.0.0.1", "<", "a b.sh", "|", "python")
    assert as_text([fix]) == "ssh root@10.0.0.1 < 'a b.sh' | python"


def test_markdown_has_commands_in_fences() -> None:
    assert as_markdown([task("Wait, then:") + UP | task("Go.")]) == "Wait, then:\n\n```\npulumi up\n```\n\nor\n\nGo."


TEXTS: Final = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn")), max_size=12) | st.sampled_from(
    [
        "true",
        "No",
        "null",
        "22:00",
        "1e3",
        "0x1f",
        "007",
        "2026-12-12T02:00:00+08:00",
        "10.0.0.0/8",
        "- a",
        "a: b",
        "{}",
    ]
)
DATA: Final = st.recursive(
    st.booleans() | st.integers(-9, 10**6) | TEXTS,
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.from_regex(r"[a-z][A-Za-z]{0,8}", fullmatch=True), parts, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["later", "databases", "window"]), DATA, min_size=1, max_size=2))
def test_printed_fixes_read_back_through_shell_and_yaml(value: dict[str, Any]) -> None:
    (line,) = (line.text for line in lines([Fix((tuple(Change(key, part) for key, part in value.items()),))], "dev"))
    (*argv,) = shlex.split(line, comments=True)
    read: dict[str, Any] = {}
    for part in argv[4:]:
        read |= parse_document(part)
    assert read == value
    assert parse_document(flow(value)) == value


# ---- the pages ----


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_page_has_every_command_in_a_fence_and_no_prose_in_one(rule: Any) -> None:
    fenced = "".join(documents()[f"rules/{rule.id}.md"].split("```")[1::2]).splitlines()
    fixes = [filled(fix, {"<rule>": rule.id}) for fix in (rule.remediation, rule.remediation_after) if fix]
    assert {line.text for line in lines(fixes) if line.kind == "command"} == set(fenced) - {""}
    prose = [line.text for line in lines(fixes) if line.kind == "prose"]
    assert not [text for text in prose if re.match(r"(or|Or) |aliyun |pulumi |classic-to", text)]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_rules_that_apply_until_the_move_have_a_fix_for_after_it(rule: Any) -> None:
    assert rule.remediation_after or not (isinstance(rule, InstanceRule) and rule.until_move)
