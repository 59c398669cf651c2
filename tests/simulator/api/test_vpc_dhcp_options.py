"""DHCP options sets: how a VPC gets one, and what keeps it."""

from __future__ import annotations

from typing import Any

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.examples.vpc_dhcp_options import NEW, OTHER_SET, SET, attached
from tests.simulator.api.sample_ids import VPC
from tests.simulator.sdk import Api, refused


def _status(api: Api, set_id: str) -> str:
    return str(api("vpc:GetDhcpOptionsSet", DhcpOptionsSetId=set_id)["Status"])


def _until(api: Api, set_id: str, *expected: str) -> dict[str, Any]:
    """The set, once the VPCs that have it stand so."""

    def met(answer: dict[str, Any]) -> bool:
        statuses = [item["AssociateStatus"] for item in answer.get("AssociateVpcs", [])]
        return answer["Status"] != "Pending" and statuses == list(expected)

    return api.until("vpc:GetDhcpOptionsSet", met, DhcpOptionsSetId=set_id)


def _of_vpc(api: Api) -> str:
    return str(api("vpc:DescribeVpcAttribute", VpcId=VPC)["DhcpOptionsSetId"])


def test_a_vpc_gets_a_set_and_gives_it_back(api: Api) -> None:
    set_id = str(api("vpc:CreateDhcpOptionsSet", **NEW)["DhcpOptionsSetId"])
    assert _until(api, set_id)["DhcpOptions"] == {
        "DomainName": "shop.example",
        "DomainNameServers": "192.0.2.53,192.0.2.54",
        "LeaseTime": "3650d",
        "Ipv6LeaseTime": "24h",
    }
    assert _status(api, set_id) == "Available"

    api("vpc:AttachDhcpOptionsSetToVpc", DhcpOptionsSetId=set_id, VpcId=VPC)
    assert _until(api, set_id, "InUse")["Status"] == "InUse"
    assert _of_vpc(api) == set_id
    listed = api("vpc:DescribeVpcs", DhcpOptionsSetId=set_id)["Vpcs"]["Vpc"]
    assert [vpc["VpcId"] for vpc in listed] == [VPC]
    with refused("DependencyViolation.VpcAttachment"):
        api("vpc:DeleteDhcpOptionsSet", DhcpOptionsSetId=set_id)

    api("vpc:DetachDhcpOptionsSetFromVpc", DhcpOptionsSetId=set_id, VpcId=VPC)
    assert _until(api, set_id)["Status"] == "Available"
    assert _of_vpc(api) == ""


def test_one_that_is_gone_is_answered_without_a_status(api: Api) -> None:
    set_id = str(api("vpc:CreateDhcpOptionsSet", **NEW)["DhcpOptionsSetId"])
    _until(api, set_id)
    api("vpc:DeleteDhcpOptionsSet", DhcpOptionsSetId=set_id)
    gone = api.until("vpc:GetDhcpOptionsSet", lambda answer: "Status" not in answer, DhcpOptionsSetId=set_id)
    assert not {"DhcpOptionsSetId", "DhcpOptionsSetName", "Status"} & set(gone)


def test_a_vpc_changes_from_one_set_to_another(simulator: Simulator, quick: Estate) -> None:
    attached(quick)
    simulator.simulation.reset(quick)
    api = Api(simulator)
    api("vpc:ReplaceVpcDhcpOptionsSet", DhcpOptionsSetId=OTHER_SET, VpcId=VPC)
    _until(api, OTHER_SET, "InUse")
    assert (_of_vpc(api), _status(api, SET)) == (OTHER_SET, "Available")


def test_a_change_keeps_what_it_does_not_name(api: Api) -> None:
    set_id = str(api("vpc:CreateDhcpOptionsSet", **NEW)["DhcpOptionsSetId"])
    api("vpc:UpdateDhcpOptionsSetAttribute", DhcpOptionsSetId=set_id, DomainName="", DhcpOptionsSetName="others")
    changed = api("vpc:GetDhcpOptionsSet", DhcpOptionsSetId=set_id)
    assert (changed["DhcpOptionsSetName"], changed["DhcpOptionsSetDescription"]) == ("others", "Names of the shop")
    assert changed["DhcpOptions"]["DomainName"] == ""
    assert changed["DhcpOptions"]["DomainNameServers"] == "192.0.2.53,192.0.2.54"


def test_the_set_of_a_vpc_that_is_deleted_is_free_again(simulator: Simulator, api: Api) -> None:
    vpc_id = api.new_vpc()
    set_id = str(api("vpc:CreateDhcpOptionsSet", **NEW)["DhcpOptionsSetId"])
    _until(api, set_id)
    api("vpc:AttachDhcpOptionsSetToVpc", DhcpOptionsSetId=set_id, VpcId=vpc_id)
    _until(api, set_id, "InUse")
    api("vpc:DeleteVpc", VpcId=vpc_id)
    assert _until(api, set_id)["Status"] == "Available"
