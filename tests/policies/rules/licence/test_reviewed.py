from policies.core.outcome import Outcome
from tests.policies.attested import attest
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "licence-reviewed"


def test_pass_when_no_licence_manager_runs() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_pass_when_somebody_answers_for_it_with_or_without_evidence() -> None:
    for draft in (bent(licenceManagers=["lmgrd"]), without_evidence()):
        expect(attest(draft, "licence-review"), RULE, "i-web", Outcome.PASS, "ann@example.com answers for it")


def test_fail_when_one_runs() -> None:
    expect(bent(licenceManagers=["lmgrd"]), RULE, "i-web", Outcome.FAIL, "lmgrd", "kind: licence-review")


def test_unknown_when_processes_were_not_seen() -> None:
    expect(bent(licenceManagers=None), RULE, "i-web", Outcome.UNKNOWN, "licenceManagers")
    expect(bent(licenceManagers=[UNKNOWN]), RULE, "i-web", Outcome.UNKNOWN, "licenceManagers")


def test_unknown_without_evidence() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")
