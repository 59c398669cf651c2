"""Ids of what the cloud makes: of plausible shape, and the same in two runs that ask the same."""

import hashlib
from collections import Counter
from collections.abc import Iterable

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


class Ids:
    """Gives ids by what is made, not by when: concurrent requests may come in any order."""

    def __init__(self, given: Iterable[tuple[tuple[str, ...], int]] = ()) -> None:
        """Go on after what `given` of another told."""
        self._given: Counter[tuple[str, ...]] = Counter(dict(given))

    def given(self) -> list[tuple[tuple[str, ...], int]]:
        """How many ids were given for which prefix and facts."""
        return list(self._given.items())

    def new(self, prefix: str, *facts: str, length: int = 20) -> str:
        """Return an id `prefix-` + `length` characters, told by `facts` and by how often they came before."""
        key = (prefix, *facts)
        self._given[key] += 1
        return f"{prefix}-{_letters(length, *key, str(self._given[key]))}"


def _letters(length: int, *facts: str) -> str:
    # bp1 is how ids of cn-hangzhou begin.
    number = int.from_bytes(hashlib.sha256("\x1f".join(facts).encode()).digest(), "big")
    letters = "bp1"
    while len(letters) < length:
        number, place = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[place]
    return letters


def mac_address(*facts: str) -> str:
    """Return the MAC address that `facts` tell, of the block that Alibaba Cloud's interfaces have."""
    digest = hashlib.sha256("\x1f".join(("mac", *facts)).encode()).hexdigest()
    return f"00:16:3e:{digest[:2]}:{digest[2:4]}:{digest[4:6]}"


def request_id(count: int) -> str:
    """Return the request id of the `count`-th request: the shape of a UUID in capitals."""
    digest = hashlib.sha256(f"request {count}".encode()).hexdigest().upper()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
