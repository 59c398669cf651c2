"""Facts of instances: what the cloud does not say is left out, and never the better value."""

from __future__ import annotations

from typing import Any

import pytest

from components.config import parse
from components.facts.instances import instance_facts
from components.facts.migration import migration_facts
from components.plan import make_plan
from estate.model import Disk, Snapshot, VSwitch
from tests.components.builders import FILE, config, estate, instance, vswitch


def facts(**fields: Any) -> dict[str, Any]:
    web = instance("i-web", "sg-web", "10.1.0.1", **fields)
    known = estate(instances=tuple(web if item.id == "i-web" else item for item in estate().instances))
    plan = make_plan(parse(config(), FILE), known, FILE)
    planned = next(item for item in plan.instances if item.instance.id == "i-web")
    return dict(instance_facts(planned, plan))


@pytest.mark.parametrize(
    ("field", "key", "value"),
    [
        ("instance_charge_type", "instanceChargeType", "PostPaid"),
        ("spot_strategy", "spotStrategy", "NoSpot"),
        ("io_optimized", "ioOptimized", True),
        ("local_storage_amount", "localStorageAmount", 0),
    ],
)
def test_unknown_instance_attributes_are_absent(field: str, key: str, value: Any) -> None:
    assert facts(**{field: value})[key] == value
    assert key not in facts(**{field: None})


def test_scaling_groups_are_those_of_the_tags() -> None:
    tags = (
        {"key": "acs:autoscaling:scalingGroupId", "value": "asg-bp1"},
        {"key": "ESS", "value": "ESS"},
    )
    assert facts(tags=tags)["scalingGroupIds"] == ["asg-bp1"]
    assert facts()["scalingGroupIds"] == []


RDS = {"id": "rm-a", "engine": "MySQL", "engine_version": "5.7", "security_ip_mode": "normal"}
IN_VPC = {"network_type": "vpc", "vpc_id": "vpc-other", "vswitch_id": "vsw-other", "zone_id": "cn-hangzhou-b"}


def private(*addresses: str | None) -> list[dict[str, Any]]:
    return [
        {"connection_string": f"{number}.example", "ip_type": "Private", "ip_address": address}
        for number, address in enumerate(addresses)
    ]


def server(address: str, *secondary: str | None, vpc_id: str = "vpc-other") -> dict[str, Any]:
    interfaces = [
        {"id": f"eni-{number}", "type": "Secondary", "primary_ip": address} for number, address in enumerate(secondary)
    ]
    main = {"id": "eni-main", "type": "Primary", "primary_ip": address}
    there = {"network_type": "vpc", "vpc_id": vpc_id, "network_interfaces": [main, *interfaces]}
    return instance("i-there", "sg-vpc", address, **there).model_dump()


def held(
    servers: list[dict[str, Any]] | None = None,
    databases: list[dict[str, Any]] | None = None,
    interfaces: list[dict[str, Any]] | None = None,
    virtual_ips: list[dict[str, Any]] | None = None,
    unread_lists: list[dict[str, Any]] | None = None,
    vswitches: list[VSwitch] | None = None,
    **choice: Any,
) -> list[tuple[str, bool]]:
    """Return who has or may have 10.0.8.7 in vpc-other, which i-web has in the classic network."""
    web = instance("i-web", "sg-web", "10.0.8.7")
    known = estate(
        instances=(web, *(item for item in estate().instances if item.id != "i-web"), *(servers or ())),
        databases=(*estate().databases, *({**RDS, **IN_VPC, **item} for item in databases or ())),
        network_interfaces=tuple(interfaces or ()),
        virtual_ips=tuple(virtual_ips or ()),
        unread_lists=tuple(unread_lists or ()),
        vswitches=(*(vswitches or estate().vswitches), vswitch("vsw-far", "vpc-other", "10.0.9.0/24")),
        security_groups=(*estate().security_groups, {"id": "sg-vpc", "name": "", "vpc_id": "vpc-other"}),
    )
    network = {"mode": "existing", "vpcId": "vpc-other", "vswitchIds": ["vsw-other"]}
    choices = [{"id": "i-web", **({"retainIp": True} | choice)}, "i-app"]
    given = parse(config(network=network, instances=choices, classicLink=None), FILE)
    plan = make_plan(given, known, FILE)
    found = {item.instance.id: instance_facts(item, plan)["heldAddresses"] for item in plan.instances}
    assert found["i-app"] == [], "it keeps no address"
    assert {item["ipAddress"] for item in found["i-web"]} <= {"10.0.8.7"}
    return [(item["holderId"], item["certain"]) for item in found["i-web"]]


