"""No value is read that is not there, not known, or of another kind; and what is told of one cannot do harm."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from policies.core.facts import Facts, Leaf, UnreadableError, printable, safe

Reader = Callable[[Facts, str], object]

READERS: Final[dict[str, Reader]] = {
    "text": Facts.text,
    "number": Facts.number,
    "flag": Facts.flag,
    "choice": lambda facts, key: facts.choice(key, "on", "off"),
    "moment": Facts.moment,
    "texts": Facts.texts,
    "objects": Facts.objects,
    "object": Facts.object,
}

READ: Final[list[tuple[str, object, object]]] = [
    ("text", "on", "on"),
    ("text", "a\nb\x1b", "a?b?"),
    ("number", 0, 0.0),
    ("number", 1.5, 1.5),
    ("flag", False, False),
    ("choice", "off", "off"),
    ("texts", [], ()),
    ("texts", ["a", "b"], ("a", "b")),
    ("objects", [], ()),
]

WRONG: Final[dict[str, list[object]]] = {
    "text": ["", 1.0, True, ["a"], {}],
    "number": [-1, -0.5, True, False, "1", float("nan"), float("inf"), [1]],
    "flag": ["true", 1, 0, []],
    "choice": ["", "On", 1, True, ["on"]],
    "moment": ["", "yesterday", "2026-12-12", "2026-12-12T02:00:00", 1.0, True],
    "texts": ["abc", 1, {}, {"a": "b"}, [""], [1], ["a", ["b"]]],
    "objects": ["abc", 1, {}, [{}, "a"], [[]]],
    "object": ["abc", 1, [], [{}]],
}


@pytest.mark.parametrize(("reader", "value", "expected"), READ)
def test_known_values_of_the_right_type_are_read(reader: str, value: Any, expected: object) -> None:
    read = READERS[reader](Facts({"key": value}, "A thing"), "key")
    assert (read, type(read)) == (expected, type(expected))


@pytest.mark.parametrize(("reader", "value"), [(reader, value) for reader, values in WRONG.items() for value in values])
def test_values_of_another_type_are_not_read(reader: str, value: Any) -> None:
    with pytest.raises(UnreadableError, match=r"^A thing: key(\[\d\])? is not "):
        READERS[reader](Facts({"key": value}, "A thing"), "key")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("data", "problem"),
    [({}, "is missing"), ({"key": Leaf.UNKNOWN}, "is not known in this preview"), ({"key": None}, "is not ")],
)
def test_missing_unknown_and_null_values_are_not_read(reader: str, data: dict[str, Any], problem: str) -> None:
    with pytest.raises(UnreadableError, match=f"^A thing: key {problem}"):
        READERS[reader](Facts(data, "A thing"), "key")


@pytest.mark.parametrize("reader", ["texts", "objects"])
def test_one_unknown_entry_makes_a_list_unreadable(reader: str) -> None:
    known: Any = "a" if reader == "texts" else {}
    with pytest.raises(UnreadableError, match=r"key\[1\] is not known in this preview$"):
        READERS[reader](Facts({"key": [known, Leaf.UNKNOWN]}, "A thing"), "key")


@pytest.mark.parametrize("data", [{}, {"key": None}, {"key": ""}])
def test_an_optional_text_may_be_absent(data: dict[str, Any]) -> None:
    assert Facts(data, "A thing").optional_text("key") is None


def test_an_optional_text_that_is_not_known_or_none_is_no_absent_one() -> None:
    assert Facts({"key": "a"}, "A thing").optional_text("key") == "a"
    wrong: list[Any] = [Leaf.UNKNOWN, 0.0, False, []]
    for value in wrong:
        with pytest.raises(UnreadableError):
            Facts({"key": value}, "A thing").optional_text("key")


def test_only_a_value_that_is_there_is_known() -> None:
    facts = Facts({"no": False, "empty": "", "null": None, "later": Leaf.UNKNOWN}, "A thing")
    assert [key for key in ("no", "empty", "null", "later", "absent") if facts.is_known(key)] == ["no", "empty"]


def test_an_unreadable_fact_is_named_by_its_path() -> None:
    facts = Facts({"disks": [{"a": {"b": []}}]}, "MigratingInstance web-1")
    (disk,) = facts.objects("disks")
    for read, path in (
        (lambda: facts.text("size\x1b"), "MigratingInstance web-1: size? is missing"),
        (lambda: disk.text("id"), "MigratingInstance web-1: disks[0].id is missing"),
        (lambda: disk.object("a").object("b"), "MigratingInstance web-1: disks[0].a.b is not an object"),
    ):
        with pytest.raises(UnreadableError) as problem:
            read()
        assert str(problem.value) == path


def test_the_members_of_a_map_come_by_key() -> None:
    facts = Facts({"b": {"n": 2.0}, "a": {"n": 1.0}}, "A thing")
    assert [(key, entry.number("n")) for key, entry in facts.entries()] == [("a", 1), ("b", 2)]


def test_text_from_outside_is_made_safe_and_short() -> None:
    assert printable("a\x1b[2J\u202e\nb") == "a?[2J??b"
    assert safe("a\x1b\n\tb") == "a?\n?b"
    assert printable("x" * 200) == "x" * 200
    assert printable("x" * 201) == "x" * 197 + "..."
