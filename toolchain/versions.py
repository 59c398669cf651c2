"""The versions that this project needs, each written once."""

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


#: The Pulumi CLI that is downloaded or built where no recent one is installed: the newest that the Go module proxy
#: serves complete. `toolchain/engines/newest/go.mod` pins the same version; `make lock` moves both.
ENGINE = Version(3, 276, 0)

#: The oldest Pulumi CLI accepted from PATH (`toolchain/engines/least/go.mod`): the tests on the engine pass on it too
#: (`make test ENGINE=least`). Older ones are not tested, and a gate must not pass by accident.
MINIMUM_PULUMI = Version(3, 259, 0)

#: The alicloud provider plugin; the version of pulumi-alicloud in pyproject.toml, which requires it of the engine.
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
