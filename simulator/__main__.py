"""Command line: `python -m simulator serve --estate FILE ...`, `... schema` and `... reference`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.estate_file import EstateFileError, json_schema, load

EXIT_BAD_PORT = 1
EXIT_BAD_FILE = 2
EXIT_BAD_CA_FILE = 3
_MAX_PORT = 65_535

_SERVING = """\
Serves one region of one account of a simulated Alibaba Cloud on 127.0.0.1, HTTP and HTTPS on one port, and prints its
URL when it is ready. Point any client at it: host:port is the endpoint of every product (ecs, vpc, rds, sts ...), the
access keys are those of the users in the estate file.

  Python SDK   Config(endpoint="127.0.0.1:8815", protocol="http", access_key_id=..., access_key_secret=...)
  Terraform    provider "alicloud" { protocol = "HTTP", skip_region_validation = true,
                                     endpoints { ecs = "127.0.0.1:8815" ... } }
               and SSL_CERT_FILE=FILE of --ca-file: some of its calls go over HTTPS whatever protocol says

Beside the API, for tests (no signature needed):
  curl URL/_simulator/state
  curl 'URL/_simulator/requests?action=ecs:Create*&caller=demo'
  curl -d '{"actions": ["ecs:Describe*"], "effect": "throttle", "count": 2}' URL/_simulator/faults
  curl -X DELETE URL/_simulator/faults
  curl -d '{"advance": 3600}' URL/_simulator/clock
  curl -X POST URL/_simulator/reset
"""
_EXITS = "exit codes: 0 interrupted, 1 the port cannot be had, 2 estate or state file, 3 CA file"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand.

    0 on success, 1 when the port, 2 when the estate or the state file, 3 when the CA file cannot be used.
    """
    options = _parser().parse_args(arguments)
    if options.command == "schema":
        print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return 0
    if options.command == "reference":
        from simulator.reference import render

        print(render(), end="")
        return 0
    try:
        estate = load(options.estate)
    except EstateFileError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_FILE
    # Imported late: `schema` needs no server.
    from simulator.cloud.migrations import MigrationRefusedError
    from simulator.faults import FaultError
    from simulator.persistence import StateFileError
    from simulator.server import serve
    from simulator.tls import CertificateFileError

    try:
        serve(estate, options.port, options.ca_file, options.state)
    except OSError as error:
        told = f"{error.strerror}; --port 0 takes a free one"
        print(f"Port {options.port} cannot be served: {told}", file=sys.stderr)
        return EXIT_BAD_PORT
    except StateFileError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_FILE
    except FaultError as error:
        print(f"{options.estate}: faults: {error}", file=sys.stderr)
        return EXIT_BAD_FILE
    except MigrationRefusedError as error:
        print(f"{options.estate}: {error}", file=sys.stderr)
        return EXIT_BAD_FILE
    except CertificateFileError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_CA_FILE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A simulated Alibaba Cloud.")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser(
        "serve",
        help="serve an estate on loopback until interrupted",
        description=_SERVING,
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serving.add_argument(
        "--estate",
        type=Path,
        required=True,
        metavar="FILE",
        help="what exists: YAML such as simulator/estates/sample.yaml",
    )
    serving.add_argument("--port", type=_port, default=0, metavar="N", help="port on loopback; 0 takes a free one")
    serving.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="keep the state in this file, so that it survives a restart: begins with --estate where the file is not "
        "there yet; users, timings and faults always come from --estate",
    )
    serving.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="where to write the CA certificate that HTTPS clients must trust: SSL_CERT_FILE (Go), REQUESTS_CA_BUNDLE",
    )
    commands.add_parser("schema", help="print the JSON Schema of estate files")
    commands.add_parser("reference", help="print docs/simulator.md: what is simulated, and what is not")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, expected 0 to {_MAX_PORT:,}; 0 takes a free one")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
