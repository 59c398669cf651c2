"""Instances of Container Registry Enterprise Edition: their whitelists, and the VPCs that are linked with them.

The reference has no error codes. INSTANCE_NOT_EXIST and INSTANCE_ACCESS_NOT_EXIST are those that Alibaba's own provider
(1.285.0) knows; their statuses and the other codes are ours. A new link is RUNNING at once here. Not simulated: new
instances, opening and closing the public endpoint, and records of PrivateZone.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from simulator.cloud import private_addresses
from simulator.cloud.errors import CloudError, NotFoundError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.cr import LinkedVpc, Module, Registry, RegistryEndpoint, RegistryEntry

_NO_ADDRESS = CloudError("VSWITCH_IP_NOT_ENOUGH", "The VSwitch has no free address.")
_ADDRESSES = private_addresses.Refusals(_NO_ADDRESS, _NO_ADDRESS, _NO_ADDRESS, _NO_ADDRESS)


def endpoint(cloud: Cloud, registry_id: str, module: Module) -> RegistryEndpoint:
    """Return the endpoints of a module, closed ones if it has none; raises INSTANCE_NOT_EXIST."""
    own = [item for item in _registry(cloud, registry_id).endpoints if item.module == module]
    return own[0] if own else RegistryEndpoint(module=module)


def link(cloud: Cloud, registry_id: str, module: Module, vpc_id: str, vswitch_id: str) -> None:
    """Link a VPC with a module, by an address of the VSwitch.

    Raises INSTANCE_NOT_EXIST, InvalidVpcId.NotFound, InvalidVSwitchId.NotFound (404; of another VPC too),
    INSTANCE_ACCESS_EXIST, VSWITCH_IP_NOT_ENOUGH.
    """
    endpoints = _own_endpoint(cloud, registry_id, module)
    cloud.vpc(vpc_id)
    vswitch = cloud.vswitch(vswitch_id)
    if vswitch.vpc_id != vpc_id:
        raise NotFoundError("InvalidVSwitchId.NotFound", "Specified virtual switch is not found in the VPC.")
    if any(item.vpc_id == vpc_id for item in endpoints.linked_vpcs):
        raise CloudError("INSTANCE_ACCESS_EXIST", "The VPC is linked with the instance already.")
    [address] = private_addresses.claim(cloud, vswitch, [], 1, _ADDRESSES)
    endpoints.linked_vpcs.append(LinkedVpc(vpc_id=vpc_id, vswitch_id=vswitch_id, ip=address))


def unlink(cloud: Cloud, registry_id: str, module: Module, vpc_id: str, vswitch_id: str) -> None:
    """End the link with a VPC; raises INSTANCE_NOT_EXIST, INSTANCE_ACCESS_NOT_EXIST (404)."""
    endpoints = _own_endpoint(cloud, registry_id, module)
    remaining = [item for item in endpoints.linked_vpcs if (item.vpc_id, item.vswitch_id) != (vpc_id, vswitch_id)]
    if len(remaining) == len(endpoints.linked_vpcs):
        raise NotFoundError("INSTANCE_ACCESS_NOT_EXIST", "The VPC is not linked with the instance.")
    endpoints.linked_vpcs = remaining


def admit(cloud: Cloud, registry_id: str, module: Module, entries: Sequence[tuple[str, str]]) -> None:
    """Add entries with their comments to the whitelist, all or none.

    Raises INSTANCE_NOT_EXIST, InvalidParameter, ENDPOINT_ACL_EXIST.
    """
    endpoints = _own_endpoint(cloud, registry_id, module)
    blocks = [
        _block(entry) for entry in (*(item.entry for item in endpoints.entries), *(entry for entry, _ in entries))
    ]
    if len(set(blocks)) < len(blocks):
        raise CloudError("ENDPOINT_ACL_EXIST", "The whitelist has the entry already.")
    endpoints.entries += [RegistryEntry(entry=entry, comment=comment) for entry, comment in entries]


def shut_out(cloud: Cloud, registry_id: str, module: Module, entries: Iterable[str]) -> None:
    """Delete entries of the whitelist, all or none; an address is the same with or without /32.

    Raises INSTANCE_NOT_EXIST, InvalidParameter, ENDPOINT_ACL_NOT_EXIST (404).
    """
    endpoints, blocks = _own_endpoint(cloud, registry_id, module), set(map(_block, entries))
    if not blocks <= {_block(item.entry) for item in endpoints.entries}:
        raise NotFoundError("ENDPOINT_ACL_NOT_EXIST", "The whitelist does not have the entry.")
    endpoints.entries = [item for item in endpoints.entries if _block(item.entry) not in blocks]


def _registry(cloud: Cloud, registry_id: str) -> Registry:
    registry = cloud.estate.registries.find(registry_id)
    if registry is None:
        raise NotFoundError("INSTANCE_NOT_EXIST", "The instance does not exist.")
    return registry


def _own_endpoint(cloud: Cloud, registry_id: str, module: Module) -> RegistryEndpoint:
    """Return the endpoints of a module, which are now part of the state."""
    registry, endpoints = _registry(cloud, registry_id), endpoint(cloud, registry_id, module)
    if not any(item is endpoints for item in registry.endpoints):
        registry.endpoints.append(endpoints)
    return endpoints


def _block(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(entry)
    except ValueError:
        raise invalid_parameter("Entry") from None
