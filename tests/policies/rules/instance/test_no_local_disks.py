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


def test_fail_with_a_disk_of_a_local_category() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]["category"] = "ephemeral_ssd"
    expect(draft, RULE, "i-web", Outcome.FAIL, "1 local disks (d-web)")
