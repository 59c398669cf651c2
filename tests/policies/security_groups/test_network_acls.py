"""The verdict on a network ACL, compared with an oracle that tries packets one by one."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from itertools import product
from typing import Final, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, SECURITY_GROUP_RULES
from tests.policies.prepared import Draft, rule
from tests.policies.rules.network.test_acls_reviewed import RULE, bound, second_vswitch

_BLOCKS: Final = ("0.0.0.0/0", "10.0.0.0/8", "10.9.0.0/16", "172.16.2.0/24", "203.0.113.0/24", "100.64.0.0/10")
_PORTS: Final = ("1/65535", "80/80", "600/2000", "1024/65535", "1/1023", "20/20")
_PROTOCOLS: Final = ("tcp", "udp", "icmp", "all")
# One of each kind: outside, the other VSwitch, that which is linked, the cloud's own, and the ends of blocks.
_ADDRESSES: Final = tuple(
    map(
        ip_address,
        ("1.2.3.4", "203.0.113.9", "10.0.0.9", "10.9.0.9", "172.16.2.9", "172.16.3.9", "10.0.0.4", "100.64.0.9"),
    )
)
_NUMBERS: Final = (1, 19, 20, 21, 80, 81, 511, 512, 599, 600, 1023, 1024, 2000, 2001, 65535)


class _Entry(NamedTuple):
    """An entry of an ACL or a rule of a clone: for the ACL its order counts, for the clone its priority."""

    policy: str
    protocol: str
    ports: str
    block: str

    def matches(self, protocol: str, port: int, address: object) -> bool:
        low, high = map(int, self.ports.split("/")) if self.protocol in ("tcp", "udp") else (1, 65535)
        return self.protocol in ("all", protocol) and low <= port <= high and address in ip_network(self.block)


_entry = st.builds(
    _Entry,
    st.sampled_from(("accept", "drop")),
    st.sampled_from(_PROTOCOLS),
    st.sampled_from(_PORTS),
    st.sampled_from(_BLOCKS),
)


def _entries(last: str, most: int = 2) -> st.SearchStrategy[tuple[_Entry, ...]]:
    """A few entries, and in three of four cases one for all the rest."""
    rest = st.sampled_from([(_Entry(last, "all", "-1/-1", "0.0.0.0/0"),)] * 3 + [()])
    return st.tuples(st.lists(_entry, max_size=most).map(tuple), rest).map(lambda drawn: drawn[0] + drawn[1])


def _fields(entries: Sequence[_Entry]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (item.policy, item.protocol, item.ports if item.protocol in ("tcp", "udp") else "-1/-1", item.block)
        for item in entries
    )


class _Oracle(NamedTuple):
    """What must get through, and what the ACL does to it, one packet at a time."""

    clone: dict[str, Sequence[_Entry]]
    acl: dict[str, Sequence[_Entry]]
    group_port: int
    public: bool

    def outcome(self) -> Outcome:
        found = set()
        for packet in product(("ingress", "egress"), ("tcp", "udp", "icmp", "gre"), _ADDRESSES, _NUMBERS, _NUMBERS):
            found.add(self._of(*packet))
        return Outcome.FAIL if "certain" in found else Outcome.UNKNOWN if "possible" in found else Outcome.PASS

    def _of(self, direction: str, protocol: str, address: object, port: int, source_port: int) -> str:
        back = "egress" if direction == "ingress" else "ingress"
        by_rule = self._accepted(direction, protocol, address, port)
        accepted = by_rule or (by_rule is None and direction == "egress")
        passes = self._lets(direction, protocol, port, address)
        answered = self._lets(back, protocol, source_port, address)
        if not accepted or (passes and answered):
            return ""
        internet = str(address) in ("1.2.3.4", "203.0.113.9")
        if direction == "egress" and internet and not self.public:
            return ""
        if passes and protocol == "tcp" and source_port < 512 and source_port != 20:
            return ""
        sure = bool(by_rule) and (str(address) == "172.16.2.9" or (internet and self.public))
        return "certain" if sure and (not passes or (protocol == "tcp" and source_port >= 1024)) else "possible"

    def _accepted(self, direction: str, protocol: str, address: object, port: int) -> bool | None:
        if str(address) == "172.16.2.9" and (direction, protocol, port) == ("ingress", "tcp", self.group_port):
            return True
        for item in self.clone[direction]:
            if item.matches(protocol, port, address):
                return item.policy == "accept"
        return None

    def _lets(self, direction: str, protocol: str, port: int, address: object) -> bool:
        for item in self.acl[direction]:
            if item.matches(protocol, port, address):
                return item.policy == "accept"
        return False


def _clone(draft: Draft, rules: dict[str, Sequence[_Entry]], group_port: int) -> None:
    """The group of sg-web accepts these, the first of them before the others, and one port from members of sg-app."""
    facts = draft.facts(SECURITY_GROUP_RULES, "sg-web")
    of_group = {"groupId": "sg-app-vpc", "clonedFrom": "sg-app"}
    facts["rules"] = {"group": rule(of_group, portRange=f"{group_port}/{group_port}", priority=1.0)}
    for direction, entries in rules.items():
        for number, (policy, protocol, ports, block) in enumerate(_fields(entries)):
            fields = {"direction": direction, "policy": policy, "ipProtocol": protocol.upper(), "portRange": ports}
            facts["rules"][f"{direction} {number}"] = rule({"cidrIp": block}, **fields, priority=number + 2.0)


@settings(max_examples=40, deadline=None)
@given(
    clone=st.fixed_dictionaries({"ingress": _entries("drop"), "egress": _entries("drop")}),
    acl=st.fixed_dictionaries({"ingress": _entries("accept"), "egress": _entries("accept")}),
    group_port=st.sampled_from((80, 600)),
    public=st.booleans(),
)
def test_the_verdict_is_that_of_an_oracle_that_tries_each_packet(
    clone: dict[str, Sequence[_Entry]], acl: dict[str, Sequence[_Entry]], group_port: int, public: bool
) -> None:
    draft = bound(_fields(acl["ingress"]), _fields(acl["egress"]))
    second_vswitch(draft)
    _clone(draft, clone, group_port)
    draft.facts(MIGRATING_INSTANCE, "i-web")["publicIps"] = ["47.98.1.1"] if public else []
    result = draft.result(RULE, "i-web")
    assert result.outcome is _Oracle(clone, acl, group_port, public).outcome(), result.reason
