import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "instance-type-supports-eni"


def test_pass_with_the_primary_interface_alone() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["eniQuantity"] = 1.0
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_without_interfaces() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["eniQuantity"] = 0.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "ecs.n4.large", "ModifyInstanceSpec")


def test_fail_when_it_is_not_io_optimized() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["ioOptimized"] = False
    expect(draft, RULE, "i-web", Outcome.FAIL, "not I/O-optimized", "ModifyInstanceSpec")


def test_unknown_when_io_optimization_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["ioOptimized"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ioOptimized")


@pytest.mark.parametrize("quantity", [None, UNKNOWN, "two", True, -1.0, float("nan")])
def test_unknown_when_the_type_is_not_known(quantity: object) -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["eniQuantity"] = quantity
    expect(draft, RULE, "i-web", Outcome.UNKNOWN)


def test_unknown_when_pulumi_leaves_the_null_out() -> None:
    draft = prepared()
    del draft.facts(MIGRATING_INSTANCE, "i-web")["eniQuantity"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ecs.n4.large", "may be phased out", "ModifyInstanceSpec")
