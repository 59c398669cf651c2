"""Writes the files of a fleet: all of them, or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from estate.documents import put_in_place, write_beside


def write_all(directory: Path, texts: Mapping[str, str], *, replace: bool) -> None:
    """Write each text to its path below the directory, the last one last.

    First all are written beside their places, then they are put there. Raises OSError where that fails, with nothing
    changed but for a failure of the very last step; FileExistsError where one is there and `replace` is false.
    """
    staged: list[tuple[Path, Path]] = []
    placed: list[Path] = []
    try:
        for name, text in texts.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            staged.append((write_beside(path, text), path))
        for temporary, path in staged:
            put_in_place(temporary, path, new=not replace)
            if not replace:
                placed.append(path)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
