"""By what is made whoever made it is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks import NETWORK, SNAPSHOT, SWITCH, found_marked, maker, mark, mark_of, marked
from estate.model import Snapshot, Vpc
from tests.components.builders import estate, vswitch

STACK = "organization/shop/dev"
PARTS = st.from_regex(r"[A-Za-z0-9_.-]{1,100}", fullmatch=True)
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=128)


@given(st.lists(PARTS, min_size=3, max_size=3), NAMES, st.text(max_size=300))
def test_a_mark_is_found_in_a_description_of_any_length(parts: list[str], name: str, text: str) -> None:
    stack = "/".join(parts)
    described = marked(text, stack, name)
    assert 2 <= len(described) <= 256
    assert mark_of(described) == mark(stack, name)
    # A name that is too long is there as a digest.
    assert maker(described) in (stack, None)


@given(NAMES, NAMES)
def test_another_resource_or_stack_has_another_mark(one: str, other: str) -> None:
    assert (mark(STACK, one) == mark(STACK, other)) is (one == other)
    assert mark(STACK, one) != mark(f"{STACK}2", one)


@pytest.mark.parametrize(
    "text", ["", "the shop's", "Made by the Pulumi stack", "Made by the Pulumi stack a/b/c as x. Old"]
)
def test_a_description_without_a_mark_has_no_maker(text: str) -> None:
    assert mark_of(text) is None
    assert maker(text) is None


def test_marked_resources_are_found_by_kind_and_snapshots_for_a_day() -> None:
    def snapshot(snapshot_id: str, hours: int, status: str = "progressing") -> Snapshot:
        base = estate().read_at.timestamp() - hours * 3600
        return Snapshot.model_validate(
            {
                "id": snapshot_id,
                "disk_id": "d-web",
                "status": status,
                "created_at": base,
                "description": marked("a disk", STACK, "d-web"),
            }
        )

    own = marked("", STACK, "target")
    ids_by_mark = found_marked(
        estate(
            vpcs=(
                Vpc(id="vpc-2", cidr_block="172.16.0.0/12", description=own),
                Vpc(id="vpc-1", cidr_block="172.16.0.0/12", description=own),
                Vpc(id="vpc-3", cidr_block="172.16.0.0/12"),
            ),
            vswitches=(vswitch("vsw-1", "vpc-1", "172.16.1.0/24").model_copy(update={"description": own}),),
            snapshots=(snapshot("s-1", 1), snapshot("s-old", 25), snapshot("s-failed", 1, "failed")),
        )
    )
    assert ids_by_mark == {
        (NETWORK, own): ("vpc-1", "vpc-2"),
        (SWITCH, own): ("vsw-1",),
        (SNAPSHOT, mark(STACK, "d-web")): ("s-1",),
    }
