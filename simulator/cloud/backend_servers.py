"""Backend servers of Classic Load Balancers and of their vServer groups.

Codes: the common error codes of Slb 2014-05-15 (AlibabaCloudDocs/slb), where an unknown vServer group is
InvalidParameter with status 404. Undocumented: the code for a server that is already there (here
InvalidBackendServers.ServerIpConflict), and for the weight of an unknown server (here InvalidParameter). Not
simulated: ENIs and container instances as backend servers.
"""

import re
from dataclasses import dataclass, replace

from simulator.cloud import load_balancers
from simulator.cloud.errors import CloudError, NotFoundError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.cloud.tags import MAX_TAGS
from simulator.model.ecs import Instance
from simulator.model.slb import BackendServer, LoadBalancer, VServerGroup

#: Backend servers of one call (SDK text of AddBackendServers)
MAX_SERVERS = 20
MAX_WEIGHT = 100
MAX_PORT = 65535

_GROUP_NAME = re.compile(r"[\w./-]{1,80}")


@dataclass(frozen=True)
class ServerDraft:
    """A backend server in a request, unchecked."""

    instance_id: str
    port: int | None = None
    weight: int | None = None
    description: str = ""


def find_group(cloud: Cloud, group_id: str) -> VServerGroup:
    """Return the vServer group; raises InvalidParameter (404)."""
    group = cloud.estate.vserver_groups.find(group_id)
    if group is None:
        raise NotFoundError("InvalidParameter", "The specified VServerGroupId does not exist.")
    return group


def groups_of(cloud: Cloud, load_balancer_id: str) -> list[VServerGroup]:
    """Return the vServer groups of a load balancer; raises InvalidLoadBalancerId.NotFound."""
    load_balancers.find(cloud, load_balancer_id)
    return [group for group in cloud.estate.vserver_groups if group.load_balancer_id == load_balancer_id]


def add_servers(cloud: Cloud, load_balancer_id: str, drafts: list[ServerDraft]) -> LoadBalancer:
    """Add running instances as backend servers, all or none; if a call has one twice, the first counts.

    Raises InvalidLoadBalancerId.NotFound, TooManyBackendServers, ObtainIpFail, InvalidWeight.Malformed,
    InvalidParameter (an instance of another network), InvalidBackendServers.Inconsistent (a public load balancer has
    servers of one network only), InvalidBackendServers.ServerIpConflict (it is there).
    """
    load_balancer = load_balancers.find(cloud, load_balancer_id)
    unported = [replace(draft, port=None) for draft in drafts]
    load_balancer.backend_servers += _new_servers(cloud, load_balancer, load_balancer.backend_servers, unported)
    return load_balancer


def remove_servers(cloud: Cloud, load_balancer_id: str, instance_ids: list[str]) -> LoadBalancer:
    """Remove backend servers; an unknown one is no error. Raises as `add_servers` does on the call itself."""
    load_balancer = load_balancers.find(cloud, load_balancer_id)
    _check_number(instance_ids)
    load_balancer.backend_servers = [
        server for server in load_balancer.backend_servers if server.instance_id not in instance_ids
    ]
    return load_balancer


def set_servers(cloud: Cloud, load_balancer_id: str, drafts: list[ServerDraft]) -> LoadBalancer:
    """Set weights and descriptions of backend servers, all or none.

    Raises InvalidLoadBalancerId.NotFound, TooManyBackendServers, InvalidWeight.Malformed, InvalidParameter (not there).
    """
    load_balancer = load_balancers.find(cloud, load_balancer_id)
    unported = [replace(draft, port=None) for draft in drafts]
    _update(load_balancer.backend_servers, unported)
    return load_balancer


def create_group(
    cloud: Cloud, load_balancer_id: str, name: str, drafts: list[ServerDraft], tags: dict[str, str]
) -> VServerGroup:
    """Make a vServer group of a load balancer.

    Raises as `add_to_group` does, InvalidLoadBalancerId.NotFound, InvalidParameter (name), SizeLimitExceeded.Tag.
    """
    load_balancer = load_balancers.find(cloud, load_balancer_id)
    if name and not _GROUP_NAME.fullmatch(name):
        raise invalid_parameter("VServerGroupName")
    if len(tags) > MAX_TAGS:
        raise CloudError("SizeLimitExceeded.Tag", "The maximum size of Tag is exceeded.")
    group = VServerGroup(
        id=cloud.ids.new("rsp", load_balancer_id, name),
        name=name,
        load_balancer_id=load_balancer_id,
        backend_servers=_new_servers(cloud, load_balancer, [], drafts, ported=True),
        created_at=cloud.clock.now(),
        tags=tags,
    )
    cloud.estate.vserver_groups.append(group)
    return group


def add_to_group(cloud: Cloud, group_id: str, drafts: list[ServerDraft]) -> VServerGroup:
    """Add running instances with their ports, all or none.

    Raises InvalidParameter (404 without the group; a port; another network), TooManyBackendServers, ObtainIpFail,
    InvalidWeight.Malformed, InvalidBackendServers.Inconsistent, InvalidBackendServers.ServerIpConflict.
    """
    group = find_group(cloud, group_id)
    load_balancer = load_balancers.find(cloud, group.load_balancer_id)
    group.backend_servers += _new_servers(cloud, load_balancer, group.backend_servers, drafts, ported=True)
    return group


def remove_from_group(cloud: Cloud, group_id: str, drafts: list[ServerDraft]) -> VServerGroup:
    """Remove servers by instance and port; an unknown one is no error.

    Raises InvalidParameter (404), TooManyBackendServers.
    """
    group = find_group(cloud, group_id)
    _check_number(drafts)
    gone = {(draft.instance_id, draft.port) for draft in drafts}
    group.backend_servers = [
        server for server in group.backend_servers if (server.instance_id, server.port) not in gone
    ]
    return group


