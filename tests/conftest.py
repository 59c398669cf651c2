"""Fixtures shared by all tests: one engine a session, one simulated cloud a test."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

import toolchain

# The same examples on every machine and every day; a failing one is printed and can be replayed.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def engine() -> toolchain.Engine:
    """The Pulumi engine with the alicloud plugin: the installed one, else the one that `make engine` built."""
    return toolchain.ensure()


@pytest.fixture(autouse=True)
def _hermetic(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the credentials, the clock or the Pulumi backend of whoever runs it."""
    for name in list(os.environ):
        if name.startswith(("ALICLOUD_", "ALIBABA_CLOUD_", "PREFLIGHT_", "PULUMI_CONFIG", "PULUMI_BACKEND")):
            monkeypatch.delenv(name)
