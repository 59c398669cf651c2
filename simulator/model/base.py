"""Base classes of the models of all products.

Times carry an offset, sizes are GiB, bandwidths Mbit/s.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from types import GenericAlias
from typing import Annotated, Any, ClassVar, Final, Generic, Protocol, Self, TypeVar, get_args, overload

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

Ipv4Text = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}$", description="An IPv4 address.")]
Mac = Annotated[str, Field(pattern=r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$", description="A MAC address.")]
ClassicId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$",
        description="An id, of today or of 2012 to 2015, when they had other shapes.",
    ),
]
Tags = Annotated[dict[str, str], Field(default_factory=dict, description="Tag key to tag value.")]


def _block(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"{error}, expected a CIDR block") from None
    return text


def _block_around(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(f"{error}, expected a CIDR block") from None
    return text


Cidr = Annotated[str, AfterValidator(_block), Field(description="A CIDR block, or one address.")]
CidrAsWritten = Annotated[
    str, AfterValidator(_block_around), Field(description="A CIDR block, or an address within one.")
]


@dataclass(frozen=True)
class Refers:
    """Marks a field with ids of a table of the estate; if the field `unless` is set, the ids need not exist."""

    table: str
    unless: str | None = None


ResourceGroupId = Annotated[
    str | None, Refers("resource_groups"), Field(description="Absent: the default resource group.")
]

_SIMPLE: Final = frozenset({str, int, float, bool, type(None), datetime})


def _copied(value: Any, memo: dict[int, Any] | None) -> Any:
    """Copy a value without a call for each text and number in it, which most of a large estate is."""
    kind = type(value)
    if kind in _SIMPLE:
        return value
    if kind is list:
        return [item if type(item) in _SIMPLE else _copied(item, memo) for item in value]
    if kind is dict:
        return {key: item if type(item) in _SIMPLE else _copied(item, memo) for key, item in value.items()}
    return deepcopy(value, memo)


class Strict(BaseModel):
    """Unknown keys are errors, because a misspelt key would silently get its default."""

    model_config = ConfigDict(extra="forbid")

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Copy as pydantic does, and quicker."""
        fields = _copied(self.__dict__, memo)
        copied = type(self).__new__(type(self))
        for name, value in (
            ("__dict__", fields),
            ("__pydantic_fields_set__", set(self.model_fields_set)),
            ("__pydantic_extra__", None),
            ("__pydantic_private__", None),
        ):
            object.__setattr__(copied, name, value)
        return copied


class Value(Strict):
    """Settings that are changed only by putting others in their place, so copies can share them."""

    model_config = ConfigDict(frozen=True)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self


class Transitional(Strict):
    """A resource that takes time to reach its next status: at `ready_at` its status becomes `becomes`.

    With `leaving` the resource is removed then.
    """

    becomes: ClassVar[dict[str, str]] = {}

    status: str
    ready_at: AwareDatetime | None = Field(default=None, description="End of a passing status, in model time.")
    leaving: bool = Field(default=False, description="Whether the resource is gone at the end of its passing status.")

    def arrive(self) -> None:
        """End the transition."""
        self.status, self.ready_at = self.becomes.get(self.status, self.status), None


class Identified(Protocol):
    """An item of a table."""

    @property
    def id(self) -> str:
        """The id under which the table finds it."""


Item = TypeVar("Item", bound=Identified)


class Table(Generic[Item]):
    """Resources of one type in the order of their creation, found by id in constant time; a list in a file."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        """Hold `items`; raises ValueError if an id occurs twice."""
        self._items: dict[str, Item] = {}
        self.extend(items)

    def append(self, item: Item) -> None:
        """Add one at the end; raises ValueError if its id is taken."""
        if item.id in self._items:
            raise ValueError(f"{item.id} stands there twice")
        self._items[item.id] = item

    def extend(self, items: Iterable[Item]) -> None:
        """Add several at the end, as `append` does."""
        for item in items:
            self.append(item)

    def remove(self, item: Item) -> None:
        """Remove one; raises KeyError if it is not in the table."""
        del self._items[item.id]

    def find(self, item_id: str | None) -> Item | None:
        """Return the one with this id, or None."""
        return self._items.get(item_id) if item_id else None

    def among(self, ids: Iterable[str] | None) -> list[Item]:
        """Yield the items with these ids, each once, in the order of creation; all items if `ids` is None."""
        if ids is None:
            return list(self._items.values())
        chosen = set(ids)
        items = [self._items[item_id] for item_id in chosen if item_id in self._items]
        if len(items) < 2:
            return items
        places = {item_id: place for place, item_id in enumerate(self._items)}
        return sorted(items, key=lambda item: places[item.id])

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        copied = type(self)()
        copied._items = _copied(self._items, memo)
        return copied

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item: object) -> bool:
        return any(item == own for own in self)

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> list[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | list[Item]:
        return list(self._items.values())[place]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In a file and in a dump a table is a list of its items."""
        items = handler.generate_schema(GenericAlias(list, get_args(source)))
        return core_schema.no_info_after_validator_function(
            cls,
            items,
            serialization=core_schema.wrap_serializer_function_ser_schema(
                lambda table, serialize: serialize(list(table)), schema=items
            ),
        )
