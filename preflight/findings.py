"""Select findings of a result by rule and by instance."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import typer

from policies.core.facts import safe
from policies.pack.run import manifest
from policies.verdict import BAD_INPUT
from preflight.exits import Stop

RulesOption: TypeAlias = Annotated[
    list[str] | None, typer.Option("--rule", help="Only findings of this rule; repeat it for more.")
]
InstancesOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--instance", help="Only findings of this instance, by id or name; repeat it for more."),
]


def known_rules(names: Sequence[str], option: str = "--rule: ") -> tuple[str, ...]:
    """Return the rules that the command line names. Raises Stop for an unknown one, with the ids that are similar."""
    rules = manifest()
    for name in names:
        if name not in rules:
            alike = difflib.get_close_matches(name, rules, cutoff=0.4)
            hint = f" Did you mean {', '.join(alike)}?" if alike else ""
            raise Stop(BAD_INPUT, f"{option}there is no rule {safe(name)}.{hint} `preflight rules` lists them.")
    return tuple(names)


def chosen_of(
    findings: Sequence[Mapping[str, Any]], result: Mapping[str, Any], rules: Sequence[str], instances: Sequence[str]
) -> list[Mapping[str, Any]]:
    """Return the findings of some rules and instances, of all where none is named.

    Raises Stop for an instance that is not in the result.
    """
    instance_names = {name for item in result["instances"] for name in (item["subject"]["id"], item["subject"]["name"])}
    if missing := [name for name in instances if name not in instance_names]:
        raise Stop(BAD_INPUT, f"--instance {', '.join(missing)}: does not migrate in this stack")
    return [
        item
        for item in findings
        if (not rules or item["rule"] in rules)
        and (not instances or {item["subject"]["id"], item["subject"]["name"]} & set(instances))
    ]
