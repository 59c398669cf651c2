from datetime import timedelta
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.subjects.guest import SCRIPT_VERSION
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import IN_FREEZE, UNKNOWN, expect, prepared

RULE = "guest-evidence-current"


def test_pass_shows_who_when_and_how() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "2026-12-10T09:00+08:00 by ann@example.com (file)")


def test_pass_with_the_instance_s_own_id() -> None:
    expect(bent(reportedInstanceId="i-web"), RULE, "i-web", Outcome.PASS)


def test_fail_when_the_system_is_another_instance() -> None:
    expect(
        bent(reportedInstanceId="i-other"), RULE, "i-web", Outcome.FAIL, "i-other", "add evidence/", "--instance i-web"
    )


def test_unknown_without_evidence() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence", "linux.sh")


def test_unknown_when_stale_to_the_second() -> None:
    draft = bent(collectedAt=(IN_FREEZE - timedelta(hours=336)).isoformat())
    expect(draft, RULE, "i-web", Outcome.PASS)
    draft.now += timedelta(seconds=1)
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "stale", "the limit is 336")


def test_unknown_when_it_lies_ahead_by_more_than_clocks_differ() -> None:
    draft = bent(collectedAt=(IN_FREEZE + timedelta(minutes=5)).isoformat())
    expect(draft, RULE, "i-web", Outcome.PASS)
    draft.now -= timedelta(seconds=1)
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "is in the future", "linux.sh")


def test_unknown_when_nobody_says_how_old_it_may_be() -> None:
    draft = prepared()
    del draft.facts("classic-to-vpc:index:Migration")["evidenceMaxAgeHours"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "evidenceMaxAgeHours")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scriptVersion": SCRIPT_VERSION + 1.0}, "version 2 of the script; expected is 1"),
        ({"contradictions": ["ftpServers: none (file), vsftpd (cloud-assistant)"]}, "vsftpd (cloud-assistant)"),
        ({"privileged": False}, "not run as root"),
        ({"collectedAt": UNKNOWN}, "collectedAt"),
        ({"collectedBy": None}, "collectedBy"),
    ],
)
def test_unknown_when_it_cannot_be_relied_upon(changes: dict[str, Any], message: str) -> None:
    expect(bent(**changes), RULE, "i-web", Outcome.UNKNOWN, message, "linux.sh")


def test_fail_before_anything_else_that_is_wrong_with_it() -> None:
    expect(bent(reportedInstanceId="i-other", privileged=False), RULE, "i-web", Outcome.FAIL)
