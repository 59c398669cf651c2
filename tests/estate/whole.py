"""Answers made up of what `estate.reads` declares, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from estate.answers import ITEMS, ByNumber, ByToken, Part, Reading, at
from estate.reads import READS
from tests.estate.stub import Answer


def put(body: dict[str, Any], path: str, value: Any) -> None:
    *holders, last = path.split(".")
    for name in holders:
        body = body.setdefault(name, {})
    body[last] = value


def take(body: Any, path: str) -> None:
    """Take a part away, from each item where the path goes through lists."""
    head, brackets, rest = path.partition("[]")
    if brackets:
        for item in at(body, head) or ():
            take(item, rest.strip("."))
        return
    *holders, last = head.split(".")
    owner = at(body, ".".join(holders)) if holders else body
    if isinstance(owner, dict):
        owner.pop(last, None)


def spoil(body: Any, path: str, value: Any) -> None:
    head, brackets, rest = path.partition("[]")
    if brackets:
        for item in at(body, head) or ():
            spoil(item, rest.strip("."), value)
        return
    put(body, head, deepcopy(value))


def meet(body: Any, part: Part) -> None:
    """Have the condition met under which a part is due."""
    if part.when:
        prefix, brackets, _ = part.path.rpartition("[].")
        spoil(body, f"{prefix}{brackets}{part.when.part}", part.when.value)


def filled(parts: tuple[Part, ...]) -> dict[str, Any]:
    """An object with every part that is declared of it."""
    answer: dict[str, Any] = {}
    for part in parts:
        if "[]" in part.path:
            continue
        value = deepcopy(part.kind.example)
        if part.kind is ITEMS:
            inner = [item for item in parts if item.path.startswith(f"{part.path}[].")]
            stripped = [Part(item.path.removeprefix(f"{part.path}[]."), item.kind) for item in inner]
            value = [filled(tuple(stripped))] if stripped else []
        put(answer, part.path, value)
    return answer


def item(action: str, number: int) -> dict[str, Any]:
    """The item of a list that has a number; it tells items apart."""
    reading = READS[action]
    assert reading.items
    answer = filled(reading.parts)
    for path in reading.items.ids:
        put(answer, path, number if isinstance(at(answer, path), int) else f"id-{number}")
    return answer


def answer(action: str, numbers: Iterable[int] = range(1), **around: Any) -> dict[str, Any]:
    """A whole answer; of a list with the items of these numbers."""
    reading = READS[action]
    body: dict[str, Any] = {
        "RequestId": "REQ-7",
        **filled((*reading.around, *(() if reading.items else reading.parts))),
    }
    if reading.success:
        body |= {reading.success: True, "Code": "success"}
    if reading.items:
        put(body, reading.items.path, [item(action, number) for number in numbers])
        put(body, total_of(reading), len(at(body, reading.items.path)))
    if isinstance(reading.paging, ByToken):
        put(body, reading.paging.token, "")
    return body | around


def total_of(reading: Reading) -> str:
    return reading.paging.total if isinstance(reading.paging, ByNumber) else "TotalCount"


def whole(action: str, *items: dict[str, Any], **around: Any) -> Answer:
    """A scripted answer that is whole: of a list with these items, each with the parts that it does not have itself."""
    body = answer(action, range(len(items)))
    reading = READS[action]
    assert reading.items
    for entry, given in zip(at(body, reading.items.path), items, strict=True):
        for path, value in given.items():
            put(entry, path, value)
    return 200, body | around
