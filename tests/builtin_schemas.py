"""Schemas of other systems' files, as check-jsonschema carries them."""

from __future__ import annotations

from pathlib import Path

from check_jsonschema import main
from click.testing import CliRunner


def assert_valid(schema: str, *files: Path) -> None:
    """Assert that the command would accept all files, called here: a process of its own takes 1.5 s to start."""
    done = CliRunner().invoke(main, ["--builtin-schema", schema, *map(str, files)])
    assert done.exit_code == 0, done.output
