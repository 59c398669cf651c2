"""AddedSecurityGroupRules against the simulated cloud: a classic group with rules of its own, of which none is ours."""

from __future__ import annotations

from typing import Any

import pytest

from estate.client import Cloud
from provider.added_security_group_rules import AddedSecurityGroupRules
from provider.resource import Change, PartialFailure, ResourceError
from provider.values import UNKNOWN, Properties
from simulator.server import Simulator, running
from tests.estate import estates
from tests.provider import moved
from tests.provider.test_rules import WITHOUT_PEER, rule

RESOURCE = AddedSecurityGroupRules()
GROUP = "sg-classic"
#: What the clone, a group of a VPC with ClassicLink, may do; and what a member of the classic group may.
CLONE = WITHOUT_PEER | {"portRange": "9093/9093", "groupId": "sg-vpc", "clonedFrom": "sg-peer"}
PEER = WITHOUT_PEER | {"portRange": "22/22", "priority": 7, "groupId": "sg-peer"}


def inputs(group: str = GROUP, /, **rules: Properties) -> Properties:
    return {"securityGroupId": group, "rules": rules}


def live(simulator: Simulator, group_id: str = GROUP) -> list[dict[str, Any]]:
    groups = simulator.state()["security_groups"]
    return next(list(group["rules"]) for group in groups if group["id"] == group_id)


def ports(simulator: Simulator) -> list[str]:
    """Return the ports of the intranet rules that tests make; 3306 is a rule that the cloud made."""
    rules = [rule for rule in live(simulator, GROUP) if rule["nic_type"] == "intranet"]
    return sorted(rule["port_range"] for rule in rules if rule["port_range"] != "3306/3306")


def authorize(cloud: Cloud, **fields: Any) -> None:
    """Make a rule as someone else would."""
    permission = {
        "nic_type": "intranet",
        "ip_protocol": "TCP",
        "port_range": "22/22",
        "source_group_id": "sg-peer",
        "priority": "7",
    } | fields
    cloud.call("ecs:AuthorizeSecurityGroup", region_id=cloud.region, security_group_id=GROUP, permissions=[permission])


def revoke(cloud: Cloud, simulator: Simulator, port_range: str) -> None:
    ids = [rule["id"] for rule in live(simulator) if rule["port_range"] == port_range]
    cloud.call("ecs:RevokeSecurityGroup", region_id=cloud.region, security_group_id=GROUP, security_group_rule_id=ids)


def writes(simulator: Simulator) -> list[str]:
    return [entry["action"] for entry in simulator.requests() if not entry["action"].startswith("Describe")]


@pytest.mark.parametrize("group", [GROUP, "sg-vpc2"], ids=["classic", "vpc"])
def test_a_life_leaves_the_group_as_it_was(cloud: Cloud, simulator: Simulator, group: str) -> None:
    rules = live(simulator, group)
    desired = inputs(group, clone=CLONE, out=CLONE | {"direction": "egress", "policy": "drop"})
    resource_id, state = RESOURCE.create(cloud, desired)
    assert resource_id == group
    assert state == desired | {"presentBefore": [], "applied": state["applied"]}
    assert [item for item in live(simulator, group) if item in rules] == rules
    assert len(live(simulator, group)) == len(rules) + 2
    assert RESOURCE.read(cloud, resource_id, state) == state
    assert RESOURCE.diff(state, desired) == {}
    for _ in range(2):
        RESOURCE.delete(cloud, resource_id, state)
        assert live(simulator, group) == rules


def test_rules_go_a_hundred_a_call(cloud: Cloud, simulator: Simulator) -> None:
    by_block = WITHOUT_PEER | {"cidrIp": "198.51.100.0/24"}  # a group takes but 20 rules that name a group
    many = {f"r{port}": by_block | {"portRange": f"{port}/{port}"} for port in range(1, 151)}
    RESOURCE.create(cloud, inputs(**many))
    assert writes(simulator) == ["AuthorizeSecurityGroup", "AuthorizeSecurityGroup"]


def test_rules_of_others_are_no_drift(cloud: Cloud) -> None:
    _, state = RESOURCE.create(cloud, inputs(clone=CLONE))
    authorize(cloud)
    assert RESOURCE.read(cloud, GROUP, state) == state


def test_a_rule_that_was_there_is_neither_written_nor_revoked(cloud: Cloud, simulator: Simulator) -> None:
    authorize(cloud, description="of the other team")
    rules = live(simulator)
    desired = inputs(clone=CLONE, peer=PEER | {"description": "ours"})
    _, state = RESOURCE.create(cloud, desired)
    assert state["presentBefore"] == ["peer"]
    assert RESOURCE.read(cloud, GROUP, state) == state
    assert RESOURCE.diff(state, desired) == {}
    RESOURCE.delete(cloud, GROUP, state)
    assert live(simulator) == rules


