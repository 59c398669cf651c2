"""Which classic instances a stack leaves where they are. Its result does not say; its stack file does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from components.config import CONFIG_KEY
from estate.documents import DocumentError, read_document
from preflight.workspace import decoded


def staying_in(project: Path, file: str) -> frozenset[str]:
    """Return the ids under `staying` in a stack file and in the files that it includes.

    The files are those that a result was checked against: one whose config was in no stack file does not count here.
    """
    config = _map(_map(_read(project / file)).get("config"))
    value = config.get(CONFIG_KEY)
    migration = _map(decoded(value) if isinstance(value, str) else value)
    lists = [migration, *(_map(_read(project / str(name))) for name in _list(migration.get("include")))]
    return frozenset(_ids(entry for part in lists for entry in _list(part.get("staying"))))


def _ids(entries: Iterable[Any]) -> Iterator[str]:
    for entry in entries:
        yield from (item for item in _list(_map(entry).get("instances")) if isinstance(item, str))


def _read(path: Path) -> object:
    try:
        return read_document(path)
    except DocumentError:
        return None


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
