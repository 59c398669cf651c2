"""A stack file that is changed keeps what people wrote in it, and is left alone where the program would refuse it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from components.config import ConfigError
from components.stack_file import change_stack_file
from components.stack_file.__main__ import app, main

TEXT: Final = """\
# The stack of the shop.
config:
  alicloud:region: cn-hangzhou
  alicloud:secretKey:
    secure: v1:abc
  classic-to-vpc:migration: # what moves
    window:
      start: "2026-12-12T02:00:00+08:00"
      latest: "2026-12-20T00:00:00+08:00" # Latest Schedule Time
    instances:
      - i-web # web-1
      - i-app # app-1
    freezeHours: 24
"""


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_nothing_else_changes(stack: Path) -> None:
    diff = change_stack_file(
        stack,
        [
            "instances: [{id: i-app, retainIp: false}]",
            'window: {end: "2026-12-12T09:00:00+08:00"}',
            "backups: {retentionDays: 30}",
        ],
    )
    assert stack.read_text(encoding="utf-8") == TEXT.replace(
        "# Latest Schedule Time\n", '# Latest Schedule Time\n      end: "2026-12-12T09:00:00+08:00"\n'
    ).replace("- i-app # app-1\n", "- id: i-app # app-1\n        retainIp: false\n") + (
        "    backups:\n      retentionDays: 30\n"
    )
    assert "+      retentionDays: 30" in diff
    assert "secure" not in diff


COMMENTED: Final = """\
config:
  classic-to-vpc:migration:
    window:
      start: "2026-12-12T02:00:00+08:00"
      latest: "2026-12-20T00:00:00+08:00"

    # What moves.
    instances:
      # The shop.
      - i-web # web-1
      # Its server.
      - i-app # app-1

    # Each once its obstacle has been removed.
    later:
      # Its type is phased out.
      - i-old
    # No snapshot is older than this.
    freezeHours: 24

