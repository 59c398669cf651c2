"""vServer groups of CLB: who is in which, and what is known of it once an instance has moved."""

from __future__ import annotations

from typing import Any, cast

import pytest

from components.plan import Membership, MigrationPlan, StackRecord
from components.stack_outputs import exported, record_of
from estate.model import BackendServer, Estate, UnreadLoadBalancer, VServerGroup
from tests.components.test_waves import INSTANCE, NETWORK, after_the_move, declared, in_waves, plan, recorded

GROUPS = (
    VServerGroup(
        id="rsp-front",
        name="front",
        load_balancer_id="lb-front",
        address_type="internet",
        servers=(
            BackendServer(server_id="i-web", port=80, weight=50),
            BackendServer(server_id="i-web", port=443, weight=100),
            BackendServer(server_id="i-app", port=80, weight=0),
        ),
    ),
    VServerGroup(
        id="rsp-inner",
        load_balancer_id="lb-inner",
        address_type="intranet",
        vpc_id="vpc-old",
        servers=(BackendServer(server_id="i-app", port=8080, weight=1),),
    ),
)


def with_groups(of: Estate, *groups: VServerGroup) -> Estate:
    return of.model_copy(update={"vserver_groups": groups})


def emptied(group: VServerGroup) -> VServerGroup:
    """The group as the move leaves it."""
    return group.model_copy(update={"servers": ()})


def weighing(*weights: int) -> tuple[VServerGroup, ...]:
    """The groups in which i-web is again on both ports, with other weights."""
    servers = (
        BackendServer(server_id="i-web", port=port, weight=weight)
        for port, weight in zip((80, 443), weights, strict=True)
    )
    return (GROUPS[0].model_copy(update={"servers": tuple(servers)}), GROUPS[1])


CLASSIC_BESIDE = {"classicServerIds": ["i-app"]}


def facts(instance_id: str, of: Estate, record: StackRecord | None = None) -> dict[str, Any]:
    recording = declared(plan(in_waves(network=NETWORK), of, record))
    return recording.outputs[recording.urn(INSTANCE, instance_id)]


def before_the_move() -> StackRecord:
    planned = plan(in_waves(network=NETWORK), with_groups(after_the_move(), *GROUPS))
    return record_of({"vpcId": "vpc-old", **exported(planned)})


FRONT = {"vserverGroupId": "rsp-front", "vserverGroupName": "front", "loadBalancerId": "lb-front"}


def test_each_group_and_port_of_an_instance_is_reported() -> None:
    of = with_groups(after_the_move(), *GROUPS)
    assert facts("i-web", of)["vserverGroups"] == [
        {**FRONT, "addressType": "internet", "port": 80, "weight": 50, "standing": "member", **CLASSIC_BESIDE},
        {**FRONT, "addressType": "internet", "port": 443, "weight": 100, "standing": "member", **CLASSIC_BESIDE},
    ]
    [front, inner] = facts("i-app", of)["vserverGroups"]
    assert (front["port"], front["weight"], "vpcId" in front) == (80, 0, False)
    assert (inner["loadBalancerId"], inner["addressType"], inner["vpcId"]) == ("lb-inner", "intranet", "vpc-old")


def test_classic_servers_of_a_vserver_group_exclude_moved_and_earlier_ones() -> None:
    """i-web moves first, i-app in a later wave; i-mon stays, and has a group of the same load balancer."""
    ports = {"i-mon": 9090, "i-gone": 1}
    servers = tuple(BackendServer(server_id=key, port=port, weight=1) for key, port in ports.items())
    mon = VServerGroup(id="rsp-mon", load_balancer_id="lb-front", address_type="internet", servers=servers)
    before = with_groups(after_the_move(), *GROUPS, mon)
    assert facts("i-web", before)["vserverGroups"][0]["classicServerIds"] == ["i-app", "i-mon"]
    front, inner = facts("i-app", before)["vserverGroups"]
    assert (front["classicServerIds"], inner["classicServerIds"]) == (["i-mon"], [])
    # Whoever has moved by now is none, though the plan has it as it was.
    moved = with_groups(after_the_move("i-app"), *GROUPS, mon)
    assert facts("i-web", moved, before_the_move())["vserverGroups"][0]["classicServerIds"] == ["i-mon"]


