"""Describe addresses outside in few words, as a rule would name them, and by all blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from policies.core.facts import printable
from policies.security_groups.differences import Traffic
from policies.security_groups.model import PRIVATE, SERVICE, Surroundings, Version
from policies.security_groups.packets import Interval, describe_addresses, merged

_ALL: Final = 2**31
"""More blocks than there can be: all of them are described."""


class AddressText(NamedTuple):
    """Addresses and other peers in few words, and all blocks."""

    text: str
    blocks: tuple[str, ...]


def peers_text(traffic: Traffic, around: Surroundings) -> AddressText:
    """Return the peers of some traffic that are no instances: addresses, and members of groups."""
    text, blocks = addresses_text(traffic.addresses, around)
    return AddressText(", ".join([*([text] if text else []), *map(printable, sorted(traffic.texts))]), blocks)


def addresses_text(by_version: Mapping[Version, Sequence[Interval]], around: Surroundings) -> AddressText:
    """Return addresses in words and as blocks, those of each IP version apart."""
    texts, blocks = [], []
    for version, intervals in by_version.items():
        if disjoint := merged(intervals):
            texts.append(in_words(version, bridged(version, disjoint, around)))
            blocks += describe_addresses(version, disjoint, most=_ALL).split(", ")
    return AddressText(", ".join(texts), tuple(blocks))


def bridged(version: Version, intervals: Sequence[Interval], around: Surroundings) -> list[Interval]:
    """Join intervals that are separated only by instances and the cloud's own services: those are not outside."""
    between = merged(
        [
            *((address, address) for address in around.taken[version]),
            *(block.interval for block in around.reserved if block.version == version),
            *SERVICE[version],
        ]
    )
    joined: list[Interval] = []
    for low, high in intervals:
        gap = (joined[-1][1] + 1, low - 1) if joined else None
        if gap is not None and any(first <= gap[0] and gap[1] <= last for first, last in between):
            joined[-1] = joined[-1][0], high
        else:
            joined.append((low, high))
    return joined


def in_words(version: Version, intervals: Sequence[Interval]) -> str:
    """Return address intervals in few words: all of them, or all public ones, with few exceptions, as a rule would."""
    last = 2 ** (32 if version == 4 else 128) - 1
    anywhere = "0.0.0.0/0" if version == 4 else "::/0"
    edges = [-1, *(edge for low, high in PRIVATE[version] for edge in (low - 1, high)), last]
    public = [(low + 1, high) for low, high in zip(edges[::2], edges[1::2], strict=True)]
    for whole, name in (([(0, last)], anywhere), (public, f"{anywhere} without private addresses")):
        lacking = _minus(whole, intervals)
        if not lacking:
            remainder = _minus(intervals, whole)
            return name + (f", {describe_addresses(version, remainder)}" if remainder else "")
        if not (set(lacking) & set(PRIVATE[version]) or _has_many_blocks(version, lacking)):
            remainder = _minus(intervals, whole)
            text = f"{name} without {describe_addresses(version, lacking)}"
            return text + (f", {describe_addresses(version, remainder)}" if remainder else "")
    return describe_addresses(version, intervals)


def _has_many_blocks(version: Version, intervals: Sequence[Interval]) -> bool:
    return "more blocks" in describe_addresses(version, intervals)


def _minus(intervals: Sequence[Interval], removed: Sequence[Interval]) -> list[Interval]:
    """Return intervals without the removed ones, which are sorted and do not overlap."""
    remainder: list[Interval] = []
    for low, high in intervals:
        for first, last in removed:
            if last < low or first > high:
                continue
            if low < first:
                remainder.append((low, first - 1))
            low = last + 1
        if low <= high:
            remainder.append((low, high))
    return remainder
