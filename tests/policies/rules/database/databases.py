"""What tests of rules about databases change in the prepared stack."""

from __future__ import annotations

import copy
from typing import Any

from policies.core.plan import MIGRATION
from tests.policies.prepared import Draft, Properties


def database(draft: Draft) -> Properties:
    """The facts of one database."""
    [facts] = [item for item in draft.facts(MIGRATION)["databases"] if item["dbInstanceId"] == "rm-orders"]
    assert isinstance(facts, dict)
    return facts


def endpoint(draft: Draft, ip_type: str) -> Properties:
    """The one address of the database of this type."""
    [facts] = [item for item in database(draft)["endpoints"] if item["ipType"] == ip_type]
    assert isinstance(facts, dict)
    return facts


def without(draft: Draft, ip_type: str) -> None:
    """Takes the addresses of one type away from the database."""
    facts = database(draft)
    facts["endpoints"] = [item for item in facts["endpoints"] if item["ipType"] != ip_type]


def followed(draft: Draft, **changes: Any) -> Properties:
    """Adds a read-only instance, prepared as the database is but for `changes`."""
    facts = (
        copy.deepcopy(database(draft))
        | {"dbInstanceId": "rr-orders", "primaryId": "rm-orders", "ownGroups": []}
        | changes
    )
    draft.facts(MIGRATION)["databases"].append(facts)
    return facts
