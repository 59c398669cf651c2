"""An interrupted program ends without a word.

Pulumi interrupts a program that it needs no more, such as when the policy pack has refused a preview. Python would
answer with a traceback for each interrupt, below the findings that the reader is to read.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Final

#: By which a shell tells a command that was ended by SIGINT; Pulumi reports it where it has not interrupted by itself.
INTERRUPTED: Final = 128 + signal.SIGINT


def end_quietly_when_interrupted() -> None:
    """End this process at once at the next SIGINT: what is declared so far is the engine's to decide about."""
    signal.signal(signal.SIGINT, _end)


def _end(number: int, frame: FrameType | None) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    # An exception would meet the SDK's threads and event loop, each with a traceback of its own.
    os._exit(INTERRUPTED)
