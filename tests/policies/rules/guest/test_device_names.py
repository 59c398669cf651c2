import pytest

from policies.core.outcome import Outcome
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import expect, prepared

RULE = "guest-device-names"


def test_pass_when_no_setting_names_a_disk() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_fail_for_fstab_shows_what_the_sources_say() -> None:
    expect(
        bent(fstabDevices=["/dev/xvdb1 /data"]),
        RULE,
        "i-web",
        Outcome.FAIL,
        "/dev/xvdb1 /data",
        "only the user guide of 2021",
        "UUID",
    )


def test_fail_for_what_nobody_rewrites() -> None:
    expect(bent(deviceNames=["/etc/crontab: /dev/xvdb1"]), RULE, "i-web", Outcome.FAIL, "/etc/crontab: /dev/xvdb1")


@pytest.mark.parametrize("key", ["fstabDevices", "deviceNames", "os"])
def test_unknown_when_a_part_was_not_looked_at(key: str) -> None:
    expect(bent(**{key: None}), RULE, "i-web", Outcome.UNKNOWN, key)


def test_unknown_without_evidence() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")


def test_not_applicable_on_windows() -> None:
    expect(bent(os="windows", fstabDevices=None), RULE, "i-web", Outcome.NOT_APPLICABLE)
