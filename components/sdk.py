"""Spare a run what Pulumi's SDK does beyond what the program needs.

- For each resource the SDK tells the engine five times what it is about to do, and waits each time. The engine drops
  these messages unless somebody debugs it. They are a fifth of what a preview without the policy pack takes.
- Once everything is declared the program stays until the engine has ended, so that hooks can still be called. Its
  memory, a quarter of the whole at 1,000 instances, is needed by then for the policy pack. The engine takes the end of
  a program that does not stay as that of an older SDK (`forkRun` of its `source_eval.go`, 3.259.0 and 3.276.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi.runtime import stack
from pulumi.runtime._callbacks import _CallbackServicer

#: What `--debug` sets, as a variable: the engine does not tell the program of the option.
DEBUG_VARIABLE: Final = "PULUMI_OPTION_DEBUG"


def trim_sdk(environ: Mapping[str, str]) -> None:
    """Drop the debugging messages of this process, unless PULUMI_OPTION_DEBUG asks for them, and let it end early."""
    if environ.get(DEBUG_VARIABLE, "").lower() not in ("1", "true"):
        pulumi.log.debug = _drop
    wait = stack._wait_for_shutdown

    async def wait_for_calls() -> None:
        # They serve hooks and transforms. SETTINGS.callbacks has one only in the task that has registered something.
        if _CallbackServicer._servicers:
            await wait()

    stack._wait_for_shutdown = wait_for_calls


def _drop(*_: Any, **__: Any) -> None:
    pass
