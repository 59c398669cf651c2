"""Whitelists of Container Registry Enterprise Edition; the other editions have none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from estate import model
from estate.client import Cloud
from estate.live.reading import build, items, source_of
from estate.paging import listed

_MODULES: Final = ("Registry", "Chart")


def registries(cloud: Cloud) -> list[tuple[str, str]]:
    """Read id and name of all instances."""
    return [(item.instance_id, item.instance_name or "") for item in listed(cloud, "cr:ListInstance")]


def access_lists(cloud: Cloud, registry_id: str, name: str) -> list[model.RegistryAccessList]:
    """Read the whitelists of an instance, one of each module, and the VPCs that reach the module by its endpoint."""
    return list(_access_lists(cloud, registry_id, name))


def _access_lists(cloud: Cloud, registry_id: str, name: str) -> Iterator[model.RegistryAccessList]:
    public, private = "cr:GetInstanceEndpoint", "cr:GetInstanceVpcEndpoint"
    for module in _MODULES:
        fields: dict[str, Any] = {"instance_id": registry_id, "module_name": module}
        endpoint = cloud.call(public, endpoint_type="internet", **fields)
        vpcs = cloud.call(private, **fields)
        yield build(
            source_of(public, endpoint, **fields),
            model.RegistryAccessList,
            registry_id=registry_id,
            registry_name=name,
            module=module,
            in_force=bool(endpoint.enable and endpoint.acl_enable),
            entries=tuple(item.entry for item in items(endpoint, "acl_entries")),
            # One that is CREATING reaches nothing yet (reference, GetInstanceVpcEndpoint).
            linked_vpc_ids=tuple(item.vpc_id for item in items(vpcs, "linked_vpcs") if item.status == "RUNNING"),
        )
