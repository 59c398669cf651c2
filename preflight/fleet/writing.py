"""Write the files of a fleet: all of them, or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from estate.documents import put_in_place, write_beside


def write_all(directory: Path, texts: Mapping[str, str], *, replace: bool) -> None:
    """Write each text to its path below the directory, in the order of `texts`.

    All files are first written under temporary names, then put in place. Raises OSError if that fails, and
    FileExistsError if a file exists and `replace` is false. After an error no file has changed, unless `replace` is
    true and putting files in place failed midway.
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
