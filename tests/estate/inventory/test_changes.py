"""What changed between two readings is told in the words of the domain, and nothing is told twice or left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.estates import estate_of
from estate.inventory import Change, changes
from estate.model import Estate
from tests.estate.inventory.drawn import models
from tests.estate.inventory.test_files import as_set

BEFORE = estate_of(20)


def edited(edit: Any) -> Estate:
    """Return the estate with its plain data changed by `edit`."""
    document = BEFORE.model_dump(mode="json", by_alias=True)
    edit(document)
    return Estate.model_validate(document)


def changes_by(edit: Any) -> list[str]:
    return [f"{item.status} {item.kind} {item.subject}: {item.text}" for item in changes(BEFORE, edited(edit))]


RULE = {
    "direction": "ingress",
    "nicType": "internet",
    "ipProtocol": "TCP",
    "portRange": "22/22",
    "policy": "accept",
    "priority": 1,
    "cidrIp": "0.0.0.0/0",
}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            lambda of: of["instances"].append({**of["instances"][0], "id": "i-9", "name": "web-9"}),
            ["new instance web-9 (i-9): classic in cn-hangzhou-b"],
        ),
        (lambda of: of["instances"].pop(0), ["gone instance server-0 (i-000000): classic in cn-hangzhou-b"]),
        (
            lambda of: of["instances"][0].update(networkType="vpc", vpcId="vpc-1", intranetIps=["172.16.1.5"]),
            [
                "changed instance server-0 (i-000000): network type: classic, now vpc",
                "changed instance server-0 (i-000000): vpc id: none, now vpc-1",
                "changed instance server-0 (i-000000): intranet address removed: 10.16.0.1",
                "changed instance server-0 (i-000000): intranet address added: 172.16.1.5",
            ],
        ),
        (
            lambda of: of["securityGroups"][1]["rules"].append(RULE),
            [
                "changed security group group-1 (sg-000001): rule added: ingress internet accept TCP 22/22 from "
                "0.0.0.0/0 (priority 1)"
            ],
        ),
        (
            lambda of: of["securityGroups"][0]["rules"][0].update(priority=5, description="old"),
            [
                "changed security group group-0 (sg-000000): rule removed: ingress intranet accept TCP 8080/8080 from "
                "sg-000001 (priority 1)",
                "changed security group group-0 (sg-000000): rule added: ingress intranet accept TCP 8080/8080 from "
                "sg-000001 (priority 5, description old)",
            ],
        ),
        (
            lambda of: of["databases"][0]["whitelistGroups"][0]["securityIps"].append("0.0.0.0/0"),
            ["changed database rm-000000: whitelist group app (MIX): entry added: 0.0.0.0/0"],
        ),
        (
            lambda of: of["databases"][0]["whitelistGroups"].append({"name": "new", "securityIps": ["10.1.0.0/16"]}),
            ["changed database rm-000000: whitelist group new (MIX) added: 10.1.0.0/16"],
        ),
        (lambda of: of["disks"][0].update(sizeGib=80), ["changed disk d-000000-0: size gib: 40, now 80"]),
        (lambda of: of["disks"].pop(0), ["gone disk d-000000-0: of i-000000"]),
        (lambda of: of["snapshots"].pop(), ["gone snapshot s-000018: of d-000018-0"]),
        (
            lambda of: of["vserverGroups"][0]["servers"].pop(),
            ["changed vServer group servers-0 (rsp-000000): server removed: serverId i-000003, port 80, weight 100"],
        ),
        (
            lambda of: of["classicLinks"].append({"instanceId": "i-000001", "vpcId": "vpc-1"}),
            ["new ClassicLink i-000001 to vpc-1: of i-000001"],
        ),
        (
            lambda of: of["instances"][0].update(internetMaxBandwidthOut=1, ioOptimized=False),
            [
                "changed instance server-0 (i-000000): internet max bandwidth out: 0, now 1",
                "changed instance server-0 (i-000000): io optimized: none, now no",
            ],
        ),
        (
            lambda of: of["unreadLists"].append({"service": "oss", "reason": "not permitted"}),
            ["new service that cannot be read oss: "],
        ),
    ],
)
def test_a_change_is_reported_in_the_words_of_the_domain(edit: Any, expected: list[str]) -> None:
    assert changes_by(edit) == expected


def test_another_order_of_the_entries_of_a_network_acl_is_a_change() -> None:
    entry = {"direction": "ingress", "entryType": "custom", "protocol": "tcp", "portRange": "22/22"}
    accept, drop = ({**entry, "policy": policy, "cidrBlock": "10.0.0.0/8"} for policy in ("accept", "drop"))
    own = {**drop, "direction": "egress", "entryType": "system"}
    one, other = (
        edited(lambda of, given=given: of["networkAcls"].append(given))
        for given in (
            {"id": "nacl-1", "status": "Available", "orderedEntries": [accept, drop]},
            {"id": "nacl-1", "status": "Available", "orderedEntries": [drop, accept, own]},
        )
    )
    [change] = changes(one, other)
    first, second = (f"ingress {policy} tcp 22/22 from 10.0.0.0/8" for policy in ("accept", "drop"))
    third = "egress drop tcp 22/22 to 10.0.0.0/8 (system)"
    assert change.text == f"ordered entries: {first}, {second}, now {second}, {first}, {third}"


def test_another_first_address_is_a_change() -> None:
    """The first one is that of the intranet interface."""
    one, other = (
        edited(lambda of, given=given: of["instances"][0].update(intranetIps=given))
        for given in (["10.16.0.1", "10.16.0.9"], ["10.16.0.9", "10.16.0.1"])
    )
    [change] = changes(one, other)
    assert change.text == "intranet addresses: now in another order, 10.16.0.9, 10.16.0.1 first to last"


def test_a_later_read_time_is_no_change() -> None:
    def later(of: dict[str, Any]) -> None:
        of["readAt"] = "2027-01-01T00:00:00Z"

    assert changes_by(later) == []


def _left(seconds: int) -> Estate:
    def edit(of: dict[str, Any]) -> None:
        address = {"connectionString": "rm.rds", "ipType": "Inner", "expiresInSeconds": seconds}
        of["databases"][0]["netInfos"] = [address]

    return edited(edit)


def test_the_time_left_to_an_address_runs_by_itself() -> None:
    assert changes(_left(100), _left(90)) == []


@given(estate=models(Estate))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_an_estate_has_not_changed_since_itself_and_all_of_it_is_new_after_nothing(estate: Estate) -> None:
    later = estate.model_copy(update={"read_at": estate.read_at + timedelta(hours=1)})
    assert changes(estate, later) == []
    nothing = Estate(region_id=estate.region_id, account_id=estate.account_id, read_at=estate.read_at)
    born = changes(nothing, estate)
    assert {item.status for item in born} <= {"new"}
    assert [Change("gone", item.kind, item.subject, item.text) for item in born] == changes(estate, nothing)


#: Counts down or up by itself, or is the cloud's own number of a rule.
_SILENT = {"progress", "available_ip_address_count"}
LISTS = [name for name in Estate.model_fields if name not in ("region_id", "account_id", "read_at")]


@pytest.mark.parametrize("name", LISTS)
@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_a_changed_field_is_reported_in_every_list(name: str, data: st.DataObject) -> None:
    (model,) = {item for item in get_args(Estate.model_fields[name].annotation) if item is not Ellipsis}
    one, other = data.draw(models(model)), data.draw(models(model))
    if hasattr(one, "id"):
        other = other.model_copy(update={"id": one.id})
    before, after = (BEFORE.model_copy(update={name: (item,)}) for item in (one, other))
    if any(part not in _SILENT and _seen(one, part) != _seen(other, part) for part in model.model_fields):
        assert changes(before, after)


def _seen(item: Any, part: str) -> Any:
    """Return a field as far as it is told: lists have no order, and a rule's own number and age tell nothing."""
    value = getattr(item, part)
    if part == "rules":
        value = tuple(rule.model_copy(update={"rule_id": None, "create_time": None}) for rule in value)
    if part == "net_infos":
        value = tuple(info.model_copy(update={"expires_in_seconds": None}) for info in value)
    # An item that stands there twice stands there.
    return sorted({repr(as_set(item)) for item in value}) if isinstance(value, tuple) else as_set(value)