@pytest.mark.parametrize(
    ("there", "holders"),
    [
        (server("10.0.8.7"), [("i-there", True)]),
        (server("10.0.8.8"), []),
        (server("10.0.8.8", "10.0.8.7"), [("i-there", True)]),
        (server("10.0.8.8", "10.0.8.9"), []),
        (server("10.0.8.8", None), [("i-there", False)]),
        (server("10.0.8.7", None), [("i-there", True)]),
        # The address of an only interface is the server's own.
        (server("10.0.8.8") | {"network_interfaces": [{"id": "eni-main"}]}, []),
        (server("10.0.8.7", vpc_id="vpc-old"), []),
    ],
)
def test_a_server_of_the_target_vpc_has_an_address_by_any_of_its_interfaces(
    there: dict[str, Any], holders: list[tuple[str, bool]]
) -> None:
    assert held(servers=[there]) == holders
    assert held(servers=[there], retainIp=False) == []


@pytest.mark.parametrize(
    ("fields", "holders"),
    [
        ({}, [("eni-9", True)]),
        ({"in_use": False}, [("eni-9", True)]),
        ({"private_ips": ["10.0.8.6", "10.0.8.7"]}, [("eni-9", True)]),
        ({"private_ips": ["10.0.8.6"]}, []),
        ({"private_ips": []}, []),
        ({"vpc_id": "vpc-old"}, []),
        ({"instance_id": "i-there"}, [("i-there", True)]),
        ({"instance_id": "i-there", "private_ips": ["10.0.8.6", "10.0.8.7"]}, [("i-there", True)]),
    ],
)
def test_an_interface_of_the_target_vpc_has_its_addresses_whoever_uses_it(
    fields: dict[str, Any], holders: list[tuple[str, bool]]
) -> None:
    interface = {"id": "eni-9", "vpc_id": "vpc-other", "in_use": True, "private_ips": ["10.0.8.7"]} | fields
    assert held(interfaces=[interface]) == holders


@pytest.mark.parametrize(
    ("vpc_id", "address", "holders"),
    [
        ("vpc-other", "10.0.8.7", [("havip-9", True)]),
        ("vpc-other", "10.0.8.8", []),
        ("vpc-old", "10.0.8.7", []),
    ],
)
def test_a_virtual_ip_address_of_the_target_vpc_is_taken(
    vpc_id: str, address: str, holders: list[tuple[str, bool]]
) -> None:
    assert held(virtual_ips=[{"id": "havip-9", "vpc_id": vpc_id, "ip_address": address}]) == holders


def test_any_ha_vip_may_have_an_address_where_they_were_not_read() -> None:
    unread = [{"service": service, "reason": "Not permitted."} for service in ("oss", "havip")]
    assert held(unread_lists=unread) == [("HAVIPs", False)]
    assert held(unread_lists=unread[:1]) == []
    assert held([server("10.0.8.7")], unread_lists=unread) == [("i-there", True), ("HAVIPs", False)]


