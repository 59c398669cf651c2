"""SecurityGroupRules against the simulated cloud."""

from __future__ import annotations

from collections import Counter
from math import ceil
from typing import Any

import pytest

from estate.client import Cloud
from provider.resource import Change, PartialFailure, ResourceError
from provider.security_group_rules import SecurityGroupRules
from provider.values import UNKNOWN, Properties
from simulator.server import Simulator, running
from tests.estate import estates
from tests.provider import moved
from tests.provider.test_rules import GOOD, WITHOUT_PEER, rule

RESOURCE = SecurityGroupRules()
GROUP = "sg-vpc"


def inputs(**rules: Properties) -> Properties:
    return {"securityGroupId": GROUP, "rules": rules}


def live(simulator: Simulator) -> list[dict[str, Any]]:
    groups = simulator.state()["security_groups"]
    return next(list(group["rules"]) for group in groups if group["id"] == GROUP)


def revoke(cloud: Cloud, simulator: Simulator, priority: int) -> None:
    ids = [rule["id"] for rule in live(simulator) if rule["priority"] == priority]
    cloud.call("ecs:RevokeSecurityGroup", region_id=cloud.region, security_group_id=GROUP, security_group_rule_id=ids)


def authorize(cloud: Cloud, **fields: Any) -> None:
    permission = {"ip_protocol": "TCP", "port_range": "22/22", "source_cidr_ip": "10.0.0.0/8", "priority": "7"} | fields
    cloud.call("ecs:AuthorizeSecurityGroup", region_id=cloud.region, security_group_id=GROUP, permissions=[permission])


def test_all_kinds_of_rules_are_made_and_read_back(cloud: Cloud) -> None:
    desired = inputs(
        a=rule(description="web", sourcePortRange="1/9"),
        b=WITHOUT_PEER | {"groupId": "sg-vpc2", "clonedFrom": "sg-peer"},
        c=WITHOUT_PEER | {"ipv6CidrIp": "::/0", "policy": "drop", "priority": 100},
        d=rule(direction="egress", ipProtocol="ICMP", portRange="-1/-1", cidrIp="10.0.0.1/32"),
        e=rule(direction="egress", ipProtocol="ALL", portRange="-1/-1"),
        f=rule(ipProtocol="GRE", portRange="-1/-1"),
    )
    resource_id, state = RESOURCE.create(cloud, desired)
    assert resource_id == GROUP
    assert RESOURCE.read(cloud, resource_id, state) == state == desired | {"applied": state["applied"]}
    assert RESOURCE.diff(state, desired) == {}


@pytest.mark.parametrize(("ingress", "egress"), [(1, 0), (0, 1), (100, 0), (101, 0), (99, 101), (100, 100), (150, 50)])
def test_rules_of_a_direction_go_a_hundred_a_call(
    ingress: int, egress: int, cloud: Cloud, simulator: Simulator
) -> None:
    counts = {"ingress": ingress, "egress": egress}
    rules = {
        f"{direction}{port}": rule(direction=direction, portRange=f"{port}/{port}")
        for direction, count in counts.items()
        for port in range(1, count + 1)
    }
    _, state = RESOURCE.create(cloud, inputs(**rules))
    assert len(live(simulator)) == len(rules)
    RESOURCE.delete(cloud, GROUP, state)
    assert live(simulator) == []
    calls = Counter(entry["action"] for entry in simulator.requests())
    for direction, suffix in (("ingress", ""), ("egress", "Egress")):
        fewest = ceil(counts[direction] / 100)
        assert calls[f"AuthorizeSecurityGroup{suffix}"] == calls[f"RevokeSecurityGroup{suffix}"] == fewest


def test_new_rules_come_before_old_ones_go(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, inputs(a=rule(priority=1), b=rule(priority=2)))
    after = RESOURCE.update(cloud, GROUP, state, inputs(a=rule(priority=3), b=rule(priority=2)))
    assert {item["priority"] for item in live(simulator)} == {2, 3}
    assert after["applied"] != state["applied"]
    writes = [entry["action"] for entry in simulator.requests() if not entry["action"].startswith("Describe")]
    assert writes == ["AuthorizeSecurityGroup", "AuthorizeSecurityGroup", "RevokeSecurityGroup"]


