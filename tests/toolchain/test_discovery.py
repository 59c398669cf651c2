"""Which installed Pulumi is used, and why another is not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.discovery import Installed, Unusable, find_pulumi, has_plugin, lists_plugin, search_path
from toolchain.versions import MINIMUM_PULUMI, Version


def find(environment: dict[str, str]) -> Installed | Unusable:
    return find_pulumi(environment["PATH"], environment)


def test_a_recent_pulumi_is_used(fake_pulumi: Callable[..., Path], environment: dict[str, str]) -> None:
    path = fake_pulumi("v3.300.1")
    assert find(environment) == Installed(path, Version(3, 300, 1), path.with_name("pulumi-language-python"))


def test_the_minimum_itself_is_enough(fake_pulumi: Callable[..., Path], environment: dict[str, str]) -> None:
    fake_pulumi(f"v{MINIMUM_PULUMI}")
    assert isinstance(find(environment), Installed)


def test_an_old_pulumi_is_not_used_and_both_versions_are_named(
    fake_pulumi: Callable[..., Path], environment: dict[str, str]
) -> None:
    path = fake_pulumi("v3.99.0")
    pulumi = find(environment)
    assert isinstance(pulumi, Unusable)
    assert f"{path} is 3.99.0" in pulumi.reason
    assert str(MINIMUM_PULUMI) in pulumi.reason


def test_no_pulumi_at_all(environment: dict[str, str]) -> None:
    assert find(environment) == Unusable("no pulumi on PATH")


def test_a_pulumi_without_python_support(
    fake_pulumi: Callable[..., Path], tools: Path, environment: dict[str, str]
) -> None:
    fake_pulumi()
    (tools / "pulumi-language-python").unlink()
    pulumi = find(environment)
    assert isinstance(pulumi, Unusable)
    assert "pulumi-language-python" in pulumi.reason


def test_the_language_host_may_be_beside_the_cli_that_a_link_leads_to(
    fake_pulumi: Callable[..., Path], tools: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    fake_pulumi()
    links = tmp_path / "links"
    links.mkdir()
    (links / "pulumi").symlink_to(tools / "pulumi")
    assert isinstance(find_pulumi(str(links), environment), Installed)


@pytest.mark.parametrize("body", ["sys.exit(1)", "print('hello')"], ids=["fails", "says something else"])
def test_a_pulumi_that_does_not_say_its_version(
    body: str, make_tool: Callable[[str, str], Path], environment: dict[str, str]
) -> None:
    make_tool("pulumi", body)
    pulumi = find(environment)
    assert isinstance(pulumi, Unusable)
    assert "does not say its version" in pulumi.reason


def test_our_own_builds_are_never_taken_for_an_installed_one(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    path = os.pathsep.join([str(cache / "front" / "bin"), "", "/usr/bin"])
    assert search_path({"PATH": path}, cache) == "/usr/bin"


def plugin(**changes: str) -> dict[str, str]:
    return {"name": "alicloud", "kind": "resource", "version": "4.0.0", **changes}


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (json.dumps([plugin(name="random"), plugin()]), True),
        (json.dumps([plugin(version="3.99.0")]), False),
        (json.dumps([plugin(name="random")]), False),
        (json.dumps([plugin(kind="language")]), False),
        (json.dumps([{"name": "alicloud", "kind": "resource"}]), False),
        ("[]", False),
        ("{}", False),
        ("not JSON", False),
    ],
)
def test_reads_the_list_of_plugins(listing: str, expected: bool) -> None:
    assert lists_plugin(listing) is expected


def test_asks_the_cli_for_its_plugins(fake_pulumi: Callable[..., Path], environment: dict[str, str]) -> None:
    assert has_plugin(fake_pulumi(plugins=("4.0.0",)), environment)
    assert not has_plugin(fake_pulumi(plugins=("3.0.0",)), environment)
