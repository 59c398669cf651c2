"""Every reading action, driven through every defect that an answer can have: none of them is read as a list.

The table of actions is `estate.reads.READS` itself, which an action must be in to be called at all. An answer is made
up of what is declared there, served on loopback, and spoilt in one place at a time.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from estate.answers import ByNumber, ByToken, Part, at
from estate.client import _PACKAGES
from estate.errors import CloudError, EstateError, MalformedAnswer, Throttled, UnusableAnswer
from estate.live import IF_USED, RAM_ACTIONS
from estate.paging import listed
from estate.reads import READS, WRITES, is_reading
from tests.estate.stub import Stub, serving
from tests.estate.whole import answer, filled, item, meet, put, spoil, take, total_of

LISTS = sorted(action for action, reading in READS.items() if reading.items)
PAGED = sorted(action for action in LISTS if READS[action].paging)
COUNTED = sorted(
    action
    for action in LISTS
    if isinstance(paging := READS[action].paging, ByNumber) or (isinstance(paging, ByToken) and paging.counted)
)
NAMED = sorted(action for action in LISTS if (items := READS[action].items) and items.ids)
NOT_A_VALUE: dict[str, Any] = {"unexpected": True}


@pytest.fixture(scope="module")
def served() -> Iterator[Stub]:
    with serving() as stub:
        yield stub


@pytest.fixture
def stub(served: Stub) -> Stub:
    served.scripts.clear()
    served.calls.clear()
    return served


def read(stub: Stub, action: str) -> Any:
    cloud = stub.cloud(endpoints=dict.fromkeys(_PACKAGES, f"127.0.0.1:{stub.port}"))
    return listed(cloud, action) if READS[action].items else cloud.call(action)


def operation(action: str) -> str:
    return action.partition(":")[2]


def refused(stub: Stub, action: str, kind: type[EstateError] = UnusableAnswer) -> EstateError:
    """The error of reading, which names the action and the RequestId."""
    with pytest.raises(kind) as caught:
        read(stub, action)
    assert action in str(caught.value)
    assert "REQ-7" in str(caught.value)
    return caught.value


@pytest.mark.parametrize("action", sorted(READS))
def test_a_whole_answer_is_read(stub: Stub, action: str) -> None:
    stub.answers(operation(action), (200, answer(action)))
    items = read(stub, action)
    assert not READS[action].items or len(items) == 1


@pytest.mark.parametrize("action", sorted(READS))
def test_an_error_with_status_200_is_that_error(stub: Stub, action: str) -> None:
    fault = {"RequestId": "REQ-7", "Code": "ServiceUnavailable", "Message": "The request has failed."}
    stub.answers(operation(action), (200, fault))
    error = refused(stub, action, CloudError)
    assert "ServiceUnavailable: The request has failed." in str(error)
    # It may pass, as one with status 503 may.
    assert len(stub.calls) == 4
    stub.answers(operation(action), (200, fault | {"Code": "Throttling.User"}), (200, answer(action)))
    read(stub, action)
    stub.answers(operation(action), (200, fault | {"Code": "Throttling"}))
    refused(stub, action, Throttled)


@pytest.mark.parametrize("action", sorted(READS))
def test_an_answer_of_nothing_but_its_request_id_is_no_answer(stub: Stub, action: str) -> None:
    success = READS[action].success
    stub.answers(operation(action), (200, {"RequestId": "REQ-7", **({success: True} if success else {})}))
    assert "is missing" in str(refused(stub, action))
    stub.answers(operation(action), (200, {key: value for key, value in answer(action).items() if key != "RequestId"}))
    with pytest.raises(MalformedAnswer, match=action):
        read(stub, action)


@pytest.mark.parametrize("action", LISTS)
@pytest.mark.parametrize("given", [None, "", {}, "text", 1], ids=["none", "empty text", "object", "text", "number"])
def test_an_answer_without_its_list_is_no_empty_list(stub: Stub, action: str, given: Any) -> None:
    reading = READS[action]
    assert reading.items
    body = answer(action)
    put(body, reading.items.path, given)
    stub.answers(operation(action), (200, body))
    assert reading.items.path in str(refused(stub, action))
    take(body, reading.items.path)
    stub.answers(operation(action), (200, body))
    assert f"{reading.items.path} is missing" in str(refused(stub, action))
    put(body, reading.items.path.split(".")[0], None)
    stub.answers(operation(action), (200, body))
    assert f"{reading.items.path} is missing" in str(refused(stub, action))


PARTS = [(action, part) for action in sorted(READS) for part in READS[action].all_parts()]


def last_name(part: Part) -> str:
    return re.split(r"[.\[\]]+", part.path)[-1]


@pytest.mark.parametrize(("action", "part"), PARTS, ids=[f"{action} {part.path}" for action, part in PARTS])
def test_each_part_is_there_and_of_its_type(stub: Stub, action: str, part: Part) -> None:
    body = answer(action)
    meet(body, part)
    take(body, part.path)
    stub.answers(operation(action), (200, body))
    if part.absent:
        read(stub, action)
    else:
        assert f"{last_name(part)}" in str(error := refused(stub, action))
        assert "is missing" in str(error)
    body = answer(action)
    meet(body, part)
    spoil(body, part.path, NOT_A_VALUE)
    stub.answers(operation(action), (200, body))
    assert f"is not {part.kind.name}" in str(refused(stub, action))
    spoil(body, part.path, None)
    stub.answers(operation(action), (200, body))
    if not part.absent:
        assert "is missing" in str(refused(stub, action))


@pytest.mark.parametrize("action", COUNTED)
@pytest.mark.parametrize("total", ["1", "3", "many", True, None, 1.0, 1.5, [1]], ids=str)
def test_a_total_that_is_no_number_is_an_error(stub: Stub, action: str, total: Any) -> None:
    """Though it may be equal to how many there are: another type is an answer that is not understood."""
    body = answer(action)
    put(body, total_of(READS[action]), total)
    stub.answers(operation(action), (200, body))
    message = str(refused(stub, action))
    assert f"{total_of(READS[action])} is missing" in message or f"{total_of(READS[action])} is not" in message
    assert total is None or "a whole number" in message
    # It is no list that changed while it was read.
    assert "times it was read" not in message


@pytest.mark.parametrize("action", COUNTED)
@pytest.mark.parametrize("total", [0, 2, 4], ids=["fewer", "one fewer", "one more"])
def test_a_list_that_is_shorter_or_longer_than_it_is_counted_is_an_error(stub: Stub, action: str, total: int) -> None:
    body = answer(action, range(3))
    put(body, total_of(READS[action]), total)
    empty = answer(action, range(0))
    put(empty, total_of(READS[action]), total)
    stub.answers(operation(action), *[(200, body), (200, empty if total > 3 else body)] * 3)
    error = refused(stub, action)
    assert f"{total_of(READS[action])} is {total}, and its list has 3, each of the 3 times it was read" in str(error)


@pytest.mark.parametrize("action", [action for action in PAGED if isinstance(READS[action].paging, ByNumber)])
def test_a_list_that_gets_shorter_between_its_pages_misses_an_item(stub: Stub, action: str) -> None:
    """One of the first page goes, so that one moves there from the second: the last count is what was read."""
    paging, total = READS[action].paging, total_of(READS[action])
    assert paging
    before, after = answer(action, range(paging.size)), answer(action, iter((paging.size + 1,)))
    put(before, total, paging.size + 2)
    put(after, total, paging.size + 1)
    stub.answers(operation(action), *[(200, before), (200, after)] * 3)
    changed = f"{total} changed from {paging.size + 2} to {paging.size + 1} between its pages"
    assert changed in str(refused(stub, action))
    stub.answers(operation(action), (200, before), (200, after), (200, answer(action)))
    assert len(read(stub, action)) == 1


@pytest.mark.parametrize("action", NAMED)
def test_an_item_that_is_there_twice_is_an_error(stub: Stub, action: str) -> None:
    stub.answers(operation(action), (200, answer(action, iter((0, 1, 0)))))
    assert "is in its list twice, each of the 3 times it was read" in str(refused(stub, action))


@pytest.mark.parametrize("action", PAGED)
def test_one_item_beyond_a_page_is_read_too_and_missed_without_its_page(stub: Stub, action: str) -> None:
    paging = READS[action].paging
    assert paging
    full, rest = answer(action, range(paging.size)), answer(action, iter((paging.size,)))
    for body in (full, rest):
        put(body, total_of(READS[action]), paging.size + 1)
    if isinstance(paging, ByToken):
        put(full, paging.token, "further")
    stub.answers(operation(action), (200, full), (200, rest))
    assert len(read(stub, action)) == paging.size + 1
    # The size was asked for, and the second page too.
    parameters = [str(value) for value in stub.calls[0][1].values()]
    assert str(paging.size) in parameters
    assert stub.calls[0][1] != stub.calls[1][1]
    # The first page again in the place of the second.
    stub.answers(operation(action), *[(200, full)] * 12)
    refused(stub, action)
    put(full, paging.token, NOT_A_VALUE) if isinstance(paging, ByToken) else put(rest, total_of(READS[action]), "1")
    stub.answers(operation(action), (200, full), (200, rest))
    refused(stub, action)


@pytest.mark.parametrize("action", PAGED)
def test_a_list_that_changed_while_it_was_read_is_read_again(stub: Stub, action: str) -> None:
    if action not in NAMED:
        return
    stub.answers(operation(action), (200, answer(action, iter((0, 0)))), (200, answer(action)))
    assert len(read(stub, action)) == 1


@pytest.mark.parametrize("action", LISTS)
def test_the_list_is_where_the_model_of_the_sdk_has_it(action: str) -> None:
    """The path of the wire and that of the typed model lead to the same list."""
    items = READS[action].items
    assert items
    service, name = action.split(":")
    models = importlib.import_module(f"{_PACKAGES[service]}.models")
    body = answer(action)
    typed = getattr(models, f"{name}ResponseBody")().from_map(body)
    for attribute in items.attribute.split("."):
        typed = getattr(typed, attribute)
    assert isinstance(typed, list)
    assert len(typed) == 1


@pytest.mark.parametrize(("action", "part"), PARTS, ids=[f"{action} {part.path}" for action, part in PARTS])
def test_each_part_is_one_of_the_sdks_models(action: str, part: Part) -> None:
    """A part that is misspelt would be missed in every answer."""
    service, name = action.split(":")
    models = importlib.import_module(f"{_PACKAGES[service]}.models")
    body = answer(action)
    parsed = getattr(models, f"{name}ResponseBody")().from_map(body).to_map()
    head = part.path
    while "[]" in head:
        before, _, head = head.partition("[]")
        owner = at(parsed, before)
        assert owner, part.path
        parsed, head = owner[0], head.strip(".")
    assert at(parsed, head) is not None, part.path


def test_an_undeclared_action_cannot_be_called(stub: Stub) -> None:
    with pytest.raises(LookupError, match=r"ecs:DescribeImages is not declared in estate/reads\.py"):
        stub.cloud().call("ecs:DescribeImages")
    assert stub.calls == []


@pytest.mark.parametrize("room", ["estate", "components", "provider"])
def test_no_list_is_read_but_by_its_pages(room: str) -> None:
    """`Cloud.call` gives one answer, which may be the first page of many."""
    root = Path(importlib.import_module(room).__file__ or "").parent
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "call":
                action = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
                assert action not in LISTS, f"{file.name}:{node.lineno}"


@pytest.mark.parametrize(
    ("action", "part"),
    # Named by the path alone: a part's own text has addresses in it, which differ from process to process.
    [pytest.param(a, part, id=f"{a}-{part.path}") for a in sorted(WRITES) for part in WRITES[a].parts],
)
def test_a_write_that_does_not_say_what_it_made_did_not_succeed(stub: Stub, action: str, part: Part) -> None:
    whole = {"RequestId": "REQ-7", **filled(WRITES[action].parts)}
    for given in (None, "", 7):
        body = deepcopy(whole)
        put(body, part.path, given)
        stub.answers(operation(action), (200, body))
        with pytest.raises(UnusableAnswer, match=f"{action} .*{part.path} is .*REQ-7"):
            stub.cloud().call(action)
    # Without a ClientToken it is not known whether it was carried out.
    assert len(stub.calls) == 3
    stub.answers(operation(action), (200, whole))
    assert stub.cloud().call(action)


def test_every_ram_action_of_the_reader_is_declared() -> None:
    called = {action for actions in RAM_ACTIONS.values() for action in actions if not action.startswith("oss:")}
    assert called <= set(READS)
    assert all(is_reading(action) for action in READS)
    assert not any(is_reading(action) for action in WRITES)
    assert {"haVips", "eips", "networkAcls", "registryAccessLists", "bucketPolicies"} == IF_USED


@pytest.mark.parametrize("action", sorted(READS))
def test_no_answer_of_success_has_a_code_but_where_that_is_declared(action: str) -> None:
    """Which is why a code and a message are those of a refusal."""
    service, name = action.split(":")
    models = importlib.import_module(f"{_PACKAGES[service]}.models")
    known = inspect.signature(getattr(models, f"{name}ResponseBody").__init__).parameters
    assert ("code" in known) == bool(READS[action].success)
    assert "message" not in known


def test_a_part_that_only_the_model_has_is_reported_with_the_request_id(stub: Stub) -> None:
    stub.answers(
        "DescribeZones",
        (
            200,
            answer("ecs:DescribeZones")
            | {"Zones": {"Zone": [item("ecs:DescribeZones", 1) | {"AvailableResources": "none"}]}},
        ),
    )
    assert "another shape than the SDK's model" in str(refused(stub, "ecs:DescribeZones"))
