from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION, TARGET_NETWORK
from tests.policies.attested import attest
from tests.policies.prepared import BLOCK, UNKNOWN, Draft, expect, prepared

RULE = "network-load-balancer-lists-prepared"
IN_THE_LEAD_TIME: Final = datetime.fromisoformat("2026-12-06T10:00:00+08:00")


def named(*more: str, **changes: Any) -> Draft:
    """A listener goes by a list that names i-web's 10.0.0.1."""
    draft = prepared()
    draft.facts(MIGRATION)["accessLists"][0] |= {
        "listeners": ["lb-1:6443 (white)"],
        "entries": ["10.0.0.1/32", *more],
        **changes,
    }
    return draft


def test_pass_where_no_list_in_use_names_it() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "No access control list that a CLB listener uses")
    expect(named(), RULE, "i-app", Outcome.PASS)
    expect(named(entries=["10.0.0.0/16"]), RULE, "i-web", Outcome.PASS, "It is also in 10.0.0.0/16")


def test_pass_where_the_vswitch_is_in_it() -> None:
    expect(named(BLOCK), RULE, "i-web", Outcome.PASS, f"acl-1 holds {BLOCK} as well")


def test_fail_where_the_vswitch_is_not_in_it() -> None:
    command = f"""aliyun slb AddAccessControlListEntry --AclId acl-1 --AclEntrys '[{{"entry": "{BLOCK}","""
    words = ("lb-1:6443 (white)", "10.0.0.1/32", f"does not hold the new block, {BLOCK}", command)
    expect(named(), RULE, "i-web", Outcome.FAIL, *words)


@pytest.mark.parametrize("entries", [[BLOCK], ["172.16.0.0/12", "10.0.0.9/32"], ["172.16.1.7/32"]])
@pytest.mark.parametrize("listeners", [["lb-1:443 (black)"], ["lb-1:80 (white)", "lb-1:443 (black)"]])
def test_fail_where_a_block_list_holds_the_vswitch_alone(entries: list[str], listeners: list[str]) -> None:
    draft = named(entries=entries, listeners=listeners)
    command = f"""aliyun slb RemoveAccessControlListEntry --AclId acl-1 --AclEntrys '[{{"entry": "{entries[0]}"}}]'"""
    words = (f"a block list of lb-1:443 (black), holds {entries[0]}. It does not block", "may once it is in", command)
    expect(draft, RULE, "i-web", Outcome.FAIL, *words)


@pytest.mark.parametrize("entries", [["10.0.0.1/32", BLOCK], ["10.0.0.0/8", BLOCK], ["10.0.0.0/8"], ["192.168.0.0/16"]])
def test_pass_where_a_block_list_holds_both_or_none(entries: list[str]) -> None:
    expect(named(entries=entries, listeners=["lb-1:443 (black)"]), RULE, "i-web", Outcome.PASS)


def test_pass_where_the_vswitch_is_in_an_allow_list_or_in_one_that_nothing_uses() -> None:
    expect(named(entries=[BLOCK]), RULE, "i-web", Outcome.PASS)
    expect(named(entries=[BLOCK], listeners=[]), RULE, "i-web", Outcome.PASS)


def test_fail_where_a_block_list_names_it_alone() -> None:
    """What is blocked today would be let in, and the whole block in the list would cut off the others in it."""
    draft = named(listeners=["lb-1:443 (black)"])
    result = expect(draft, RULE, "i-web", Outcome.FAIL, "lb-1:443 (black)", "<its new address>/32", "waivers:")
    assert BLOCK not in result.remediation


def test_fail_where_nobody_knows_where_it_moves() -> None:
    draft = named(BLOCK)
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.FAIL, "not known yet", '"entry": "<block of the VSwitch>"')


def test_unknown_when_entries_are_not_known() -> None:
    expect(named(entries=UNKNOWN), RULE, "i-web", Outcome.UNKNOWN, "entries")


def test_unknown_where_a_list_refuses_to_tell() -> None:
    """Whom it names, nobody knows."""
    draft = prepared()
    reason = "of access control list acl-2 slb:DescribeAccessControlListAttribute is refused with X (RequestId A)"
    unread = {"aclId": "acl-2", "aclName": "", "unread": {"entries": reason, "listeners": reason}}
    draft.facts(MIGRATION)["accessLists"].append(unread)
    for instance in ("i-web", "i-app"):
        expect(draft, RULE, instance, Outcome.UNKNOWN, "was not read", reason)


def test_pending_until_the_freeze_where_somebody_answers_for_it() -> None:
    before = replace(named(), now=IN_THE_LEAD_TIME)
    assert "kind: address-lists" in expect(before, RULE, "i-web", Outcome.FAIL).remediation
    promised = attest(before, "address-lists", statedAt="2026-12-01T10:00:00+08:00")
    expect(
        promised,
        RULE,
        "i-web",
        Outcome.PENDING,
        "ann@example.com answers for it",
        "acl-1",
    )
    in_freeze = attest(named(), "address-lists")
    expect(in_freeze, RULE, "i-web", Outcome.FAIL, "acl-1", "the freeze began")


def test_a_word_is_not_enough_where_the_cloud_refuses_nothing_and_the_entries_are_not_known() -> None:
    expect(attest(named(entries=UNKNOWN), "address-lists"), RULE, "i-web", Outcome.FAIL, "the freeze began")


def test_pass_where_it_refuses_to_tell_and_somebody_answers_for_it() -> None:
    draft = attest(prepared(), "address-lists")
    unread = {"entries": "Refused.", "listeners": "Refused."}
    draft.facts(MIGRATION)["accessLists"].append({"aclId": "acl-2", "aclName": "", "unread": unread})
    expect(draft, RULE, "i-web", Outcome.PASS, "ann@example.com answers for it", "was not read: Refused")
    # Of the other list it is known.
    draft.facts(MIGRATION)["accessLists"][0] |= {"listeners": ["lb-1:6443 (white)"], "entries": ["10.0.0.1/32"]}
    expect(draft, RULE, "i-web", Outcome.FAIL, "acl-1", "was not read: Refused")
