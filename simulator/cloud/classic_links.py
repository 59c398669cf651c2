"""ClassicLink: links of classic instances to a VPC.

Codes and limits: ECS API Reference/Networks (AttachClassicLinkVpc, DetachClassicLinkVpc) and the ClassicLink overview
(2024-10), where classic addresses are 10.0.0.0/8 except 10.111.0.0/16, and only the primary block of a VPC is reached.
"""

from ipaddress import IPv4Network

from simulator.cloud import vpcs
from simulator.cloud.blocks import within
from simulator.cloud.errors import CloudError, ForbiddenError
from simulator.cloud.state import Cloud
from simulator.model.vpc import ClassicLink, Vpc

#: Classic instances linked to one VPC (ClassicLink overview, 2024-10)
MAX_LINKS = 1000

_CLASSIC_BLOCK = IPv4Network("10.0.0.0/8")
_SPARED_BLOCK = IPv4Network("10.111.0.0/16")
_TALKABLE_BLOCKS = (_SPARED_BLOCK, IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))


def enable(cloud: Cloud, vpc_id: str) -> None:
    """Enable ClassicLink; again is no error. Raises InvalidVpcId.NotFound, IncorrectVpcStatus."""
    vpcs.available(cloud, vpc_id).classic_link_enabled = True


def disable(cloud: Cloud, vpc_id: str) -> None:
    """Disable ClassicLink; raises OperationDenied (403) while there are links."""
    vpc = vpcs.available(cloud, vpc_id)
    if any(link.vpc_id == vpc_id for link in cloud.estate.classic_links):
        raise ForbiddenError("OperationDenied", "Classic network instances are still linked to the VPC.")
    vpc.classic_link_enabled = False


def attach(cloud: Cloud, instance_id: str, vpc_id: str) -> None:
    """Link a classic instance to a VPC; the same link again is no error.

    Raises InvalidInstanceId.NotFound, InvalidInstanceId.MalFormed (not classic), Abs.InvalidInstanceId.MalFormed
    (linked elsewhere), InvalidStatus.InstanceLocked, InvalidStatus.InstanceStatus, InvalidVpcId.NotFound,
    OperationDenied (the VPC cannot), QuotaExceeded.
    """
    instance = cloud.instance(instance_id)
    if instance.network_type != "classic":
        raise CloudError("InvalidInstanceId.MalFormed", "The specified instance is not of the classic network.")
    if instance.locks:
        raise CloudError("InvalidStatus.InstanceLocked", "The specified instance is locked.")
    if not instance.operable:
        raise CloudError("InvalidStatus.InstanceStatus", "The specified instance is neither Running nor Stopped.")
    vpc = cloud.vpc(vpc_id)
    linked = cloud.estate.classic_links.find(instance_id)
    if linked is not None:
        if linked.vpc_id != vpc_id:
            raise CloudError("Abs.InvalidInstanceId.MalFormed", "The instance is linked to another VPC.")
        return
    if not _can_be_linked(cloud, vpc):
        raise ForbiddenError("OperationDenied", "The VPC does not support ClassicLink, or it is not enabled.")
    if sum(link.vpc_id == vpc_id for link in cloud.estate.classic_links) >= MAX_LINKS:
        raise ForbiddenError("QuotaExceeded", "The number of linked instances of the VPC exceeds the limit.")
    cloud.estate.classic_links.append(ClassicLink(instance_id=instance_id, vpc_id=vpc_id))


def detach(cloud: Cloud, instance_id: str, vpc_id: str) -> None:
    """Remove a link; raises InvalidParameter.InvalidInstanceIdAndVpcId if there is none."""
    cloud.instance(instance_id)
    cloud.vpc(vpc_id)
    link = cloud.estate.classic_links.find(instance_id)
    if link is None or link.vpc_id != vpc_id:
        raise CloudError("InvalidParameter.InvalidInstanceIdAndVpcId", "The instance is not linked to the VPC.")
    cloud.estate.classic_links.remove(link)


def _can_be_linked(cloud: Cloud, vpc: Vpc) -> bool:
    """Return whether a VPC can have links.

    It must be enabled, have no custom route into 10.0.0.0/8, and a block that classic instances reach.

    In a VPC of 10.0.0.0/8 they reach only VSwitches in 10.111.0.0/16, so it needs one.
    """
    if not vpc.classic_link_enabled:
        return False
    entries = [entry for table in cloud.route_tables_of(vpc.id) for entry in cloud.route_entries_of(table.id)]
    if any(IPv4Network(entry.destination_cidr_block).subnet_of(_CLASSIC_BLOCK) for entry in entries):
        return False
    primary = IPv4Network(vpc.cidr_block)
    if within(primary, _TALKABLE_BLOCKS):
        return True
    blocks = (IPv4Network(vswitch.cidr_block) for vswitch in cloud.vswitches_of(vpc.id))
    return any(block.subnet_of(primary) and block.subnet_of(_SPARED_BLOCK) for block in blocks)
