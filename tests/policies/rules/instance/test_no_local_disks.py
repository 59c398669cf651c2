import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "instance-no-local-disks"


def test_pass_where_it_can_move() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["localStorageAmount"] = 0.0
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_where_it_cannot() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["localStorageAmount"] = 2.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "2 local disks, and needs a ticket", "ticket")


def test_unknown_when_it_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["localStorageAmount"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "localStorageAmount")


@pytest.mark.parametrize("category", ["elastic_ephemeral_disk_standard", "ephemeral_new"])
def test_unknown_with_a_disk_of_a_category_that_may_be_local(category: str) -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]["category"] = category
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, f"d-web ({category})", "ticket")


@pytest.mark.parametrize("category", ["cloud", "cloud_efficiency", "cloud_regional_disk_auto"])
def test_pass_with_disks_over_the_network(category: str) -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]["category"] = category
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_with_a_disk_of_a_local_category() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]["category"] = "ephemeral_ssd"
    expect(draft, RULE, "i-web", Outcome.FAIL, "1 local disks (d-web)")
