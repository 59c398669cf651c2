"""For every action of the simulated cloud: a call that succeeds, and one for each refusal that it declares."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.model.estate import Estate
from simulator.model.vpc import ClassicLink, RouteTable
from tests.simulator.api.sample_ids import MON_1, ROUTE_TABLE, UNUSED_GROUP, UNUSED_VPC

Given = Callable[[Estate], None]


def as_it_is(estate: Estate) -> None:
    """Nothing beside the sample estate."""


def stocked(estate: Estate) -> None:
    """One thing more for each action that needs it: a link, an unused group and an unused VPC."""
    vpc, unused_vpc = estate.vpcs[0], estate.vpcs[0].model_copy(deep=True)
    vpc.classic_link_enabled, unused_vpc.id = True, UNUSED_VPC
    estate.route_tables.append(RouteTable(id=ROUTE_TABLE, vpc_id=vpc.id, type="System", tags={}))
    unused_group = estate.security_groups[0].model_copy(update={"id": UNUSED_GROUP, "rules": []})
    estate.vpcs.append(unused_vpc)
    estate.security_groups.append(unused_group)
    estate.classic_links.append(ClassicLink(instance_id=MON_1, vpc_id=vpc.id))


@dataclass(frozen=True)
class Refusal:
    """A call that is refused with `code` and HTTP `status`, in the sample estate as `given` changes it."""

    code: str
    call: Mapping[str, Any]
    status: int = 400
    given: Given = as_it_is


@dataclass(frozen=True)
class Example:
    """An action (`ecs:DescribeInstances`) and calls of it, parameters by wire names as the typed SDK takes them.

    `beyond` names fields of answers (`.EipAddresses.EipAddress.AvailableRegions`) that the newest SDK no longer knows,
    and other clients read.
    """

    permission: str
    call: Mapping[str, Any]
    refusals: tuple[Refusal, ...] = ()
    given: Given = as_it_is
    beyond: tuple[str, ...] = ()


@functools.cache
def examples() -> dict[str, Example]:
    """All examples by action: the tuples EXAMPLES of this package's modules."""
    by_action: dict[str, Example] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        for example in importlib.import_module(module.name).EXAMPLES:
            assert example.permission not in by_action, f"{example.permission} has two examples"
            by_action[example.permission] = example
    return by_action
