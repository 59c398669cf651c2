"""The directory that goes on PATH: what is in it, and on which interpreter the language host runs."""

from __future__ import annotations

import hashlib
import importlib.util
import shlex
import shutil
import sys
from pathlib import Path

from toolchain.builder import EXEC_SCRIPT
from toolchain.cache import publish_once, write_script
from toolchain.discovery import LANGUAGE_HOST
from toolchain.errors import ToolchainError
from toolchain.progress import Reporter

_CHECKOUT = Path(__file__).resolve().parent.parent
_WHAT = "the launchers"


def front_of_built(engine: Path, home: Path, cache: Path, reporter: Reporter) -> Path:
    """Make the directory for the CLI built in `engine`, for this interpreter and this checkout.

    The CLI looks for language hosts in its own directory, and ours must run on an interpreter that has grpcio and the
    Pulumi SDK: the caller's. The builds outlive any checkout's virtualenv, so they name no interpreter; instead each
    (build, interpreter, checkout) has a directory of its own with the CLI hard-linked beside a launcher of the host.
    `pulumi` on PATH is a launcher as well: with nothing but PATH set, PULUMI_HOME is the one that has the plugin.
    Raises ToolchainError when this interpreter lacks those packages.
    """
    front = cache / f"front-{digest(engine.name, home.name, sys.executable, str(_CHECKOUT))}"
    libexec, bin_dir = front / "libexec", front / "bin"

    def fill(staging: Path) -> None:
        (staging / "libexec").mkdir()
        _hard_link(engine / "pulumi", staging / "libexec" / "pulumi")

    _require_host_packages()
    publish_once(front, _WHAT, fill, reporter)
    launchers = {
        libexec / LANGUAGE_HOST: language_host_launcher(sys.executable, _CHECKOUT, engine / EXEC_SCRIPT),
        bin_dir / "pulumi": pulumi_launcher(libexec / "pulumi", home),
    }
    for path, text in launchers.items():
        if not path.is_file() or path.read_text() != text:
            write_script(path, text)
    return bin_dir


def front_of_installed(pulumi: Path, cache: Path, reporter: Reporter) -> Path:
    """Make a directory with a link to the installed CLI and nothing else.

    The directory where it is installed may hold a `python3` as well, which must not get ahead of the caller's.
    """
    front = cache / f"installed-{digest(str(pulumi))}"

    def fill(staging: Path) -> None:
        (staging / "bin").mkdir()
        (staging / "bin" / "pulumi").symlink_to(pulumi)

    publish_once(front, _WHAT, fill, reporter)
    return front / "bin"


def front_of_release(pulumi: Path, home: Path, cache: Path, reporter: Reporter) -> Path:
    """Make a directory with a launcher of the downloaded CLI, which finds its own language host beside itself."""
    front = cache / f"front-{digest(str(pulumi), home.name)}"

    def fill(staging: Path) -> None:
        write_script(staging / "bin" / "pulumi", pulumi_launcher(pulumi, home))

    publish_once(front, _WHAT, fill, reporter)
    return front / "bin"


def pulumi_launcher(pulumi: Path, home: Path) -> str:
    """Return the script that starts a CLI of ours; its PULUMI_HOME is `home` unless the caller has set another."""
    return (
        "#!/bin/sh\n"
        f'[ -n "${{PULUMI_HOME:-}}" ] || PULUMI_HOME={shlex.quote(str(home))}\n'
        "export PULUMI_HOME\n"
        f'exec {shlex.quote(str(pulumi))} "$@"\n'
    )


def language_host_launcher(interpreter: str, checkout: Path, exec_script: Path) -> str:
    """The script that starts our Python language host.

    Isolated mode keeps the program's own directory and PYTHON* variables away from the host; the child that it starts
    for the program still sees them.
    """
    start = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        "from toolchain.language_host.main import main; sys.exit(main())"
    )
    arguments = [interpreter, "-I", "-c", start, str(checkout), "--exec-script", str(exec_script)]
    return f'#!/bin/sh\nexec {shlex.join(arguments)} "$@"\n'


def digest(*parts: str) -> str:
    """A short name for a combination of strings."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _require_host_packages() -> None:
    missing = [name for name in ("grpc", "pulumi") if importlib.util.find_spec(name) is None]
    if missing:
        raise ToolchainError(
            f"{sys.executable} has no {' and no '.join(missing)}, which the Python language host needs; "
            "run this with the project's virtualenv: .venv/bin/python -m toolchain"
        )


def _hard_link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)
