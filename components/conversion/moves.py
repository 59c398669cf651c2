"""The estate as the conversion sees it: moving and staying instances, and how each is reached after the move."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heapify, heappop, heappush
from ipaddress import IPv4Network
from typing import NamedTuple

from components.addresses import AddressIndex
from components.cidr import RFC1918
from estate.model import Instance, SecurityGroup


@dataclass(frozen=True)
class ConversionContext:
    """The estate around the groups to convert.

    `instances` are all classic instances of the region. `migrating_ids` move now, `later_ids` in a later wave; all
    others stay. `linked_ids` are attached to the target VPC by ClassicLink. `target_cidrs` are the blocks of the
    VSwitches that instances move into, including those of a later wave; empty where they are unknown, which counts as
    any private address. `mapped` are classic groups with existing VPC groups, and the number of those: they are not
    converted; rules may name those in `namable_ids`. With `targets_to_themselves` no other server is in any of the
    blocks, all of which are known.
    """

    instances: tuple[Instance, ...]
    migrating_ids: frozenset[str]
    later_ids: frozenset[str] = frozenset()
    linked_ids: frozenset[str] = frozenset()
    target_cidrs: tuple[str, ...] = ()
    mapped: Mapping[str, int] = field(default_factory=dict)
    namable_ids: frozenset[str] = frozenset()
    targets_to_themselves: bool = False


@dataclass(frozen=True)
class GroupCover:
    """Clones that name moving instances: `exact` ones have no others; `unnamed` are the instances without one."""

    exact: tuple[str, ...]
    unnamed: tuple[Instance, ...]


class Inside(NamedTuple):
    """Ids of the instances with a classic address in some blocks, by certainty.

    `surely` are those with at least one known address and all of them in the blocks; `possibly` those with one in them,
    or with none known; `partly` those with one inside and another outside. With `everybody` all moving instances are
    surely inside.
    """

    surely: frozenset[str]
    possibly: frozenset[str]
    partly: frozenset[str]
    everybody: bool


class Moves:
    """The context, indexed for the look-ups of rules.

    Raises ValueError where a moving instance has no group, or one that is not among those to clone: rules that the
    conversion never saw would decide for it.
    """

    def __init__(self, groups: Iterable[SecurityGroup], context: ConversionContext) -> None:
        moving = context.migrating_ids | context.later_ids
        linked = context.linked_ids - context.migrating_ids
        instances = sorted(context.instances, key=lambda instance: instance.id)
        self.cloned_ids = frozenset(group.id for group in groups)
        self.mapped = dict(context.mapped)
        self.named_ids = self.cloned_ids | context.namable_ids
        self._movers = {instance.id: instance for instance in instances if instance.id in moving}
        self.mover_ids = frozenset(self._movers)
        self.targets = tuple(sorted(IPv4Network(cidr) for cidr in set(context.target_cidrs))) or RFC1918
        self.targets_to_themselves = bool(context.target_cidrs) and context.targets_to_themselves
        self.linked_group_ids = frozenset(
            group_id for instance in instances if instance.id in linked for group_id in instance.security_group_ids
        )
        staying = [item for item in instances if item.id not in moving and item.id not in linked]
        self._stranded = {item.id: item for item in staying}
        self._stranded_in = _by_group(staying)
        self._vacated = frozenset(moving - linked)
        members = _by_group(instances)
        self._members = {
            group_id: frozenset(item.id for item in members.get(group_id, ())) for group_id in sorted(self.cloned_ids)
        }
        self._addresses = AddressIndex.of(instances)
        self._inside: dict[tuple[IPv4Network, ...], Inside] = {}
        self._address_counts = {item.id: len(item.intranet_ips) for item in instances}
        self._unlocated = frozenset(instance_id for instance_id, count in self._address_counts.items() if not count)
        for instance in self._movers.values():
            unknown = set(instance.security_group_ids) - self.cloned_ids - self.mapped.keys()
            if unknown or not instance.security_group_ids:
                missing = ", ".join(sorted(unknown)) or "none known"
                raise ValueError(f"{instance.id} moves, but its security group ({missing}) is not among those to clone")

    def inside(self, blocks: Sequence[IPv4Network]) -> Inside:
        """Return the instances with a classic address in the blocks, which must not overlap each other."""
        key = tuple(blocks)
        if key not in self._inside:
            counts = Counter(instance_id for block in key for _, instance_id in self._addresses.inside(block))
            surely = frozenset(item for item, count in counts.items() if count == self._address_counts[item])
            self._inside[key] = Inside(
                surely=surely,
                possibly=self._unlocated.union(counts),
                partly=frozenset(counts) - surely,
                everybody=len(surely & self.mover_ids) == len(self.mover_ids),
            )
        return self._inside[key]

    @cached_property
    def sole_groups(self) -> frozenset[str]:
        """Return the clones that alone name a moving instance: all their members move, and one is in no other."""
        sole = (self.cloned_ids.intersection(item.security_group_ids) for item in self._movers.values())
        return frozenset(
            group_id for own in sole if len(own) == 1 for group_id in own if self._members[group_id] <= self.mover_ids
        )

    @property
    def all_movers(self) -> tuple[Instance, ...]:
        """All instances that move, now or later, sorted by id."""
        return self.movers(self.mover_ids)

    def moving_members(self, group_id: str) -> int:
        """Return how many members of a group move."""
        return len(self._members[group_id] & self.mover_ids)

    def movers_in(self, group_ids: Iterable[str]) -> tuple[Instance, ...]:
        """Return the instances that move and are in any of the cloned groups, sorted by id."""
        return self.movers(frozenset().union(*(self._members[group_id] for group_id in group_ids)))

    def movers(self, ids: frozenset[str]) -> tuple[Instance, ...]:
        """Return those of the instances that move, sorted by id."""
        return tuple(self._movers[instance_id] for instance_id in sorted(ids & self.mover_ids))

    def stranded_members(self, group_id: str) -> tuple[Instance, ...]:
        """Return the members of a group that stay classic without ClassicLink: they and the VPC cannot connect."""
        return self._stranded_in.get(group_id, ())

    def stranded_at(self, block: IPv4Network) -> tuple[Instance, ...]:
        """Return the instances in a block that stay classic without ClassicLink."""
        located = {instance_id for _, instance_id in self._addresses.inside(block)}
        return tuple(self._stranded[instance_id] for instance_id in sorted(located) if instance_id in self._stranded)

    def all_targets_in(self, blocks: Sequence[IPv4Network]) -> bool:
        """Whether every possible new address of an instance is in the blocks."""
        return all(any(target.subnet_of(block) for block in blocks) for target in self.targets)

    def some_target_in(self, blocks: Sequence[IPv4Network]) -> bool:
        """Whether a moving instance may get a new address in the blocks."""
        return any(target.overlaps(block) for target in self.targets for block in blocks)

    def only_vacated(self, blocks: Sequence[IPv4Network]) -> bool:
        """Whether the blocks have no addresses except those that moving instances leave."""
        left_behind = {
            address for block in blocks for address, holder in self._addresses.inside(block) if holder in self._vacated
        }
        return len(left_behind) == sum(block.num_addresses for block in blocks)

    def cover(self, movers: frozenset[str], surely: frozenset[str], own: str | None) -> GroupCover:
        """Choose few clones that together name the moving instances `movers`, for a rule of group `own`.

        A group is chosen only if all its members, staying ones included, are in `surely`, because a clone may be given
        to any of them later. `own` is never chosen: the cloud accepts no rule that names its own group. None: it may
        be.
        """
        left, chosen = movers & self.mover_ids, []
        # The clone that names most comes first, of equals the first by id. The number of unnamed instances that a clone
        # names only decreases. So the first clone whose number is still correct is the best, and the others need not be
        # counted again.
        best_first = [
            (-len(members & left), group_id)
            for group_id, members in self._members.items()
            if members <= surely and group_id != own and not members.isdisjoint(left)
        ]
        heapify(best_first)
        while best_first:
            counted, group_id = heappop(best_first)
            named = self._members[group_id] & left
            if len(named) < -counted:
                heappush(best_first, (-len(named), group_id))
            elif named:
                chosen.append(group_id)
                left -= named
        return GroupCover(tuple(sorted(chosen)), self.movers(left))

    def closest_group(self, instance: Instance, surely: frozenset[str], own: str | None) -> str | None:
        """Return the instance's group with the fewest members that are not in `surely`; None if it is in `own` only."""
        candidates = [item for item in instance.security_group_ids if item != own and item in self.cloned_ids]
        return min(candidates, key=lambda group_id: (len(self._members[group_id] - surely), group_id), default=None)


def _by_group(instances: Iterable[Instance]) -> dict[str, tuple[Instance, ...]]:
    """Return the members of each group, in the order of the instances."""
    by_group: dict[str, list[Instance]] = defaultdict(list)
    for instance in instances:
        for group_id in dict.fromkeys(instance.security_group_ids):
            by_group[group_id].append(instance)
    return {group_id: tuple(members) for group_id, members in by_group.items()}
