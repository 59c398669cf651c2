"""The reader against the simulated cloud whose answers are spoilt on the way: what comes of it is no estate.

The answers of one reading are kept and given again, those of one action spoilt: the reading stops, and says at which.
Without all that `estate.reads` does not declare the estate is the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from estate.answers import ByNumber, ByToken, Reading, at
from estate.errors import CloudError, EstateError, PermissionDenied
from estate.live import IF_USED, RAM_ACTIONS, read_estate, reading
from estate.model import DatabasePart, Estate
from estate.reads import READS
from simulator.server import Simulator, running
from tests.estate import estates
from tests.estate.replay import Replay, Spoil
from tests.estate.whole import put

NOW = datetime(2026, 11, 23, tzinfo=UTC)
REGISTRY = {
    "id": "cri-1",
    "name": "shop",
    "endpoints": [
        {
            "enabled": True,
            "entries": [{"entry": "10.160.0.1/32"}],
            "linked_vpcs": [{"vpc_id": "vpc-1", "vswitch_id": "vsw-1"}],
        }
    ],
}
MIGRATION = {
    "id": "mp-1",
    "instance_ids": ["i-3"],
    "start": "2026-12-12T02:00:00+08:00",
    "latest": "2026-12-20T00:00:00+08:00",
    "vpc_id": "vpc-1",
    "vswitch_ids": ["vsw-1"],
    "security_group_ids": ["sg-vpc"],
}
POLICY = {"id": "sp-night", "name": "night", "time_points": [3, 22], "repeat_weekdays": [6, 7]}
HOP = {
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
TABLE = {"id": "vtb-1", "vpc_id": "vpc-1"}
ROUTE = {"id": "rte-1", "route_table_id": "vtb-1", "destination_cidr_block": "10.0.0.0/8", "next_hop_id": "i-hop"}
BALANCER = {
    "id": "lb-front",
    "name": "front",
    "address": "192.0.2.80",
    "master_zone_id": estates.ZONE,
    "slave_zone_id": estates.ZONE,
    "listeners": [{"port": 80, "protocol": "tcp", "access_list_ids": ["acl-callers"]}],
}
#: What is spoilt of the first item of a list that has it, and what is told: of what, and what was found.
ODD: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a rule without a far end": (
        "ecs:DescribeSecurityGroupAttribute",
        dict.fromkeys(("SourceCidrIp", "SourceGroupId", "Ipv6SourceCidrIp", "SourcePrefixListId"), ""),
        "security group sg-classic",
        "internet ingress rule sgr-7: a rule needs a peer: one of cidrIp, ipv6CidrIp, groupId, prefixListId",
    ),
    "an old rule, which has no id": (
        "ecs:DescribeSecurityGroupAttribute",
        {"Priority": "0", "SecurityGroupRuleId": ""},
        "security group sg-classic",
        "internet ingress rule (accept TCP 80/80): priority is '0', expected greater than or equal to 1",
    ),
    "a rule of another priority": (
        "ecs:DescribeSecurityGroupAttribute",
        {"Priority": "high"},
        "security group sg-classic",
        "Permissions.Permission[0].Priority of sgr-7 is not a whole number or its digits: 'high'",
    ),
    "a time that is none": (
        "ecs:DescribeSecurityGroupAttribute",
        {"CreateTime": "yesterday"},
        "security group sg-classic",
        "internet ingress rule sgr-7: createTime is 'yesterday', expected a valid datetime",
    ),
    "an address that is none": (
        "ecs:DescribeInstances",
        {"InnerIpAddress": {"IpAddress": ["10.160.2"]}},
        "instance i-2",
        "intranetIps.0 is '10.160.2', expected an IPv4 address",
    ),
    "an address of an interface that is none": (
        "ecs:DescribeInstances",
        {"NetworkInterfaces": {"NetworkInterface": [{"NetworkInterfaceId": "eni-1", "PrimaryIpAddress": "10.160.2"}]}},
        "instance i-2",
        "network interface eni-1: primaryIp is '10.160.2', expected an IPv4 address",
    ),
    "a block that is none": (
        "vpc:DescribeVSwitches",
        {"CidrBlock": "172.16.0.1/16"},
        "VSwitch vsw-1",
        "cidrBlock is '172.16.0.1/16', expected an IPv4 block, such as 172.16.0.0/16",
    ),
    "a disk of another type": (
        "ecs:DescribeDisks",
        {"Type": "tape"},
        "",
        "Disks.Disk[0].Type of d-1 is not one of system, data: 'tape'",
    ),
    "a network interface": (
        "ecs:DescribeInstances",
        {"NetworkInterfaces": {"NetworkInterface": [{"NetworkInterfaceId": 7}]}},
        "",
        "NetworkInterfaces.NetworkInterface[0].NetworkInterfaceId of i-2 is not a text that is not empty: 7",
    ),
    "a policy": (
        "ecs:DescribeAutoSnapshotPolicyEx",
        {"TimePoints": "at night"},
        "automatic snapshot policy sp-night",
        "TimePoints is 'at night', expected a JSON array of whole numbers",
    ),
    "an hour that no day has": (
        "ecs:DescribeAutoSnapshotPolicyEx",
        {"TimePoints": "[3, 25]"},
        "automatic snapshot policy sp-night",
        "hours.1 is 25, expected less than or equal to 23",
    ),
    "a whitelist": (
        "rds:DescribeDBInstanceIPArrayList",
        {"SecurityIPList": None},
        "database rm-normal",
        "Items.DBInstanceIPArray[0].SecurityIPList of default is missing",
    ),
    "a whitelist of Redis": (
        "kvstore:DescribeSecurityIps",
        {"SecurityIpList": 7},
        "database r-cache",
        "SecurityIpList of default is not a text: 7",
    ),
    "a backend server": (
        "slb:DescribeVServerGroupAttribute",
        {"Weight": "heavy"},
        "vServer group ",
        "Weight of i-",
    ),
    "an entry of an access control list": (
        "slb:DescribeAccessControlListAttribute",
        {"AclEntryIP": 7},
        "access control list acl-callers",
        "AclEntryIP",
    ),
    "a vServer group": (
        "slb:DescribeVServerGroups",
        {"VServerGroupId": ""},
        "load balancer lb-front",
        "VServerGroups.VServerGroup[0].VServerGroupId is not a text that is not empty: ''",
    ),
    "a route": (
        "vpc:DescribeRouteEntryList",
        {"DestinationCidrBlock": 7},
        "route table vtb-1",
        "DestinationCidrBlock",
    ),
}
READ = sorted(action for actions in RAM_ACTIONS.values() for action in actions if action in READS)
SPARED = {action for part in IF_USED for action in RAM_ACTIONS[part]}


class Session:
    """One cloud, read once as it is."""

    def __init__(self, simulator: Simulator, replay: Replay) -> None:
        self.simulator = simulator
        self.replay = replay
        self.whole = self.read("", None)
        # What is asked for after a spoilt answer is kept too.
        self._answers = tuple(replay.answers.items())

    def read(self, action: str, spoil: Spoil | None) -> Estate:
        self.replay.set(action, spoil)
        return read_estate(estates.cloud(self.simulator), NOW)

    def answers(self, action: str) -> list[Any]:
        return [
            answer["body"]
            for (name, _), answer in self._answers
            if name == action and not isinstance(answer, Exception)
        ]


INTERFACE: dict[str, Any] = {
    "id": "eni-free",
    "vswitch_id": "vsw-1",
    "private_ips": ["172.16.0.20", "172.16.0.21"],
    "security_group_ids": ["sg-vpc"],
}

HA_VIP: dict[str, Any] = {"id": "havip-front", "vswitch_id": "vsw-1", "ip_address": "172.16.0.22"}
EIP: dict[str, Any] = {"id": "eip-front", "ip_address": "47.96.0.1"}


def _grouped(name: str) -> list[dict[str, Any]]:
    """The databases of a product, which admit security groups too."""
    return [item | {"security_group_ids": ["sg-classic", "sg-peer"]} for item in estates.dumped(name)]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    rich = estates.estate(
        registries=[REGISTRY],
        migrations=[MIGRATION],
        auto_snapshot_policies=[POLICY],
        route_tables=[TABLE],
        route_entries=[ROUTE],
        instances=[*estates.dumped("instances"), HOP],
        load_balancers=[BALANCER],
        network_interfaces=[INTERFACE],
        ha_vips=[HA_VIP],
        eips=[EIP],
        **{name: _grouped(name) for name in ("databases", "redis", "mongodb")},
    )
    replay = Replay()
    with replay.playing(), running(rich) as served:
        yield Session(served, replay)


def stopped(session: Session, action: str, spoil: Spoil) -> str:
    """Why nothing was read; what not every team uses is named as not read instead."""
    if action in SPARED:
        [unread] = session.read(action, spoil).unread_lists
        return unread.reason
    with pytest.raises(EstateError) as caught:
        session.read(action, spoil)
    return str(caught.value)


def items_of(action: str, body: Any) -> list[Any]:
    items = READS[action].items
    return at(body, items.path) if items else []


def nothing(body: dict[str, Any]) -> None:
    body.clear()
    body["RequestId"] = "REQ-7"


def failed(body: dict[str, Any]) -> None:
    nothing(body)
    body |= {"Code": "ServiceUnavailable", "Message": "Try again."}


def unlisted(action: str) -> Spoil:
    def spoil(body: dict[str, Any]) -> None:
        body["RequestId"] = "REQ-7"
        items = READS[action].items
        assert items
        body.pop(items.path.split(".")[0])

    return spoil


def shorter(action: str) -> Spoil:
    def spoil(body: dict[str, Any]) -> None:
        body["RequestId"] = "REQ-7"
        # The call that counts a list has one item, and stays as it is.
        if not isinstance(READS[action].paging, ByToken) or "PageNumber" not in body:
            items_of(action, body)[-1:] = []

    return spoil


def doubled(action: str) -> Spoil:
    def spoil(body: dict[str, Any]) -> None:
        body["RequestId"] = "REQ-7"
        items_of(action, body)[0:0] = items_of(action, body)[:1]

    return spoil


def has_total(reading: Reading) -> bool:
    return isinstance(reading.paging, ByNumber) or (isinstance(reading.paging, ByToken) and reading.paging.counted)


@pytest.mark.parametrize("action", READ)
def test_no_defect_of_an_answer_ends_in_an_estate(session: Session, action: str) -> None:
    reading = READS[action]
    bodies = session.answers(action)
    assert bodies, "the reader does not call it"
    spoils: list[Spoil] = [nothing, failed]
    if reading.items:
        assert any(items_of(action, body) for body in bodies), "this estate has nothing for it"
        spoils.append(unlisted(action))
        spoils += [shorter(action)] if has_total(reading) else []
        spoils += [doubled(action)] if reading.items.ids else []
    for spoil in spoils:
        why = stopped(session, action, spoil)
        assert action in why
        assert "RequestId REQ-7" in why


#: What an answer about one database tells, and so leaves unread where it is refused.
OF_ONE_DATABASE: dict[str, set[str]] = {
    "rds:DescribeDBInstanceNetInfo": {"networkType", "securityIpMode", "endpoints", "whitelistGroups"},
    "rds:DescribeDBInstanceIPArrayList": {"whitelistGroups"},
    "rds:DescribeSecurityGroupConfiguration": {"securityGroups"},
    "kvstore:DescribeDBInstanceNetInfo": {"endpoints"},
    "kvstore:DescribeSecurityIps": {"whitelistGroups"},
    "kvstore:DescribeSecurityGroupConfiguration": {"securityGroups"},
    "dds:DescribeDBInstanceAttribute": set(get_args(DatabasePart)),
    "dds:DescribeReplicaSetRole": {"endpoints"},
    "dds:DescribeSecurityIps": {"whitelistGroups"},
    "dds:DescribeSecurityGroupConfiguration": {"securityGroups"},
}


def refused_once(code: str) -> Spoil:
    """A refusal of the first answer alone, which is about one database."""
    left = [code]

    def spoil(body: dict[str, Any]) -> None:
        if left:
            nothing(body)
            body |= {"Code": left.pop(), "Message": "The operation is not permitted in the current status."}

    return spoil


@pytest.mark.parametrize("code", ["IncorrectDBInstanceState", "Forbidden.RAM"])
@pytest.mark.parametrize("action", OF_ONE_DATABASE)
def test_a_refusal_for_one_database_leaves_the_others_read(session: Session, action: str, code: str) -> None:
    product = {"rds": "rds", "kvstore": "redis", "dds": "mongodb"}[action.partition(":")[0]]
    if code == "Forbidden.RAM" and sum(item.product == product for item in session.whole.databases) == 1:
        return  # nobody can tell it from a permission that is missing for all: the next test
    read = session.read(action, refused_once(code))
    assert read.model_copy(update={"databases": ()}) == session.whole.model_copy(update={"databases": ()})
    [refusing] = [item for item in read.databases if item.unread]
    remaining = [item for item in read.databases if item.id != refusing.id]
    assert remaining == [item for item in session.whole.databases if item.id != refusing.id]
    assert {item.part for item in refusing.unread} == OF_ONE_DATABASE[action]
    reason = f"is refused with {code}" if code == "IncorrectDBInstanceState" else "is not permitted for it"
    assert {item.reason for item in refusing.unread} == {
        f"of database {refusing.id} {action} {reason} (RequestId REQ-7)"
    }


@pytest.mark.parametrize("action", ["slb:DescribeVServerGroups", "slb:DescribeVServerGroupAttribute"])
def test_a_load_balancer_that_refuses_stops_nothing_else(session: Session, action: str) -> None:
    read = session.read(action, refused_once("OperationDenied"))
    [unread] = read.unread_load_balancers
    assert unread.id == "lb-front"
    assert unread.reason == f"of load balancer lb-front {action} is refused with OperationDenied (RequestId REQ-7)"
    assert read.vserver_groups == ()
    without = {"vserver_groups": (), "unread_load_balancers": ()}
    assert read.model_copy(update=without) == session.whole.model_copy(update=without)


def test_an_access_control_list_that_refuses_stops_nothing_else(session: Session) -> None:
    action = "slb:DescribeAccessControlListAttribute"
    read = session.read(action, refused_once("OperationDenied"))
    [refusing] = read.access_lists
    assert (refusing.id, [item.part for item in refusing.unread]) == ("acl-callers", ["entries", "listeners"])
    reason = f"of access control list acl-callers {action} is refused with OperationDenied (RequestId REQ-7)"
    assert {item.reason for item in refusing.unread} == {reason}
    assert read.model_copy(update={"access_lists": ()}) == session.whole.model_copy(update={"access_lists": ()})


OF_ONE_THING = (
    *OF_ONE_DATABASE,
    "slb:DescribeAccessControlListAttribute",
    "slb:DescribeVServerGroupAttribute",
    "slb:DescribeVServerGroups",
)


#: What is asked for one thing at a time, and what that is called.
THINGS: dict[str, str] = {
    **dict.fromkeys(OF_ONE_DATABASE, "database"),
    "ecs:DescribeSecurityGroupAttribute": "security group",
    "slb:DescribeAccessControlListAttribute": "access control list",
    "slb:DescribeVServerGroupAttribute": "vServer group",
    "slb:DescribeVServerGroups": "load balancer",
    "vpc:DescribeRouteEntryList": "route table",
    "vpc:DescribeVpcAttribute": "VPC",
}


def denied(body: dict[str, Any]) -> None:
    nothing(body)
    body |= {"Code": "Forbidden.RAM", "Message": "No."}


@pytest.mark.parametrize("action", sorted(set(READ) - SPARED))
def test_a_refusal_for_all_is_a_missing_permission(session: Session, action: str) -> None:
    """Of the one thing of a kind as of many: nobody can tell whether the permission is limited to others."""
    with pytest.raises(PermissionDenied) as caught:
        session.read(action, denied)
    of, reaching = (rf" of {THINGS[action]} \S+", rf" for {THINGS[action]} \S+") if action in THINGS else ("", "")
    message = (
        rf"Permission denied for {action}{of} \(RequestId REQ-7\)\. Grant the RAM action {action}{reaching} to the "
    )
    assert re.match(message, str(caught.value))


@pytest.mark.parametrize("action", sorted(THINGS.keys() - set(OF_ONE_THING)))
def test_one_thing_of_many_that_is_not_permitted_stops_the_reading_by_its_name(session: Session, action: str) -> None:
    with pytest.raises(PermissionDenied, match=f"^Permission denied for {action} of {THINGS[action]} "):
        session.read(action, refused_once("Forbidden.RAM"))


@pytest.mark.parametrize("code", ["ServiceUnavailable", "Throttling.User"])
@pytest.mark.parametrize("action", OF_ONE_THING)
def test_temporary_errors_stop_the_reading(session: Session, action: str, code: str) -> None:
    def failing(body: dict[str, Any]) -> None:
        nothing(body)
        body |= {"Code": code, "Message": "Try again."}

    with pytest.raises(CloudError, match=code):
        session.read(action, failing)


@pytest.mark.parametrize("action", READ)
def test_nothing_is_read_of_an_answer_but_what_is_declared(session: Session, action: str) -> None:
    """Which is what makes the declarations the whole of what has to be there."""

    def stripped(body: dict[str, Any]) -> None:
        required = {"RequestId": body["RequestId"]}
        for name in ("Code", READS[action].success, "NextToken", "TotalCount"):
            if name in body:
                required[name] = body[name]
        for part in READS[action].all_parts():
            _copy(body, required, part.path)
        body.clear()
        body.update(required)

    assert session.read(action, stripped) == session.whole


def _copy(source: Any, target: dict[str, Any], path: str) -> None:
    head, brackets, rest = path.partition("[]")
    value = at(source, head)
    if value is None:
        return
    *holders, last = head.split(".")
    for name in holders:
        target = target.setdefault(name, {})
    if brackets:
        copies = target.setdefault(last, [])
        copies.extend({} for _ in range(len(value) - len(copies)))
        for item, copy in zip(value, copies, strict=True):
            _copy(item, copy, rest.strip("."))
    elif not isinstance(value, list) or not value or not isinstance(value[0], dict):
        target[last] = value
    else:
        target.setdefault(last, [{} for _ in value])


@pytest.mark.parametrize("case", sorted(ODD))
def test_an_answer_not_understood_names_its_resource_and_the_way_out(session: Session, case: str) -> None:
    action, changes, of, problem = ODD[case]

    def odd(body: dict[str, Any]) -> None:
        body["RequestId"] = "REQ-7"
        for item in items_of(action, body)[:1]:
            named = {"SecurityGroupRuleId": "sgr-7"} if "SecurityGroupRuleId" in item else {}
            item |= {**named, **changes}

    why = stopped(session, action, odd)
    assert why.startswith(f"The answer to {action}{f' for {of}' if of else ''}")
    assert problem in why
    assert "(RequestId REQ-7). Run it again; if it stays so, " in why
    assert f"look at {of or problem.partition(' of ')[2].partition(' ')[0]}" in why
    assert " in the console, where it may be put right, or report it to Alibaba Cloud with the RequestId" in why
    assert why.endswith("as an answer that this version does not know.")


def test_every_model_that_the_reader_builds_has_a_name_for_a_person() -> None:
    built = set()
    for file in Path(reading.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "build":
                assert isinstance(node.args[1], ast.Attribute)
                built.add(node.args[1].attr)
    assert built == {kind.__name__ for kind in reading.NOUNS}


def test_local_disks_are_those_of_the_type_where_nothing_is_said_of_the_instance(session: Session) -> None:
    def silent(body: dict[str, Any]) -> None:
        for item in items_of("ecs:DescribeInstances", body):
            del item["LocalStorageAmount"]

    assert session.read("ecs:DescribeInstances", silent) == session.whole

    def both(body: dict[str, Any]) -> None:
        for item in items_of("ecs:DescribeInstanceTypes", body):
            item.pop("LocalStorageCategory", None)

    read = session.read("ecs:DescribeInstanceTypes", both)
    assert read.instances == session.whole.instances
    assert {kind.local_storage_amount for kind in read.instance_types} == {None}


def test_an_id_in_two_lists_that_cannot_share_it_is_an_error(session: Session) -> None:
    def again(body: dict[str, Any]) -> None:
        items_of("dds:DescribeDBInstances", body)[:] = [{"DBInstanceId": "dds-one"}]
        body["TotalCount"] = 1

    assert "dds-one occurs twice" in stopped(session, "dds:DescribeDBInstances", again)


RESPELT = [
    (action, part.path)
    for action in READ
    for part in READS[action].all_parts()
    if part.kind.name.startswith("one of ") and part.kind.example.swapcase() != part.kind.example
]


@pytest.mark.parametrize(("action", "path"), RESPELT)
def test_the_case_of_a_known_word_does_not_matter(session: Session, action: str, path: str) -> None:
    """The products differ in it, and a word that is taken and not understood would be a fact that is lost."""

    def respell(body: dict[str, Any]) -> None:
        _respell(body, path)

    assert session.read(action, respell) == session.whole


def _respell(body: Any, path: str) -> None:
    head, brackets, rest = path.partition("[]")
    if brackets:
        for item in at(body, head) or ():
            _respell(item, rest.strip("."))
    elif word := at(body, head):
        put(body, head, word.swapcase())