def test_rules_present_before_are_remembered_under_any_label(cloud: Cloud, simulator: Simulator) -> None:
    authorize(cloud)
    _, state = RESOURCE.create(cloud, inputs(peer=PEER))
    state = RESOURCE.update(cloud, GROUP, state, inputs(renamed=PEER, clone=CLONE))
    assert state["presentBefore"] == ["renamed"]
    state = RESOURCE.update(cloud, GROUP, state, inputs(renamed=CLONE))
    assert state["presentBefore"] == []
    assert ports(simulator) == ["22/22", "9093/9093"]
    RESOURCE.delete(cloud, GROUP, state)
    assert ports(simulator) == ["22/22"]


@pytest.mark.parametrize(("words", "before"), [("of the shop", []), ("of another shop", ["peer"]), ("", ["peer"])])
def test_a_rule_with_the_declared_words_was_made_by_a_killed_run(
    cloud: Cloud, simulator: Simulator, words: str, before: list[str]
) -> None:
    authorize(cloud, **({"description": words} if words else {}))
    desired = inputs(clone=CLONE, peer=PEER | {"description": "of the shop"})
    _, state = RESOURCE.create(cloud, desired)
    assert state["presentBefore"] == before
    # What was there before stays so, even once it has these words.
    if words == "of another shop":
        revoke(cloud, simulator, "22/22")
        authorize(cloud, description="of the shop")
        state = RESOURCE.update(cloud, GROUP, state, desired)
        assert state["presentBefore"] == before
    RESOURCE.delete(cloud, GROUP, state)
    assert ports(simulator) == (["22/22"] if before else [])


def test_an_update_that_was_killed_leaves_rules_that_are_ours(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, inputs(clone=CLONE))
    desired = inputs(clone=CLONE, peer=PEER | {"description": "of the shop"})
    RESOURCE.update(cloud, GROUP, state, desired)
    again = RESOURCE.update(cloud, GROUP, state, desired)
    assert again["presentBefore"] == []
    RESOURCE.delete(cloud, GROUP, again)
    assert ports(simulator) == []


def test_a_rule_that_came_before_ours_did_is_not_ours(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, inputs(clone=CLONE))
    authorize(cloud)
    state = RESOURCE.update(cloud, GROUP, state, inputs(clone=CLONE, peer=PEER))
    assert state["presentBefore"] == ["peer"]
    RESOURCE.delete(cloud, GROUP, state)
    assert ports(simulator) == ["22/22"]


def test_an_update_revokes_only_what_was_added(cloud: Cloud, simulator: Simulator) -> None:
    authorize(cloud)
    _, state = RESOURCE.create(cloud, inputs(a=CLONE, b=CLONE | {"portRange": "80/80"}))
    after = RESOURCE.update(cloud, GROUP, state, inputs(a=CLONE | {"portRange": "81/81"}))
    assert ports(simulator) == ["22/22", "81/81"]
    assert after["applied"] != state["applied"]
    assert writes(simulator)[-2:] == ["AuthorizeSecurityGroup", "RevokeSecurityGroup"]


def test_a_new_description_is_changed_in_place(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, inputs(clone=CLONE | {"description": "old"}))
    [before] = [rule for rule in live(simulator) if rule["description"] == "old"]
    RESOURCE.update(cloud, GROUP, state, inputs(clone=CLONE | {"description": "new"}))
    assert [rule for rule in live(simulator) if rule["id"] == before["id"]] == [before | {"description": "new"}]


def test_a_rule_of_ours_that_is_gone_is_drift_and_healed(cloud: Cloud, simulator: Simulator) -> None:
    desired = inputs(a=CLONE, b=CLONE | {"portRange": "80/80"})
    _, state = RESOURCE.create(cloud, desired)
    revoke(cloud, simulator, "80/80")
    read_state = RESOURCE.read(cloud, GROUP, state)
    assert read_state is not None
    assert set(read_state["rules"]) == {"a"}
    assert RESOURCE.diff(read_state, desired) == {'rules["b"]': Change.ADD}
    after = RESOURCE.update(cloud, GROUP, read_state, desired)
    assert RESOURCE.read(cloud, GROUP, after) == after == state


def test_a_rule_that_was_there_and_went_becomes_ours(cloud: Cloud, simulator: Simulator) -> None:
    authorize(cloud)
    _, state = RESOURCE.create(cloud, inputs(peer=PEER))
    revoke(cloud, simulator, "22/22")
    read_state = RESOURCE.read(cloud, GROUP, state)
    assert read_state is not None
    assert (read_state["rules"], read_state["presentBefore"]) == ({}, [])
    after = RESOURCE.update(cloud, GROUP, read_state, inputs(peer=PEER))
    assert after["presentBefore"] == []
    RESOURCE.delete(cloud, GROUP, after)
    assert ports(simulator) == []


