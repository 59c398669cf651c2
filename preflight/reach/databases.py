"""Say which classic instances reach which database, before the move and after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, get_args

from policies.core.facts import Facts, UnreadableError, attempt, printable
from policies.core.outcome import Outcome, Verdict, judged, worst
from policies.core.plan import Plan, has_moved
from policies.security_groups.model import Peer, Surroundings
from policies.subjects.address_lists import touches
from policies.subjects.databases import (
    address_in_vpc,
    admission,
    admits_by_address,
    admits_by_group,
    declared_network_type,
    hybrid_accesses,
    is_hidden,
    label,
    may_admit_all,
    network_type_needed,
    target_blocks,
    whitelist_groups,
)
from preflight.reach.describing import end_of, fate_of
from preflight.reach.model import Basis, DatabaseReach, Fate, Status

_STATUSES: Final[tuple[Status, ...]] = get_args(Status)
_NO_ADDRESS: Final = "its whitelists have an entry that is no address, which may admit anybody"
_Result = tuple[Status, str]


def database_results(
    plan: Plan, around: Surroundings, basis: Basis, *, whole_vswitches: bool
) -> Iterator[DatabaseReach]:
    """Yield whether each classic instance reaches each database, before and after; equal ones together."""
    movers = {item.facts.text("instanceId"): item.facts for item in plan.instances}
    moved = {item for item, facts in movers.items() if has_moved(facts)}
    peers = {peer.id: peer for peer in around.peers}
    for database in plan.migration.objects("databases"):
        by_result: dict[tuple[Fate, Status, str], list[Peer]] = defaultdict(list)
        for instance in plan.migration.objects("classicInstances"):
            instance_id = instance.text("instanceId")
            peer = peers[instance_id]
            result = (
                _moving(plan, database, movers[instance_id], instance, basis)
                if instance_id in movers
                else _staying(plan, database, instance, peer)
            )
            if result is not None:
                by_result[fate_of(peer, moved), *result].append(peer)
        for (_, status, reason), users in sorted(by_result.items(), key=lambda item: _STATUSES.index(item[0][1])):
            yield DatabaseReach(
                source=end_of(users, moved),
                database=printable(database.text("dbInstanceId")),
                name=printable(database.optional_text("description") or ""),
                status=status,
                accepted=status == "opened" and whole_vswitches,
                reason=printable(reason),
            )


def _moving(plan: Plan, database: Facts, mover: Facts, instance: Facts, basis: Basis) -> _Result | None:
    """Return the result for the access of a moving instance; None where it has none, and gets none."""
    before = attempt(lambda: admits_by_address(database, instance) or admits_by_group(database, instance))
    if isinstance(before, UnreadableError):
        return "unknown", str(before)
    if not before and may_admit_all(database):
        return "unknown", _NO_ADDRESS
    blocks = attempt(partial(target_blocks, plan, mover))
    if isinstance(blocks, UnreadableError):
        return "unknown", str(blocks)
    address = judged(partial(address_in_vpc, plan, database))
    if not before:
        key = __name__, database.text("dbInstanceId"), blocks
        lets_in = attempt(lambda: plan.remember(key, partial(_lets_any_in, plan, database, blocks)))
        if isinstance(lets_in, UnreadableError):
            return "unknown", str(lets_in)
        if not lets_in or address.outcome is Outcome.FAIL:
            return None
        return "opened", f"its lists admit {', '.join(blocks)}, and so every instance that moves there"
    if not blocks:
        return "lost", "there is no VSwitch in the zone that it moves to"
    admitted = worst([address, *(judged(partial(admission, plan, database, block)) for block in blocks)])
    return _by_verdict(admitted, basis)


def _by_verdict(verdict: Verdict, basis: Basis) -> _Result:
    if verdict.outcome is Outcome.UNKNOWN:
        return "unknown", verdict.reason
    if verdict.outcome is Outcome.PASS or (verdict.outcome is Outcome.PENDING and basis == "plan"):
        return "kept", "the database has an address in the VPC, and its lists let the VSwitch in"
    return "lost", verdict.reason.replace("\n", " ")


def _lets_any_in(plan: Plan, database: Facts, blocks: Sequence[str]) -> bool:
    """Whether lists for VPC addresses contain anything of the blocks. Raises UnreadableError."""
    needed = network_type_needed(database)
    lists = [
        group.texts("securityIps")
        for group in database.objects("whitelistGroups")
        if group.text("networkType") == needed and not is_hidden(group)
    ]
    lists += [
        item.facts.texts("securityIps")
        for item in whitelist_groups(plan, database)
        if declared_network_type(item) == needed
    ]
    return any(touches(entries, blocks) for entries in lists)


def _staying(plan: Plan, database: Facts, instance: Facts, peer: Peer) -> _Result | None:
    """Return the result for the access of an instance that stays, or moves later; None where it has none."""
    by_address = attempt(partial(admits_by_address, database, instance))
    by_group = attempt(partial(admits_by_group, database, instance))
    for problem in (by_address, by_group):
        if isinstance(problem, UnreadableError):
            return "unknown", str(problem)
    if not by_address and may_admit_all(database):
        return "unknown", _NO_ADDRESS
    if not (by_address or by_group):
        return None
    if not hybrid_accesses(plan, database):
        return "kept", "the stack leaves its classic address as it is"
    if not by_address:
        return "lost", f"{label(database)} admits it by its security group alone, which hybrid access makes invalid"
    until = "until it moves" if peer.moves else "while its classic address lasts"
    return "kept", f"by the classic address, {until}"
