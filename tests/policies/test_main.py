"""The pack as a process that the engine itself starts, by its file: it ends whenever its engine does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from policies.pack.run import PACK
from tests.processes import started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows starts no such file")


@pytest.fixture
def pack() -> Iterator[subprocess.Popen[str]]:
    """The pack, once it has told its port; this process holds its standard input, as the engine does."""
    with started(
        [PACK / "serve", "127.0.0.1:1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # It is of the Python of whoever started the engine, and would stop that of the pack.
        env={**os.environ, "PYTHONHOME": "/nowhere"},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdecimal()
        yield process


def test_it_serves_until_the_engine_interrupts_it_and_says_nothing(pack: subprocess.Popen[str]) -> None:
    assert pack.poll() is None
    pack.send_signal(signal.SIGINT)
    assert pack.wait(timeout=60) == -signal.SIGINT
    assert pack.stderr is not None
    assert pack.stderr.read() == ""


def test_it_ends_with_an_engine_that_is_gone(pack: subprocess.Popen[str]) -> None:
    out, err = pack.communicate(timeout=60)  # closes standard input
    assert (pack.returncode, out, err) == (1, "", "")
