from typing import Any

import pytest

from policies.core.outcome import Outcome
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "guest-ftp-plan"
SERVER: dict[str, Any] = {"ftpServers": ["port 21", "vsftpd"]}
CUT_THROUGH, PASSIVE = {"ftpPlan": "eip-cut-through"}, {"ftpPlan": "passive-mode"}
ADDRESS, PORTS = "/etc/vsftpd.conf: pasv_address=47.98.1.1", "/etc/vsftpd.conf: pasv_min_port=50000"


def test_pass_with_an_eip_on_a_second_interface() -> None:
    expect(bent(CUT_THROUGH, **SERVER), RULE, "i-web", Outcome.PASS, "cut-through mode after the window")


@pytest.mark.parametrize(
    "settings",
    [
        [ADDRESS, PORTS],
        ["/etc/proftpd.conf: MasqueradeAddress 47.98.1.1", "/etc/proftpd.conf: PassivePorts 50000 50100"],
        ["IIS firewallSupport: externalIp4Address=47.98.1.1", "IIS firewallSupport: lowDataChannelPort=50000"],
    ],
)
def test_pass_with_passive_mode_that_announces_the_address(settings: list[str]) -> None:
    expect(bent(PASSIVE, ftpPassive=settings, **SERVER), RULE, "i-web", Outcome.PASS, "announces an address")


def test_fail_without_a_plan() -> None:
    expect(
        bent(**SERVER), RULE, "i-web", Outcome.FAIL, "vsftpd", "instances: [{id: i-web, ftp: {plan: eip-cut-through}}]"
    )


def test_fail_when_the_type_takes_no_second_interface() -> None:
    draft = bent({**CUT_THROUGH, "eniQuantity": 1.0}, **SERVER)
    expect(draft, RULE, "i-web", Outcome.FAIL, "ecs.n4.large can have 1", "ModifyInstanceSpec", "plan: passive-mode")


def test_fail_when_the_address_is_released() -> None:
    draft = bent({**CUT_THROUGH, "internetMaxBandwidthOut": 0.0}, **SERVER)
    expect(draft, RULE, "i-web", Outcome.FAIL, "none to convert", "ModifyInstanceNetworkSpec")


@pytest.mark.parametrize(
    ("settings", "lacks"),
    [
        ([PORTS], "lacks the public address that it announces."),
        ([ADDRESS], "lacks a fixed range of ports."),
        (["/etc/vsftpd.conf: pasv_address=", PORTS], "lacks the public address that it announces."),
        ([ADDRESS, "/etc/vsftpd.conf: pasv_min_port=0"], "lacks a fixed range of ports."),
        (
            ["IIS firewallSupport: externalIp4Address=", "IIS firewallSupport: lowDataChannelPort=0"],
            "lacks the public address that it announces and a fixed range of ports.",
        ),
        (["IIS firewallSupport: externalIp4Address=0.0.0.0", PORTS], "lacks the public address that it announces."),
        ([ADDRESS, PORTS, "/etc/vsftpd.conf: pasv_enable=NO"], "lacks pasv_enable=YES."),
        (
            ["/etc/vsftpd.conf: pasv_enable=YES"],
            "lacks the public address that it announces and a fixed range of ports.",
        ),
    ],
)
def test_fail_when_passive_mode_is_not_set_up(settings: list[str], lacks: str) -> None:
    expect(bent(PASSIVE, ftpPassive=settings, **SERVER), RULE, "i-web", Outcome.FAIL, lacks, "MasqueradeAddress")


@pytest.mark.parametrize(
    "setting",
    [
        "/etc/vsftpd.conf: pasv_address=10.0.0.1",
        '/etc/proftpd.conf: MasqueradeAddress    "10.0.0.1"',
        "IIS firewallSupport: externalIp4Address=10.0.0.1",
    ],
)
def test_fail_when_passive_mode_announces_another_address(setting: str) -> None:
    """The private address changes with the move, and no client on the Internet reaches it."""
    words = "announces 10.0.0.1; the public address of the instance is 47.98.1.1"
    expect(bent(PASSIVE, ftpPassive=[setting, PORTS], **SERVER), RULE, "i-web", Outcome.FAIL, words, "pasv_address")
    both = [ADDRESS, setting, PORTS]
    expect(bent(PASSIVE, ftpPassive=both, **SERVER), RULE, "i-web", Outcome.FAIL, words)


@pytest.mark.parametrize("name", ["ftp.example.com", "face.example.com", "eth0"])
def test_pass_when_passive_mode_announces_a_name(name: str) -> None:
    setting = f"/etc/proftpd.conf: MasqueradeAddress {name}"
    expect(bent(PASSIVE, ftpPassive=[setting, PORTS], **SERVER), RULE, "i-web", Outcome.PASS, "announces an address")


def test_fail_when_passive_mode_announces_an_address_that_is_released() -> None:
    draft = bent({**PASSIVE, "internetMaxBandwidthOut": 0.0}, ftpPassive=[ADDRESS, PORTS], **SERVER)
    expect(draft, RULE, "i-web", Outcome.FAIL, "none to announce", "ModifyInstanceNetworkSpec")


@pytest.mark.parametrize(
    ("instance", "guest", "message"),
    [
        ({**CUT_THROUGH, "eniQuantity": None}, SERVER, "eniQuantity"),
        ({**CUT_THROUGH, "internetMaxBandwidthOut": UNKNOWN}, SERVER, "internetMaxBandwidthOut"),
        ({"ftpPlan": "hope"}, SERVER, "ftpPlan"),
        (PASSIVE, {**SERVER, "ftpPassive": None}, "ftpPassive"),
        ({"publicIps": None}, SERVER, "publicIps"),
        ({}, {"ftpServers": None}, "ftpServers"),
    ],
)
def test_unknown_when_a_fact_is_not_known(instance: dict[str, Any], guest: dict[str, Any], message: str) -> None:
    expect(bent(instance, **guest), RULE, "i-web", Outcome.UNKNOWN, message)


def test_unknown_without_evidence() -> None:
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")


def test_not_applicable_without_a_server_or_a_public_address() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "No FTP server runs")
    expect(bent({"publicIps": []}, **SERVER), RULE, "i-web", Outcome.NOT_APPLICABLE, "no public address")
