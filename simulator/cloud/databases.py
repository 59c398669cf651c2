"""The network of ApsaraDB instances: the switch to a VPC, hybrid access, and its end."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from simulator.cloud.private_addresses import Refusals, claim
from simulator.cloud.state import Cloud
from simulator.model.databases import ApsaraInstance, Endpoint, EndpointKind
from simulator.model.vpc import VSwitch


def expire(cloud: Cloud, now: datetime) -> None:
    """Remove classic endpoints whose hybrid access has ended, and schedule the end of the others."""
    for table in (cloud.estate.databases, cloud.estate.redis, cloud.estate.mongodb):
        for instance in table:
            if any(endpoint.expires_at is not None for endpoint in instance.endpoints):
                _expire_one(cloud, instance, now)


def retained_endpoint(instance: ApsaraInstance, connection_string: str | None) -> Endpoint | None:
    """Return the classic endpoint in hybrid access with this connection string (None: the first), or None."""
    retained = (endpoint for endpoint in instance.endpoints if endpoint.expires_at is not None)
    return next((item for item in retained if connection_string in (None, item.connection_string)), None)


def retain(cloud: Cloud, endpoint: Endpoint, days: int) -> None:
    """Set the end of a classic endpoint to `days` from now, earlier or later than before."""
    endpoint.expires_at = cloud.clock.now() + timedelta(days=days)
    cloud.awaits(endpoint.expires_at)


def remaining_seconds(cloud: Cloud, endpoint: Endpoint) -> int | None:
    """Return the rest of a classic endpoint's hybrid access; None if it does not end."""
    if endpoint.expires_at is None:
        return None
    return max(0, int((endpoint.expires_at - cloud.clock.now()).total_seconds()))


def vpc_of(instance: ApsaraInstance) -> tuple[str, str]:
    """Return VPC and VSwitch of an instance as answers show them, empty texts in the classic network."""
    if instance.network_type == "Classic":
        return "", ""
    return instance.vpc_id or "", instance.vswitch_id or ""


def switch_to_vpc(
    cloud: Cloud,
    instance: ApsaraInstance,
    vswitch: VSwitch,
    retained_days: Mapping[EndpointKind, int] | None,
    refusals: Refusals,
    addresses: Mapping[EndpointKind, str] | None = None,
) -> list[Endpoint]:
    """Begin to move the classic endpoints to a VSwitch; return their future form in the VPC.

    The move takes `timings.database` seconds; the caller sets the passing status. `addresses` are wanted ones, by the
    kind of the endpoint. With `retained_days` the classic endpoints stay so many days from now, by kind, and those in
    the VPC get another connection string; without, they keep theirs. Public endpoints stay as they are. Raises one of
    `refusals`.
    """
    classic = [endpoint for endpoint in instance.endpoints if endpoint.ip_type == "Inner"]
    # Endpoints with a wanted address come first, because `claim` returns wanted addresses before free ones.
    classic.sort(key=lambda endpoint: endpoint.kind not in (addresses or {}))
    requested = [address for endpoint in classic if (address := (addresses or {}).get(endpoint.kind))]
    claimed = claim(cloud, vswitch, requested, len(classic) - len(requested), refusals)
    moved = [
        endpoint.model_copy(
            update={
                "connection_string": _name_in_vpc(endpoint.connection_string, retained_days is not None),
                "ip_address": address,
                "ip_type": "Private",
            }
        )
        for endpoint, address in zip(classic, claimed, strict=True)
    ]
    retained = [endpoint.model_copy() for endpoint in classic] if retained_days is not None else []
    for endpoint in retained:
        retain(cloud, endpoint, (retained_days or {})[endpoint.kind])
    public = [endpoint for endpoint in instance.endpoints if endpoint.ip_type == "Public"]
    instance.vpc_id, instance.vswitch_id = vswitch.vpc_id, vswitch.id
    instance.next_endpoints = [*retained, *moved, *public]
    cloud.begins(instance, cloud.estate.timings.database)
    return moved


def _expire_one(cloud: Cloud, instance: ApsaraInstance, now: datetime) -> None:
    instance.endpoints = [
        endpoint for endpoint in instance.endpoints if endpoint.expires_at is None or endpoint.expires_at > now
    ]
    for endpoint in instance.endpoints:
        if endpoint.expires_at is not None:
            cloud.awaits(endpoint.expires_at)


def _name_in_vpc(connection_string: str, hybrid: bool) -> str:
    """Return the second name that hybrid access needs; how the cloud forms it is not documented."""
    first, dot, domain = connection_string.partition(".")
    return f"{first}-vpc{dot}{domain}" if hybrid else connection_string
