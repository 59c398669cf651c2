"""Ids of new resources: of plausible shape, and the same in two runs with the same requests."""

import hashlib
from collections import Counter
from collections.abc import Iterable

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


class Ids:
    """Makes ids from the resource's facts, so that the order of concurrent requests does not matter."""

    def __init__(self, given: Iterable[tuple[tuple[str, ...], int]] = ()) -> None:
        """Continue from the `given` of another instance."""
        self._given: Counter[tuple[str, ...]] = Counter(dict(given))

    def given(self) -> list[tuple[tuple[str, ...], int]]:
        """Return the number of ids by prefix and facts."""
        return list(self._given.items())

    def new(self, prefix: str, *facts: str, length: int = 20) -> str:
        """Return an id `prefix-` + `length` characters, made from `facts` and how often they came before."""
        key = (prefix, *facts)
        self._given[key] += 1
        return f"{prefix}-{_letters(length, *key, str(self._given[key]))}"


def _letters(length: int, *facts: str) -> str:
    # Ids of cn-hangzhou begin with bp1.
    number = int.from_bytes(hashlib.sha256("\x1f".join(facts).encode()).digest(), "big")
    letters = "bp1"
    while len(letters) < length:
        number, place = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[place]
    return letters


def mac_address(*facts: str) -> str:
    """Return the MAC address for `facts`, in the block of Alibaba Cloud's interfaces."""
    digest = hashlib.sha256("\x1f".join(("mac", *facts)).encode()).hexdigest()
    return f"00:16:3e:{digest[:2]}:{digest[2:4]}:{digest[4:6]}"


def request_id(count: int) -> str:
    """Return the request id of the `count`-th request: a UUID in capitals."""
    digest = hashlib.sha256(f"request {count}".encode()).hexdigest().upper()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


def digits(length: int, *facts: str) -> str:
    """Return a number of `length` digits for `facts`, as RAM numbers its users and roles."""
    number = int.from_bytes(hashlib.sha256("\x1f".join(facts).encode()).digest(), "big")
    return "3" + str(number)[: length - 1]
