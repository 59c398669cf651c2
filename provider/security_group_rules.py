"""`alimigrate:ecs:SecurityGroupRules`: the whole rule set of one VPC security group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from estate.model import SecurityGroupRule
from provider import rules as logic
from provider.group_rules import GroupRules, schema_of
from provider.resource import ResourceError
from provider.values import Properties

_UNMANAGED = "unmanaged: "


class SecurityGroupRules(GroupRules):
    """All rules of one group as one resource.

    Begins with a group that has no rules but these (a creation that was cut off leaves some of them). Rules that
    someone else makes later show on refresh as `unmanaged: ...`, and the next update revokes them.
    """

    type_name: ClassVar[str] = "alimigrate:ecs:SecurityGroupRules"
    takes_classic: ClassVar[bool] = False
    schema: ClassVar[dict[str, Any]] = schema_of(
        "The whole rule set of one VPC security group, written in batches and compared as a set.",
        "The VPC security group",
    )

    def _goal(self, live: Sequence[SecurityGroupRule], state: Properties, inputs: Properties) -> Properties:
        if not state:
            self._refuse_others(live, inputs)
        return inputs

    def _refuse_others(self, live: Sequence[SecurityGroupRule], inputs: Properties) -> None:
        ours = logic.keys_of(inputs["rules"])
        others = [logic.label_of(rule) for rule in live if logic.key_of(rule) not in ours]
        if others:
            group_id = inputs["securityGroupId"]
            raise ResourceError(
                f"Security group {group_id} already has rules that are not in this set: {'; '.join(others)}. "
                f"Remove or declare them, or import the rules: pulumi import {self.type_name} NAME {group_id}"
            )

    def _removable(self, live: Sequence[SecurityGroupRule], state: Properties) -> list[SecurityGroupRule]:
        """Return the live rules that the state shows, under the very labels that it would give them."""
        known = state.get("rules", {})
        shown = logic.keys_of(known)
        return [rule for rule in live if logic.key_of(rule) in shown or _UNMANAGED + logic.label_of(rule) in known]

    def _seen(self, live: Sequence[SecurityGroupRule], known: Properties) -> Properties:
        # On import all rules become ours, and bear no mark.
        return {"rules": logic.labelled(live, known.get("rules", {}), _UNMANAGED if known else "")}
