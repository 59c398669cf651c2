"""Regions and zones as each product lists them, and what CLB and Redis sell in a zone."""

from __future__ import annotations

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.sdk import Api

# cn-hangzhou-e of the sample takes no VSwitches.
ZONES = ["cn-hangzhou-b", "cn-hangzhou-h"]


@pytest.mark.parametrize(
    ("product", "path"),
    [
        ("ecs", ("Regions", "Region")),
        ("vpc", ("Regions", "Region")),
        ("slb", ("Regions", "Region")),
        ("rds", ("Regions", "RDSRegion")),
        ("kvstore", ("RegionIds", "KVStoreRegion")),
        ("dds", ("Regions", "DdsRegion")),
    ],
)
def test_every_product_knows_the_one_region(api: Api, product: str, path: tuple[str, str]) -> None:
    listed = api(f"{product}:DescribeRegions")[path[0]][path[1]]
    assert {item["RegionId"] for item in listed} == {"cn-hangzhou"}


def test_every_product_lists_the_zones_that_sell(api: Api) -> None:
    vpc = api("vpc:DescribeZones")["Zones"]["Zone"]
    assert [zone["ZoneId"] for zone in vpc] == ["cn-hangzhou-b", "cn-hangzhou-e", "cn-hangzhou-h"]
    slb = api("slb:DescribeZones")["Zones"]["Zone"]
    assert [zone["ZoneId"] for zone in slb] == ZONES
    assert [[other["ZoneId"] for other in zone["SlaveZones"]["SlaveZone"]] for zone in slb] == [ZONES[1:], ZONES[:1]]
    assert [item["ZoneId"] for item in api("rds:DescribeRegions")["Regions"]["RDSRegion"]] == ZONES
    assert api("kvstore:DescribeRegions")["RegionIds"]["KVStoreRegion"][0]["ZoneIds"] == ",".join(ZONES)
    mongodb = api("dds:DescribeRegions")["Regions"]["DdsRegion"][0]["Zones"]["Zone"]
    assert [zone["ZoneId"] for zone in mongodb] == ZONES


def test_databases_in_several_zones_are_a_zone_of_their_own(simulator: Simulator, quick: Estate) -> None:
    quick.databases[0].zone_id, quick.databases[0].other_zone_ids = "cn-hangzhou-b", ["cn-hangzhou-h"]
    simulator.simulation.reset(quick)
    zones = [item["ZoneId"] for item in Api(simulator)("rds:DescribeRegions")["Regions"]["RDSRegion"]]
    assert zones == [*ZONES, "cn-hangzhou-MAZ1(b,h)"]


def test_load_balancers_are_sold_in_pairs_of_zones(simulator: Simulator, quick: Estate, api: Api) -> None:
    def pairs(**filters: str) -> list[tuple[str, str, set[str]]]:
        zones = api("slb:DescribeAvailableResource", **filters)["AvailableResources"]["AvailableResource"]
        return [
            (
                item["MasterZoneId"],
                item["SlaveZoneId"],
                {resource["AddressType"] for resource in item["SupportResources"]["SupportResource"]},
            )
            for item in zones
        ]

    all_kinds = {"vpc", "classic_internet", "classic_intranet"}
    assert pairs() == [(ZONES[0], ZONES[1], all_kinds), (ZONES[1], ZONES[0], all_kinds)]
    assert pairs(AddressType="vpc") == [(ZONES[0], ZONES[1], {"vpc"}), (ZONES[1], ZONES[0], {"vpc"})]
    assert pairs(AddressIPVersion="ipv6") == []


def test_redis_is_sold_in_the_classes_of_the_estate(simulator: Simulator, quick: Estate) -> None:
    quick.redis[0].instance_class, quick.redis[0].engine_version = "redis.master.large.default", "4.0"
    simulator.simulation.reset(quick)
    api = Api(simulator)
    zones = api("kvstore:DescribeAvailableResource", Engine="Redis")["AvailableZones"]["AvailableZone"]
    assert [zone["ZoneId"] for zone in zones] == ZONES
    (engine,) = zones[0]["SupportedEngines"]["SupportedEngine"]
    (edition,) = engine["SupportedEditionTypes"]["SupportedEditionType"]
    (series,) = edition["SupportedSeriesTypes"]["SupportedSeriesType"]
    classes = {}
    for version in series["SupportedEngineVersions"]["SupportedEngineVersion"]:
        (architecture,) = version["SupportedArchitectureTypes"]["SupportedArchitectureType"]
        (shards,) = architecture["SupportedShardNumbers"]["SupportedShardNumber"]
        (nodes,) = shards["SupportedNodeTypes"]["SupportedNodeType"]
        classes[version["Version"]] = [
            item["InstanceClass"] for item in nodes["AvailableResources"]["AvailableResource"]
        ]
    assert classes == {"4.0": ["redis.master.large.default"], "5.0": ["redis.master.small.default"]}
    assert api("kvstore:DescribeAvailableResource", Engine="Memcache")["AvailableZones"]["AvailableZone"] == []
