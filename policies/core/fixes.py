"""The fix of a finding, as data: changes of the stack config, commands, and tasks for a person.

A fix is built by `change`, `command`, `aliyun` and `task`. `one + other` does both in this order; `one | other` gives
the reader the choice, the better way first. A value that only a person can decide is in angle brackets, `<owner>`: it
is listed as `to_fill`, and is refused until it is replaced.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple, TypeAlias

ID: Final = "<id>"
"""Placeholder for the instance of the finding."""

RULE: Final = "<rule>"
"""Placeholder for the rule of the finding."""

STACK: Final = "<stack>"
"""Placeholder for the stack."""

_TO_FILL: Final = re.compile(r"<[^<>]+>")
# Tokens of a command line that belong to the shell.
_OPERATORS: Final = frozenset({"<", "|"})
# Text that YAML reads unchanged, in a flow collection too.
_PLAIN: Final = re.compile(r"[A-Za-z][\w./-]*|\d+\.\d+\.\d+\.\d+(/\d+)?|<[\w ./'-]+>")
_NOT_TEXT: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True)
class Change:
    """A change of the stack config: `value`, plain data, is merged into the value at `path` below the migration's key.

    `path` is keys joined by dots. Maps are merged key by key, lists by the key that identifies their items.
    """

    path: str
    value: Any


@dataclass(frozen=True)
class Command:
    """A command to run: its arguments as the program gets them, with a note why or when; `<` and `|` are the shell's.

    With `ids` it is run for each of them, in place of `<id>`.
    """

    argv: tuple[str, ...]
    comment: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """A task for a person, in words."""

    text: str


Step: TypeAlias = Change | Command | Task
Way: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True)
class Fix:
    """One thing to fix: the ways to do so, of which one is enough, the better first."""

    ways: tuple[Way, ...]

    def __add__(self, then: Fix) -> Fix:
        """Return the fix that does this and then the other."""
        return Fix(tuple((*way, *other) for way in self.ways for other in then.ways))

    def __or__(self, other: Fix) -> Fix:
        """Return the fix that leaves the choice between this and the other."""
        return Fix(self.ways + tuple(way for way in other.ways if way not in self.ways))


def change(path: str, value: Any) -> Fix:
    """Return the fix by a change of the stack config."""
    return Fix(((Change(path, value),),))


def command(*argv: str, comment: str = "") -> Fix:
    """Return the fix by a command."""
    return Fix(((Command(argv, comment),),))


def aliyun(product: str, operation: str, parameters: Mapping[str, object], comment: str = "") -> Fix:
    """Return the fix by a call of Alibaba Cloud's CLI; lists and maps among the parameters are JSON."""
    options = [
        text
        for name, value in parameters.items()
        for text in (f"--{name}", json.dumps(value) if isinstance(value, list | dict) else str(value))
    ]
    return command("aliyun", product, operation, *options, comment=comment)


def task(text: str) -> Fix:
    """Return the fix that is left to a person."""
    return Fix(((Task(text),),))


def then_all(fixes: Iterable[Fix]) -> Fix:
    """Return the fix that does all of them. Raises TypeError for none."""
    return reduce(Fix.__add__, fixes)


UP: Final = command("pulumi", "up")


def to_fill(step: Step) -> tuple[str, ...]:
    """Return the values that a person has to fill in, in angle brackets; none for a task, whose words explain them."""
    return tuple(dict.fromkeys(found for text in _texts(step) if "<" in text for found in _TO_FILL.findall(text)))


def _texts(step: Step) -> Iterator[str]:
    if isinstance(step, Command):
        yield from step.argv
        yield step.comment
    elif isinstance(step, Change):
        yield from _texts_of_value(step.value)


