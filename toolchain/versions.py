"""Which versions this project needs, each written down once."""

from __future__ import annotations

import re
from typing import NamedTuple


class Version(NamedTuple):
    """A release version; compares by number, ignores pre-release and build suffixes."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


#: The Pulumi CLI that is built where no recent one is installed. Its module is fetched at exactly this version
#: (toolchain/engine/go.mod), the newest that the Go module proxy can serve complete.
ENGINE = Version(3, 259, 0)

#: The oldest Pulumi CLI accepted from PATH: the one that every test of this project runs against. Older ones may work,
#: but nobody has seen it, and the thing at stake is a gate that must not pass by accident.
MINIMUM_PULUMI = ENGINE

#: The alicloud provider plugin; the same version as pulumi-alicloud in pyproject.toml, which asks the engine for it.
PLUGIN = Version(4, 0, 0)

_NUMBER = re.compile(r"(?<![\d.])v?(\d+)\.(\d+)(?:\.(\d+))?")


def parse_version(text: str) -> Version | None:
    """Find the first version in what a tool prints about itself.

    Accepts "v3.259.0", "go1.26.8" and "3.259.0-dev.1"; a missing patch number is 0.
    Returns None where there is no version at all.
    """
    match = _NUMBER.search(text)
    if match is None:
        return None
    major, minor, patch = match.groups()
    return Version(int(major), int(minor), int(patch or 0))
