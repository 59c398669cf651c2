"""What a network ACL does to traffic, packet by packet: tests/policies/security_groups/test_network_acls.py."""

from __future__ import annotations

from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import (
    CLASSIC_LINK_ATTACHMENT,
    CLASSIC_LINK_COMPONENT,
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP_RULES,
    TARGET_NETWORK,
)
from tests.policies.prepared import (
    UNKNOWN,
    VSERVER_GROUP,
    ZONE,
    Draft,
    Properties,
    expect,
    prepared,
    rule,
    use_existing_vswitch,
)

RULE = "network-acls-reviewed"
OPEN = ("accept", "all", "-1/-1", "0.0.0.0/0")


def entries(direction: str, *given: tuple[str, ...], entry_type: str = "custom") -> list[Properties]:
    """Entries of one direction: policy, protocol, ports, block."""
    keys = ("policy", "protocol", "portRange", "cidrBlock")
    return [{"direction": direction, "entryType": entry_type, **dict(zip(keys, item, strict=True))} for item in given]


def bound(
    ingress: tuple[tuple[str, ...], ...] = (OPEN,),
    egress: tuple[tuple[str, ...], ...] = (OPEN,),
    *,
    vswitch_id: str = "vsw-1",
    exists: bool = True,
) -> Draft:
    """A network ACL with these entries is bound to the VSwitch."""
    draft = prepared(exists=exists)
    network = draft.facts(MIGRATION)["liveNetwork"]
    network["networkAcls"] = [{"vswitchId": vswitch_id, "networkAclId": "nacl-1"}]
    network["networkAclEntries"] = [
        {
            "networkAclId": "nacl-1",
            "status": "Available",
            "entries": [*entries("ingress", *ingress), *entries("egress", *egress)],
        }
    ]
    return draft


def acl_of(draft: Draft) -> Any:
    return draft.facts(MIGRATION)["liveNetwork"]["networkAclEntries"][0]


def test_pass_without_a_network_acl() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "No network ACL")
    expect(prepared(exists=False), RULE, "i-web", Outcome.PASS)
    expect(bound(vswitch_id="vsw-other"), RULE, "i-web", Outcome.PASS, "No network ACL")


def test_pass_where_it_lets_everything_through() -> None:
    text = "Network ACL nacl-1 of VSwitch vsw-h lets through all that the security groups accept, and the answers."
    expect(bound(), RULE, "i-web", Outcome.PASS, text)
    expect(bound(), RULE, "i-app", Outcome.PASS, text)


def test_pass_with_the_entries_of_the_cloud_itself() -> None:
    draft = bound()
    for direction in ("ingress", "egress"):
        everything = ("drop", "all", "-1/-1", "0.0.0.0/0")
        name_servers = ("accept", "all", "-1/-1", "100.100.2.128/28")
        acl_of(draft)["entries"][:0] = entries(direction, name_servers, entry_type="service")
        acl_of(draft)["entries"][:0] = entries(direction, everything, entry_type="system")
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_pass_in_the_first_preview_of_a_stack_in_an_existing_vswitch() -> None:
    draft = bound(exists=False)
    use_existing_vswitch(draft)["vswitchId"] = "vsw-1"
    expect(draft, RULE, "i-web", Outcome.PASS, "nacl-1 of VSwitch vsw-h")


def test_pass_where_nothing_that_is_refused_is_accepted() -> None:
    unused = (("drop", "tcp", "25/25", "0.0.0.0/0"), OPEN)
    expect(bound(unused), RULE, "i-web", Outcome.PASS)
    # What is in the VSwitch itself is not filtered, nor are the name servers.
    spared = (*(("drop", "all", "-1/-1", block) for block in ("172.16.1.0/24", "100.100.2.128/28")), OPEN)
    expect(bound(spared, spared), RULE, "i-web", Outcome.PASS)


def test_pass_where_an_entry_before_one_that_refuses_lets_it_through() -> None:
    refusing = ("drop", "tcp", "80/80", "0.0.0.0/0")
    expect(bound((OPEN, refusing)), RULE, "i-web", Outcome.PASS)
    expect(bound((refusing, OPEN)), RULE, "i-web", Outcome.FAIL)


def test_fail_where_it_refuses_what_a_rule_accepts() -> None:
    draft = bound((("drop", "tcp", "80/80", "0.0.0.0/0"), OPEN))
    ways = ("DescribeNetworkAclAttributes --NetworkAclId nacl-1", "UnassociateNetworkAcl", "waivers:")
    result = expect(draft, RULE, "i-web", Outcome.FAIL, *ways)
    first, line = result.reason.splitlines()
    assert first == "Network ACL nacl-1 of VSwitch vsw-h refuses accepted traffic:"
    assert line.startswith("ingress TCP 80 from 0.0.0.0/5, 8.0.0.0/7, 11.0.0.0/8 and ")
    refusing = "nacl-1, ingress entry 1 'drop tcp 80/80 from 0.0.0.0/0'"
    assert line.endswith(f": accepted by clone rule 'web: http' of sg-web; refused by {refusing}")


