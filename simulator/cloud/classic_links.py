"""ClassicLink: classic instances that reach into one VPC.

Codes and limits: ECS API Reference/Networks (AttachClassicLinkVpc, DetachClassicLinkVpc) and the ClassicLink overview
(2024-10), where classic addresses are 10.0.0.0/8 except 10.111.0.0/16.
"""

from ipaddress import IPv4Network

from simulator.cloud.errors import CloudError, ForbiddenError
from simulator.cloud.networks import available_vpc
from simulator.cloud.state import Cloud
from simulator.model.vpc import ClassicLink, Vpc

MAX_LINKS = 1000

_CLASSIC_BLOCK = IPv4Network("10.0.0.0/8")
_TALKABLE_BLOCKS = tuple(IPv4Network(block) for block in ("10.111.0.0/16", "172.16.0.0/12", "192.168.0.0/16"))


def enable(cloud: Cloud, vpc_id: str) -> None:
    """Let a VPC take links; enabling again is no error. Raises InvalidVpcId.NotFound, IncorrectVpcStatus."""
    available_vpc(cloud, vpc_id).classic_link_enabled = True


def disable(cloud: Cloud, vpc_id: str) -> None:
    """Let a VPC take no links; raises OperationDenied (403) while there are links."""
    vpc = available_vpc(cloud, vpc_id)
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
    if instance.status not in ("Running", "Stopped"):
        raise CloudError("InvalidStatus.InstanceStatus", "The specified instance is neither Running nor Stopped.")
    vpc = cloud.vpc(vpc_id)
    linked = next((link for link in cloud.estate.classic_links if link.instance_id == instance_id), None)
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
    """Take a link away; raises InvalidParameter.InvalidInstanceIdAndVpcId where there is none."""
    cloud.instance(instance_id)
    cloud.vpc(vpc_id)
    link = ClassicLink(instance_id=instance_id, vpc_id=vpc_id)
    if link not in cloud.estate.classic_links:
        raise CloudError("InvalidParameter.InvalidInstanceIdAndVpcId", "The instance is not linked to the VPC.")
    cloud.estate.classic_links.remove(link)


def _can_be_linked(cloud: Cloud, vpc: Vpc) -> bool:
    """Enabled, no custom route into the classic network, and a block that classic instances can talk to."""
    if not vpc.classic_link_enabled:
        return False
    if any(IPv4Network(route.destination_cidr_block).overlaps(_CLASSIC_BLOCK) for route in vpc.custom_routes):
        return False
    blocks = [IPv4Network(vpc.cidr_block), *(IPv4Network(v.cidr_block) for v in cloud.vswitches_of(vpc.id))]
    return any(block.subnet_of(talkable) for block in blocks for talkable in _TALKABLE_BLOCKS)
