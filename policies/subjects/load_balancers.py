"""Helpers of rules on vServer groups of CLB that an instance is in, or was before its move."""

from __future__ import annotations

from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun


def called(group: Facts) -> str:
    """Return the group, its load balancer, the port and the weight in words."""
    group_id, name = group.text("vserverGroupId"), group.optional_text("vserverGroupName")
    return (
        f"vServer group {f'{name} ({group_id})' if name else group_id} of load balancer "
        f"{group.text('loadBalancerId')}, on port {group.number('port'):g} with weight {group.number('weight'):g}"
    )


def serves_classic_intranet(group: Facts) -> bool:
    """Whether its load balancer accepts no instance of a VPC: it is an intranet one, and itself in no VPC.

    Source: CLB user guide, backend servers; Terraform provider, slb_server_group: a group of an intranet load balancer
    in the classic network takes classic instances only, one of a load balancer in a VPC those of that VPC.
    """
    return group.choice("addressType", "internet", "intranet") == "intranet" and group.optional_text("vpcId") is None


def rejoin(instance_id: str, group: Facts) -> Fix:
    """Return the command that puts a moved instance back into the group."""
    return _served("AddVServerGroupBackendServers", instance_id, group)


def weigh(instance_id: str, group: Facts) -> Fix:
    """Return the command that gives an instance the weight again that it had in the group before its move."""
    return _served("SetVServerGroupAttribute", instance_id, group)


def _served(operation: str, instance_id: str, group: Facts) -> Fix:
    server = {"ServerId": instance_id, "Port": int(group.number("port")), "Weight": int(group.number("weight"))}
    return aliyun("slb", operation, {"VServerGroupId": group.text("vserverGroupId"), "BackendServers": [server]})


def beside_classic(group: Facts) -> str:
    """Return the classic servers of its load balancer, which keep a moved instance out; empty where there are none.

    Source: CLB error code InvalidBackendServers.Inconsistent: all servers of a load balancer are in one VPC, or all are
    classic. The Terraform provider's slb_server_group allows both for a public one in the classic network.
    """
    ids = group.texts("classicServerIds")
    if not ids:
        return ""
    return (
        f"{', '.join(ids)} of the same load balancer {'is' if len(ids) == 1 else 'are'} still classic when "
        "the instance has moved. By the API's error codes (InvalidBackendServers.Inconsistent) a load balancer takes "
        "servers of one network only; Terraform's reference says that a public one takes both."
    )
