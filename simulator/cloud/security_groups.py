"""Security groups: create, change and delete them, their rules, and the references between them.

Codes: references of CreateSecurityGroup, ModifySecurityGroupPolicy, Authorize-, Modify- and RevokeSecurityGroup of
2025. The last contradicts itself on unknown rules: a notice says that since 2024-07-08 the call is refused
with InvalidSecurityGroupRule.RuleNotExist, an older sentence says that it succeeds; here the notice holds. Not
simulated: the quota of groups in a region (100 or more).
"""

from collections import Counter
from collections.abc import Collection

from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, invalid_parameter
from simulator.cloud.names import Labels, check_description, check_name
from simulator.cloud.rules import RuleDraft, checked_rule, identity, peer_field, weight
from simulator.cloud.state import Cloud
from simulator.cloud.tags import MAX_TAGS
from simulator.cloud.vpcs import available, needed_default
from simulator.model.ecs import Direction, Rule, SecurityGroup

#: Rules of one basic group whose peer is a group (SDK text of AuthorizeSecurityGroup, ecs20140526 7.0.5)
MAX_GROUP_RULES = 20
#: Rules of one call of Authorize* and Revoke* (SDK text, ecs20140526)
MAX_BATCH = 100
#: Instances of a classic group (ECS Limits, 2021)
MAX_CLASSIC_MEMBERS = 1000
#: Private addresses of a basic group in a VPC (ECS Limits, 2021)
MAX_BASIC_MEMBERS = 2000
#: Private addresses of an advanced group (ECS Limits, 2021)
MAX_ADVANCED_MEMBERS = 65536


def create(cloud: Cloud, labels: Labels, vpc_id: str | None, kind: str) -> SecurityGroup:
    """Make a group; the members of an advanced one (`enterprise`) do not reach each other.

    Without `vpc_id` it is classic, or in the default VPC if the account has no classic network.

    Raises InvalidVpcId.NotFound, IncorrectVpcStatus, InvalidSecurityGroupName.Malformed, QuotaExceed.Tags (403),
    InvalidSecurityGroupDiscription.Malformed, InvalidParams.GroupType, InvalidParams.VpcIdGroupType.
    """
    check_name(labels.name, "InvalidSecurityGroupName.Malformed", "SecurityGroupName")
    check_description(labels.description, "InvalidSecurityGroupDiscription.Malformed")
    if len(labels.tags) > MAX_TAGS:
        raise ForbiddenError("QuotaExceed.Tags", f"A security group can have at most {MAX_TAGS} tags.")
    if kind not in ("normal", "enterprise"):
        raise CloudError("InvalidParams.GroupType", "The specified security group type is not valid.")
    if vpc_id:
        available(cloud, vpc_id)
    elif not cloud.estate.classic_network:
        vpc_id = needed_default(cloud).id
    elif kind == "enterprise":
        raise CloudError("InvalidParams.VpcIdGroupType", "Only VPC instance supports enterprise level security group.")
    group = SecurityGroup.model_validate(
        {
            "id": cloud.ids.new("sg", vpc_id or "classic", labels.name),
            "name": labels.name,
            "description": labels.description,
            "vpc_id": vpc_id,
            "type": kind,
            "inner_access_policy": "Drop" if kind == "enterprise" else "Accept",
            "created_at": cloud.clock.now(),
            "tags": dict(labels.tags),
        }
    )
    cloud.estate.security_groups.append(group)
    return group


def modify(cloud: Cloud, group_id: str, name: str | None, description: str | None) -> None:
    """Change what is given; raises as `create` does, and InvalidSecurityGroupId.NotFound."""
    group = cloud.security_group(group_id)
    check_name(name or "", "InvalidSecurityGroupName.Malformed", "SecurityGroupName")
    check_description(description or "", "InvalidSecurityGroupDiscription.Malformed")
    group.name = group.name if name is None else name
    group.description = group.description if description is None else description


