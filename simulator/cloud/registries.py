"""Instances of Container Registry Enterprise Edition.

Undocumented: the code and status for an instance that does not exist (here INSTANCE_NOT_EXIST, 404). Not
simulated: any change of an instance or its endpoints.
"""

from simulator.cloud.errors import NotFoundError
from simulator.cloud.state import Cloud
from simulator.model.cr import Module, Registry, RegistryEndpoint


def endpoint(cloud: Cloud, registry_id: str, module: Module) -> RegistryEndpoint:
    """Return the endpoints of a module, closed ones if it has none; raises INSTANCE_NOT_EXIST."""
    found: Registry | None = cloud.estate.registries.find(registry_id)
    if found is None:
        raise NotFoundError("INSTANCE_NOT_EXIST", "The instance does not exist.")
    own = [item for item in found.endpoints if item.module == module]
    return own[0] if own else RegistryEndpoint(module=module)
