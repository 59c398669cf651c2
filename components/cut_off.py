"""Find creations that the state has as begun and not finished: the mark of resources that carry no mark in the cloud.

Before it calls a plugin, the engine records the resource to be created, with its inputs. A killed run leaves that
record, and later runs keep it. If only the plugin dies, the engine takes the record away. For links there is another
one, which stays: the component above them is in the state before them, with what it is about to link and what was
linked before (components/classic_link.py). Whitelist groups have none, because a creation that was refused, as others
have such a group, would look the same.
"""

from __future__ import annotations

import ipaddress
import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from components.config import DatabaseChoice
from estate.model import ClassicLinkAttachment, Database, DatabaseProduct, Estate, WhitelistGroup

#: Type and name of a resource, and the inputs that it was to be created with.
Begun = Mapping[tuple[str, str], Mapping[str, Any]]

_WHITELIST_GROUPS: Final[Mapping[DatabaseProduct, str]] = {
    "rds": "alimigrate:rds:WhitelistGroup",
    "redis": "alimigrate:kvstore:WhitelistGroup",
    "mongodb": "alimigrate:mongodb:WhitelistGroup",
}
ENABLING: Final = "alimigrate:vpc:ClassicLink"
LINK: Final = "alimigrate:ecs:ClassicLinkAttachment"
_LINKS: Final = "classic-to-vpc:classiclink:ClassicLink"
_SECONDS: Final = 60
# ApsaraDB reads a group with only this entry as empty.
_NOBODY: Final = "127.0.0.1/32"


def whitelist_groups(
    estate: Estate, choices: Sequence[DatabaseChoice]
) -> Mapping[str, tuple[Database, WhitelistGroup]]:
    """Return the groups of the names that a stack gives, by the id of the resource; such as admit somebody."""
    names = {choice.whitelist_group for choice in choices}
    return {
        _id_of(database, group): (database, group)
        for database in estate.databases
        for group in database.whitelist_groups
        if group.name in names and _blocks(group.security_ips) - {_NOBODY}
    }


def adoptable(
    groups: Mapping[str, tuple[Database, WhitelistGroup]], choices: Sequence[DatabaseChoice], begun: Begun
) -> Mapping[tuple[str, str], str]:
    """Return the ids of the groups that a killed run made, by type and name of the resource.

    A group counts if its creation was begun and each of its entries was to be written then, or is declared now. A group
    with an entry of others is not adopted, because an import makes all entries the stack's own.
    """
    also = {choice.id: choice.also_admit for choice in choices}
    adopted: dict[tuple[str, str], str] = {}
    for resource_id, (database, group) in groups.items():
        key = _WHITELIST_GROUPS[database.product], f"{database.id}-{group.name}"
        inputs = begun.get(key, {})
        ours = _blocks(str(item) for item in inputs.get("securityIps") or ()) | _blocks(also.get(database.id, ()))
        network_type = inputs.get("networkType", group.network_type)
        if inputs and network_type == group.network_type and _blocks(group.security_ips) <= ours:
            adopted[key] = resource_id
    return adopted


def adoptable_links(links: Iterable[ClassicLinkAttachment], begun: Begun) -> Mapping[tuple[str, str], str]:
    """Return the ids by which links are imported that a killed run made, by type and name of the resource.

    Otherwise they would count as links of others, and a destroy would leave them (provider/classic_link_attachment.py).
    """
    return {(LINK, link.instance_id): f"{link.instance_id}:{link.vpc_id}:made" for link in begun_links(links, begun)}


def adoptable_enabling(vpc_id: str, begun: Begun) -> Mapping[tuple[str, str], str]:
    """Return the id by which ClassicLink of a VPC is imported that a killed run enabled, by type and name."""
    return {
        key: f"{vpc_id}:made" for key, inputs in begun.items() if key[0] == ENABLING and inputs.get("vpcId") == vpc_id
    }


def begun_links(links: Iterable[ClassicLinkAttachment], begun: Begun) -> list[ClassicLinkAttachment]:
    """Return those of the links whose creation was begun and not finished."""
    return [link for link in links if begun.get((LINK, link.instance_id), {}).get("vpcId") == link.vpc_id]


def read_begun(stack: str) -> Begun:
    """Return the creations in a stack's state that were begun and not finished, without those that exist by now.

    The engine has no function for them, so its command line is called. If that fails, there are none: an obstacle is
    then refused as if others had made it.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_OPTION_")}
    command = ["pulumi", "stack", "export", "--stack", stack, "--non-interactive"]
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environ, timeout=_SECONDS, check=True
        )
        return _begun(json.loads(result.stdout)["deployment"] or {})
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _begun(deployment: Mapping[str, Any]) -> Begun:
    resources = deployment.get("resources") or ()
    # What was deleted to make room for its replacement is not there, although the state keeps it until that is made.
    there = {item["urn"] for item in resources if not item.get("pendingReplacement")}
    noted = {
        key: inputs
        for item in resources
        if item.get("type") == _LINKS
        for key, inputs in _noted(_key_of(item["urn"])[1], item.get("inputs") or {})
    }
    known = {_key_of(urn) for urn in there}
    pending = {
        _key_of(item["resource"]["urn"]): item["resource"].get("inputs") or {}
        for item in deployment.get("pending_operations") or ()
        if item.get("type") == "creating" and item["resource"]["urn"] not in there
    }
    return {key: inputs for key, inputs in noted.items() if key not in known} | pending


def _noted(name: str, inputs: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """Yield what a component was about to link, without what was linked before it.

    Nothing for a component of version 0.1.0, which did not note what was linked before: it may be of others.
    """
    vpc_id, before = inputs.get("vpcId"), inputs.get("linkedBefore")
    if before is None:
        return
    if vpc_id not in before:
        yield (ENABLING, name), {"vpcId": vpc_id}
    for instance_id in inputs.get("instanceIds") or ():
        if instance_id not in before:
            yield (LINK, instance_id), {"instanceId": instance_id, "vpcId": vpc_id}


def _key_of(urn: str) -> tuple[str, str]:
    return urn.split("::")[2].rpartition("$")[2], urn.split("::", 3)[3]


def _id_of(database: Database, group: WhitelistGroup) -> str:
    """Return the id of the resource (provider/whitelist_group.py)."""
    parts = [database.id, *([group.network_type] if database.product == "rds" else ()), group.name]
    return ":".join(parts)


def _blocks(entries: Iterable[str]) -> set[str]:
    return {_block(entry) for entry in entries}


def _block(entry: str) -> str:
    try:
        return str(ipaddress.IPv4Network(entry, strict=False))
    except ValueError:
        return entry
