from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "public-address-within-eip-quota"


def becoming_eip(**eips: Any) -> Draft:
    """Of i-web the public address becomes an EIP; the region has 18 of the 20 that it may have."""
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["toEip"] = True
    draft.facts(MIGRATION)["eips"] = {"quota": 20.0, "existing": 18.0, "toConvert": 1.0, **eips}
    return draft


@pytest.mark.parametrize(
    ("wanted", "told"), [(1.0, "1 public address that this stack converts, the region has 19"), (2.0, "has 20 EIPs")]
)
@pytest.mark.parametrize("moved", [False, True])
def test_pass_with_room_for_all(wanted: float, told: str, moved: bool) -> None:
    draft = becoming_eip(toConvert=wanted)
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = moved
    expect(draft, RULE, "i-web", Outcome.PASS, told, "it may have 20")


@pytest.mark.parametrize("moved", [False, True])
def test_fail_without_room_for_one_of_them(moved: bool) -> None:
    draft = becoming_eip(toConvert=3.0)
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = moved
    expect(draft, RULE, "i-web", Outcome.FAIL, "3 public addresses", "21 EIPs", "it may have 20", "eipQuota: 21")


def test_unknown_where_the_eips_cannot_be_read() -> None:
    draft = becoming_eip()
    del draft.facts(MIGRATION)["eips"]["existing"]
    reason = "The RAM action vpc:DescribeEipAddresses is not permitted."
    draft.facts(MIGRATION)["unreadLists"] = [{"service": "oss", "reason": "No."}, {"service": "eip", "reason": reason}]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, f"is not known. {reason}", "DescribeEipAddresses", "waivers:")


@pytest.mark.parametrize("fact", ["quota", "existing", "toConvert"])
def test_unknown_without_a_number(fact: str) -> None:
    expect(becoming_eip(**{fact: UNKNOWN}), RULE, "i-web", Outcome.UNKNOWN, fact)


def test_not_applicable_where_no_address_is_left_to_convert() -> None:
    expect(becoming_eip(toConvert=0.0, existing=30.0), RULE, "i-web", Outcome.NOT_APPLICABLE, "already")


def test_not_applicable_where_it_becomes_none() -> None:
    expect(becoming_eip(existing=30.0), RULE, "i-app", Outcome.NOT_APPLICABLE, "need not become an EIP")
