from policies.core.outcome import Outcome
from tests.policies.attested import attest
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "guest-security-software-off"


def test_pass_when_none_is_there() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_pass_when_somebody_answers_for_what_cannot_be_seen() -> None:
    for draft in (bent(securityInstalled=["/opt/ds_agent"]), bent(securityRunning=None), without_evidence()):
        expect(attest(draft, "security-software"), RULE, "i-web", Outcome.PASS, "ann@example.com answers for it")


def test_fail_when_it_runs_whatever_anybody_says() -> None:
    draft = attest(bent(securityRunning=["AliYunDun"]), "security-software")
    expect(draft, RULE, "i-web", Outcome.FAIL, "AliYunDun")


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
