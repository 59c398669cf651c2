"""Serves the pack to the Pulumi engine, which runs this directory as a program.

All code of the pack imports itself as the package `policies`. The directory may have any name and lie anywhere (a
published pack is unpacked into a directory named by its version), so it is loaded here under that name whatever it is
called. Standard output is the port handshake with the engine: nothing else in the pack prints.
"""

import gc
import importlib
import importlib.util
import os
import signal
import sys
import threading
from pathlib import Path

# `serve` says so: no language host ends this process.
_ENDS_WITH_ENGINE = "--ends-with-engine"


def _load_pack_as_package(directory: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "policies", directory / "__init__.py", submodule_search_locations=[str(directory)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{directory} holds no policy pack")
    package = importlib.util.module_from_spec(spec)
    sys.modules["policies"] = package
    spec.loader.exec_module(package)


def _end_with_engine() -> None:
    """End at the engine's interrupt; and when it is gone, which closes the other end of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


_FOR_PEOPLE = """\
The policy pack classic-to-vpc-preflight. The Pulumi engine starts it; people do not:

  pulumi preview --policy-pack policies     fail the preview while anything is missing
  python -m policies.verdict --help         decide by the result that a preview wrote

policies/README.md has more."""


if __name__ == "__main__":
    # The engine names its address. Without this, help would be a server that waits for an engine.
    if not set(sys.argv[1:]) - {"-h", "--help"}:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` ends it, as it ends any command
        print(_FOR_PEOPLE)
        sys.exit(0 if sys.argv[1:] else 2)
    if _ENDS_WITH_ENGINE in sys.argv:
        _end_with_engine()
    _load_pack_as_package(Path(__file__).resolve().parent)
    # What is imported stays: looking whether it can be freed took a sixth of the start.
    gc.disable()
    serve = importlib.import_module("policies.pack.engine").serve
    gc.freeze()
    gc.enable()
    serve()
