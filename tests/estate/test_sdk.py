"""SDKs are imported by name, and nothing else is; a model of theirs is imported with its first use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from estate import sdk
from estate.client import _PACKAGES

ROOT = Path(__file__).parents[2]
# In a process of its own: what is imported once in this one stays.
LOOK = """
import ast, json, sys
from pathlib import Path
from estate import sdk
found = {}
for package in sys.argv[1:]:
    models = sdk.load(f"{package}.models")
    client = sdk.load(f"{package}.client")
    before = [name for name in sys.modules if name.startswith(f"{package}.models.")]
    written = {
        alias.name: f"{package}.models.{node.module}"
        for node in ast.parse(Path(models.__file__).read_text()).body
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }
    late = {name: getattr(models, name).__module__ for name in models.__all__}
    found[package] = {
        "imported before use": before,
        "the client's": client.main_models is models,
        "by name": __import__(f"{package}.models", fromlist=["models"]) is models,
        "as written": late == written and set(late) <= set(dir(models)),
        "models": len(late),
        "no such model": hasattr(models, "NoSuchRequest"),
    }
print(json.dumps(found))
"""


def test_a_module_of_an_sdk_is_loaded() -> None:
    assert sdk.load("alibabacloud_credentials.models").__name__ == "alibabacloud_credentials.models"


@pytest.mark.parametrize("name", ["estate.object_storage", "json", "alibabacloud", ""])
def test_no_other_module_is(name: str) -> None:
    with pytest.raises(ValueError, match="no module of an SDK"):
        sdk.load(name)


def test_each_model_of_each_sdk_is_imported_when_it_is_used_and_is_the_sdks_own() -> None:
    packages = sorted(_PACKAGES.values())
    done = subprocess.run([sys.executable, "-c", LOOK, *packages], cwd=ROOT, capture_output=True, text=True, check=True)
    models_by_package = json.loads(done.stdout)
    assert sorted(models_by_package) == packages
    for package, models in models_by_package.items():
        assert models.pop("models") > 10, package
        assert models == {
            "imported before use": [],
            "the client's": True,
            "by name": True,
            "as written": True,
            "no such model": False,
        }, package


@pytest.mark.parametrize(
    "text",
    ["from ._one import One\n", "from __future__ import annotations\n\nfrom ._one import One\n\nTWO = One.two\n"],
    ids=["nothing but models", "something beside models"],
)
def test_a_package_of_another_form_is_imported_whole(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    package = f"alibabacloud_{request.node.callspec.id.replace(' ', '_')}"
    directory = tmp_path / package / "models"
    directory.mkdir(parents=True)
    (directory.parent / "__init__.py").touch()
    (directory / "__init__.py").write_text(text, encoding="utf-8")
    (directory / "_one.py").write_text("class One:\n    two = 2\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    models = sdk.load(f"{package}.models")
    assert f"{package}.models._one" in sys.modules
    assert models.One.two == getattr(models, "TWO", 2) == 2


def test_a_package_that_is_not_there_is_reported_by_its_name() -> None:
    with pytest.raises(ModuleNotFoundError, match="alibabacloud_none"):
        sdk.load("alibabacloud_none.models")


AIOHTTP = """
import sys
import estate.client
print("aiohttp" in sys.modules, "aiohttp.client" in sys.modules)
import asyncio, darabonba.core, Tea.core
from darabonba.request import DaraRequest
print("aiohttp" in sys.modules)
request = DaraRequest()
request.protocol, request.headers["host"], request.port = "http", "127.0.0.1", 9
try:
    asyncio.run(darabonba.core.DaraCore.async_do_action(request))
except Exception as error:
    print(type(error).__name__)
import aiohttp
print(darabonba.core.aiohttp.ClientSession is Tea.core.aiohttp.ClientSession is aiohttp.ClientSession)
"""


def test_the_client_of_asynchronous_calls_is_imported_by_the_first_of_them() -> None:
    # The SDK's core would send what is for loopback through the proxy of the tests.
    environ = {name: value for name, value in os.environ.items() if not name.lower().endswith("proxy")}
    done = subprocess.run(
        [sys.executable, "-c", AIOHTTP], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["False", "False", "False", "RetryError", "True"], done.stderr


APSCHEDULER = """
import sys
from estate import sdk
providers = sdk.load("alibabacloud_credentials.provider")
print("apscheduler" in sys.modules)
scheduler = providers.ecs_ram_role.BackgroundScheduler()
from apscheduler.schedulers.background import BackgroundScheduler
print(type(scheduler) is BackgroundScheduler)
"""


def test_the_scheduler_of_the_keys_of_a_role_is_imported_by_the_first_of_them() -> None:
    done = subprocess.run([sys.executable, "-c", APSCHEDULER], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "True"], done.stderr
