"""The one error that callers of the toolchain handle."""

from __future__ import annotations


class ToolchainError(Exception):
    """No usable engine could be made ready; the message states what went wrong and what to do about it."""
