"""The estate file: what it refuses, and how it says so."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml

from simulator.__main__ import main
from simulator.estate_file import EstateFileError, json_schema, load
from simulator.model.estate import Estate
from tests.simulator.conftest import SAMPLE

Change = Callable[[dict[str, Any]], object]


def _faults(tmp_path: Path, text: str) -> str:
    path = tmp_path / "estate.yaml"
    path.write_text(text)
    with pytest.raises(EstateFileError) as caught:
        load(path)
    return str(caught.value).replace(str(path), "FILE")


def _changed(change: Change) -> str:
    data = yaml.safe_load(SAMPLE.read_text())
    change(data)
    return yaml.safe_dump(data)


FAULTS: dict[str, tuple[Change, str]] = {
    "unknown key": (
        lambda d: d["zones"][0].update(vswitch_avialable=True),
        "FILE: zones[0].vswitch_avialable: unknown key, expected one of: id, instance_types, local_name, "
        "vswitch_available",
    ),
    "unknown key at the top": (
        lambda d: d.update(regions=[]),
        "FILE: regions: unknown key, expected one of: access_lists",
    ),
    "unknown key deep down": (
        lambda d: d["security_groups"][0]["rules"][1].update(port=1),
        "FILE: security_groups[0].rules[1].port: unknown key, expected one of: cidr_ip",
    ),
    "missing key": (lambda d: d["instances"][0].pop("zone_id"), "FILE: instances[0].zone_id: expected this key"),
    "wrong value": (
        lambda d: d["instances"][0].update(status="Running!"),
        "FILE: instances[0].status: expected 'Pending', 'Starting', 'Running', 'Stopping' or 'Stopped'",
    ),
    "time without offset": (
        lambda d: d.update(now="2026-11-30T09:00:00"),
        "FILE: now: Input should have timezone info",
    ),
    "wrong prefix": (lambda d: d["vpcs"][0].update(id="x-1"), "FILE: vpcs[0].id: String should match pattern '^vpc-'"),
    "two peers": (
        lambda d: d["security_groups"][0]["rules"][0].update(group_id="sg-bp1app00000000000001"),
        "FILE: security_groups[0].rules[0]: expected exactly one of cidr_ip",
    ),
    "internet rule in a VPC": (
        lambda d: d["security_groups"][0].update(vpc_id="vpc-bp1shared0000000001"),
        "FILE: security_groups[0]: expected nic_type intranet in every rule of a group in a VPC",
    ),
    "VPC instance without VSwitch": (
        lambda d: d["instances"][0].update(network_type="vpc"),
        "FILE: instances[0]: expected vpc_id and vswitch_id exactly with network_type vpc",
    ),
    "whitelist of the wrong mode": (
        lambda d: d["databases"][0].update(security_ip_mode="safety"),
        "FILE: databases[0]: expected network_type Classic or VPC with this security_ip_mode",
    ),
    "something classic without the classic network": (
        lambda d: d.update(classic_network=False),
        "instances.i-bp1web10000000000001: expected nothing classic with classic_network: false",
    ),
    "dangling group": (
        lambda d: d["instances"][0].update(security_group_ids=["sg-none"]),
        "instances.i-bp1web10000000000001.security_group_ids: sg-none is not in this file",
    ),
    "dangling rule": (
        lambda d: d["security_groups"][1]["rules"][0].update(group_id="sg-none"),
        "security_groups.sg-bp1app00000000000001.rules.group_id: sg-none is not in this file",
    ),
    "id twice": (
        lambda d: d["vpcs"].append(d["vpcs"][0]),
        "FILE: vpcs: vpc-bp1shared0000000001 stands there twice",
    ),
    "bad block": (
        lambda d: d["vswitches"][0].update(cidr_block="192.168.10.1/24"),
        "FILE: vswitches[0].cidr_block: 192.168.10.1/24 has host bits set, expected a CIDR block",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_with_file_and_key_path(name: str, tmp_path: Path) -> None:
    change, expected = FAULTS[name]
    assert expected in _faults(tmp_path, _changed(change))


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["zones"][0]["colour"] = "blue"
        data["instances"][0].pop("name")

    faults = _faults(tmp_path, _changed(change)).splitlines()
    assert [fault.split(": ")[1] for fault in faults] == ["zones[0].colour", "instances[0].name"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "version: 1\nzones: [",
            "FILE: expected YAML: expected the node content, but found '<stream end>', line 2, column 9",
        ),
        ("zones: \x07", "FILE: expected YAML: unacceptable character"),
        ('{"version": NaN}', "FILE: version: "),
        ('{"zones": [{"id": "a", "id": "b"}]}', "FILE: zones[0].id: key given twice, expected once"),
        ('{"version": 1, "zones": [', "FILE: expected YAML: expected the node content, but found '<stream end>'"),
        ("- a\n- b\n", "FILE: (the whole file): expected keys and values, as in simulator/estates/sample.yaml"),
        ("", "FILE: (the whole file): expected keys and values, as in simulator/estates/sample.yaml"),
        ("version: 1\nzones:\n  - id: a\n    id: b\n", "FILE: zones[0].id: key given twice, expected once"),
    ],
)
def test_malformed_estate_files_are_refused(text: str, expected: str, tmp_path: Path) -> None:
    assert expected in _faults(tmp_path, text)


def test_an_estate_in_json_is_the_same_as_in_yaml_and_no_parser_of_yaml_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of Python takes minutes for thousands of instances."""
    sample = load(SAMPLE)
    content = yaml.safe_load(SAMPLE.read_text())
    path = tmp_path / "estate.json"
    path.write_text(json.dumps(content, default=datetime.isoformat))
    for loader in ("SafeLoader", "CSafeLoader"):
        monkeypatch.delattr(yaml, loader)
    assert load(path).model_dump() == sample.model_dump()


