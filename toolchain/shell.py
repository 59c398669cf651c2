"""The settings with which a shell previews and applies this project: `eval "$(make env)"`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import yaml

from toolchain.engine import Engine

PACK_VARIABLE = "PULUMI_OPTION_POLICY_PACK"
BACKEND_VARIABLE = "PULUMI_BACKEND_URL"
#: The checkout for which an earlier `make env` set up this shell: the next one replaces its settings.
CHECKOUT_VARIABLE = "CLASSIC_TO_VPC_CHECKOUT"
_PASSPHRASE_VARIABLES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy")
_LOOPBACK = ("127.0.0.1", "localhost")


def shell_settings(engine: Engine, project: Path, base: Mapping[str, str]) -> dict[str, str | None]:
    """Compute the variables to set on top of `base`, and only those, for the checkout `project`; None: to be unset.

    Pulumi takes each flag of its commands from a variable too, so the pack is on in every preview and update. Where the
    user has no backend, state goes to `.trial` in the checkout, with an empty passphrase. The pack and the `.trial` of
    another checkout, set by an earlier `make env`, are replaced. Where there is a proxy, loopback is excluded from it:
    otherwise gRPC between engine, program and pack would use the proxy for 127.0.0.1 too.
    """
    settings: dict[str, str | None] = {**engine.settings(base), **_loopback_without_proxy(base)}
    earlier = Path(base[CHECKOUT_VARIABLE]) if base.get(CHECKOUT_VARIABLE) else project
    settings[CHECKOUT_VARIABLE] = str(project)
    settings[PACK_VARIABLE] = _packs(base.get(PACK_VARIABLE, ""), project / "policies", earlier / "policies")
    settings["PULUMI_OPTION_SUPPRESS_OUTPUTS"] = "true"
    if base.get(BACKEND_VARIABLE) == _trial(earlier):
        given = {BACKEND_VARIABLE, *(name for name in _PASSPHRASE_VARIABLES[:1] if not base.get(name))}
        settings |= dict.fromkeys(sorted(given & set(base)))
        base = {name: value for name, value in base.items() if name not in given}
    home = (
        settings.get("PULUMI_HOME") or base.get("PULUMI_HOME") or Path(base.get("HOME", "~")).expanduser() / ".pulumi"
    )
    if not _has_backend(base, Path(home), project):
        settings[BACKEND_VARIABLE] = _trial(project)
        if not any(name in base for name in _PASSPHRASE_VARIABLES):
            settings[_PASSPHRASE_VARIABLES[0]] = ""
    return settings


def make_trial_backend(settings: Mapping[str, str | None]) -> str | None:
    """Make the directory of the backend for trials where `shell_settings` names one; return its URL, else None."""
    trial = settings.get(BACKEND_VARIABLE)
    if trial:
        # Pulumi makes no directory for a backend in a file.
        Path(url2pathname(urlsplit(trial).path)).mkdir(mode=0o700, exist_ok=True)
    return trial


def _trial(project: Path) -> str:
    """Return the backend for trials in a checkout."""
    return (project / ".trial").as_uri()


def _packs(given: str, pack: Path, earlier: Path) -> str:
    """Return the packs that the user has set already, and ours.

    Ours has its absolute path, so that it is found from any directory.
    """
    packs = [item for item in given.split(",") if item and item not in (str(pack), str(earlier))]
    return ",".join([*packs, str(pack)])


def _loopback_without_proxy(base: Mapping[str, str]) -> dict[str, str]:
    """Return NO_PROXY in both spellings with loopback added; where one is not set, it starts from the other."""
    if not any(value and name.lower() in _PROXY_VARIABLES for name, value in base.items()):
        return {}
    settings = {}
    for name, other in (("no_proxy", "NO_PROXY"), ("NO_PROXY", "no_proxy")):
        listed = [item.strip() for item in base.get(name, base.get(other, "")).split(",") if item.strip()]
        # An asterisk alone means every host, and has no meaning beside others.
        settings[name] = "*" if listed == ["*"] else ",".join(dict.fromkeys([*listed, *_LOOPBACK]))
        if listed == ["*"]:
            # gRPC does not support the asterisk, but has a variable of its own.
            settings["no_grpc_proxy"] = ",".join(_LOOPBACK)
    return settings


def _has_backend(base: Mapping[str, str], home: Path, project: Path) -> bool:
    """Whether Pulumi would find a backend: by a variable, the project file, or a login."""
    if base.get(BACKEND_VARIABLE) or base.get("PULUMI_ACCESS_TOKEN"):
        return True
    credentials = Path(base.get("PULUMI_CREDENTIALS_PATH") or home) / "credentials.json"
    declared = _read(project / "Pulumi.yaml").get("backend")
    return bool(isinstance(declared, dict) and declared.get("url")) or bool(_read(credentials).get("current"))


def _read(path: Path) -> dict[str, Any]:
    """Return a JSON or YAML file's content; empty where it cannot be read, because Pulumi reports that."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}
