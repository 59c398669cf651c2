import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared, use_existing_vswitch

RULE = "network-default-vpc-chosen"


def existing(*, is_default: bool = True) -> Draft:
    draft = prepared()
    use_existing_vswitch(draft)
    draft.facts(TARGET_NETWORK)["isDefault"] = is_default
    return draft


def test_fail_when_the_existing_one_is_the_default() -> None:
    expect(existing(), RULE, "dev", Outcome.FAIL, "vpc-1 is the default VPC of cn-hangzhou", "mode: default")


def test_pass_when_it_is_another_or_the_default_is_meant() -> None:
    expect(existing(is_default=False), RULE, "dev", Outcome.PASS, "is not the default")
    draft = existing()
    draft.facts(TARGET_NETWORK)["mode"] = "default"
    expect(draft, RULE, "dev", Outcome.PASS, "is chosen")


def test_not_applicable_once_one_has_moved_into_it() -> None:
    draft = existing()
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE, "no other choice")


def test_not_applicable_to_what_another_stack_chose() -> None:
    draft = existing()
    draft.facts(TARGET_NETWORK)["sharedWith"] = "org/shop/one"
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE, "org/shop/one")
    draft.facts(TARGET_NETWORK)["sharedWith"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "sharedWith")


@pytest.mark.parametrize("key", ["mode", "vpcId", "isDefault"])
def test_unknown_when_it_is_not_known_which_one_it_is(key: str) -> None:
    draft = existing()
    draft.facts(TARGET_NETWORK)[key] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, key)


def test_not_applicable_to_one_of_its_own_or_without_a_network() -> None:
    draft = prepared()
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE, "not the default VPC")
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE, "no target network")
