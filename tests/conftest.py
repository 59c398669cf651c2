"""Fixtures shared by all tests: one engine a session, one simulated cloud a test, and nothing beyond loopback."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from darabonba.core import DaraCore
from hypothesis import settings
from requests.adapters import HTTPAdapter

import toolchain
from demo.watch import Watch, watching
from estate.transport import honour_no_proxy
from tests.order import SECONDS, UNMEASURED, Test, dealt, from_another_place
from tests.processes import adopt_orphans, children, end_all_but

# The same examples on every machine and every day; a failing one is printed and can be replayed.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("ci")

# The checks of IRIs, formats of no schema here: jsonschema would make grammars for them when it is imported, for 2 s in
# each worker.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

# Where a shell starts the suite in the background, SIGINT is ignored, and so it would be in all that tests start and
# interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What steers clients of the cloud, the program or Pulumi, and is that of whoever runs the tests.
_FOREIGN = ("ALICLOUD_", "ALIBABA_CLOUD_", "ALIBABACLOUD_", "PREFLIGHT_", "TF_", "NO_PROXY", "no_proxy")
_FOREIGN_PULUMI = ("PULUMI_CONFIG", "PULUMI_BACKEND", "PULUMI_ACCESS", "PULUMI_OPTION", "PULUMI_STACK")


# What is imported and collected stays; looking whether it can be freed took a quarter of the collection.
gc.disable()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Import the modules of the whole suite from another place on in each worker: one compiles what others then load.

    In a new clone they would all compile all of them at the same time: 20 seconds of CPU more.
    """
    worker: dict[str, Any] = getattr(session.config, "workerinput", {})
    if worker and session.config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        for name in from_another_place(_modules(), int(worker["workerid"].removeprefix("gw")), worker["workercount"]):
            with suppress(Exception):  # which the collection reports
                importlib.import_module(name)


def _modules() -> list[str]:
    tests = Path(__file__).parent
    return sorted(".".join(path.relative_to(tests.parent).with_suffix("").parts) for path in tests.rglob("test_*.py"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the tests to the workers: each begins with its share of those on the engine, the longest first."""
    worker: dict[str, Any] = getattr(config, "workerinput", {})
    items[:] = dealt([_test(item) for item in items], worker.get("workercount", 1))


def pytest_collection_finish() -> None:
    """Have what was imported and collected not looked through again and again: it took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    gc.enable()


def _test(item: pytest.Item) -> Test[pytest.Item]:
    """Tell what the order of the tests rests on."""
    assert isinstance(item, pytest.Function)
    file = item.nodeid.partition("::")[0]
    scopes = {known[-1].scope: known[-1].argname for known in item._fixtureinfo.name2fixturedefs.values()}
    # A fixture of a package is shared by tests of several files.
    unit = scopes.get("package", file if "module" in scopes else item.nodeid)
    seconds = SECONDS.get(file.removeprefix("tests/").removesuffix(".py"), UNMEASURED)
    return Test(item, unit, item.get_closest_marker("engine") is not None, seconds)


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
    original = DaraCore.get_adapter

    def get_adapter(prefix: str, *args: Any, **kwargs: Any) -> HTTPAdapter:
        # Else what loads all certificates of the machine for plain HTTP, too: 40 ms for each simulated cloud.
        return HTTPAdapter(pool_maxsize=40) if prefix.upper() == "HTTP" else original(prefix, *args, **kwargs)

    home = Path.home()
    with watching() as watch, pytest.MonkeyPatch.context() as patch:
        patch.setattr(DaraCore, "get_adapter", get_adapter)
        for name in [name for name in os.environ if name.startswith((*_FOREIGN, *_FOREIGN_PULUMI))]:
            patch.delenv(name)
        for name, value in watch.environ.items():
            patch.setenv(name, value)
        # Engine and alicloud plugin run for seconds here: collecting garbage as often as by default took a twentieth.
        patch.setenv("GOGC", "400")
        # What was found or built stays where it is.
        patch.setenv("PULUMI_HOME", os.environ.get("PULUMI_HOME", str(home / ".pulumi")))
        patch.setenv("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME", str(home / ".cache")))
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield watch


@pytest.fixture(scope="session", autouse=True)
def _orphans() -> None:
    """What a test starts is found, too, when the process between has ended."""
    adopt_orphans()


@pytest.fixture(autouse=True)
def _nothing_stays(_orphans: None) -> Iterator[None]:
    """No process outlives the test that started it, however the test ends."""
    before = children()
    yield
    end_all_but(before)


# Each has some connections.
_KEPT_SESSIONS = 16


@pytest.fixture(autouse=True)
def _connections_end() -> Iterator[None]:
    """The SDKs keep a session for each host and port that they were ever at; here each simulated cloud is another."""
    yield
    if len(DaraCore._sessions) > _KEPT_SESSIONS:
        for session in DaraCore._sessions.values():
            session.close()
        DaraCore._sessions.clear()


@pytest.fixture(autouse=True)
def _nothing_goes_out(watch: Watch) -> Iterator[None]:
    """No test asks for anything beyond loopback: what it does shows at the proxy."""
    before = len(watch.seen)
    yield
    assert watch.seen[before:] == []
