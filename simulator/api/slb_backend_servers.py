"""SLB: backend servers and vServer groups of Classic Load Balancers."""

import json
from typing import Any

from simulator.api.call import Answer, Call
from simulator.api.registry import SLB, action
from simulator.api.shapes import ecs_tags, has_tags, seconds
from simulator.cloud import backend_servers, load_balancers
from simulator.cloud.backend_servers import ServerDraft
from simulator.cloud.errors import CloudError, NotSimulatedError
from simulator.cloud.state import Cloud
from simulator.model.slb import BackendServer, LoadBalancer, VServerGroup

_NEW_CODES = (
    "BackendServersMalformed TooManyBackendServers ObtainIpFail InvalidWeight.Malformed "
    "InvalidBackendServers.Inconsistent"
)
_MORE_CODES = f"{_NEW_CODES} InvalidBackendServers.ServerIpConflict"
_GROUP_WITH_SERVERS = "vservergroup/{VServerGroupId}"


@action(
    SLB,
    "AddBackendServers",
    "LoadBalancerId BackendServers",
    raises=f"InvalidLoadBalancerId.NotFound {_MORE_CODES}",
    resources="loadbalancer/{LoadBalancerId}",
)
def add_backend_servers(cloud: Cloud, call: Call) -> Answer:
    """Add running instances (a JSON array of at most 20 objects with ServerId, Weight 0 to 100, Description).

    An intranet load balancer accepts only instances of its own network (InvalidParameter), a public one those of one
    network.
    """
    servers = backend_servers.add_servers(cloud, call.text("LoadBalancerId"), _drafts(call))
    return _load_balancer_answer(cloud, servers)


@action(
    SLB,
    "RemoveBackendServers",
    "LoadBalancerId BackendServers",
    raises="InvalidLoadBalancerId.NotFound BackendServersMalformed TooManyBackendServers",
    resources="loadbalancer/{LoadBalancerId}",
)
def remove_backend_servers(cloud: Cloud, call: Call) -> Answer:
    """Remove backend servers (a JSON array of at most 20 objects with ServerId, or of ids)."""
    call.text("BackendServers")
    servers = backend_servers.remove_servers(cloud, call.text("LoadBalancerId"), _server_ids(call))
    return {"LoadBalancerId": servers.id, "BackendServers": _servers(cloud, servers.backend_servers)}


@action(
    SLB,
    "SetBackendServers",
    "LoadBalancerId BackendServers",
    raises="InvalidLoadBalancerId.NotFound BackendServersMalformed TooManyBackendServers InvalidWeight.Malformed",
    resources="loadbalancer/{LoadBalancerId}",
)
def set_backend_servers(cloud: Cloud, call: Call) -> Answer:
    """Change the weights of backend servers (a JSON array of at most 20 objects)."""
    changed = backend_servers.set_servers(cloud, call.text("LoadBalancerId"), _drafts(call))
    return _load_balancer_answer(cloud, changed)


@action(
    SLB,
    "CreateVServerGroup",
    "LoadBalancerId VServerGroupName BackendServers Tag",
    raises=f"InvalidLoadBalancerId.NotFound {_NEW_CODES} MissingParam.TagKey SizeLimitExceeded.Tag",
    resources="loadbalancer/{LoadBalancerId}",
)
def create_vserver_group(cloud: Cloud, call: Call) -> Answer:
    """Make a vServer group with servers (objects as of AddBackendServers, each with a Port). At most 20 tags."""
    group = backend_servers.create_group(
        cloud,
        call.text("LoadBalancerId"),
        call.optional("VServerGroupName") or "",
        _drafts(call),
        call.tags("MissingParam.TagKey"),
    )
    return _group_answer(cloud, group)


@action(
    SLB,
    "DescribeVServerGroups",
    "LoadBalancerId IncludeListener IncludeRule Description Tag",
    raises="InvalidLoadBalancerId.NotFound MissingParam.TagKey",
    resources="loadbalancer/{LoadBalancerId}",
)
def describe_vserver_groups(cloud: Cloud, call: Call) -> Answer:
    """All vServer groups of a load balancer, or those with the name Description; there are no forwarding rules."""
    load_balancer_id, tags = call.text("LoadBalancerId"), call.tags("MissingParam.TagKey")
    load_balancer = load_balancers.find(cloud, load_balancer_id)
    items = [
        {
            "VServerGroupId": group.id,
            "VServerGroupName": group.name,
            "ServerCount": len(group.backend_servers),
            "CreateTime": seconds(group.created_at),
            "Tags": ecs_tags(group.tags),
            "AssociatedObjects": _associated(call, load_balancer, group),
        }
        for group in backend_servers.groups_of(cloud, load_balancer_id)
        if call.optional("Description") in (None, group.name) and has_tags(group.tags, tags)
    ]
    return {"VServerGroups": {"VServerGroup": items}}


@action(SLB, "DescribeVServerGroupAttribute", "VServerGroupId", resources=_GROUP_WITH_SERVERS)
def describe_vserver_group_attribute(cloud: Cloud, call: Call) -> Answer:
    """One vServer group with its servers."""
    group = backend_servers.find_group(cloud, call.text("VServerGroupId"))
    return {
        "VServerGroupId": group.id,
        "VServerGroupName": group.name,
        "LoadBalancerId": group.load_balancer_id,
        "CreateTime": seconds(group.created_at),
        "BackendServers": _servers(cloud, group.backend_servers, address=True),
        "Tags": ecs_tags(group.tags),
    }


