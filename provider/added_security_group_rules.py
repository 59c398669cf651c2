"""`alimigrate:ecs:AddedSecurityGroupRules`: some rules in a security group that is not ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from estate.client import Cloud
from estate.model import SecurityGroupRule
from provider import rules as logic
from provider import traffic
from provider.group_rules import GroupRules, revocation, schema_of
from provider.resource import ResourceError
from provider.values import Properties


class AddedSecurityGroupRules(GroupRules):
    """Rules added to those that a classic or VPC group has; all others are neither shown nor touched.

    `presentBefore` remembers the declared rules that were there already. They stay when their label or the resource
    goes, and keep their description. One that is there with the declared description, if that is not empty, was made
    by a run that was killed before it could answer, and is the resource's own: whoever declares a rule that others may
    declare too gives it words of its own.
    """

    type_name: ClassVar[str] = "alimigrate:ecs:AddedSecurityGroupRules"
    takes_classic: ClassVar[bool] = True
    outputs: ClassVar[tuple[str, ...]] = ("applied", "presentBefore")
    schema: ClassVar[dict[str, Any]] = schema_of(
        "Rules added to a security group that someone else manages; its other rules are left alone.",
        "The classic or VPC security group; of a classic one the intranet rules are meant",
    ) | {
        "properties": {
            "presentBefore": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Labels of the rules that were there before; they stay.",
            }
        },
    }

    def _goal(self, live: Sequence[SecurityGroupRule], state: Properties, inputs: Properties) -> Properties:
        ours = logic.keys_of(logic.own_rules(state))
        foreign = {key: rule for rule in live if (key := logic.key_of(rule)) not in ours}
        rules = state.get("rules", {})
        own_keys = logic.keys_of({label: rules[label] for label in state.get("presentBefore", ()) if label in rules})

        def before(rule: Properties) -> bool:
            key = logic.key_of(logic.rule_model(rule))
            there = foreign.get(key)
            own_words = there and there.description and there.description == rule.get("description")
            return there is not None and (key in own_keys or not own_words)

        return inputs | {"presentBefore": sorted(label for label, rule in inputs["rules"].items() if before(rule))}

    def _before_deletion(
        self, cloud: Cloud, group_id: str, live: Sequence[SecurityGroupRule], state: Properties
    ) -> None:
        """Refuse while servers in a VPC, of groups that our rules name, reach servers of this group by them."""
        rules = [rule for rule in self._removable(live, state) if rule.policy == "accept" and rule.group_id]
        peers = sorted({str(rule.group_id) for rule in rules})
        servers = [server for peer in peers for server in traffic.in_group(cloud, peer) if server.vpc_id]
        if servers and (behind := traffic.in_group(cloud, group_id)):
            raise ResourceError(
                f"Rules in security group {group_id} let {traffic.names(sorted(set(servers)))} reach "
                f"{traffic.names(behind)}: without them they would be cut off, and the rules were left as they are. "
                "Keep what the stack has made; or, where nobody needs them, revoke them: "
                f"{revocation(group_id, rules)}"
            )

    def _removable(self, live: Sequence[SecurityGroupRule], state: Properties) -> list[SecurityGroupRule]:
        """Return the live rules that were added here, perhaps by an update that stopped half way."""
        ours = logic.keys_of(logic.own_rules(state))
        return [rule for rule in live if logic.key_of(rule) in ours]

    def _seen(self, live: Sequence[SecurityGroupRule], known: Properties) -> Properties:
        if not known:
            raise ResourceError(
                f"{self.type_name} cannot be imported: the id of a group does not tell which of its rules are meant. "
                "Declare them without an import: rules that are there already are taken note of, and stay on destroy."
            )
        own = logic.own_rules(known)
        before = logic.live_ones({label: known["rules"][label] for label in known["presentBefore"]}, live)
        added = logic.labelled(self._removable(live, known), own, "")
        return {"rules": added | before, "presentBefore": sorted(before)}
