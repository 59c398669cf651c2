"""A network, the security groups of the servers that move into it, and access to their database."""

import os

import pulumi

from components.database import DatabaseAccess, DatabaseAccessArgs, find_database
from components.network import TargetNetwork, TargetNetworkArgs, VSwitchArgs
from components.security_group import ClonedSecurityGroups, ClonedSecurityGroupsArgs
from components.settings import connect, local_provider
from estate.errors import EstateError
from estate.live import read_estate

SERVERS = [
    "i-bp1web10000000000001",
    "i-bp1web20000000000001",
    "i-bp1web30000000000001",
    "i-bp1app10000000000001",
    "i-bp1app20000000000001",
]
DATABASE = "rm-bp1shopmysql000001"
BLOCK = "172.16.1.0/24"

try:
    cloud = connect(os.environ)
    estate = read_estate(cloud, cloud.now())
except EstateError as error:
    # What is missing, from the region to a permission, as one message.
    raise pulumi.RunError(str(error)) from None
opts = pulumi.ResourceOptions(providers=[local_provider(cloud)])

network = TargetNetwork(
    "network",
    TargetNetworkArgs(
        vpc_name="shop",
        cidr_block="172.16.0.0/16",
        vswitches=[VSwitchArgs(zone_id="cn-hangzhou-b", name="shop-b", cidr_block=BLOCK)],
    ),
    opts,
)
groups = ClonedSecurityGroups(
    "groups", ClonedSecurityGroupsArgs.of(estate, SERVERS, vpc_id=network.vpc_id, target_cidrs=[BLOCK]), opts
)
access = DatabaseAccess(
    "database",
    DatabaseAccessArgs(
        database=find_database(estate, DATABASE),
        vpc_id=network.vpc_id,
        vswitches=network.vswitches,
        whitelist_group="shop_vpc",
    ),
    opts,
)
pulumi.export("vswitchIds", network.vswitch_ids)
pulumi.export("securityGroupIds", groups.security_group_ids)
