"""Security group rules as data: checking, normal form, identity, labels and the way from one set to another. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from estate.model import PeerKind, SecurityGroupRule
from provider.resource import Failure, reject_others
from provider.values import UNKNOWN, Properties

#: What makes two rules the same one for the cloud: all that decides which packets get which answer.
RuleKey = tuple[str, ...]

_PROTOCOLS = {name.upper(): name for name in ("TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL")}
_WITH_PORTS = ("TCP", "UDP")
_PORTS = re.compile(r"(\d{1,5})/(\d{1,5})")
_PEERS = tuple(kind.value for kind in PeerKind)
_FIELDS = (
    "direction",
    "ipProtocol",
    "portRange",
    "policy",
    "priority",
    "description",
    "sourcePortRange",
    "clonedFrom",
    *_PEERS,
)
# "The description must be 1 to 512 characters in length" (AuthorizeSecurityGroup).
_MAX_DESCRIPTION = 512


def path_of(label: str) -> str:
    """Return the Pulumi property path of the rule under a label."""
    escaped = label.replace("\\", "\\\\").replace('"', '\\"')
    return f'rules["{escaped}"]'


def check_rules(rules: Mapping[str, Any]) -> tuple[Properties, list[Failure]]:
    """Return the rules in normal form with every problem: wrong fields, and rules that are in the set twice."""
    normal: Properties = {}
    failures: list[Failure] = []
    first_of: dict[RuleKey, str] = {}
    for label, rule in rules.items():
        if rule is UNKNOWN:
            normal[label] = rule
            continue
        if not isinstance(rule, dict):
            failures.append(Failure(path_of(label), "expected a rule, an object"))
            continue
        normal[label], problems = _check_rule(rule, path_of(label))
        failures += problems
        if problems or UNKNOWN in normal[label].values():
            continue
        key = key_of(rule_model(normal[label]))
        if key in first_of:
            # The cloud would take the second for the first and not create it (AuthorizeSecurityGroup).
            failures.append(Failure(path_of(label), f"is the same rule as {first_of[key]!r}; keep one of them"))
        first_of.setdefault(key, label)
    return normal, failures


def _check_rule(rule: Properties, path: str) -> tuple[Properties, list[Failure]]:
    normal: Properties = {key: value for key, value in rule.items() if value is not None and value != ""}
    failures = reject_others(rule, _FIELDS, f"{path}.")

    def field(name: str, normalise: Callable[[Any], Any | None], expected: str, *, required: bool = True) -> None:
        value = normal.get(name)
        if value is UNKNOWN or (value is None and not required):
            return
        normal[name] = normalise(value)
        if normal[name] is None:
            given = "nothing" if value is None else repr(value)
            failures.append(Failure(f"{path}.{name}", f"expected {expected}, found {given}"))

    field("direction", _one_of("ingress", "egress"), "ingress or egress")
    field("ipProtocol", lambda value: _PROTOCOLS.get(str(value).upper()), ", ".join(_PROTOCOLS.values()))
    field("policy", _one_of("accept", "drop"), "accept or drop")
    field("priority", _priority, "a whole number from 1 (wins) to 100")
    field("description", _description, f"a text of at most {_MAX_DESCRIPTION} characters", required=False)
    field("clonedFrom", _text, "the id of a classic security group", required=False)
    protocol = normal.get("ipProtocol")
    if protocol is not UNKNOWN and protocol is not None:
        with_ports = protocol in _WITH_PORTS
        field("portRange", _ports if with_ports else _no_ports, _ports_expected(protocol))
        if normal.get("sourcePortRange") == "-1/-1":
            del normal["sourcePortRange"]
        field("sourcePortRange", _ports if with_ports else _nothing, _ports_expected(protocol), required=False)
    failures += _check_peer(normal, path, field)
    return normal, failures


def _check_peer(normal: Properties, path: str, field: Callable[..., None]) -> list[Failure]:
    peers = [name for name in _PEERS if name in normal]
    if len(peers) != 1:
        given = " and ".join(peers) or "none"
        return [Failure(path, f"expected exactly one of {', '.join(_PEERS)}, found {given}")]
    field("cidrIp", _network(4), "an IPv4 address or block", required=False)
    field("ipv6CidrIp", _network(6), "an IPv6 address or block", required=False)
    field("groupId", _text, "the id of a security group", required=False)
    field("prefixListId", _text, "the id of a prefix list", required=False)
    return []


def _one_of(*choices: str) -> Callable[[Any], str | None]:
    return lambda value: str(value).lower() if str(value).lower() in choices else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _nothing(value: Any) -> None:
    del value


def _description(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= _MAX_DESCRIPTION else None


def _priority(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 1 <= value <= 100 else None


def _ports(value: Any) -> str | None:
    match = _PORTS.fullmatch(str(value))
    if not match:
        return None
    first, last = int(match[1]), int(match[2])
    return f"{first}/{last}" if 1 <= first <= last <= 65535 else None


def _no_ports(value: Any) -> str | None:
    return "-1/-1" if value in ("-1/-1", None) else None


def _ports_expected(protocol: str) -> str:
    return "ports as first/last within 1/65535" if protocol in _WITH_PORTS else f"-1/-1, as {protocol} has no ports"


def _network(version: int) -> Callable[[Any], str | None]:
    def normalise(value: Any) -> str | None:
        try:
            # Bits behind the mask mean nothing to the cloud; without them equal blocks look equal.
            network = ipaddress.ip_network(value, strict=False) if isinstance(value, str) else None
        except ValueError:
            return None
        return str(network) if network is not None and network.version == version else None

    return normalise


def rule_model(rule: Properties) -> SecurityGroupRule:
    """Return the model of a checked and known rule, one of the intranet: VPC groups have no others."""
    fields = {key: value for key, value in rule.items() if key != "clonedFrom"}
    return SecurityGroupRule.model_validate(fields | {"nicType": "intranet"})


def rule_properties(rule: SecurityGroupRule) -> Properties:
    """Return a rule of the cloud as a resource's property, in normal form."""
    fields = rule.model_dump(by_alias=True, include={"direction", "ip_protocol", "port_range", "policy", "priority"})
    optional = {"description": rule.description, "sourcePortRange": rule.source_port_range}
    fields |= {name: value for name, value in optional.items() if value}
    fields[rule.peer.kind.value] = _peer_value(rule)
    return fields


