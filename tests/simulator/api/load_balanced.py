"""Load balancers beside the sample estate: a public one, one of the classic network, one in the VPC."""

from __future__ import annotations

from collections.abc import Callable

from simulator.model.estate import Estate
from simulator.model.slb import AccessList, AccessListEntry, BackendServer, Listener, LoadBalancer, VServerGroup
from tests.simulator.api.sample_ids import VPC, VSWITCH, WEB_1

PUBLIC, CLASSIC, INNER = "lb-bp1public000000001", "lb-bp1classic00000001", "lb-bp1inner0000000001"
GROUP, USED_GROUP = "rsp-bp1group000000001", "rsp-bp1used0000000001"
OFFICE, BOUND = "acl-bp1office00000001", "acl-bp1bound000000001"
OFFICE_BLOCK = "203.0.113.0/24"


def load_balanced(estate: Estate) -> None:
    """`web-1` is behind the public one, whose listener uses a vServer group and an ACL; another of each is not used."""
    zones = {"master_zone_id": estate.zones[0].id, "slave_zone_id": estate.zones[1].id}
    common = {**zones, "specification": "slb.s1.small", "tags": {}}
    estate.access_lists.extend(
        AccessList(
            id=list_id, name=name, entries=[AccessListEntry(entry=OFFICE_BLOCK, comment="office")], tags={"a": "b"}
        )
        for list_id, name in ((OFFICE, "office"), (BOUND, "bound"))
    )
    estate.load_balancers.extend(
        LoadBalancer.model_validate({**common, **own})
        for own in (
            {"id": PUBLIC, "name": "public", "address": "192.0.2.80", "tags": {"team": "shop"}},
            {"id": CLASSIC, "name": "classic", "address": "10.157.0.9", "address_type": "intranet"},
            {
                "id": INNER,
                "name": "inner",
                "address": "192.168.10.80",
                "address_type": "intranet",
                "vpc_id": VPC,
                "vswitch_id": VSWITCH,
            },
        )
    )
    estate.vserver_groups.extend(
        VServerGroup(
            id=group_id,
            name=name,
            load_balancer_id=PUBLIC,
            backend_servers=[BackendServer(instance_id=WEB_1, port=80)],
            tags={},
        )
        for group_id, name in ((GROUP, "plain"), (USED_GROUP, "used"))
    )
    public = estate.load_balancers[0]
    public.backend_servers = [BackendServer(instance_id=WEB_1, weight=50)]
    public.listeners = [
        Listener(port=443, protocol="https", vserver_group_id=USED_GROUP, access_list_ids=[BOUND], description="shop")
    ]


def and_then(change: Callable[[Estate], None]) -> Callable[[Estate], None]:
    """The same with something changed."""

    def given(estate: Estate) -> None:
        load_balanced(estate)
        change(estate)

    return given
