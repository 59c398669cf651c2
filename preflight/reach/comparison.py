"""Compare the groups of each moving instance before and after the move, by the pack's own comparison."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from policies.core.facts import Facts, UnreadableError, attempt, printable
from policies.core.plan import Plan, has_moved
from policies.security_groups import clones
from policies.security_groups.comparing import opened
from policies.security_groups.judging import Judged, judge
from policies.security_groups.model import Peer, Surroundings
from policies.security_groups.packets import parse_block
from policies.security_groups.reading import firewall_of
from policies.subjects.databases import target_blocks


@dataclass
class Comparison:
    """What the groups of each moving instance open and lose; `unknown` has the reasons where that cannot be read."""

    plan: Plan
    around: Surroundings
    now: datetime

    def __post_init__(self) -> None:
        self.unknown: dict[str, str] = {}
        if not self.plan.instances:
            self.unknown["the stack"] = "it moves no instance: nothing is compared"
        self.movers: dict[str, Facts] = {}
        self.by_kind: dict[str, dict[str, Judged]] = {"opened": {}, "lost": {}}
        for resource in self.plan.instances:
            instance_id = attempt(partial(resource.facts.text, "instanceId"))
            if isinstance(instance_id, UnreadableError):
                self.unknown[printable(resource.name)] = printable(str(instance_id))
                continue
            self.movers[instance_id] = resource.facts
            for problem in (
                attempt(partial(self._judge, instance_id)),
                attempt(partial(self._require_compared_place, instance_id)),
            ):
                if isinstance(problem, UnreadableError):
                    self.unknown[instance_id] = printable(str(problem))

    def _judge(self, instance_id: str) -> None:
        facts = self.movers[instance_id]
        if missing := clones.without_clone(self.plan, facts.texts("securityGroupIds")):
            raise UnreadableError(f"the VPC group of {', '.join(missing)}", "is not declared")
        self.by_kind["opened"][instance_id] = judge(self.plan, facts, "opened", self.now)
        self.by_kind["lost"][instance_id] = judge(self.plan, facts, "lost", self.now)

    def _require_compared_place(self, instance_id: str) -> None:
        """Raise UnreadableError where a moved instance is in other groups, or elsewhere, than is compared."""
        facts = self.movers[instance_id]
        if not has_moved(facts):
            return
        present = facts.object("present")
        classic = facts.texts("securityGroupIds")
        expected = {
            group.facts.text("id")
            for classic_id in classic
            for group in clones.the_groups(self.plan, clones.the_clone(self.plan, classic_id))
        }
        actual = set(present.texts("securityGroupIds"))
        if differs := sorted(expected ^ actual):
            problems = (f"{item} is {'none of its VPC groups' if item in actual else 'missing'}" for item in differs)
            raise UnreadableError("its groups since the move", f"are others than are compared: {'; '.join(problems)}")
        blocks = [parse_block(block) for block in target_blocks(self.plan, facts)]
        for text in present.texts("privateIps"):
            if not any(parse_block(text).is_inside(block) for block in blocks):
                raise UnreadableError(f"{text}, its address since the move,", "is in none of the VSwitches of its zone")

    def accepts(self, near: Peer, far: Peer) -> bool:
        """Whether the config accepts what one instance opens to another, or it opens nothing to it."""
        judged = self._opened_by(near)
        if judged is None:
            # For an instance that keeps its classic groups, nothing of the kind can be accepted.
            return near.id not in self.movers
        opened_to = judged.differences.traffic.values()
        return not any(far.id in ids for traffic in opened_to for ids in traffic.instances.values())

    def has_reasons(self, near: Peer) -> bool:
        """Whether the config accepts that groups of an instance open something."""
        judged = self._opened_by(near)
        return judged is not None and bool(judged.reasons)

    def _opened_by(self, near: Peer) -> Judged | None:
        """Return what the groups of an instance open; for one that moves with another stack, what they would open."""
        if near.id in self.movers or not near.moves:
            return self.by_kind["opened"].get(near.id)
        groups = tuple(sorted(near.groups))
        judged = attempt(lambda: self.plan.remember((__name__, groups), partial(self._opened_later, groups)))
        return None if isinstance(judged, UnreadableError) else judged

    def _opened_later(self, groups: tuple[str, ...]) -> Judged:
        reasons = clones.accepted_differences(self.plan, groups, "opened", self.now)
        return Judged(opened(firewall_of(self.plan, groups), self.around, None, reasons), reasons)
