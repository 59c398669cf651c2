"""The command line of the demo, which `make demo` calls."""

from __future__ import annotations

import signal

# While it loads, ctrl-c ends it without a traceback.
if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console

from components.config import ConfigError, parse_stack
from demo import story
from demo.errors import InputError, StepError
from demo.project import PROJECT_NAME, REPOSITORY, Project
from demo.screen import Screen
from demo.watch import watching
from estate.errors import EstateError
from simulator.estate_file import EstateFileError
from simulator.server import running

_INTERRUPTED = 130  # as a shell has it
_NEXT = "\nOn a real account, with your own in place of each `...` and of the region:"


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command(help=story.__doc__)
def demo(
    estate: Annotated[Path, typer.Option(metavar="FILE", help="What the simulated cloud holds.")] = (
        REPOSITORY / "simulator/estates/sample.yaml"
    ),
    stack_config: Annotated[Path, typer.Option(metavar="FILE", help="The stack file of the prepared stack.")] = (
        REPOSITORY / "Pulumi.dev.yaml"
    ),
    directory: Annotated[Path, typer.Option(metavar="DIR", help="Where the stacks live; it is emptied first.")] = (
        REPOSITORY / ".demo"
    ),
) -> None:
    """Run the story."""
    raise typer.Exit(_run(estate, stack_config, directory))


def _run(estate: Path, stack_config: Path, directory: Path) -> int:
    """Run the story; return 0 only if each step had the expected result."""
    console = Console()
    # From here on ctrl-c is an exception.
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # A signal from outside ends the demo as ctrl-c does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _play(estate, stack_config, directory, console)
    except (InputError, StepError) as error:
        return _stopped(console, str(error), 1)
    except EstateFileError as error:
        return _stopped(console, f"the estate file cannot be used:\n{error}", 1)
    except EstateError as error:
        return _stopped(console, f"the simulated cloud: {error}", 1)
    except (OSError, TimeoutError) as error:
        return _stopped(console, f"this machine refuses something: {error}", 1)
    except KeyboardInterrupt:
        return _stopped(console, "interrupted; no process of it is left running", _INTERRUPTED)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 only if each step of the story had the expected result."""
    try:
        app(arguments, prog_name="python -m demo")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _play(estate: Path, stack_file: Path, directory: Path, console: Console) -> None:
    prepared = _stack_config(stack_file)
    if shutil.which("pulumi") is None:
        raise InputError("there is no pulumi on PATH; `make demo` finds one or builds it, and puts it there")
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "demo.log"
    with path.open("w", encoding="utf-8") as log, watching() as watch, running(estate) as cloud:
        screen = Screen(console, log, path)
        screen.say(f"Simulated Alibaba Cloud with {estate.name} at {cloud.url}; there it is {cloud.now}.")
        screen.say(f"It takes a few minutes. Shown is what matters; the whole output is in {_shown(path)}.")
        project = Project(directory, cloud, {**os.environ, **watch.environ})
        try:
            story.play(story.Stage(screen, project, cloud, watch), prepared, stack_file.parent)
        except subprocess.CalledProcessError as error:
            message = f"`{' '.join(error.cmd)}` ended with exit code {error.returncode}:\n{error.stdout}"
            raise StepError(f"{message}\n  The whole output is in {_shown(path)}.") from None
        except StepError as error:
            raise StepError(f"{error}\n  The whole output is in {_shown(path)}.") from None
        screen.say(_NEXT)
        screen.say(steps(), to_copy=True)
        screen.say('README.md, "On a real account", has more.')


def steps() -> str:
    """Return the README's own lines from a clone to the first verdict, less the clone itself."""
    section = (REPOSITORY / "README.md").read_text(encoding="utf-8").partition("\n## On a real account\n")[2]
    lines = section.partition("```sh\n")[2].partition("```")[0].splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("git clone")).rstrip()


def _stack_config(path: Path) -> Mapping[str, Any]:
    """Return the `config` of a stack file, checked as the program will check it. Raises InputError."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, expected a stack file, as Pulumi.dev.yaml") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected YAML: {' '.join(str(error).split())}") from None
    config = loaded.get("config") if isinstance(loaded, dict) else None
    if not isinstance(config, dict):
        raise InputError(f"{path}: expected a mapping with the key config, as in Pulumi.dev.yaml")
    try:
        parse_stack(config, PROJECT_NAME, str(path))
    except ConfigError as error:
        raise InputError(str(error)) from None
    return config


def _stopped(console: Console, why: str, code: int) -> int:
    console.print(f"✗ {why}", style="bold red", highlight=False, soft_wrap=True, markup=False)
    return code


def _shown(path: Path) -> Path:
    """Return the shortest form of a path, seen from the current directory."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    sys.exit(main())
