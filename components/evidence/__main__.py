"""Collect evidence of the guest systems into files that previews read: `preflight evidence --help`."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from components.config import NAMESPACE, ConfigError, EvidenceChoice, MigrationConfig, Problem
from components.includes import parse_with_includes
from components.plan import still_classic
from estate import clock
from estate.client import Cloud
from estate.documents import DocumentError, decode, read_document
from estate.errors import CredentialsError, EstateError, PermissionDenied, SettingsError
from estate.guest import Evidence, EvidenceFileError, OutputError, load_evidence, parse_output, save_evidence
from estate.guest.collect import collect as collect_from
from estate.identity import PREFIX
from estate.live import read_estate
from estate.settings import CloudSettings

MISSED: Final = 5
BAD_INPUT: Final = 2
NOT_ALLOWED: Final = 3
OTHER: Final = 1

# A guest's clock may be a little ahead of ours.
_SKEW: Final = timedelta(minutes=5)

_HELP = f"""Evidence of the guest systems: free space, security software, FTP servers and more.

What the policy pack cannot see from outside is found by two scripts that only read, estate/guest/linux.sh and
estate/guest/windows.ps1. Their findings go into an evidence file that the stack names under `evidence`.

Exit codes: 0 done, {MISSED} some instances gave no evidence, {BAD_INPUT} bad config, evidence or output,
{NOT_ALLOWED} credentials or permission, {OTHER} anything else. Progress is on stderr."""

app = typer.Typer(help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command(short_help="Run the scripts by Cloud Assistant, and write their output.")
def collect(
    stack_config: Annotated[Path, typer.Option(help="The stack file, such as Pulumi.prod.yaml.")],
    out: Annotated[
        Path | None, typer.Option(help="The evidence file to write; the first one of the stack if not given.")
    ] = None,
    instance: Annotated[list[str] | None, typer.Option(help="Only this instance, by id; repeat it for more.")] = None,
) -> None:
    """Run the scripts in the stack's instances by Cloud Assistant, and write their output.

    Needs `evidence: {cloudAssistant: true}` in the stack and the RAM actions of docs/ram/evidence.json. An instance
    that is stopped, has no agent or is refused by the cloud is reported, and left to `add`.

    Example: preflight evidence collect --stack-config Pulumi.prod.yaml
    """
    stack = _stack(stack_config)
    config, _ = parse_with_includes(stack, _project(stack_config), stack_config.parent, stack_config.name)
    path = out or _target(config, stack_config)
    cloud = Cloud(CloudSettings.from_config(_plain(stack), os.environ))
    caller = cloud.caller()
    _report(
        f"Reading the estate of {cloud.region}, account {caller.account_id}, as {caller.arn} "
        f"by {cloud.settings.identity.source.named}"
    )
    moving = still_classic(config, read_estate(cloud, cloud.now()), stack_config.name)
    planned = {item.id: item for item in moving}
    if unknown := sorted(set(instance or ()) - set(planned)):
        raise typer.BadParameter(f"{', '.join(unknown)} does not migrate in this stack", param_hint="--instance")
    chosen = [item for instance_id, item in planned.items() if instance_id in (instance or planned)]
    collection = collect_from(cloud, chosen, cloud.now(), _report)
    save_evidence(path, collection.evidence)
    _report(f"{path}: evidence of {len(collection.evidence)} of {len(chosen)} instances")
    for instance_id, why in sorted(collection.missed.items()):
        _report(f"{planned[instance_id].name} ({instance_id}): {why}")
    raise typer.Exit(MISSED if collection.missed else 0)


@app.command(short_help="Add what a script printed to an evidence file.")
def add(
    file: Annotated[Path, typer.Argument(help="The evidence file to add to; created if it does not exist.")],
    instance: Annotated[str, typer.Option(help="Id of the instance on which the script was run.")],
    by: Annotated[str, typer.Option(help="Who ran it: a name or an address.")],
) -> None:
    """Take what a script printed from stdin into an evidence file.

    ssh root@10.25.16.10 sh -s < estate/guest/linux.sh |
    preflight evidence add evidence/prod.json --instance i-bp1... --by ann@example.com

    pwsh -Command "Invoke-Command -ComputerName 10.25.16.11 -FilePath estate/guest/windows.ps1" |
    preflight evidence add evidence/prod.json --instance i-bp1... --by ann@example.com
    """
    printed = _printed(sys.stdin.buffer.read())
    if not printed.strip():
        raise OutputError("the input is empty: did ssh fail?")
    facts = parse_output(printed)
    now = clock.now()
    if facts.instance_id not in (None, instance):
        raise OutputError(f"the system says that it is {facts.instance_id}, expected {instance}")
    if facts.collected_at > now + _SKEW:
        raise OutputError(f"the system's clock says {facts.collected_at.isoformat()}; here it is {now.isoformat()}")
    try:
        evidence = Evidence(
            instance_id=instance, collected_by=by, collected_at=facts.collected_at, source="file", facts=facts
        )
    except ValidationError as error:
        raise OutputError("; ".join(_option_fault(fault) for fault in error.errors(include_url=False))) from None
    save_evidence(file, [evidence])
    _report(f"{file}: evidence of {instance}")
    _report(
        "Next: the stack names it, by its path from the stack file: "
        f"preflight set --stack '<stack>' 'evidence: {{files: [{file}]}}'"
    )
    if warning := _stranger(Path.cwd(), instance):
        _report(warning)


@app.command(short_help="Check evidence files, and list their content.")
def check(files: Annotated[list[Path], typer.Argument(help="Evidence files.")]) -> None:
    """Check evidence files, and list what is in them with its age.

    Example: preflight evidence check evidence/*.json
    """
    now = clock.now()
    evidence = load_evidence(files)
    table = Table(box=None)
    # Ids are copied from here, so they are never cut or folded, however narrow the terminal is.
    table.add_column(
        "instance", no_wrap=True, min_width=max(map(len, (item.instance_id for item in evidence)), default=0)
    )
    for heading in ("system", "source", "collected by", "hours ago"):
        table.add_column(heading, overflow="fold")
    for item in sorted(evidence, key=lambda item: (item.instance_id, item.source)):
        table.add_row(
            item.instance_id,
            item.facts.os_name or item.facts.os,
            item.source,
            item.collected_by,
            _age(now, item.collected_at),
        )
    console = Console(width=_width())
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())


def _stranger(directory: Path, instance: str) -> str | None:
    """Return a warning where no stack of the directory names the instance; None where one selects by tags."""
    known: set[str] = set()
    for path in sorted(directory.glob("Pulumi.*.yaml")):
        try:
            config, _ = parse_with_includes(_stack(path), _project(path), directory, path.name)
        except ConfigError:
            continue  # a preview reports its errors
        if any(wave.selector for wave in config.all_waves):
            return None
        known |= {item.id for wave in config.all_waves for item in wave.instances} | set(config.later)
    if not known or instance in known:
        return None
    likely = difflib.get_close_matches(instance, known, n=1)
    hint = f"is {likely[0]} meant?" if likely else "is the id right?"
    return f"Warning: no stack file in this directory names {instance}: {hint}"


def _width() -> int | None:
    """Return the terminal's own width (None), or a wide one where the list goes into a file or a pipe."""
    return None if sys.stdout.isatty() else 160


def _option_fault(fault: Mapping[str, Any]) -> str:
    option = {"instance_id": "--instance", "collected_by": "--by"}.get(str(fault["loc"][0]), str(fault["loc"][0]))
    return f"{option}: expected {'an id' if option == '--instance' else 'text'}, found {fault['input']!r}"


def _printed(output: bytes) -> str:
    """Return the output of a script as text; PowerShell's pipes and files are UTF-16."""
    try:
        return decode(output)
    except ValueError as error:
        raise OutputError(str(error)) from None


def _age(now: datetime, then: datetime) -> str:
    """Return the whole hours since then; a guest's clock that is a little ahead counts as zero."""
    if then > now + _SKEW:
        return "in the future"
    return f"{max(0.0, (now - then) / timedelta(hours=1)):.0f}"


def _stack(path: Path) -> dict[str, Any]:
    """Return the config of a stack file. Raises ConfigError where it has none."""
    try:
        content = read_document(path)
    except DocumentError as error:
        problem = str(error).removeprefix(f"{path}: ")
        raise ConfigError(path.name, [Problem("", f"expected a stack file: {problem}")]) from None
    config = content.get("config") if isinstance(content, dict) else None
    if not isinstance(config, dict):
        raise ConfigError(path.name, [Problem("", "expected this key under config")])
    return config


def _project(stack_config: Path) -> str:
    """Return the name of the project beside a stack file; ours where none can be read."""
    try:
        project = yaml.safe_load((stack_config.parent / "Pulumi.yaml").read_text(encoding="utf-8"))
        return str(project["name"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError):
        return NAMESPACE


def _plain(stack: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out values that only Pulumi can decrypt, and report it: credentials then come from the environment."""
    encrypted = sorted(key for key, value in stack.items() if key.startswith(PREFIX) and _is_encrypted(value))
    if encrypted:
        _report(f"{', '.join(encrypted)}: encrypted by Pulumi, so not read here; the environment is used in its place")
    return {key: value for key, value in stack.items() if key not in encrypted}


def _is_encrypted(value: Any) -> bool:
    """Whether a value of the config, or a part of it, can be decrypted only by Pulumi."""
    if isinstance(value, Mapping):
        return "secure" in value or any(_is_encrypted(part) for part in value.values())
    return isinstance(value, list) and any(_is_encrypted(part) for part in value)


def _target(config: MigrationConfig, stack_config: Path) -> Path:
    """Return the evidence file to write.

    Raises ConfigError where the stack does not allow collecting, or names only a pattern.
    """
    choice: EvidenceChoice | None = config.evidence
    if choice is None or not choice.cloud_assistant:
        problem = Problem("evidence.cloudAssistant", "expected true: collecting runs a script in each instance")
        raise ConfigError(stack_config.name, [problem])
    names = [name for name in choice.files if not set(name) & set("*?[")]
    if not names:
        problem = Problem("evidence.files", "expected a file's name beside patterns, or --out with the file to write")
        raise ConfigError(stack_config.name, [problem])
    return stack_config.parent / names[0]


def _report(text: str) -> None:
    typer.echo(text, err=True)


def main() -> None:
    """Run the command line; every error is one message on stderr, and an exit code for its kind."""
    try:
        app()
    except (ConfigError, EvidenceFileError, OutputError, SettingsError) as error:
        _stop(error, BAD_INPUT)
    except (CredentialsError, PermissionDenied) as error:
        _stop(error, NOT_ALLOWED)
    except EstateError as error:
        _stop(error, OTHER)


def _stop(error: Exception, code: int) -> None:
    _report(str(error))
    sys.exit(code)


if __name__ == "__main__":
    main()
