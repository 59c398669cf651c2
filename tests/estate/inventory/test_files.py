"""The inventory file: whole, the same for the same estate, and never read for less than what it says."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel

from bench.estates import estate_of
from estate import documents
from estate import model as estate_model
from estate.inventory import (
    Inventory,
    InventoryError,
    files,
    json_schema,
    load_inventory,
    load_origin,
    render,
    save_inventory,
)
from estate.model import Estate
from tests.estate.inventory.drawn import models

WHOLE = Inventory(schema_version=1, rehearsal=("alicloud:protocol is HTTP",), estate=estate_of(20))


def as_set(value: Any) -> Any:
    """Return a value without the order of its lists, and without requests that are other each time."""
    if isinstance(value, BaseModel):
        return (type(value), *((name, as_set(getattr(value, name))) for name in type(value).model_fields))
    if isinstance(value, tuple):
        return sorted((as_set(item) for item in value), key=repr)
    return re.sub(r" \(RequestId [^)]*\)", "", value) if isinstance(value, str) else value


def written(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "estate.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inventory")


@given(estate=models(Estate))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_every_field_comes_back_as_it_was_written(estate: Estate, scratch: Path) -> None:
    path = scratch / "estate.json"
    inventory = Inventory(schema_version=1, rehearsal=(), estate=estate)
    save_inventory(path, inventory)
    read = load_inventory(path)
    assert as_set(read.estate) == as_set(estate)
    text = path.read_text(encoding="utf-8")
    assert render(read) == text
    # What is not seen is not there as such.
    assert text.replace("\n", "").isprintable()


def test_the_schema_knows_every_key_and_asks_for_what_the_reader_asks_for() -> None:
    schema = json_schema()
    seen: set[str] = set()
    _hold(json.loads(render(WHOLE)), schema, schema["$defs"], seen)
    assert {"Estate", "Instance", "Disk", "SecurityGroupRule", "Database", "WhitelistGroup"} <= seen
    for name, definition in schema["$defs"].items():
        model: type[BaseModel] = getattr(estate_model, name)
        assert set(definition["properties"]) == {field.alias for field in model.model_fields.values()}
        assert set(definition.get("required", ())) == {
            field.alias for field in model.model_fields.values() if field.is_required() or field.default is not None
        }
        assert definition["additionalProperties"] is False


def _hold(value: Any, schema: dict[str, Any], definitions: dict[str, Any], seen: set[str]) -> None:
    """Hold a document's keys to the schema."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        seen.add(name)
        schema = definitions[name]
    if isinstance(value, dict):
        assert set(schema.get("required", ())) <= set(value) <= set(schema["properties"])
        for key, part in value.items():
            _hold(part, schema["properties"][key], definitions, seen)
    for item in value if isinstance(value, list) else ():
        _hold(item, schema["items"], definitions, seen)


def test_the_order_of_the_answers_and_their_requests_change_nothing() -> None:
    document = WHOLE.model_dump(mode="json", by_alias=True)
    reason = "Refused (RequestId A-1). Run it again."
    services = ("oss", "container-registry")
    document["estate"]["unreadLists"] = [{"service": service, "reason": reason} for service in services]
    other = json.loads(json.dumps(document).replace("A-1", "B-2"))
    for group in other["estate"]["securityGroups"]:
        group["rules"].reverse()
    for name in ("instances", "unreadLists"):
        other["estate"][name].reverse()
    one, two = (Inventory.model_validate_json(json.dumps(item)) for item in (document, other))
    assert render(one) == render(two)
    assert render(one).replace("[]", "").count("RequestId") == 0


def test_an_order_that_has_a_meaning_stays(tmp_path: Path) -> None:
    """The first address of an instance is that of its intranet interface."""
    first = WHOLE.estate.instances[0].model_copy(update={"intranet_ips": ("10.9.0.1", "10.1.0.1")})
    path = tmp_path / "estate.json"
    save_inventory(path, WHOLE.model_copy(update={"estate": WHOLE.estate.model_copy(update={"instances": (first,)})}))
    assert load_inventory(path).estate.instances == (first,)


def test_a_text_of_any_length_comes_back(tmp_path: Path) -> None:
    """One that was longer than a line was written as a list of its characters, which no reading accepted."""
    for length in (1, 140, 160, 256, 5000):
        group = WHOLE.estate.security_groups[0].model_copy(update={"description": "d" * length})
        estate = WHOLE.estate.model_copy(update={"security_groups": (group,)})
        inventory = WHOLE.model_copy(update={"estate": estate, "rehearsal": ("r" * length,)})
        path = tmp_path / "estate.json"
        save_inventory(path, inventory)
        read = load_inventory(path)
        assert (read.estate.security_groups[0].description, read.rehearsal) == ("d" * length, ("r" * length,))


def test_a_rule_is_a_line() -> None:
    lines = render(WHOLE).splitlines()
    rules = [line for line in lines if '"nicType"' in line]
    assert len(rules) == sum(len(group.rules) for group in WHOLE.estate.security_groups)
    assert all(line.lstrip().startswith("{") for line in rules)


def _without(path: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(WHOLE))
    at: Any = document
    *holders, last = path.split(".")
    for name in holders:
        at = at[int(name)] if name.isdecimal() else at[name]
    del at[last]
    return document


def _with(path: str, value: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(WHOLE))
    at: Any = document
    *holders, last = path.split(".")
    for name in holders:
        at = at[int(name)] if name.isdecimal() else at[name]
    at[last] = value
    return document


