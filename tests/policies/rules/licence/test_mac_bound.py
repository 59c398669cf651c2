import pytest

from policies.core.outcome import Outcome
from tests.policies.attested import attest
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import expect, prepared

RULE = "licence-mac-bound"
NICS = ["eth0 00:16:3e:00:0a:1f", "eth1 00:16:3e:00:0a:20"]
FLEXNET = "/opt/cad/license.dat: SERVER ftp-1 00163e000a"


def test_pass_when_no_licence_names_a_mac_address() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_pass_when_somebody_answers_for_it() -> None:
    draft = attest(bent(macBoundLicences=[f"{FLEXNET}20"]), "licence-review")
    expect(draft, RULE, "i-web", Outcome.PASS, "ann@example.com answers for it", FLEXNET)


def test_fail_when_one_does() -> None:
    licences = [f"{FLEXNET}1f"]
    result = expect(bent(macBoundLicences=licences, macAddresses=NICS), RULE, "i-web", Outcome.FAIL, FLEXNET, "vendor")
    assert "is lost unless" not in result.reason, "the private NIC's is the one that is retained"


@pytest.mark.parametrize(
    "licence", [f"{FLEXNET}20", "/opt/a.lic: HOSTID=00-16-3E-00-0A-20", "/a.lic: MAC='00:16:3E:00:0A:20'"]
)
def test_fail_tells_when_it_is_that_of_the_public_nic(licence: str) -> None:
    draft = bent(macBoundLicences=[licence], macAddresses=NICS)
    expect(draft, RULE, "i-web", Outcome.FAIL, "The MAC address of eth1 00:16:3e:00:0a:20 is lost unless")


def test_fail_without_more_where_no_address_can_be_told_from_the_texts() -> None:
    draft = bent(macBoundLicences=["/opt/a.lic: HOSTID=ANY"], macAddresses=["ppp0 none", *NICS])
    assert "is lost unless" not in expect(draft, RULE, "i-web", Outcome.FAIL, "HOSTID=ANY").reason


def test_fail_also_where_the_nics_are_not_known() -> None:
    expect(bent(macBoundLicences=[f"{FLEXNET}20"]), RULE, "i-web", Outcome.FAIL, FLEXNET)


def test_unknown_when_licences_were_not_looked_for() -> None:
    expect(bent(macBoundLicences=None), RULE, "i-web", Outcome.UNKNOWN, "macBoundLicences")
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")
