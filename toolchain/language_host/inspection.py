"""What is installed in a program's Python, asked of that Python itself."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

from toolchain.language_host.interpreters import Interpreter, InterpreterError

_SCRIPT = """
import importlib.metadata, json, pathlib, platform, sysconfig
sites = {pathlib.Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
plugins = [json.loads(path.read_text()) for site in sites for path in site.glob("*/pulumi-plugin.json")]
packages = sorted({(d.metadata["Name"], d.version) for d in importlib.metadata.distributions()})
print(json.dumps({"version": platform.python_version(), "packages": packages, "plugins": plugins}))
"""


@dataclass(frozen=True)
class RequiredPlugin:
    """A provider plugin that an installed SDK asks the engine for."""

    name: str
    version: str
    server: str


@dataclass(frozen=True)
class Inspection:
    """A Python's version, its installed packages with versions, and the provider plugins they need."""

    version: str
    packages: tuple[tuple[str, str], ...]
    plugins: tuple[RequiredPlugin, ...]


def inspect(interpreter: Interpreter) -> Inspection:
    """Ask `interpreter` what is installed in it.

    Raises InterpreterError when it does not run.
    """
    try:
        answer = subprocess.run(
            [interpreter.path, "-I", "-c", _SCRIPT],
            capture_output=True,
            text=True,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise InterpreterError(f"{interpreter.path} cannot say what is installed in it: {error}") from error
    return parse_inspection(answer.stdout)


def parse_inspection(text: str) -> Inspection:
    """Read what the script printed; SDKs that need no resource plugin are left out."""
    found = json.loads(text)
    plugins = (
        RequiredPlugin(plugin["name"], str(plugin.get("version", "")), str(plugin.get("server", "")))
        for plugin in found["plugins"]
        if plugin.get("resource") and plugin.get("name")
    )
    return Inspection(
        version=found["version"],
        packages=tuple((name, version) for name, version in found["packages"]),
        plugins=tuple(sorted(plugins, key=lambda plugin: plugin.name)),
    )
