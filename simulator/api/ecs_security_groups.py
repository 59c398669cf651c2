"""ECS: security groups and their rules."""

from simulator.api.call import Answer, Call
from simulator.api.paging import by_either, by_token
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, has_tags, seconds
from simulator.cloud import security_groups
from simulator.cloud.errors import CloudError, dry_run_passed, missing_parameter
from simulator.cloud.rules import RuleDraft
from simulator.cloud.state import Cloud
from simulator.model.ecs import Direction, Rule, SecurityGroup

_RULE_FIELDS = (
    "IpProtocol PortRange NicType Policy Priority Description SourcePortRange SourceCidrIp DestCidrIp "
    "Ipv6SourceCidrIp Ipv6DestCidrIp"
)
_INGRESS_FIELDS = f"{_RULE_FIELDS} SourceGroupId SourceGroupOwnerAccount SourcePrefixListId"
_EGRESS_FIELDS = f"{_RULE_FIELDS} DestGroupId DestGroupOwnerAccount DestPrefixListId"
_RULE_CODES = (
    "InvalidSecurityGroupId.NotFound InvalidIpProtocol.ValueNotSupported InvalidIpProtocol.Malformed "
    "InvalidNicType.ValueNotSupported InvalidNicType.Mismatch InvalidSourcePortRange.Malformed InvalidPolicy.Malformed "
    "InvalidPriority.Malformed InvalidPriority.ValueNotSupported InvalidSecurityGroupDiscription.Malformed "
    "InvalidParamter.Conflict InvalidSecurityGroup.InvalidNetworkType "
    "InvalidParam.Ipv6ProtocolConflictWithIpv4Address InvalidParam.Ipv4ProtocolConflictWithIpv6Address"
)
_INGRESS_CODES = (
    f"{_RULE_CODES} MissingParameter.Source InvalidSourceCidrIp.Malformed InvalidParam.Ipv6SourceCidrIp "
    "InvalidSourceGroupId.NotFound InvalidSourceGroupId.Mismatch"
)
_EGRESS_CODES = (
    f"{_RULE_CODES} MissingParameter.Dest InvalidDestCidrIp.Malformed InvalidParam.Ipv6DestCidrIp "
    "InvalidDestGroupId.NotFound InvalidDestGroupId.Mismatch"
)


@action(
    ECS,
    "CreateSecurityGroup",
    "SecurityGroupName Description VpcId SecurityGroupType Tag",
    remembers_token=True,
    raises="InvalidVpcId.NotFound InvalidSecurityGroupName.Malformed InvalidSecurityGroupDiscription.Malformed "
    "InvalidSecurityGroupType.ValueNotSupported MissingParameter.TagKey",
    resources="securitygroup/*",
)
def create_security_group(cloud: Cloud, call: Call) -> Answer:
    """Make a group, classic without VpcId."""
    group = security_groups.create(
        cloud,
        call.optional("SecurityGroupName") or "",
        call.optional("Description") or "",
        call.optional("VpcId"),
        call.optional("SecurityGroupType") or "normal",
        call.tags(),
    )
    return {"SecurityGroupId": group.id}


