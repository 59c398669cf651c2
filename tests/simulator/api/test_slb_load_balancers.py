"""Classic Load Balancers: what they are made of, what is found, what goes with what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.cloud import load_balancers
from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.load_balanced import CLASSIC, GROUP, INNER, PUBLIC, USED_GROUP, load_balanced
from tests.simulator.api.sample_ids import MON_1, VPC, VSWITCH, WEB_1
from tests.simulator.sdk import Api, refused

NEW = {"LoadBalancerSpec": "slb.s1.small"}
WEB_2 = "i-bp1web20000000000001"


@pytest.fixture
def quick(quick: Estate) -> Estate:
    load_balanced(quick)
    return quick


def _create(api: Api, **parameters: Any) -> dict[str, Any]:
    created = api("slb:CreateLoadBalancer", **NEW, **parameters)
    return _shown(api, created["LoadBalancerId"])


def _shown(api: Api, load_balancer_id: str) -> dict[str, Any]:
    return api("slb:DescribeLoadBalancerAttribute", LoadBalancerId=load_balancer_id)


def _ids(api: Api, **filters: Any) -> list[str]:
    items = api("slb:DescribeLoadBalancers", **filters)["LoadBalancers"]["LoadBalancer"]
    return [item["LoadBalancerId"] for item in items]


def _backends(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(server["ServerId"], int(server["Weight"])) for server in answer["BackendServers"]["BackendServer"]]


def _servers(*servers: dict[str, Any]) -> str:
    return json.dumps(servers)


@pytest.mark.parametrize(
    ("parameters", "address_type", "network", "block"),
    [
        ({}, "internet", "classic", "198.1"),
        ({"AddressType": "intranet"}, "intranet", "classic", "10.157."),
        ({"VSwitchId": VSWITCH}, "intranet", "vpc", "192.168.10."),
        ({"VSwitchId": VSWITCH, "Address": "192.168.10.77"}, "intranet", "vpc", "192.168.10.77"),
    ],
)
def test_a_new_one_is_active_and_has_an_address(
    api: Api, parameters: dict[str, str], address_type: str, network: str, block: str
) -> None:
    created = _create(api, **parameters)
    assert (created["LoadBalancerStatus"], created["AddressType"], created["NetworkType"]) == (
        "active",
        address_type,
        network,
    )
    assert created["Address"].startswith(block)
    assert created["LoadBalancerName"] == created["LoadBalancerId"]
    assert created["MasterZoneId"] != created["SlaveZoneId"]


def test_a_repeated_token_makes_one_only(api: Api) -> None:
    one, other = (api("slb:CreateLoadBalancer", **NEW, ClientToken="once") for _ in range(2))
    assert one["LoadBalancerId"] == other["LoadBalancerId"]


def test_its_address_is_taken_in_the_vswitch(api: Api) -> None:
    def free() -> int:
        vswitch = api("vpc:DescribeVSwitchAttributes", VSwitchId=VSWITCH)
        return int(vswitch["AvailableIpAddressCount"])

    before = free()
    created = _create(api, VSwitchId=VSWITCH)
    assert free() == before - 1
    with refused("InvalidParameter"):
        _create(api, VSwitchId=VSWITCH, Address=created["Address"])
    with refused("DependencyViolation"):
        api("vpc:DeleteVSwitch", VSwitchId=VSWITCH)
    api("slb:DeleteLoadBalancer", LoadBalancerId=created["LoadBalancerId"])
    assert free() == before


def test_load_balancer_attributes_can_be_modified(api: Api) -> None:
    one = {"LoadBalancerId": PUBLIC}
    api("slb:SetLoadBalancerName", **one, LoadBalancerName="edge")
    api("slb:SetLoadBalancerStatus", **one, LoadBalancerStatus="inactive")
    api("slb:SetLoadBalancerDeleteProtection", **one, DeleteProtection="on")
    api("slb:ModifyLoadBalancerInstanceSpec", **one, LoadBalancerSpec="slb.s2.small")
    api("slb:ModifyLoadBalancerInternetSpec", **one, InternetChargeType="PayByBandwidth", Bandwidth=8)
    protection = {"ModificationProtectionStatus": "ConsoleProtection", "ModificationProtectionReason": "managed"}
    api("slb:SetLoadBalancerModificationProtection", **one, **protection)
    expected = {
        "LoadBalancerName": "edge",
        "LoadBalancerStatus": "inactive",
        "DeleteProtection": "on",
        "LoadBalancerSpec": "slb.s2.small",
        "InternetChargeType": "paybybandwidth",
        "Bandwidth": 8,
        **protection,
    }
    shown = _shown(api, PUBLIC)
    assert {name: shown[name] for name in expected} == expected


def test_pay_by_use_has_no_specification(api: Api) -> None:
    created = api("slb:CreateLoadBalancer", InstanceChargeType="PayByCLCU")["LoadBalancerId"]
    api("slb:ModifyLoadBalancerInstanceChargeType", LoadBalancerId=PUBLIC, InstanceChargeType="PayByCLCU")
    assert [_shown(api, one)["LoadBalancerSpec"] for one in (created, PUBLIC)] == ["slb.lcu.elastic"] * 2


def test_a_subscription_ends_and_cannot_be_deleted(api: Api) -> None:
    month = {"PayType": "PrePay", "PricingCycle": "month", "Duration": 1, "AutoPay": True}
    api("slb:ModifyLoadBalancerPayType", LoadBalancerId=CLASSIC, **month)
    shown = _shown(api, CLASSIC)
    assert (shown["PayType"], shown["EndTime"]) == ("PrePay", "2026-12-30T01:00:00Z")
    with refused("InvalidChargeType"):
        api("slb:DeleteLoadBalancer", LoadBalancerId=CLASSIC)
    with refused("SimulatorNotImplemented", 400):
        _create(api, **{**month, "AutoPay": False})


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"LoadBalancerId": f"{PUBLIC},{INNER},lb-none"}, [PUBLIC, INNER]),
        ({"LoadBalancerName": "classic,inner"}, [CLASSIC, INNER]),
        ({"AddressType": "internet"}, [PUBLIC]),
        ({"NetworkType": "Classic"}, [PUBLIC, CLASSIC]),
        ({"VpcId": VPC, "VSwitchId": VSWITCH}, [INNER]),
        ({"Address": "10.157.0.9"}, [CLASSIC]),
        ({"LoadBalancerStatus": "inactive"}, []),
        ({"PayType": "PayOnDemand", "InternetChargeType": "paybytraffic"}, [PUBLIC, CLASSIC, INNER]),
        ({"ServerId": WEB_1}, [PUBLIC]),
        ({"ServerId": MON_1}, []),
        ({"ServerIntranetAddress": "10.25.16.10,10.25.16.99"}, [PUBLIC]),
        ({"ServerIntranetAddress": "10.25.16.10", "ServerId": MON_1}, []),
        ({"Tag": [{"Key": "team", "Value": "shop"}]}, [PUBLIC]),
        ({"AddressIPVersion": "ipv6"}, []),
        ({"PageSize": 2, "PageNumber": 2}, [INNER]),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], ids: list[str]) -> None:
    assert _ids(api, **filters) == ids


@pytest.mark.parametrize("bad", [{"PageSize": 101}, {"PageNumber": 0}, {"LoadBalancerId": ",".join(["lb"] * 11)}])
def test_pages_and_ids_have_limits(api: Api, bad: dict[str, Any]) -> None:
    with refused("InvalidParameter"):
        _ids(api, **bad)


def test_backend_servers_come_go_and_weigh(api: Api) -> None:
    one = {"LoadBalancerId": PUBLIC}
    added = api("slb:AddBackendServers", **one, BackendServers=_servers({"ServerId": MON_1}, {"ServerId": MON_1}))
    assert _backends(added) == [(WEB_1, 50), (MON_1, 100)]
    api("slb:SetBackendServers", **one, BackendServers=_servers({"ServerId": MON_1, "Weight": "0"}))
    shown = _shown(api, PUBLIC)
    assert _backends(shown) == [(WEB_1, 50), (MON_1, 0)]
    assert [server["ServerIp"] for server in shown["BackendServers"]["BackendServer"]] == ["10.25.16.10", "10.25.16.51"]
    left = api("slb:RemoveBackendServers", **one, BackendServers=f'["{WEB_1}", "i-none"]')
    # A number here, where adding and setting answer a text (SDK models).
    assert _backends(left) == [(MON_1, 0)]
    assert _backends(_shown(api, PUBLIC)) == [(MON_1, 0)]


def test_adding_is_all_or_nothing(api: Api) -> None:
    with refused("ObtainIpFail"):
        servers = _servers({"ServerId": MON_1}, {"ServerId": "i-none"})
        api("slb:AddBackendServers", LoadBalancerId=PUBLIC, BackendServers=servers)
    assert _backends(_shown(api, PUBLIC)) == [(WEB_1, 50)]


def test_interfaces_as_backend_servers_are_refused_loudly(api: Api) -> None:
    with refused("SimulatorNotImplemented", 400):
        servers = _servers({"ServerId": "eni-1", "Type": "eni"})
        api("slb:AddBackendServers", LoadBalancerId=PUBLIC, BackendServers=servers)


def _group(api: Api, group_id: str) -> list[tuple[str, int, int]]:
    answer = api("slb:DescribeVServerGroupAttribute", VServerGroupId=group_id)
    return [(item["ServerId"], item["Port"], item["Weight"]) for item in answer["BackendServers"]["BackendServer"]]


def test_the_life_of_a_vserver_group(api: Api) -> None:
    first = {"ServerId": WEB_1, "Port": "80", "Weight": 10}
    group_id = api(
        "slb:CreateVServerGroup", LoadBalancerId=PUBLIC, VServerGroupName="new", BackendServers=_servers(first)
    )["VServerGroupId"]
    second = {"ServerId": WEB_1, "Port": 81}
    api("slb:AddVServerGroupBackendServers", VServerGroupId=group_id, BackendServers=_servers(second))
    assert _group(api, group_id) == [(WEB_1, 80, 10), (WEB_1, 81, 100)]
    third = {"ServerId": WEB_2, "Port": 82}
    with refused("ObtainIpFail"):
        bad = _servers(third, {"ServerId": "i-none", "Port": 1})
        api(
            "slb:ModifyVServerGroupBackendServers",
            VServerGroupId=group_id,
            OldBackendServers=_servers(first),
            NewBackendServers=bad,
        )
    api(
        "slb:ModifyVServerGroupBackendServers",
        VServerGroupId=group_id,
        OldBackendServers=_servers(first),
        NewBackendServers=_servers(third),
    )
    changed = _servers({**second, "Weight": 5})
    api("slb:SetVServerGroupAttribute", VServerGroupId=group_id, VServerGroupName="other", BackendServers=changed)
    assert _group(api, group_id) == [(WEB_1, 81, 5), (WEB_2, 82, 100)]
    api("slb:RemoveVServerGroupBackendServers", VServerGroupId=group_id, BackendServers=_servers(second))
    assert _group(api, group_id) == [(WEB_2, 82, 100)]
    api("slb:DeleteVServerGroup", VServerGroupId=group_id)
    with refused("InvalidParameter", 404):
        _group(api, group_id)


def test_groups_and_what_uses_them(api: Api) -> None:
    answer = api("slb:DescribeVServerGroups", LoadBalancerId=PUBLIC, IncludeListener=True)
    groups = answer["VServerGroups"]["VServerGroup"]
    listeners = {group["VServerGroupId"]: group["AssociatedObjects"]["Listeners"]["Listener"] for group in groups}
    assert listeners == {GROUP: [], USED_GROUP: [{"Port": 443, "Protocol": "https"}]}
    named = api("slb:DescribeVServerGroups", LoadBalancerId=PUBLIC, Description="plain")
    assert [group["VServerGroupId"] for group in named["VServerGroups"]["VServerGroup"]] == [GROUP]


def test_deleting_takes_the_groups_along(api: Api) -> None:
    api("slb:DeleteLoadBalancer", LoadBalancerId=PUBLIC)
    for group_id in (GROUP, USED_GROUP):
        with refused("InvalidParameter", 404):
            _group(api, group_id)
    api("slb:DeleteAccessControlList", AclId="acl-bp1bound000000001")  # no listener uses it any more


def test_the_migration_takes_an_instance_out_of_vserver_groups_only(simulator: Simulator) -> None:
    load_balancers.drop_from_vserver_groups(simulator.simulation.cloud, WEB_1)
    api = Api(simulator)
    assert (_group(api, GROUP), _backends(_shown(api, PUBLIC))) == ([], [(WEB_1, 50)])


def test_a_released_instance_is_a_backend_server_no_more(api: Api) -> None:
    api("ecs:DeleteInstance", InstanceId=WEB_1, Force=True)
    assert (_group(api, GROUP), _backends(_shown(api, PUBLIC))) == ([], [])


@pytest.mark.parametrize(
    ("kind", "resource_id"), [("instance", PUBLIC), ("acl", "acl-bp1office00000001"), ("vservergroup", GROUP)]
)
def test_tags(api: Api, kind: str, resource_id: str) -> None:
    place: dict[str, Any] = {"ResourceType": kind, "ResourceId": [resource_id]}

    def tags() -> dict[str, str]:
        items = api("slb:ListTagResources", **place)["TagResources"]["TagResource"]
        return {item["TagKey"]: item["TagValue"] for item in items}

    before = tags()
    api("slb:TagResources", Tag=[{"Key": "wave", "Value": "1"}], **place)
    assert tags() == {**before, "wave": "1"}
    api("slb:UntagResources", TagKey=["wave"], **place)
    assert tags() == before
    api("slb:UntagResources", All=True, **place)
    assert tags() == {}
