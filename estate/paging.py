"""Read lists whole: all pages, as many items as the cloud counts, and none of them twice.

Lists can change while they are read. One that does not add up is read again from its first page, a few times, before it
is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final, NamedTuple

from estate.answers import ByNumber, ByToken, Reading, Source, at, identity, subject_of
from estate.client import Cloud
from estate.errors import UnusableAnswer
from estate.reads import READS
from estate.refusals import Answer

_TIMES: Final = 3


class Page(NamedTuple):
    """One page: its source, the typed body, and the typed items of its list."""

    source: Source
    body: Any
    items: list[Any]


def listed(cloud: Cloud, action: str, **fields: Any) -> list[Any]:
    """Return all items of the list of an action, as `pages` reads them."""
    return [item for page in pages(cloud, action, **fields) for item in page.items]


def pages(cloud: Cloud, action: str, **fields: Any) -> list[Page]:
    """Read all pages of the list of an action; `fields` are those of the request, without the ones of paging.

    Raises `UnusableAnswer` where the number of items differs from the cloud's count, or an item repeats, in every
    attempt; otherwise the errors of `Cloud.call`.
    """
    reading = READS[action]
    for time in range(1, _TIMES + 1):
        try:
            return _read(cloud, action, reading, fields)
        except UnusableAnswer as error:
            error.name(subject_of(action, fields))
            raise
        except _DoesNotAddUpError as error:
            if time == _TIMES:
                problem = f"{error}, each of the {_TIMES} times it was read"
                raise UnusableAnswer(action, problem, error.request_id, subject_of(action, fields)) from None
    raise AssertionError("the loop ends by returning or raising")


class _DoesNotAddUpError(Exception):
    """The items that were read are not the whole list."""

    def __init__(self, problem: str, request_id: str) -> None:
        super().__init__(problem)
        self.request_id = request_id


def _read(cloud: Cloud, action: str, reading: Reading, fields: dict[str, Any]) -> list[Page]:
    assert reading.items is not None
    answers = list(_answers(cloud, action, reading, fields))
    known: set[tuple[str, ...]] = set()
    count = 0
    for answer in answers:
        for item in at(answer.body, reading.items.path):
            count += 1
            name = identity(reading.items, item)
            if name in known:
                raise _DoesNotAddUpError(f"{' '.join(name or ())} is in its list twice", answer.body["RequestId"])
            known |= {name} if name else set()
    if isinstance(reading.paging, ByNumber):
        _stays(reading.paging.total, answers)
    counted = _counted(cloud, action, reading.paging, fields, answers[-1])
    if counted is not None:
        _agree(action, *counted, count)
    return [_page(action, reading, answer, subject_of(action, fields)) for answer in answers]


def _answers(cloud: Cloud, action: str, reading: Reading, fields: dict[str, Any]) -> Iterator[Answer]:
    if isinstance(reading.paging, ByToken):
        return _by_token(lambda **more: cloud.answer(action, **fields, **more), action, reading.paging)
    if isinstance(reading.paging, ByNumber):
        return _by_number(lambda **more: cloud.answer(action, **fields, **more), reading, reading.paging)
    return iter((cloud.answer(action, **fields),))


def _by_token(ask: Callable[..., Answer], action: str, paging: ByToken) -> Iterator[Answer]:
    token: str | None = None
    seen: set[str] = set()
    while True:
        answer = ask(**{paging.size_as: paging.size, "next_token": token})
        yield answer
        token = at(answer.body, paging.token)
        if not token:
            return
        if not isinstance(token, str) or token in seen:
            why = "was there before" if isinstance(token, str) else "is not a text"
            raise UnusableAnswer(action, f"{paging.token} {why}, so that the list has no end", answer.body["RequestId"])
        seen.add(token)


def _by_number(ask: Callable[..., Answer], reading: Reading, paging: ByNumber) -> Iterator[Answer]:
    assert reading.items is not None
    size = str(paging.size) if paging.size_is_text else paging.size
    number, read = 1, 0
    while True:
        answer = ask(**{paging.size_as: size, paging.number_as: number})
        yield answer
        count = len(at(answer.body, reading.items.path))
        read, number = read + count, number + 1
        # The count shows whether an empty page came before the end.
        if read >= at(answer.body, paging.total) or not count:
            return


def _stays(total: str, answers: list[Answer]) -> None:
    """Compare the cloud's counts of all pages: an item that goes moves another one to a page that was read before."""
    for before, after in pairwise(answers):
        announced, later = at(before.body, total), at(after.body, total)
        if announced != later:
            problem = f"{total} changed from {announced} to {later} between its pages"
            raise _DoesNotAddUpError(problem, after.body["RequestId"])


def _counted(
    cloud: Cloud, action: str, paging: object, fields: dict[str, Any], last: Answer
) -> tuple[Answer, str] | None:
    """Return the answer with the cloud's own count of a list, and the place of the count; None where there is none."""
    if isinstance(paging, ByNumber):
        return last, paging.total
    if isinstance(paging, ByToken) and paging.counted:
        return cloud.answer(action, **fields, page_number=1, page_size=1), "TotalCount"
    return None


def _agree(action: str, counted: Answer, total: str, count: int) -> None:
    """Compare what was read with the cloud's own count."""
    announced = at(counted.body, total)
    if isinstance(announced, bool) or not isinstance(announced, int):
        raise UnusableAnswer(action, f"{total} is missing or not a whole number", counted.body["RequestId"])
    if announced != count:
        raise _DoesNotAddUpError(f"{total} is {announced}, and its list has {count}", counted.body["RequestId"])


def _page(action: str, reading: Reading, answer: Answer, of: str) -> Page:
    assert reading.items is not None
    items = answer.typed
    for name in reading.items.attribute.split("."):
        items = getattr(items, name)
    return Page(Source(action, answer.body["RequestId"], of), answer.typed, list(items))
