"""A stack to be judged: by the cloud, or by the estate in a file and then without any cloud."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from components.config import MigrationConfig
from preflight.access import check_access, check_config
from preflight.region import read_origin
from preflight.screen import when
from preflight.workspace import OpenStack, open_by_file, open_stack


@dataclass(frozen=True)
class Session:
    """One stack, its config, and the source of its estate.

    `origin` is the source in words, without secrets; `scrub` blanks the secrets in use. `scratch` is deleted with the
    session.
    """

    stack: OpenStack
    config: MigrationConfig
    account_id: str
    origin: str
    scrub: Callable[[str], str]
    scratch: Path


@contextmanager
def session(project: Path, stack: str | None, estate: Path | None) -> Iterator[Session]:
    """Open a stack: first its config, then the caller of the cloud, or the content of the file. Raises Stop."""
    with tempfile.TemporaryDirectory(prefix="preflight-") as directory:
        scratch = Path(directory)
        if estate is None:
            opened = open_stack(project, stack, os.environ)
            config = check_config(opened)
            access = check_access(opened)
            yield Session(opened, config, access.cloud.account_id(), access.origin, access.cloud.scrub, scratch)
            return
        account_id, origin = _read(estate)
        opened = open_by_file(project, stack, os.environ, estate, scratch)
        yield Session(opened, check_config(opened), account_id, origin, str, scratch)


def _read(path: Path) -> tuple[str, str]:
    """Return the account of an inventory file, and the source in words. Raises Stop.

    The program reads the estate itself, and reports what is wrong with it.
    """
    origin = read_origin(path)
    read_at = when(origin.read_at.isoformat())
    return origin.account_id, (
        f"by the estate in {path} of {read_at}, account {origin.account_id}, region {origin.region_id}"
    )
