"""An interrupted program ends without a word, wherever it is."""

import signal
import subprocess
import sys

import pytest

from components.interruption import INTERRUPTED
from tests.processes import WAITING, started

WAITS = {
    "in a loop": "while True: pass",
    "in a call": "wait_for_signal()",
    "in asyncio": "asyncio.run(asyncio.sleep(300))",
    "with threads": "ThreadPoolExecutor(2).submit(signal.pause); wait_for_signal()",
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=list(WAITS))
def test_an_interrupted_program_ends_without_a_word(wait: str) -> None:
    program = f"""
import asyncio, signal
{WAITING}
from concurrent.futures import ThreadPoolExecutor
from components.interruption import end_quietly_when_interrupted
end_quietly_when_interrupted()
print("there", flush=True)
{wait}
"""
    with started([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert (output, errors) == ("", "")
    assert process.returncode == INTERRUPTED