def test_a_large_estate_is_copied_without_a_call_for_each_text() -> None:
    estate = load(SAMPLE)
    copied = deepcopy(estate)
    assert copied.model_dump() == estate.model_dump()
    assert copied.instances[0] == estate.instances[0]
    assert copied.instances[0].model_fields_set == estate.instances[0].model_fields_set
    copied.instances[0].tags["new"] = "yes"
    copied.instances[0].security_group_ids.append("sg-new")
    assert "new" not in estate.instances[0].tags
    assert "sg-new" not in estate.instances[0].security_group_ids
    # A model, its dicts and its lists; not its texts, numbers and times.
    texts = sum(isinstance(value, str) for item in estate.instances for value in item.__dict__.values())
    assert texts > len(estate.instances) * 5
    counted = 0

    def visit(_frame: FrameType, event: str, arg: object) -> None:
        nonlocal counted
        counted += event == "call" and _frame.f_code.co_name == "deepcopy"

    sys.setprofile(visit)
    try:
        deepcopy(list(estate.instances))
    finally:
        sys.setprofile(None)
    assert 0 < counted < texts


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EstateFileError, match=r"none\.yaml: No such file or directory, expected an estate file, as "):
        load(tmp_path / "none.yaml")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "estate.yaml"
    path.write_bytes(b"version: 1\xff")
    with pytest.raises(EstateFileError, match=r"estate\.yaml: expected UTF-8: invalid start byte at byte 10"):
        load(path)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()


def test_the_schema_forbids_unknown_keys_everywhere() -> None:
    schema = json_schema()
    objects = [schema, *schema["$defs"].values()]
    assert all(part["additionalProperties"] is False for part in objects if part["type"] == "object")


def test_the_sample_has_what_the_demo_tells(sample: Estate) -> None:
    assert len(sample.instances) == 10
    assert {instance.network_type for instance in sample.instances} == {"classic"}
    assert {disk.instance_id for disk in sample.disks if disk.type == "system"} == {i.id for i in sample.instances}
    assert [zone.id for zone in sample.zones if not zone.vswitch_available] == ["cn-hangzhou-e"]
    assert {database.security_ip_mode for database in sample.databases} == {"normal", "safety"}
    assert not sample.vpcs[0].classic_link_enabled
