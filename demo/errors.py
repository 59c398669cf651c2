"""Errors that stop the demo."""

from __future__ import annotations


class StepError(Exception):
    """A step of the story had another result than expected; the message gives both, and the reason."""


class InputError(Exception):
    """The demo cannot begin; the message has a line for each problem, with what was expected."""
