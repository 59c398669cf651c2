"""ECS: ClassicLink of instances."""

from simulator.api.call import Answer, Call
from simulator.api.paging import by_number
from simulator.api.registry import ECS, action
from simulator.cloud import classic_links
from simulator.cloud.errors import invalid_parameter, missing_parameter
from simulator.cloud.state import Cloud


@action(
    ECS,
    "AttachClassicLinkVpc",
    "InstanceId VpcId",
    raises="InvalidInstanceId.NotFound InvalidInstanceId.MalFormed Abs.InvalidInstanceId.MalFormed "
    "InvalidStatus.InstanceLocked InvalidStatus.InstanceStatus InvalidVpcId.NotFound OperationDenied "
    "QuotaExceeded",
    resources="instance/{InstanceId}",
)
def attach_classic_link_vpc(cloud: Cloud, call: Call) -> None:
    """Link a classic instance to a VPC."""
    classic_links.attach(cloud, call.text("InstanceId"), call.text("VpcId"))


@action(
    ECS,
    "DetachClassicLinkVpc",
    "InstanceId VpcId",
    raises="InvalidInstanceId.NotFound InvalidVpcId.NotFound InvalidParameter.InvalidInstanceIdAndVpcId",
    resources="instance/{InstanceId}",
)
def detach_classic_link_vpc(cloud: Cloud, call: Call) -> None:
    """Remove the link of an instance to a VPC."""
    classic_links.detach(cloud, call.text("InstanceId"), call.text("VpcId"))


@action(ECS, "DescribeClassicLinkInstances", "InstanceId VpcId PageNumber PageSize", resources="instance/*")
def describe_classic_link_instances(cloud: Cloud, call: Call) -> Answer:
    """Links of a VPC or of instances (at most 100, comma separated); one of the two is mandatory.

    PageSize 1..100, 10 by default.
    """
    vpc_id = call.optional("VpcId")
    instance_ids = call.commas("InstanceId")
    if vpc_id is None and instance_ids is None:
        raise missing_parameter("VpcId or InstanceId")
    if len(instance_ids or ()) > 100:
        raise invalid_parameter("InstanceId")
    links = [
        link
        for link in cloud.estate.classic_links
        if vpc_id in (None, link.vpc_id) and (instance_ids is None or link.instance_id in instance_ids)
    ]
    page = by_number(call, links, maximum=100)
    items = [{"InstanceId": link.instance_id, "VpcId": link.vpc_id} for link in page.items]
    return {"Links": {"Link": items}, **page.fields}
