from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.subjects.guest import LOOKED_FOR
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import expect, prepared

RULE = "guest-restart-rehearsed"
DAY = 86_400.0


def test_pass_when_restarted_lately() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "1 day ago")
    expect(bent(uptimeSeconds=180 * DAY), RULE, "i-web", Outcome.PASS)


def test_pass_on_windows_without_kernels() -> None:
    expect(bent(os="windows", runningKernel=None, newestKernel=None), RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"uptimeSeconds": 180 * DAY + 1}, "not been restarted for 180 days"),
        (
            {"newestKernel": "3.10.0-1160.2.1.el7.x86_64"},
            "3.10.0-1160.2.1.el7.x86_64 is installed, but has never run",
        ),
        ({"rebootPending": ["Windows Update"]}, "A restart is pending: Windows Update"),
    ],
)
def test_fail_for_each_thing_a_restart_would_bring(changes: dict[str, Any], message: str) -> None:
    expect(bent(**changes), RULE, "i-web", Outcome.FAIL, message, "RebootInstance")


@pytest.mark.parametrize("key", ["uptimeSeconds", "rebootPending", "runningKernel", "newestKernel", "os"])
def test_unknown_when_one_of_them_is_not_known(key: str) -> None:
    expect(
        bent(**{key: None}),
        RULE,
        "i-web",
        Outcome.UNKNOWN,
        key,
        LOOKED_FOR.get(key, "Collect evidence of the guest system as root"),
    )


def test_unknown_without_evidence() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")


def test_unknown_says_where_the_script_looked_for_the_newest_kernel() -> None:
    """Collecting it as root would find no more: that is how it was collected."""
    result = expect(
        bent(newestKernel=None), RULE, "i-web", Outcome.UNKNOWN, "newestKernel is missing", "/boot/vmlinuz-*"
    )
    assert "as root" not in result.remediation
    assert "waivers: [{rule: guest-restart-rehearsed, instances: [i-web]" in result.remediation


def test_unknown_asks_for_root_where_it_was_not_collected_so() -> None:
    result = expect(bent(newestKernel=None, privileged=False), RULE, "i-web", Outcome.UNKNOWN)
    assert "Collect evidence of the guest system as root" in result.remediation
