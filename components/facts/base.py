"""What all facts are made of."""

from typing import Any

SCHEMA_VERSION = 2

Facts = dict[str, Any]
"""Camel case keys and plain values, as the engine and the policy pack see them; never a null."""