def test_fail_where_it_refuses_the_answers() -> None:
    """An ACL keeps no state: answers go to the ports of clients."""
    draft = bound(egress=(("accept", "tcp", "80/80", "0.0.0.0/0"), ("accept", "udp", "1/65535", "0.0.0.0/0")))
    text = "refused by nacl-1, which has no egress entry for it, for its answers"
    expect(draft, RULE, "i-web", Outcome.FAIL, text, "accepted by clone rule 'web: http' of sg-web")


def test_fail_where_no_entry_matches() -> None:
    draft = bound((("accept", "all", "-1/-1", "10.0.0.0/8"),))
    expect(draft, RULE, "i-web", Outcome.FAIL, "refused by nacl-1, which has no ingress entry for it")
    expect(bound((), ()), RULE, "i-web", Outcome.FAIL)


def second_vswitch(draft: Draft) -> None:
    """Moves i-app into a VSwitch of its own."""
    network = draft.facts(TARGET_NETWORK)
    (first,) = network["vswitches"]
    zone = "cn-hangzhou-g"
    second = {"vswitchName": "vsw-g", "zoneId": zone, "cidrBlock": "172.16.2.0/24", "vswitchId": "vsw-2"}
    network["vswitches"].append(first | second)
    draft.facts(MIGRATING_INSTANCE, "i-app")["targetZoneId"] = zone


def test_fail_where_it_refuses_an_instance_of_a_group_in_another_vswitch() -> None:
    refusing = (("drop", "tcp", "9100/9100", "172.16.2.0/24"), OPEN)
    draft = bound(refusing)
    second_vswitch(draft)
    expect(draft, RULE, "i-web", Outcome.FAIL, "ingress TCP 9100 from i-app (app-1), which migrates")


def test_unknown_where_it_refuses_a_part_of_the_block_that_the_instance_may_get() -> None:
    draft = bound((("drop", "tcp", "9100/9100", "172.16.2.0/25"), OPEN))
    second_vswitch(draft)
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ingress TCP 9100 from i-app (app-1)", "Nothing shows whether")


def test_unknown_where_both_may_move_into_one_vswitch() -> None:
    """Of the zone's two VSwitches, traffic within either passes no ACL."""
    draft = bound((("drop", "tcp", "9100/9100", "172.16.0.0/16"), OPEN))
    second_vswitch(draft)
    draft.facts(TARGET_NETWORK)["vswitches"][1]["zoneId"] = ZONE
    draft.facts(MIGRATING_INSTANCE, "i-app")["targetZoneId"] = ZONE
    draft.facts(MIGRATION)["liveNetwork"]["networkAcls"].append({"vswitchId": "vsw-2", "networkAclId": "nacl-1"})
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ingress TCP 9100 from i-app (app-1)", "Nothing shows whether")


def test_unknown_where_it_may_move_into_another_vswitch() -> None:
    draft = bound((("drop", "tcp", "80/80", "0.0.0.0/0"), OPEN))
    second_vswitch(draft)
    draft.facts(TARGET_NETWORK)["vswitches"][1]["zoneId"] = ZONE
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ingress TCP 80")


def test_of_several_the_one_that_refuses_or_is_not_known_is_named() -> None:
    draft = bound()
    second_vswitch(draft)
    draft.facts(TARGET_NETWORK)["vswitches"][1]["zoneId"] = ZONE
    live = draft.facts(MIGRATION)["liveNetwork"]
    live["networkAcls"].append({"vswitchId": "vsw-2", "networkAclId": "nacl-2"})
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "The entries of network ACL nacl-2 of VSwitch vsw-g are not known")
    live["networkAclEntries"].append({**acl_of(draft), "networkAclId": "nacl-2", "entries": []})
    words = ("Network ACL nacl-2 of VSwitch vsw-g refuses", "--NetworkAclId nacl-2", "--Resource.1.ResourceId vsw-2")
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, *words)
    assert "nacl-1" not in draft.result(RULE, "i-web").remediation


def test_unknown_where_only_a_default_accepts_it() -> None:
    draft = bound(egress=(("accept", "tcp", "1024/65535", "0.0.0.0/0"), ("accept", "all", "-1/-1", "10.0.0.0/8")))
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "accepted by egress default", "waivers:")


@pytest.mark.parametrize(
    ("ports", "outcome"),
    [("20/20", Outcome.UNKNOWN), ("21/511", Outcome.PASS), ("21/512", Outcome.UNKNOWN), ("512/1023", Outcome.UNKNOWN)],
)
def test_pass_or_unknown_by_the_ports_from_which_clients_connect(ports: str, outcome: Outcome) -> None:
    draft = bound((("drop", "tcp", ports, "8.0.0.0/8"), OPEN))
    del draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"]["web: http"]
    expect(draft, RULE, "i-web", outcome)


