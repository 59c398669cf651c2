"""Classic instances that stay in the classic network, and their owners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from components.config.base import InstanceId, Strict, WrittenText, duplicates
from components.config.errors import Problem


class Staying(Strict):
    """Classic instances that this team leaves in the classic network on purpose."""

    instances: tuple[InstanceId, ...] = Field(min_length=1, description="Ids of the instances that stay.")
    owner: WrittenText = Field(description="Who answers for it: a name or an address.")
    reason: WrittenText = Field(description="Why they stay, and what becomes of them, in a sentence.")


def staying_problems(staying: Sequence[Staying], moving: Sequence[str], later: Sequence[str]) -> Iterator[Problem]:
    """Yield instances that are listed twice as staying, and those that are also listed as moving."""
    yield from duplicates("staying", [instance_id for item in staying for instance_id in item.instances])
    for index, item in enumerate(staying):
        for place, instance_id in enumerate(item.instances):
            where = "instances" if instance_id in moving else "later" if instance_id in later else None
            if where is not None:
                problem = f"{instance_id} is under {where} too; expected it in one of the two"
                yield Problem(f"staying[{index}].instances[{place}]", problem)
