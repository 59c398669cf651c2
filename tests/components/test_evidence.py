"""Evidence on its way from files to the facts of an instance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.config import ConfigError, parse
from components.evidence import read_evidence
from components.facts import instance_facts, migration_facts
from components.plan import make_plan
from estate.guest import Evidence, EvidenceFileError, save_evidence
from tests.components.builders import FILE, config, estate, instance
from tests.components.evidences import evidence

DECLARED = {"files": ["evidence/*.json"], "maxAgeHours": 48}


def facts(*given: Evidence, **changes: Any) -> dict[str, Any]:
    """The facts of i-web with this evidence."""
    parsed = parse(config(**{"evidence": DECLARED, **changes}), FILE)
    plan = make_plan(parsed, estate(), FILE, given)
    (web,) = (item for item in plan.instances if item.instance.id == "i-web")
    return dict(instance_facts(web, plan))


def guest(*given: Evidence) -> dict[str, Any]:
    guest_facts: dict[str, Any] = facts(*given)["guest"]
    return guest_facts


def test_an_instance_carries_what_its_evidence_says() -> None:
    assert guest(evidence(), evidence("i-app", ftpServers=[])) == {
        "collectedAt": "2026-11-29T02:00:00+00:00",
        "collectedBy": "ann@example.com",
        "source": "file",
        "scriptVersion": 1,
        "contradictions": [],
        "os": "linux",
        "privileged": True,
        "systemDiskFreeMib": 29296,
        "securityRunning": [],
        "ftpServers": ["vsftpd"],
        "fileSystems": [{"device": "/dev/xvda1", "mount": "/", "type": "ext4", "state": "clean", "readOnly": False}],
    }


def test_without_evidence_there_are_no_facts_of_the_guest() -> None:
    assert "guest" not in facts()
    assert "guest" not in facts(evidence("i-app"))
    assert "guest" not in facts(evidence(), evidence=None), "the stack names no evidence"


def test_the_newest_counts() -> None:
    newer = evidence(source="cloud-assistant", at="2026-11-29T03:00:00+00:00", systemDiskFreeMib=100)
    for given in ((evidence(), newer), (newer, evidence())):
        assert (guest(*given)["systemDiskFreeMib"], guest(*given)["source"]) == (100, "cloud-assistant")
        assert guest(*given)["contradictions"] == [], "free space is another every time"


def test_a_later_run_as_root_with_a_new_bridge_of_containers_contradicts_nothing() -> None:
    before = evidence(privileged=False, ipAddresses=["10.0.0.1"])
    at = "2026-11-29T03:00:00+00:00"
    after = evidence(at=at, collectedAt=at, ipAddresses=["10.0.0.1", "172.18.0.1"])
    guest_facts = guest(before, after)
    assert guest_facts["contradictions"] == []
    assert (guest_facts["privileged"], guest_facts["ipAddresses"]) == (True, ["10.0.0.1", "172.18.0.1"])


def test_contradicting_evidence_is_left_out_and_reported() -> None:
    other = evidence(source="cloud-assistant", at="2026-11-29T03:00:00+00:00", ftpServers=[])
    guest_facts = guest(evidence(), other)
    assert "ftpServers" not in guest_facts
    assert guest_facts["contradictions"] == ["ftpServers: none (cloud-assistant), vsftpd (file)"]
    assert guest_facts["securityRunning"] == []


def test_a_fact_that_only_one_source_has_contradicts_nothing() -> None:
    newer = evidence(source="cloud-assistant", at="2026-11-29T03:00:00+00:00", ftpServers=None, macBoundLicences=[])
    guest_facts = guest(evidence(), newer)
    assert guest_facts["contradictions"] == []
    assert "ftpServers" not in guest_facts, "the newest does not say"


@pytest.mark.parametrize("wrong", [{"schemaVersion": 2}, {"instanceId": "i-other"}])
def test_older_evidence_of_something_else_contradicts_nothing(wrong: dict[str, Any]) -> None:
    newer = evidence(source="cloud-assistant", at="2026-11-29T03:00:00+00:00")
    assert guest(evidence(ftpServers=[], **wrong), newer)["contradictions"] == []


@pytest.mark.parametrize(
    ("source", "at", "other_clock"),
    [
        ("file", "2026-11-29T02:05:00+00:00", False),
        ("file", "2026-11-29T02:05:01+00:00", True),
        ("file", "2026-11-29T01:54:59+00:00", True),
        ("cloud-assistant", "2026-11-29T09:00:00+00:00", False),
    ],
)
def test_a_file_has_the_time_that_its_script_printed(source: str, at: str, other_clock: bool) -> None:
    """Otherwise old evidence could be filed as new; Cloud Assistant itself says when it ran."""
    filed = f"collectedAt: {at} (as filed), 2026-11-29T02:00:00+00:00 (as the script printed)"
    assert guest(evidence(source=source, at=at))["contradictions"] == ([filed] if other_clock else [])


def test_evidence_that_is_much_older_contradicts_nothing() -> None:
    """48 hours: within them both may hold, beyond them the world has moved on."""
    newer: dict[str, Any] = {"source": "cloud-assistant", "ftpServers": []}
    assert guest(evidence(), evidence(at="2026-12-01T02:00:00+00:00", **newer))["contradictions"] != []
    assert guest(evidence(), evidence(at="2026-12-01T02:00:01+00:00", **newer))["contradictions"] == []


def test_the_cloud_may_contradict_too() -> None:
    plan = make_plan(
        parse(config(evidence=DECLARED, instances=["i-web"]), FILE),
        estate(instances=(instance("i-web", "sg-web", "10.0.0.1", os_type="windows"),)),
        FILE,
        [evidence()],
    )
    guest_facts = instance_facts(plan.instances[0], plan)["guest"]
    assert guest_facts["contradictions"] == ["os: linux (file), windows (DescribeInstances)"]
    assert "os" not in guest_facts


@pytest.mark.parametrize("wrong", [{"schemaVersion": 2}, {"instanceId": "i-other"}])
def test_evidence_of_something_else_gives_no_facts_but_that(wrong: dict[str, Any]) -> None:
    guest_facts = guest(evidence(**wrong))
    assert "systemDiskFreeMib" not in guest_facts
    assert guest_facts["scriptVersion"] == wrong.get("schemaVersion", 1)
    assert guest_facts.get("reportedInstanceId") == wrong.get("instanceId")


def test_ftp_plan_and_maximum_age_of_evidence_are_facts() -> None:
    chosen = facts(instances=[{"id": "i-web", "ftp": {"plan": "passive-mode"}}])
    assert chosen["ftpPlan"] == "passive-mode"
    assert "ftpPlan" not in facts()
    plan = make_plan(parse(config(evidence=DECLARED), FILE), estate(), FILE)
    assert migration_facts(plan)["evidenceMaxAgeHours"] == 48
    assert "evidenceMaxAgeHours" not in migration_facts(make_plan(parse(config(), FILE), estate(), FILE))


def test_files_are_found_by_pattern(tmp_path: Path) -> None:
    save_evidence(tmp_path / "evidence/b.json", [evidence("i-app")])
    save_evidence(tmp_path / "evidence/a.json", [evidence()])
    for names in (["evidence/*.json"], ["evidence/a.json", "evidence/*.json"], [f"{tmp_path}/evidence/*.json"]):
        parsed = parse(config(evidence={"files": names}), FILE)
        assert [item.instance_id for item in read_evidence(parsed, tmp_path, FILE)] == ["i-web", "i-app"]
    assert read_evidence(parse(config(), FILE), tmp_path, FILE) == ()


def test_every_name_without_a_file_is_an_error(tmp_path: Path) -> None:
    parsed = parse(config(evidence={"files": ["evidence/a.json", "*.yaml"]}), FILE)
    with pytest.raises(ConfigError) as refused:
        read_evidence(parsed, tmp_path, FILE)
    lines = str(refused.value).splitlines()
    assert [line.partition(": there is")[0] for line in lines] == [
        f"{FILE}: classic-to-vpc:migration.evidence.files[0]",
        f"{FILE}: classic-to-vpc:migration.evidence.files[1]",
    ]


def test_a_file_that_cannot_be_used_stops_the_preview(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"evidence": [{}]}')
    with pytest.raises(EvidenceFileError, match=r"a\.json: schemaVersion: expected this key"):
        read_evidence(parse(config(evidence={"files": ["a.json"]}), FILE), tmp_path, FILE)


WORD = {
    "kind": "licence-review",
    "instances": ["i-web"],
    "owner": "ann@example.com",
    "statedAt": "2026-11-29T10:00:00+08:00",
    "validUntil": "2026-12-20T00:00:00+08:00",
    "statement": "The vendor authorizes it again on the day.",
}
TOO_LONG = "attestations[0].validUntil: expected a time after statedAt,"


def test_attestations_are_facts() -> None:
    plan = make_plan(parse(config(attestations=[WORD]), FILE), estate(), FILE)
    assert migration_facts(plan)["attestations"] == [
        {**{key: value for key, value in WORD.items() if key != "instances"}, "instanceIds": ["i-web"]}
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"owner": ""}, "attestations[0].owner: "),
        ({"kind": "hearsay"}, "attestations[0].kind: "),
        ({"instances": []}, "attestations[0].instances: expected at least one item"),
        ({"instances": ["i-stranger"]}, "attestations[0].instances[0]: i-stranger does not move in this stack"),
        ({"validUntil": "2026-11-29T10:00:00+08:00"}, "attestations[0].validUntil: expected a time after statedAt"),
        (
            {"validUntil": "2027-02-27T10:00:01+08:00"},
            f"{TOO_LONG} 2026-11-29T10:00:00+08:00, by 90 days at the most",
        ),
        (
            {"statedAt": "2001-01-01T00:00:00Z", "validUntil": "2099-01-01T00:00:00Z"},
            f"{TOO_LONG} 2001-01-01T00:00:00+00:00, by 90 days at the most",
        ),
        (
            {"statedAt": "9999-12-30T00:00:00Z", "validUntil": "9999-12-29T00:00:00Z"},
            f"{TOO_LONG} 9999-12-30T00:00:00+00:00, by 90 days at the most",
        ),
        ({"validUntil": "soon"}, "attestations[0].validUntil: expected a date and time with its UTC offset"),
    ],
)
def test_an_attestation_that_says_too_little_is_an_error(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(config(attestations=[{**WORD, **changes}]), FILE)
    assert f"{FILE}: classic-to-vpc:migration.{line}" in str(refused.value)


def test_an_attestation_may_hold_for_ninety_days() -> None:
    parse(config(attestations=[{**WORD, "validUntil": "2027-02-27T10:00:00+08:00"}]), FILE)
