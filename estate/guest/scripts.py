"""The scripts in the form in which they are sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal, TypeAlias

System: TypeAlias = Literal["linux", "windows"]

FILES: Final[dict[System, Path]] = {
    "linux": Path(__file__).with_name("linux.sh"),
    "windows": Path(__file__).with_name("windows.ps1"),
}
# RunCommand: 16 KB of Base64 in the text of 2021, 24 KB in that of SDK 7.11.8.
LARGEST_SENT: Final = 16 * 1024


def script(system: System) -> str:
    """Return the script for a system, at most `LARGEST_SENT` bytes as Base64.

    It is sent without indentation, and of its lines of comments only the first one, which says in the instance's logs
    what it is.
    """
    text = FILES[system].read_text(encoding="utf-8")
    return re.sub(r"^ *(#(?!!| classic-to-vpc:).*\n)?", "", text, flags=re.MULTILINE)
