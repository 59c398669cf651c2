import pytest

from policies.core.outcome import Outcome
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import UNKNOWN, expect

RULE = "guest-free-space"


def test_pass_at_500_mib() -> None:
    expect(bent(systemDiskFreeMib=500.0), RULE, "i-web", Outcome.PASS, "500 MiB")


def test_fail_below_500_mib() -> None:
    expect(bent(systemDiskFreeMib=499.0), RULE, "i-web", Outcome.FAIL, "499 MiB free; the migration needs 500")


@pytest.mark.parametrize("free", [None, UNKNOWN, -1.0, "many"])
def test_unknown_when_it_cannot_be_read(free: object) -> None:
    expect(
        bent(systemDiskFreeMib=free),
        RULE,
        "i-web",
        Outcome.UNKNOWN,
        "systemDiskFreeMib",
        "what df says" if free is None else "Collect",
    )


def test_unknown_without_evidence() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")
