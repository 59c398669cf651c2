"""Container Registry: which instances there are, and who reaches them."""

from __future__ import annotations

from simulator.model.cr import Registry
from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.examples.cr import REGISTRY, with_a_registry
from tests.simulator.sdk import Api


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