def test_nobody_has_an_address_where_no_vswitch_is_yet() -> None:
    vswitches = [item for item in estate().vswitches if item.id != "vsw-other"]
    there = [vswitch("vsw-other", "vpc-other", "10.0.7.0/24"), *vswitches]
    unread = [{"service": "havip", "reason": "Not permitted."}]
    assert held([server("10.0.7.8", None)], vswitches=there, unread_lists=unread) == []


def test_a_server_that_has_an_address_for_certain_is_told_once() -> None:
    interface = {"id": "eni-9", "vpc_id": "vpc-other", "in_use": True, "private_ips": ["10.0.8.7"]}
    there = server("10.0.8.7", None)
    assert held([there], interfaces=[{**interface, "instance_id": "i-there"}]) == [("i-there", True)]
    assert held([there], interfaces=[interface]) == [("eni-9", True), ("i-there", True)]


@pytest.mark.parametrize(
    ("database", "holders"),
    [
        ({"net_infos": private("10.0.8.7")}, [("rm-a", True)]),
        ({"net_infos": private("10.0.8.8", "10.0.8.7")}, [("rm-a", True)]),
        ({"net_infos": private("10.0.8.7", None)}, [("rm-a", True)]),
        ({"net_infos": private("10.0.8.8")}, []),
        ({"net_infos": private("10.0.8.8", None)}, [("rm-a", False)]),
        ({"net_infos": private(None)}, [("rm-a", False)]),
        ({"net_infos": []}, [("rm-a", False)]),
        ({"net_infos": private(None), "vswitch_id": "vsw-far"}, []),
        ({"net_infos": private(None), "vswitch_id": None}, [("rm-a", False)]),
        ({"net_infos": private("10.0.8.7"), "vpc_id": "vpc-old", "vswitch_id": "vsw-old"}, []),
        ({"net_infos": private(None), "vpc_id": "vpc-old", "vswitch_id": "vsw-old"}, []),
        ({"net_infos": [{**private("10.0.8.7")[0], "ip_type": "Public"}, *private("10.0.8.8")]}, []),
        ({"net_infos": private("10.0.8.8"), "unread": [{"part": "endpoints", "reason": "."}]}, [("rm-a", False)]),
        ({"network_type": "classic", "vpc_id": None, "vswitch_id": None, "net_infos": []}, []),
        (
            {
                "network_type": "classic",
                "vpc_id": None,
                "vswitch_id": None,
                "unread": [{"part": "networkType", "reason": "."}],
            },
            [("rm-a", False)],
        ),
    ],
)
def test_a_database_of_the_target_vpc_has_an_address_or_may_have_it(
    database: dict[str, Any], holders: list[tuple[str, bool]]
) -> None:
    assert held(databases=[database]) == holders


def test_snapshots_that_are_taken_change_facts_of_the_migration_and_of_no_instance() -> None:
    """So an update that finds those of the one before writes one state anew, and not that of each instance."""
    disks = tuple(
        Disk(id=disk_id, instance_ids=ids, type="data", category="cloud_essd", size_gib=20, device="", status="In_use")
        for disk_id, ids in {"d-web": ("i-web",), "d-both": ("i-app", "i-web"), "d-idle": ("i-idle",)}.items()
    )
    taken = tuple(
        Snapshot(id=f"s-{disk_id}", disk_id=disk_id, status="accomplished", created_at=estate().read_at)
        for disk_id in ("d-both", "d-idle", "d-web", "d-gone")
    )
    plans = [
        make_plan(parse(config(), FILE), estate(disks=disks, snapshots=snapshots), FILE) for snapshots in ((), taken)
    ]
    without, with_them = ([instance_facts(item, plan) for item in plan.instances] for plan in plans)
    assert without == with_them
    snapshots = [migration_facts(plan)["snapshots"] for plan in plans]
    assert snapshots[0] == {}
    assert {disk_id: [item["snapshotId"] for item in of] for disk_id, of in snapshots[1].items()} == {
        "d-web": ["s-d-web"],
        "d-both": ["s-d-both"],
    }
