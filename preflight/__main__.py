"""`python -m preflight`, the same as the command `preflight`."""

import gc
import os
import signal
import sys
from types import FrameType


def _end(number: int, _frame: FrameType | None) -> None:
    """End in a line where ctrl-c comes before the command line is there, which may take seconds."""
    os.write(
        sys.stderr.fileno(),
        f"preflight: interrupted by {signal.Signals(number).name}; nothing was changed in the cloud\n".encode(),
    )
    os._exit(128 + number)


if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _end)

# What is imported stays: looking whether it can be freed took a fifth of the start.
gc.disable()

from preflight.cli import main

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main()
