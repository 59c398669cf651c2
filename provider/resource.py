"""The resources of this provider: pure checks and diffs, and five operations on the cloud, all on plain data."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

from estate.client import Cloud
from estate.errors import EstateError
from provider.values import UNKNOWN, Properties

#: Receives the messages of resources for the user, which fail nothing.
LOG: Final = logging.getLogger("alimigrate")


#: Outputs of a preview alone: why the write to come would be refused, and why that could not be found out.
REFUSED: Final = "refused"
NOT_FORESEEN: Final = "notForeseen"


#: Gives the session with the cloud; what needs none does not ask for it.
Connect: TypeAlias = Callable[[], Cloud]


class ResourceError(EstateError):
    """An operation refused by this provider; the message says why and what to do."""


class PartialFailure(ResourceError):  # noqa: N818 - it says what it is
    """An operation that stopped half way; `state` is what is there now, and the next update goes on from it.

    `declared` is what of it is the resource's own.
    """

    def __init__(
        self, resource_id: str, inputs: Properties, state: Properties, declared: Properties, reason: str
    ) -> None:
        self.resource_id = resource_id
        self.inputs = inputs
        self.state = state | {"declared": declared, "drift": []}
        super().__init__(reason)


class Failure(NamedTuple):
    """A problem with an input: where, as a Pulumi property path, and what was expected."""

    path: str
    reason: str


class Checked(NamedTuple):
    """Inputs in their normal form with every problem found in them."""

    inputs: Properties
    failures: tuple[Failure, ...]


class Change(Enum):
    """How a property differs between state and inputs."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"
    REPLACE = "replace"


class Resource(ABC):
    """One resource type.

    `applied` is an output of each: unknown while a preview would create or update, else a digest of what is in the
    cloud. `actions` are the RAM actions that its operations need.
    """

    type_name: ClassVar[str]
    actions: ClassVar[tuple[str, ...]]
    schema: ClassVar[dict[str, Any]]
    #: Inputs of which a change needs another resource.
    replacing: ClassVar[tuple[str, ...]]
    #: Whether the old one must go before the new one can be.
    delete_first: ClassVar[bool] = False
    #: Outputs beyond inputs, which are unknown in the preview of a creation.
    outputs: ClassVar[tuple[str, ...]] = ("applied",)

    @abstractmethod
    def check(self, inputs: Properties) -> Checked:
        """Check and normalise inputs, some perhaps unknown; unknown values pass and stay unknown."""

    def diff(self, state: Properties, inputs: Properties) -> dict[str, Change]:
        """Return what differs, by property path."""
        names = sorted((set(state) | set(inputs)) - set(self.outputs))
        changes: dict[str, Change] = {}
        for name in names:
            if name not in state:
                kind = Change.ADD
            elif name not in inputs:
                kind = Change.DELETE
            else:
                kind = Change.UPDATE
            if state.get(name) != inputs.get(name):
                changes[name] = Change.REPLACE if name in self.replacing else kind
        return changes

    def planned(self, state: Properties, inputs: Properties) -> Properties:
        """Return the known state in the preview of a creation (`state` empty) or an update."""
        del state
        return inputs | dict.fromkeys(self.outputs, UNKNOWN)

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise the ResourceError that `create` (`state` empty) or `update` would raise before it writes anything.

        Reads, and writes nothing. Some inputs may be unknown; what depends on them is not asked. A resource that
        refuses nothing by what it reads has nothing to foresee.
        """
        del connect, inputs, resource_id, state

    def id_of(self, import_id: str) -> str:
        """Return the id that a state keeps of one that was given to an import, which may say more."""
        return import_id

    def leaves(self, state: Properties) -> bool:
        """Return whether `delete` leaves the thing in the cloud, because it was there before the stack declared it."""
        del state
        return False

    @abstractmethod
    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Create and return the id and the state."""

    @abstractmethod
    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state as the cloud has it, None if the thing is gone; `state` is empty on import."""

    def update(self, cloud: Cloud, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Change what is in the cloud from `state` to `inputs` and return the new state.

        There is nothing to change where every input replaces.
        """
        del cloud, resource_id
        return inputs | {name: state[name] for name in self.outputs}

    @abstractmethod
    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Delete; that it is gone already is success."""


def require_text(inputs: Properties, names: Iterable[str]) -> list[Failure]:
    """Return a failure for each of the named inputs that is not a text of at least one character."""
    return [
        Failure(name, "expected an id")
        for name in names
        if inputs.get(name) is not UNKNOWN and not (isinstance(inputs.get(name), str) and inputs[name])
    ]


def reject_others(inputs: Properties, names: Iterable[str], prefix: str = "") -> list[Failure]:
    """Return a failure for each input that does not exist: a misspelt one would be ignored in silence."""
    return [Failure(f"{prefix}{name}", "no such property") for name in sorted(set(inputs) - set(names))]
