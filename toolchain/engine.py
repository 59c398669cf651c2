"""A Pulumi engine that is ready to use, and the environment that makes a process use it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from toolchain.versions import Version


class Origin(StrEnum):
    """Where the Pulumi CLI comes from."""

    INSTALLED = "installed"
    DOWNLOADED = "downloaded"
    BUILT = "built"


#: No process of this project checks the internet for a newer Pulumi.
_QUIET = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
}

#: A built engine is used where plugins cannot be downloaded: a missing plugin is an error at once, not after time-outs.
_NO_DOWNLOADS = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}


@dataclass(frozen=True)
class Engine:
    """A Pulumi CLI with Python support and the alicloud plugin.

    `bin_dir` is the directory to put first on PATH. `pulumi_home` is the PULUMI_HOME with the plugin, or None where the
    user's own is used untouched. `language_host` is the CLI's host for Python.
    """

    bin_dir: Path
    pulumi_home: Path | None
    version: Version
    origin: Origin
    language_host: Path

    @property
    def pulumi(self) -> Path:
        """The CLI itself."""
        return self.bin_dir / "pulumi"

    def settings(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return the variables to set on top of `base`, and only those."""
        ours = self._path_entries()
        theirs = [entry for entry in _path_of(base) if entry not in ours]
        settings = {"PATH": os.pathsep.join([*ours, *theirs]), **_QUIET}
        if self.origin is Origin.BUILT:
            settings |= _NO_DOWNLOADS
        if self.pulumi_home is not None:
            settings["PULUMI_HOME"] = str(self.pulumi_home)
        return settings

    def environ(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return a whole environment for a child process.

        `base` (by default this process's own) with this engine in it.
        """
        base = os.environ if base is None else base
        return {**base, **self.settings(base)}

    def exports(self, base: Mapping[str, str]) -> str:
        """Return the same settings as `export` lines for a POSIX shell's eval."""
        return export_lines(self.settings(base))

    def _path_entries(self) -> list[str]:
        entries = [str(self.bin_dir)]
        # In a virtualenv that is not activated, `python3` on PATH would be one without Pulumi's SDK.
        if sys.prefix != sys.base_prefix:
            entries.append(str(Path(sys.executable).parent))
        return entries


def export_lines(settings: Mapping[str, str | None]) -> str:
    """Return the lines that set variables in a POSIX shell, and unset those that are None, for its eval."""
    return "\n".join(
        f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}" for name, value in settings.items()
    )


def _path_of(environment: Mapping[str, str]) -> list[str]:
    return [entry for entry in environment.get("PATH", os.defpath).split(os.pathsep) if entry]
