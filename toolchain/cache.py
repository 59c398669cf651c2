"""The cache outside the checkout: its entries are complete, even while other processes write.

Locks are POSIX ones. Windows needs the official Pulumi CLI; this package does nothing there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from toolchain.progress import Reporter

CACHE_VARIABLE = "CLASSIC_TO_VPC_CACHE"

_LOCK_POLL_SECONDS = 0.2
_KEY_LENGTH = 16


def cache_root(environment: Mapping[str, str]) -> Path:
    """Where this project keeps what it builds.

    `CLASSIC_TO_VPC_CACHE` itself if set, else `classic-to-vpc` under `XDG_CACHE_HOME` or `~/.cache`.
    """
    override = environment.get(CACHE_VARIABLE)
    if override:
        return Path(override).expanduser().resolve()
    base = environment.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "classic-to-vpc"


def content_key(sources: Iterable[tuple[str, bytes]], settings: Iterable[str]) -> str:
    """Hash everything that decides what a build produces.

    `sources` are (relative path, content), in any order; `settings` are flags, versions and the platform, in order.
    Each part is hashed with its length, so that no two different inputs run together.
    """
    digest = hashlib.sha256()

    def add(part: bytes) -> None:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)

    for path, content in sorted(sources):
        add(path.encode())
        add(content)
    for setting in settings:
        add(setting.encode())
    return digest.hexdigest()[:_KEY_LENGTH]


def read_sources(directory: Path, patterns: Iterable[str]) -> list[tuple[str, bytes]]:
    """Read the files under `directory` that match any of the glob `patterns`, with their relative POSIX paths."""
    paths = {path for pattern in patterns for path in directory.rglob(pattern) if path.is_file()}
    return [(path.relative_to(directory).as_posix(), path.read_bytes()) for path in paths]


@contextmanager
def exclusive(lock_file: Path, subject: str, reporter: Reporter) -> Iterator[None]:
    """Hold `lock_file` for the block; report it and wait while another process holds it.

    The kernel drops the lock when its holder dies, so a crash never leaves it stuck.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a+") as handle:

        def acquired() -> bool:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        if not acquired():
            with reporter.running(lambda: f"waiting: another process is preparing {subject}"):
                while not acquired():
                    time.sleep(_LOCK_POLL_SECONDS)
        yield


def publish_once(target: Path, subject: str, fill: Callable[[Path], None], reporter: Reporter) -> None:
    """Create the directory `target` unless it exists: `fill` writes into a temporary one, which is then renamed.

    If `fill` is interrupted, `target` does not exist. Of several processes one fills and the others wait; `subject` is
    what they report to wait for.
    """
    if target.is_dir():
        return
    with exclusive(target.with_suffix(".lock"), subject, reporter):
        if not target.is_dir():
            _publish(target, fill)


def _publish(target: Path, fill: Callable[[Path], None]) -> None:
    # The lock is held, so an existing temporary directory belongs to a process that was killed.
    for abandoned in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        fill(staging)
        staging.chmod(0o755)
        staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def write_script(path: Path, text: str) -> None:
    """Write an executable file so that a process that starts it at the same moment sees the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w") as handle:
            handle.write(text)
        temporary.chmod(0o755)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
