"""Examples for simulator/api/slb_load_balancers.py."""

from __future__ import annotations

from typing import Any

from simulator.model.estate import Estate
from simulator.model.slb import LoadBalancer
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.load_balanced import PUBLIC, and_then, load_balanced
from tests.simulator.api.sample_ids import UNUSED_VPC, VPC, VSWITCH

NEW = {"LoadBalancerSpec": "slb.s1.small"}
ONE = {"LoadBalancerId": PUBLIC}
NOT_THERE = Refusal("InvalidLoadBalancerId.NotFound", {"LoadBalancerId": "lb-none"}, 404)


def _public(estate: Estate) -> LoadBalancer:
    balancer = estate.load_balancers.find(PUBLIC)
    assert balancer
    return balancer


def by_use(estate: Estate) -> None:
    _public(estate).instance_charge_type = "PayByCLCU"


def subscribed(estate: Estate) -> None:
    _public(estate).pay_type = "PrePay"


def protected(estate: Estate) -> None:
    _public(estate).delete_protection = True


def intranet(estate: Estate) -> None:
    _public(estate).address_type = "intranet"


def no_free_address(estate: Estate) -> None:
    """The VSwitch is as small as it can be, and all its addresses are taken by load balancers."""
    vswitch = estate.vswitches.find(VSWITCH)
    assert vswitch
    vswitch.cidr_block = "192.168.10.0/29"
    for number in range(1, 5):
        taken = {"id": f"lb-{number}", "address": f"192.168.10.{number}", "vpc_id": VPC, "vswitch_id": VSWITCH}
        estate.load_balancers.append(_public(estate).model_copy(update={**taken, "address_type": "intranet"}))


def _one(code: str, more: dict[str, Any], given: Given = load_balanced) -> Refusal:
    return Refusal(code, {**ONE, **more}, 400, given)


def _not_there(more: dict[str, Any]) -> Refusal:
    return Refusal(NOT_THERE.code, {**NOT_THERE.call, **more}, 404)


def _new(code: str, more: dict[str, Any], given: Given = load_balanced) -> Refusal:
    return Refusal(code, {**NEW, **more}, given=given)


MONTH = {"PayType": "PrePay", "PricingCycle": "month", "Duration": 1, "AutoPay": True}
MANY_TAGS = [{"Key": f"k{number}", "Value": ""} for number in range(21)]