@pytest.mark.parametrize(
    ("most", "peer"),
    [(200, {}), (20, {"cidrIp": None, "groupId": "sg-vpc2"})],
    ids=["rules", "rules that name a group"],
)
def test_without_room_for_both_the_old_rules_go_first(
    most: int, peer: dict[str, str | None], cloud: Cloud, simulator: Simulator
) -> None:
    def ports(first: int) -> Properties:
        rules = {f"r{port}": rule(portRange=f"{port}/{port}") | peer for port in range(first, first + most)}
        return inputs(**{label: {key: value for key, value in of.items() if value} for label, of in rules.items()})

    _, state = RESOURCE.create(cloud, ports(1))
    after = RESOURCE.update(cloud, GROUP, state, ports(1 + most // 2))
    assert len(live(simulator)) == most
    assert RESOURCE.read(cloud, GROUP, after) == after


def test_more_rules_than_a_group_takes_are_refused(cloud: Cloud, simulator: Simulator) -> None:
    desired = inputs(**{f"r{port}": rule(portRange=f"{port}/{port}") for port in range(1, 252)})
    with pytest.raises(PartialFailure, match="AuthorizationLimitExceed") as caught:
        RESOURCE.create(cloud, desired)
    assert len(caught.value.state["rules"]) == len(live(simulator)) == 200


def test_a_new_description_is_changed_in_place(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, inputs(a=rule(description="old")))
    before = live(simulator)[0]["id"]
    RESOURCE.update(cloud, GROUP, state, inputs(a=rule(description="new")))
    assert [(item["id"], item["description"]) for item in live(simulator)] == [(before, "new")]


def test_drift_is_seen_and_healed(cloud: Cloud, simulator: Simulator) -> None:
    desired = inputs(a=rule(priority=1), b=rule(priority=2))
    _, state = RESOURCE.create(cloud, desired)
    revoke(cloud, simulator, priority=2)
    read_state = RESOURCE.read(cloud, GROUP, state)
    assert read_state is not None
    assert RESOURCE.diff(read_state, desired) == {'rules["b"]': Change.ADD}
    after = RESOURCE.update(cloud, GROUP, read_state | {"declared": desired}, desired)
    assert {read_state["priority"] for read_state in live(simulator)} == {1, 2}
    assert RESOURCE.read(cloud, GROUP, after) == after


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_rule_of_somebody_else_is_shown_and_revoked_by_nobody(
    cloud: Cloud, simulator: Simulator, *, refreshed: bool
) -> None:
    desired = inputs(a=rule(priority=1))
    _, state = RESOURCE.create(cloud, desired)
    authorize(cloud)
    read_state = RESOURCE.read(cloud, GROUP, state)
    assert read_state is not None
    unmanaged = "unmanaged: ingress accept TCP 22/22 from 10.0.0.0/8 (7)"
    assert set(read_state["rules"]) == {"a", unmanaged}
    assert RESOURCE.diff(read_state, desired) == {f'rules["{unmanaged}"]': Change.DELETE}
    [theirs] = [item["id"] for item in live(simulator) if item["priority"] == 7]
    known = (read_state if refreshed else state) | {"declared": desired}
    message = rf"22/22 from 10\.0\.0\.0/8 \(7\)\..*RevokeSecurityGroup --SecurityGroupId sg-vpc .*Id\.1 {theirs}$"
    for change in (inputs(a=rule(priority=1)), inputs(a=rule(priority=2))):
        with pytest.raises(ResourceError, match=message):
            RESOURCE.update(cloud, GROUP, known, change)
    with pytest.raises(ResourceError, match=message):
        RESOURCE.delete(cloud, GROUP, known)
    assert {item["priority"] for item in live(simulator)} == {1, 7}
    # Declared, it stays, whatever its label is; and later it may go like any other of ours.
    both = inputs(a=rule(priority=1), theirs=rule(portRange="22/22", cidrIp="10.0.0.0/8", priority=7))
    updated = RESOURCE.update(cloud, GROUP, known, both)
    assert [item["id"] for item in live(simulator) if item["priority"] == 7] == [theirs]
    RESOURCE.update(cloud, GROUP, updated | {"declared": both}, desired)
    assert {item["priority"] for item in live(simulator)} == {1}


def test_rules_that_the_cloud_made_are_neither_shown_nor_in_the_way() -> None:
    """Until 2020-05-27 it gave new groups rules of priority 110, which nobody can make."""
    rule_of_the_cloud = {"direction": "egress", "nic_type": "intranet", "ip_protocol": "ALL", "port_range": "-1/-1"}
    base = estates.estate()
    groups = [
        group.model_dump()
        | ({"rules": [rule_of_the_cloud | {"cidr_ip": "0.0.0.0/0", "priority": 110}]} if group.id == GROUP else {})
        for group in base.security_groups
    ]
    with running(estates.estate(security_groups=groups)) as simulator:
        cloud = estates.cloud(simulator)
        _, state = RESOURCE.create(cloud, inputs(web=rule()))
        assert RESOURCE.read(cloud, GROUP, state) == state
        RESOURCE.delete(cloud, GROUP, state)
        assert [item["priority"] for item in live(simulator)] == [110]


def test_an_edit_of_our_rule_is_a_rule_of_somebody_else(cloud: Cloud, simulator: Simulator) -> None:
    desired = inputs(a=rule(priority=1))
    _, state = RESOURCE.create(cloud, desired)
    revoke(cloud, simulator, priority=1)
    authorize(cloud)
    read_state = RESOURCE.read(cloud, GROUP, state)
    assert read_state is not None
    with pytest.raises(ResourceError, match="neither applied nor declares"):
        RESOURCE.update(cloud, GROUP, read_state | {"declared": desired}, desired)


def test_rules_of_a_partial_update_are_ours(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, inputs(a=rule(priority=1)))
    bad = WITHOUT_PEER | {"direction": "egress", "groupId": "sg-absent"}
    with pytest.raises(PartialFailure) as caught:
        RESOURCE.update(cloud, GROUP, state, inputs(b=rule(priority=2), bad=bad))
    between = caught.value.state
    assert (set(between["rules"]), between["drift"]) == ({"a", "b"}, [])
    assert between["declared"]["rules"] == between["rules"]
    RESOURCE.delete(cloud, GROUP, between)
    assert live(simulator) == []


def test_a_group_with_rules_of_others_is_not_taken_over(cloud: Cloud) -> None:
    authorize(cloud)
    with pytest.raises(ResourceError, match=r"22/22 from 10\.0\.0\.0/8 \(7\).*pulumi import"):
        RESOURCE.create(cloud, inputs(a=rule()))


def test_a_creation_that_was_cut_off_is_carried_on(cloud: Cloud, simulator: Simulator) -> None:
    RESOURCE.create(cloud, inputs(a=rule(priority=1)))
    RESOURCE.create(cloud, inputs(a=rule(priority=1), b=rule(priority=2)))
    assert {item["priority"] for item in live(simulator)} == {1, 2}


def test_half_done_work_is_reported_with_what_is_there(cloud: Cloud, simulator: Simulator) -> None:
    desired = inputs(a=rule(), b=WITHOUT_PEER | {"direction": "egress", "groupId": "sg-absent"})
    with pytest.raises(PartialFailure, match=r"AuthorizeSecurityGroupEgress failed with .*RequestId") as caught:
        RESOURCE.create(cloud, desired)
    assert caught.value.resource_id == GROUP
    assert set(caught.value.state["rules"]) == {"a"}
    mended = inputs(a=rule(), b=rule(direction="egress"))
    after = RESOURCE.update(cloud, GROUP, caught.value.state, mended)
    assert len(live(simulator)) == 2
    assert RESOURCE.diff(after, mended) == {}


def test_import_takes_all_rules_under_derived_labels(cloud: Cloud) -> None:
    authorize(cloud)
    read_state = RESOURCE.read(cloud, GROUP, {})
    assert read_state is not None
    assert set(read_state["rules"]) == {"ingress accept TCP 22/22 from 10.0.0.0/8 (7)"}


def test_delete_revokes_all_and_twice_is_once(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, inputs(a=rule(), b=rule(direction="egress")))
    for _ in range(2):
        RESOURCE.delete(cloud, GROUP, state)
        assert live(simulator) == []


def test_the_rules_of_a_group_with_servers_in_it_stay() -> None:
    with running(moved.estate()) as simulator:
        cloud = estates.cloud(simulator)
        _, state = RESOURCE.create(cloud, inputs(a=rule()))
        message = r"sg-vpc is in use by batch-2 \(i-bare\), ftp-1 \(i-moved\): without its rules they would be cut off"
        with pytest.raises(ResourceError, match=message):
            RESOURCE.delete(cloud, GROUP, state)
        assert len(live(simulator)) == 1


def test_a_group_that_is_gone(cloud: Cloud) -> None:
    state = inputs(a=rule()) | {"applied": "x"}
    assert RESOURCE.read(cloud, "sg-gone", state) is None
    RESOURCE.delete(cloud, "sg-gone", state)
    with pytest.raises(ResourceError, match=r"gone.*pulumi refresh"):
        RESOURCE.update(cloud, "sg-gone", state, inputs(a=rule()))
    with pytest.raises(ResourceError, match=f"does not exist in {estates.REGION}"):
        RESOURCE.create(cloud, inputs(a=rule()) | {"securityGroupId": "sg-gone"})


def test_a_classic_group_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ResourceError, match="sg-classic is a classic security group"):
        RESOURCE.create(cloud, inputs(a=rule()) | {"securityGroupId": "sg-classic"})


def test_a_preview_shows_that_applied_is_not_known_yet() -> None:
    assert RESOURCE.planned({}, inputs(a=rule()))["applied"] is UNKNOWN


def test_the_diff_is_a_line_a_rule_and_a_new_group_replaces() -> None:
    state = inputs(a=GOOD, b=rule(priority=2), c=rule(priority=3)) | {"applied": "x"}
    desired = inputs(b=rule(priority=2), c=rule(priority=4), d=rule(priority=5))
    assert RESOURCE.diff(state, desired) == {
        'rules["a"]': Change.DELETE,
        'rules["c"]': Change.UPDATE,
        'rules["d"]': Change.ADD,
    }
    assert RESOURCE.diff(state, inputs(**state["rules"]) | {"securityGroupId": UNKNOWN}) == {
        "securityGroupId": Change.REPLACE
    }
    assert RESOURCE.diff(state, {"securityGroupId": GROUP, "rules": UNKNOWN}) == {"rules": Change.UPDATE}


@pytest.mark.parametrize(
    ("changes", "path"), [({"securityGroupId": ""}, "securityGroupId"), ({"rules": []}, "rules"), ({"rule": 1}, "rule")]
)
def test_wrong_inputs(changes: Properties, path: str) -> None:
    assert [failure.path for failure in RESOURCE.check(inputs(a=GOOD) | changes).failures] == [path]
