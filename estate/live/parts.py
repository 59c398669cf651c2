"""Record the parts of one resource that the cloud refuses to read; the rest is read all the same.

A database that is being changed refuses some of the calls about it, and a permission may exclude some databases, load
balancers or lists. A failure for all alike is an error, and so is an answer that is not understood.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from estate import model
from estate.errors import CloudError, PermissionDenied, Throttled

_Result = TypeVar("_Result")
_Other = TypeVar("_Other")


class Parts:
    """The parts of one resource as they are read; the first refusal of a part is its reason."""

    def __init__(self, named: str) -> None:
        """Begin with nothing refused; `named` is its name for a person, such as `database rm-1`."""
        self._named = named
        self._refused: dict[model.UnreadName, str] = {}
        self.denied: list[PermissionDenied] = []

    def read(
        self, parts: Sequence[model.UnreadName], ask: Callable[[], _Result], otherwise: _Other
    ) -> _Result | _Other:
        """Return what `ask` reads, or `otherwise` where the cloud refuses it, which leaves `parts` unread."""
        try:
            return ask()
        except PermissionDenied as error:
            self.denied.append(error)
            refusal = f"{error.action} is not permitted for it{_request(error.request_id)}"
        except CloudError as error:
            if isinstance(error, Throttled) or error.status >= 500 or error.passing:
                raise
            refusal = f"{error.action} is refused with {error.code}{_request(error.request_id)}"
        for part in parts:
            self._refused.setdefault(part, f"of {self._named} {refusal}")
        return otherwise

    @property
    def unread(self) -> tuple[model.UnreadPart, ...]:
        """Return the unread parts, sorted, each with its reason."""
        return tuple(model.UnreadPart(part=part, reason=reason) for part, reason in sorted(self._refused.items()))

    def of(self, database: model.Database) -> model.Database:
        """Return a database with its unread parts."""
        return database.model_copy(update={"unread": self.unread})


def read_part(
    parts: Parts | None, names: Sequence[model.UnreadName], ask: Callable[[], _Result], otherwise: _Other
) -> _Result | _Other:
    """Return what `ask` reads; by `Parts.read` where a part may stay unread."""
    return ask() if parts is None else parts.read(names, ask, otherwise)


def raise_what_is_denied_to_all(read: Sequence[Parts]) -> None:
    """Raise the `PermissionDenied` of an action that is denied for all of them: then it is not limited to some."""
    for error in read[0].denied if read else ():
        if all(error.action in {other.action for other in parts.denied} for parts in read):
            raise error


def _request(request_id: str | None) -> str:
    return f" (RequestId {request_id})" if request_id else ""
