from typing import Any

import pytest

from policies.core.outcome import Outcome
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import expect, prepared

RULE = "guest-windows-disks-online"
WINDOWS: dict[str, Any] = {"os": "windows", "dataDisks": ["disk 1, 200 GiB"], "sanPolicy": "OnlineAll"}


def test_pass_when_all_come_online() -> None:
    expect(bent(**WINDOWS), RULE, "i-web", Outcome.PASS, "OnlineAll")


def test_fail_when_the_policy_keeps_them_offline() -> None:
    draft = bent(**{**WINDOWS, "sanPolicy": "OfflineShared"})
    expect(draft, RULE, "i-web", Outcome.FAIL, "OfflineShared: disk 1, 200 GiB", "san policy=onlineall")


@pytest.mark.parametrize("key", ["sanPolicy", "dataDisks"])
def test_unknown_when_a_fact_is_not_known(key: str) -> None:
    draft = bent(**{name: value for name, value in WINDOWS.items() if name != key})
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, key)


def test_unknown_without_evidence() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")


def test_not_applicable_on_linux_and_without_data_disks() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "not Windows")
    expect(bent(**{**WINDOWS, "dataDisks": []}), RULE, "i-web", Outcome.NOT_APPLICABLE, "no data disk")
