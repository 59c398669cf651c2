"""ECS: security groups and their rules.

Not simulated: rules of five parts (DestCidrIp of an inbound, SourceCidrIp of an outbound rule) and port range lists.
No source was found for InvalidSecurityGroupIds.Malformed, InvalidNetworkType.ValueNotSupported (documented for other
actions) and InvalidDirection.ValueNotSupported.
"""

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import Size, by_either, by_token
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, has_tags, seconds
from simulator.cloud import security_groups
from simulator.cloud.errors import CloudError, NotSimulatedError, dry_run_passed, missing_parameter
from simulator.cloud.names import Labels
from simulator.cloud.rules import RuleDraft
from simulator.cloud.state import Cloud
from simulator.model.ecs import Direction, Rule, SecurityGroup

_RULE_FIELDS = "IpProtocol PortRange NicType Policy Priority Description SourcePortRange"
_INGRESS_FIELDS = (
    f"{_RULE_FIELDS} SourceCidrIp Ipv6SourceCidrIp SourceGroupId SourceGroupOwnerAccount SourceGroupOwnerId "
    "SourcePrefixListId"
)
_EGRESS_FIELDS = (
    f"{_RULE_FIELDS} DestCidrIp Ipv6DestCidrIp DestGroupId DestGroupOwnerAccount DestGroupOwnerId DestPrefixListId"
)
_FIELDS: dict[Direction, frozenset[str]] = {
    "ingress": frozenset(_INGRESS_FIELDS.split()),
    "egress": frozenset(_EGRESS_FIELDS.split()),
}
_RULE_CODES = (
    "InvalidSecurityGroupId.NotFound InvalidIpProtocol.ValueNotSupported InvalidIpProtocol.Malformed "
    "InvalidNicType.ValueNotSupported InvalidNicType.Mismatch InvalidSourcePortRange.Malformed InvalidPolicy.Malformed "
    "InvalidPriority.Malformed InvalidPriority.ValueNotSupported InvalidSecurityGroupDiscription.Malformed "
    "InvalidParamter.Conflict InvalidSecurityGroup.InvalidNetworkType InvalidGroupParameter.OperationDenied "
    "InvalidGroupAuthParameter.OperationDenied NotSupported.ClassicNetworkPrefixList InvalidPrefixListId.NotFound "
    "InvalidParam.Ipv6ProtocolConflictWithIpv4Address InvalidParam.Ipv4ProtocolConflictWithIpv6Address"
)
_INGRESS_CODES = (
    f"{_RULE_CODES} MissingParameter.Source InvalidParam.SourceIp InvalidSourceCidrIp.Malformed "
    "InvalidParam.Ipv6SourceCidrIp InvalidSourceGroupId.NotFound InvalidSourceGroupId.Mismatch"
)
_EGRESS_CODES = (
    f"{_RULE_CODES} MissingParameter.Dest InvalidParam.DestIp InvalidDestCidrIp.Malformed "
    "InvalidParam.Ipv6DestCidrIp InvalidDestGroupId.NotFound InvalidDestGroupId.Mismatch"
)
_BATCH_CODES = "InvalidParam.Permissions InvalidParam.DuplicatePermissions"
_AUTHORIZE_CODES = f"{_BATCH_CODES} AuthorizationLimitExceed AuthorizedGroupRule.LimitExceed"
_REVOKE_CODES = (
    f"{_BATCH_CODES} InvalidSecurityGroupRuleId.NotFound InvalidParam.SecurityGroupRuleIdRepeated "
    "InvalidSecurityGroupRule.RuleNotExist"
)
_MODIFY_CODES = (
    "InvalidSecurityGroupRuleId.NotFound SecurityGroupRule.NotFound InvalidOperation.ModifyNicType "
    "InvalidOperation.ModifySgRuleEntityType InvalidOperation.RuleDuplicate AuthorizationLimitExceed"
)


@action(
    ECS,
    "CreateSecurityGroup",
    "SecurityGroupName Description VpcId SecurityGroupType Tag",
    remembers_token=True,
    raises="InvalidVpcId.NotFound IncorrectVpcStatus InvalidSecurityGroupName.Malformed "
    "InvalidSecurityGroupDiscription.Malformed InvalidParams.GroupType InvalidParams.VpcIdGroupType QuotaExceed.Tags "
    "MissingParameter.TagKey",
    resources="securitygroup/*",
)
def create_security_group(cloud: Cloud, call: Call) -> Answer:
    """Make a group; an advanced one (`enterprise`) only in a VPC. At most 20 tags.

    Without VpcId it is classic; in an account without the classic network it is in the default VPC.
    """
    group_id = resource_groups.named(cloud, call)
    group = security_groups.create(
        cloud,
        Labels(call.optional("SecurityGroupName") or "", call.optional("Description") or "", call.tags()),
        call.optional("VpcId"),
        call.optional("SecurityGroupType") or "normal",
    )
    group.resource_group_id = group_id
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
    """Return groups in the order of their creation; PageSize and MaxResults at most 100, 10 by default.

    EcsCount and AvailableInstanceAmount are answered with IsQueryEcsCount only (SDK text 7.11.8).
    """
    if call.flag("DryRun"):
        raise dry_run_passed()
    filters, tags = _Filters(call), call.tags()
    candidates = cloud.estate.security_groups.among(_requested_ids(call))
    groups = [group for group in candidates if filters.matches(group) and has_tags(group.tags, tags)]
    page = by_either(call, passing(groups, resource_groups.of_group(cloud, call)), maximum=100, token_maximum=100)
    items = [_group(group) for group in page.items]
    if call.flag("IsQueryEcsCount"):
        counts = security_groups.member_counts(cloud, page.items)
        for item, group in zip(items, page.items, strict=True):
            item["EcsCount"] = counts[group.id]
            item["AvailableInstanceAmount"] = security_groups.max_members(group) - counts[group.id]
    return {"RegionId": cloud.estate.region_id, "SecurityGroups": {"SecurityGroup": items}, **page.fields}


