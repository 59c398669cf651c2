"""Each fix is there once, with all that it settles, and in the order in which it is to be made."""

from __future__ import annotations

from typing import Any

import pytest

from preflight.fixes import Fix, fixes, lines_of, open_findings
from tests.preflight.results import recorded_result

RULES: dict[str, dict[str, Any]] = {
    "backup-a": {"title": "Every disk must have a snapshot", "severity": "critical"},
    "guest-b": {"title": "Evidence must be current", "severity": "high"},
    "guest-c": {"title": "Space must be free", "severity": "critical"},
}


def step(kind: str, **parts: Any) -> dict[str, Any]:
    return {"kind": kind, "path": None, "value": None, "command": None, "text": None, "toFill": [], **parts}


def finding(rule: str, instance: str, *ways: list[dict[str, Any]], since: str | None = None) -> dict[str, Any]:
    subject = {"kind": "instance", "id": f"i-{instance}", "name": instance, "urn": f"urn:{instance}"}
    return {
        "rule": rule,
        "subject": subject,
        "outcome": "FAIL",
        "blocking": since is None,
        "mandatoryFrom": since,
        "fixes": [{"ways": list(ways)}],
    }


def snapshots(days: int) -> list[dict[str, Any]]:
    return [step("config", path="backups", value={"retentionDays": days})]


def collected(instance: str, address: str) -> list[dict[str, Any]]:
    return [step("command", command=f"ssh root@{address} collect --instance i-{instance}")]


def fixes_of(*findings: dict[str, Any]) -> list[Fix]:
    return fixes(findings, RULES)


def test_changes_of_one_key_are_one_fix_that_is_enough_for_all() -> None:
    (fix,) = fixes_of(finding("backup-a", "web-1", snapshots(24)), finding("backup-a", "app-1", snapshots(30)))
    assert lines_of(fix.todo) == ["set backups: {retentionDays: 30}"]
    assert (fix.findings, fix.instances, fix.since) == (2, ("app-1", "web-1"), None)


def test_lists_are_merged_by_the_ids_of_their_items() -> None:
    (fix,) = fixes_of(
        *(
            finding("backup-a", name, [step("config", path="databases", value=[value])])
            for name, value in (
                ("web-1", {"id": "rm-1"}),
                ("app-1", {"id": "rm-1", "hybridAccess": {}}),
                ("app-2", {"id": "r-2"}),
            )
        )
    )
    assert lines_of(fix.todo) == ["set databases: [{id: rm-1, hybridAccess: {}}, {id: r-2}]"]


def test_a_command_is_one_fix_for_all_instances_and_exact_for_one() -> None:
    first, second = (
        finding("guest-b", "web-1", collected("web-1", "10.0.0.1")),
        finding("guest-b", "app-1", collected("app-1", "10.0.0.2")),
    )
    (both,) = fixes_of(first, second)
    assert lines_of(both.todo) == ["$ ssh 'root@<address>' collect --instance '<id>'"]
    (one,) = fixes_of(first)
    assert lines_of(one.todo) == ["$ ssh root@10.0.0.1 collect --instance i-web-1"]


def test_one_fix_of_several_rules_is_titled_by_the_worst() -> None:
    way = [step("task", text="Collect it as root.")]
    (fix,) = fixes_of(finding("guest-b", "web-1", way), finding("guest-c", "web-1", way))
    assert fix.title == "Space must be free"
    assert fix.rules == ("guest-c", "guest-b")
    assert fix.severity == "critical"


def test_other_ways_are_other_fixes() -> None:
    release = [step("config", path="instances", value=[{"id": "i-web-1", "releasePublicIp": True}])]
    assert len(fixes_of(finding("guest-b", "web-1", release), finding("guest-b", "app-1", release, snapshots(30)))) == 2


def test_fixes_are_sorted_by_blocking_time_severity_and_number() -> None:
    soon, late = "2026-12-05T02:00:00+08:00", "2026-12-09T02:00:00+08:00"
    listed = fixes_of(
        finding("guest-b", "web-1", [step("task", text="late")], since=late),
        finding("guest-b", "web-1", [step("task", text="soon")], since=soon),
        finding("guest-b", "web-1", [step("task", text="high")]),
        finding("guest-c", "web-1", [step("task", text="critical, one")]),
        finding("guest-c", "web-1", [step("task", text="critical, two")]),
        finding("guest-c", "app-1", [step("task", text="critical, two")]),
    )
    assert [lines_of(fix.todo) for fix in listed] == [
        ["critical, two"],
        ["critical, one"],
        ["high"],
        ["soon"],
        ["late"],
    ]
    assert [fix.since for fix in listed] == [None, None, None, soon, late]


def test_two_ways_stand_one_below_the_other() -> None:
    (fix,) = fixes_of(finding("guest-b", "web-1", snapshots(30), [step("task", text="Ask the owner.")]))
    assert lines_of(fix.todo) == ["set backups: {retentionDays: 30}", "or", "Ask the owner."]


@pytest.mark.parametrize("name", ["broken", "waves"])
def test_every_finding_of_a_real_result_is_settled_by_a_fix(name: str) -> None:
    result = recorded_result(name)
    rules = {rule["id"]: rule for rule in result["rules"]}
    left = open_findings(result)
    assert left
    listed = fixes(left, rules)
    assert {rule for fix in listed for rule in fix.rules} == {item["rule"] for item in left}
    assert sum(fix.findings for fix in listed) >= len(left)
    assert all(lines_of(fix.todo) for fix in listed)


def test_more_instances_are_not_more_fixes() -> None:
    few, many = recorded_result("broken"), recorded_result("broken", times=9)
    rules = {rule["id"]: rule for rule in few["rules"]}
    assert len(open_findings(many)) > 5 * len(open_findings(few))
    assert len(fixes(open_findings(many), rules)) <= len(fixes(open_findings(few), rules)) + 3
