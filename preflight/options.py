"""Options that several commands share."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from policies.verdict import BAD_INPUT, CONDITIONS
from preflight.exits import Stop


def moment(text: str) -> datetime:
    """Read a time with its offset. Raises typer.BadParameter."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.utcoffset() is None:
        raise typer.BadParameter(f"expected a time with its offset, such as 2026-12-11T03:00:00+08:00; found {text!r}")
    return parsed


def not_blank(value: str | None) -> str | None:
    """Return the text of an option. Raises typer.BadParameter where it is blank.

    A pipeline whose variable nobody set gives such a text: it must not mean "the selected stack" or "any".
    """
    if value is not None and not value.strip():
        raise typer.BadParameter("expected text that is not blank")
    return value


def check_writable(option: str, path: Path) -> None:
    """Raise Stop unless the path that an option names is one for a file that can be written."""
    directory = path.absolute().parent
    if not directory.is_dir() or not os.access(directory, os.W_OK) or (path.exists() and not path.is_file()):
        raise Stop(BAD_INPUT, f"{option} {path}: expected a file in a directory that exists and can be written")


StartOption: TypeAlias = Annotated[
    datetime | None,
    typer.Option(help="When the first wave moves, such as 2026-12-12T02:00:00+08:00.", parser=moment, metavar="TIME"),
]
LatestOption: TypeAlias = Annotated[
    datetime | None, typer.Option(help="Latest Schedule Time of the pending tasks.", parser=moment, metavar="TIME")
]
StayOption: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="An instance that stays classic, by id or name; repeat it.")
]
KeysOption: TypeAlias = Annotated[
    Path | None, typer.Option("--cloud", help="Use the alicloud: keys of this stack file, and write them too.")
]
StackOption: TypeAlias = Annotated[
    str | None, typer.Option("--stack", "-s", help="The stack; the selected one if not given.", callback=not_blank)
]
AtOption: TypeAlias = Annotated[
    datetime | None,
    typer.Option(
        help="Judge for another time, such as 2026-12-11T03:00:00+08:00: a what-if, which passes no gate.",
        parser=moment,
        metavar="TIME",
    ),
]
WaveOption: TypeAlias = Annotated[
    str | None, typer.Option(help="Judge one wave, not the whole stack.", callback=not_blank)
]
StrictOption: TypeAlias = Annotated[bool, typer.Option("--strict", help=f"Exit {CONDITIONS} if ready with conditions.")]
RehearsalOption: TypeAlias = Annotated[
    bool, typer.Option("--rehearsal", help="Judge a simulated cloud as if it were Alibaba Cloud; never for a gate.")
]
ResultOption: TypeAlias = Annotated[
    Path | None, typer.Option(help="Write the whole result to this file.", envvar="PREFLIGHT_RESULT")
]
RegionOption: TypeAlias = Annotated[
    str | None, typer.Option(help="Read this region, by the credentials of the environment.", callback=not_blank)
]
ProjectOption: TypeAlias = Annotated[Path, typer.Option(help="The directory with Pulumi.yaml; here if not given.")]
EstateOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--estate",
        help="Judge by this file of `preflight inventory`, without calling a cloud. Never READY.",
        metavar="FILE",
        envvar="PREFLIGHT_ESTATE",
    ),
]
