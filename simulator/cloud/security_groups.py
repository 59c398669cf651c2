"""Security groups: their life, their rules, and who refers to whom."""

from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, invalid_parameter
from simulator.cloud.names import check_description, check_name
from simulator.cloud.rules import RuleDraft, checked_rule, identity
from simulator.cloud.state import Cloud
from simulator.model.ecs import Direction, Rule, SecurityGroup

# Rules per group, both directions together, at 5 groups an interface (ECS Limits, 2021).
MAX_RULES = 200
# Documented for the batch form of Authorize*/Revoke* (SDK text, ecs20140526).
MAX_BATCH = 100


def create(
    cloud: Cloud, name: str, description: str, vpc_id: str | None, kind: str, tags: dict[str, str]
) -> SecurityGroup:
    """Make a group: classic without `vpc_id`.

    Raises InvalidVpcId.NotFound, InvalidSecurityGroupName.Malformed, InvalidSecurityGroupDiscription.Malformed,
    InvalidSecurityGroupType.ValueNotSupported.
    """
    check_name(name, "InvalidSecurityGroupName.Malformed", "SecurityGroupName")
    check_description(description, "InvalidSecurityGroupDiscription.Malformed")
    if kind not in ("normal", "enterprise"):
        raise CloudError(
            "InvalidSecurityGroupType.ValueNotSupported", "The specified SecurityGroupType is not supported."
        )
    if vpc_id:
        cloud.vpc(vpc_id)
    group = SecurityGroup.model_validate(
        {
            "id": cloud.ids.new("sg", vpc_id or "classic", name),
            "name": name,
            "description": description,
            "vpc_id": vpc_id,
            "type": kind,
            "created_at": cloud.clock.now(),
            "tags": tags,
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
    """Accept or Drop (any case) between members; raises InvalidPolicy.Malformed, InvalidSecurityGroupId.NotFound."""
    group = cloud.security_group(group_id)
    if policy.lower() not in ("accept", "drop"):
        raise invalid_parameter("InnerAccessPolicy", "InvalidPolicy.Malformed")
    group.inner_access_policy = "Accept" if policy.lower() == "accept" else "Drop"


def delete(cloud: Cloud, group_id: str) -> None:
    """Delete a group; raises DependencyViolation (403) while it has members or others refer to it."""
    group = cloud.security_group(group_id)
    if cloud.members_of(group_id):
        raise ForbiddenError("DependencyViolation", "There is still instance(s) in the specified security group.")
    if referrers(cloud, group_id):
        raise ForbiddenError("DependencyViolation", "The specified security group has been authorized in another one.")
    cloud.estate.security_groups.remove(group)


def referrers(cloud: Cloud, group_id: str) -> list[SecurityGroup]:
    """The groups with a rule whose peer is this group."""
    return [group for group in cloud.estate.security_groups if any(rule.group_id == group_id for rule in group.rules)]


def authorize(cloud: Cloud, group_id: str, drafts: list[RuleDraft]) -> None:
    """Add rules, all or none; one that is there already succeeds and adds nothing.

    Raises AuthorizationLimitExceed (403) above 200 rules a group, and what `rules.checked_rule` raises.
    """
    group = cloud.security_group(group_id)
    _check_batch(drafts)
    known = {identity(rule) for rule in group.rules}
    added: list[Rule] = []
    for draft in drafts:
        rule = checked_rule(cloud, group, draft)
        if identity(rule) not in known:
            known.add(identity(rule))
            added.append(rule)
    if len(group.rules) + len(added) > MAX_RULES:
        raise ForbiddenError(
            "AuthorizationLimitExceed", "The limit of authorization records in the security group reaches."
        )
    for rule in added:
        rule.id = cloud.ids.new("sgr", group_id, *(str(part) for part in identity(rule)))
        rule.created_at = cloud.clock.now()
    group.rules += added


def revoke(cloud: Cloud, group_id: str, drafts: list[RuleDraft]) -> None:
    """Remove rules by what they say; what is not there is no error, as documented."""
    group = cloud.security_group(group_id)
    _check_batch(drafts)
    gone = {identity(checked_rule(cloud, group, draft)) for draft in drafts}
    group.rules = [rule for rule in group.rules if identity(rule) not in gone]


def revoke_by_id(cloud: Cloud, group_id: str, direction: Direction, rule_ids: list[str]) -> None:
    """Remove rules by id, all or none; raises InvalidSecurityGroupRuleId.NotFound (404)."""
    group = cloud.security_group(group_id)
    gone = [_rule(group, direction, rule_id) for rule_id in rule_ids]
    group.rules = [rule for rule in group.rules if rule not in gone]


def modify_by_id(cloud: Cloud, group_id: str, rule_id: str, draft: RuleDraft) -> None:
    """Change what `draft` says of one rule; a rule that is there already under another id is refused."""
    group = cloud.security_group(group_id)
    old = _rule(group, draft.direction, rule_id)
    new = checked_rule(cloud, group, draft.over(old))
    if any(identity(rule) == identity(new) for rule in group.rules if rule is not old):
        raise CloudError("InvalidSecurityGroupRule.RuleConflict", "The specified security group rule already exists.")
    new.id, new.created_at = old.id, old.created_at
    group.rules[group.rules.index(old)] = new


def modify_description(cloud: Cloud, group_id: str, draft: RuleDraft) -> None:
    """Give the rule that `draft` tells its description; raises InvalidSecurityGroupRule.RuleNotExist (404)."""
    group = cloud.security_group(group_id)
    told = identity(checked_rule(cloud, group, draft))
    for rule in group.rules:
        if identity(rule) == told:
            rule.description = draft.description
            return
    raise NotFoundError("InvalidSecurityGroupRule.RuleNotExist", "The specified rule does not exist.")


def _rule(group: SecurityGroup, direction: Direction, rule_id: str) -> Rule:
    for rule in group.rules:
        if rule.id == rule_id and rule.direction == direction:
            return rule
    raise NotFoundError(
        "InvalidSecurityGroupRuleId.NotFound", f"The specified SecurityGroupRuleId {rule_id} does not exist."
    )


def _check_batch(drafts: list[RuleDraft]) -> None:
    if len(drafts) > MAX_BATCH:
        raise CloudError("InvalidParameter", f"At most {MAX_BATCH} Permissions can be given in one call.")