@action(
    ECS,
    "DescribeSecurityGroups",
    "SecurityGroupId SecurityGroupIds SecurityGroupName SecurityGroupType NetworkType VpcId Tag FuzzyQuery "
    "IsQueryEcsCount DryRun MaxResults NextToken PageNumber PageSize",
    raises="InvalidSecurityGroupIds.Malformed InvalidNetworkType.ValueNotSupported MissingParameter.TagKey",
    resources="securitygroup/*",
)
def describe_security_groups(cloud: Cloud, call: Call) -> Answer:
    """Groups; PageSize and MaxResults at most 100, 10 by default."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    ids = call.json_list("SecurityGroupIds", "InvalidSecurityGroupIds.Malformed")
    network = call.choice("NetworkType", ("classic", "vpc"), "InvalidNetworkType.ValueNotSupported")
    found = [
        group
        for group in cloud.estate.security_groups
        if (ids is None or group.id in ids)
        and network in (None, "vpc" if group.vpc_id else "classic")
        and call.optional("SecurityGroupId") in (None, group.id)
        and call.optional("VpcId") in (None, group.vpc_id)
        and call.optional("SecurityGroupType") in (None, group.type)
        and _name_matches(call, group)
        and has_tags(group.tags, call.tags())
    ]
    page = by_either(call, found, maximum=100, token_maximum=100)
    return {
        "RegionId": cloud.estate.region_id,
        "SecurityGroups": {"SecurityGroup": [_group(cloud, group) for group in page.items]},
        **page.fields,
    }


@action(
    ECS,
    "DescribeSecurityGroupAttribute",
    "SecurityGroupId NicType Direction MaxResults NextToken",
    raises="InvalidSecurityGroupId.NotFound InvalidNicType.ValueNotSupported InvalidDirection.ValueNotSupported",
    resources="securitygroup/{SecurityGroupId}",
)
def describe_security_group_attribute(cloud: Cloud, call: Call) -> Answer:
    """The rules of one group on one nic type.

    A classic group shows internet unless asked for intranet; a group in a VPC always intranet (SDK text 7.11.8).
    MaxResults 10..1000, 500 by default.
    """
    group = cloud.security_group(call.text("SecurityGroupId"))
    asked = call.choice("NicType", ("internet", "intranet"), "InvalidNicType.ValueNotSupported")
    nic_type = "intranet" if group.vpc_id else asked or "internet"
    direction = call.choice("Direction", ("ingress", "egress", "all"), "InvalidDirection.ValueNotSupported")
    shown = [rule for rule in group.rules if rule.nic_type == nic_type and direction in (None, "all", rule.direction)]
    page = by_token(call, shown, maximum=1000, default=500, minimum=10)
    return {
        "SecurityGroupId": group.id,
        "SecurityGroupName": group.name,
        "Description": group.description,
        "VpcId": group.vpc_id or "",
        "RegionId": cloud.estate.region_id,
        "InnerAccessPolicy": group.inner_access_policy,
        "Permissions": {"Permission": [_permission(cloud, rule) for rule in page.items]},
        **page.fields,
    }


@action(ECS, "DescribeSecurityGroupReferences", "SecurityGroupId", resources="securitygroup/*")
def describe_security_group_references(cloud: Cloud, call: Call) -> Answer:
    """Which groups refer to the given ones (SecurityGroupId.N, at most 10); only those referred to are answered."""
    ids = call.repeated("SecurityGroupId")
    if not ids:
        raise missing_parameter("SecurityGroupId")
    if len(ids) > 10:
        raise CloudError("InvalidParameter", "At most 10 SecurityGroupId can be given in one call.")
    references = []
    for group_id in ids:
        referring = [
            {"AliUid": cloud.estate.account_id, "SecurityGroupId": group.id}
            for group in security_groups.referrers(cloud, group_id)
        ]
        if referring:
            groups = {"ReferencingSecurityGroup": referring}
            references.append({"SecurityGroupId": group_id, "ReferencingSecurityGroups": groups})
    return {"SecurityGroupReferences": {"SecurityGroupReference": references}}


@action(
    ECS,
    "ModifySecurityGroupAttribute",
    "SecurityGroupId SecurityGroupName Description",
    raises="InvalidSecurityGroupId.NotFound InvalidSecurityGroupName.Malformed "
    "InvalidSecurityGroupDiscription.Malformed",
    resources="securitygroup/{SecurityGroupId}",
)
def modify_security_group_attribute(cloud: Cloud, call: Call) -> Answer:
    """Change name or description of a group."""
    security_groups.modify(
        cloud, call.text("SecurityGroupId"), call.given("SecurityGroupName"), call.given("Description")
    )
    return {}


@action(
    ECS,
    "ModifySecurityGroupPolicy",
    "SecurityGroupId InnerAccessPolicy",
    raises="InvalidSecurityGroupId.NotFound InvalidPolicy.Malformed",
    resources="securitygroup/{SecurityGroupId}",
)
def modify_security_group_policy(cloud: Cloud, call: Call) -> Answer:
    """Whether the members of a group reach each other: Accept or Drop, in any case."""
    security_groups.set_inner_access(cloud, call.text("SecurityGroupId"), call.text("InnerAccessPolicy"))
    return {}


@action(
    ECS,
    "DeleteSecurityGroup",
    "SecurityGroupId",
    raises="InvalidSecurityGroupId.NotFound DependencyViolation",
    resources="securitygroup/{SecurityGroupId}",
)
def delete_security_group(cloud: Cloud, call: Call) -> Answer:
    """Delete a group that is neither in use nor referred to."""
    security_groups.delete(cloud, call.text("SecurityGroupId"))
    return {}


@action(
    ECS,
    "AuthorizeSecurityGroup",
    f"SecurityGroupId Permissions {_INGRESS_FIELDS}",
    raises=f"{_INGRESS_CODES} AuthorizationLimitExceed",
    resources="securitygroup/{SecurityGroupId}",
)
def authorize_security_group(cloud: Cloud, call: Call) -> Answer:
    """Add inbound rules: Permissions.N (at most 100), or one by single parameters."""
    security_groups.authorize(cloud, call.text("SecurityGroupId"), _drafts(call, "ingress"))
    return {}


@action(
    ECS,
    "AuthorizeSecurityGroupEgress",
    f"SecurityGroupId Permissions {_EGRESS_FIELDS}",
    raises=f"{_EGRESS_CODES} AuthorizationLimitExceed",
    resources="securitygroup/{SecurityGroupId}",
)
def authorize_security_group_egress(cloud: Cloud, call: Call) -> Answer:
    """Add outbound rules: Permissions.N (at most 100), or one by single parameters."""
    security_groups.authorize(cloud, call.text("SecurityGroupId"), _drafts(call, "egress"))
    return {}


@action(
    ECS,
    "RevokeSecurityGroup",
    f"SecurityGroupId SecurityGroupRuleId Permissions {_INGRESS_FIELDS}",
    raises=f"{_INGRESS_CODES} InvalidSecurityGroupRuleId.NotFound",
    resources="securitygroup/{SecurityGroupId}",
)
def revoke_security_group(cloud: Cloud, call: Call) -> Answer:
    """Remove inbound rules by SecurityGroupRuleId.N, or by what they say."""
    return _revoke(cloud, call, "ingress")


@action(
    ECS,
    "RevokeSecurityGroupEgress",
    f"SecurityGroupId SecurityGroupRuleId Permissions {_EGRESS_FIELDS}",
    raises=f"{_EGRESS_CODES} InvalidSecurityGroupRuleId.NotFound",
    resources="securitygroup/{SecurityGroupId}",
)
def revoke_security_group_egress(cloud: Cloud, call: Call) -> Answer:
    """Remove outbound rules by SecurityGroupRuleId.N, or by what they say."""
    return _revoke(cloud, call, "egress")


@action(
    ECS,
    "ModifySecurityGroupRule",
    f"SecurityGroupId SecurityGroupRuleId {_INGRESS_FIELDS}",
    raises=f"{_INGRESS_CODES} InvalidSecurityGroupRuleId.NotFound "
    "InvalidSecurityGroupRule.RuleNotExist InvalidSecurityGroupRule.RuleConflict",
    resources="securitygroup/{SecurityGroupId}",
)
def modify_security_group_rule(cloud: Cloud, call: Call) -> Answer:
    """Change one inbound rule by id, or the description of the one that the parameters tell."""
    return _modify_rule(cloud, call, "ingress")


@action(
    ECS,
    "ModifySecurityGroupEgressRule",
    f"SecurityGroupId SecurityGroupRuleId {_EGRESS_FIELDS}",
    raises=f"{_EGRESS_CODES} InvalidSecurityGroupRuleId.NotFound "
    "InvalidSecurityGroupRule.RuleNotExist InvalidSecurityGroupRule.RuleConflict",
    resources="securitygroup/{SecurityGroupId}",
)
def modify_security_group_egress_rule(cloud: Cloud, call: Call) -> Answer:
    """Change one outbound rule by id, or the description of the one that the parameters tell."""
    return _modify_rule(cloud, call, "egress")


def _name_matches(call: Call, group: SecurityGroup) -> bool:
    name = call.optional("SecurityGroupName")
    if name is None or name == group.name:
        return True
    return bool(call.flag("FuzzyQuery")) and name in group.name


def _drafts(call: Call, direction: Direction) -> list[RuleDraft]:
    return [_draft(item, direction) for item in call.records("Permissions") or [call]]


def _draft(call: Call, direction: Direction) -> RuleDraft:
    side = "Source" if direction == "ingress" else "Dest"
    return RuleDraft(
        direction=direction,
        ip_protocol=call.optional("IpProtocol"),
        port_range=call.optional("PortRange"),
        nic_type=call.optional("NicType"),
        policy=call.optional("Policy"),
        priority=call.optional("Priority"),
        cidr_ip=call.optional(f"{side}CidrIp"),
        ipv6_cidr_ip=call.optional(f"Ipv6{side}CidrIp"),
        group_id=call.optional(f"{side}GroupId"),
        prefix_list_id=call.optional(f"{side}PrefixListId"),
        group_owner_account=call.optional(f"{side}GroupOwnerAccount"),
        source_port_range=call.optional("SourcePortRange"),
        description=call.optional("Description") or "",
    )


def _revoke(cloud: Cloud, call: Call, direction: Direction) -> Answer:
    group_id = call.text("SecurityGroupId")
    rule_ids = call.repeated("SecurityGroupRuleId")
    if rule_ids:
        security_groups.revoke_by_id(cloud, group_id, direction, rule_ids)
    else:
        security_groups.revoke(cloud, group_id, _drafts(call, direction))
    return {}


def _modify_rule(cloud: Cloud, call: Call, direction: Direction) -> Answer:
    group_id = call.text("SecurityGroupId")
    rule_id = call.optional("SecurityGroupRuleId")
    if rule_id is None:
        security_groups.modify_description(cloud, group_id, _draft(call, direction))
    else:
        security_groups.modify_by_id(cloud, group_id, rule_id, _draft(call, direction))
    return {}


def _group(cloud: Cloud, group: SecurityGroup) -> Answer:
    return {
        "SecurityGroupId": group.id,
        "SecurityGroupName": group.name,
        "Description": group.description,
        "SecurityGroupType": group.type,
        "VpcId": group.vpc_id or "",
        "CreationTime": seconds(group.created_at),
        "EcsCount": len(cloud.members_of(group.id)),
        "RuleCount": len(group.rules),
        "GroupToGroupRuleCount": sum(rule.group_id is not None for rule in group.rules),
        "ResourceGroupId": "",
        "ServiceManaged": False,
        "Tags": ecs_tags(group.tags),
    }


def _permission(cloud: Cloud, rule: Rule) -> Answer:
    peer = cloud.find_security_group(rule.group_id) if rule.group_id else None
    own = {
        "CidrIp": rule.cidr_ip,
        "GroupId": rule.group_id,
        "GroupName": peer.name if peer else None,
        "GroupOwnerAccount": rule.group_owner_account,
        "PrefixListId": rule.prefix_list_id,
    }
    ingress = rule.direction == "ingress"
    answer: Answer = {
        "SecurityGroupRuleId": rule.id,
        "Direction": rule.direction,
        "IpProtocol": rule.ip_protocol,
        "PortRange": rule.port_range,
        "SourcePortRange": rule.source_port_range or "",
        "NicType": rule.nic_type,
        "Policy": rule.policy.capitalize(),
        "Priority": str(rule.priority),
        "Description": rule.description,
        "CreateTime": seconds(rule.created_at),
        "Ipv6SourceCidrIp": (rule.ipv6_cidr_ip or "") if ingress else "",
        "Ipv6DestCidrIp": "" if ingress else rule.ipv6_cidr_ip or "",
    }
    for field, value in own.items():
        answer[f"Source{field}"] = (value or "") if ingress else ""
        answer[f"Dest{field}"] = "" if ingress else value or ""
    return answer
