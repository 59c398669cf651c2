"""Read the addresses and VPCs that a bucket policy names, statement by statement.

Source: OSS user guide, bucket policy; RAM, "Policy elements" (all conditions of a statement must hold, one value of
each); OSS 0030-00000008: a statement with a private acs:SourceIp needs acs:SourceVpc too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from estate.documents import in_unicode, parse_json
from estate.model import PolicyStatement

_ADDRESS: Final = "acs:sourceip"
_VPC: Final = "acs:sourcevpc"
_NEGATED: Final = ("notipaddress", "stringnotequals", "stringnotequalsignorecase", "stringnotlike")
_PLAIN: Final = ("ipaddress", "stringequals", "stringequalsignorecase", "stringlike")


def statements(document: str) -> tuple[PolicyStatement, ...]:
    """Return the statements of a policy document that name an address or a VPC, numbered from 1.

    Raises ValueError for a document that is no policy, and for an unknown operator on these keys.
    """
    policy = in_unicode(parse_json(document))
    raw = policy.get("Statement") if isinstance(policy, dict) else None
    listed = [raw] if isinstance(raw, dict) else raw
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise ValueError("expected a bucket policy with a list of statements")
    read = (_statement(number, item) for number, item in enumerate(listed, 1))
    return tuple(item for item in read if item.addresses or item.vpcs or item.excluded_addresses or item.excluded_vpcs)


def _statement(number: int, item: Mapping[str, Any]) -> PolicyStatement:
    effect = item.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise ValueError(f"statement {number}: expected Effect Allow or Deny")
    condition = item.get("Condition") or {}
    if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
        raise ValueError(f"statement {number}: expected Condition to be an object of operators")
    fields = {key: value for key, value in item.items() if key not in ("Condition", "Sid")}
    conditions: dict[str, Any] = {}
    values_by_key: dict[tuple[str, bool], list[str]] = {}
    for operator, key, value in _conditions(condition):
        if key.lower() not in (_ADDRESS, _VPC):
            conditions.setdefault(operator, {})[key] = value
        elif operator.lower() not in (*_PLAIN, *_NEGATED):
            raise ValueError(f"statement {number}: operator {operator} on {key} is not known")
        else:
            # An address or VPC that Allow requires is let in; so is one that Deny excepts.
            lets_in = (operator.lower() in _PLAIN) == (effect == "Allow")
            values_by_key.setdefault((key.lower(), lets_in), []).extend(_texts(value))
    scope = json.dumps([fields, conditions], sort_keys=True)
    return PolicyStatement(
        number=number,
        effect=effect,
        scope=hashlib.sha256(scope.encode()).hexdigest()[:16],
        addresses=tuple(values_by_key.get((_ADDRESS, True), ())),
        vpcs=tuple(values_by_key.get((_VPC, True), ())),
        excluded_addresses=tuple(values_by_key.get((_ADDRESS, False), ())),
        excluded_vpcs=tuple(values_by_key.get((_VPC, False), ())),
    )


def _conditions(condition: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, Any]]:
    return ((operator, key, value) for operator, keys in condition.items() for key, value in keys.items())


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
