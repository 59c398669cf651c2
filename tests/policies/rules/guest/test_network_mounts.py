import pytest

from policies.core.outcome import Outcome
from policies.subjects.notice import not_checked
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import expect, prepared, waive_as_advised

RULE = "guest-network-mounts"
NAS = "/data: 1a2b3c-xyz.cn-hangzhou.nas.aliyuncs.com:/"


def test_pass_without_network_mounts() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_fail_for_a_mount_of_nas() -> None:
    result = expect(
        bent(networkMounts=[NAS]), RULE, "i-web", Outcome.FAIL, NAS, "type Classic cannot be reached from a VPC"
    )
    assert "of other machines" not in result.reason


def test_fail_for_a_mount_of_another_server() -> None:
    draft = bent(networkMounts=["/home: 10.0.0.4:/home"])
    expect(draft, RULE, "i-web", Outcome.FAIL, "/home: 10.0.0.4:/home", "which its new address must be able to reach")
    assert "NAS" not in draft.result(RULE, "i-web").reason


def test_each_mount_is_named_by_what_it_is() -> None:
    reason = expect(bent(networkMounts=[NAS, "/home: 10.0.0.4:/home"]), RULE, "i-web", Outcome.FAIL).reason
    nas, others = reason.splitlines()
    assert NAS in nas
    assert "10.0.0.4" not in nas
    assert "10.0.0.4" in others
    assert NAS not in others


@pytest.mark.parametrize("key", ["networkMounts", "os"])
def test_unknown_when_it_was_not_looked_at(key: str) -> None:
    expect(bent(**{key: None}), RULE, "i-web", Outcome.UNKNOWN, key)


def test_unknown_without_evidence() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")


def test_not_applicable_on_windows() -> None:
    expect(bent(os="windows", networkMounts=None), RULE, "i-web", Outcome.NOT_APPLICABLE, "not-checked")
    assert [text for text in not_checked(()) if "network drives" in text and "Windows" in text]


def test_the_waiver_that_the_finding_names_waives_it() -> None:
    draft = bent(networkMounts=[NAS])
    waive_as_advised(draft, expect(draft, RULE, "i-web", Outcome.FAIL))
    expect(draft, RULE, "i-web", Outcome.WAIVED)
