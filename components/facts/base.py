"""What all facts are made of."""

from typing import Any

SCHEMA_VERSION = 1

Facts = dict[str, Any]
"""Camel case keys and plain values, as the engine and the policy pack see them; never a null."""

SINGLE_WAVE = "all"
"""The wave of a stack whose instances all move in one window."""
