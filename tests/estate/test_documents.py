"""A file is read whole and for what it is, or refused in one line that names it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from estate import documents
from estate.documents import (
    MAX_DEPTH,
    DocumentError,
    as_json,
    decode,
    depth,
    in_unicode,
    parse_document,
    parse_json,
    read_document,
)

_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff"))
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)
_DOCUMENTS = st.dictionaries(_TEXTS, _VALUES, max_size=4) | st.lists(_VALUES, max_size=4)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


@given(_DOCUMENTS)
def test_json_is_read_as_it_was_written(value: Any) -> None:
    assert parse_document(json.dumps(value)) == value


@given(_DOCUMENTS)
def test_yaml_is_read_as_it_was_written(value: Any) -> None:
    assert parse_document(yaml.dump(value, Dumper=_Plain, allow_unicode=True)) == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_windows_writes_are_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_bytes('{"name": "Müller 服务器"}'.encode(encoding))
    assert read_document(path) == {"name": "Müller 服务器"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-12-01T09:00:00+08:00", "2026-12-01T09:00:00+08:00"),
        ("22:00", "22:00"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("30", 30),
        ("-1", -1),
        ("0x1f", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        ("10.0.0.0/8", "10.0.0.0/8"),
    ],
)
def test_a_value_without_quotes_is_what_pulumi_makes_of_it(text: str, value: object) -> None:
    parsed = parse_document(f"at: {text}")["at"]
    assert (type(parsed), parsed) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "b": {"c": 1, "d": 2, "c": 3}}', "the key 'c' stands twice in one map; expected it once"),
        ("a: 1\nb:\n  c: 1\n  c: 2", "line 4: the key 'c' stands twice in one map; expected it once"),
        ("base: &base [*base]", "expected *base after the end of the value that it repeats"),
        ("? [a, b]\n: c", "line 1: expected text as a key, found a list or a map"),
        ("!!python/name:os.system x", "expected YAML or JSON: could not determine a constructor"),
        ("{a: [}", "expected YAML or JSON: "),
        ('{"a": NaN}', "expected a number, found NaN"),
        ("a: b: c", "expected YAML or JSON: mapping values are not allowed in this context, line 1, column 5"),
    ],
)
def test_ambiguous_and_malformed_documents_are_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "evidence.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError) as refused:
        read_document(path)
    assert str(refused.value).startswith(f"{path}: {message}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1])
@pytest.mark.parametrize("write", ["[", "- "])
def test_nesting_is_bounded_in_json_and_yaml(levels: int, write: str) -> None:
    text = "[" * levels + "]" * levels if write == "[" else "- " * levels + "x"
    if levels == MAX_DEPTH:
        assert depth(parse_document(text)) == MAX_DEPTH
        return
    with pytest.raises(ValueError, match=f"at most {MAX_DEPTH} maps and lists inside each other"):
        parse_document(text)


def test_aliases_are_what_they_stand_for() -> None:
    text = "base: &base {a: [1, &two 2]}\nother: [*base, *two]"
    assert parse_document(text) == {"base": {"a": [1, 2]}, "other": [{"a": [1, 2]}, 2]}


def test_repeated_aliases_count_towards_the_limit_of_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &a [1, 2]\nb: &b [*a, *a]\nc: [*b, *b]"
    # The map with its three keys, [1, 2], and twice as much of the last one each time.
    size = 4 + 3 + 7 + 15
    monkeypatch.setattr(documents, "MAX_YAML_NODES", size)
    assert parse_document(text)["c"] == [[[1, 2], [1, 2]]] * 2
    monkeypatch.setattr(documents, "MAX_YAML_NODES", size - 1)
    with pytest.raises(ValueError, match="including those that aliases repeat"):
        parse_document(text)


def test_size_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(["x" * (1024 * 1024)]))
    monkeypatch.setattr(documents, "MAX_JSON_BYTES", 1024 * 1024)
    with pytest.raises(DocumentError, match="expected at most 1 MiB; split it into several files"):
        read_document(path)
    monkeypatch.setattr(documents, "MAX_YAML_BYTES", 1024 * 1024)
    with pytest.raises(ValueError, match="expected at most 1 MiB of YAML; larger files must be JSON"):
        parse_document("a: " + "x" * 1024 * 1024)


def test_undecodable_text_is_refused() -> None:
    with pytest.raises(ValueError, match="expected text in UTF-8, or in UTF-16 with a byte order mark"):
        decode(b"\xff\xfa\x00")
    with pytest.raises(ValueError, match="found half of a surrogate pair"):
        as_json(parse_json('{"name": "\\ud800"}'))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"na\\ud800me": ["a\\udfff", {"b": "\\udc00c"}]}', {"na\ufffdme": ["a\ufffd", {"b": "\ufffdc"}]}),
        # A whole pair is one character.
        ('["\\ud83d\\ude00", null, 1.5, true]', ["\U0001f600", None, 1.5, True]),
    ],
)
def test_half_of_a_surrogate_pair_becomes_the_replacement_character(text: str, value: Any) -> None:
    assert in_unicode(parse_json(text)) == value


def test_halves_are_replaced_as_deep_as_json_is_read() -> None:
    value = in_unicode(json.loads('[{"a":' * 400 + r'"\ud800"' + "}]" * 400))
    for _ in range(400):
        [value] = value
        value = value["a"]
    assert value == "\ufffd"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as refused:
        read_document(tmp_path / "none.yaml")
    assert (
        str(refused.value) == f"{tmp_path / 'none.yaml'}: expected a file that can be read: No such file or directory"
    )


def test_nesting_by_aliases_is_bounded_too() -> None:
    """Each line is flat, and holds the one above."""
    lines = ["k0: &k0 [1]", *(f"k{number}: &k{number} [*k{number - 1}]" for number in range(1, MAX_DEPTH + 1))]
    assert depth(parse_document("\n".join(lines[:-2]))) == MAX_DEPTH
    with pytest.raises(ValueError, match=f"at most {MAX_DEPTH} maps and lists inside each other"):
        parse_document("\n".join(lines))
