"""Examples for simulator/api/ecs_security_groups.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example
from tests.simulator.api.sample_ids import APP, UNUSED_GROUP, VPC, WEB

HTTPS_RULE = {"IpProtocol": "TCP", "PortRange": "443/443", "SourceCidrIp": "0.0.0.0/0"}
MAIL_RULE = {"IpProtocol": "TCP", "PortRange": "25/25", "DestCidrIp": "198.51.100.0/24", "NicType": "internet"}

EXAMPLES = (
    Example(
        "ecs:AuthorizeSecurityGroup",
        {"SecurityGroupId": WEB, "Permissions": [{**HTTPS_RULE, "PortRange": "8443/8443"}]},
    ),
    Example("ecs:AuthorizeSecurityGroupEgress", {"SecurityGroupId": WEB, "Permissions": [MAIL_RULE]}),
    Example("ecs:CreateSecurityGroup", {"SecurityGroupName": "new", "VpcId": VPC, "Tag": [{"Key": "a", "Value": "b"}]}),
    Example("ecs:DeleteSecurityGroup", {"SecurityGroupId": UNUSED_GROUP}),
    Example("ecs:DescribeSecurityGroupAttribute", {"SecurityGroupId": WEB, "NicType": "intranet"}),
    Example("ecs:DescribeSecurityGroupReferences", {"SecurityGroupId": [WEB, APP]}),
    Example("ecs:DescribeSecurityGroups", {}),
    Example("ecs:ModifySecurityGroupAttribute", {"SecurityGroupId": WEB, "Description": "changed"}),
    Example(
        "ecs:ModifySecurityGroupEgressRule",
        {
            "SecurityGroupId": WEB,
            "IpProtocol": "UDP",
            "PortRange": "53/53",
            "DestCidrIp": "198.51.100.53/32",
            "Description": "changed",
        },
    ),
    Example("ecs:ModifySecurityGroupPolicy", {"SecurityGroupId": WEB, "InnerAccessPolicy": "Drop"}),
    Example("ecs:ModifySecurityGroupRule", {"SecurityGroupId": WEB, **HTTPS_RULE, "Description": "changed"}),
    Example("ecs:RevokeSecurityGroup", {"SecurityGroupId": WEB, **HTTPS_RULE}),
    Example("ecs:RevokeSecurityGroupEgress", {"SecurityGroupId": WEB, "Permissions": [MAIL_RULE]}),
)
