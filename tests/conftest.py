"""Fixtures shared by all tests: one engine a session, one simulated cloud a test, and nothing beyond loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import toolchain
from demo.watch import Watch, watching
from estate.transport import honour_no_proxy

# The same examples on every machine and every day; a failing one is printed and can be replayed.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("ci")

# What steers clients of the cloud, the program or Pulumi, and is that of whoever runs the tests.
_FOREIGN = ("ALICLOUD_", "ALIBABA_CLOUD_", "ALIBABACLOUD_", "PREFLIGHT_", "TF_", "NO_PROXY", "no_proxy")
_FOREIGN_PULUMI = ("PULUMI_CONFIG", "PULUMI_BACKEND", "PULUMI_ACCESS", "PULUMI_OPTION", "PULUMI_STACK")


@pytest.fixture(scope="session")
def engine() -> toolchain.Engine:
    """The Pulumi engine with the alicloud plugin: the installed one, else the one that `make engine` built."""
    return toolchain.ensure(environment=_OF_WHOEVER_RUNS_THEM)


# With the cache by its name: it is looked for in the present home, which is another by the time.
_OF_WHOEVER_RUNS_THEM = {"XDG_CACHE_HOME": str(Path.home() / ".cache"), **os.environ}


@pytest.fixture(scope="session", autouse=True)
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """A proxy that must see nothing, for this process and all that it starts; and a home without profiles."""
    honour_no_proxy()
    home = Path.home()
    with watching() as watch, pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith((*_FOREIGN, *_FOREIGN_PULUMI))]:
            patch.delenv(name)
        for name, value in watch.environ.items():
            patch.setenv(name, value)
        # What was found or built stays where it is.
        patch.setenv("PULUMI_HOME", os.environ.get("PULUMI_HOME", str(home / ".pulumi")))
        patch.setenv("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME", str(home / ".cache")))
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield watch


@pytest.fixture(autouse=True)
def _nothing_goes_out(watch: Watch) -> Iterator[None]:
    """No test asks for anything beyond loopback: what it does shows at the proxy."""
    before = len(watch.seen)
    yield
    assert watch.seen[before:] == []
