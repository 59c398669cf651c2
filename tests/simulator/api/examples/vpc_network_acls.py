"""Examples for simulator/api/vpc_network_acls.py."""

from __future__ import annotations

from simulator.model.estate import Estate
from simulator.model.vpc import NetworkAcl, NetworkAclEntry
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import VPC

NETWORK_ACL = NetworkAcl(
    id="nacl-bp1shop000000001",
    name="shop",
    vpc_id=VPC,
    ingress=[NetworkAclEntry(policy="drop", protocol="tcp", port="22/22"), NetworkAclEntry()],
    tags={},
)


def a_network_acl(estate: Estate) -> None:
    """A network ACL that is bound to the VSwitch of the sample estate."""
    estate.network_acls.append(NETWORK_ACL.model_copy(deep=True))
    estate.vswitches[0].network_acl_id = NETWORK_ACL.id


EXAMPLES = (
    Example(
        "vpc:DescribeNetworkAclAttributes",
        {"NetworkAclId": NETWORK_ACL.id},
        (Refusal("InvalidNetworkAcl.NotFound", {"NetworkAclId": "nacl-none"}),),
        given=a_network_acl,
    ),
)
