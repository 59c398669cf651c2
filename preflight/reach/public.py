"""Say which public addresses of an instance stay."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from policies.core.facts import Facts, UnreadableError, attempt, printable
from preflight.reach.model import PublicReach


def public_results(instance: Facts) -> Iterator[PublicReach]:
    """Yield whether the public addresses of a moving instance stay; nothing where they cannot be read."""
    addresses = attempt(partial(instance.texts, "publicIps"))
    bandwidth = attempt(partial(instance.number, "internetMaxBandwidthOut"))
    if isinstance(addresses, UnreadableError) or isinstance(bandwidth, UnreadableError) or not addresses:
        return
    stays, given_up = bandwidth > 0, instance.data.get("releasePublicIp") is True
    to_eip = instance.data.get("toEip") is True
    if stays:
        reason = "it stays, and becomes an EIP" if to_eip else "it stays, as a public address behind NAT"
    else:
        reason = "its Internet bandwidth is 0 Mbit/s: the move releases it"
        reason += ", as the config accepts" if given_up else ""
    yield PublicReach(
        instance=printable(instance.text("instanceId")),
        name=printable(instance.optional_text("instanceName") or instance.text("instanceId")),
        addresses=tuple(map(printable, addresses)),
        status="kept" if stays else "lost",
        reason=reason,
    )
