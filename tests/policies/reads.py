"""Which values of a stack each rule reads, so that a value that is changed is judged anew by those alone that read it.

A rule is a function of what it reads: what it has not read it cannot tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from policies.core.clock import Moment
from policies.core.outcome import Result
from policies.core.plan import Plan, Resource
from policies.core.rule import AnyRule, ReviewRule
from policies.pack.evaluation import Evaluation, Evaluator
from policies.pack.registry import all_rules
from tests.policies.prepared import Draft
from tests.policies.recordings import Recording

Stack = Draft | Recording
Path = tuple[str | int, ...]


class _Reads:
    """The places of one resource that were read. A place is read with all that it is in."""

    def __init__(self) -> None:
        self._places: set[Path] = set()

    def value(self, path: Path, value: Any) -> Any:
        """Note that a value was read, and return it so that reads of what is in it are noted, too."""
        self._places.update(path[: index + 1] for index in range(len(path)))
        if isinstance(value, dict):
            return _Object(self, path, value)
        return _List(self, path, value) if isinstance(value, list) else value

    def keys(self, path: Path, value: dict[str, Any]) -> None:
        """Note that the keys of an object were read: each may be missing."""
        for key in value:
            self.value((*path, key), None)

    def sees(self, path: Path) -> bool:
        """Whether a change of the value at a place can be seen."""
        return path in self._places


class _Object(Mapping[str, Any]):
    """An object that notes what is read of it."""

    def __init__(self, reads: _Reads, path: Path, values: dict[str, Any]) -> None:
        self._reads, self._path, self._values = reads, path, values

    def __getitem__(self, key: str) -> Any:
        value = self._reads.value((*self._path, key), self._values.get(key))
        if key not in self._values:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        self._reads.value((*self._path, str(key)), None)
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        self._reads.keys(self._path, self._values)
        return iter(self._values)

    def __len__(self) -> int:
        self._reads.keys(self._path, self._values)
        return len(self._values)


class _List(list[Any]):
    """A list that notes what is read of it; a list in truth, which some rules ask."""

    def __init__(self, reads: _Reads, path: Path, values: list[Any]) -> None:
        super().__init__(reads.value((*path, index), item) for index, item in enumerate(values))


class Readers:
    """The rules that read each value of a stack, and how they judged it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._resources: Final = [
            Resource(item.type, item.urn, item.name, item.parent, item.properties) for item in stack.resources
        ]
        unwatched = self._evaluator(all_rules(), stack.plan())
        self._judged: Final = {
            rule.id: self._results_and_reads(rule) for rule in all_rules() if not isinstance(rule, ReviewRule)
        }
        for rule_id, (results, _) in self._judged.items():
            expected = unwatched._evaluated[rule_id][1]
            assert results == expected, f"{rule_id} answers otherwise where it is watched"

    def _results_and_reads(self, rule: AnyRule) -> tuple[list[Result], list[_Reads]]:
        """One rule's results of the stack, as they are before any review, and what it read of each resource."""
        reads = [_Reads() for _ in self._resources]
        tracked = Plan(
            replace(item, properties=own.value((), item.properties))
            for item, own in zip(self._resources, reads, strict=True)
        )
        return self._evaluator([rule], tracked)._evaluated[rule.id][1], reads

    def _evaluator(self, rules: Sequence[AnyRule], plan: Plan) -> Evaluator:
        """One that has asked the rules."""
        evaluator = Evaluator(rules, plan, self._moment)
        evaluator.evaluation({})
        return evaluator

    @property
    def _moment(self) -> Moment:
        return Moment(self._stack.now, "cloud")

    def evaluation(self, changed: Stack, index: int, path: Path) -> Evaluation:
        """Evaluate a stack that differs in one value; rules that never read it are not asked again."""
        evaluator = Evaluator(all_rules(), changed.plan(), self._moment)
        for rule_id, (results, reads) in self._judged.items():
            if not reads[index].sees(path):
                evaluator._evaluated[rule_id] = ({}, results)
        return evaluator.evaluation({})
