"""What rules say of the vServer groups of CLB that an instance is in, or was before its move."""

from __future__ import annotations

from policies.facts import Facts


def told(group: Facts) -> str:
    """Which group of which load balancer, on which port, with which weight."""
    group_id, name = group.text("vserverGroupId"), group.optional_text("vserverGroupName")
    return (
        f"vServer group {f'{name} ({group_id})' if name else group_id} of load balancer "
        f"{group.text('loadBalancerId')}, on port {group.number('port'):g} with weight {group.number('weight'):g}"
    )


def serves_classic_intranet(group: Facts) -> bool:
    """Whether its load balancer takes no instance of a VPC, for it is an intranet one in none itself.

    Source: CLB user guide, backend servers: a load balancer in a VPC takes instances of that VPC only, and servers of
    one network. Of a classic intranet one no text says that it takes instances of a VPC: it is taken not to.
    """
    return group.choice("addressType", "internet", "intranet") == "intranet" and "vpcId" not in group.data


def rejoin(instance_id: str, group: Facts) -> str:
    """The command that puts a moved instance back into the group."""
    server = f'{{"ServerId":"{instance_id}","Port":{group.number("port"):g},"Weight":{group.number("weight"):g}}}'
    return (
        f"aliyun slb AddVServerGroupBackendServers --VServerGroupId {group.text('vserverGroupId')} "
        f"--BackendServers '[{server}]'"
    )