@action(
    ECS,
    "DescribeSecurityGroupAttribute",
    "SecurityGroupId NicType Direction MaxResults NextToken",
    raises="InvalidSecurityGroupId.NotFound InvalidNicType.ValueNotSupported InvalidDirection.ValueNotSupported",
    resources="securitygroup/{SecurityGroupId}",
)
def describe_security_group_attribute(cloud: Cloud, call: Call) -> Answer:
    """Return the rules of one group on one nic type, oldest first.

    A classic group shows internet unless asked for intranet; a group in a VPC always intranet (SDK text 7.11.8), and
    whatever NicType says: the provider (1.285.0) writes a text for none there. MaxResults 10..1000, 500 by default.
    """
    group = cloud.security_group(call.text("SecurityGroupId"))
    nic_type = "intranet"
    if group.vpc_id is None:
        chosen = call.choice("NicType", ("internet", "intranet"), "InvalidNicType.ValueNotSupported")
        nic_type = chosen or "internet"
    direction = call.choice("Direction", ("ingress", "egress", "all"), "InvalidDirection.ValueNotSupported")
    rules = [rule for rule in group.rules if rule.nic_type == nic_type and direction in (None, "all", rule.direction)]
    page = by_token(call, rules, Size(maximum=1000, default=500, minimum=10))
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
    """Return which groups refer to the given ones (at most 10 SecurityGroupId.N); unreferenced ones are left out."""
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
def modify_security_group_attribute(cloud: Cloud, call: Call) -> None:
    """Change name or description of a group."""
    security_groups.modify(
        cloud, call.text("SecurityGroupId"), call.given("SecurityGroupName"), call.given("Description")
    )


@action(
    ECS,
    "ModifySecurityGroupPolicy",
    "SecurityGroupId InnerAccessPolicy",
    remembers_token=True,
    raises="InvalidSecurityGroupId.NotFound InvalidPolicy.Malformed InvalidParameter.InnerAccessPolicy",
    resources="securitygroup/{SecurityGroupId}",
)
def modify_security_group_policy(cloud: Cloud, call: Call) -> None:
    """Set whether the members of a group reach each other: Accept or Drop, in upper or lower case."""
    security_groups.set_inner_access(cloud, call.text("SecurityGroupId"), call.text("InnerAccessPolicy"))


@action(
    ECS,
    "DeleteSecurityGroup",
    "SecurityGroupId",
    raises="InvalidSecurityGroupId.NotFound DependencyViolation",
    resources="securitygroup/{SecurityGroupId}",
)
def delete_security_group(cloud: Cloud, call: Call) -> None:
    """Delete a group that is neither in use nor referred to."""
    security_groups.delete(cloud, call.text("SecurityGroupId"))


@action(
    ECS,
    "AuthorizeSecurityGroup",
    f"SecurityGroupId Permissions {_INGRESS_FIELDS}",
    raises=f"{_INGRESS_CODES} {_AUTHORIZE_CODES}",
    remembers_token=True,
    resources="securitygroup/{SecurityGroupId}",
)
def authorize_security_group(cloud: Cloud, call: Call) -> None:
    """Add inbound rules: Permissions.N (at most 100), or one by single parameters.

    A group holds 200 rules by default, 20 that name a group; one that names a prefix list counts for its MaxEntries.
    """
    security_groups.authorize(cloud, call.text("SecurityGroupId"), _drafts(call, "ingress"))


@action(
    ECS,
    "AuthorizeSecurityGroupEgress",
    f"SecurityGroupId Permissions {_EGRESS_FIELDS}",
    raises=f"{_EGRESS_CODES} {_AUTHORIZE_CODES}",
    remembers_token=True,
    resources="securitygroup/{SecurityGroupId}",
)
def authorize_security_group_egress(cloud: Cloud, call: Call) -> None:
    """Add outbound rules: Permissions.N (at most 100), or one by single parameters.

    A group holds 200 rules by default, 20 that name a group; one that names a prefix list counts for its MaxEntries.
    """
    security_groups.authorize(cloud, call.text("SecurityGroupId"), _drafts(call, "egress"))


