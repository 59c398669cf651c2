from policies.outcome import Outcome
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "guest-security-software-off"


def test_pass_when_none_is_there() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_fail_when_it_runs() -> None:
    expect(bent(securityRunning=["AliYunDun"]), RULE, "i-web", Outcome.FAIL, "AliYunDun", "Uninstall it")


def test_unknown_when_it_is_installed_and_may_start_again() -> None:
    expect(
        bent(securityInstalled=["/opt/ds_agent"]), RULE, "i-web", Outcome.UNKNOWN, "/opt/ds_agent", "may start again"
    )


def test_unknown_when_processes_were_not_seen() -> None:
    expect(bent(securityRunning=None), RULE, "i-web", Outcome.UNKNOWN, "securityRunning")
    expect(bent(securityRunning=[UNKNOWN]), RULE, "i-web", Outcome.UNKNOWN, "securityRunning")


def test_unknown_without_evidence() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")