# Ask the shop's owner before you change anything.
"""


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        (
            'window: {end: "2026-12-12T09:00:00+08:00"}',
            '+08:00"\n\n    # W',
            '+08:00"\n      end: "2026-12-12T09:00:00+08:00"\n\n    # W',
        ),
        ("instances: [{id: i-new}]", "app-1\n\n    # E", "app-1\n      - id: i-new\n\n    # E"),
        (
            "instances: [{id: i-app, retainIp: false}]",
            "- i-app # app-1\n",
            "- id: i-app # app-1\n        retainIp: false\n",
        ),
        ("later: [i-oldest]", "- i-old\n", "- i-old\n      - i-oldest\n"),
        (
            "backups: {retentionDays: 30}",
            "freezeHours: 24\n",
            "freezeHours: 24\n    backups:\n      retentionDays: 30\n",
        ),
    ],
)
def test_a_comment_stays_above_what_it_speaks_of(stack: Path, part: str, before: str, after: str) -> None:
    stack.write_text(COMMENTED, encoding="utf-8")
    change_stack_file(stack, [part])
    assert stack.read_text(encoding="utf-8") == COMMENTED.replace(before, after)


def test_comments_go_with_what_goes_alone(stack: Path) -> None:
    stack.write_text(COMMENTED, encoding="utf-8")
    change_stack_file(stack, ["instances: [{id: i-old}]"])
    later = (
        "\n    # Each once its obstacle has been removed.\n    later:\n      # Its type is phased out.\n      - i-old\n"
    )
    expected = COMMENTED.replace(later, "      - id: i-old\n")
    assert stack.read_text(encoding="utf-8") == expected
    change_stack_file(stack, ["later: [i-app]"])
    expected = expected.replace("      # Its server.\n      - i-app # app-1\n", "")
    expected = expected.replace("freezeHours: 24\n", "freezeHours: 24\n    later:\n      - i-app\n")
    assert stack.read_text(encoding="utf-8") == expected


def test_the_comment_above_the_first_of_a_list_is_its_own(stack: Path) -> None:
    stack.write_text(COMMENTED, encoding="utf-8")
    change_stack_file(stack, ["later: [i-web]"])
    expected = COMMENTED.replace("      # The shop.\n      - i-web # web-1\n", "")
    assert stack.read_text(encoding="utf-8") == expected.replace("- i-old\n", "- i-old\n      - i-web\n")


def test_a_list_is_written_as_the_others_are(stack: Path) -> None:
    flush = TEXT.replace("      - i-", "    - i-")
    stack.write_text(flush, encoding="utf-8")
    change_stack_file(stack, ["later: [i-old]"])
    assert stack.read_text(encoding="utf-8") == flush + "    later:\n    - i-old\n"


def test_writing_existing_values_changes_nothing(stack: Path) -> None:
    assert change_stack_file(stack, ["freezeHours: 24", "instances: [i-web]"]) == ""
    assert stack.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            "staying: [{instances: [i-x], owner: <who>, reason: Old.}]",
            r"staying\[0\].owner: expected a value in place of <who>",
        ),
        ("backups: {retentionDays: 1}", "backups.retentionDays: expected 11 or more"),
        ("bakups: {retentionDays: 30}", "bakups: unknown key"),
        ("databases: [{id: rm-a}]", "databases: expected network to be declared too"),
        ("i-web", "expected keys and values as YAML"),
        ("later: [i-a", "expected YAML or JSON"),
        ("later: [i-a]\nlater: [i-b]", "twice|2 times|stands"),
    ],
)
def test_a_change_that_the_program_refuses_is_not_written(stack: Path, part: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        change_stack_file(stack, ["freezeHours: 48", part])
    assert stack.read_text(encoding="utf-8") == TEXT
    assert sorted(item.name for item in stack.parent.iterdir()) == ["Pulumi.dev.yaml", "Pulumi.yaml"]


def test_an_item_of_an_included_file_is_changed_there(stack: Path) -> None:
    (stack.parent / "shop.yaml").write_text("databases:\n  - id: rm-a\n", encoding="utf-8")
    network = "    network: {mode: create, cidrBlock: 172.16.0.0/16, vswitches: [{zone: cn-hangzhou-b}]}\n"
    stack.write_text(f"{TEXT}    include: [shop.yaml]\n{network}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"shop.yaml: databases: rm-a is in this file"):
        change_stack_file(stack, ["databases: [{id: rm-a, hybridAccess: {}}]"])
    change_stack_file(stack, ["databases: [{id: rm-b}]"])
    assert "- id: rm-b" in stack.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config:\n  a: 1\n  a: 2\n", "expected YAML"),
        ("- config\n", "expected a stack file"),
        ("config:\n  classic-to-vpc:migration: all\n", "expected a map to merge into"),
        ("config: [\n", "expected YAML"),
    ],
)
def test_a_file_that_is_none_is_left_alone(stack: Path, text: str, message: str) -> None:
    stack.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        change_stack_file(stack, ["freezeHours: 48"])
    assert stack.read_text(encoding="utf-8") == text


def test_rights_and_links_of_the_file_stay(stack: Path) -> None:
    stack.chmod(0o640)
    link = stack.with_name("Pulumi.other.yaml")
    link.symlink_to(stack)
    change_stack_file(link, ["freezeHours: 48"])
    assert link.is_symlink()
    assert stack.stat().st_mode & 0o777 == 0o640
    assert "freezeHours: 48" in stack.read_text(encoding="utf-8")


def test_the_command_shows_what_it_changed(stack: Path) -> None:
    run = CliRunner().invoke(app, ["set", "--stack", "organization/shop/dev", "freezeHours: 48", "later: [i-old]"])
    assert run.exit_code == 0
    assert "-    freezeHours: 24\n+    freezeHours: 48\n" in run.stdout
    assert "nothing to change" in CliRunner().invoke(app, ["set", "--stack", "dev", "freezeHours: 48"]).stdout


@pytest.mark.parametrize(
    ("stack_name", "message"),
    [
        ("dev", "Pulumi.dev.yaml: classic-to-vpc:migration.freezeHours: "),
        ("no", "Pulumi.no.yaml: expected the stack file in this"),
    ],
)
def test_bad_input_is_one_message(
    stack: Path, stack_name: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["stack_file", "set", "--stack", stack_name, "freezeHours: soon"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
