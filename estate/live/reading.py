"""What the readers of all products share: parts out of the SDK's holders, and models made of what the cloud said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from estate import model
from estate.answers import Source
from estate.errors import UnusableAnswer

_Model = TypeVar("_Model", bound=BaseModel)


def build(source: Source, kind: type[_Model], **fields: Any) -> _Model:
    """Make a model of what the cloud said; what it says and we cannot understand is an error, never a guess."""
    try:
        return kind(**fields)
    except (ValidationError, ValueError) as error:
        problems = error.errors() if isinstance(error, ValidationError) else []
        where = ", ".join(".".join(map(str, problem["loc"])) or problem["msg"] for problem in problems) or str(error)
        name = fields.get("id") or kind.__name__
        raise UnusableAnswer(
            source.action, f"{where} of {name} is not what this version understands", source.request_id
        ) from None


def source_of(action: str, body: Any) -> Source:
    """Return where a typed body is from."""
    return Source(action, str(body.request_id))


def items(parent: Any, *path: str) -> list[Any]:
    """Return the list at the end of the SDK's nested holders, empty where `estate.reads` lets it be left out."""
    for name in path:
        parent = getattr(parent, name, None)
        if parent is None:
            return []
    return list(parent)


def tags(owner: Any) -> tuple[model.Tag, ...]:
    """Return the tags of an ECS resource."""
    return tuple(model.Tag(key=tag.tag_key, value=tag.tag_value or "") for tag in items(owner, "tags", "tag"))


def addresses(text: str | None) -> tuple[str, ...]:
    """Return the entries of a whitelist, which the cloud gives as one text."""
    return tuple(entry.strip() for entry in (text or "").split(",") if entry.strip())


def whitelist_groups(source: Source, groups: Iterable[Any]) -> tuple[model.WhitelistGroup, ...]:
    """Return the whitelist groups of Redis and MongoDB, sorted by name; they are for both networks."""
    read = [
        build(
            source,
            model.WhitelistGroup,
            name=group.security_ip_group_name,
            attribute=group.security_ip_group_attribute or "",
            security_ips=addresses(group.security_ip_list),
        )
        for group in groups
    ]
    return tuple(sorted(read, key=lambda group: group.name))


def seconds_left(text: str | int | None) -> int | None:
    """Return the seconds left to a classic address in hybrid access; the cloud says nothing or 0 of all others."""
    return int(text or 0) or None
