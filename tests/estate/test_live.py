"""The live reader against the simulated cloud: what it reads, how it asks, and that it fails closed."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from estate.answers import ByToken
from estate.client import CONNECTIONS, Cloud
from estate.errors import CloudError, CredentialsError, EstateError, PermissionDenied, UnusableAnswer
from estate.live import IF_USED, RAM_ACTIONS, cr, ecs, free_interfaces, mongodb_database, oss, probe, read_estate, slb
from estate.model import (
    AdmittedGroup,
    ClassicLinkAttachment,
    Database,
    Estate,
    FreeInterface,
    Instance,
    PeerKind,
    SecurityGroupRule,
    VirtualIp,
)
from estate.reads import READS
from simulator.server import Simulator, running
from tests.estate import estates
from tests.estate.stub import error, serving
from tests.estate.whole import whole

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def simulator() -> Simulator:
    return estates.begun(estates.estate())


@pytest.fixture
def read(simulator: Simulator) -> Estate:
    return read_estate(estates.cloud(simulator), NOW)


@pytest.mark.parametrize("rate", [20, 50])
def test_a_region_is_read_within_the_rate_of_each_action(rate: int) -> None:
    """As many minutes as the busiest action needs, and no more than a tenth above: the others are read meanwhile."""
    region = estates.estate(
        security_groups=estates.dumped("security_groups")
        + [{"id": f"sg-{number}", "name": f"group-{number}"} for number in range(60)],
        databases=[
            {**item, "id": f"{item['id']}-{number}"} for item in estates.dumped("databases")[:1] for number in range(40)
        ],
        faults=[{"effect": "throttle", "per_minute": rate}],
    )
    slept: list[float] = []
    with running(region) as served:

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            served.clock.advance(seconds)

        estate = read_estate(Cloud(estates.settings(served), sleep=sleep), NOW)
        let_through = Counter(entry["action"] for entry in served.requests(outcome="OK"))
        refused = len(served.requests(outcome="Throttling"))
    assert len(estate.security_groups) == 64
    busiest = max(let_through.values())
    assert busiest > 2 * rate
    assert sum(slept) <= 1.1 * 60 * math.ceil(busiest / rate)
    # A few calls that are under way at once, for each wait.
    assert refused <= CONNECTIONS * len(slept)


def test_everything_is_read_and_sorted(read: Estate) -> None:
    assert (read.region_id, read.account_id, read.read_at) == (estates.REGION, estates.ACCOUNT, NOW)
    ids = {name: [item.id for item in getattr(read, name)] for name in ("instances", "disks", "snapshots", "vpcs")}
    assert ids == {
        "instances": ["i-1", "i-2", "i-3"],
        "disks": ["d-1"],
        "snapshots": ["s-1"],
        "vpcs": ["vpc-1", "vpc-2"],
    }
    assert [group.id for group in read.security_groups] == ["sg-classic", "sg-peer", "sg-vpc", "sg-vpc2"]
    assert [(database.id, database.product) for database in read.databases] == [
        ("dds-one", "mongodb"),
        ("dds-three", "mongodb"),
        ("r-cache", "redis"),
        ("rm-normal", "rds"),
        ("rm-safety", "rds"),
        ("rr-safety", "rds"),
    ]
    assert read.classic_links == (ClassicLinkAttachment(instance_id="i-1", vpc_id="vpc-1"),)


def test_a_classic_instance_has_its_facts(read: Estate) -> None:
    instance = read.instances[1]
    assert instance.is_classic
    assert instance.vpc_id is None
    assert instance.intranet_ips == ("10.160.0.2",)
    assert instance.public_ips == ("47.96.0.2",)
    assert instance.internet_max_bandwidth_out == 5
    assert instance.operation_locks == ("security",)
    assert instance.security_group_ids == ("sg-classic", "sg-peer")
    assert [(tag.key, tag.value) for tag in instance.tags] == [("team", "shop")]


def test_a_classic_group_has_the_rules_of_both_nics(read: Estate) -> None:
    group = read.security_groups[0]
    assert group.is_classic
    rules = {(rule.nic_type, rule.direction, rule.ip_protocol, rule.port_range): rule for rule in group.rules}
    assert set(rules) == {
        ("internet", "ingress", "TCP", "80/80"),
        ("internet", "egress", "ALL", "-1/-1"),
        ("intranet", "ingress", "TCP", "3306/3306"),
    }
    peer_rule = rules["intranet", "ingress", "TCP", "3306/3306"]
    assert (peer_rule.peer.kind, peer_rule.peer.value, peer_rule.priority) == (PeerKind.GROUP, "sg-peer", 110)
    assert rules["internet", "egress", "ALL", "-1/-1"].peer.value == "0.0.0.0/0"
    assert read.security_groups[1].inner_access_policy == "Drop"
    assert [instance.id for instance in read.members_of("sg-classic")] == ["i-1", "i-2"]


def test_only_types_in_use_are_kept(read: Estate) -> None:
    assert [(kind.id, kind.eni_quantity) for kind in read.instance_types] == [("ecs.n1.small", 1)]


def test_zones_tell_what_can_be_made_in_them(read: Estate) -> None:
    assert [(zone.id, zone.vswitch_available) for zone in read.zones] == [
        ("cn-hangzhou-c", False),
        (estates.ZONE, True),
    ]
    assert read.zones[1].instance_types == ("ecs.g5.large", "ecs.n1.small")


def test_networks_tell_classic_link_and_free_addresses(read: Estate) -> None:
    assert [vpc.classic_link_enabled for vpc in read.vpcs] == [True, False]
    assert read.vswitches[0].available_ip_address_count > 200


def database(read: Estate, database_id: str) -> Database:
    return next(item for item in read.databases if item.id == database_id)


def test_whitelists_are_read_for_each_network_that_the_mode_has(read: Estate) -> None:
    normal, safety = database(read, "rm-normal"), database(read, "rm-safety")
    assert {group.network_type for group in normal.whitelist_groups} == {"MIX"}
    assert [(group.network_type, group.name, group.attribute) for group in safety.whitelist_groups] == [
        ("Classic", "app", ""),
        ("Classic", "default", ""),
        ("Classic", "hdm_security_ips", "hidden"),
        ("VPC", "default", ""),
    ]
    assert normal.network_type == "classic"
    assert normal.net_infos[0].ip_type == "Inner"


def test_security_groups_that_a_database_admits_are_read_and_end_with_a_change_of_its_network() -> None:
    lists = {
        name: [item | {"security_group_ids": ["sg-peer", "sg-classic"]} for item in estates.dumped(name)]
        for name in ("databases", "redis", "mongodb")
    }
    for item in lists["databases"]:
        item["engine"] = "MariaDB" if item["id"] == "rm-normal" else "MySQL"
    classic = (
        AdmittedGroup(id="sg-classic", network_type="classic"),
        AdmittedGroup(id="sg-peer", network_type="classic"),
    )
    with running(estates.estate(timings={"database": 0}, **lists)) as simulator:
        cloud = estates.cloud(simulator)
        before = read_estate(cloud, NOW)
        requests = {
            entry["parameters"].get("DBInstanceId")
            for entry in simulator.requests(action="rds:DescribeSecurityGroupConfiguration")
        }
        cloud.call("kvstore:SwitchNetwork", instance_id="r-cache", target_network_type="VPC", **VPC)
        after = read_estate(cloud, NOW)
    groups = {item.id: item.security_groups for item in before.databases}
    # The reference names no MariaDB among the engines of the action.
    assert groups.pop("rm-normal") == ()
    assert requests == {"rm-safety", "rr-safety"}
    assert set(groups.values()) == {classic}
    assert {item.id: item.security_groups for item in after.databases}["r-cache"] == ()


def test_custom_routes_are_read_and_the_clouds_own_are_not() -> None:
    hop = {
        "id": "i-hop",
        "name": "hop",
        "zone_id": estates.ZONE,
        "instance_type": "ecs.g5.large",
        "network_type": "vpc",
        "vpc_id": "vpc-1",
        "vswitch_id": "vsw-1",
        "intranet_ips": ["172.16.0.9"],
        "security_group_ids": ["sg-vpc"],
    }
    instances = [*estates.estate().model_dump(mode="json", exclude_none=True)["instances"], hop]
    tables = [{"id": "vtb-1", "vpc_id": "vpc-1"}]
    entry = {"id": "rte-1", "route_table_id": "vtb-1", "destination_cidr_block": "10.0.0.0/8", "next_hop_id": "i-hop"}
    with running(estates.estate(instances=instances, route_tables=tables, route_entries=[entry])) as simulator:
        read = read_estate(estates.cloud(simulator), NOW)
    [route] = read.routes
    assert (route.vpc_id, route.route_table_id, route.destination) == ("vpc-1", "vtb-1", "10.0.0.0/8")
    assert (route.status, route.next_hop_ids) == ("Available", ("i-hop",))


def test_the_way_to_the_internet_by_an_ipv4_gateway_is_read() -> None:
    vpcs, vswitches = estates.dumped("vpcs"), estates.dumped("vswitches")
    vpcs[0] |= {"ipv4_gateway": True, "ipv4_gateway_id": "ipv4gw-1"}
    vswitches[0]["route_table_id"] = "vtb-1"
    route = {"id": "rte-1", "route_table_id": "vtb-1", "destination_cidr_block": "0.0.0.0/0"}
    hop = {"next_hop_type": "Ipv4Gateway", "next_hop_id": "ipv4gw-1"}
    lists = {"route_tables": [{"id": "vtb-1", "vpc_id": "vpc-1"}], "route_entries": [route | hop]}
    with running(estates.estate(vpcs=vpcs, vswitches=vswitches, **lists)) as served:
        read = read_estate(estates.cloud(served), NOW)
    assert [(item.ipv4_gateway, item.ipv4_gateway_id) for item in read.vpcs] == [(True, "ipv4gw-1"), (False, None)]
    assert [item.route_table_id for item in read.vswitches] == ["vtb-1"]
    assert [(item.destination, item.next_hop_ids) for item in read.routes] == [("0.0.0.0/0", ("ipv4gw-1",))]


def test_the_move_that_is_scheduled_is_read() -> None:
    start = "2026-12-12T02:00:00+08:00"
    plan = {"id": "mp-1", "instance_ids": ["i-3"], "start": start, "latest": "2026-12-20T00:00:00+08:00"}
    target = {"vpc_id": "vpc-1", "vswitch_ids": ["vsw-1"], "security_group_ids": ["sg-vpc"]}
    with running(estates.estate(migrations=[plan | target])) as simulator:
        [event] = read_estate(estates.cloud(simulator), NOW).scheduled_events
    assert (event.instance_id, event.type, event.reason_code) == ("i-3", "SystemMaintenance.Reboot", "VPCMigrationEcs")
    assert event.not_before == datetime.fromisoformat(start)


def test_events_that_are_not_over_are_read_and_no_others() -> None:
    statuses = ["Scheduled", "Executing", "Inquiring", "Avoided", "Executed", "Canceled", "Failed"]
    some = {"type": "SystemMaintenance.Reboot", "not_before": NOW.isoformat(), "published_at": NOW.isoformat()}
    events = [{"id": f"e-{status}", "instance_id": "i-3", "status": status, **some} for status in statuses]
    with running(estates.estate(events=events)) as simulator:
        read = read_estate(estates.cloud(simulator), NOW).scheduled_events
    assert {event.id: event.status for event in read} == {f"e-{status}": status for status in statuses[:3]}


def test_a_read_only_instance_names_its_primary(read: Estate) -> None:
    assert database(read, "rr-safety").primary_id == "rm-safety"
    assert database(read, "rm-safety").primary_id is None


@pytest.mark.parametrize(
    ("database_id", "engine", "architecture", "status", "kinds"),
    [
        ("r-cache", "Redis", "standard", "Normal", ["Normal"]),
        ("dds-three", "MongoDB", "replicate", "Running", ["Primary", "Secondary"]),
        ("dds-one", "MongoDB", "standalone", "Running", ["Primary"]),
    ],
)
def test_redis_and_mongodb_have_the_facts_of_a_database(
    read: Estate, database_id: str, engine: str, architecture: str, status: str, kinds: list[str]
) -> None:
    model_read = database(read, database_id)
    assert (model_read.engine, model_read.architecture, model_read.status, model_read.zone_id) == (
        engine,
        architecture,
        status,
        estates.ZONE,
    )
    assert (model_read.network_type, model_read.vpc_id, model_read.security_ip_mode) == ("classic", None, "normal")
    assert [group.name for group in model_read.whitelist_groups] == ["app", "default", "hdm_security_ips"]
    assert model_read.whitelist_groups[0].security_ips == ("10.160.0.1",)
    infos = model_read.net_infos
    assert [(item.connection_string_type, item.ip_type, item.expires_in_seconds) for item in infos] == [
        (kind, "Inner", None) for kind in kinds
    ]


VPC: dict[str, Any] = {"vpc_id": "vpc-1", "v_switch_id": "vsw-1", "retain_classic": "True", "classic_expired_days": 14}


@pytest.mark.parametrize(
    ("database_id", "action", "fields"),
    [
        (
            "rm-normal",
            "rds:ModifyDBInstanceNetworkType",
            {
                "dbinstance_id": "rm-normal",
                "instance_network_type": "VPC",
                "vpcid": "vpc-1",
                **{key: value for key, value in VPC.items() if key != "vpc_id"},
            },
        ),
        ("r-cache", "kvstore:SwitchNetwork", {"instance_id": "r-cache", "target_network_type": "VPC", **VPC}),
        (
            "dds-three",
            "dds:ModifyDBInstanceNetworkType",
            {"dbinstance_id": "dds-three", "network_type": "VPC", "zone_id": estates.ZONE, **VPC},
        ),
    ],
)
def test_hybrid_access_is_an_address_in_the_vpc_beside_classic_ones_that_expire(
    database_id: str, action: str, fields: dict[str, Any]
) -> None:
    with running(estates.estate(timings={"database": 0})) as simulator:
        cloud = estates.cloud(simulator)
        cloud.call(action, **fields)
        model_read = database(read_estate(cloud, NOW), database_id)
    assert (model_read.network_type, model_read.vpc_id, model_read.vswitch_id) == ("vpc", "vpc-1", "vsw-1")
    classic = [item for item in model_read.net_infos if item.ip_type == "Inner"]
    private = [item for item in model_read.net_infos if item.ip_type == "Private"]
    assert len(classic) == len(private) >= 1
    for old, new in zip(classic, private, strict=True):
        assert old.expires_in_seconds is not None
        assert 13 * 86400 < old.expires_in_seconds <= 14 * 86400
        assert old.connection_string != new.connection_string
        assert (old.vpc_id, new.vpc_id, new.vswitch_id, new.expires_in_seconds) == (None, "vpc-1", "vsw-1", None)


def test_a_sharded_cluster_is_in_the_estate_without_addresses() -> None:
    """It is no part of the simulated cloud; what is not understood of a database must not make it disappear."""
    head = SimpleNamespace(
        dbinstance_id="dds-shards",
        dbinstance_type="sharding",
        dbinstance_description="",
        engine="MongoDB",
        engine_version="4.2",
        replication_factor=None,
        zone_id=estates.ZONE,
        dbinstance_status="Running",
        network_type="Classic",
        vpcid=None,
        v_switch_id=None,
    )
    with serving() as stub:
        stub.answers("DescribeSecurityIps", (200, {"RequestId": "R", "SecurityIpGroups": {"SecurityIpGroup": []}}))
        read = mongodb_database(stub.cloud(), head)
    assert (read.architecture, read.net_infos) == ("sharding", ())


def test_interfaces_are_read_and_the_free_ones_of_a_name() -> None:
    """Free ones: none that is attached, or of another name; of primary ones those with several addresses."""
    place = {"vswitch_id": "vsw-1", "security_group_ids": ["sg-vpc"]}
    interfaces = [
        {"id": "eni-free", "name": "i-4-public", "description": "For its EIP", "private_ips": ["172.16.0.11"]},
        {"id": "eni-other", "name": "i-5-public", "private_ips": ["172.16.0.12"]},
        {
            "id": "eni-attached",
            "name": "i-4-public",
            "private_ips": ["172.16.0.13", "172.16.0.15"],
            "instance_id": "i-4",
            "status": "InUse",
        },
    ]
    primary = {"type": "Primary", "status": "InUse"}
    interfaces += [
        {**primary, "id": "eni-web-4", "instance_id": "i-4", "private_ips": ["172.16.0.14"]},
        {**primary, "id": "eni-web-5", "instance_id": "i-5", "private_ips": ["172.16.0.17", "172.16.0.18"]},
    ]
    moved: dict[str, Any] = {"zone_id": estates.ZONE, "instance_type": "ecs.g5.large", "security_group_ids": ["sg-vpc"]}
    moved |= {"network_type": "vpc", "vpc_id": "vpc-1", "vswitch_id": "vsw-1"}
    region = estates.estate(
        instances=[
            *estates.dumped("instances"),
            {**moved, "id": "i-4", "name": "web-4", "intranet_ips": ["172.16.0.14"]},
            {**moved, "id": "i-5", "name": "web-5", "intranet_ips": ["172.16.0.17"]},
        ],
        network_interfaces=[{**item, **place} for item in interfaces],
    )
    with running(region) as simulator:
        cloud = estates.cloud(simulator)
        found, whole = free_interfaces(cloud, "i-4-public"), read_estate(cloud, NOW)
        others = ecs.vpc_interfaces(cloud, [])
    assert found == [FreeInterface(id="eni-free", vpc_id="vpc-1", description="For its EIP")]
    assert {(item.instance_id, item.private_ips) for item in others} - {
        (item.instance_id, item.private_ips) for item in whole.network_interfaces
    } == {("i-4", ("172.16.0.14",))}, "the primary one of an instance of which nothing is known, such as a container's"
    known = [(item.id, item.instance_id, item.in_use, item.private_ips) for item in whole.network_interfaces]
    assert known == [
        ("eni-attached", "i-4", True, ("172.16.0.13", "172.16.0.15")),
        ("eni-free", None, False, ("172.16.0.11",)),
        ("eni-other", None, False, ("172.16.0.12",)),
        ("eni-web-5", "i-5", True, ("172.16.0.17", "172.16.0.18")),
    ]


@pytest.mark.parametrize(
    ("listed", "network_type", "believed"),
    [
        ([], "vpc", False),
        (["eni-x"], "vpc", False),
        (["eni-x", "eni-4"], "vpc", True),
        ([], "classic", True),
    ],
)
def test_a_list_without_any_interface_of_the_instances_is_not_believed(
    listed: list[str], network_type: str, believed: bool
) -> None:
    """Where the cloud shows nothing for want of permission, whoever is in a VSwitch would be missed."""
    fields: dict[str, Any] = {
        "id": "i-4",
        "zone_id": estates.ZONE,
        "instance_type": "ecs.g5.large",
        "status": "Running",
    }
    fields |= {"network_type": network_type, "network_interfaces": [{"id": "eni-4"}]}
    interfaces = [{"NetworkInterfaceId": name, "PrivateIpSets.PrivateIpSet": []} for name in listed]
    refusal: AbstractContextManager[object] = nullcontext()
    if not believed:
        refusal = pytest.raises(PermissionDenied, match=r"DescribeNetworkInterfaces.*R-9")
    with serving() as stub, refusal:
        stub.answers("DescribeNetworkInterfaces", whole("ecs:DescribeNetworkInterfaces", *interfaces, RequestId="R-9"))
        found = ecs.vpc_interfaces(stub.cloud(), [Instance.model_validate(fields)])
        assert [item.id for item in found] == listed


def test_the_place_and_the_system_of_an_instance_in_a_vpc_are_read() -> None:
    there = {
        "InstanceNetworkType": "vpc",
        "VpcAttributes.VpcId": "vpc-1",
        "VpcAttributes.VSwitchId": "vsw-1",
        "VpcAttributes.PrivateIpAddress.IpAddress": ["172.16.0.4"],
        "InnerIpAddress.IpAddress": [],
        "PublicIpAddress.IpAddress": ["47.96.0.9"],
        "EipAddress.IpAddress": "47.96.0.10",
        "OSName": "乌班图",
        "OSNameEn": "Ubuntu",
    }
    with serving() as stub:
        stub.answers("DescribeInstances", whole("ecs:DescribeInstances", there))
        [read] = ecs.instances(stub.cloud())
        stub.answers("DescribeInstances", whole("ecs:DescribeInstances", there | {"OSNameEn": ""}))
        [unnamed] = ecs.instances(stub.cloud())
    assert (read.network_type, read.vpc_id, read.vswitch_id) == ("vpc", "vpc-1", "vsw-1")
    assert (read.intranet_ips, read.public_ips, read.eip) == (("172.16.0.4",), ("47.96.0.9",), "47.96.0.10")
    assert (read.os_name, unnamed.os_name) == ("Ubuntu", "乌班图")


@pytest.mark.parametrize(
    ("category", "amount", "known"),
    [("local_ssd_pro", 2, 2), ("local_ssd_pro", None, None), ("", None, 0), (None, 2, None)],
)
def test_the_local_disks_of_a_type_are_read(category: str | None, amount: int | None, known: int | None) -> None:
    item = {"InstanceTypeId": "ecs.i1", "LocalStorageCategory": category, "LocalStorageAmount": amount}
    with serving() as stub:
        stub.answers("DescribeInstanceTypes", whole("ecs:DescribeInstanceTypes", item))
        [read] = ecs.instance_types(stub.cloud(), {"ecs.i1"})
    assert read.local_storage_amount == known


def read_rule(item: dict[str, Any]) -> SecurityGroupRule:
    """The rule that is read of a Permission, the rest of which is made up."""
    head = SimpleNamespace(security_group_id="sg-x", vpc_id="vpc-1", security_group_type="normal", service_managed=None)
    head.security_group_name = head.description = head.tags = None
    with serving() as stub:
        stub.answers("DescribeSecurityGroupAttribute", whole("ecs:DescribeSecurityGroupAttribute", item))
        [rule] = ecs.security_group(stub.cloud(), head).rules
    return rule


@pytest.mark.parametrize(("direction", "far", "near"), [("ingress", "1", "2"), ("egress", "2", "1")])
def test_the_far_end_of_a_rule_is_its_source_or_its_destination(direction: str, far: str, near: str) -> None:
    item = {
        "Direction": direction,
        "SourceCidrIp": "10.1.0.0/16",
        "DestCidrIp": "10.2.0.0/16",
        "Ipv6SourceCidrIp": "2001:db8:1::/48",
        "Ipv6DestCidrIp": "2001:db8:2::/48",
        "SourceGroupId": "sg-1",
        "DestGroupId": "sg-2",
        "SourceGroupOwnerAccount": "account-1",
        "DestGroupOwnerAccount": "account-2",
        "SourcePrefixListId": "pl-1",
        "DestPrefixListId": "pl-2",
        "CreateTime": "",
    }
    rule = read_rule(item)
    assert (rule.cidr_ip, rule.ipv6_cidr_ip) == (f"10.{far}.0.0/16", f"2001:db8:{far}::/48")
    assert (rule.group_id, rule.group_owner_account) == (f"sg-{far}", f"account-{far}")
    assert rule.prefix_list_id == f"pl-{far}"
    assert (rule.local_cidr_ip, rule.local_ipv6_cidr_ip) == (f"10.{near}.0.0/16", f"2001:db8:{near}::/48")


@pytest.mark.parametrize(
    ("given", "read"), [("1024/65535", "1024/65535"), ("1/1", "1/1"), ("-1/-1", None), ("", None), (None, None)]
)
def test_the_source_ports_of_a_rule_are_read(given: str | None, read: str | None) -> None:
    """The cloud fills in -1/-1 where there are none."""
    item = {"SourcePortRange": given, "SourceCidrIp": "10.1.0.0/16", "CreateTime": ""}
    assert read_rule(item).source_port_range == read


@pytest.mark.parametrize(
    ("named", "attached", "mounted", "owners"),
    [
        ("i-1", ["i-1"], [], ("i-1",)),
        ("i-1", [], [], ("i-1",)),
        # Being attached or reset, as InstanceId has a value only In_use or Detaching.
        ("", ["i-1"], [], ("i-1",)),
        # Multi-attach is on.
        ("", ["i-2", "i-1"], [], ("i-1", "i-2")),
        # Shared Block Storage.
        ("", [], ["i-2"], ("i-2",)),
        ("", [], [], ()),
    ],
)
def test_a_disk_belongs_to_all_instances_that_it_is_attached_to(
    named: str, attached: list[str], mounted: list[str], owners: tuple[str, ...]
) -> None:
    """DescribeDisks: a disk that nobody is seen to have would need no snapshot."""
    disk = {
        "InstanceId": named,
        "Attachments.Attachment": [{"InstanceId": item} for item in attached],
        "MountInstances.MountInstance": [{"InstanceId": item} for item in mounted],
    }
    with serving() as stub:
        stub.answers("DescribeDisks", whole("ecs:DescribeDisks", disk))
        [read] = ecs.disks(stub.cloud())
    assert read.instance_ids == owners


def test_both_lists_of_mongodb_are_read(simulator: Simulator, read: Estate) -> None:
    queries = [entry["parameters"] for entry in simulator.requests(action="dds:DescribeDBInstances")]
    assert {parameters["DBInstanceType"] for parameters in queries} == {"replicate", "sharding"}


def test_a_read_is_the_same_every_time_and_survives_json(simulator: Simulator, read: Estate) -> None:
    assert read_estate(estates.cloud(simulator), NOW) == read
    assert Estate.model_validate_json(read.model_dump_json(by_alias=True)) == read


COUNTED = sorted(
    action for action, reading in READS.items() if isinstance(reading.paging, ByToken) and reading.paging.counted
)


def test_pages_are_asked_for_at_the_maximum_size(simulator: Simulator, read: Estate) -> None:
    largest = {
        "DescribeInstances": "100",
        "DescribeDisks": "500",
        "DescribeSnapshots": "100",
        "DescribeSecurityGroups": "100",
        "DescribeSecurityGroupAttribute": "1000",
        "DescribeDBInstances": "100",
        "DescribeInstanceHistoryEvents": "100",
        "ecs:DescribeInstanceHistoryEvents": "100",
        "ecs:DescribeInstances": "100",
        "ecs:DescribeDisks": "500",
        "ecs:DescribeSnapshots": "100",
        "ecs:DescribeSecurityGroups": "100",
        "ecs:DescribeSecurityGroupAttribute": "1000",
        "ecs:DescribeNetworkInterfaces": "500",
        "rds:DescribeDBInstances": "100",
        "kvstore:DescribeInstances": "50",
        "dds:DescribeDBInstances": "100",
    }
    counts: Counter[str] = Counter()
    for entry in simulator.requests():
        parameters, action = entry["parameters"], f"{entry['product']}:{entry['action']}"
        if action not in largest or parameters.get("DryRun") is not None:
            continue
        # A list that is read by a token is counted by one further call, of one item.
        if action in COUNTED and "PageNumber" in parameters:
            counts[action] += 1
        else:
            assert largest[action] == parameters.get("MaxResults", parameters.get("PageSize")), action
    assert counts == dict.fromkeys(COUNTED, 1)


def test_only_declared_actions_are_called(simulator: Simulator, read: Estate) -> None:
    declared = {action for actions in RAM_ACTIONS.values() for action in actions}
    assert {f"{entry['product']}:{entry['action']}" for entry in simulator.requests()} == declared


def test_more_than_a_page_is_read_whole() -> None:
    disks = [
        {"id": f"d-{number:04}", "type": "data", "size_gib": 20, "zone_id": estates.ZONE} for number in range(1101)
    ]
    with running(estates.estate(disks=disks, snapshots=[])) as simulator:
        read = read_estate(estates.cloud(simulator), NOW)
    assert len(read.disks) == 1101


def test_without_permission_an_empty_list_is_not_an_empty_estate(simulator: Simulator) -> None:
    with pytest.raises(PermissionDenied, match="RAM action ecs:DescribeInstances"):
        read_estate(estates.cloud(simulator, user="blind"), NOW)


@pytest.mark.parametrize(
    "action",
    sorted({a for part in RAM_ACTIONS.keys() - IF_USED for a in RAM_ACTIONS[part]} - {"sts:GetCallerIdentity"}),
)
def test_each_missing_permission_is_named(action: str) -> None:
    users = estates.estate().model_dump(mode="json")["users"][:1]
    users[0] |= {"access_key_secret": "secret-of-ak-tester"}
    users[0]["policies"][0]["Statement"].append({"Effect": "Deny", "Action": action, "Resource": "*"})
    with running(estates.estate(users=users)) as simulator, pytest.raises(PermissionDenied) as caught:
        read_estate(estates.cloud(simulator), NOW)
    assert caught.value.action == action


def test_a_group_without_a_word_on_its_members_is_an_error_and_not_open() -> None:
    silent = estates.estate()
    silent.security_groups[1].inner_access_policy = None  # type: ignore[assignment]
    with (
        running(silent) as simulator,
        pytest.raises(
            EstateError, match=r"ecs:DescribeSecurityGroupAttribute .*InnerAccessPolicy is missing \(RequestId "
        ),
    ):
        read_estate(estates.cloud(simulator), NOW)


def test_wrong_credentials_show_first(simulator: Simulator) -> None:
    with pytest.raises(CredentialsError):
        read_estate(estates.cloud(simulator, secretKey="wrong"), NOW)
    assert [entry["action"] for entry in simulator.requests()] in (["GetCallerIdentity"], [])


def test_another_account_is_refused(simulator: Simulator) -> None:
    with pytest.raises(CredentialsError, match=estates.ACCOUNT):
        read_estate(estates.cloud(simulator, accountId="99"), NOW)


def test_members_of_vserver_groups_are_read(read: Estate) -> None:
    [group] = read.vserver_groups
    assert (group.id, group.name, group.load_balancer_id) == ("rsp-front", "front", "lb-front")
    assert (group.address_type, group.vpc_id) == ("internet", None)
    assert [(item.server_id, item.port, item.weight) for item in group.servers] == [("i-1", 80, 50)]


def test_ha_vips_and_addresses_of_load_balancers_in_vpcs_are_read() -> None:
    zones = {"name": "lb", "master_zone_id": estates.ZONE, "slave_zone_id": estates.ZONE}
    balancers = [
        {**zones, "id": "lb-public", "address": "47.96.0.9"},
        {**zones, "id": "lb-classic", "address": "10.1.2.3", "address_type": "intranet"},
        {
            **zones,
            "id": "lb-inside",
            "address": "172.16.0.9",
            "address_type": "intranet",
            "vpc_id": "vpc-1",
            "vswitch_id": "vsw-1",
        },
    ]
    with running(estates.estate(load_balancers=balancers, vserver_groups=[], ha_vips=[HA_VIP])) as served:
        read = read_estate(estates.cloud(served), NOW)
    assert read.virtual_ips == (
        VirtualIp(id="havip-1", vpc_id="vpc-1", ip_address="172.16.0.7"),
        VirtualIp(id="lb-inside", vpc_id="vpc-1", ip_address="172.16.0.9"),
    )


def test_eips_are_read() -> None:
    with running(estates.estate(eips=[EIP, {**EIP, "id": "eip-2", "ip_address": "47.96.0.2"}])) as served:
        assert [item.id for item in read_estate(estates.cloud(served), NOW).eips] == ["eip-1", "eip-2"]


def test_network_acls_that_are_bound_are_read_with_their_entries_in_order() -> None:
    acl = {
        "id": "nacl-shop",
        "vpc_id": "vpc-1",
        "ingress": [{"policy": "drop", "protocol": "tcp", "port": "22/22", "cidr_block": "10.0.0.0/8"}, {}],
        "egress": [{"type": "system", "policy": "drop", "cidr_block": "::/0"}],
    }
    with running(estates.estate(network_acls=[acl])) as served:
        [read] = read_estate(estates.cloud(served), NOW).network_acls
    fields = [
        (it.direction, it.entry_type, it.policy, it.protocol, it.port_range, it.cidr_block)
        for it in read.ordered_entries
    ]
    assert (read.id, read.status) == ("nacl-shop", "Available")
    assert fields == [
        ("ingress", "custom", "drop", "tcp", "22/22", "10.0.0.0/8"),
        ("ingress", "custom", "accept", "all", "-1/-1", "0.0.0.0/0"),
        ("egress", "system", "drop", "all", "-1/-1", "::/0"),
    ]


def test_a_load_balancer_whose_address_is_not_understood_stops_the_reading() -> None:
    item = {"LoadBalancerId": "lb-1", "AddressType": "intranet", "VpcId": "vpc-1", "Address": "here"}
    with serving() as stub:
        stub.answers("DescribeLoadBalancers", whole("slb:DescribeLoadBalancers", item, RequestId="R-9"))
        with pytest.raises(UnusableAnswer, match=r"virtual IP address lb-1.*ipAddress is 'here'.*R-9"):
            list(slb.virtual_ips(slb.load_balancers(stub.cloud())))


def test_a_vserver_group_is_in_the_vpc_of_its_load_balancer() -> None:
    head = SimpleNamespace(load_balancer_id="lb-1", address_type="intranet", vpc_id="vpc-1")
    with serving() as stub:
        stub.answers("DescribeVServerGroups", whole("slb:DescribeVServerGroups", {"VServerGroupId": "rsp-1"}))
        stub.answers("DescribeVServerGroupAttribute", whole("slb:DescribeVServerGroupAttribute", {}))
        [group] = slb.vserver_groups(stub.cloud(endpoints={"slb": f"127.0.0.1:{stub.port}"}), head)
    assert (group.load_balancer_id, group.address_type, group.vpc_id) == ("lb-1", "intranet", "vpc-1")


@pytest.mark.parametrize(("given", "version"), [("ipv6", "ipv6"), ("ipv4", "ipv4"), (None, "ipv4")])
def test_the_addresses_of_an_access_control_list_are_of_its_version(given: str | None, version: str) -> None:
    """Older answers name none, and knew ipv4 alone."""
    action = "slb:DescribeAccessControlListAttribute"
    with serving() as stub:
        stub.answers("DescribeAccessControlListAttribute", whole(action, {}, AddressIPVersion=given))
        read = slb.access_list(stub.cloud(endpoints={"slb": f"127.0.0.1:{stub.port}"}), "acl-1")
    assert read.ip_version == version


@pytest.mark.parametrize(
    ("answered", "refusal"),
    [
        (error(400, "DryRunOperation"), None),
        (error(403, "Forbidden.RAM"), PermissionDenied),
        (error(400, "InvalidParameter"), CloudError),
        (error(503, "ServiceUnavailable"), CloudError),
        ((200, {"RequestId": "R-1", "Instances": {"Instance": []}}), PermissionDenied),
    ],
)
def test_only_a_dry_run_that_would_have_been_carried_out_proves_a_permission(
    answered: Any, refusal: type[Exception] | None
) -> None:
    with serving() as stub, pytest.raises(refusal) if refusal else nullcontext():
        stub.answers("DescribeInstances", answered)
        probe(stub.cloud(), "ecs:DescribeInstances")


def test_an_interface_with_several_addresses_is_several_servers_of_a_group() -> None:
    """Its id and port are in the list once for each address, which is no list that changed while it was read."""
    action = "slb:DescribeVServerGroupAttribute"
    servers = [{"ServerId": "eni-1", "Port": 80, "ServerIp": address} for address in ("172.16.0.4", "172.16.0.5")]
    head = SimpleNamespace(load_balancer_id="lb-1", address_type="intranet", vpc_id="vpc-1")
    with serving() as stub:
        stub.answers("DescribeVServerGroups", whole("slb:DescribeVServerGroups", {"VServerGroupId": "rsp-1"}))
        stub.answers("DescribeVServerGroupAttribute", whole(action, *servers))
        [group] = slb.vserver_groups(stub.cloud(endpoints={"slb": f"127.0.0.1:{stub.port}"}), head)
    assert [(item.server_id, item.port) for item in group.servers] == [("eni-1", 80)] * 2


def test_automatic_snapshot_policies_are_read_with_the_disks_that_mind_them() -> None:
    disk = {"type": "data", "size_gib": 20, "zone_id": estates.ZONE, "auto_snapshot_policy_id": "sp-night"}
    with running(
        estates.estate(
            auto_snapshot_policies=[
                {"id": "sp-night", "name": "night", "time_points": [3, 22], "repeat_weekdays": [6, 7]}
            ],
            disks=[{"id": "d-minds", **disk}, {"id": "d-not", **disk, "enable_auto_snapshot": False}],
            snapshots=[],
        )
    ) as served:
        read = read_estate(estates.cloud(served), NOW)
    [policy] = read.auto_snapshot_policies
    assert (policy.id, policy.name, policy.hours, policy.weekdays) == ("sp-night", "night", (3, 22), (6, 7))
    assert [item.auto_snapshot_policy_id for item in read.disks] == ["sp-night", None]


def test_access_control_lists_are_read_page_by_page() -> None:
    entries = [{"entry": f"10.160.{number}.0/24"} for number in range(120)]
    zones = {"master_zone_id": estates.ZONE, "slave_zone_id": estates.ZONE}
    listener = {"port": 80, "protocol": "tcp", "access_list_ids": ["acl-long"]}
    with running(
        estates.estate(
            access_lists=[{"id": "acl-long", "name": "long", "entries": entries}],
            load_balancers=[{"id": "lb-1", "name": "lb", "address": "10.1.2.3", "listeners": [listener], **zones}],
            vserver_groups=[],
        )
    ) as served:
        [access_list] = read_estate(estates.cloud(served), NOW).access_lists
    assert access_list.entries == tuple(item["entry"] for item in entries)
    assert (access_list.name, access_list.listeners) == ("long", ("lb-1:80 (white)",))


REGISTRY = {
    "id": "cri-1",
    "name": "shop",
    "endpoints": [
        {
            "enabled": True,
            "entries": [{"entry": "10.160.0.1/32"}],
            "linked_vpcs": [{"vpc_id": "vpc-1", "vswitch_id": "vsw-1"}],
        },
        {
            "module": "Chart",
            "enabled": True,
            "acl_enabled": False,
            "entries": [{"entry": "10.160.0.2/32"}],
            "linked_vpcs": [{"vpc_id": "vpc-1", "vswitch_id": "vsw-1", "status": "CREATING"}],
        },
    ],
}
HA_VIP = {"id": "havip-1", "vswitch_id": "vsw-1", "ip_address": "172.16.0.7"}
EIP = {"id": "eip-1", "ip_address": "47.96.0.1"}
ALLOW = {"Effect": "Allow", "Action": "oss:*", "Condition": {"IpAddress": {"acs:SourceIp": ["10.160.0.1"]}}}


def test_whitelists_of_registries_are_read_for_both_modules() -> None:
    with running(estates.estate(registries=[REGISTRY])) as served:
        read = read_estate(estates.cloud(served), NOW)
    charts, images = read.registry_access_lists
    assert (images.registry_id, images.registry_name, images.module) == ("cri-1", "shop", "Registry")
    assert (images.in_force, images.entries, images.linked_vpc_ids) == (True, ("10.160.0.1/32",), ("vpc-1",))
    assert (charts.module, charts.in_force, charts.entries) == ("Chart", False, ("10.160.0.2/32",))
    # Linked, and not reached yet.
    assert charts.linked_vpc_ids == ()
    assert read.unread_lists == ()


def test_more_registries_and_buckets_than_a_page_are_read_whole() -> None:
    registries = [{"id": f"cri-{number}", "name": "r"} for number in range(101)]
    buckets = [{"id": f"bucket-{number:04}"} for number in range(1001)]
    with running(estates.estate(registries=registries, buckets=buckets)) as served:
        assert len(cr.registries(estates.cloud(served))) == 101
        assert len(oss.bucket_names(estates.cloud(served))) == 1001


def test_policies_of_buckets_in_the_region_are_read() -> None:
    policy = {"Version": "1", "Statement": [ALLOW]}
    far = {"id": "far", "region_id": "cn-beijing", "policy": policy}
    with running(estates.estate(buckets=[{"id": "logs", "policy": policy}, {"id": "plain"}, far])) as served:
        read = read_estate(estates.cloud(served), NOW)
    assert [(item.id, [statement.addresses for statement in item.statements]) for item in read.bucket_policies] == [
        ("logs", [("10.160.0.1",)]),
        ("plain", []),
    ]


@pytest.mark.parametrize("action", sorted(a for part in IF_USED for a in RAM_ACTIONS[part]))
def test_without_permission_for_lists_that_not_all_have_the_rest_is_read(action: str) -> None:
    user = estates._user("tester", "1", [action])
    lists = {"registries": [REGISTRY], "buckets": [{"id": "logs", "policy": {"Statement": [ALLOW]}}]}
    lists |= {"ha_vips": [HA_VIP], "eips": [EIP]}
    with running(estates.estate(users=[user], **lists)) as served:
        read = read_estate(estates.cloud(served), NOW)
    [unread] = read.unread_lists
    service, of_it = {
        "cr": ("container-registry", read.registry_access_lists),
        "oss": ("oss", read.bucket_policies),
        "vpc:DescribeHaVips": ("havip", read.virtual_ips),
        "vpc:DescribeEipAddresses": ("eip", read.eips),
        "vpc:DescribeNetworkAclAttributes": ("network-acl", read.network_acls),
    }[action if action.startswith("vpc:") else action.split(":")[0]]
    assert (unread.service, of_it) == (service, ())
    assert unread.reason == f"The RAM action {action} is not permitted."
    assert len(read.instances) == 3


def test_an_answer_or_a_policy_that_is_not_understood_is_reported() -> None:
    odd = {"Statement": [{"Effect": "Allow", "Condition": {"IpAddressNow": {"acs:SourceIp": "10.160.0.1"}}}]}
    with running(estates.estate(buckets=[{"id": "logs", "policy": odd}])) as served:
        [unread] = read_estate(estates.cloud(served), NOW).unread_lists
    assert "logs" in unread.reason
    assert "IpAddressNow" in unread.reason
    with serving() as stub:
        stub.answers("ListInstance", (200, {"IsSuccess": False, "Code": "SYSTEM_BUSY", "RequestId": "REQ-1"}))
        with pytest.raises(CloudError, match="SYSTEM_BUSY"):
            cr.registries(stub.cloud())


def test_a_service_that_cannot_be_reached_does_not_stop_the_rest(simulator: Simulator) -> None:
    endpoints = {**simulator.endpoints, "oss": "127.0.0.1:9"}
    [unread] = read_estate(estates.cloud(simulator, endpoints=endpoints), NOW).unread_lists
    assert "127.0.0.1:9" in unread.reason
