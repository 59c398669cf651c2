"""VPC: network ACLs. No packet is sent in the simulated cloud, so they are only shown."""

from simulator.api.call import Answer, Call
from simulator.api.registry import VPC, action
from simulator.api.shapes import seconds, vpc_tags
from simulator.cloud.errors import CloudError
from simulator.cloud.state import Cloud
from simulator.model.vpc import NetworkAclEntry


@action(
    VPC,
    "DescribeNetworkAclAttributes",
    "NetworkAclId",
    raises="InvalidNetworkAcl.NotFound",
    resources="networkacl/{NetworkAclId}",
)
def describe_network_acl_attributes(cloud: Cloud, call: Call) -> Answer:
    """One network ACL of the estate file, with its entries in their order and the VSwitches that it is bound to."""
    acl = cloud.estate.network_acls.find(call.text("NetworkAclId"))
    if acl is None:
        raise CloudError("InvalidNetworkAcl.NotFound", "The specified NetworkAcl does not exist.")
    bound = [item.id for item in cloud.estate.vswitches if item.network_acl_id == acl.id]
    return {
        "NetworkAclAttribute": {
            "NetworkAclId": acl.id,
            "NetworkAclName": acl.name,
            "Description": acl.description,
            "Status": acl.status,
            "VpcId": acl.vpc_id,
            "RegionId": cloud.estate.region_id,
            "OwnerId": int(cloud.estate.account_id),
            "CreationTime": seconds(acl.created_at),
            "IngressAclEntries": {"IngressAclEntry": [_entry(item, "SourceCidrIp") for item in acl.ingress]},
            "EgressAclEntries": {"EgressAclEntry": [_entry(item, "DestinationCidrIp") for item in acl.egress]},
            "Resources": {
                "Resource": [{"ResourceId": item, "ResourceType": "VSwitch", "Status": "BINDED"} for item in bound]
            },
            "Tags": vpc_tags(acl.tags),
        }
    }


def _entry(entry: NetworkAclEntry, far_end: str) -> Answer:
    return {
        "NetworkAclEntryName": entry.name,
        "Description": entry.description,
        "EntryType": entry.type,
        "Policy": entry.policy,
        "Protocol": entry.protocol,
        "Port": entry.port,
        "IpVersion": "IPv6" if ":" in entry.cidr_block else "IPv4",
        far_end: entry.cidr_block,
    }
