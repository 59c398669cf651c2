"""A program that declares plain resources and no more: the peer of `bench.preview`, run by the engine."""

import pulumi
import pulumi_alicloud as alicloud

from components.alimigrate import ecs

config = pulumi.Config("bare")
for number in range(config.require_int("alicloud")):
    alicloud.ecs.SecurityGroup(f"group-{number}", vpc_id="vpc-bare", security_group_name=f"group-{number}")
for number in range(config.require_int("alimigrate")):
    ecs.SecurityGroupRules(f"rules-{number}", security_group_id=f"sg-{number}", rules={})
