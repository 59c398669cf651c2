"""`alimigrate:ecs:SecurityGroupRules`: the whole rule set of one VPC security group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from estate.client import Cloud
from estate.model import SecurityGroupRule
from provider import drift, traffic
from provider import rules as logic
from provider.group_rules import GroupRules, revocation, schema_of
from provider.resource import ResourceError
from provider.values import Properties

_UNMANAGED = "unmanaged: "


class SecurityGroupRules(GroupRules):
    """All rules of one group as one resource.

    Begins with a group that has no rules but these (a creation that was cut off leaves some of them). Rules that
    someone else makes later show on refresh as `unmanaged: ...`. They stop updates and the deletion, with which the
    group would go, until they are declared or gone. So do servers that are in the group stop its deletion.
    """

    type_name: ClassVar[str] = "alimigrate:ecs:SecurityGroupRules"
    takes_classic: ClassVar[bool] = False
    schema: ClassVar[dict[str, Any]] = schema_of(
        "The whole rule set of one VPC security group, written in batches and compared as a set.",
        "The VPC security group",
    )

    def _goal(self, live: Sequence[SecurityGroupRule], state: Properties, inputs: Properties) -> Properties:
        group_id = inputs["securityGroupId"]
        foreign = _foreign(live, state, inputs)
        if foreign and state:
            raise ResourceError(
                f"{_changed(group_id, foreign)} An update would revoke them, so none was begun. To keep what they let "
                "through, authorize it in the classic group, whose clone then has it too, or in a VPC group of your "
                f"own that the servers join; then remove it here: {revocation(group_id, foreign)}"
            )
        if foreign:
            raise ResourceError(
                f"Security group {group_id} already has rules that are not in this set: {_labels(foreign)}. "
                f"Remove or declare them, or import the rules: pulumi import {self.type_name} NAME {group_id}"
            )
        return inputs

    def _before_deletion(
        self, cloud: Cloud, group_id: str, live: Sequence[SecurityGroupRule], state: Properties
    ) -> None:
        if foreign := _foreign(live, state):
            raise ResourceError(
                f"{_changed(group_id, foreign)} They would go with the group, so its rules were left as they are. "
                f"Remove them first: {revocation(group_id, foreign)}"
            )
        if servers := traffic.in_group(cloud, group_id):
            raise ResourceError(
                f"Security group {group_id} is in use by {traffic.names(servers)}: without its rules they would be cut "
                "off, and they were left as they are. Take the servers out of the group first, or keep what the stack "
                "has made."
            )

    def _removable(self, live: Sequence[SecurityGroupRule], state: Properties) -> list[SecurityGroupRule]:
        """Return the live rules that were applied here, perhaps by an update that stopped half way."""
        ours = logic.keys_of(drift.declared(state).get("rules", {}))
        return [rule for rule in live if logic.key_of(rule) in ours]

    def _seen(self, live: Sequence[SecurityGroupRule], known: Properties) -> Properties:
        # On import all rules become ours, and bear no mark.
        return {"rules": logic.labelled(live, known.get("rules", {}), _UNMANAGED if known else "")}


def _foreign(live: Sequence[SecurityGroupRule], *ours: Properties) -> list[SecurityGroupRule]:
    """Return the live rules that are neither in a state, as declared last, nor in inputs."""
    keys = {key for properties in ours for key in logic.keys_of(drift.declared(properties).get("rules", {}))}
    return [rule for rule in live if logic.key_of(rule) not in keys]


def _labels(rules: Sequence[SecurityGroupRule]) -> str:
    return "; ".join(logic.label_of(rule) for rule in rules)


def _changed(group_id: str, foreign: Sequence[SecurityGroupRule]) -> str:
    return f"Security group {group_id} has rules that this stack neither applied nor declares: {_labels(foreign)}."