@pytest.mark.parametrize(
    ("groups", "standings"),
    [
        (GROUPS, ["member", "member"]),
        ((emptied(GROUPS[0]), GROUPS[1]), ["left", "left"]),
        (
            (GROUPS[0].model_copy(update={"servers": (BackendServer(server_id="i-web", port=443, weight=1),)}),),
            ["left", "member"],
        ),
        (weighing(0, 1), ["idle", "member"]),
        (GROUPS[1:], ["deleted", "deleted"]),
    ],
)
def test_after_the_move_those_that_it_was_in_are_reported_as_they_are_now(
    groups: tuple[VServerGroup, ...], standings: list[str]
) -> None:
    memberships = facts("i-web", with_groups(after_the_move("i-web"), *groups), before_the_move())["vserverGroups"]
    assert [(item["port"], item["weight"]) for item in memberships] == [(80, 50), (443, 100)]
    assert [item["standing"] for item in memberships] == standings


def test_a_server_that_got_no_traffic_before_the_move_is_not_idle_after_it() -> None:
    after = facts("i-app", with_groups(after_the_move("i-app"), *GROUPS), before_the_move())["vserverGroups"]
    assert [(item["weight"], item["standing"]) for item in after] == [(0, "member"), (1, "member")]


def test_a_second_up_after_the_move_records_the_same_groups() -> None:
    record = before_the_move()
    moved = with_groups(after_the_move("i-web"), *map(emptied, GROUPS))
    again = exported(plan(in_waves(network=NETWORK), moved, record))
    assert record.origins["i-web"].memberships == (
        Membership("rsp-front", "front", "lb-front", "internet", 80, 50),
        Membership("rsp-front", "front", "lb-front", "internet", 443, 100),
    )
    assert record_of({"vpcId": "vpc-old", **again}).origins["i-web"] == record.origins["i-web"]


def test_memberships_that_an_earlier_version_did_not_record_stay_unknown() -> None:
    raw = in_waves(network=NETWORK)
    outputs: dict[str, Any] = {"vpcId": "vpc-old", **exported(plan(raw))}
    for origin in outputs["classicOrigins"].values():
        del origin["vserverGroups"]
    record = record_of(outputs)
    assert record.origins["i-web"].memberships is None
    of = after_the_move("i-web")
    assert "vserverGroups" not in facts("i-web", of, record)
    # Nor does a second `up` make up that there were none.
    assert record_of({"vpcId": "vpc-old", **exported(plan(raw, of, record))}).origins["i-web"].memberships is None
    assert facts("i-app", of, record)["vserverGroups"] == []
    assert recorded(raw).origins["i-web"].memberships == ()


def origins(of: MigrationPlan) -> dict[str, Any]:
    return cast(dict[str, Any], exported(of)["classicOrigins"])


UNREAD = (UnreadLoadBalancer(id="lb-front", reason="of load balancer lb-front it is refused"),)


def test_an_unread_load_balancer_makes_all_memberships_unknown() -> None:
    of = with_groups(after_the_move(), GROUPS[1]).model_copy(update={"unread_load_balancers": UNREAD})
    for instance_id in ("i-web", "i-app"):
        instance_facts = facts(instance_id, of)
        assert "vserverGroups" not in instance_facts
        assert instance_facts["unread"] == {"vserverGroups": UNREAD[0].reason}
    # Nor is what nobody knows recorded for the time after the move.
    planned = plan(in_waves(network=NETWORK), of)
    assert [item for item in origins(planned).values() if "vserverGroups" in item] == []


@pytest.mark.parametrize(("unread", "known"), [("lb-front", False), ("lb-other", True)])
def test_after_the_move_only_load_balancers_that_served_it_matter(unread: str, known: bool) -> None:
    """What was recorded before the move stays recorded: nothing else remembers it."""
    record = before_the_move()
    balancers = (UnreadLoadBalancer(id=unread, reason="refused"),)
    moved = with_groups(after_the_move("i-web"), *map(emptied, GROUPS))
    of = moved.model_copy(update={"unread_load_balancers": balancers})
    assert ("vserverGroups" in facts("i-web", of, record)) is known
    origin = origins(plan(in_waves(network=NETWORK), of, record))["i-web"]
    assert len(origin["vserverGroups"]) == 2
