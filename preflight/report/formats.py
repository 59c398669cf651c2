"""The formats, and the destination of each report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from estate.documents import write_whole
from policies.verdict import BAD_INPUT
from preflight.exits import Stop
from preflight.report import github, junit, markdown, page, sarif, summary
from preflight.report.model import Report


class Format(StrEnum):
    """The purpose of a report."""

    MARKDOWN = "markdown"
    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    JSON = "json"


RENDERERS: Final[Mapping[Format, Callable[[Report], str]]] = {
    Format.MARKDOWN: markdown.render,
    Format.HTML: page.render,
    Format.SARIF: sarif.render,
    Format.JUNIT: junit.render,
    Format.GITHUB: github.render,
    Format.JSON: summary.render,
}

#: The file name of each report in a directory.
FILES: Final[Mapping[Format, str]] = {
    Format.MARKDOWN: "report.md",
    Format.HTML: "report.html",
    Format.SARIF: "report.sarif",
    Format.JUNIT: "report.junit.xml",
    Format.GITHUB: "report.github.txt",
    Format.JSON: "report.json",
}

Targets = Mapping[Format, Path | None]
"""The destination of each format; None: stdout."""


def targets(formats: list[Format], outputs: list[str]) -> Targets:
    """Return the destination of each format in the command line. Raises Stop.

    An output is a directory, or FORMAT=FILE. Workflow commands go to stdout unless they have a file, because the runner
    reads them only there.
    """
    named: dict[Format, Path | None] = {}
    directory: Path | None = None
    for text in outputs:
        name, is_file, path = text.partition("=")
        if is_file:
            named[_format(name, text)] = Path(path)
        elif directory is not None:
            raise Stop(BAD_INPUT, f"--output {text}: there is a directory already, {directory}; or name FORMAT=FILE")
        else:
            directory = Path(text)
    for item in formats:
        into = None if directory is None or item is Format.GITHUB else directory / FILES[item]
        named.setdefault(item, into)
    if directory is not None and not formats:
        raise Stop(BAD_INPUT, f"--output {directory}: --format says which reports to write there")
    if not named:
        raise Stop(BAD_INPUT, f"no report is asked for: expected --format with one of {', '.join(Format)}")
    if len(shown := [item for item, path in named.items() if path is None]) > 1:
        raise Stop(
            BAD_INPUT, f"{' and '.join(shown)} would both go to stdout: --output names a directory, or FORMAT=FILE"
        )
    return named


def _format(name: str, text: str) -> Format:
    try:
        return Format(name)
    except ValueError:
        raise Stop(BAD_INPUT, f"{text}: expected FORMAT=FILE with one of {', '.join(Format)}") from None


def write(report: Report, into: Targets, show: Callable[[str], object]) -> None:
    """Write each report whole or not at all. Raises Stop where that fails."""
    for item, path in into.items():
        text = RENDERERS[item](report)
        if path is None:
            show(text)
        else:
            put(path, text)


def forget(paths: Iterable[Path | None]) -> None:
    """Remove the reports of an earlier run: if this run dies, none is mistaken for its own. Raises Stop."""
    for path in filter(None, paths):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise Stop(BAD_INPUT, f"{path}: cannot be replaced: {error.strerror}") from None


def put(path: Path, text: str) -> None:
    """Write a report whole or not at all, in a directory that is made if need be. Raises Stop where that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise Stop(BAD_INPUT, f"{path}: the report cannot be written: {error.strerror}") from None