def test_half_done_work_is_reported_and_undone(cloud: Cloud, simulator: Simulator) -> None:
    authorize(cloud)
    rules = live(simulator)
    desired = inputs(clone=CLONE, peer=PEER, bad=CLONE | {"direction": "egress", "groupId": "sg-absent"})
    with pytest.raises(PartialFailure, match="AuthorizeSecurityGroupEgress failed with") as caught:
        RESOURCE.create(cloud, desired)
    state = caught.value.state
    assert (set(state["rules"]), state["presentBefore"]) == ({"clone", "peer"}, ["peer"])
    RESOURCE.delete(cloud, GROUP, state)
    assert live(simulator) == rules


def test_after_a_failed_update_the_old_rule_is_still_ours(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, inputs(a=CLONE))
    with pytest.raises(PartialFailure) as caught:
        RESOURCE.update(cloud, GROUP, state, inputs(a=CLONE | {"groupId": "sg-absent"}))
    state = caught.value.state
    assert state["rules"] == {"former: a": CLONE}
    mended = inputs(a=CLONE | {"portRange": "80/80"})
    assert RESOURCE.diff(state, mended) == {'rules["a"]': Change.ADD, 'rules["former: a"]': Change.DELETE}
    RESOURCE.update(cloud, GROUP, state, mended)
    assert ports(simulator) == ["80/80"]


def test_after_a_failed_update_what_was_there_before_is_still_not_ours(cloud: Cloud, simulator: Simulator) -> None:
    authorize(cloud)
    _, state = RESOURCE.create(cloud, inputs(a=PEER))
    with pytest.raises(PartialFailure) as caught:
        RESOURCE.update(cloud, GROUP, state, inputs(a=CLONE | {"groupId": "sg-absent"}))
    assert caught.value.state["rules"] == {}
    RESOURCE.delete(cloud, GROUP, caught.value.state)
    assert ports(simulator) == ["22/22"]


def test_without_classic_link_the_cloud_refuses_the_clone(cloud: Cloud) -> None:
    cloud.call("ecs:DetachClassicLinkVpc", region_id=cloud.region, instance_id="i-1", vpc_id="vpc-1")
    cloud.call("vpc:DisableVpcClassicLink", region_id=cloud.region, vpc_id="vpc-1")
    with pytest.raises(PartialFailure, match="InvalidNetworkType"):
        RESOURCE.create(cloud, inputs(clone=CLONE))


def test_an_import_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ResourceError, match=r"cannot be imported.*Declare them"):
        RESOURCE.read(cloud, GROUP, {})


def test_a_group_that_is_gone(cloud: Cloud) -> None:
    state = inputs("sg-gone", a=CLONE) | {"presentBefore": [], "applied": "x"}
    assert RESOURCE.read(cloud, "sg-gone", state) is None
    RESOURCE.delete(cloud, "sg-gone", state)
    with pytest.raises(ResourceError, match=r"gone.*pulumi refresh"):
        RESOURCE.update(cloud, "sg-gone", state, inputs("sg-gone", a=CLONE))
    with pytest.raises(ResourceError, match="does not exist"):
        RESOURCE.create(cloud, inputs("sg-gone", a=CLONE))


def test_a_preview_knows_no_outputs_yet() -> None:
    assert RESOURCE.planned({}, inputs(a=rule())) == inputs(a=rule()) | {"applied": UNKNOWN, "presentBefore": UNKNOWN}


def test_rules_by_which_servers_in_the_vpc_reach_others_stay() -> None:
    with running(moved.estate()) as simulator:
        cloud = estates.cloud(simulator)
        rules = live(simulator)
        by_clone = CLONE | {"groupId": "sg-vpc"}
        _, state = RESOURCE.create(cloud, inputs(clone=by_clone))
        message = (
            r"sg-classic let batch-2 \(i-bare\), ftp-1 \(i-moved\) reach .*web-2 \(i-2\).*: without them they would"
        )
        [ours] = [rule["id"] for rule in live(simulator) if rule not in rules]
        way_out = rf"where nobody needs them, revoke them: aliyun ecs RevokeSecurityGroup .*Id\.1 {ours}$"
        with pytest.raises(ResourceError, match=f"{message}.*{way_out}"):
            RESOURCE.delete(cloud, GROUP, state)
        assert len(live(simulator)) == len(rules) + 1
        # A drop lets nobody through.
        after = RESOURCE.update(cloud, GROUP, state, inputs(clone=by_clone | {"policy": "drop"}))
        RESOURCE.delete(cloud, GROUP, after)
        assert live(simulator) == rules
