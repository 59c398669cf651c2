"""Why the demo stops."""

from __future__ import annotations


class StepError(Exception):
    """A step of the story did not do what it must; the message says what it should have done, and why it did not."""


class InputError(Exception):
    """The demo cannot begin; the message says what is wrong, a line a problem, and what was expected."""
