"""What a shell needs to preview and apply this project: `eval "$(make env)"`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from toolchain.engine import Engine

PACK_VARIABLE = "PULUMI_OPTION_POLICY_PACK"
BACKEND_VARIABLE = "PULUMI_BACKEND_URL"
_PASSPHRASE_VARIABLES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def shell_settings(engine: Engine, project: Path, base: Mapping[str, str]) -> dict[str, str]:
    """Compute the variables to set on top of `base`, and only those, for the checkout `project`.

    Pulumi takes each flag of its commands from a variable too: with the pack set there, no preview and no update can
    forget it. Where the user has no backend, state goes to `.trial` in the checkout, with an empty passphrase.
    """
    settings = engine.settings(base)
    settings[PACK_VARIABLE] = _packs(base.get(PACK_VARIABLE, ""), project / "policies")
    settings["PULUMI_OPTION_SUPPRESS_OUTPUTS"] = "true"
    home = (
        settings.get("PULUMI_HOME") or base.get("PULUMI_HOME") or Path(base.get("HOME", "~")).expanduser() / ".pulumi"
    )
    if not _has_backend(base, Path(home), project):
        settings[BACKEND_VARIABLE] = (project / ".trial").as_uri()
        if not any(name in base for name in _PASSPHRASE_VARIABLES):
            settings[_PASSPHRASE_VARIABLES[0]] = ""
    return settings


def _packs(given: str, pack: Path) -> str:
    """The packs that the user has set already, and ours: by its whole path, so that it is found from anywhere."""
    packs = [item for item in given.split(",") if item]
    return ",".join(packs if str(pack) in packs else [*packs, str(pack)])


def _has_backend(base: Mapping[str, str], home: Path, project: Path) -> bool:
    """Whether Pulumi would find a backend: by a variable, the project file, or a login."""
    if base.get(BACKEND_VARIABLE) or base.get("PULUMI_ACCESS_TOKEN"):
        return True
    credentials = Path(base.get("PULUMI_CREDENTIALS_PATH") or home) / "credentials.json"
    declared = _read(project / "Pulumi.yaml").get("backend")
    return bool(isinstance(declared, dict) and declared.get("url")) or bool(_read(credentials).get("current"))


def _read(path: Path) -> dict[str, Any]:
    """A JSON or YAML file's content; empty where it cannot be read, which is for Pulumi to tell."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}
