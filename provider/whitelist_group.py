"""One whitelist group of our own on a database that is not ours: RDS, Redis and MongoDB."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from estate.client import Cloud
from estate.errors import CloudError, Unreachable
from estate.model import WhitelistGroup as Group
from provider import drift, traffic
from provider.apsaradb import MONGODB, NETWORK_TYPES, RDS, REDIS, Entries, GroupRef, Product, Whitelists
from provider.resource import Checked, Connect, Failure, Resource, ResourceError, reject_others, require_text
from provider.values import UNKNOWN, Properties, digest, is_unknown

# ModifySecurityIps of all three products, and the whitelist pages of ApsaraDB RDS (doc-detail/97145).
MAX_ENTRIES: Final = 1000

# The console's rule: small letters, digits and underscores, a letter first, a letter or digit last, 2 to 32 in all.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}[a-z0-9]")
# ApsaraDB reads a group with this one entry as "nobody"; it can not be a connection from elsewhere.
_NOBODY = "127.0.0.1/32"
_ADMITTING_NOBODY: tuple[list[str], ...] = ([], [_NOBODY])


class WhitelistGroup(Resource):
    """One named whitelist group; its id is `dbInstanceId:groupName`, of RDS `dbInstanceId:networkType:groupName`.

    Never writes a group that is not in the state, `default` or a hidden one, and never overwrites an entry that was
    neither applied here nor is declared: it stops updates, and outlives the deletion. The deletion is refused while
    servers are admitted by the group alone. A group that admits anybody already is not made ours by being declared,
    even with equal entries, because deleting the resource would empty it: only an import does that, by the user's own
    word, or the program's, which knows what a run of its own that was killed had begun.
    """

    product: ClassVar[Product]
    replacing: ClassVar[tuple[str, ...]] = ("dbInstanceId", "groupName")

    def check(self, inputs: Properties) -> Checked:
        """Check names and entries; entries become sorted blocks, so that order and spelling make no difference."""
        failures = reject_others(inputs, self.schema["inputProperties"])
        failures += require_text(inputs, ("dbInstanceId",))
        name = inputs.get("groupName")
        if name is not UNKNOWN and not (isinstance(name, str) and _NAME.fullmatch(name)):
            failures.append(
                Failure("groupName", "expected 2 to 32 small letters, digits and underscores, a letter first")
            )
        elif name == "default":
            failures.append(Failure("groupName", "expected a name of our own; the group `default` is never written"))
        ips, problems = _check_entries(inputs.get("securityIps"))
        return Checked(inputs | {"securityIps": ips}, (*failures, *problems))

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Make the group; one of this name that admits anybody already is refused."""
        ref = self._ref_of(inputs)
        desired: list[str] = inputs["securityIps"]
        live = self._before_creation(cloud, ref, desired)
        # Append, not Cover: should someone make a group of this name meanwhile, theirs is not overwritten.
        self._write(cloud, ref, "Cover" if live else "Append", desired)
        return self._id(ref), self._state(ref, desired)

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise what `create` or `update` would, as far as the inputs are known."""
        desired = inputs["securityIps"]
        if state and not is_unknown(desired):
            self._before_update(connect(), self._parse(resource_id), state, desired)
        elif not state and not is_unknown({name: inputs[name] for name in inputs if name != "securityIps"}):
            self._before_creation(connect(), self._ref_of(inputs), [] if is_unknown(desired) else desired)

    def _before_creation(self, cloud: Cloud, ref: GroupRef, desired: Sequence[str]) -> list[str]:
        """Return the entries that a group of this name has; ResourceError where it may not be written."""
        groups = self._groups_to_write(cloud, ref)
        if groups is None:
            raise ResourceError(f"Database {ref.database} does not exist in {cloud.region}.")
        group = _find(groups, ref)
        live = _entries(group) if group else []
        if group and live not in _ADMITTING_NOBODY:
            raise ResourceError(
                f"Database {ref.database} already has a whitelist group {ref.group} with {_few(live)}. If it is "
                f"yours to change and delete, import it (pulumi import {self.type_name} NAME {self._id(ref)}), and "
                "declare what is to stay, because an update removes the rest; else choose another "
                f"groupName.{self._if_ours(ref, group, desired)}"
            )
        self._check_limits(ref, groups, group, desired)
        return live

    def _if_ours(self, ref: GroupRef, group: Group, desired: Sequence[str]) -> str:
        """Return what to do if an interrupted run made the group; empty where it has no entry that is declared."""
        foreign = [entry for entry in group.security_ips if (_block(entry) or entry) not in desired]
        if not foreign:
            # A group keeps one entry at least, and what somebody adds meanwhile stays.
            emptying = (Entries(*ref, "Append", [_NOBODY]), Entries(*ref, "Delete", group.security_ips))
            return (
                " The stack declares each of these entries. If an interrupted run of this stack made the group, "
                "and nobody else relies on it, remove them; the next update then makes it as the stack's own: "
                f"{' && '.join(map(self.product.command, emptying))}"
            )
        if len(foreign) < len(_entries(group)):
            return (
                f" If an interrupted run of this stack made it: it was not taken over with {_few(foreign)} in it, "
                f"because the stack does not declare that. {self._both_ways(ref, foreign)}"
            )
        return ""

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the group's live entries, None if the database is gone, or has no such groups by a switch of its mode.

        A group that we made and somebody deleted or emptied is one without entries: a refresh that let it vanish from
        the state would make a change by hand look like something that was never applied.
        """
        ref = self._parse(resource_id)
        whitelists = self.product.whitelists(cloud, ref.database)
        group = _find(whitelists.groups, ref) if whitelists else None
        live = _entries(group) if group else []
        if live not in _ADMITTING_NOBODY:
            return self._state(ref, live)
        return self._state(ref, []) if whitelists and state and ref.network_type in _fitting(whitelists) else None

    def update(self, cloud: Cloud, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Write the entries; ResourceError where the live ones are not as the state knows them, or are others'."""
        ref = self._parse(resource_id)
        desired: list[str] = inputs["securityIps"]
        live = self._before_update(cloud, ref, state, desired)
        self._exchange(cloud, ref, live, desired)
        return self._state(ref, desired)

    def _exchange(self, cloud: Cloud, ref: GroupRef, live: Sequence[str], desired: Sequence[str]) -> None:
        """Change only the entries that differ, so that entries added meanwhile stay.

        Cover would remove those. It is only for a group that admits nobody, and where a new entry overlaps an old one:
        a group cannot hold both (RDS for MySQL refuses an address inside a block of the same group).
        """
        new = [entry for entry in desired if entry not in live]
        old = [entry for entry in live if entry not in desired]
        if (live and list(live) in _ADMITTING_NOBODY) or any(
            _overlap(first, second) for first in new for second in old
        ):
            self._write(cloud, ref, "Cover", desired)
            return
        for mode, entries in (("Append", new), ("Delete", old)):
            if entries:
                self._write(cloud, ref, mode, entries)

    def _before_update(self, cloud: Cloud, ref: GroupRef, state: Properties, desired: Sequence[str]) -> list[str]:
        """Return the entries that the group has; ResourceError where it may not be written."""
        groups = self._groups_to_write(cloud, ref) or []
        group = _find(groups, ref)
        live = _entries(group) if group else []
        if live != desired:
            self._refuse_others(ref, group, drift.declared(state)["securityIps"], desired)
            if _admitting(live) != _admitting(state["securityIps"]):
                raise ResourceError(
                    f"Whitelist group {ref.group} of {ref.database} was changed elsewhere: it has {_few(live)} where "
                    f"{_few(state['securityIps'])} was known. Run `pulumi refresh`, look at the difference, then "
                    "run `pulumi up` again."
                )
            self._check_limits(ref, groups, group, desired)
        return live

    def _refuse_others(
        self, ref: GroupRef, group: Group | None, applied: Sequence[str], desired: Sequence[str]
    ) -> None:
        """Raise ResourceError for entries of others, except those that the wanted ones cover."""
        foreign = [
            entry
            for entry in (group.security_ips if group else ())
            if (block := _block(entry) or entry) not in (*applied, _NOBODY) and not _inside(block, desired)
        ]
        if foreign:
            raise ResourceError(
                f"Whitelist group {ref.group} of {ref.database} has entries that this stack neither applied nor "
                f"declares: {_few(foreign)}. An update would remove them, so none was begun. "
                f"{self._both_ways(ref, foreign)}"
            )

    def _both_ways(self, ref: GroupRef, foreign: Sequence[str]) -> str:
        """Return how entries of others are kept, and how they are removed."""
        return (
            "To keep them, declare them: "
            f"classic-to-vpc:migration.databases: [{{id: {ref.database}, alsoAdmit: {json.dumps(foreign)}}}]. "
            f"To remove them: {self.product.command(Entries(*ref, 'Delete', foreign))}"
        )

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Delete the entries that were applied here; those that someone added to the group stay, with the group."""
        ref = self._parse(resource_id)
        group = self._read_group(cloud, ref)
        if group is None:
            return
        live = _entries(group)
        ours = [entry for entry in live if entry in drift.declared(state)["securityIps"]]
        if live in _ADMITTING_NOBODY or not ours:
            return
        self._before_deletion(cloud, ref, ours, [entry for entry in live if entry not in ours])
        if ours == live:
            self._empty(cloud, ref, ours)
        else:
            self._write(cloud, ref, "Delete", ours)

    def _before_deletion(self, cloud: Cloud, ref: GroupRef, ours: Sequence[str], staying: Sequence[str]) -> None:
        """Raise ResourceError while servers that may reach the database are admitted by our entries alone."""
        servers = traffic.reaching(cloud, self.product.vpc(cloud, ref.database), ours)
        if ref.network_type == "Classic":
            servers = [server for server in servers if server.vpc_id is None]
        if servers:
            whitelists = self.product.whitelists(cloud, ref.database)
            serving = ("MIX", "VPC") if ref.network_type != "Classic" else ("Classic",)
            foreign = [
                entry
                for group in (whitelists.groups if whitelists else ())
                if (group.name, group.network_type) != (ref.group, ref.network_type) and group.network_type in serving
                for entry in group.security_ips
            ]
            admitted = traffic.admitted(servers, [*foreign, *staying])
            servers = [server for server in servers if server not in admitted]
        if servers:
            raise ResourceError(
                f"Whitelist group {ref.group} of {ref.database} alone admits {traffic.names(servers)}: without it they "
                "would be cut off from the database, and it was left as it is. Admit them by a whitelist group of your "
                "own first, or keep what the stack has made."
            )

    def _ref_of(self, inputs: Properties) -> GroupRef:
        return GroupRef(str(inputs["dbInstanceId"]), "MIX", str(inputs["groupName"]))

    def _id(self, ref: GroupRef) -> str:
        return f"{ref.database}:{ref.group}"

    def _parse(self, resource_id: str) -> GroupRef:
        database, _, group = resource_id.partition(":")
        if not database or not _NAME.fullmatch(group) or group == "default":
            raise ResourceError(
                f"{resource_id!r} is no id of a whitelist group: expected dbInstanceId:groupName, and not the group "
                "`default`."
            )
        return GroupRef(database, "MIX", group)

    def _state(self, ref: GroupRef, ips: list[str]) -> Properties:
        inputs = self._named(ref) | {"securityIps": ips}
        return inputs | {"applied": digest(inputs)}

    def _named(self, ref: GroupRef) -> Properties:
        return {"dbInstanceId": ref.database, "groupName": ref.group}

    def _read_group(self, cloud: Cloud, ref: GroupRef) -> Group | None:
        """Return the group, None if it is gone: with its database, or with its network type by a switch of the mode."""
        whitelists = self.product.whitelists(cloud, ref.database)
        return _find(whitelists.groups, ref) if whitelists else None

    def _groups_to_write(self, cloud: Cloud, ref: GroupRef) -> list[Group] | None:
        """Return all groups of the database, None if there is none; its mode has to have the network type."""
        whitelists = self.product.whitelists(cloud, ref.database)
        if whitelists is None:
            return None
        fitting = _fitting(whitelists)
        if ref.network_type not in fitting:
            name = "enhanced" if whitelists.mode == "safety" else "standard"
            raise ResourceError(
                f"Database {ref.database} is in {name} whitelist mode: networkType has to be {' or '.join(fitting)}, "
                f"not {ref.network_type}."
            )
        return whitelists.groups

    def _check_limits(self, ref: GroupRef, groups: Sequence[Group], ours: Group | None, desired: Sequence[str]) -> None:
        if ours is None and self.product.max_groups is not None and len(groups) >= self.product.max_groups:
            raise ResourceError(f"Database {ref.database} has {len(groups)} whitelist groups, the limit; remove one.")
        total = len(desired) + sum(len(group.security_ips) for group in groups if group is not ours)
        if total > MAX_ENTRIES:
            raise ResourceError(
                f"Database {ref.database} would have {total} whitelist entries; the limit is {MAX_ENTRIES} over all "
                "groups. Merge addresses into blocks."
            )

    def _empty(self, cloud: Cloud, ref: GroupRef, entries: Sequence[str]) -> None:
        """Delete the group; where the cloud keeps groups, leave it with an entry that admits nobody.

        No product has a call that deletes a group. Older documentation of ModifyMode says that Delete deletes the
        whitelist; the newer of RDS says that one entry has to remain
        (help.aliyun.com/en/rds/api-modify-ip-address-whitelist). So all entries are deleted where the cloud permits it,
        and else the group, which is ours, is left with that entry. `read` and `create` treat such a group as absent.
        """
        try:
            self._write(cloud, ref, "Delete", entries)
        except CloudError as error:
            if not error.code.startswith(("InvalidSecurityIP", "InvalidParameter", "OperationDenied")):
                raise
            self._write(cloud, ref, "Cover", [_NOBODY])

    def _write(self, cloud: Cloud, ref: GroupRef, mode: str, entries: Sequence[str]) -> None:
        """Change the group.

        The call has no ClientToken in all products alike. Cover is idempotent by nature; after a lost answer to the
        others the group is read.
        """
        change = Entries(*ref, mode, self._spelt(cloud, ref, mode, entries))
        try:
            self.product.patiently(cloud, ref.database, lambda: self.product.change_whitelist(cloud, change))
        except Unreachable:
            if not self._took_effect(cloud, ref, mode, entries):
                raise

    def _spelt(self, cloud: Cloud, ref: GroupRef, mode: str, entries: Sequence[str]) -> Sequence[str]:
        """Return the entries as the cloud spells them: it deletes "10.0.0.1" by that name and not as 10.0.0.1/32."""
        if mode != "Delete":
            return entries
        group = self._read_group(cloud, ref)
        return [ip for ip in (group.security_ips if group else ()) if (_block(ip) or ip) in entries]

    def _took_effect(self, cloud: Cloud, ref: GroupRef, mode: str, entries: Sequence[str]) -> bool:
        group = self._read_group(cloud, ref)
        live = _entries(group) if group else []
        if mode == "Cover":
            return live == list(entries)
        return not set(live) & set(entries) if mode == "Delete" else set(entries) <= set(live)


_PROPERTIES: Final[dict[str, Any]] = {
    "dbInstanceId": {"type": "string", "description": "The database."},
    "groupName": {
        "type": "string",
        "description": "The group: 2 to 32 small letters, digits and underscores, not `default`.",
    },
    "securityIps": {
        "type": "array",
        "items": {"type": "string"},
        "description": "IPv4 addresses and blocks that may connect.",
    },
}


def _schema(product: Product, more: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = {**_PROPERTIES, **(more or {})}
    return {
        "description": f"One whitelist group of an instance of {product.name}; other groups are never touched.",
        "inputProperties": properties,
        "requiredInputs": list(properties),
    }


class RdsWhitelistGroup(WhitelistGroup):
    """`alimigrate:rds:WhitelistGroup`, which in enhanced whitelist mode is for one of the two networks."""

    product = RDS
    type_name = "alimigrate:rds:WhitelistGroup"
    actions = RDS.whitelist_actions
    replacing = ("dbInstanceId", "groupName", "networkType")
    schema: ClassVar[dict[str, Any]] = _schema(
        RDS,
        {
            "networkType": {
                "type": "string",
                "description": "MIX in standard mode, VPC or Classic in enhanced mode.",
            }
        },
    )

    def check(self, inputs: Properties) -> Checked:
        """Check the network type too."""
        checked = super().check(inputs)
        network_type = inputs.get("networkType")
        if network_type is UNKNOWN or network_type in NETWORK_TYPES:
            return checked
        failure = Failure("networkType", f"expected one of {', '.join(NETWORK_TYPES)}")
        return Checked(checked.inputs, (*checked.failures, failure))

    def _ref_of(self, inputs: Properties) -> GroupRef:
        return GroupRef(str(inputs["dbInstanceId"]), str(inputs["networkType"]), str(inputs["groupName"]))

    def _id(self, ref: GroupRef) -> str:
        return ":".join(ref)

    def _parse(self, resource_id: str) -> GroupRef:
        parts = resource_id.split(":")
        if len(parts) != 3 or parts[1] not in NETWORK_TYPES or not all(parts) or parts[2] == "default":
            raise ResourceError(
                f"{resource_id!r} is no id of a whitelist group: expected dbInstanceId:networkType:groupName with "
                f"networkType one of {', '.join(NETWORK_TYPES)}, and not the group `default`."
            )
        return GroupRef(*parts)

    def _named(self, ref: GroupRef) -> Properties:
        return super()._named(ref) | {"networkType": ref.network_type}


class RedisWhitelistGroup(WhitelistGroup):
    """`alimigrate:kvstore:WhitelistGroup`."""

    product = REDIS
    type_name = "alimigrate:kvstore:WhitelistGroup"
    actions = REDIS.whitelist_actions
    schema: ClassVar[dict[str, Any]] = _schema(REDIS)


class MongoDbWhitelistGroup(WhitelistGroup):
    """`alimigrate:mongodb:WhitelistGroup`."""

    product = MONGODB
    type_name = "alimigrate:mongodb:WhitelistGroup"
    actions = MONGODB.whitelist_actions
    schema: ClassVar[dict[str, Any]] = _schema(MONGODB)


def _check_entries(ips: Any) -> tuple[Any, list[Failure]]:
    if ips is UNKNOWN:
        return ips, []
    if not isinstance(ips, list) or not ips:
        return ips, [Failure("securityIps", "expected at least one IPv4 address or block; none would admit nobody")]
    failures: list[Failure] = []
    known: list[str] = []
    for index, entry in enumerate(ips):
        block = _block(entry) if entry is not UNKNOWN else UNKNOWN
        if block is None or block == _NOBODY:
            expected = "expected an IPv4 address or block other than 127.0.0.1"
            failures.append(Failure(f"securityIps[{index}]", f"{expected}, found {entry!r}"))
        elif block is not UNKNOWN:
            known.append(str(block))
    if len(known) > MAX_ENTRIES:
        failures.append(Failure("securityIps", f"expected at most {MAX_ENTRIES} entries, found {len(known)}"))
    unknown = [entry for entry in ips if entry is UNKNOWN]
    return (ips if failures else [*_sorted(_outermost(known)), *unknown]), failures


def _outermost(blocks: Sequence[str]) -> list[str]:
    """Leave out what another block admits: RDS for MySQL refuses an address inside a block of the same group."""
    networks = sorted({ipaddress.IPv4Network(block) for block in blocks})
    outermost: list[ipaddress.IPv4Network] = []
    for network in networks:
        # In this order a block stands before all that is inside it.
        if not (outermost and network.subnet_of(outermost[-1])):
            outermost.append(network)
    return [str(network) for network in outermost]


def _inside(entry: str, blocks: Sequence[str]) -> bool:
    """Whether one of the blocks covers an entry."""
    try:
        network = ipaddress.IPv4Network(entry)
    except ValueError:
        return False
    return any(network.subnet_of(ipaddress.IPv4Network(block)) for block in blocks)


def _overlap(first: str, second: str) -> bool:
    """Whether two entries may admit the same address; one that is no IPv4 block might be anything."""
    blocks = [ipaddress.IPv4Network(block) for entry in (first, second) if (block := _block(entry))]
    return len(blocks) < 2 or blocks[0].overlaps(blocks[1])


def _block(entry: Any) -> str | None:
    """Return an entry as a block without host bits ("10.1.2.3" -> "10.1.2.3/32"), None if it is none."""
    try:
        return str(ipaddress.IPv4Network(entry, strict=False)) if isinstance(entry, str) else None
    except ValueError:
        return None


def _sorted(blocks: Sequence[str]) -> list[str]:
    return sorted(set(blocks), key=ipaddress.IPv4Network)


def _entries(group: Group) -> list[str]:
    """Return the live entries in the normal form of `check`; what is no IPv4 block stays as it is, last."""
    blocks = [block for ip in group.security_ips if (block := _block(ip))]
    names = [ip for ip in group.security_ips if not _block(ip)]
    return [*_sorted(blocks), *sorted(names)]


def _admitting(entries: list[str]) -> list[str]:
    """Return the entries that admit a client."""
    return [] if entries in _ADMITTING_NOBODY else entries


def _few(entries: Sequence[str]) -> str:
    return ", ".join(entries[:10]) + (f" and {len(entries) - 10} more" if len(entries) > 10 else "") or "no entries"


def _fitting(whitelists: Whitelists) -> tuple[str, ...]:
    """Return the network types that groups of a database have in its whitelist mode."""
    return ("VPC", "Classic") if whitelists.mode == "safety" else ("MIX",)


def _find(groups: Sequence[Group], ref: GroupRef) -> Group | None:
    for group in groups:
        if (group.name, group.network_type) == (ref.group, ref.network_type):
            if group.attribute == "hidden":
                raise ResourceError(f"Whitelist group {ref.group} of {ref.database} belongs to the cloud (hidden).")
            return group
    return None
