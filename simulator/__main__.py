"""Command line: `python -m simulator serve --estate FILE [--port N] [--ca-file FILE]`, `python -m simulator schema`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.estate_file import EstateFileError, json_schema, load

EXIT_BAD_PORT = 1
EXIT_BAD_ESTATE = 2
EXIT_BAD_CA_FILE = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; 0 on success, 1 when the port, 2 when the estate file, 3 when the CA file cannot be used."""
    options = _parser().parse_args(arguments)
    if options.command == "schema":
        print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return 0
    try:
        estate = load(options.estate)
    except EstateFileError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_ESTATE
    # Imported late: `schema` needs no server.
    from simulator.server import serve
    from simulator.tls import CertificateFileError

    try:
        serve(estate, options.port, options.ca_file)
    except OSError as error:
        print(f"Port {options.port} cannot be served: {error}", file=sys.stderr)
        return EXIT_BAD_PORT
    except CertificateFileError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_CA_FILE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A local Alibaba Cloud.")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="serve an estate on loopback until interrupted")
    serving.add_argument("--estate", type=Path, required=True, metavar="FILE", help="estate file (YAML)")
    serving.add_argument("--port", type=int, default=0, metavar="N", help="port on loopback; 0 takes a free one")
    serving.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="where to write the CA certificate that HTTPS clients must trust: SSL_CERT_FILE (Go), REQUESTS_CA_BUNDLE",
    )
    commands.add_parser("schema", help="print the JSON Schema of estate files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