@action(
    ECS,
    "RevokeSecurityGroup",
    f"SecurityGroupId SecurityGroupRuleId Permissions {_INGRESS_FIELDS}",
    raises=f"{_INGRESS_CODES} {_REVOKE_CODES}",
    remembers_token=True,
    resources="securitygroup/{SecurityGroupId}",
)
def revoke_security_group(cloud: Cloud, call: Call) -> Answer:
    """Remove inbound rules by SecurityGroupRuleId.N (at most 100), or by their fields; all or none."""
    return _revoke(cloud, call, "ingress")


@action(
    ECS,
    "RevokeSecurityGroupEgress",
    f"SecurityGroupId SecurityGroupRuleId Permissions {_EGRESS_FIELDS}",
    raises=f"{_EGRESS_CODES} {_REVOKE_CODES}",
    remembers_token=True,
    resources="securitygroup/{SecurityGroupId}",
)
def revoke_security_group_egress(cloud: Cloud, call: Call) -> Answer:
    """Remove outbound rules by SecurityGroupRuleId.N (at most 100), or by their fields; all or none."""
    return _revoke(cloud, call, "egress")


@action(
    ECS,
    "ModifySecurityGroupRule",
    f"SecurityGroupId SecurityGroupRuleId {_INGRESS_FIELDS}",
    raises=f"{_INGRESS_CODES} {_MODIFY_CODES}",
    remembers_token=True,
    resources="securitygroup/{SecurityGroupId}",
)
def modify_security_group_rule(cloud: Cloud, call: Call) -> Answer:
    """Change one inbound rule by id, or the description of the rule with these fields."""
    return _modify_rule(cloud, call, "ingress")


@action(
    ECS,
    "ModifySecurityGroupEgressRule",
    f"SecurityGroupId SecurityGroupRuleId {_EGRESS_FIELDS}",
    raises=f"{_EGRESS_CODES} {_MODIFY_CODES}",
    remembers_token=True,
    resources="securitygroup/{SecurityGroupId}",
)
def modify_security_group_egress_rule(cloud: Cloud, call: Call) -> Answer:
    """Change one outbound rule by id, or the description of the rule with these fields."""
    return _modify_rule(cloud, call, "egress")


class _Filters:
    """The filters of DescribeSecurityGroups but ids and tags."""

    def __init__(self, call: Call) -> None:
        self._network = call.choice("NetworkType", ("classic", "vpc"), "InvalidNetworkType.ValueNotSupported")
        self._vpc_id = call.optional("VpcId")
        self._kind = call.optional("SecurityGroupType")
        self._name = call.optional("SecurityGroupName")
        self._fuzzy = bool(call.flag("FuzzyQuery"))

    def matches(self, group: SecurityGroup) -> bool:
        """Whether the group passes all filters."""
        return (
            self._network in (None, "vpc" if group.vpc_id else "classic")
            and self._vpc_id in (None, group.vpc_id)
            and self._kind in (None, group.type)
            and (self._name in (None, group.name) or (self._fuzzy and str(self._name) in group.name))
        )


def _requested_ids(call: Call) -> list[str] | None:
    """Return the ids in SecurityGroupIds (a JSON array, at most 100) and SecurityGroupId; None without both."""
    ids = call.json_list("SecurityGroupIds", "InvalidSecurityGroupIds.Malformed")
    one = call.optional("SecurityGroupId")
    if one is None:
        return ids
    return [one] if ids is None or one in ids else []


def _drafts(call: Call, direction: Direction) -> list[RuleDraft]:
    records = call.records("Permissions")
    if not records:
        return [_draft(call, direction)]
    if call.names() & (_FIELDS[direction] | {"SecurityGroupRuleId"}):
        raise CloudError(
            "InvalidParam.Permissions", "The specified parameter Permissions cannot coexist with other parameters."
        )
    unknown = {name for record in records for name in record.names() if record.optional(name)} - _FIELDS[direction]
    if unknown:
        raise NotSimulatedError(f"the parameters {', '.join(sorted(unknown))} of Permissions")
    return [_draft(record, direction) for record in records]


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
        group_owner_id=call.optional(f"{side}GroupOwnerId"),
        source_port_range=call.optional("SourcePortRange"),
        description=call.optional("Description") or "",
    )


def _revoke(cloud: Cloud, call: Call, direction: Direction) -> Answer:
    group_id = call.text("SecurityGroupId")
    rule_ids = call.repeated("SecurityGroupRuleId")
    if rule_ids and not call.records("Permissions"):
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


def _group(group: SecurityGroup) -> Answer:
    return {
        "SecurityGroupId": group.id,
        "SecurityGroupName": group.name,
        "Description": group.description,
        "SecurityGroupType": group.type,
        "VpcId": group.vpc_id or "",
        "CreationTime": seconds(group.created_at),
        "RuleCount": len(group.rules),
        "GroupToGroupRuleCount": sum(rule.group_id is not None for rule in group.rules),
        "ResourceGroupId": group.resource_group_id or "",
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
