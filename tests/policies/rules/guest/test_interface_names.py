from policies.core.outcome import Outcome
from policies.subjects.notice import not_checked
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import expect, prepared

RULE = "guest-interface-names"


def test_pass_when_none_is_named_or_only_the_one_that_stays() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)
    expect(bent(interfaceNames=["/etc/sysconfig/iptables: eth0"]), RULE, "i-web", Outcome.PASS)


def test_fail_when_the_public_one_is_named() -> None:
    named = ["/etc/sysconfig/iptables: eth0", "/etc/keepalived/keepalived.conf: eth1"]
    result = expect(bent(interfaceNames=named), RULE, "i-web", Outcome.FAIL, "keepalived.conf: eth1")
    assert "iptables" not in result.reason


def test_unknown_when_it_was_not_looked_at() -> None:
    expect(bent(interfaceNames=None), RULE, "i-web", Outcome.UNKNOWN, "interfaceNames")
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")


def test_not_applicable_on_windows() -> None:
    expect(bent(os="windows", interfaceNames=None), RULE, "i-web", Outcome.NOT_APPLICABLE, "not-checked")
    assert [text for text in not_checked(()) if "Windows" in text and "name an interface" in text]
