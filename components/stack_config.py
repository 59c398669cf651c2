"""Read the program's part of the stack's own config."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG

from components.config import CONFIG_KEY, NAMESPACE, SECRET, ConfigError, MigrationConfig
from components.includes import Places, parse_with_includes
from estate.identity import PREFIX


def given_migration() -> object:
    """Return the migration's config from the engine; None where there is none, or where it is no object."""
    with contextlib.suppress(pulumi.ConfigTypeError, RecursionError):
        return pulumi.Config(NAMESPACE).get_object(CONFIG_KEY.partition(":")[2])
    return None


def given_cloud() -> dict[str, str]:
    """Return the texts of all `alicloud:` keys from the engine: the cloud, and the caller's keys."""
    return {key: str(value) for key, value in CONFIG.get().items() if key.startswith(PREFIX)}


def migration_config(directory: Path, file: str) -> tuple[MigrationConfig, Places]:
    """Read the migration of the stack, under any project name, and the places of its items.

    `directory` is that of Pulumi.yaml, `file` the stack file's name. Raises ConfigError, all problems at once.
    """
    values: dict[str, object] = dict(CONFIG.get())
    if pulumi.runtime.is_config_secret(CONFIG_KEY):
        raise ConfigError(file, [SECRET])
    if CONFIG_KEY in values:
        # A text that is no object stays one: the parser reports what it expects.
        with contextlib.suppress(pulumi.ConfigTypeError, RecursionError):
            values[CONFIG_KEY] = pulumi.Config(NAMESPACE).get_object(CONFIG_KEY.partition(":")[2])
    return parse_with_includes(values, pulumi.get_project(), directory, file)
