"""The evidence files that a stack names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from components.config import ConfigError, EvidenceChoice, MigrationConfig, Problem
from estate.guest import Evidence, load_evidence


def read_evidence(config: MigrationConfig, directory: Path, file: str) -> tuple[Evidence, ...]:
    """Return all evidence of the config; none where it names none.

    `directory` is that of Pulumi.yaml, `file` the stack file's name for messages. Raises ConfigError for files that do
    not exist, EvidenceFileError for files that cannot be used; all problems at once.
    """
    if config.evidence is None:
        return ()
    return load_evidence(evidence_paths(config.evidence, directory, file))


def evidence_paths(choice: EvidenceChoice, directory: Path, file: str) -> list[Path]:
    """Return the existing files, each once, sorted. Raises ConfigError for a name or pattern without a file."""
    paths: set[Path] = set()
    problems: list[Problem] = []
    for index, pattern in enumerate(choice.files):
        matching = set(_matching(pattern, directory))
        paths |= matching
        if not matching:
            expected = f"there is no file {pattern}; expected one made by `preflight evidence`"
            problems.append(Problem(f"evidence.files[{index}]", expected))
    if problems:
        raise ConfigError(file, problems)
    return sorted(paths)


def _matching(pattern: str, directory: Path) -> Iterator[Path]:
    whole = directory / pattern
    return (path for path in Path(whole.anchor).glob(str(whole.relative_to(whole.anchor))) if path.is_file())
