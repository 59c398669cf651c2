"""Results of the pack for tests of screens: a recorded stack, with as many instances as are asked for."""

from __future__ import annotations

import json
from typing import Any

from policies.pack.document import document
from policies.pack.registry import all_rules
from policies.pack.run import Run
from policies.results import findings, grouped
from tests.policies.recordings import evaluated


def recorded_result(name: str, times: int = 1) -> dict[str, Any]:
    """Return the result of a recorded preview, in which each instance is there so many times, each with own ids."""
    whole: dict[str, Any] = json.loads(
        json.dumps(document(evaluated(name), all_rules(), Run(account_id="1234567890123456")))
    )
    items: list[Any] = list(findings(whole))
    instances, more = list(whole["instances"]), list(items)
    ids = {item["subject"]["id"]: item["subject"]["name"] for item in instances}
    for number in range(1, times):
        for known, into in ((items, more), (instances, whole["instances"])):
            into += [_renamed(item, ids, number) for item in known if item["subject"]["kind"] == "instance"]
        for wave in whole["waves"]:
            wave["instanceIds"] += [f"{item}x{number}" for item in wave["instanceIds"] if item in ids]
    # As the pack sorts them: those of one rule together.
    whole["results"] = grouped(sorted(more, key=lambda item: str(item["rule"])), whole["instances"])
    whole["blocking"] = sum(item["blocking"] for item in more)
    return whole


def _renamed(item: dict[str, Any], ids: dict[str, str], number: int) -> dict[str, Any]:
    instance_id = item["subject"]["id"]
    copied: dict[str, Any] = json.loads(json.dumps(item).replace(instance_id, f"{instance_id}x{number}"))
    copied["subject"]["name"] = f"{ids[instance_id]}-{number}"
    return copied