EXAMPLES = (
    Example(
        "slb:CreateLoadBalancer",
        {**NEW, "VSwitchId": VSWITCH, "LoadBalancerName": "new", "Tag": [{"Key": "a", "Value": "b"}]},
        (
            _new("InvalidParameter", {"LoadBalancerName": "1x"}),
            _new("InvalidParameter", {"LoadBalancerSpec": "slb.s9.huge"}),
            _new("InvalidParameter", {"MasterZoneId": "cn-hangzhou-zz"}),
            _new("InvalidParameter", {"VSwitchId": VSWITCH, "Address": "10.0.0.1"}),
            _new("MissingParam.VSwitchId", {"VpcId": VPC}),
            _new("InvalidVpcId.NotExist", {"VpcId": "vpc-none", "VSwitchId": VSWITCH}),
            _new("VSwitchNotExist", {"VSwitchId": "vsw-none"}),
            _new("VSwitchNotExist", {"VpcId": UNUSED_VPC, "VSwitchId": VSWITCH}),
            _new("VSwitchAvailableIpNotExist", {"VSwitchId": VSWITCH}, and_then(no_free_address)),
            Refusal("ShareSlbHaltSales", {"AddressType": "internet"}),
            _new("IllegalParam.InstanceChargeType", {"InstanceChargeType": "Free"}),
            _new("Instance.InternetChargeTypeNotAllowed", {"InternetChargeType": "payby95"}),
            _new(
                "Instance.InternetChargeTypeNotAllowed",
                {"InternetChargeType": "paybybandwidth", "InstanceChargeType": "PayByCLCU", "Bandwidth": 5},
            ),
            _new("InvalidParameter.Bandwidth", {"Bandwidth": 5121}),
            _new("InvalidParameter.Bandwidth", {"InternetChargeType": "paybybandwidth"}),
            _new("InvalidParameter.Mismatch", {"AddressIPVersion": "ipv6", "AddressType": "intranet"}),
            _new("Operation.NotAllowed", {**MONTH, "InternetChargeType": "paybytraffic"}),
            _new(
                "OperationUnsupported.DeleteProtectionForPrePayInstance",
                {**MONTH, "InternetChargeType": "paybybandwidth", "Bandwidth": 5, "DeleteProtection": "on"},
            ),
            _new("InvalidParam.ModificationProtectionStatus", {"ModificationProtectionStatus": "Locked"}),
            _new(
                "InvalidParam.ModificationProtectionReason",
                {"ModificationProtectionStatus": "ConsoleProtection", "ModificationProtectionReason": "1st"},
            ),
            _new("MissingParam.TagKey", {"Tag": [{"Value": "x"}]}),
            _new("SizeLimitExceeded.Tag", {"Tag": MANY_TAGS}),
        ),
    ),
    Example(
        "slb:DescribeLoadBalancers",
        {"PageNumber": 1, "PageSize": 50},
        (Refusal("MissingParam.TagKey", {"Tag": [{"Value": "x"}]}),),
        load_balanced,
    ),
    Example("slb:DescribeLoadBalancerAttribute", ONE, (NOT_THERE,), load_balanced),
    Example(
        "slb:SetLoadBalancerName",
        {**ONE, "LoadBalancerName": "renamed"},
        (_not_there({"LoadBalancerName": "x"}), _one("InvalidParameter", {"LoadBalancerName": "a b"})),
        load_balanced,
    ),
    Example(
        "slb:SetLoadBalancerStatus",
        {**ONE, "LoadBalancerStatus": "inactive"},
        (_not_there({"LoadBalancerStatus": "active"}), _one("InvalidParameter", {"LoadBalancerStatus": "locked"})),
        load_balanced,
    ),
    Example(
        "slb:SetLoadBalancerDeleteProtection",
        {**ONE, "DeleteProtection": "on"},
        (
            _not_there({"DeleteProtection": "on"}),
            _one(
                "OperationUnsupported.DeleteProtectionForPrePayInstance",
                {"DeleteProtection": "on"},
                given=and_then(subscribed),
            ),
        ),
        load_balanced,
    ),
    Example(
        "slb:SetLoadBalancerModificationProtection",
        {**ONE, "ModificationProtectionStatus": "ConsoleProtection", "ModificationProtectionReason": "managed"},
        (
            _not_there({"ModificationProtectionStatus": "NonProtection"}),
            _one("InvalidParam.ModificationProtectionStatus", {"ModificationProtectionStatus": "Locked"}),
            _one(
                "InvalidParam.ModificationProtectionReason",
                {"ModificationProtectionStatus": "ConsoleProtection", "ModificationProtectionReason": "-"},
            ),
        ),
        load_balanced,
    ),
    Example(
        "slb:ModifyLoadBalancerInstanceSpec",
        {**ONE, "LoadBalancerSpec": "slb.s2.small"},
        (
            _not_there({"LoadBalancerSpec": "slb.s2.small"}),
            _one("OperationDenied.PayByCLCU", {"LoadBalancerSpec": "slb.s2.small"}, given=and_then(by_use)),
            _one("InvalidParameter", {"LoadBalancerSpec": "slb.s9.huge"}),
        ),
        load_balanced,
    ),
    Example(
        "slb:ModifyLoadBalancerInternetSpec",
        {**ONE, "InternetChargeType": "paybybandwidth", "Bandwidth": 8},
        (
            _not_there({"Bandwidth": 8}),
            _one("OperationDenied.PayByCLCU", {"Bandwidth": 8}, given=and_then(by_use)),
            _one("Instance.InternetChargeTypeNotAllowed", {"InternetChargeType": "payby95"}),
            _one(
                "ActionNotAllowed",
                {"InternetChargeType": "paybybandwidth", "Bandwidth": 8},
                given=and_then(intranet),
            ),
            _one("InvalidParameter", {"InternetChargeType": "paybybandwidth"}),
        ),
        load_balanced,
    ),
    Example(
        "slb:ModifyLoadBalancerPayType",
        {**ONE, **MONTH},
        (
            _not_there(MONTH),
            _one("OperationDenied.PayByCLCU", MONTH, given=and_then(by_use)),
            _one("Operation.NotAllowed", MONTH),
            _one("Operation.NotAllowed", {**MONTH, "PayType": "PayOnDemand"}),
            _one("InvalidParameter", {**MONTH, "Duration": 10}, given=and_then(intranet)),
        ),
        and_then(intranet),
    ),
    Example(
        "slb:ModifyLoadBalancerInstanceChargeType",
        {**ONE, "InstanceChargeType": "PayByCLCU"},
        (
            _not_there({"InstanceChargeType": "PayByCLCU"}),
            _one("IllegalParam.InstanceChargeType", {"InstanceChargeType": "Free"}),
            _one("OperationDenied.PayByCLCU", {"InstanceChargeType": "PayByCLCU"}, given=and_then(by_use)),
            _one("Forbidden.LcuToSpec", {"InstanceChargeType": "PayBySpec"}, given=and_then(by_use)),
        ),
        load_balanced,
    ),
    Example(
        "slb:DeleteLoadBalancer",
        ONE,
        (
            NOT_THERE,
            _one("InvalidChargeType", {}, given=and_then(subscribed)),
            _one("OperationDenied.DeleteProtectionIsOn", {}, given=and_then(protected)),
        ),
        load_balanced,
    ),
)
