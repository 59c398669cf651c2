"""The run of a result: the caller's id for it, and the sources of the judged facts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from policies.core.clock import estate_file, read_cloud_clock
from policies.core.facts import Facts, UnreadableError, attempt, printable
from policies.core.plan import Plan

T = TypeVar("T")

RUN_VARIABLE: Final = "PREFLIGHT_RUN_ID"
PACK: Final = Path(__file__).parents[1]
# The ids of all rules, a line each; made by `make docs`.
MANIFEST: Final = PACK / "rules.txt"
_NOT_OURS: Final = frozenset({"venv", ".venv", "__pycache__"})


@dataclass(frozen=True)
class Source:
    """A file that the judged program read: its path relative to the project, and the SHA-256 of its content."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Run:
    """The origin of a result; None where it is unknown."""

    id: str | None = None
    account_id: str | None = None
    region_id: str | None = None
    estate_read_at: datetime | None = None
    cloud_time: datetime | None = None
    machine_time: datetime | None = None
    commit: str | None = None
    dirty: bool | None = None
    stack_file: Source | None = None
    files: tuple[Source, ...] | None = None
    estate_file: Source | None = None


def read_run(environment: Mapping[str, str], plan: Plan) -> Run:
    """Return the run from the environment and the migration's facts; never raises."""
    given = printable(environment.get(RUN_VARIABLE, "")).strip()
    return Run(
        id=given or None,
        account_id=_known(lambda: plan.migration.text("accountId")),
        region_id=_known(lambda: plan.migration.text("regionId")),
        estate_read_at=_known(lambda: plan.migration.moment("estateReadAt")),
        cloud_time=_known(lambda: read_cloud_clock(plan)[0]),
        machine_time=_known(lambda: read_cloud_clock(plan)[1]),
        commit=_known(lambda: _made_of(plan).text("commit")),
        dirty=_known(lambda: _made_of(plan).flag("dirty")),
        stack_file=_known(lambda: _source(_made_of(plan).object("stackFile"))),
        files=_known(lambda: tuple(map(_source, _made_of(plan).objects("files")))),
        estate_file=_estate_file(plan),
    )


def _known(read: Callable[[], T]) -> T | None:
    value = attempt(read)
    return None if isinstance(value, UnreadableError) else value


def _estate_file(plan: Plan) -> Source | None:
    """Return the file that the estate is from; an unreadable name still counts as a file."""
    name = estate_file(plan)
    if name is None:
        return None
    return Source(name, _known(lambda: plan.migration.object("estateFile").text("sha256")) or "")


def _made_of(plan: Plan) -> Facts:
    return plan.migration.object("madeOf")


def _source(entry: Facts) -> Source:
    return Source(entry.text("path"), entry.text("sha256"))


@cache
def rules_digest(pack: Path = PACK) -> str:
    """Return the SHA-256 of all code of a pack: two packs with the same one judge alike."""
    total = hashlib.sha256()
    for path in sorted(pack.rglob("*.py")):
        name = path.relative_to(pack)
        if not _NOT_OURS.intersection(name.parts):
            # Line ends are as the checkout makes them.
            content = path.read_bytes().replace(b"\r\n", b"\n")
            total.update(f"{name.as_posix()} {hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def manifest(path: Path = MANIFEST) -> tuple[str, ...]:
    """Return the ids of the rules that the pack must have. Raises OSError where there is no manifest."""
    return tuple(path.read_text(encoding="utf-8").split())