def set_inner_access(cloud: Cloud, group_id: str, policy: str) -> None:
    """Set Accept or Drop (upper or lower case) between members.

    Raises InvalidPolicy.Malformed, InvalidSecurityGroupId.NotFound, InvalidParameter.InnerAccessPolicy (404, of an
    advanced group).
    """
    group = cloud.security_group(group_id)
    if policy.lower() not in ("accept", "drop"):
        raise invalid_parameter("InnerAccessPolicy", "InvalidPolicy.Malformed")
    if group.type == "enterprise":
        raise NotFoundError(
            "InvalidParameter.InnerAccessPolicy",
            "The InnerAccessPolicy attribute of enterprise level security group can't be modified.",
        )
    group.inner_access_policy = "Accept" if policy.lower() == "accept" else "Drop"


def delete(cloud: Cloud, group_id: str) -> None:
    """Delete a group; raises DependencyViolation (403) while it has members or others refer to it."""
    group = cloud.security_group(group_id)
    if _in_use(cloud, group_id):
        raise ForbiddenError("DependencyViolation", "There is still instance(s) in the specified security group.")
    if referrers(cloud, group_id):
        raise ForbiddenError("DependencyViolation", "The specified security group has been authorized in another one.")
    for database in (*cloud.estate.databases, *cloud.estate.redis, *cloud.estate.mongodb):
        database.security_group_ids = [other for other in database.security_group_ids if other != group_id]
    cloud.estate.security_groups.remove(group)


def referrers(cloud: Cloud, group_id: str) -> list[SecurityGroup]:
    """Return the groups with a rule whose peer is this group."""
    return [group for group in cloud.estate.security_groups if any(rule.group_id == group_id for rule in group.rules)]


def member_counts(cloud: Cloud, groups: Collection[SecurityGroup]) -> dict[str, int]:
    """Return the number of instances of each of `groups`, counted in one pass over all instances."""
    counts = Counter(group_id for instance in cloud.estate.instances for group_id in instance.security_group_ids)
    return {group.id: counts[group.id] for group in groups}


def max_members(group: SecurityGroup) -> int:
    """How many instances the group can have."""
    if group.type == "enterprise":
        return MAX_ADVANCED_MEMBERS
    return MAX_BASIC_MEMBERS if group.vpc_id else MAX_CLASSIC_MEMBERS


def authorize(cloud: Cloud, group_id: str, drafts: list[RuleDraft]) -> None:
    """Add rules, all or none; an existing rule succeeds and adds nothing.

    Raises AuthorizationLimitExceed (403) above the quota of rules per group, AuthorizedGroupRule.LimitExceed above 20
    rules that name a group, InvalidParam.DuplicatePermissions, and what `rules.checked_rule` raises.
    """
    group = cloud.security_group(group_id)
    checked = _checked_batch(cloud, group, drafts)
    known = {identity(rule) for rule in group.rules}
    added = [rule for rule in checked if identity(rule) not in known]
    if added:
        _check_limits(cloud, [*group.rules, *added])
    for rule in added:
        rule.id = cloud.ids.new("sgr", group_id, *(str(part) for part in identity(rule)))
        rule.created_at = cloud.clock.now()
    group.rules += added


def revoke(cloud: Cloud, group_id: str, drafts: list[RuleDraft]) -> None:
    """Remove rules by their fields, all or none.

    Raises InvalidSecurityGroupRule.RuleNotExist, InvalidParam.DuplicatePermissions, and what `rules.checked_rule` does.
    """
    group = cloud.security_group(group_id)
    gone = {identity(rule) for rule in _checked_batch(cloud, group, drafts)}
    if not gone <= {identity(rule) for rule in group.rules}:
        raise CloudError("InvalidSecurityGroupRule.RuleNotExist", "The specified rule does not exist.")
    group.rules = [rule for rule in group.rules if identity(rule) not in gone]


def revoke_by_id(cloud: Cloud, group_id: str, direction: Direction, rule_ids: list[str]) -> None:
    """Remove rules by id, all or none.

    Raises InvalidSecurityGroupRuleId.NotFound (404), InvalidParam.SecurityGroupRuleIdRepeated.
    """
    group = cloud.security_group(group_id)
    _check_size(rule_ids)
    for rule_id in rule_ids:
        _rule(group, direction, rule_id)
    gone = set(rule_ids)
    if len(gone) < len(rule_ids):
        raise CloudError(
            "InvalidParam.SecurityGroupRuleIdRepeated", "The specified parameter SecurityGroupRuleId is repeated."
        )
    group.rules = [rule for rule in group.rules if rule.id not in gone]


