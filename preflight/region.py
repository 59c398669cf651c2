"""Read a region from the cloud or from a file: the input of `inventory` and `init`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from components.inputs import counted
from components.run import failure_kind
from estate.documents import DocumentError, read_document
from estate.errors import EstateError
from estate.identity import PREFIX
from estate.inventory import SCHEMA_VERSION, Inventory, InventoryError, Origin, load_inventory, load_origin
from estate.live import read_estate
from policies.verdict import BAD_INPUT
from preflight.access import ASKING, EXIT_CODES, Access, access_by, check_access
from preflight.exits import Stop
from preflight.redaction import redacted
from preflight.screen import Progress
from preflight.workspace import open_stack

T = TypeVar("T")


@dataclass(frozen=True)
class Where:
    """The region to read: that of a `stack`; or a `region` by name, with the keys of a stack file and Pulumi.yaml.

    `cloud` is that stack file. With all three None, it is the region of the selected stack.
    """

    project: Path
    stack: str | None = None
    region: str | None = None
    cloud: Path | None = None


def read_region(where: Where, progress: Progress) -> Inventory:
    """Read the region from the cloud. Raises Stop."""
    with progress.running(ASKING):
        access = _access(where)
    progress.say(access.origin[0].upper() + access.origin[1:])
    cloud = access.cloud
    with progress.running(f"Reading the estate of {cloud.region}"):
        try:
            estate = read_estate(cloud, cloud.now())
        except EstateError as error:
            raise Stop(EXIT_CODES[failure_kind(error)], redacted(str(error), cloud.scrub)) from None
    progress.say(f"Read {counted(estate)} of {cloud.region}")
    return Inventory(schema_version=SCHEMA_VERSION, rehearsal=cloud.settings.rehearsal(), estate=estate)


def read_file(path: Path) -> Inventory:
    """Read an inventory file. Raises Stop."""
    return _read(path, load_inventory)


def read_origin(path: Path) -> Origin:
    """Read where the inventory in a file is from. Raises Stop."""
    return _read(path, load_origin)


def _read(path: Path, load: Callable[[Path], T]) -> T:
    try:
        return load(path)
    except InventoryError as error:
        raise Stop(BAD_INPUT, redacted(str(error))) from None


def _access(where: Where) -> Access:
    if where.region is None and where.cloud is None:
        return check_access(open_stack(where.project, where.stack, os.environ))
    keys = cloud_keys(where)
    return access_by({key: _text(value) for key, value in keys.items()}, os.environ, "--region, --cloud")


def cloud_keys(where: Where) -> dict[str, object]:
    """Return the `alicloud:` keys of Pulumi.yaml, of the file that `cloud` names, and the region. Raises Stop."""
    keys: dict[str, object] = {}
    for path in (where.project / "Pulumi.yaml", where.cloud):
        if path is not None and (path == where.cloud or path.is_file()):
            keys |= keys_in(path)
    if where.region is not None:
        keys[f"{PREFIX}region"] = where.region
    return keys


def keys_in(path: Path) -> dict[str, object]:
    """Return the `alicloud:` keys of a stack file or of Pulumi.yaml, none of them a secret. Raises Stop."""
    try:
        document = read_document(path)
    except DocumentError as error:
        raise Stop(BAD_INPUT, redacted(str(error))) from None
    config = document.get("config") if isinstance(document, Mapping) else None
    keys: dict[str, object] = {}
    for key, value in config.items() if isinstance(config, Mapping) else ():
        if not str(key).startswith(PREFIX):
            continue
        # Pulumi.yaml may give a key as a map with its value in it (Pulumi, "Project-level configuration").
        plain = value["value"] if isinstance(value, Mapping) and "value" in value else value
        if isinstance(plain, Mapping) and "secure" in plain:
            raise Stop(BAD_INPUT, f"{path}: config.{key}: expected no secret; set it in the environment for this")
        keys[str(key)] = plain
    return keys


def _text(value: object) -> str:
    """Return a value of the config in the engine's form."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)