def _peer_value(rule: SecurityGroupRule) -> str:
    kind, value = rule.peer
    version = {PeerKind.CIDR: 4, PeerKind.IPV6_CIDR: 6}.get(kind)
    return (_network(version)(value) or value) if version else value


def key_of(rule: SecurityGroupRule) -> RuleKey:
    """Return the identity of a rule: everything but its description, which two rules can not differ in alone."""
    return (
        rule.direction,
        rule.ip_protocol,
        rule.port_range,
        rule.source_port_range or "",
        rule.port_range_list_id or "",
        rule.policy,
        str(rule.priority),
        rule.peer.kind.value,
        _peer_value(rule),
        rule.local_cidr_ip or "",
        rule.local_ipv6_cidr_ip or "",
    )


def keys_of(rules: Mapping[str, Properties]) -> set[RuleKey]:
    """Return the identities of checked and known rules, given under their labels."""
    return {key_of(rule_model(rule)) for rule in rules.values()}


def live_ones(rules: Mapping[str, Properties], live: Iterable[SecurityGroupRule]) -> Properties:
    """Return those of the rules, under their labels, that are in the cloud."""
    there = {key_of(rule) for rule in live}
    return {label: rule for label, rule in rules.items() if key_of(rule_model(rule)) in there}


def own_rules(state: Properties) -> Properties:
    """Return the rules of a state, under their labels, without those that it says were there before."""
    before = state.get("presentBefore", ())
    return {label: rule for label, rule in state.get("rules", {}).items() if label not in before}


def merged(old: Mapping[str, Properties], new: Mapping[str, Properties]) -> Properties:
    """Return the new rules and those of the old that are not among them, which give way where a label is of both."""
    keys = keys_of(new)
    gone = {label: rule for label, rule in old.items() if key_of(rule_model(rule)) not in keys}
    named = {_unused(f"former: {label}", {*old, *new}) if label in new else label: rule for label, rule in gone.items()}
    return {**named, **new}


def label_of(rule: SecurityGroupRule) -> str:
    """Return the label that people read: `ingress accept TCP 80/80 from 0.0.0.0/0 (1)`."""
    way = "from" if rule.direction == "ingress" else "to"
    ports = rule.port_range or rule.port_range_list_id or ""
    text = f"{rule.direction} {rule.policy} {rule.ip_protocol} {ports} {way} {_peer_value(rule)} ({rule.priority})"
    extras = [
        f"source ports {rule.source_port_range}" if rule.source_port_range else "",
        f"at {rule.local_cidr_ip or rule.local_ipv6_cidr_ip}" if rule.local_cidr_ip or rule.local_ipv6_cidr_ip else "",
    ]
    return ", ".join([text, *(extra for extra in extras if extra)])


def labelled(live: Iterable[SecurityGroupRule], known: Mapping[str, Any], prefix: str) -> Properties:
    """Return the rules of the cloud under labels: the known one of the same rule, else one derived, after `prefix`.

    A known rule keeps its `clonedFrom`, which the cloud has never seen, and takes its description from the cloud.
    """
    labels = {key_of(rule_model(rule)): label for label, rule in known.items()}
    named: Properties = {}
    for rule in sorted(live, key=key_of):
        label = labels.pop(key_of(rule), None)
        fields = rule_properties(rule)
        if label is None:
            label = _unused(f"{prefix}{label_of(rule)}", {*named, *known})
        elif "clonedFrom" in known[label]:
            fields["clonedFrom"] = known[label]["clonedFrom"]
        named[label] = fields
    return named


def _unused(label: str, used: set[str]) -> str:
    number = 2
    candidate = label
    while candidate in used:
        candidate = f"{label} #{number}"
        number += 1
    return candidate


class Plan(NamedTuple):
    """The way from the rules in the cloud to the wanted ones, in the order to go it.

    `authorize` has drops before accepts and `revoke` accepts before drops, so that at no time between the two more is
    open than the old and the new set open together.
    """

    authorize: tuple[SecurityGroupRule, ...]
    describe: tuple[SecurityGroupRule, ...]
    revoke: tuple[SecurityGroupRule, ...]


def plan(
    live: Iterable[SecurityGroupRule], desired: Iterable[SecurityGroupRule], removable: Iterable[SecurityGroupRule]
) -> Plan:
    """Plan the way; of the live rules only the `removable` ones go.

    `describe` holds live rules (with their ids) with the wanted description: a rule that differs in nothing else can
    not be authorized beside the old one, and need not be.
    """
    there = {key_of(rule): rule for rule in live}
    wished = {key_of(rule): rule for rule in desired}
    going = {key_of(rule) for rule in removable} - set(wished)
    return Plan(
        authorize=tuple(
            sorted((rule for key, rule in wished.items() if key not in there), key=lambda rule: rule.policy != "drop")
        ),
        describe=tuple(
            there[key].model_copy(update={"description": rule.description})
            for key, rule in wished.items()
            if key in there and there[key].description != rule.description
        ),
        revoke=tuple(
            sorted((rule for key, rule in there.items() if key in going), key=lambda rule: rule.policy == "drop")
        ),
    )