def _texts_of_value(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts_of_value(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts_of_value(part)


def filled(fix: Fix, values: Mapping[str, str], clean: Callable[[str], str] = str) -> Fix:
    """Return the fix with its placeholders replaced, and every text made safe."""

    def replaced(text: str) -> str:
        for name, value in values.items():
            text = text.replace(name, value)
        return clean(text)

    return Fix(tuple(tuple(_mapped(step, replaced) for step in way) for way in fix.ways))


def _mapped(step: Step, text: Callable[[str], str]) -> Step:
    if isinstance(step, Change):
        return Change(step.path, _mapped_value(step.value, text))
    if isinstance(step, Command):
        return Command(tuple(map(text, step.argv)), text(step.comment), step.ids)
    return Task(text(step.text))


def _mapped_value(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {key: _mapped_value(part, text) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped_value(part, text) for part in value]
    return value


# ---- several as one ----


def joined(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """Return the fixes without repetition; those that change the same keys and are otherwise equal become one."""
    groups: dict[Hashable, list[Fix]] = {}
    for fix in fixes:
        key = tuple(tuple(step.path if isinstance(step, Change) else step for step in way) for way in fix.ways)
        groups.setdefault(key, []).append(fix)
    return tuple(
        Fix(
            tuple(
                tuple(_merged_step(steps) for steps in zip(*ways, strict=True))
                for ways in zip(*(fix.ways for fix in several), strict=True)
            )
        )
        for several in groups.values()
    )


def _merged_step(steps: Sequence[Step]) -> Step:
    first = steps[0]
    if not isinstance(first, Change):
        return first
    return Change(first.path, merged([step.value for step in steps if isinstance(step, Change)]))


def merged(values: Sequence[Any]) -> Any:
    """Merge plain data: maps key by key, lists item by item; of numbers the largest, as days must suit all."""
    if len(values) == 1:
        return values[0]
    if all(isinstance(value, Mapping) for value in values):
        keys = dict.fromkeys(key for value in values for key in value)
        return {key: merged([value[key] for value in values if key in value]) for key in keys}
    if all(isinstance(value, list) for value in values):
        items: dict[Hashable, list[Any]] = {}
        for item in (item for value in values for item in value):
            items.setdefault(_identity(item), []).append(item)
        return [merged(same) for same in items.values()]
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return max(values)
    return values[-1]


def _identity(item: Any) -> Hashable:
    """Return what identifies an item of a list: its naming key, else all its content except its own lists."""
    if not isinstance(item, Mapping):
        return repr(item)
    for keys in (("zone", "tier"), ("id",), ("name",), ("disk",)):
        if keys[0] in item:
            return keys[0], tuple(repr(item.get(key)) for key in keys)
    return tuple(sorted((key, "" if isinstance(value, list) else repr(value)) for key, value in item.items()))


# ---- of several instances ----

#: Up to this many commands are shown if they differ by more than the instance.
_SHOWN: Final = 3


def shape(fixes: Iterable[Fix]) -> Hashable:
    """Return the common form of fixes of several instances, if one fix can show them all."""
    return tuple(tuple(tuple(_outline(step) for step in way) for way in fix.ways) for fix in fixes)


def _outline(step: Step) -> Hashable:
    if isinstance(step, Change):
        return "change", step.path
    if isinstance(step, Task):
        return "task", step.text
    # The resource may differ; product and operation of the CLI may not.
    return "command", step.argv[: 3 if step.argv[0] == "aliyun" else 1], len(step.argv)


def of_all(fixes: Mapping[str, tuple[Fix, ...]]) -> tuple[Fix, ...]:
    """Return the fixes of several instances, by id, as one; all have one shape."""
    ids = list(fixes)
    return tuple(
        Fix(
            tuple(
                tuple(item for steps in zip(*ways, strict=True) for item in _for_all(ids, steps))
                for ways in zip(*(fix.ways for fix in several), strict=True)
            )
        )
        for several in zip(*fixes.values(), strict=True)
    )


def _for_all(ids: Sequence[str], steps: Sequence[Step]) -> Iterator[Step]:
    """Yield steps of one form, one for each instance, as one step or a few."""
    first = steps[0]
    if not isinstance(first, Command):
        yield _merged_step(steps)
        return
    commands = [step for step in steps if isinstance(step, Command)]
    general = [_mapped(step, partial(_with_id, own)) for own, step in zip(ids, commands, strict=True)]
    if all(step == first for step in commands):
        yield first
    elif all(step == general[0] for step in general):
        yield replace(first, argv=general[0].argv, ids=tuple(ids))  # type: ignore[union-attr]
    else:
        yield from commands[:_SHOWN]
        if more := len(commands) - _SHOWN:
            yield Task(f"And so on for {more} more: the result file has each.")


def _with_id(own: str, text: str) -> str:
    return text.replace(own, ID)


# ---- as text ----


class Line(NamedTuple):
    """One line of a printed fix: a line to copy runs as it is, once its marked values are filled in."""

    kind: Literal["command", "prose", "or"]
    text: str


def lines(fixes: Iterable[Fix], stack: str = STACK) -> Iterator[Line]:
    """Yield fixes as lines; `stack` is the stack whose config they change."""
    for fix in fixes:
        for index, way in enumerate(fix.ways):
            if index:
                yield Line("or", "or")
            for is_change, steps in groupby(way, lambda step: isinstance(step, Change)):
                if is_change:
                    yield Line("command", _setting([step for step in steps if isinstance(step, Change)], stack))
                else:
                    yield from map(_line, steps)


def as_text(fixes: Iterable[Fix], stack: str = STACK) -> str:
    """Return fixes as lines of text."""
    return "\n".join(line.text for line in lines(fixes, stack))


def as_markdown(fixes: Iterable[Fix]) -> str:
    """Return fixes with the lines to copy in fences, and prose outside."""
    parts: list[str] = []
    for is_command, group in groupby(lines(fixes), lambda line: line.kind == "command"):
        texts = [line.text for line in group]
        parts += ["\n".join(["```", *texts, "```"])] if is_command else texts
    return "\n\n".join(parts)


def _line(step: Step) -> Line:
    if isinstance(step, Task):
        return Line("prose", step.text)
    assert isinstance(step, Command)
    if not step.ids:
        return Line("command", _noted(shell(step.argv), [step.comment], step))
    once = shell(step.argv).replace(f"'{ID}'", '"$id"').replace(ID, "'\"$id\"'")
    return Line("command", _noted(f"for id in {shell(step.ids)}; do {once}; done", [step.comment]))


def _setting(changes: Sequence[Change], stack: str) -> str:
    """Return the command that merges changes into the stack file."""
    fragments = [flow(nested(item)).removeprefix("{").removesuffix("}") for item in changes]
    argv = ("preflight", "set", "--stack", stack, *fragments)
    return _noted(shell(argv), [], *changes)


def _noted(text: str, notes: Iterable[str], *steps: Step) -> str:
    unknown = list(dict.fromkeys(item for step in steps for item in to_fill(step)))
    remarks = [*filter(None, notes), *(["fill in what is in <>"] if unknown else [])]
    return f"{text}   # {'; '.join(remarks)}" if remarks else text


def nested(item: Change) -> Any:
    """Return a change as a part of the config."""
    value = item.value
    for key in reversed(item.path.split(".")):
        value = {key: value}
    return value


def shell(argv: Sequence[str]) -> str:
    """Return a command as a line for a shell."""
    return " ".join(token if token in _OPERATORS else shlex.quote(token) for token in argv)


def flow(value: Any) -> str:
    """Return plain data as YAML in one line, which reads back as the same data."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)
