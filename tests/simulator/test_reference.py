"""docs/simulator.md is what the code declares."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.api.table import registry
from simulator.reference import gaps, limits, render
from tests.processes import started

COMMITTED = Path(__file__).parents[2] / "docs/simulator.md"


def test_the_document_is_in_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference"]) == 0
    assert capsys.readouterr().out == COMMITTED.read_text(encoding="utf-8"), "run `make docs`"


def test_every_action_has_a_row_that_says_something() -> None:
    rows = re.findall(r"^\| \*\*(\w+)\*\*.*?<br>(.+?) \|", render(), re.MULTILINE)
    assert len(rows) == len(registry().all())
    assert all(sentence.endswith(".") for _, sentence in rows)


def test_a_table_is_not_broken_by_what_it_tells() -> None:
    """A bar in a description would begin a cell of its own."""
    blocks = re.findall(r"(?:^\|.*\n)+", render(), re.MULTILINE)
    assert len(blocks) > 10
    for block in blocks:
        assert len({line.count("|") for line in block.splitlines()}) == 1, block[:200]


def test_the_limits_that_the_issue_of_moving_servers_turns_on_are_reported() -> None:
    values = {limit.text.partition(" (")[0]: limit.value for limit in limits()}
    assert values["Classic instances linked to one VPC"] == "1,000"
    assert values["Manual snapshots of one disk"] == "256"
    assert values["Masks of a VSwitch"] == "16 to 29"
    assert values["Whitelist groups of one database"] == "200"


def test_gaps_that_the_modules_name_are_in_the_reference() -> None:
    sources = [path for room in ("api", "cloud") for path in Path("simulator", room).glob("*.py")]
    docstrings = {str(path.with_suffix("")): " ".join(path.read_text(encoding="utf-8").split()) for path in sources}
    leaving_out = {module for module, text in docstrings.items() if "Not simulated: " in text}
    assert {gap.module for gap in gaps()} == leaving_out
    for gap in gaps():
        assert f"(../{gap.module}.py): {gap.text}\n" in render()
    assert any("the snapshots that they take" in gap.text for gap in gaps())


def test_the_command_that_it_tells_serves(tmp_path: Path) -> None:
    command = re.search(r"^\.venv/bin/python (-m simulator serve .*)$", render(), re.MULTILINE)
    assert command is not None
    words = command[1].replace("--port 8815", "--port 0").replace(" .simulator", f" {tmp_path}/simulator").split()
    with started([sys.executable, *words], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}/_simulator/clock") as answer:  # noqa: S310 - loopback
            assert answer.status == 200
        server.terminate()
        assert server.wait(10) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"simulator.json", "simulator-ca.pem"}
