from __future__ import annotations

from typing import Any

import pytest

from components.config import parse
from components.facts.migration import migration_facts
from components.plan import make_plan
from estate.model import Eip, Estate, NetworkAcl, NetworkAclEntry, RouteEntry, UnreadLists
from tests.components.builders import FILE, config, estate, instance


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


def test_routes_to_the_internet_are_those_of_the_target_vpc() -> None:
    hops = {"status": "Available", "next_hop_ids": ("ipv4gw-1",)}
    routes = tuple(
        RouteEntry.model_validate({"vpc_id": vpc, "route_table_id": f"vtb-{vpc}", "destination": block, **hops})
        for vpc, block in (
            *(
                ("vpc-other", block)
                for block in ("0.0.0.0/0", "8.0.0.0/6", "::/0", "10.9.0.0/16", "100.64.1.0/24", "?")
            ),
            ("vpc-old", "0.0.0.0/0"),
        )
    )
    network = {"mode": "existing", "vpcId": "vpc-other", "vswitchIds": ["vsw-other"]}
    parsed = parse(config(network=network, classicLink=None), FILE)
    facts = migration_facts(make_plan(parsed, estate(routes=routes), FILE))["liveNetwork"]
    route = {"routeTableId": "vtb-vpc-other", "status": "Available", "nextHopIds": ["ipv4gw-1"]}
    assert facts["internetRoutes"] == [{**route, "destination": block} for block in ("0.0.0.0/0", "8.0.0.0/6", "?")]
    assert "internetRoutes" not in migration_facts(make_plan(parsed, estate(), FILE))["liveNetwork"]


@pytest.mark.parametrize(
    ("eip", "after", "expected"),
    [
        (None, {}, {"quota": 20, "existing": 2, "toConvert": 1}),
        ("47.96.0.1", {"eipQuota": 5}, {"quota": 5, "existing": 2, "toConvert": 0}),
    ],
)
def test_eips_are_counted_where_public_addresses_become_some(
    eip: str | None, after: dict[str, Any], expected: dict[str, int]
) -> None:
    web = instance("i-web", "sg-web", "10.1.0.1", eip=eip)
    instances = tuple(web if item.id == "i-web" else item for item in estate().instances)
    read = estate(instances=instances, eips=tuple(Eip(id=f"eip-{number}") for number in (1, 2)))
    unread = read.model_copy(
        update={"eips": (), "unread_lists": (UnreadLists(service="eip", reason="Not permitted."),)}
    )

    def eips(known: Estate, **choice: Any) -> object:
        return migration_facts(make_plan(parse(config(**choice), FILE), known, FILE)).get("eips")

    choice = {"after": {"convertPublicIps": ["i-web"], **after}}
    assert eips(read, **choice) == expected
    assert eips(unread, **choice) == {key: value for key, value in expected.items() if key != "existing"}
    assert eips(read) is None
