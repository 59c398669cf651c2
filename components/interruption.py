"""End an interrupted program without output.

Pulumi interrupts a program that it no longer needs, such as after the policy pack has refused a preview. Python would
print a traceback for each interrupt, below the findings that the reader needs.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Final

#: The exit code by which a shell reports SIGINT; Pulumi reports it if it has not interrupted the program itself.
INTERRUPTED: Final = 128 + signal.SIGINT


def end_quietly_when_interrupted() -> None:
    """End this process at once at the next SIGINT: the engine decides about what is declared so far."""
    signal.signal(signal.SIGINT, _end)


def _end(number: int, frame: FrameType | None) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    # An exception would reach the SDK's threads and event loop, and each would print a traceback.
    os._exit(INTERRUPTED)
