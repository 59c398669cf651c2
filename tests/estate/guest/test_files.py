"""Evidence files: every fault with file, key and what was expected; written whole or not at all."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from estate.guest import Evidence, EvidenceFileError, load_evidence, parse_output, save_evidence
from estate.guest.model import Source
from tests.estate.guest.test_output import TEXT, WHOLE

SCHEMA = Path(__file__).parents[3] / "docs/schema/evidence.schema.json"
RECORD: dict[str, Any] = {
    "instanceId": "i-web1",
    "collectedBy": "ann@example.com",
    "collectedAt": "2026-11-29T02:00:00Z",
    "source": "file",
    "facts": WHOLE,
}


def evidence(instance_id: str = "i-web1", source: Source = "file", by: str = "ann") -> Evidence:
    facts = parse_output(TEXT)
    return Evidence(
        instance_id=instance_id, collected_by=by, collected_at=facts.collected_at, source=source, facts=facts
    )


def written(path: Path, *records: Any, **keys: Any) -> Path:
    path.write_text(yaml.safe_dump({"schemaVersion": 1, "evidence": list(records), **keys}))
    return path


def test_yaml_and_json_are_read(tmp_path: Path) -> None:
    by_hand = written(tmp_path / "a.yaml", RECORD)
    as_json = tmp_path / "b.json"
    as_json.write_text(json.dumps({"schemaVersion": 1, "evidence": [{**RECORD, "instanceId": "i-web2"}]}))
    read = load_evidence([by_hand, as_json])
    assert [item.instance_id for item in read] == ["i-web1", "i-web2"]
    assert read[0].facts.system_disk_free_mib == 29296


@pytest.mark.parametrize(
    ("record", "line"),
    [
        ({**RECORD, "instanceId": "web 1"}, "evidence[0].instanceId: "),
        ({**RECORD, "who": "ann"}, "evidence[0].who: unknown key; expected one of collectedAt, collectedBy, facts, "),
        (
            {key: RECORD[key] for key in RECORD if key != "collectedBy"},
            "evidence[0].collectedBy: expected this key: Who",
        ),
        ({**RECORD, "collectedAt": "yesterday"}, "evidence[0].collectedAt: expected a time with its UTC offset"),
        ({**RECORD, "source": "rumour"}, "evidence[0].source: expected 'cloud-assistant' or 'file'; got 'rumour'"),
        ({**RECORD, "facts": {**WHOLE, "ftpServer": []}}, "evidence[0].facts.ftpServer: unknown key; expected one of "),
        (
            {**RECORD, "facts": {**WHOLE, "fileSystems": [{"device": "/dev/xvda1", "mount": "/"}]}},
            "evidence[0].facts.fileSystems[0].type: expected this key",
        ),
    ],
)
def test_a_fault_is_reported_with_its_key(record: dict[str, Any], line: str, tmp_path: Path) -> None:
    path = written(tmp_path / "e.yaml", record)
    with pytest.raises(EvidenceFileError) as refused:
        load_evidence([path])
    assert str(refused.value).startswith(f"{path}: {line}")


def test_all_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    first = written(tmp_path / "1.yaml", {**RECORD, "source": "x", "instanceId": "y y"})
    second = written(tmp_path / "2.yaml", RECORD, deepcopy(RECORD))
    third = tmp_path / "3.yaml"
    third.write_text("evidence: [")
    with pytest.raises(EvidenceFileError) as refused:
        load_evidence([first, second, third, tmp_path / "4.yaml"])
    lines = str(refused.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        str(first),
        str(first),
        str(second),
        str(third),
        str(tmp_path / "4.yaml"),
    ]
    assert "i-web1 from file stands here 2 times; expected once" in lines[2]


def test_evidence_of_the_same_source_is_replaced_and_other_evidence_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "dev.json"
    save_evidence(path, [evidence("i-web2"), evidence("i-web1", by="ann")])
    save_evidence(path, [evidence("i-web1", by="bob"), evidence("i-web1", "cloud-assistant")])
    read = load_evidence([path])
    assert [(item.instance_id, item.source, item.collected_by) for item in read] == [
        ("i-web1", "cloud-assistant", "ann"),
        ("i-web1", "file", "bob"),
        ("i-web2", "file", "ann"),
    ]
    assert [item.name for item in path.parent.iterdir()] == ["dev.json"], "nothing is left beside it"


def test_a_file_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text("something of value")
    with pytest.raises(EvidenceFileError):
        save_evidence(path, [evidence()])
    assert path.read_text() == "something of value"


def test_older_evidence_replaces_no_newer_one(tmp_path: Path) -> None:
    """An output of last week, added once more, must not hide what was found today."""
    path, today = tmp_path / "dev.json", evidence()
    save_evidence(path, [today])
    old = today.model_copy(update={"collected_at": today.collected_at - timedelta(days=7)})
    with pytest.raises(EvidenceFileError, match="evidence of i-web1 from file is there"):
        save_evidence(path, [old])
    assert load_evidence([path]) == (today,)


def test_evidence_of_powershell_and_of_old_ids_is_read(tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    record = {**RECORD, "instanceId": "AY1210180339330abcde"}
    path.write_bytes(json.dumps({"schemaVersion": 1, "evidence": [record]}).encode("utf-16"))
    assert load_evidence([path])[0].instance_id == "AY1210180339330abcde"


def test_a_time_without_quotes_is_a_time_as_well(tmp_path: Path) -> None:
    path = tmp_path / "e.yaml"
    text = yaml.safe_dump({"schemaVersion": 1, "evidence": [RECORD]})
    path.write_text(text.replace("'2026-11-29T02:00:00Z'", "2026-11-29T02:00:00Z"))
    assert "'2026" not in path.read_text()
    assert load_evidence([path])[0].collected_at.isoformat() == "2026-11-29T02:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"schemaVersion": 1, "schemaVersion": 1}',
            "the key 'schemaVersion' stands twice in one map; expected it once",
        ),
        ('{"schemaVersion": 1, "evidence": [{"collectedAt": 1797012000}]}', "evidence[0].collectedAt: expected a time"),
        ("[" * 40 + "]" * 40, "expected at most 32 maps and lists inside each other"),
    ],
)
def test_ambiguous_evidence_files_are_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    path.write_text(text)
    with pytest.raises(EvidenceFileError) as refused:
        load_evidence([path])
    assert f"{path}: {message}" in str(refused.value)


def test_any_number_of_faults_is_answered_in_a_hundred_lines(tmp_path: Path) -> None:
    path = written(tmp_path / "e.json", {**RECORD, **{f"key{number}": number for number in range(20_000)}})
    with pytest.raises(EvidenceFileError) as refused:
        load_evidence([path])
    assert len(str(refused.value).splitlines()) == 101
