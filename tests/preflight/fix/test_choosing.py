"""What is configuration alone is taken; whatever a person has to decide, or fixes ask differently, is left."""

from __future__ import annotations

from typing import Any

import pytest

from policies.core.fixes import flow
from preflight.fix.choosing import choose, ways_by_config
from preflight.fixes import open_findings
from tests.policies.fix_cases import bare
from tests.policies.in_process import sample_config
from tests.preflight.fix.stacks import judged
from tests.preflight.test_fixes import finding, step


def config(path: str, value: Any, *fill: str) -> dict[str, Any]:
    return step("config", path=path, value=value, toFill=list(fill))


SNAPSHOTS = config("backups", {"retentionDays": 30})
LATER = config("later", ["i-web"])
UP = step("command", command="pulumi up")
RAISE = step("command", command="aliyun ecs ModifyInstanceNetworkSpec --InstanceId i-web")
IF = step("task", text="Leave it for a later wave:")
ANSWER = config("attestations", [{"kind": "application-go", "owner": "<who>"}], "<who>")


@pytest.mark.parametrize(
    "ways",
    [
        [[SNAPSHOTS]],
        [[SNAPSHOTS, UP]],
        [[SNAPSHOTS], [IF, LATER]],
        [[SNAPSHOTS], [RAISE]],
    ],
)
def test_config_alone_is_taken(ways: list[list[dict[str, Any]]]) -> None:
    choice = choose([finding("backup-a", "web", *ways)])
    assert flow(choice.part()) == "{backups: {retentionDays: 30}}"
    assert choice.left == ()


@pytest.mark.parametrize(
    ("ways", "by_config"),
    [
        ([[ANSWER]], []),
        ([[IF, LATER]], [1]),
        ([[RAISE], [LATER]], [2]),
        ([[RAISE, LATER]], []),
        ([[LATER, RAISE]], [1]),
        ([[LATER, {**RAISE, "toFill": ["<vpc>"]}]], []),
        ([[step("task", text="Open a ticket.")], [IF, LATER]], [2]),
        ([[UP]], []),
        ([[step("task", text="Open a ticket.")]], []),
        ([], []),
    ],
)
def test_a_fix_with_alternatives_is_left_and_can_be_chosen(
    ways: list[list[dict[str, Any]]], by_config: list[int]
) -> None:
    item = finding("backup-a", "web", *ways)
    choice = choose([item])
    assert (choice.part(), choice.taken) == ({}, ())
    assert choice.left == (item,)
    assert list(ways_by_config(item)) == by_config
    for way in (1, 2, 3):
        assert bool(choose([item], way).part()) is (way in by_config)


ANSWERS = [
    LATER,
    config("staying", [{"instances": ["i-web"], "owner": "ann", "reason": "Old."}]),
    config("databases", [{"id": "rm-a", "hybridAccess": {"leavesBehind": ["i-web"]}}]),
    config("instances", [{"id": "i-web", "ftp": {"plan": "eip-cut-through"}}]),
    config("instances", [{"id": "i-web", "retainIp": False}]),
    config("instances", [{"id": "i-web", "releasePublicIp": True}]),
    config("instances", [{"id": "i-web", "rejoinVserverGroups": True}]),
    config("classicLink.flows", []),
    config("classicLink", {"guestRoute": True}),
    config("waivers", [{"rule": "backup-a", "owner": "ann", "approvedBy": "bob"}]),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=flow)
def test_what_a_person_answers_for_is_never_written_by_itself(answer: dict[str, Any]) -> None:
    """Else the tool would say by itself what settles the finding, and the stack would be ready by that."""
    item = finding("backup-a", "web", [answer])
    for ways in ([[answer]], [[SNAPSHOTS, answer]], [[answer, UP]]):
        choice = choose([finding("backup-a", "web", *ways)])
        assert (choice.part(), choice.taken) == ({}, ())
    assert list(ways_by_config(item)) == [1]
    assert choose([item], 1).taken == (item,)


def test_later_steps_of_a_chosen_fix_remain_to_be_done() -> None:
    after = step("task", text="Once it has moved:")
    choice = choose([finding("rule-a", "web", [IF, LATER, after, RAISE, UP])], 1)
    assert [item["fixes"] for item in choice.then] == [[{"ways": [[after, RAISE]]}]]
    assert choose([finding("rule-a", "web", [SNAPSHOTS, UP])]).then == []


def test_of_two_fixes_of_one_finding_the_other_is_still_to_do() -> None:
    item = {**finding("backup-a", "web"), "fixes": [{"ways": [[SNAPSHOTS]]}, {"ways": [[ANSWER]]}]}
    choice = choose([item])
    assert [part["fixes"] for part in (*choice.taken, *choice.left)] == [
        [{"ways": [[SNAPSHOTS]]}],
        [{"ways": [[ANSWER]]}],
    ]


