"""What the two resources of security group rules share: their inputs, and the way to and from the cloud."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from estate.client import Cloud, new_token
from estate.errors import CloudError, EstateError
from estate.live import rule_of
from estate.model import PeerKind, SecurityGroupRule
from estate.paging import pages
from provider import rules as logic
from provider import traffic
from provider.resource import (
    Change,
    Checked,
    Connect,
    Failure,
    PartialFailure,
    Resource,
    ResourceError,
    reject_others,
    require_text,
)
from provider.values import UNKNOWN, Properties, digest, is_unknown

# The most rules that one call of AuthorizeSecurityGroup takes as Permissions.N, and of RevokeSecurityGroup as ids.
_BATCH = 100
_GONE = "InvalidSecurityGroupId.NotFound"
# Too many rules (200 a group), and too many of them that name a group (20).
_FULL = frozenset({"AuthorizationLimitExceed", "AuthorizedGroupRule.LimitExceed"})

#: The request fields of a rule's peer, by direction.
_PEER_FIELDS: Final = {
    ("ingress", PeerKind.CIDR): "source_cidr_ip",
    ("ingress", PeerKind.IPV6_CIDR): "ipv_6source_cidr_ip",
    ("ingress", PeerKind.GROUP): "source_group_id",
    ("ingress", PeerKind.PREFIX_LIST): "source_prefix_list_id",
    ("egress", PeerKind.CIDR): "dest_cidr_ip",
    ("egress", PeerKind.IPV6_CIDR): "ipv_6dest_cidr_ip",
    ("egress", PeerKind.GROUP): "dest_group_id",
    ("egress", PeerKind.PREFIX_LIST): "dest_prefix_list_id",
}
_OPERATIONS: Final = {
    "ingress": ("ecs:AuthorizeSecurityGroup", "ecs:ModifySecurityGroupRule", "ecs:RevokeSecurityGroup"),
    "egress": (
        "ecs:AuthorizeSecurityGroupEgress",
        "ecs:ModifySecurityGroupEgressRule",
        "ecs:RevokeSecurityGroupEgress",
    ),
}


class GroupRules(Resource):
    """Rules of one group, as a map of label -> rule; the resource's id is that of the group.

    Rules are identified by their effect (`rules.key_of`), not by their labels. New rules are authorized before old ones
    are revoked, unless the group has no room for both. Rules that the cloud made itself (priority beyond 100) are let
    be. Which of the live rules are the resource's own is for the subclasses to say.
    """

    actions: ClassVar[tuple[str, ...]] = (
        "ecs:DescribeSecurityGroupAttribute",
        *traffic.ACTIONS,
        *(operation for operations in _OPERATIONS.values() for operation in operations),
    )
    replacing: ClassVar[tuple[str, ...]] = ("securityGroupId",)
    #: Whether classic groups are taken, of which the intranet rules then are the ones meant.
    takes_classic: ClassVar[bool]

    @abstractmethod
    def _goal(self, live: Sequence[SecurityGroupRule], state: Properties, inputs: Properties) -> Properties:
        """Return the state to reach, without `applied`; `state` is empty before a creation."""

    @abstractmethod
    def _removable(self, live: Sequence[SecurityGroupRule], state: Properties) -> list[SecurityGroupRule]:
        """Return the live rules that may be revoked."""

    @abstractmethod
    def _seen(self, live: Sequence[SecurityGroupRule], known: Properties) -> Properties:
        """Return the state for the live rules; `known` is the state so far, empty on import."""

    @abstractmethod
    def _before_deletion(
        self, cloud: Cloud, group_id: str, live: Sequence[SecurityGroupRule], state: Properties
    ) -> None:
        """Raise ResourceError where the rules cannot go yet."""

    def check(self, inputs: Properties) -> Checked:
        """Check every field of every rule; two labels with the same rule are an error."""
        failures = reject_others(inputs, ("securityGroupId", "rules"))
        failures += require_text(inputs, ("securityGroupId",))
        rules = inputs.get("rules")
        if rules is UNKNOWN:
            return Checked(inputs, tuple(failures))
        if not isinstance(rules, dict):
            return Checked(inputs, (*failures, Failure("rules", "expected a map of label to rule")))
        normal, problems = logic.check_rules(rules)
        return Checked(inputs | {"rules": normal}, (*failures, *problems))

    def diff(self, state: Properties, inputs: Properties) -> dict[str, Change]:
        """Return one change a label."""
        changes: dict[str, Change] = {}
        if state.get("securityGroupId") != inputs.get("securityGroupId"):
            changes["securityGroupId"] = Change.REPLACE
        old, new = state.get("rules", {}), inputs.get("rules", {})
        if UNKNOWN in (old, new):
            return changes | {"rules": Change.UPDATE}
        for label in sorted(set(old) | set(new)):
            if label not in old:
                changes[logic.path_of(label)] = Change.ADD
            elif label not in new:
                changes[logic.path_of(label)] = Change.DELETE
            elif old[label] != new[label]:
                changes[logic.path_of(label)] = Change.UPDATE
        return changes

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Authorize the rules that are not there."""
        group_id = str(inputs["securityGroupId"])
        live = self._before_creation(cloud, group_id)
        return group_id, self._apply(cloud, group_id, live, {}, inputs)

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise what `create` or `update` would, as far as the inputs are known."""
        if state:
            live = self._before_update(connect(), resource_id)
        elif is_unknown(inputs["securityGroupId"]):
            return
        else:
            live = self._before_creation(connect(), str(inputs["securityGroupId"]))
        if inputs["rules"] is not UNKNOWN:
            # A rule that names a group which is yet to be made is none of those that are there.
            known = {label: rule for label, rule in inputs["rules"].items() if not is_unknown(rule)}
            self._goal(live, state, inputs | {"rules": known})

    def _before_creation(self, cloud: Cloud, group_id: str) -> list[SecurityGroupRule]:
        live = self._read_live(cloud, group_id)
        if live is None:
            raise ResourceError(f"Security group {group_id} does not exist in {cloud.region}.")
        return live

    def _before_update(self, cloud: Cloud, group_id: str) -> list[SecurityGroupRule]:
        live = self._read_live(cloud, group_id)
        if live is None:
            raise ResourceError(f"Security group {group_id} is gone. Run `pulumi refresh`, then `pulumi up` again.")
        return live

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the rules as they are, known ones under their labels."""
        live = self._read_live(cloud, resource_id)
        return None if live is None else _state(resource_id, self._seen(live, state))

    def update(self, cloud: Cloud, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Go from the live rules to the wanted ones."""
        live = self._before_update(cloud, resource_id)
        return self._apply(cloud, resource_id, live, state, inputs)

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Revoke our rules that are still there; ResourceError where that takes away what others need."""
        live = self._read_live(cloud, resource_id)
        if live is not None:
            self._before_deletion(cloud, resource_id, live, state)
            _carry_out(cloud, resource_id, logic.plan(live, (), self._removable(live, state)))

    def _apply(
        self,
        cloud: Cloud,
        group_id: str,
        live: Sequence[SecurityGroupRule],
        state: Properties,
        inputs: Properties,
    ) -> Properties:
        """Carry out the plan; if it stops half way, raise `PartialFailure` with what is there then."""
        goal = self._goal(live, state, inputs)
        desired = [logic.rule_model(rule) for rule in logic.own_rules(goal).values()]
        try:
            _carry_out(cloud, group_id, logic.plan(live, desired, self._removable(live, state)))
        except EstateError as error:
            between = goal | {"rules": logic.merged(logic.own_rules(state), goal["rules"])}
            now = self._seen(self._read_live(cloud, group_id) or (), between)
            ours = {label: rule for label, rule in now["rules"].items() if label in between["rules"]}
            declared = {"securityGroupId": group_id, "rules": ours}
            raise PartialFailure(group_id, inputs, _state(group_id, now), declared, str(error)) from error
        return _state(group_id, goal)

    def _read_live(self, cloud: Cloud, group_id: str) -> list[SecurityGroupRule] | None:
        return rules_of(cloud, group_id, takes_classic=self.takes_classic)


def rules_of(cloud: Cloud, group_id: str, *, takes_classic: bool = True) -> list[SecurityGroupRule] | None:
    """Return the intranet rules of a group without the cloud's own, None if there is no such group."""
    rules: list[SecurityGroupRule] = []
    try:
        for page in pages(
            cloud,
            "ecs:DescribeSecurityGroupAttribute",
            region_id=cloud.region,
            security_group_id=group_id,
            nic_type="intranet",
        ):
            if not page.body.vpc_id and not takes_classic:
                raise ResourceError(f"{group_id} is a classic security group; its rules are not managed here.")
            rules += [rule_of(page.source, item, "intranet") for item in page.items]
    except CloudError as error:
        if error.code == _GONE:
            return None
        raise
    return [rule for rule in rules if not rule.is_system_rule]


def schema_of(description: str, group: str) -> dict[str, Any]:
    """Return the schema of such a resource; `group` says which group is meant."""
    return {
        "description": description,
        "inputProperties": {
            "securityGroupId": {"type": "string", "description": f"{group}."},
            "rules": {
                "type": "object",
                "additionalProperties": {"$ref": "#/types/alimigrate:ecs:Rule"},
                "description": "Label -> rule. Labels are for people; what a rule does is its identity.",
            },
        },
        "requiredInputs": ["securityGroupId", "rules"],
    }


def revocation(group_id: str, rules: Sequence[SecurityGroupRule]) -> str:
    """Return what revokes the rules: one command for each direction."""
    commands = []
    for direction, action in (("ingress", "RevokeSecurityGroup"), ("egress", "RevokeSecurityGroupEgress")):
        ids = [f" --SecurityGroupRuleId.{{}} {rule.rule_id}" for rule in rules if rule.direction == direction]
        numbered = "".join(text.format(number) for number, text in enumerate(ids, 1))
        if ids:
            commands.append(f"aliyun ecs {action} --SecurityGroupId {group_id}{numbered}")
    return " && ".join(commands)


def _state(group_id: str, seen: Properties) -> Properties:
    applied = digest({"id": group_id, "rules": seen["rules"]})
    return seen | {"securityGroupId": group_id, "applied": applied}


def _carry_out(cloud: Cloud, group_id: str, plan: logic.Plan) -> None:
    """Authorize before revoking; only where the group has no room for both do the old rules go first."""
    try:
        _authorize(cloud, group_id, plan.authorize)
    except CloudError as error:
        if error.code not in _FULL or not plan.revoke:
            raise
        _revoke(cloud, group_id, plan.revoke)
        # Rules of batches that went in before are no error: the cloud has them and does nothing.
        _authorize(cloud, group_id, plan.authorize)
    else:
        _revoke(cloud, group_id, plan.revoke)
    for rule in plan.describe:
        _describe(cloud, group_id, rule)


def _authorize(cloud: Cloud, group_id: str, rules: Sequence[SecurityGroupRule]) -> None:
    for direction, (authorize, _, _) in _OPERATIONS.items():
        for batch in _batches(rules, direction):
            permissions = [_permission(rule) for rule in batch]
            target = _target(cloud, group_id)
            cloud.call(authorize, **target, permissions=permissions, client_token=new_token())


def _describe(cloud: Cloud, group_id: str, rule: SecurityGroupRule) -> None:
    """Give a rule its description.

    Fields left out of this call fall back to defaults, so that the whole rule is sent. The API takes no empty
    description; where one is wanted the old one may stay, and then shows as drift.
    """
    _, modify, _ = _OPERATIONS[rule.direction]
    fields = _target(cloud, group_id) | _permission(rule) | {"security_group_rule_id": rule.rule_id}
    cloud.call(modify, **fields, client_token=new_token())


def _revoke(cloud: Cloud, group_id: str, rules: Sequence[SecurityGroupRule]) -> None:
    for direction, (_, _, revoke) in _OPERATIONS.items():
        for batch in _batches(rules, direction):
            ids = [rule.rule_id for rule in batch]
            target = _target(cloud, group_id)
            cloud.call(revoke, **target, security_group_rule_id=ids, client_token=new_token())


def _target(cloud: Cloud, group_id: str) -> dict[str, Any]:
    return {"region_id": cloud.region, "security_group_id": group_id}


def _batches(rules: Iterable[SecurityGroupRule], direction: str) -> list[list[SecurityGroupRule]]:
    ours = [rule for rule in rules if rule.direction == direction]
    return [ours[start : start + _BATCH] for start in range(0, len(ours), _BATCH)]


def _permission(rule: SecurityGroupRule) -> dict[str, Any]:
    """Return a rule as one Permissions.N of a request."""
    fields = {
        "nic_type": "intranet",
        "ip_protocol": rule.ip_protocol,
        "port_range": rule.port_range,
        "policy": rule.policy,
        "priority": str(rule.priority),
        _PEER_FIELDS[(rule.direction, rule.peer.kind)]: rule.peer.value,
    }
    optional = {"source_port_range": rule.source_port_range, "description": rule.description}
    return fields | {name: value for name, value in optional.items() if value}
