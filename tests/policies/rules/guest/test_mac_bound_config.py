from policies.core.outcome import Outcome
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import expect, prepared

RULE = "guest-mac-bound-config"
HWADDR = "/etc/sysconfig/network-scripts/ifcfg-eth0: HWADDR=00:16:3E:00:00:01"


def test_pass_when_nothing_names_a_mac_address() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_fail_when_a_setting_does() -> None:
    expect(bent(macBoundConfig=[HWADDR]), RULE, "i-web", Outcome.FAIL, HWADDR, "Delete these lines")


def test_fail_reports_five_and_counts_the_rest() -> None:
    lines = [f"{HWADDR}{number}" for number in range(6)]
    expect(bent(macBoundConfig=lines), RULE, "i-web", Outcome.FAIL, f"{lines[4]} and 1 more.")
    expect(bent(macBoundConfig=lines[:5]), RULE, "i-web", Outcome.FAIL, f"{lines[4]}.")


def test_unknown_when_it_was_not_looked_at() -> None:
    expect(bent(macBoundConfig=None), RULE, "i-web", Outcome.UNKNOWN, "macBoundConfig")
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")