def test_unknown_where_it_refuses_the_way_to_the_internet() -> None:
    draft = bound((OPEN,), (("drop", "tcp", "443/443", "8.0.0.0/8"), OPEN))
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "egress TCP 443 to 8.0.0.0/8: accepted by egress default")


def test_pass_and_unknown_for_traffic_with_the_internet_without_a_public_address() -> None:
    inside = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
    private = tuple(("accept", "all", "-1/-1", block) for block in inside)
    draft = bound((OPEN,), private)
    draft.facts(MIGRATING_INSTANCE, "i-app")["publicIps"] = []
    expect(draft, RULE, "i-app", Outcome.PASS)
    # Who reaches it by a load balancer has a public address.
    draft = bound((("drop", "tcp", "80/80", "0.0.0.0/0"), OPEN))
    draft.facts(MIGRATING_INSTANCE, "i-web")["publicIps"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ingress TCP 80")


def test_unknown_for_a_linked_instance_that_stays() -> None:
    draft = bound((("drop", "tcp", "22/22", "10.0.0.4/32"), OPEN))
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ingress TCP 22 from i-stay (stay-1), which stays")
    draft.remove(CLASSIC_LINK_COMPONENT)
    draft.remove(CLASSIC_LINK_ATTACHMENT)
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_for_members_of_a_group_that_nobody_knows() -> None:
    draft = bound((("drop", "tcp", "9200/9200", "0.0.0.0/0"), OPEN))
    strange = rule({"groupId": "sg-others"}, portRange="9200/9200")
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"]["web: others"] = strange
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ingress TCP 9200 from members of sg-others")


def test_unknown_for_ipv6_that_a_rule_accepts() -> None:
    draft = bound()
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"]["web: v6"] = rule({"ipv6CidrIp": "2001:db8::/32"})
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ingress all TCP from 2001:db8::/32")
    everything = (OPEN, ("accept", "all", "-1/-1", "::/0"))
    acl_of(draft)["entries"] = [*entries("ingress", *everything), *entries("egress", *everything)]
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_where_it_refuses_the_health_checks_of_a_load_balancer() -> None:
    checks = (("drop", "tcp", "1/9000", "100.64.0.0/10"), OPEN)
    draft = bound(checks)
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"] = {
        "egress": rule({"cidrIp": "0.0.0.0/0"}, ipProtocol="ALL", policy="drop", direction="egress")
    }
    expect(draft, RULE, "i-web", Outcome.PASS)
    draft.facts(MIGRATING_INSTANCE, "i-web")["vserverGroups"] = [VSERVER_GROUP]
    words = ("ingress TCP 80 from 100.64.0.0/11", "accepted by its load balancers; refused by nacl-1, ingress entry 1")
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, *words)
    del draft.facts(MIGRATING_INSTANCE, "i-web")["vserverGroups"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ingress TCP 1-9000 from 100.64.0.0/11")


@pytest.mark.parametrize("ports", ["53/53", "123/123"])
def test_unknown_whether_udp_takes_answers(ports: str) -> None:
    draft = bound((("drop", "udp", ports, "0.0.0.0/0"), OPEN))
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "egress all UDP (source ports", "for its answers")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("policy", "reject"),
        ("protocol", "sctp"),
        ("portRange", "http"),
        ("cidrBlock", "pl-1"),
        ("entryType", "default"),
        ("direction", "both"),
        ("policy", UNKNOWN),
        ("cidrBlock", None),
    ],
)
def test_unknown_where_an_entry_is_not_understood(key: str, value: Any) -> None:
    draft = bound()
    acl_of(draft)["entries"][0][key] = value
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, key)


def test_unknown_while_its_entries_are_changed() -> None:
    draft = bound()
    acl_of(draft)["status"] = "Modifying"
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "its entries are being changed")


def test_unknown_where_its_entries_were_not_read() -> None:
    draft = bound()
    del draft.facts(MIGRATION)["liveNetwork"]["networkAclEntries"]
    words = ("The entries of network ACL nacl-1 of VSwitch vsw-h are not known", "no answer had them", "waivers:")
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, *words)
    reason = "The RAM action vpc:DescribeNetworkAclAttributes is not permitted."
    draft.facts(MIGRATION)["unreadLists"] = [
        {"service": "oss", "reason": "Of no matter here.", "unused": False},
        {"service": "network-acl", "reason": reason, "unused": False},
    ]
    assert "Of no matter" not in expect(draft, RULE, "i-web", Outcome.UNKNOWN, reason).reason


def test_unknown_when_it_is_not_known_which_are_bound() -> None:
    for key in ("networkAcls", "networkAclEntries"):
        draft = bound()
        draft.facts(MIGRATION)["liveNetwork"][key] = UNKNOWN
        expect(draft, RULE, "i-web", Outcome.UNKNOWN, key)


def test_not_applicable_without_a_vswitch_or_a_clone_or_once_it_has_moved() -> None:
    draft = bound()
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "no VSwitch")
    draft = bound()
    draft.remove(CLONED_SECURITY_GROUP, "sg-web")
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "security-group-cloned")
    draft = bound()
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)
