"""Helpers of all product readers: take parts out of the SDK's holders, and make models of the cloud's answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel

from estate import model
from estate.answers import Source, shown, subject_of
from estate.errors import UnusableAnswer

_Model = TypeVar("_Model", bound=BaseModel)


class _Noun(NamedTuple):
    """The name of a kind of resource, and the field that identifies one."""

    noun: str
    field: str = "id"


NOUNS: Final[Mapping[type[BaseModel], _Noun]] = {
    model.AccessControlList: _Noun("access control list"),
    model.AdmittedGroup: _Noun("admitted security group"),
    model.AutoSnapshotPolicy: _Noun("automatic snapshot policy"),
    model.ClassicLinkAttachment: _Noun("ClassicLink of instance", "instance_id"),
    model.Database: _Noun("database"),
    model.Disk: _Noun("disk"),
    model.Instance: _Noun("instance"),
    model.InstanceType: _Noun("instance type"),
    model.NetworkAcl: _Noun("network ACL"),
    model.NetworkAclEntry: _Noun("entry", "cidr_block"),
    model.NetInfo: _Noun("connection address", "connection_string"),
    model.FreeInterface: _Noun("network interface"),
    model.NetworkInterface: _Noun("network interface"),
    model.Eip: _Noun("EIP"),
    model.VpcInterface: _Noun("network interface"),
    model.RegistryAccessList: _Noun("whitelist of module", "module"),
    model.RouteEntry: _Noun("route to", "destination"),
    model.ScheduledEvent: _Noun("system event"),
    model.SecurityGroup: _Noun("security group"),
    model.SecurityGroupRule: _Noun("rule", "rule_id"),
    model.Snapshot: _Noun("snapshot"),
    model.SnapshotGroup: _Noun("snapshot group"),
    model.VServerGroup: _Noun("vServer group"),
    model.VirtualIp: _Noun("virtual IP address"),
    model.VSwitch: _Noun("VSwitch"),
    model.Vpc: _Noun("VPC"),
    model.WhitelistGroup: _Noun("whitelist group", "name"),
    model.Zone: _Noun("zone"),
}
"""The name of each model that the readers build, for errors."""


def build(source: Source, kind: type[_Model], **fields: Any) -> _Model:
    """Make a model of the cloud's answer; an answer that cannot be understood is an error, never a guess."""
    try:
        return kind(**fields)
    except ValidationError as error:
        problem = ", and ".join(_problem(detail["loc"], detail["input"], detail["msg"]) for detail in error.errors())
        name = _name(kind, fields)
        if source.of not in ("", name):
            problem = f"{name}: {problem}"
        raise UnusableAnswer(source.action, problem, source.request_id, source.of or name) from None


def _problem(where: Iterable[str | int], value: object, message: str) -> str:
    """Put one of pydantic's errors into words: the field, its value, and what was expected."""
    expected = re.sub(r"^\w+ should (be|have) ", "expected ", message.removeprefix("Value error, "))
    path = ".".join(to_camel(str(part)) for part in where)
    return f"{path} is {shown(value)}, {expected}" if path else expected


def _name(kind: type[BaseModel], fields: Mapping[str, Any]) -> str:
    """Name a resource as the console shows it; rules of old groups have no id."""
    noun, field = NOUNS[kind]
    name = str(fields.get(field) or "")
    if kind is not model.SecurityGroupRule:
        return f"{noun} {name}"
    description = " ".join(str(fields.get(part)) for part in ("policy", "ip_protocol", "port_range"))
    return f"{fields.get('nic_type')} {fields.get('direction')} {noun} {name or f'({description})'}"


def source_of(action: str, body: Any, **fields: Any) -> Source:
    """Return where a typed body is from, requested with these `fields`."""
    return Source(action, str(body.request_id), subject_of(action, fields))


def items(parent: Any, *path: str) -> list[Any]:
    """Return the list at the end of the SDK's nested holders, empty where `estate.reads` lets it be left out."""
    for name in path:
        parent = getattr(parent, name, None)
        if parent is None:
            return []
    return list(parent)


def tags(owner: Any) -> tuple[model.Tag, ...]:
    """Return the tags of an ECS resource."""
    return tuple(model.Tag(key=tag.tag_key, value=tag.tag_value or "") for tag in items(owner, "tags", "tag"))


def addresses(text: str | None) -> tuple[str, ...]:
    """Return the entries of a whitelist, which the cloud returns as one text."""
    return tuple(entry.strip() for entry in (text or "").split(",") if entry.strip())


def whitelist_groups(source: Source, groups: Iterable[Any]) -> tuple[model.WhitelistGroup, ...]:
    """Return the whitelist groups of Redis and MongoDB, sorted by name; they are for both networks."""
    read = [
        build(
            source,
            model.WhitelistGroup,
            name=group.security_ip_group_name,
            attribute=group.security_ip_group_attribute or "",
            security_ips=addresses(group.security_ip_list),
        )
        for group in groups
    ]
    return tuple(sorted(read, key=lambda group: group.name))


def net_info(source: Source, info: Any, **fields: str) -> model.NetInfo:
    """Return an address of an RDS or Redis instance; `fields` has the fields that differ between the products."""
    return build(
        source,
        model.NetInfo,
        connection_string=info.connection_string,
        ip_address=info.ipaddress or None,
        port=info.port or None,
        vpc_id=info.vpcid or None,
        vswitch_id=info.v_switch_id or None,
        expires_in_seconds=seconds_left(info.expired_time),
        **fields,
    )


def seconds_left(text: str | int | None) -> int | None:
    """Return the seconds left to a classic address in hybrid access; for all others the cloud returns nothing or 0."""
    return int(text or 0) or None
