"""Whatever stands in an answer of the cloud: an estate, or one message of bounded length that is safe to print.

The fields that `estate.reads` declares are spoilt one by one in `test_reads` and `test_live_answers`; here anything
stands anywhere, in what nobody declares too. Refusals are in `test_hostile_refusals`.
"""

from __future__ import annotations

import tracemalloc
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estate.errors import EstateError
from estate.inventory import Inventory, load_inventory, render
from tests.components.test_hostile_input import HOSTILE, bent, expect_safe, places
from tests.estate.test_live_answers import READ, Session, session

__all__ = ["session"]
QUICK: Final = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MEGABYTES: Final = 10


@QUICK
@given(st.data())
def test_an_answer(session: Session, tmp_path: Any, data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(READ))
    body = data.draw(st.sampled_from(session.answers(action)))
    where = st.sampled_from([path for path in places(body) if path])
    changes = data.draw(st.lists(st.tuples(where, st.sampled_from(HOSTILE)), min_size=1, max_size=3))

    def spoil(body: dict[str, Any]) -> None:
        changed = bent(body, changes)
        body.clear()
        body |= changed

    try:
        estate = session.read(action, spoil)
    except EstateError as error:
        expect_safe(error)
        return
    text = render(Inventory(schema_version=1, rehearsal=(), estate=estate))
    assert not {char for char in text if not char.isprintable() and char != "\n"}
    path = tmp_path / "inventory.json"
    path.write_text(text, encoding="utf-8")
    assert render(load_inventory(path)) == text


def test_what_nobody_declares_may_be_as_deep_as_json_is_read(session: Session) -> None:
    def spoil(body: dict[str, Any]) -> None:
        for _ in range(600):
            body["Beyond"] = [body.get("Beyond", "\ud800")]

    assert session.read("ecs:DescribeInstances", spoil) == session.read("ecs:DescribeInstances", None)


def test_ten_megabytes_in_a_name_are_read_once(session: Session) -> None:
    """Counted, in what Python takes: some copies of the field, not one for each instance or page."""

    def spoil(body: dict[str, Any]) -> None:
        body["Instances"]["Instance"][0]["InstanceName"] = "x" * (MEGABYTES << 20)

    session.read("ecs:DescribeInstances", None)
    tracemalloc.start()
    try:
        estate = session.read("ecs:DescribeInstances", spoil)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert max(len(instance.name) for instance in estate.instances) == MEGABYTES << 20
    assert peak < 12 * (MEGABYTES << 20)
