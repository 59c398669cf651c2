"""Spare the engine the SDK's messages about its own steps.

For each resource the SDK tells the engine five times what it is about to do, and waits each time. The engine drops
these messages unless somebody debugs it. They are a fifth of what a preview without the policy pack takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi

#: What `--debug` sets, as a variable: the engine does not tell the program of the option.
DEBUG_VARIABLE: Final = "PULUMI_OPTION_DEBUG"


def drop_debug_messages(environ: Mapping[str, str]) -> None:
    """Drop the SDK's debugging messages in this process, unless PULUMI_OPTION_DEBUG asks for them."""
    if environ.get(DEBUG_VARIABLE, "").lower() not in ("1", "true"):
        pulumi.log.debug = _drop


def _drop(*_: Any, **__: Any) -> None:
    pass