INCOMPLETE: Final[list[tuple[Any, str]]] = [
    (_without("schemaVersion"), "schemaVersion: expected 1"),
    (_with("schemaVersion", 2), "schemaVersion: expected 1"),
    (_with("schemaVersion", True), "schemaVersion: expected 1"),
    (_without("rehearsal"), "rehearsal: expected this key, found nothing"),
    (_without("estate"), "estate: expected this key, found nothing"),
    (_without("estate.readAt"), "estate.readAt: expected this key, found nothing"),
    (_without("estate.accessLists"), "estate.accessLists: expected this key, found nothing"),
    (_without("estate.securityGroups.0.rules"), "estate.securityGroups[0].rules: expected this key"),
    (_with("estate.instances.0.zone_id", "b"), "estate.instances[0].zone_id: unknown key; expected one of "),
    (_with("estate.instances.0.intranetIp", []), "estate.instances[0].intranetIp: unknown key"),
    (
        _with("estate.instances.0.intranetIps", "10.0.0.1"),
        "estate.instances[0].intranetIps: expected a list; got '10.0.0.1'",
    ),
    (_with("estate.disks.0.sizeGib", "40"), "estate.disks[0].sizeGib: expected a valid integer; got '40'"),
    (_with("estate.disks.0.type", "floppy"), "estate.disks[0].type: expected 'system' or 'data'; got 'floppy'"),
    (_with("estate.readAt", "2026-11-30T01:00:00"), "estate.readAt: expected a time with its UTC offset"),
    (_with("estate.instances", {"id": "i-1"}), "estate.instances: expected a list"),
    ("[]", "schemaVersion: expected 1"),
    ("", "expected JSON, as `preflight inventory` writes it"),
    ("schemaVersion: 1\n", "expected JSON, as `preflight inventory` writes it"),
    (render(WHOLE)[:-40], "expected JSON, as `preflight inventory` writes it"),
    ('{"schemaVersion": 1, "schemaVersion": 1}', "the key 'schemaVersion' stands twice in one map"),
    ('{"schemaVersion": 1, "rehearsal": [], "estate": ' + "[" * 40 + "]" * 40 + "}", "expected at most 32 maps"),
    ('{"schemaVersion": NaN}', "expected a number, found NaN"),
]


@pytest.mark.parametrize(("document", "message"), INCOMPLETE)
def test_an_incomplete_inventory_is_refused_with_file_and_key(tmp_path: Path, document: Any, message: str) -> None:
    path = written(tmp_path, document)
    with pytest.raises(InventoryError) as caught:
        load_inventory(path)
    assert str(caught.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize(("document", "message"), INCOMPLETE)
def test_no_origin_is_read_from_an_incomplete_inventory(tmp_path: Path, document: Any, message: str) -> None:
    path = written(tmp_path, document)
    if re.match(r"estate\.\w+\[0\]\.\w+: expected .*; got ", message):
        # It is for the reader of the whole file to look at each value of a list.
        assert load_origin(path).account_id == WHOLE.estate.account_id
        return
    with pytest.raises(InventoryError) as caught:
        load_origin(path)
    assert str(caught.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize("estate", [[], "cn-hangzhou", 1, True])
def test_no_origin_is_read_from_an_estate_that_is_no_map(tmp_path: Path, estate: Any) -> None:
    with pytest.raises(InventoryError, match=r"estate\.json: estate: expected "):
        load_origin(written(tmp_path, _with("estate", estate)))


def test_the_origin_is_that_of_the_whole_inventory(tmp_path: Path) -> None:
    estate = WHOLE.estate
    assert load_origin(written(tmp_path, _with("rehearsal", ["why"]))) == (
        estate.account_id,
        estate.region_id,
        estate.read_at,
    )


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    document = json.loads(render(WHOLE))
    document["estate"]["disks"].append(document["estate"]["disks"][0])
    with pytest.raises(InventoryError, match=r"estate\.json: estate\.disks: id d-000000-0 occurs twice"):
        load_inventory(written(tmp_path, document))


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    document = _without("estate.routes")
    del document["estate"]["instances"][3]["name"]
    with pytest.raises(InventoryError) as caught:
        load_inventory(written(tmp_path, document))
    assert len(str(caught.value).splitlines()) == 2


def test_a_key_is_left_out_where_there_is_none(tmp_path: Path) -> None:
    document = json.loads(render(WHOLE))
    assert "vpcId" not in document["estate"]["instances"][0]
    assert load_inventory(written(tmp_path, document)).estate.instances[0].vpc_id is None


def test_a_file_beyond_the_bound_is_neither_read_nor_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, json.loads(render(WHOLE)))
    monkeypatch.setattr(documents, "MAX_JSON_BYTES", 1024)
    monkeypatch.setattr(files, "MAX_JSON_BYTES", 1024)
    with pytest.raises(InventoryError, match="expected at most"):
        load_inventory(path)
    with pytest.raises(InventoryError, match="takes more than"):
        save_inventory(tmp_path / "new.json", WHOLE)
    assert not (tmp_path / "new.json").exists()


def test_unreadable_and_unwritable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"nowhere\.json: expected a file that can be read"):
        load_inventory(tmp_path / "nowhere.json")
    with pytest.raises(InventoryError, match="expected a file that can be written"):
        save_inventory(tmp_path / "no/such/estate.json", WHOLE)


def test_a_failure_leaves_the_file_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "estate.json"
    save_inventory(path, WHOLE)
    before = path.read_text(encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("estate.documents.os.fsync", full)
    other = WHOLE.model_copy(
        update={"estate": WHOLE.estate.model_copy(update={"read_at": datetime(2027, 1, 1, tzinfo=UTC)})}
    )
    with pytest.raises(InventoryError, match="No space left"):
        save_inventory(path, other)
    assert path.read_text(encoding="utf-8") == before
    assert [item.name for item in tmp_path.iterdir()] == ["estate.json"]
