"""The conversion by example: what well-known classic rules become, and how the report words it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import Any

import pytest

from components.conversion import Conversion, ConversionContext, LimitExceeded, Outcome, convert
from components.conversion.classic import read_rule
from components.conversion.folding import fold
from components.facts.security_groups import cloned_group_facts
from estate.model import Instance, SecurityGroup, SecurityGroupRule

NEW_BLOCK = "172.16.0.0/24"
GUARDS_IN = [
    "ingress drop ALL -1/-1 from 10.0.0.0/8 ({})",
    "ingress drop ALL -1/-1 from 172.16.0.0/12 ({})",
    "ingress drop ALL -1/-1 from 192.168.0.0/16 ({})",
]


def rule(text: str, **fields: Any) -> SecurityGroupRule:
    """Read a rule from "internet ingress accept TCP 80/80 0.0.0.0/0 1"; further fields by name."""
    nic, direction, policy, protocol, ports, peer, priority = text.split()
    field = "group_id" if peer.startswith("sg-") else "prefix_list_id" if peer.startswith("pl-") else "cidr_ip"
    stated = {
        "nic_type": nic,
        "direction": direction,
        "policy": policy,
        "ip_protocol": protocol,
        "port_range": ports,
        field: peer,
        "priority": priority,
    }
    return SecurityGroupRule.model_validate({**stated, **fields})


def group(group_id: str, *rules: SecurityGroupRule | str, inner: str = "Drop") -> SecurityGroup:
    """A classic group; in-group access is off where a test is not about it."""
    read = tuple(rule(item) if isinstance(item, str) else item for item in rules)
    return SecurityGroup.model_validate({"id": group_id, "inner_access_policy": inner, "rules": read})


def instance(instance_id: str, address: str, *group_ids: str) -> Instance:
    """A classic instance with one intranet address."""
    return Instance(
        id=instance_id,
        zone_id="cn-hangzhou-b",
        instance_type="ecs.n1.small",
        status="Running",
        network_type="classic",
        intranet_ips=(address,),
        security_group_ids=group_ids,
    )


def context(
    *instances: Instance, stays: str = "", later: str = "", linked: str = "", targets: str = NEW_BLOCK
) -> ConversionContext:
    """An estate in which all instances migrate but those named as staying or later."""
    staying, late = set(stays.split()), set(later.split())
    return ConversionContext(
        instances,
        migrating_ids=frozenset(item.id for item in instances) - staying - late,
        later_ids=frozenset(late),
        linked_ids=frozenset(linked.split()),
        target_cidrs=tuple(targets.split()),
    )


WEB = instance("i-web", "10.0.0.1", "sg-web")
APP = instance("i-app", "10.0.0.2", "sg-app")


def converted(*groups: SecurityGroup, around: ConversionContext | None = None) -> Conversion:
    """The conversion of the first group; each group has a member that moves where no other estate is given."""
    members = [instance(f"i-{number}", f"10.0.0.{number + 1}", item.id) for number, item in enumerate(groups)]
    return convert(groups, around or context(*members))[groups[0].id]


def labels(conversion: Conversion) -> list[str]:
    """Labels of all rules, in order."""
    return [item.label for item in conversion.rules]


def outcomes(conversion: Conversion) -> list[tuple[str, Outcome]]:
    """Classic text and outcome of every entry of the report."""
    return [(entry.classic_rule, entry.outcome) for entry in conversion.report]


# ---- notable rules ----


def test_web_server_opens_its_port_to_public_addresses_only() -> None:
    conversion = converted(group("sg-web", "internet ingress accept TCP 80/80 0.0.0.0/0 1"))
    assert labels(conversion) == [
        *(text.format(1) for text in GUARDS_IN),
        "ingress accept TCP 80/80 from 0.0.0.0/0 (2)",
    ]
    assert outcomes(conversion) == [
        ("internet ingress accept TCP 80/80 from 0.0.0.0/0 (1)", "carried-over"),
        ("intranet ingress drop by default", "added"),
    ]


def test_ipv6_has_a_guard_of_its_own() -> None:
    stated = rule("internet ingress accept TCP 80/80 - 1", cidr_ip=None, ipv6_cidr_ip="::/0")
    assert labels(converted(group("sg-web", stated))) == [
        "ingress drop ALL -1/-1 from fc00::/7 (1)",
        "ingress accept TCP 80/80 from ::/0 (2)",
    ]


@pytest.mark.parametrize(
    ("nic", "block", "written", "outcome"),
    [
        ("internet", "fd00::/8", [], Outcome.NARROWED),
        ("internet", "2001:db8::/32", ["2001:db8::/32"], Outcome.CARRIED_OVER),
        ("intranet", "fd00::/8", ["fd00::/8"], Outcome.CARRIED_OVER),
        ("intranet", "2001:db8::/32", [], Outcome.NARROWED),
        ("intranet", "::/0", ["fc00::/7"], Outcome.NARROWED),
    ],
)
def test_ipv6_is_private_in_its_own_range(nic: str, block: str, written: list[str], outcome: Outcome) -> None:
    stated = rule(f"{nic} ingress accept TCP 80/80 - 1", cidr_ip=None, ipv6_cidr_ip=block)
    conversion = converted(group("sg-web", stated))
    assert labels(conversion) == [f"ingress accept TCP 80/80 from {peer} (1)" for peer in written]
    assert [entry.outcome for entry in conversion.report] == [outcome]


def test_office_ssh_keeps_its_priority_and_needs_no_guard() -> None:
    conversion = converted(group("sg-web", "internet ingress accept TCP 22/22 203.0.113.0/24 7"))
    assert labels(conversion) == ["ingress accept TCP 22/22 from 203.0.113.0/24 (7)"]


def test_rules_of_both_networks_keep_their_priorities_where_no_packet_meets_both() -> None:
    both = ("internet ingress accept TCP 22/22 203.0.113.0/24 7", "intranet ingress accept TCP 22/22 192.168.0.0/24 50")
    assert labels(converted(group("sg-web", *both))) == [
        "ingress accept TCP 22/22 from 203.0.113.0/24 (7)",
        "ingress accept TCP 22/22 from 192.168.0.0/24 (50)",
    ]


def test_legacy_intranet_rule_for_everyone_is_narrowed_to_private_addresses() -> None:
    conversion = converted(group("sg-web", "intranet ingress accept ALL -1/-1 0.0.0.0/0 1"))
    assert labels(conversion) == [
        "ingress accept ALL -1/-1 from 10.0.0.0/8 (1)",
        "ingress accept ALL -1/-1 from 100.64.0.0/10 (1)",
        "ingress accept ALL -1/-1 from 172.16.0.0/12 (1)",
        "ingress accept ALL -1/-1 from 192.168.0.0/16 (1)",
    ]
    assert outcomes(conversion) == [("intranet ingress accept ALL -1/-1 from 0.0.0.0/0 (1)", "narrowed")]


def test_intranet_rules_come_before_guards_and_internet_rules() -> None:
    conversion = converted(
        group(
            "sg-web",
            "internet ingress accept TCP 80/80 0.0.0.0/0 1",
            "internet ingress drop TCP 80/80 198.51.100.0/24 1",
            "internet ingress accept TCP 443/443 0.0.0.0/0 50",
            "intranet ingress accept TCP 22/22 100.64.0.0/10 3",
        )
    )
    assert labels(conversion) == [
        "ingress accept TCP 22/22 from 100.64.0.0/10 (3)",
        *(text.format(4) for text in GUARDS_IN),
        "ingress accept TCP 80/80 from 0.0.0.0/0 (5)",
        "ingress drop TCP 80/80 from 198.51.100.0/24 (5)",
        "ingress accept TCP 443/443 from 0.0.0.0/0 (50)",
    ]


def test_priority_110_becomes_the_last_and_stays_below_100() -> None:
    conversion = converted(
        group(
            "sg-web",
            "intranet ingress accept TCP 22/22 10.0.0.0/8 110",
            "intranet ingress drop TCP 23/23 10.0.0.0/8 100",
            "intranet ingress drop TCP 24/24 10.0.0.0/8 99",
        ),
        around=context(WEB, targets="10.111.0.0/24"),
    )
    assert labels(conversion) == [
        "ingress drop TCP 24/24 from 10.0.0.0/8 (98)",
        "ingress drop TCP 23/23 from 10.0.0.0/8 (99)",
        "ingress accept TCP 22/22 from 10.0.0.0/8 (100)",
    ]


def test_ftp_ports_are_carried_over() -> None:
    conversion = converted(
        group(
            "sg-ftp",
            "internet ingress accept TCP 20/21 203.0.113.0/24 1",
            "internet ingress accept TCP 30000/31000 203.0.113.0/24 1",
        )
    )
    assert labels(conversion) == [
        "ingress accept TCP 20/21 from 203.0.113.0/24 (1)",
        "ingress accept TCP 30000/31000 from 203.0.113.0/24 (1)",
    ]


def test_internet_egress_drop_cuts_neither_private_addresses_nor_the_cloud_s_services() -> None:
    conversion = converted(group("sg-web", "internet egress drop ALL -1/-1 0.0.0.0/0 1"))
    assert labels(conversion) == [
        "egress accept ALL -1/-1 to 10.0.0.0/8 (1)",
        "egress accept ALL -1/-1 to 100.64.0.0/10 (1)",
        "egress accept ALL -1/-1 to 172.16.0.0/12 (1)",
        "egress accept ALL -1/-1 to 192.168.0.0/16 (1)",
        "egress drop ALL -1/-1 to 0.0.0.0/0 (2)",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "intranet ingress accept TCP 22/22 203.0.113.7/32 1",
            "had no effect: the intranet NIC saw no public addresses",
        ),
        (
            "internet ingress accept TCP 22/22 10.1.0.0/16 1",
            "had no effect: the internet NIC saw none of these addresses",
        ),
        ("internet ingress accept TCP 22/22 sg-web 1", "had no effect: groups have no meaning on the internet NIC"),
    ],
)
def test_rules_without_effect_are_not_given_one(text: str, reason: str) -> None:
    conversion = converted(group("sg-web", text))
    assert labels(conversion) == []
    assert [(entry.outcome, entry.reason) for entry in conversion.report] == [(Outcome.NARROWED, reason)]


# ---- groups ----


def test_references_in_a_cycle_become_references_to_clones() -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 sg-app 1")
    app = group("sg-app", "intranet ingress accept TCP 90/90 sg-web 1")
    both = convert([web, app], context(WEB, APP))
    assert labels(both["sg-web"]) == ["ingress accept TCP 80/80 from clone of sg-app (1)"]
    assert labels(both["sg-app"]) == ["ingress accept TCP 90/90 from clone of sg-web (1)"]


def test_a_group_whose_linked_members_stay_keeps_its_classic_id_beside_its_clone() -> None:
    stays = instance("i-stays", "10.0.0.9", "sg-app")
    web = group("sg-web", "intranet ingress accept TCP 80/80 sg-app 1")
    around = context(WEB, APP, stays, stays="i-stays", linked="i-stays")
    assert labels(convert([web, group("sg-app")], around)["sg-web"]) == [
        "ingress accept TCP 80/80 from classic sg-app (1)",
        "ingress accept TCP 80/80 from clone of sg-app (1)",
    ]


@pytest.mark.parametrize("policy", ["accept", "drop"])
@pytest.mark.parametrize(("owner", "whose"), [(None, ""), ("1234567890", " of account 1234567890")])
def test_a_group_that_cannot_be_reached_is_not_portable(owner: str | None, whose: str, policy: str) -> None:
    stated = rule(f"intranet ingress {policy} TCP 80/80 sg-other 1", group_owner_account=owner)
    conversion = converted(group("sg-web", stated))
    assert labels(conversion) == []
    (entry,) = conversion.report
    assert entry.outcome is Outcome.NOT_PORTABLE
    assert entry.classic_rule == f"intranet ingress {policy} TCP 80/80 from sg-other{whose} (1)"
    assert entry.reason.startswith(f"sg-other{whose} is not cloned, and none of its members has ClassicLink")


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("policy", ["accept", "drop"])
def test_of_a_mapped_group_with_strangers_only_linked_members_are_named(policy: str, linked: bool) -> None:
    """An accept admits no strangers of the VPC groups; a drop may be wider."""
    stays = instance("i-stays", "10.0.0.9", "sg-app")
    around = context(WEB, APP, stays, stays="i-stays", linked="i-stays" if linked else "")
    web = group("sg-web", f"intranet ingress {policy} TCP 80/80 sg-app 1")
    conversion = convert([web], replace(around, mapped={"sg-app": 1}))["sg-web"]
    wider = [f"ingress drop TCP 80/80 from {NEW_BLOCK} (1)"] if policy == "drop" else []
    named = [f"ingress {policy} TCP 80/80 from classic sg-app (1)"] if linked else []
    assert sorted(labels(conversion)) == sorted([*wider, *named])
    assert [entry.outcome for entry in conversion.report] == [Outcome.NOT_PORTABLE]


def test_an_address_beside_a_group_wins() -> None:
    stated = rule("intranet ingress accept TCP 80/80 192.168.1.1/32 1", group_id="sg-web")
    assert labels(converted(group("sg-web", stated))) == ["ingress accept TCP 80/80 from 192.168.1.1/32 (1)"]


WEB_2 = instance("i-web-2", "10.0.0.7", "sg-web")


@pytest.mark.parametrize("policy", ["accept", "drop"])
def test_members_that_guards_or_drops_would_cut_off_are_left_to_the_default(policy: str) -> None:
    """The cloud takes no rule that names its own group, so that in-group access cannot be stated above either."""
    web = group("sg-web", f"internet ingress {policy} TCP 80/80 0.0.0.0/0 1", inner="Accept")
    conversion = converted(web, around=context(WEB, WEB_2))
    blocks = [IPv4Network(item.peer.value) for item in conversion.rules]
    assert {(item.policy, item.priority, item.port_range) for item in conversion.rules} == {(policy, 1, "80/80")}
    private = [IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
    assert list(collapse_addresses([*blocks, *private])) == [IPv4Network("0.0.0.0/0")]
    assert not [block for block in blocks if any(block.overlaps(area) for area in private)]
    assert outcomes(conversion) == [(f"internet ingress {policy} TCP 80/80 from 0.0.0.0/0 (1)", "carried-over")]


@pytest.mark.parametrize(("members", "inner"), [((WEB,), "Accept"), ((WEB, WEB_2), "Drop")])
def test_guards_serve_where_no_member_is_cut_off(members: tuple[Instance, ...], inner: str) -> None:
    web = group("sg-web", "internet ingress accept TCP 80/80 0.0.0.0/0 1", inner=inner)
    assert labels(converted(web, around=context(*members)))[0] == GUARDS_IN[0].format(1)


def test_the_public_blocks_of_ipv6_are_all_but_private_ones() -> None:
    stated = rule("internet ingress accept TCP 80/80 - 1", cidr_ip=None, ipv6_cidr_ip="::/0")
    conversion = converted(group("sg-web", stated, inner="Accept"), around=context(WEB, WEB_2))
    blocks = [IPv6Network(item.peer.value) for item in conversion.rules]
    private = IPv6Network("fc00::/7")
    assert list(collapse_addresses([*blocks, private])) == [IPv6Network("::/0")]
    assert not [block for block in blocks if block.overlaps(private)]


def test_only_ingress_rules_with_private_addresses_are_written_as_public_blocks() -> None:
    web = group(
        "sg-web",
        "internet ingress accept TCP 80/80 0.0.0.0/0 1",
        "internet ingress accept TCP 22/22 203.0.113.0/24 1",
        "internet egress drop TCP 25/25 0.0.0.0/0 1",
        inner="Accept",
    )
    reason_of = {entry.classic_rule: entry.reason for entry in converted(web, around=context(WEB, WEB_2)).report}
    assert reason_of["internet ingress accept TCP 80/80 from 0.0.0.0/0 (1)"].startswith("written as the ")
    assert reason_of["internet ingress accept TCP 22/22 from 203.0.113.0/24 (1)"] == "unchanged in a VPC group"
    assert reason_of["internet egress drop TCP 25/25 to 0.0.0.0/0 (1)"] == "unchanged in a VPC group"


def test_too_many_public_blocks_give_way_to_guards_and_a_second_group_that_names_the_first() -> None:
    rules = [f"internet ingress accept TCP {port}/{port} 0.0.0.0/0 1" for port in range(1, 80, 2)]
    conversion = converted(group("sg-web", *rules, inner="Accept"), around=context(WEB, WEB_2))
    assert conversion.limits == ()
    assert [len(part) for part in conversion.parts] == [43, 1]
    assert [rule.label for rule in conversion.parts[1]] == ["ingress accept ALL -1/-1 from clone of sg-web (1)"]
    assert ("intranet ingress accept from members by default", "added") in outcomes(conversion)
    assert outcomes(conversion)[-1] == ("44 rules, 1 of them naming a group", "split")


def test_in_group_access_that_is_written_overrides_no_intranet_rule() -> None:
    rules = [f"internet ingress accept TCP {port}/{port} 0.0.0.0/0 1" for port in range(1, 80, 2)]
    rules += ["intranet ingress accept TCP 22/22 192.168.0.0/24 2", "intranet ingress drop TCP 23/23 10.0.0.0/8 50"]
    conversion = converted(group("sg-web", *rules, inner="Accept"), around=context(WEB, WEB_2))
    assert [rule.label for rule in conversion.parts[1]] == [
        "ingress accept ALL -1/-1 from clone of sg-web (50)",
        "ingress drop TCP 23/23 from clone of sg-web (50)",
    ]


FURTHER = [group(f"sg-{number}") for number in range(4)]
FULL = instance("i-full", "10.0.0.9", "sg-web", *(item.id for item in FURTHER))


@pytest.mark.parametrize(
    ("policy", "count", "cause"),
    [("accept", 43, "guards restrict it"), ("drop", 40, "internet rules that drop private addresses restrict it")],
)
def test_a_second_group_that_a_member_has_no_room_for_is_not_made_and_the_loss_is_reported(
    policy: str, count: int, cause: str
) -> None:
    rules = [f"internet ingress {policy} TCP {port}/{port} 0.0.0.0/0 1" for port in range(1, 80, 2)]
    groups = [group("sg-web", *rules, inner="Accept"), *FURTHER, group("sg-with-room")]
    web = instance("i-web", "10.0.0.1", "sg-web", "sg-with-room")
    conversion = convert(groups, context(web, FULL))["sg-web"]
    assert (conversion.limits, len(conversion.parts), len(conversion.rules)) == ((), 1, count)
    [entry] = [entry for entry in conversion.report if entry.outcome is Outcome.NOT_PORTABLE]
    assert entry.classic_rule == "intranet ingress accept from members by default"
    assert entry.reason == f"{cause}, and no rule can name its own group"


def test_a_drop_of_the_clouds_own_range_cuts_no_members() -> None:
    web = group("sg-web", "internet ingress drop TCP 80/80 100.64.0.0/10 1", inner="Accept")
    conversion = converted(web, around=context(WEB, WEB_2))
    assert outcomes(conversion) == [("internet ingress drop TCP 80/80 from 100.64.0.0/10 (1)", "narrowed")]


def test_a_guard_of_one_group_counts_for_all_that_share_an_instance() -> None:
    both = instance("i-both", "10.0.0.8", "sg-app", "sg-web")
    web = group("sg-web", "internet ingress accept TCP 80/80 0.0.0.0/0 1", inner="Drop")
    app = group("sg-app", inner="Accept")
    apart = convert([web, app], context(WEB, APP, instance("i-app-2", "10.0.0.9", "sg-app")))
    assert labels(apart["sg-web"])[0] == GUARDS_IN[0].format(1)
    shared = convert([web, app], context(WEB, APP, both))
    assert len(shared["sg-web"].rules) > 20


def test_a_rule_for_its_own_group_is_left_to_the_default_or_written_in_a_second_group() -> None:
    named = "intranet ingress accept TCP 80/80 sg-web 1"
    accepts = "intranet ingress accept TCP 22/22 192.168.0.0/24 1"
    by_default = converted(group("sg-web", named, accepts, inner="Accept"), around=context(WEB, WEB_2))
    isolated = converted(group("sg-web", named, inner="Drop"), around=context(WEB, WEB_2))
    assert labels(by_default) == ["ingress accept TCP 22/22 from 192.168.0.0/24 (1)"]
    assert [entry.outcome for entry in by_default.report] == ["carried-over", "carried-over"]
    assert labels(isolated) == ["ingress accept TCP 80/80 from clone of sg-web (1)"]
    assert [len(part) for part in isolated.parts] == [0, 1]
    assert [entry.outcome for entry in isolated.report] == ["carried-over", "split"]
    assert isolated.report[-1].reason == (
        "written in 2 VPC groups, and every member needs all of them: "
        "no rule can name its own group, so another group has it"
    )


def test_members_reach_each_other_by_the_default_for_egress_whatever_their_in_group_access_is() -> None:
    web = group("sg-web", "intranet egress accept TCP 80/80 sg-web 1", inner="Drop")
    conversion = converted(web, around=context(WEB, WEB_2))
    assert labels(conversion) == []
    assert [(entry.outcome, entry.reason) for entry in conversion.report] == [
        (Outcome.CARRIED_OVER, "members of a group reach each other without a rule")
    ]


def test_a_drop_for_its_own_group_is_written_in_a_second_group() -> None:
    web = group("sg-web", "intranet ingress drop TCP 80/80 sg-web 1", inner="Accept")
    conversion = converted(web, around=context(WEB, WEB_2))
    assert labels(conversion) == ["ingress drop TCP 80/80 from clone of sg-web (1)"]
    assert [len(part) for part in conversion.parts] == [0, 1]
    assert conversion.report[0].outcome is Outcome.CARRIED_OVER


@pytest.mark.parametrize(("dropped", "kept"), [("10.0.0.0/8", False), ("sg-0", False), ("203.0.113.0/24", True)])
def test_members_that_a_drop_cuts_off_are_reported_without_room_for_a_second_group(dropped: str, kept: bool) -> None:
    """A member of sg-0 is one of sg-web too. The default, which replaces the accept, comes after each drop."""
    named = ("intranet ingress accept TCP 80/80 sg-web 1", f"intranet ingress drop TCP 80/80 {dropped} 2")
    report = convert([group("sg-web", *named, inner="Accept"), *FURTHER], context(WEB, FULL))["sg-web"].report
    assert (report[0].outcome, report[0].reason) == (
        (Outcome.CARRIED_OVER, "members of a group reach each other without a rule")
        if kept
        else (Outcome.NOT_PORTABLE, "its own members are left out: no rule can name its own group")
    )


@pytest.mark.parametrize(("peer", "whom"), [("sg-web", "its own members"), ("10.0.0.1/32", "i-web (10.0.0.1)")])
def test_a_drop_for_its_own_group_drops_all_where_its_members_may_be_without_room_for_a_second(
    peer: str, whom: str
) -> None:
    web = group("sg-web", f"intranet ingress drop TCP 80/80 {peer} 1", inner="Accept")
    conversion = convert([web, *FURTHER], context(WEB, FULL))["sg-web"]
    assert labels(conversion) == [f"ingress drop TCP 80/80 from {NEW_BLOCK} (1)"]
    assert [(entry.outcome, entry.reason) for entry in conversion.report] == [
        (Outcome.NOT_PORTABLE, f"drops all of {NEW_BLOCK} for {whom}: no rule can name its own group")
    ]


def test_a_rule_for_the_address_of_a_member_is_left_to_the_default() -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.7/32 1", inner="Accept")
    conversion = converted(web, around=context(WEB, WEB_2))
    assert labels(conversion) == []
    assert [(entry.outcome, entry.reason) for entry in conversion.report] == [
        (Outcome.CARRIED_OVER, "members of a group reach each other without a rule")
    ]


def test_a_rule_for_an_address_of_another_group_says_nothing_of_members() -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.2/32 1")
    conversion = converted(web, group("sg-app"), around=context(WEB, WEB_2, APP))
    assert labels(conversion) == ["ingress accept TCP 80/80 from clone of sg-app (1)"]
    assert [(entry.outcome, entry.reason) for entry in conversion.report] == [
        (Outcome.CARRIED_OVER, "names moving instances by the clones of sg-app")
    ]


@pytest.mark.parametrize("policy", ["accept", "drop"])
def test_a_rule_for_an_address_that_no_instance_has_is_unchanged(policy: str) -> None:
    conversion = converted(group("sg-web", f"intranet ingress {policy} TCP 80/80 192.168.9.9/32 1"))
    assert labels(conversion) == [f"ingress {policy} TCP 80/80 from 192.168.9.9/32 (1)"]
    assert [(entry.outcome, entry.reason) for entry in conversion.report] == [
        (Outcome.CARRIED_OVER, "unchanged in a VPC group")
    ]


# ---- which rule decides first ----

LATER = "intranet ingress accept TCP 22/22 10.1.0.0/16 2"


@pytest.mark.parametrize(
    ("first", "later", "always"),
    [
        ("intranet ingress drop TCP 1/100 10.0.0.0/8 1", LATER, True),
        ("intranet ingress accept TCP 22/22 10.1.0.0/16 1", LATER, True),
        ("intranet ingress drop TCP -1/-1 10.0.0.1/8 1", LATER, True),
        ("intranet ingress drop ALL -1/-1 0.0.0.0/0 1", LATER, True),
        ("intranet ingress drop TCP 23/100 10.0.0.0/8 1", LATER, False),
        ("intranet ingress drop TCP 1/21 10.0.0.0/8 1", LATER, False),
        ("intranet ingress drop TCP ssh 10.0.0.0/8 1", LATER, False),
        ("intranet ingress drop UDP 1/100 10.0.0.0/8 1", LATER, False),
        ("intranet ingress drop TCP 1/100 10.1.0.0/24 1", LATER, False),
        ("intranet ingress drop TCP 1/100 sg-app 1", LATER, False),
        ("intranet egress drop TCP 1/100 10.0.0.0/8 1", LATER, False),
        ("internet ingress drop TCP 1/100 10.0.0.0/8 1", LATER, False),
        # The lower number decides, and at one priority a drop.
        ("intranet ingress drop TCP 1/100 10.0.0.0/8 2", LATER, True),
        ("intranet ingress accept TCP 1/100 10.0.0.0/8 2", LATER, False),
        ("intranet ingress drop TCP 1/100 10.0.0.0/8 3", LATER, False),
        # Where a member of a group is, only every address holds.
        ("intranet ingress drop ALL -1/-1 0.0.0.0/0 1", "intranet ingress accept TCP 22/22 sg-app 2", True),
        ("intranet ingress drop ALL -1/-1 10.0.0.0/8 1", "intranet ingress accept TCP 22/22 sg-app 2", False),
        ("intranet ingress drop ALL -1/-1 sg-app 1", "intranet ingress accept TCP 22/22 sg-app 2", True),
        ("intranet ingress drop ALL -1/-1 sg-web 1", "intranet ingress accept TCP 22/22 sg-app 2", False),
        ("intranet ingress drop ALL -1/-1 pl-1 1", "intranet ingress accept TCP 22/22 pl-1 2", True),
        ("intranet ingress drop ALL -1/-1 pl-2 1", "intranet ingress accept TCP 22/22 pl-1 2", False),
        # What a text means that is no address, nobody knows.
        ("intranet ingress drop ALL -1/-1 10.1.0.300 1", "intranet ingress accept TCP 22/22 10.1.0.300 2", False),
        ("intranet ingress drop ALL -1/-1 0.0.0.0/0 1", "intranet ingress accept TCP 22/22 10.1.0.300 2", False),
    ],
)
def test_a_rule_decides_before_another_if_it_matches_all_of_its_packets(first: str, later: str, always: bool) -> None:
    assert read_rule(rule(first)).decides_before(read_rule(rule(later))) is always


@pytest.mark.parametrize(
    ("first", "later", "always"),
    [
        ({}, {"source_port_range": "53/53"}, True),
        ({"source_port_range": "53/53"}, {}, False),
        ({"source_port_range": "1/100"}, {"source_port_range": "53/53"}, True),
        ({"source_port_range": "high"}, {"source_port_range": "53/53"}, False),
        ({"port_range_list_id": "prl-1"}, {}, False),
        ({}, {"port_range_list_id": "prl-1"}, False),
        ({"local_cidr_ip": "10.0.0.1/32"}, {}, False),
        ({"local_ipv6_cidr_ip": "fd00::1/128"}, {}, False),
        ({"local_cidr_ip": "0.0.0.0/0"}, {}, True),
        ({}, {"local_cidr_ip": "10.0.0.1/32"}, True),
        ({"cidr_ip": None, "ipv6_cidr_ip": "::/0"}, {}, False),
        ({"cidr_ip": None, "ipv6_cidr_ip": "::/0"}, {"cidr_ip": None, "ipv6_cidr_ip": "fd00::/8"}, True),
        ({"cidr_ip": None, "ipv6_cidr_ip": "::/0"}, {"cidr_ip": None, "group_id": "sg-app"}, False),
    ],
)
def test_no_field_that_limits_a_rule_is_overlooked(first: dict[str, Any], later: dict[str, Any], always: bool) -> None:
    drop, accept = rule("intranet ingress drop TCP 1/100 0.0.0.0/0 1", **first), rule(LATER, **later)
    assert read_rule(drop).decides_before(read_rule(accept)) is always


# ---- limits, and the blocks that instances move into ----


def _estate(count: int) -> tuple[list[SecurityGroup], list[Instance]]:
    """So many groups with one instance each and five plain intranet rules, two of them broad."""
    plain = [f"intranet ingress accept TCP {port}/{port} 10.0.0.0/8 1" for port in (22, 9100)]
    plain += [f"internet ingress accept TCP {port}/{port} 198.51.100.0/24 1" for port in (80, 443, 8443)]
    groups = [group(f"sg-{number:03}", *plain) for number in range(count)]
    return groups, [instance(f"i-{number:03}", f"10.1.0.{number + 1}", f"sg-{number:03}") for number in range(count)]


@pytest.mark.parametrize("count", [30, 100])
def test_a_broad_rule_names_the_blocks_of_the_target_where_clones_would_pass_the_limits(count: int) -> None:
    groups, instances = _estate(count)
    around = replace(context(*instances), targets_to_themselves=True)
    for conversion in convert(groups, around).values():
        assert (conversion.limits, len(conversion.parts), len(conversion.rules)) == ((), 1, 7)
        assert f"ingress accept TCP 22/22 from {NEW_BLOCK} (1)" in labels(conversion)
        assert {entry.outcome for entry in conversion.report} == {"carried-over"}


def test_a_broad_rule_names_clones_where_other_servers_are_in_the_target_and_where_not_all_are_admitted() -> None:
    groups, instances = _estate(30)
    shared = convert(groups, context(*instances))
    assert {len(item.parts) for item in shared.values()} == {3}
    outside = [*instances, instance("i-far", "172.16.0.9", "sg-000")]
    unlike = convert(groups, replace(context(*outside), targets_to_themselves=True))
    assert not [label for item in unlike.values() for label in labels(item) if NEW_BLOCK in label]


def test_a_narrow_rule_is_for_those_that_it_names_whatever_the_limits() -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.1/32 1", "intranet ingress drop TCP 1/9 sg-web 1")
    around = replace(context(WEB), targets_to_themselves=True)
    assert NEW_BLOCK not in " ".join(label for label in labels(converted(web, around=around)) if "accept" in label)


@pytest.mark.parametrize(("second", "reported"), [(110, True), (90, False)])
def test_a_drop_that_never_decides_is_not_made_wider(second: int, reported: bool) -> None:
    further = [f"sg-{number}" for number in range(4)]
    full = instance("i-full", "10.0.0.9", "sg-web", *further)
    rules = ("intranet ingress accept TCP 23/23 10.0.0.0/8 100", f"intranet ingress drop TCP 23/23 10.0.0.0/8 {second}")
    conversion = convert([group("sg-web", *rules, inner="Accept"), *map(group, further)], context(WEB, full))["sg-web"]
    reasons = [entry.reason for entry in conversion.report if entry.classic_rule.split()[2] == "drop"]
    assert [reason.startswith("had no effect: intranet ingress accept TCP 23/23") for reason in reasons] == [reported]
    assert any("drop" in label for label in labels(conversion)) is not reported


def test_an_instance_of_two_addresses_of_which_one_is_accepted_is_reported() -> None:
    two = instance("i-two", "10.0.0.9", "sg-app").model_copy(update={"intranet_ips": ("10.0.0.9", "10.1.0.9")})
    conversion = converted(
        group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.9/32 1"), group("sg-app"), around=context(WEB, two)
    )
    [entry] = conversion.report
    assert entry.outcome is Outcome.NOT_PORTABLE
    assert "i-two (10.0.0.9) (10.1.0.9) after the move: not all of its addresses are accepted" in entry.reason


def test_members_that_stay_linked_keep_in_group_access() -> None:
    stays = instance("i-stays", "10.0.0.9", "sg-web")
    around = context(WEB, stays, stays="i-stays", linked="i-stays")
    assert labels(converted(group("sg-web", inner="Accept"), around=around)) == [
        "ingress accept ALL -1/-1 from classic sg-web (1)"
    ]


# ---- addresses that change ----


def test_the_address_of_a_moving_instance_becomes_the_clone_of_its_group() -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.2/32 1")
    conversion = converted(web, group("sg-app"), around=context(WEB, APP))
    assert labels(conversion) == ["ingress accept TCP 80/80 from clone of sg-app (1)"]
    assert outcomes(conversion) == [("intranet ingress accept TCP 80/80 from 10.0.0.2/32 (1)", "carried-over")]


def test_an_address_that_no_group_names_alone_is_not_portable() -> None:
    other = instance("i-other", "10.0.0.3", "sg-app")
    web = group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.2/32 1")
    conversion = converted(web, group("sg-app"), around=context(WEB, APP, other))
    assert labels(conversion) == []
    (entry,) = conversion.report
    assert entry.outcome is Outcome.NOT_PORTABLE
    assert "i-app (10.0.0.2)" in entry.reason


def test_a_drop_that_no_group_names_alone_drops_more() -> None:
    other = instance("i-other", "10.0.0.3", "sg-app")
    web = group("sg-web", "intranet ingress drop TCP 80/80 10.0.0.2/32 1")
    conversion = converted(web, group("sg-app"), around=context(WEB, APP, other))
    assert labels(conversion) == ["ingress drop TCP 80/80 from clone of sg-app (1)"]
    assert conversion.report[0].outcome is Outcome.NOT_PORTABLE


def test_a_drop_names_no_group_that_is_mapped_for_one_of_its_members() -> None:
    """The mapped group has fewer others, but there is no clone of it."""
    both = instance("i-both", "10.0.0.2", "sg-app", "sg-mapped")
    around = replace(context(WEB, both, instance("i-other", "10.0.0.3", "sg-app")), mapped={"sg-mapped": 1})
    web = group("sg-web", "intranet ingress drop TCP 80/80 10.0.0.2/32 1")
    conversion = convert([web, group("sg-app")], around)["sg-web"]
    assert labels(conversion) == ["ingress drop TCP 80/80 from clone of sg-app (1)"]


def test_a_drop_that_strikes_instances_which_move_into_its_block_is_reported() -> None:
    web = group("sg-web", "intranet egress drop TCP 80/80 172.16.0.0/12 1")
    conversion = converted(web, group("sg-app"), around=context(WEB, APP))
    assert labels(conversion) == ["egress drop TCP 80/80 to 172.16.0.0/12 (1)"]
    (entry,) = conversion.report
    assert entry.outcome is Outcome.NOT_PORTABLE
    assert entry.reason.endswith("move into its block: i-app (10.0.0.2), i-web (10.0.0.1)")


@pytest.mark.parametrize(("targets", "stays"), [(NEW_BLOCK, False), ("10.0.0.0/28", True)])
def test_a_drop_for_an_address_that_is_left_stays_where_others_may_get_it(targets: str, stays: bool) -> None:
    web = group("sg-web", "intranet ingress drop TCP 80/80 10.0.0.2/32 1")
    conversion = converted(web, group("sg-app"), around=context(WEB, APP, targets=targets))
    literal = ["ingress drop TCP 80/80 from 10.0.0.2/32 (1)"] if stays else []
    assert labels(conversion) == [*literal, "ingress drop TCP 80/80 from clone of sg-app (1)"]
    assert conversion.report[0].reason.endswith("names moving instances by the clones of sg-app")


def test_a_block_reaches_moving_instances_by_their_groups() -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.0/8 1")
    assert labels(converted(web, group("sg-app"), around=context(WEB, APP))) == [
        "ingress accept TCP 80/80 from 10.0.0.0/8 (1)",
        "ingress accept TCP 80/80 from clone of sg-app (1)",
    ]
    inside = context(WEB, APP, targets="10.111.0.0/24")
    assert labels(converted(web, group("sg-app"), around=inside)) == ["ingress accept TCP 80/80 from 10.0.0.0/8 (1)"]


@pytest.mark.parametrize("further", ["", " 192.168.7.0/24"])
def test_a_block_does_not_open_to_strangers_that_move_into_it(further: str) -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 172.16.0.0/23 1")
    conversion = converted(web, group("sg-app"), around=context(WEB, APP, targets=NEW_BLOCK + further))
    assert labels(conversion) == ["ingress accept TCP 80/80 from 172.16.1.0/24 (1)"]
    assert conversion.report[0].outcome is Outcome.NOT_PORTABLE
    assert "left out 172.16.0.0/24: " in conversion.report[0].reason


def test_a_loss_outweighs_what_else_is_said_of_a_rule() -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 172.0.0.0/8 1")
    [entry] = converted(web, group("sg-app"), around=context(WEB, APP)).report
    assert entry.outcome is Outcome.NOT_PORTABLE
    assert entry.reason.startswith("the intranet NIC sees RFC 1918 and the cloud's own 100.64.0.0/10 only; left out ")


@pytest.mark.parametrize("linked", ["", "i-app"])
def test_the_address_of_a_later_instance_is_kept_while_it_is_linked(linked: str) -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.2/32 1")
    conversion = converted(web, group("sg-app"), around=context(WEB, APP, later="i-app", linked=linked))
    literal = ["ingress accept TCP 80/80 from 10.0.0.2/32 (1)"] if linked else []
    assert labels(conversion) == [*literal, "ingress accept TCP 80/80 from clone of sg-app (1)"]


def test_the_address_of_an_instance_that_stays_unlinked_is_kept_and_said() -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.2/32 1")
    conversion = converted(web, around=context(WEB, APP, stays="i-app"))
    assert labels(conversion) == ["ingress accept TCP 80/80 from 10.0.0.2/32 (1)"]
    (entry,) = conversion.report
    assert (entry.outcome, entry.reason) == (
        Outcome.CARRIED_OVER,
        "i-app (10.0.0.2) stays classic without ClassicLink and cannot reach the VPC",
    )


# ---- what a VPC group cannot say ----


@pytest.mark.parametrize(
    ("ports", "fields", "cause", "widest_drop", "widest"),
    [
        ("TCP -1/-1", {"port_range_list_id": "prl-1"}, "its ports are in port list prl-1", "TCP 1/65535", "all ports"),
        ("TCP http", {}, "its ports are 'http'", "TCP 1/65535", "all ports"),
        ("50 -1/-1", {}, "its protocol is '50'", "ALL -1/-1", "all protocols"),
        ("TCP 80/80", {"source_port_range": "high"}, "its source ports are 'high'", "TCP 80/80", "all source ports"),
        (
            "TCP 80/80",
            {"local_cidr_ip": "10.0.0.1/32"},
            "it applies to the own address 10.0.0.1/32, which changes",
            "TCP 80/80",
            "every own address",
        ),
    ],
)
def test_an_accept_is_left_out_and_a_drop_grows(
    ports: str, fields: dict[str, str], cause: str, widest_drop: str, widest: str
) -> None:
    accept, drop = (
        converted(group("sg-web", rule(f"intranet ingress {policy} {ports} 192.168.0.0/24 1", **fields)))
        for policy in ("accept", "drop")
    )
    assert labels(accept) == []
    assert labels(drop) == [f"ingress drop {widest_drop} from 192.168.0.0/24 (1)"]
    assert accept.report[0].outcome is drop.report[0].outcome is Outcome.NOT_PORTABLE
    assert accept.report[0].reason == f"{cause}; not carried over"
    assert drop.report[0].reason == f"{cause}; drops {widest} instead"


@pytest.mark.parametrize(
    ("nic", "blocks"),
    [
        # Public addresses that the rule may have meant never reached the intranet NIC: their traffic is not cut.
        ("intranet", ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]),
        ("internet", ["0.0.0.0/0", "::/0"]),
    ],
)
def test_a_peer_that_is_no_address_may_be_any_of_its_network_card(nic: str, blocks: list[str]) -> None:
    drop = converted(group("sg-web", f"{nic} ingress drop TCP 22/22 10.1.0.300 1"))
    assert sorted(item.peer.value for item in drop.rules) == blocks
    assert labels(converted(group("sg-web", f"{nic} ingress accept TCP 22/22 10.1.0.300 1"))) == []


def test_prefix_lists_are_guarded_on_the_internet_and_not_portable_on_the_intranet() -> None:
    internet = converted(group("sg-web", "internet ingress accept TCP 80/80 pl-1 1"))
    assert labels(internet)[-1] == "ingress accept TCP 80/80 from pl-1 (2)"
    assert labels(internet)[0] == GUARDS_IN[0].format(1)
    intranet = converted(group("sg-web", "intranet ingress accept TCP 80/80 pl-1 1"))
    assert labels(intranet) == []
    assert intranet.report[0].outcome is Outcome.NOT_PORTABLE


@pytest.mark.parametrize(
    ("protocol", "ports", "expected"),
    [
        ("tcp", "-1/-1", "TCP 1/65535"),
        ("TCP", "443/443", "TCP 443/443"),
        ("icmp", "8/0", "ICMP -1/-1"),
        ("icmpv6", "-1/-1", "ICMPv6 -1/-1"),
        ("all", "1/65535", "ALL -1/-1"),
        ("GRE", "-1/-1", "GRE -1/-1"),
    ],
)
def test_protocols_and_ports_are_normalised(protocol: str, ports: str, expected: str) -> None:
    conversion = converted(group("sg-web", f"internet ingress accept {protocol} {ports} 203.0.113.0/24 1"))
    assert labels(conversion) == [f"ingress accept {expected} from 203.0.113.0/24 (1)"]


def test_source_ports_are_kept() -> None:
    stated = rule("internet ingress accept UDP 53/53 203.0.113.0/24 1", source_port_range="1024/65535")
    (only,) = converted(group("sg-web", stated)).rules
    assert only.label == "ingress accept UDP 53/53 source ports 1024/65535 from 203.0.113.0/24 (1)"
    assert only.source_port_range == "1024/65535"


# ---- merging, limits, properties ----


def test_rules_that_differ_in_description_alone_are_merged() -> None:
    text = "internet ingress accept TCP 22/22 203.0.113.0/24 1"
    conversion = converted(group("sg-web", rule(text, description="office"), rule(text, description="again")))
    assert [item.description for item in conversion.rules] == ["again"]
    assert [entry.outcome for entry in conversion.report] == [Outcome.CARRIED_OVER, Outcome.MERGED]


def test_rules_that_pass_a_limit_are_folded_into_ranges_and_those_that_do_not_are_left() -> None:
    many = [f"internet ingress accept TCP {port}/{port} 203.0.113.0/24 1" for port in range(1, 202)]
    assert labels(converted(group("sg-web", *many))) == ["ingress accept TCP 1/201 from 203.0.113.0/24 (1)"]
    assert {entry.outcome for entry in converted(group("sg-web", *many)).report} == {Outcome.FOLDED}
    assert len(converted(group("sg-web", *many[:200])).rules) == 200
    hosts = [f"internet ingress accept TCP 80/80 203.0.113.{host}/32 1" for host in range(256)]
    assert labels(converted(group("sg-web", *hosts))) == ["ingress accept TCP 80/80 from 203.0.113.0/24 (1)"]


def test_rules_that_cannot_be_merged_are_split_over_groups() -> None:
    apart = [f"internet ingress accept TCP {port}/{port} 203.0.113.0/24 1" for port in range(1, 500, 2)]
    conversion = converted(group("sg-web", *apart))
    assert [len(part) for part in conversion.parts] == [200, 50]
    assert (conversion.limits, conversion.report[-1].outcome) == ((), Outcome.SPLIT)
    assert conversion.report[-1].reason == (
        "written in 2 VPC groups, and every member needs all of them: "
        "a group can have 200 rules, 20 of them naming a group"
    )
    named = [f"intranet ingress accept TCP {port}/{port} sg-app 1" for port in range(1, 100, 2)]
    assert [len(part) for part in converted(group("sg-web", *named), group("sg-app")).parts] == [20, 20, 10]
    assert len(converted(group("sg-web", *named[:20]), group("sg-app")).parts) == 1


def test_more_groups_than_an_instance_may_be_in_are_reported_with_numbers() -> None:
    apart = [f"internet ingress accept TCP {port}/{port} 203.0.113.0/24 1" for port in range(1, 2004, 2)]
    crowded = converted(group("sg-web", *apart), around=context(WEB))
    assert crowded.limits == (LimitExceeded("VPC groups on i-web", 5, 6),)
    assert converted(group("sg-web", *apart[:1000]), around=context(WEB)).limits == ()


@pytest.mark.parametrize(
    ("one", "other", "folded"),
    [
        ("TCP 80/80 203.0.113.0/24 1", "TCP 81/90 203.0.113.0/24 1", ["TCP 80/90 from 203.0.113.0/24 (1)"]),
        ("TCP 80/80 203.0.113.0/25 1", "TCP 80/80 203.0.113.128/25 1", ["TCP 80/80 from 203.0.113.0/24 (1)"]),
        ("ALL -1/-1 203.0.113.0/24 1", "TCP 80/80 203.0.113.4/32 9", ["ALL -1/-1 from 203.0.113.0/24 (1)"]),
        ("TCP 80/80 203.0.113.0/24 1", "TCP 82/90 203.0.113.0/24 1", None),
        ("TCP 80/80 203.0.113.0/24 1", "UDP 81/90 203.0.113.0/24 1", None),
        ("TCP 80/80 203.0.113.0/24 1", "TCP 81/90 203.0.113.0/24 2", None),
        ("TCP 80/80 203.0.113.0/24 2", "TCP 80/80 203.0.113.4/32 1", None),
    ],
)
def test_folding_is_exact(one: str, other: str, folded: list[str] | None) -> None:
    rules = converted(group("sg-web", f"internet ingress accept {one}", f"internet ingress accept {other}")).rules
    expected = [f"ingress accept {text}" for text in folded] if folded else [rule.label for rule in rules]
    assert [rule.label for rule in fold(rules).rules] == expected


@pytest.mark.parametrize(
    ("wider", "narrower", "left"),
    [
        (None, "1024/65535", 1),
        ("1/65535", "1024/65535", 1),
        ("1024/65535", "1024/65535", 1),
        # Packets from another source port need the narrower block's rule.
        ("1024/65535", None, 2),
        ("1024/65535", "1/1023", 2),
    ],
)
def test_folding_minds_the_source_ports(wider: str | None, narrower: str | None, left: int) -> None:
    texts = {"203.0.113.0/24": wider, "203.0.113.4/32": narrower}
    rules = [
        rule(f"internet ingress accept TCP 80/80 {block} 1", source_port_range=ports) for block, ports in texts.items()
    ]
    assert len(fold(converted(group("sg-web", *rules)).rules).rules) == left


def test_a_drop_does_not_fold_into_an_accept() -> None:
    texts = [f"internet ingress {policy} TCP 80/80 203.0.113.0/24 1" for policy in ("accept", "drop")]
    assert len(fold(converted(group("sg-web", *texts)).rules).rules) == 2


def test_more_priorities_than_there_are_are_joined_where_their_order_decides_nothing() -> None:
    rules = [
        f"{nic} ingress accept TCP {number}/{number} {block} {number}"
        for nic, block in (("internet", "0.0.0.0/0"), ("intranet", "192.168.0.0/16"))
        for number in range(1, 61)
    ]
    conversion = converted(group("sg-web", *rules), around=context(WEB))
    assert conversion.limits == ()
    assert [item.priority for item in conversion.rules] == [1] * 60 + [2] * 3 + [3] * 60


@pytest.mark.parametrize(
    ("internet", "count", "limits"),
    [(49, 102, ()), (51, 103, (LimitExceeded("ingress priorities over all groups", 100, 102),))],
)
def test_too_many_priorities_are_reported(internet: int, count: int, limits: tuple[LimitExceeded, ...]) -> None:
    """50 of intranet rules, one of the guards, and those of internet rules; there are 100."""
    rules = [
        f"{nic} ingress {'drop' if number % 2 else 'accept'} TCP 80/80 {block} {number}"
        for nic, block, most in (("internet", "0.0.0.0/0", internet), ("intranet", "192.168.0.0/16", 50))
        for number in range(1, most + 1)
    ]
    conversion = converted(group("sg-web", *rules), around=context(WEB))
    assert (conversion.limits, len(conversion.rules)) == (limits, count)


def test_a_report_entry_has_the_properties_of_the_contract() -> None:
    conversion = converted(group("sg-web", "internet ingress accept TCP 22/22 203.0.113.0/24 1"))
    (entry,) = cloned_group_facts("sg-web", conversion, ["sg-clone"], "vpc-1")["report"]
    assert entry == {
        "classicRule": "internet ingress accept TCP 22/22 from 203.0.113.0/24 (1)",
        "outcome": "carried-over",
        "reason": "unchanged in a VPC group",
        "labels": ["ingress accept TCP 22/22 from 203.0.113.0/24 (1)"],
    }


@pytest.mark.parametrize(("group_ids", "missing"), [(["sg-app"], "sg-app"), ([], "none known")])
def test_a_moving_instance_in_an_unknown_group_is_refused(group_ids: list[str], missing: str) -> None:
    app = instance("i-app", "10.0.0.2", *group_ids)
    with pytest.raises(ValueError, match=rf"i-app moves, but its security group \({missing}\)"):
        convert([group("sg-web")], context(WEB, app))


def test_unknown_target_blocks_may_be_anywhere_private() -> None:
    web = group("sg-web", "intranet ingress accept TCP 80/80 10.0.0.0/8 1")
    assert labels(converted(web, group("sg-app"), around=context(WEB, APP, targets=""))) == [
        "ingress accept TCP 80/80 from 10.0.0.0/8 (1)",
        "ingress accept TCP 80/80 from clone of sg-app (1)",
    ]