def replace_in_group(cloud: Cloud, group_id: str, old: list[ServerDraft], new: list[ServerDraft]) -> VServerGroup:
    """Replace `old` by `new`, all or none; raises as `add_to_group` does."""
    group = find_group(cloud, group_id)
    before = group.backend_servers
    remove_from_group(cloud, group_id, old)
    try:
        return add_to_group(cloud, group_id, new)
    except CloudError:
        group.backend_servers = before
        raise


def change_group(cloud: Cloud, group_id: str, name: str | None, drafts: list[ServerDraft]) -> VServerGroup:
    """Change the name of a group, and the weights of servers in it.

    Raises InvalidParameter (404 without the group; a name; a server that is not there), TooManyBackendServers,
    InvalidWeight.Malformed.
    """
    group = find_group(cloud, group_id)
    if name is not None and not _GROUP_NAME.fullmatch(name):
        raise invalid_parameter("VServerGroupName")
    _update(group.backend_servers, drafts)
    group.name = group.name if name is None else name
    return group


def delete_group(cloud: Cloud, group_id: str) -> None:
    """Delete a group; raises InvalidParameter (404), RspoolVipExist while a listener uses it."""
    group = find_group(cloud, group_id)
    load_balancer = load_balancers.find(cloud, group.load_balancer_id)
    if any(listener.vserver_group_id == group_id for listener in load_balancer.listeners):
        raise CloudError("RspoolVipExist", "there are vips associating with this vServer group.")
    cloud.estate.vserver_groups.remove(group)


def _new_servers(
    cloud: Cloud,
    load_balancer: LoadBalancer,
    present: list[BackendServer],
    drafts: list[ServerDraft],
    *,
    ported: bool = False,
) -> list[BackendServer]:
    """Return the servers of `drafts`, checked; none of them may be in `present`."""
    _check_number(drafts)
    there = {(server.instance_id, server.port) for server in present}
    added: dict[tuple[str, int | None], BackendServer] = {}
    for draft in drafts:
        instance = cloud.estate.instances.find(draft.instance_id)
        if instance is None or instance.status != "Running":
            raise CloudError(
                "ObtainIpFail",
                "The specified BackendServers is invalid; some of the specified backend servers do not exist or are "
                "not running.",
            )
        _check_network(load_balancer, instance)
        if ported and (draft.port is None or not 1 <= draft.port <= MAX_PORT):
            raise CloudError(
                "InvalidParameter",
                "The specified BackendServers is invalid, as the Port value should be in [1, 65535].",
            )
        key = (draft.instance_id, draft.port)
        if key in there:
            raise CloudError(
                "InvalidBackendServers.ServerIpConflict", f"The backend server {draft.instance_id} is there already."
            )
        added.setdefault(
            key,
            BackendServer(
                instance_id=draft.instance_id,
                port=draft.port,
                weight=_weight(draft, MAX_WEIGHT),
                description=draft.description,
            ),
        )
    _check_consistent(cloud, load_balancer, list(added.values()))
    return list(added.values())


def _check_number(servers: list[ServerDraft] | list[str]) -> None:
    if len(servers) > MAX_SERVERS:
        raise CloudError(
            "TooManyBackendServers",
            f"The total number of input real servers exceeds max supported number: {MAX_SERVERS}",
        )


def _check_network(load_balancer: LoadBalancer, instance: Instance) -> None:
    """Check that an intranet load balancer gets only instances of its own VPC, or of the classic network."""
    if load_balancer.address_type == "intranet" and load_balancer.vpc_id != instance.vpc_id:
        raise CloudError(
            "InvalidParameter", "The specified load balancer does not support the network type of the ECS instance."
        )


def _check_consistent(cloud: Cloud, load_balancer: LoadBalancer, added: list[BackendServer]) -> None:
    """Check that all servers of a public load balancer are in one VPC, or all classic.

    If a migration left servers in several networks, a new server may be in any of them.
    """
    groups = groups_of(cloud, load_balancer.id)
    servers = [*load_balancer.backend_servers, *(server for group in groups for server in group.backend_servers)]
    networks = _networks(cloud, servers)
    new = _networks(cloud, added)
    if len(new) > 1 or (networks and not new <= networks):
        raise CloudError(
            "InvalidBackendServers.Inconsistent",
            "All BackendServers on one Specified LoadBalancer have to be in the same vpc or all classic",
        )


def _networks(cloud: Cloud, servers: list[BackendServer]) -> set[str | None]:
    instances = (cloud.estate.instances.find(server.instance_id) for server in servers)
    return {instance.vpc_id for instance in instances if instance is not None}


def _update(servers: list[BackendServer], drafts: list[ServerDraft]) -> None:
    _check_number(drafts)
    by_key = {(server.instance_id, server.port): server for server in servers}
    if any((draft.instance_id, draft.port) not in by_key for draft in drafts):
        raise CloudError("InvalidParameter", "The specified BackendServers is invalid.")
    weights = [_weight(draft, by_key[draft.instance_id, draft.port].weight) for draft in drafts]
    for draft, weight in zip(drafts, weights, strict=True):
        server = by_key[draft.instance_id, draft.port]
        server.weight, server.description = weight, draft.description or server.description


def _weight(draft: ServerDraft, default: int) -> int:
    weight = default if draft.weight is None else draft.weight
    if not 0 <= weight <= MAX_WEIGHT:
        raise CloudError("InvalidWeight.Malformed", "A specified weight is not valid.")
    return weight