@action(
    SLB,
    "SetVServerGroupAttribute",
    "VServerGroupId VServerGroupName BackendServers",
    raises="BackendServersMalformed TooManyBackendServers InvalidWeight.Malformed",
    resources=_GROUP_WITH_SERVERS,
)
def set_vserver_group_attribute(cloud: Cloud, call: Call) -> Answer:
    """Change the name of a vServer group, or the weights of servers in it."""
    changed = backend_servers.change_group(
        cloud, call.text("VServerGroupId"), call.optional("VServerGroupName"), _drafts(call)
    )
    return {**_group_answer(cloud, changed), "VServerGroupName": changed.name}


@action(
    SLB,
    "AddVServerGroupBackendServers",
    "VServerGroupId BackendServers",
    raises=_MORE_CODES,
    resources=_GROUP_WITH_SERVERS,
)
def add_vserver_group_backend_servers(cloud: Cloud, call: Call) -> Answer:
    """Add running instances, each with a Port, to a vServer group, as AddBackendServers does."""
    call.text("BackendServers")
    return _group_answer(cloud, backend_servers.add_to_group(cloud, call.text("VServerGroupId"), _drafts(call)))


@action(
    SLB,
    "RemoveVServerGroupBackendServers",
    "VServerGroupId BackendServers",
    raises="BackendServersMalformed TooManyBackendServers",
    resources=_GROUP_WITH_SERVERS,
)
def remove_vserver_group_backend_servers(cloud: Cloud, call: Call) -> Answer:
    """Remove servers of a vServer group by ServerId and Port."""
    call.text("BackendServers")
    servers = backend_servers.remove_from_group(cloud, call.text("VServerGroupId"), _drafts(call))
    return _group_answer(cloud, servers, described=False)


@action(
    SLB,
    "ModifyVServerGroupBackendServers",
    "VServerGroupId OldBackendServers NewBackendServers",
    raises=_MORE_CODES,
    resources=_GROUP_WITH_SERVERS,
)
def modify_vserver_group_backend_servers(cloud: Cloud, call: Call) -> Answer:
    """Replace OldBackendServers by NewBackendServers, all or none."""
    old, new = _drafts(call, "OldBackendServers"), _drafts(call, "NewBackendServers")
    return _group_answer(cloud, backend_servers.replace_in_group(cloud, call.text("VServerGroupId"), old, new))


@action(SLB, "DeleteVServerGroup", "VServerGroupId", raises="RspoolVipExist", resources=_GROUP_WITH_SERVERS)
def delete_vserver_group(cloud: Cloud, call: Call) -> None:
    """Delete a vServer group that no listener uses."""
    backend_servers.delete_group(cloud, call.text("VServerGroupId"))


def server_answer(cloud: Cloud, server: BackendServer, *, address: bool = False) -> Answer:
    """Return a backend server as descriptions answer it (with its address), or as changes answer it."""
    answer: Answer = {
        "ServerId": server.instance_id,
        "Weight": server.weight,
        "Type": "ecs",
        "Description": server.description,
    }
    if server.port is not None:
        answer["Port"] = server.port
    if address:
        answer["ServerIp"] = cloud.instance(server.instance_id).intranet_ips[0]
    return answer


def _load_balancer_answer(cloud: Cloud, load_balancer: LoadBalancer) -> Answer:
    """Return the answer of adding and setting servers.

    The weights are texts, unlike those of RemoveBackendServers (SDK models).
    """
    servers = [server_answer(cloud, server) for server in load_balancer.backend_servers]
    for server in servers:
        server["Weight"] = str(server["Weight"])
    return {"LoadBalancerId": load_balancer.id, "BackendServers": {"BackendServer": servers}}


def _group_answer(cloud: Cloud, group: VServerGroup, *, described: bool = True) -> Answer:
    servers = _servers(cloud, group.backend_servers, described=described)
    return {"VServerGroupId": group.id, "BackendServers": servers}


def _servers(cloud: Cloud, servers: list[BackendServer], *, address: bool = False, described: bool = True) -> Answer:
    items = [server_answer(cloud, server, address=address) for server in servers]
    if not described:
        for item in items:
            del item["Description"]
    return {"BackendServer": items}


def _associated(call: Call, load_balancer: LoadBalancer, group: VServerGroup) -> Answer:
    answer: Answer = {}
    if call.flag("IncludeListener"):
        listeners = [
            {"Port": listener.port, "Protocol": listener.protocol}
            for listener in load_balancer.listeners
            if listener.vserver_group_id == group.id
        ]
        answer["Listeners"] = {"Listener": listeners}
    if call.flag("IncludeRule"):
        answer["Rules"] = {"Rule": []}
    return answer


def _drafts(call: Call, parameter: str = "BackendServers") -> list[ServerDraft]:
    return [_draft(item) for item in call.json_objects(parameter, "BackendServersMalformed")]


def _draft(item: dict[str, Any]) -> ServerDraft:
    """Read one server; numbers may be texts, as in the examples of the reference."""
    if str(item.get("Type") or "ecs") != "ecs":
        raise NotSimulatedError("backend servers of Type eni and eci")
    server_id = item.get("ServerId")
    if not isinstance(server_id, str) or not server_id:
        raise _malformed()
    return ServerDraft(server_id, _number(item, "Port"), _number(item, "Weight"), str(item.get("Description") or ""))


def _server_ids(call: Call) -> list[str]:
    """Read the ids from objects with ServerId, or from plain ids."""
    try:
        items = json.loads(call.text("BackendServers"))
    except ValueError:
        items = None
    if isinstance(items, list) and all(isinstance(item, str) for item in items):
        return items
    return [draft.instance_id for draft in _drafts(call)]


def _number(item: dict[str, Any], name: str) -> int | None:
    value = item.get(name)
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise _malformed() from None


def _malformed() -> CloudError:
    return CloudError("BackendServersMalformed", "the specified parameter BackendServers is unavailable.")