def modify_by_id(cloud: Cloud, group_id: str, rule_id: str, draft: RuleDraft) -> None:
    """Change the fields of one rule that `draft` sets.

    Raises InvalidSecurityGroupRuleId.NotFound (404), InvalidOperation.ModifyNicType, .ModifySgRuleEntityType (another
    kind of peer), .RuleDuplicate (it would equal another rule), AuthorizationLimitExceed (403), and what
    `rules.checked_rule` raises.
    """
    group = cloud.security_group(group_id)
    old = _rule(group, draft.direction, rule_id)
    new = checked_rule(cloud, group, draft.over(old))
    if new.nic_type != old.nic_type:
        raise CloudError("InvalidOperation.ModifyNicType", "NicType is not allowed to modify.")
    if peer_field(new) != peer_field(old):
        raise CloudError(
            "InvalidOperation.ModifySgRuleEntityType", "The source or destination type of the rules cannot be modified."
        )
    remaining = [rule for rule in group.rules if rule is not old]
    if any(identity(rule) == identity(new) for rule in remaining):
        raise CloudError("InvalidOperation.RuleDuplicate", "The specified security group rule already exists.")
    if weight(cloud, new) > weight(cloud, old):
        _check_limits(cloud, [*remaining, new])
    new.id, new.created_at = old.id, old.created_at
    group.rules = [new if rule is old else rule for rule in group.rules]


def modify_description(cloud: Cloud, group_id: str, draft: RuleDraft) -> None:
    """Set the description of the rule with `draft`'s fields; raises SecurityGroupRule.NotFound (404)."""
    group = cloud.security_group(group_id)
    new_identity = identity(checked_rule(cloud, group, draft))
    for rule in group.rules:
        if identity(rule) == new_identity:
            rule.description = draft.description
            return
    raise NotFoundError("SecurityGroupRule.NotFound", "The target security group rule not exist.")


def _in_use(cloud: Cloud, group_id: str) -> bool:
    """Whether an instance or an ENI is in the group."""
    holders = (*cloud.estate.instances, *cloud.estate.network_interfaces)
    return any(group_id in holder.security_group_ids for holder in holders)


def _rule(group: SecurityGroup, direction: Direction, rule_id: str) -> Rule:
    for rule in group.rules:
        if rule.id == rule_id and rule.direction == direction:
            return rule
    raise NotFoundError(
        "InvalidSecurityGroupRuleId.NotFound", f"The specified SecurityGroupRuleId {rule_id} is not exists."
    )


def _checked_batch(cloud: Cloud, group: SecurityGroup, drafts: list[RuleDraft]) -> list[Rule]:
    _check_size(drafts)
    rules = [checked_rule(cloud, group, draft) for draft in drafts]
    if len({identity(rule) for rule in rules}) < len(rules):
        raise CloudError(
            "InvalidParam.DuplicatePermissions",
            "There are duplicate permissions in the specified parameter Permissions.",
        )
    return rules


def _check_size(batch: Collection[object]) -> None:
    if len(batch) > MAX_BATCH:
        raise CloudError("InvalidParameter", f"At most {MAX_BATCH} rules can be given in one call.")


def _check_limits(cloud: Cloud, rules: list[Rule]) -> None:
    if sum(rule.group_id is not None for rule in rules) > MAX_GROUP_RULES:
        raise CloudError(
            "AuthorizedGroupRule.LimitExceed",
            "You have reached the limit on the number of group authorization rules that you can add to a security "
            f"group. When authorization object of rule is security group, the limit is {MAX_GROUP_RULES}.",
        )
    if sum(weight(cloud, rule) for rule in rules) > cloud.estate.quotas.rules_per_group:
        raise ForbiddenError(
            "AuthorizationLimitExceed", "The limit of authorization records in the security group reaches."
        )
