from __future__ import annotations

from components.config import parse
from components.facts.migration import migration_facts
from components.plan import make_plan
from estate.model import NetworkAcl, NetworkAclEntry, RouteEntry
from tests.components.builders import FILE, config, estate


def test_the_entries_of_network_acls_are_those_of_the_target_vpc() -> None:
    everything = NetworkAclEntry(
        direction="ingress",
        entry_type="custom",
        policy="accept",
        protocol="all",
        port_range="-1/-1",
        cidr_block="0.0.0.0/0",
    )
    vswitches = [item.model_copy(update={"network_acl_id": f"nacl-{item.vpc_id}"}) for item in estate().vswitches]
    acls = tuple(
        NetworkAcl(id=f"nacl-{vpc}", status="Available", ordered_entries=(everything,)) for vpc in ("vpc-other", "x")
    )
    read = estate(vswitches=tuple(vswitches), network_acls=acls)
    network = {"mode": "existing", "vpcId": "vpc-other", "vswitchIds": ["vsw-other"]}
    facts = migration_facts(make_plan(parse(config(network=network, classicLink=None), FILE), read, FILE))[
        "liveNetwork"
    ]
    assert {"vswitchId": "vsw-other", "networkAclId": "nacl-vpc-other"} in facts["networkAcls"]
    [acl] = facts["networkAclEntries"]
    assert acl == {
        "networkAclId": "nacl-vpc-other",
        "status": "Available",
        "entries": [
            {
                "direction": "ingress",
                "entryType": "custom",
                "policy": "accept",
                "protocol": "all",
                "portRange": "-1/-1",
                "cidrBlock": "0.0.0.0/0",
            }
        ],
    }
    unbound = migration_facts(
        make_plan(parse(config(network=network, classicLink=None), FILE), estate(network_acls=acls), FILE)
    )
    assert "networkAclEntries" not in unbound["liveNetwork"]


def test_default_routes_are_those_of_the_target_vpc() -> None:
    hops = {"status": "Available", "next_hop_ids": ("ipv4gw-1",)}
    routes = tuple(
        RouteEntry.model_validate({"vpc_id": vpc, "route_table_id": f"vtb-{vpc}", "destination": block, **hops})
        for vpc, block in (("vpc-other", "0.0.0.0/0"), ("vpc-other", "8.0.0.0/8"), ("vpc-old", "0.0.0.0/0"))
    )
    network = {"mode": "existing", "vpcId": "vpc-other", "vswitchIds": ["vsw-other"]}
    parsed = parse(config(network=network, classicLink=None), FILE)
    facts = migration_facts(make_plan(parsed, estate(routes=routes), FILE))["liveNetwork"]
    route = {"routeTableId": "vtb-vpc-other", "status": "Available", "nextHopIds": ["ipv4gw-1"]}
    assert facts["defaultRoutes"] == [route]
    assert "defaultRoutes" not in migration_facts(make_plan(parsed, estate(), FILE))["liveNetwork"]
