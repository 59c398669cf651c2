"""Command line: `python -m simulator serve --estate FILE ...`, `... schema` and `... reference`."""

import signal

# While it loads, ctrl-c ends it without a traceback.
if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from simulator.estate_file import EstateFileError, json_schema, load

EXIT_BAD_PORT = 1
EXIT_BAD_FILE = 2
EXIT_BAD_CA_FILE = 3
_MAX_PORT = 65_535

_SERVING = """
Serve an estate on loopback until interrupted.

Serves one region of one account of a simulated Alibaba Cloud on 127.0.0.1, HTTP and HTTPS on one port, and prints its
URL when it is ready. Point any client at it: host:port is the endpoint of every product (ecs, vpc, rds, sts ...), the
access keys are those of the users in the estate file.

\b
  Python SDK   Config(endpoint="127.0.0.1:8815", protocol="http", access_key_id=..., access_key_secret=...)
  Terraform    provider "alicloud" { protocol = "HTTP", skip_region_validation = true,
                                     endpoints { ecs = "127.0.0.1:8815" ... } }
               and SSL_CERT_FILE=FILE of --ca-file: some of its calls go over HTTPS whatever protocol says

\b
Beside the API, for tests (no signature needed):
  curl URL/_simulator/state
  curl 'URL/_simulator/requests?action=ecs:Create*&caller=demo'
  curl -d '{"actions": ["ecs:Describe*"], "effect": "throttle", "count": 2}' URL/_simulator/faults
  curl -X DELETE URL/_simulator/faults
  curl -d '{"advance": 3600}' URL/_simulator/clock
  curl -X POST URL/_simulator/reset
"""
_EXITS = "Exit codes: 0 interrupted, 1 the port cannot be had, 2 estate or state file, 3 CA file."

app = typer.Typer(
    help="A simulated Alibaba Cloud.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _port(number: object) -> int:
    text = str(number)
    if not text.isdecimal() or int(text) > _MAX_PORT:
        raise typer.BadParameter(f"{text!r} is no port, expected 0 to {_MAX_PORT:,}; 0 takes a free one")
    return int(text)


@app.command(help=_SERVING, epilog=_EXITS)
def serve(
    estate: Annotated[
        Path, typer.Option(metavar="FILE", help="What exists: YAML such as simulator/estates/sample.yaml.")
    ],
    port: Annotated[int, typer.Option(parser=_port, metavar="N", help="Port on loopback; 0 takes a free one.")] = 0,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Keep the state in this file, so that it survives a restart: begins with --estate where the file is "
            "not there yet; users, timings and faults always come from --estate.",
        ),
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where to write the CA certificate that HTTPS clients must trust: SSL_CERT_FILE (Go), "
            "REQUESTS_CA_BUNDLE.",
        ),
    ] = None,
) -> None:
    """Serve an estate until interrupted."""
    raise typer.Exit(_serve(estate, port, state, ca_file))


def _serve(estate: Path, port: int, state: Path | None, ca_file: Path | None) -> int:
    """Serve until interrupted; return the exit code."""
    try:
        loaded = load(estate)
    except EstateFileError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_FILE
    # Imported late: `schema` needs no server.
    from simulator.cloud.migrations import MigrationRefusedError
    from simulator.faults import FaultError
    from simulator.persistence import StateFileError
    from simulator.server import serve as run
    from simulator.tls import CertificateFileError

    try:
        run(loaded, port, ca_file, state)
    except OSError as error:
        reason = f"{error.strerror}; --port 0 takes a free one"
        print(f"Port {port} cannot be served: {reason}", file=sys.stderr)
        return EXIT_BAD_PORT
    except StateFileError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_FILE
    except FaultError as error:
        print(f"{estate}: faults: {error}", file=sys.stderr)
        return EXIT_BAD_FILE
    except MigrationRefusedError as error:
        print(f"{estate}: {error}", file=sys.stderr)
        return EXIT_BAD_FILE
    except CertificateFileError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_CA_FILE
    return 0


@app.command()
def schema() -> None:
    """Print the JSON Schema of estate files."""
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command()
def reference() -> None:
    """Print docs/simulator.md: what is simulated, and what is not."""
    from simulator.reference import render

    print(render(), end="")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand.

    0 on success, 1 when the port, 2 when the estate or the state file, 3 when the CA file cannot be used.
    """
    try:
        app(arguments, prog_name="python -m simulator")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
