"""The rules of a group in the prepared stack, to be changed by tests of rules that compare them."""

from __future__ import annotations

from typing import Any

from policies.core.plan import MIGRATION, SECURITY_GROUP_RULES
from tests.policies.prepared import Draft, Properties


def clone_rules(draft: Draft, group_id: str = "sg-web") -> Properties:
    """The rules of a clone, by their labels."""
    rules = draft.facts(SECURITY_GROUP_RULES, group_id)["rules"]
    assert isinstance(rules, dict)
    return rules


def classic_rules(draft: Draft, group_id: str = "sg-web") -> list[Any]:
    """The rules of a classic group."""
    rules = classic_group(draft, group_id)["rules"]
    assert isinstance(rules, list)
    return rules


def classic_group(draft: Draft, group_id: str) -> Properties:
    """The facts of a classic group."""
    (group,) = (item for item in draft.facts(MIGRATION)["securityGroups"] if item["securityGroupId"] == group_id)
    assert isinstance(group, dict)
    return group
