"""The VPC groups of the instance let it connect to each of its databases at the address in the VPC.

A rule for the classic address of a database, beside one that drops all else, is carried over as it is: the address in
the VPC is another one.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, Fix, aliyun, task, then_all
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, unknown, worst
from policies.core.plan import (
    CLONED_SECURITY_GROUP,
    HYBRID_ACCESSES,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    TARGET_NETWORK,
    Plan,
)
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.security_groups import clones
from policies.security_groups.flows import Flows, accepted, both, rectangle, without
from policies.security_groups.packets import ALL_PORTS, AddressPeer, Table, block_of, parse_block
from policies.security_groups.reading import firewall_of
from policies.subjects.databases import READING, each_used, endpoints, hybrid_accesses, label, read_only_instances

_ANYWHERE: Final = parse_block("0.0.0.0/0")


class _Target(NamedTuple):
    """A port of a database, and its address in the VPC, or a block that holds it."""

    block: str
    peer: AddressPeer
    port: int


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    if not instance.texts("securityGroupIds"):
        return unknown("The facts list no security group of the instance. Every instance is in one.")
    return each_used(plan, instance, partial(_with_read_only_instances, plan, instance))


def _with_read_only_instances(plan: Plan, instance: Facts, database: Facts) -> Verdict:
    every = (database, *read_only_instances(plan, database))
    return worst(judged(partial(_database, plan, instance, item)) for item in every)


def _database(plan: Plan, instance: Facts, database: Facts) -> Verdict:
    group_ids = instance.texts("securityGroupIds")
    if missing := clones.without_clone(plan, group_ids):
        return not_applicable(f"There is no clone of {', '.join(missing)} to compare: see security-group-cloned.")
    firewall = firewall_of(plan, group_ids)
    after, before = firewall.clone.table("egress", "TCP"), firewall.classic["intranet"].table("egress", "TCP")
    if all(rule.accept for rule in after.rules):
        return passed("Its VPC groups refuse no connection that it begins.")
    targets = list(dict.fromkeys(_targets(plan, database)))
    if not targets:
        return not_applicable(f"{label(database)} gets no address in the VPC: see database-address-in-vpc.")
    refused = [target for target in targets if _refuses_any(after, target)]
    if refused and _accepts_classic(before, database):
        places = ", ".join(f"{target.block} on port {target.port}" for target in refused)
        return failed(
            f"Its classic groups accept connections to {label(database)} at the classic address. Its VPC groups refuse "
            f"them in the VPC ({places}).",
            _own_group(instance.text("instanceId"), refused),
        )
    return passed(f"Its VPC groups accept connections to {label(database)} where its classic groups do.")


def _targets(plan: Plan, database: Facts) -> Iterator[_Target]:
    """Yield where the instance reaches a database after the move: nowhere, if it gets no address in the VPC."""
    private = endpoints(database, "Private")
    for endpoint in private:
        if endpoint.optional_text("ipAddress") is not None:
            yield _Target(endpoint.text("ipAddress"), block_of(endpoint, "ipAddress"), _port(endpoint))
        else:
            yield from _in_vswitches(_vswitches(plan, database), endpoint)
    if not private and hybrid_accesses(plan, database):
        for endpoint in endpoints(database, "Inner"):
            # It goes into the first one of its zones.
            yield from _in_vswitches(_vswitches(plan, database)[:1], endpoint)


def _vswitches(plan: Plan, database: Facts) -> list[Facts]:
    zone_ids = database.texts("zoneIds")
    return [item for item in plan.network.facts.objects("vswitches") if item.text("zoneId") in zone_ids]


def _in_vswitches(vswitches: Iterable[Facts], endpoint: Facts) -> Iterator[_Target]:
    for vswitch in vswitches:
        yield _Target(vswitch.text("cidrBlock"), block_of(vswitch, "cidrBlock"), _port(endpoint))


def _port(endpoint: Facts) -> int:
    port = endpoint.text("port")
    if not port.isdecimal() or not ALL_PORTS[0] <= int(port) <= ALL_PORTS[1]:
        raise endpoint.malformed("port", "a port")
    return int(port)


def _refuses_any(table: Table, target: _Target) -> bool:
    """Whether the rules refuse a connection to any address of a target."""
    needed = rectangle((target.port, target.port), ALL_PORTS)
    return any(without(needed, flows) for flows in _accepted(table, target.peer))


def _accepts_classic(table: Table, database: Facts) -> bool:
    """Whether the rules accept any connection to a classic address of a database, or it has none."""
    classic = endpoints(database, "Inner")
    return not classic or any(_accepts_some(table, endpoint) for endpoint in classic)


def _accepts_some(table: Table, endpoint: Facts) -> bool:
    # No API shows the addresses of MongoDB's nodes.
    is_known = endpoint.optional_text("ipAddress") is not None
    peer, port = block_of(endpoint, "ipAddress") if is_known else _ANYWHERE, _port(endpoint)
    return any(both(rectangle((port, port), ALL_PORTS), flows) for flows in _accepted(table, peer))


def _accepted(table: Table, peer: AddressPeer) -> Iterator[Flows]:
    return (accepted(table, at) for at in table.in_block(peer.version, peer.interval))


_JOIN: Final = "Make a VPC group that accepts it, and let the instance join that one as soon as it has moved:"


def _own_group(instance_id: str, refused: Iterable[_Target]) -> Fix:
    """Return the fix: a clone names no block that instances move into, so a group beside it has to."""
    rules = then_all(_acceptance(target.block, f"{target.port}/{target.port}") for target in refused)
    return (task(_JOIN) + _NEW_GROUP + rules + _joined(instance_id) + waiver(instance_id)) | _MAP


def _acceptance(block: str, ports: str) -> Fix:
    rule = {"DestCidrIp": block, "IpProtocol": "TCP", "PortRange": ports, "Priority": "1"}
    return aliyun("ecs", "AuthorizeSecurityGroupEgress", {"SecurityGroupId": "<own group>", **rule})


def _joined(instance_id: str) -> Fix:
    return aliyun(
        "ecs", "JoinSecurityGroup", {"InstanceId": instance_id, "SecurityGroupId": "<own group>"}, "after the move"
    )


_NEW_GROUP: Final = aliyun("ecs", "CreateSecurityGroup", {"VpcId": "<the target VPC>"})
_MAP: Final = task("Map its classic group to a VPC group that accepts it (securityGroups.groups in the stack config).")

RULE: Final = InstanceRule(
    module=__name__,
    title="The VPC security groups must accept connections to the databases",
    severity="critical",
    notice_items=("N13", "N17", "N30"),
    why="A rule that drops all but the classic address of a database cuts the instance off from it in the VPC.",
    remediation=(
        (task(_JOIN) + _NEW_GROUP + _acceptance("<address>", "<port>/<port>") + _joined(ID) + waiver()) | _MAP
    ),
    remediation_after=(
        task("Its connections are refused by now. Let it join a VPC group that accepts them, at once:")
        + _NEW_GROUP
        + _acceptance("<address>", "<port>/<port>")
        + aliyun("ecs", "JoinSecurityGroup", {"InstanceId": ID, "SecurityGroupId": "<own group>"})
    ),
    reads=(
        MIGRATION,
        MIGRATING_INSTANCE,
        TARGET_NETWORK,
        CLONED_SECURITY_GROUP,
        SECURITY_GROUP,
        SECURITY_GROUP_RULES,
        *HYBRID_ACCESSES,
    ),
    sources=(
        "Physical server migration and upgrade notice: troubleshooting, a database cannot be read from or written to "
        "any more where security group rules have closed its port.",
        "RDS API reference, ModifyDBInstanceNetworkType: the database gets another address in the VPC.",
        "ECS user guide, security groups: what no rule matches is accepted on egress.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/security-group-rules",
    ram_actions=("ecs:DescribeSecurityGroups", "ecs:DescribeSecurityGroupAttribute", *READING),
    check=_check,
    until_move=True,
)
