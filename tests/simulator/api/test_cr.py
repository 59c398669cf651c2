"""Container Registry: which instances there are, and who reaches them."""

from __future__ import annotations

from simulator.model.cr import Registry
from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.examples.cr import ENTRY, LINK, REGISTRY, with_a_registry
from tests.simulator.in_vpc import OTHER_VPC_GROUP, OTHER_VPC_VSWITCH
from tests.simulator.sdk import Api, refused


def test_the_whitelist_of_a_module_and_the_vpcs_that_reach_it(simulator: Simulator, quick: Estate) -> None:
    with_a_registry(quick)
    simulator.simulation.reset(quick)
    api = Api(simulator)
    images = api("cr:GetInstanceEndpoint", InstanceId=REGISTRY, EndpointType="internet")
    assert (images["Enable"], images["AclEnable"]) == (True, True)
    assert images["AclEntries"] == [{"Entry": "203.0.113.0/24", "Comment": "office"}]
    assert [item["VpcId"] for item in api("cr:GetInstanceVpcEndpoint", InstanceId=REGISTRY)["LinkedVpcs"]] == [
        quick.vswitches[0].vpc_id
    ]
    # Helm charts have endpoints of their own.
    charts = api("cr:GetInstanceEndpoint", InstanceId=REGISTRY, EndpointType="internet", ModuleName="Chart")
    assert (charts["Enable"], charts["AclEntries"]) == (False, [])
    assert api("cr:GetInstanceVpcEndpoint", InstanceId=REGISTRY, ModuleName="Chart")["LinkedVpcs"] == []


def test_pages_have_a_number_of_their_own_name(simulator: Simulator, quick: Estate) -> None:
    quick.registries.extend(Registry(id=f"cri-page{number}", name=str(number)) for number in range(3))
    simulator.simulation.reset(quick)
    page = Api(simulator)("cr:ListInstance", PageNo=2, PageSize=2)
    listed = [item["InstanceId"] for item in page["Instances"]]
    assert listed == [item.id for item in quick.registries][2:4]
    assert (page["PageNo"], page["TotalCount"]) == (2, len(quick.registries))


def test_a_vpc_is_linked_by_an_address_that_nobody_else_gets(simulator: Simulator, quick: Estate) -> None:
    with_a_registry(quick)
    simulator.simulation.reset(quick)
    api = Api(simulator)
    vswitch = {"VSwitchId": OTHER_VPC_VSWITCH}
    free = api("vpc:DescribeVSwitchAttributes", **vswitch)["AvailableIpAddressCount"]
    api("cr:CreateInstanceVpcEndpointLinkedVpc", **LINK)
    [linked] = [
        item
        for item in api("cr:GetInstanceVpcEndpoint", InstanceId=REGISTRY)["LinkedVpcs"]
        if item["VpcId"] == LINK["VpcId"]
    ]
    assert (linked["Status"], linked["DefaultAccess"]) == ("RUNNING", True)
    assert api("vpc:DescribeVSwitchAttributes", **vswitch)["AvailableIpAddressCount"] == free - 1
    created = api("ecs:CreateNetworkInterface", **vswitch, SecurityGroupId=OTHER_VPC_GROUP)
    assert created["PrivateIpAddress"] != linked["Ip"]
    simulator.clock.advance(60)  # it is being made, and being deleted
    api("ecs:DeleteNetworkInterface", NetworkInterfaceId=created["NetworkInterfaceId"])
    simulator.clock.advance(60)
    with refused("DependencyViolation"):
        api("vpc:DeleteVSwitch", **vswitch)
    api("cr:DeleteInstanceVpcEndpointLinkedVpc", **LINK)
    assert api("vpc:DescribeVSwitchAttributes", **vswitch)["AvailableIpAddressCount"] == free


def test_an_entry_of_a_whitelist_is_an_address_with_or_without_its_mask(simulator: Simulator, quick: Estate) -> None:
    with_a_registry(quick)
    simulator.simulation.reset(quick)
    api = Api(simulator)
    one = {**ENTRY, "Entry": "198.51.100.7/32", "ModuleName": "Chart"}
    api("cr:CreateInstanceEndpointAclPolicy", **one, Comment="builds")
    endpoint = api("cr:GetInstanceEndpoint", InstanceId=REGISTRY, EndpointType="internet", ModuleName="Chart")
    assert endpoint["AclEntries"] == [{"Entry": "198.51.100.7/32", "Comment": "builds"}]
    api("cr:DeleteInstanceEndpointAclPolicy", **{**one, "Entry": "198.51.100.7"})
    endpoint = api("cr:GetInstanceEndpoint", InstanceId=REGISTRY, EndpointType="internet", ModuleName="Chart")
    assert endpoint["AclEntries"] == []


def test_several_entries_come_and_go_together(simulator: Simulator, quick: Estate) -> None:
    with_a_registry(quick)
    simulator.simulation.reset(quick)
    api = Api(simulator)
    where = {"InstanceId": REGISTRY, "EndpointType": "internet"}

    def entries() -> list[str]:
        return [item["Entry"] for item in api("cr:GetInstanceEndpoint", **where)["AclEntries"]]

    new = [{"Entry": "198.51.100.7", "Comment": "builds"}, {"Entry": "198.51.100.8"}]
    api("cr:CreateInstanceEndpointAclPolicy", **where, Entries=new)
    assert entries() == ["203.0.113.0/24", "198.51.100.7", "198.51.100.8"]
    with refused("ENDPOINT_ACL_NOT_EXIST", 404):
        api("cr:DeleteInstanceEndpointAclPolicy", **where, Entries=[*new, {"Entry": "198.51.100.9"}])
    api("cr:DeleteInstanceEndpointAclPolicy", **where, Entries=new)
    assert entries() == ["203.0.113.0/24"]
