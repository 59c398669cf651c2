"""Flows in a file of the team: who connects to whom, a line each, as exported from a flow log or written by hand."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from components.config import ConfigError, Flow, MigrationConfig, Problem
from components.config.wording import problems_of
from estate.documents import DocumentError, read_bytes

_KEY = "classicLink.flowsFile"
_COLUMNS = ("source", "destination", "port")


def with_flows(config: MigrationConfig, directory: Path, file: str) -> MigrationConfig:
    """Return the config with the flows of `classicLink.flowsFile` under `classicLink.flows`.

    `directory` is where the path is seen from, `file` the stack file's name for messages. Raises ConfigError with all
    lines that are no flow, by their numbers: a stack file may name any file of the machine, and its text is not shown.
    """
    link = config.classic_link
    if link is None or link.flows_file is None:
        return config
    path = directory / link.flows_file
    try:
        lines = read_bytes(path).decode("utf-8").splitlines()
    except (DocumentError, UnicodeDecodeError) as error:
        why = str(error).removeprefix(f"{path}: ")
        raise ConfigError(file, [Problem(_KEY, f"{link.flows_file}: {why}")]) from None
    flows, problems = [], []
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.split(",")]
        if not line.strip() or line.lstrip().startswith("#") or tuple(cells) == _COLUMNS:
            continue
        if len(cells) != len(_COLUMNS):
            problems.append(
                Problem(_KEY, f"line {number}: expected the 3 columns {','.join(_COLUMNS)}; got {len(cells)}")
            )
            continue
        try:
            flows.append(Flow.model_validate(dict(zip(_COLUMNS, cells, strict=True))))
        except ValidationError as error:
            problems += [
                Problem(_KEY, f"line {number}, {problem.key}: {problem.expected.partition('; got ')[0]}")
                for problem in problems_of(error, Flow)
            ]
    if problems:
        raise ConfigError(file, problems)
    return config.model_copy(update={"classic_link": link.model_copy(update={"flows": tuple(flows)})})
