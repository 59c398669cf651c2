"""Writes the files of a fleet: all of them, or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_all(directory: Path, texts: Mapping[str, str], *, replace: bool) -> None:
    """Write each text to its path below the directory, the last one last.

    First all are written beside their places, then they are put there. Raises OSError where that fails, with nothing
    changed but for a failure of the very last step; FileExistsError where one is there and `replace` is false.
    """
    staged: list[tuple[Path, Path]] = []
    placed: list[Path] = []
    try:
        for name, text in texts.items():
            staged.append((_staged(directory / name, text), directory / name))
        for temporary, path in staged:
            if replace:
                temporary.replace(path)
            else:
                # A link, unlike a renaming, fails where the name is taken by then.
                os.link(temporary, path)
                placed.append(path)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)


def _staged(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - Path.open takes no descriptor
            os.fchmod(file.fileno(), 0o644)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
