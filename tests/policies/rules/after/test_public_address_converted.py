import pytest

from policies.core.outcome import Outcome
from policies.core.plan import CUT_THROUGH_BINDING, MIGRATING_INSTANCE, PUBLIC_IP_CONVERSION, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "after-public-address-converted"


def moved(*declared: str) -> Draft:
    """i-web, an FTP server, has moved; resources of these types are declared for it."""
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(moved=True, toEip=True, ftpPlan="eip-cut-through")
    for resource_type in declared:
        draft.add(resource_type, "i-web", {"instanceId": "i-web", "applied": UNKNOWN})
    return draft


def test_pass_with_all_that_ftp_needs() -> None:
    expect(moved(PUBLIC_IP_CONVERSION, CUT_THROUGH_BINDING), RULE, "i-web", Outcome.PASS)


def test_pass_with_the_eip_alone_where_that_is_all() -> None:
    draft = moved(PUBLIC_IP_CONVERSION)
    del draft.facts(MIGRATING_INSTANCE, "i-web")["ftpPlan"]
    expect(draft, RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize(
    ("declared", "missing"),
    [((), "PublicIpConversion"), ((PUBLIC_IP_CONVERSION,), "CutThroughBinding")],
)
def test_fail_without_one_of_them(declared: tuple[str, ...], missing: str) -> None:
    expect(moved(*declared), RULE, "i-web", Outcome.FAIL, f"0 {missing} resources")


def test_fail_when_it_is_declared_for_another_instance_or_twice() -> None:
    draft = moved(PUBLIC_IP_CONVERSION, CUT_THROUGH_BINDING)
    draft.facts(PUBLIC_IP_CONVERSION)["instanceId"] = "i-app"
    expect(draft, RULE, "i-web", Outcome.FAIL, "0 PublicIpConversion resources")
    twice = moved(PUBLIC_IP_CONVERSION, CUT_THROUGH_BINDING, CUT_THROUGH_BINDING)
    expect(twice, RULE, "i-web", Outcome.FAIL, "2 CutThroughBinding resources")


def test_fail_says_what_the_config_lacks_for_the_interface() -> None:
    draft = moved(PUBLIC_IP_CONVERSION)
    result = expect(draft, RULE, "i-web", Outcome.FAIL)
    assert "set --stack" not in result.remediation
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetTier"] = "ftp"
    expect(draft, RULE, "i-web", Outcome.FAIL, "network: {vswitches: [{zone: cn-hangzhou-h, tier: ftp}]}")
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.FAIL, "network: {mode: create")


def test_unknown_when_the_wish_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["toEip"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "toEip")


def test_not_applicable_before_the_move_and_without_the_wish() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "need not")
    draft = moved()
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = False
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "not moved")
