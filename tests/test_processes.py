"""No process outlives the test that started it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import pytest

from tests.processes import children, end_all_but, started

FOREVER = "while True: pass"
OF_A_CHILD = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {FOREVER!r}], stdout=subprocess.DEVNULL, start_new_session=True)
"""


def test_a_started_process_ends_with_its_block() -> None:
    before = children()
    with suppress(ValueError), started([sys.executable, "-c", FOREVER]) as process:
        assert children() == before | {process.pid}
        raise ValueError
    assert children() == before


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux alone")
def test_the_child_of_a_child_ends_too() -> None:
    """Its parent has ended, and it is in a session of its own, as plugins of an engine are."""
    before = children()
    subprocess.run([sys.executable, "-c", OF_A_CHILD], check=True)
    assert len(children() - before) == 1
    end_all_but(before)
    assert children() == before