ASKED_DIFFERENTLY = [
    ("network.mode", config("network", {"mode": "create"}), config("network", {"mode": "existing"})),
    (
        "network.vswitches[cn-hangzhou-b/app].cidrBlock",
        config("network.vswitches", [{"zone": "cn-hangzhou-b", "tier": "app", "cidrBlock": "172.16.1.0/24"}]),
        config("network.vswitches", [{"zone": "cn-hangzhou-b", "tier": "app", "cidrBlock": "172.16.2.0/24"}]),
    ),
    (
        "instances[i-web].targetZone",
        config("instances", [{"id": "i-web", "targetZone": "cn-hangzhou-b"}]),
        config("instances", [{"id": "i-web", "targetZone": "cn-hangzhou-h"}]),
    ),
    ("freezeHours", config("freezeHours", 24), config("freezeHours", 48)),
    ("protect", config("protect", True), config("protect", False)),
]
# A person has chosen the first way of each of these: none is taken without that.
CHOSEN_DIFFERENTLY = [
    ("the place of i-web", config("instances", ["i-web"]), LATER),
    ("the place of i-web", config("staying", [{"instances": ["i-web"], "reason": "Old."}]), LATER),
    ("classicLink.flows", config("classicLink", {"flows": []}), config("classicLink", {"flows": [{"port": 1}]})),
]


@pytest.mark.parametrize(
    ("key", "one", "other", "way"),
    [*((*item, None) for item in ASKED_DIFFERENTLY), *((*item, 1) for item in ASKED_DIFFERENTLY + CHOSEN_DIFFERENTLY)],
)
def test_fixes_that_contradict_each_other_are_reported_and_not_guessed(
    key: str, one: dict[str, Any], other: dict[str, Any], way: int | None
) -> None:
    first, second, third = (
        finding("rule-a", "web", [one]),
        finding("rule-b", "app", [other]),
        finding("rule-c", "web", [SNAPSHOTS]),
    )
    choice = choose([first, second, third], way)
    assert flow(choice.part()) == "{backups: {retentionDays: 30}}"
    assert choice.left == (first, second)
    (conflict,) = choice.conflicts
    assert conflict.key == key
    assert [(item.rules, item.instances) for item in conflict.wishes] == [
        (("rule-a",), ("web",)),
        (("rule-b",), ("app",)),
    ]
    # By `--rule` one of them is chosen.
    assert choose([first], way).conflicts == choose([second], way).conflicts == ()


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (SNAPSHOTS, config("backups", {"retentionDays": 45}), "{backups: {retentionDays: 45}}"),
        (config("later", ["i-a"]), config("later", ["i-b", "i-a"]), "{later: [i-a, i-b]}"),
        (
            config("databases", [{"id": "rm-a"}]),
            config("databases", [{"id": "rm-a", "hybridAccess": {}}, {"id": "r-b"}]),
            "{databases: [{id: rm-a, hybridAccess: {}}, {id: r-b}]}",
        ),
        (
            config("network", {"mode": "create", "vswitches": [{"zone": "cn-hangzhou-b"}]}),
            config("network", {"mode": "create", "vswitches": [{"zone": "cn-hangzhou-h"}]}),
            "{network: {mode: create, vswitches: [{zone: cn-hangzhou-b}, {zone: cn-hangzhou-h}]}}",
        ),
    ],
)
def test_compatible_changes_of_two_findings_are_merged(one: dict[str, Any], other: dict[str, Any], both: str) -> None:
    for first, second in ((one, other), (other, one)):
        choice = choose([finding("rule-a", "web", [first]), finding("rule-b", "app", [second])], 1)
        assert choice.conflicts == ()
        assert sorted(flow(choice.part())) == sorted(both)


def test_a_part_of_some_rules_has_theirs_alone() -> None:
    choice = choose([finding("rule-a", "web", [SNAPSHOTS]), finding("rule-b", "app", [LATER])], 1)
    assert flow(choice.part(["rule-b"])) == "{later: [i-web]}"
    assert choice.part([]) == {}


def test_of_the_sample_no_choice_is_made_for_a_person() -> None:
    migration = sample_config()
    bare(migration)
    choice = choose(open_findings(judged(migration)))
    assert set(choice.part()) == {"backups", "network", "classicLink", "databases", "instances", "securityGroups"}
    assert choice.conflicts == ()
    left = {item["rule"] for item in choice.left}
    assert left >= {
        "public-address-release-accepted",
        "schedule-no-instance-forgotten",
        "instance-type-supports-eni",
        "guest-evidence-current",
        "schedule-application-owner-go",
    }
