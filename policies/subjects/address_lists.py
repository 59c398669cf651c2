"""Lists that admit servers by intranet address: which of them name an address, and the permissions to read them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final, NamedTuple, TypeAlias

from policies.core.approvals import approved
from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import Fix, change, command, task
from policies.core.outcome import Outcome, Verdict, failed, not_applicable, pending
from policies.core.plan import TARGET_NETWORK, Plan
from policies.subjects.attestations import or_attested, remediation
from policies.subjects.databases import target_blocks

Block: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Blocks of more than 256 addresses were made for a network, not for servers.
NARROW: Final = 24


class Source(NamedTuple):
    """Lists of a service that not every team uses: the fact that holds them, and both names of the service."""

    key: str
    service: str
    named: str

    @property
    def remediation(self) -> Fix:
        """Return the other ways out where the lists cannot be read, or must not be changed."""
        approval = {
            "reason": "<how that is known>",
            "owner": "<who answers for it>",
            "approvedBy": "<somebody else>",
            "approvedAt": "<when>",
            "expires": "<within 90 days>",
        }
        nobody = task("Where nobody uses it:") + change(
            "after", {"unusedServices": [self.service], "unusedApprovals": {self.service: approval}}
        )
        return nobody | remediation("address-lists")


REGISTRIES: Final = Source("registryAccessLists", "container-registry", "Container Registry")
BUCKETS: Final = Source("bucketPolicies", "oss", "OSS")


def unused(plan: Plan, source: Source, now: datetime) -> Verdict | None:
    """Return NOT_APPLICABLE where the lists could not be read and an attestation states that the service is not used.

    Raises UnreadableError, with the reason, where they could not be read and there is no attestation.
    """
    if source.key in plan.migration.data:
        return None
    for item in plan.migration.objects("unreadLists"):
        if item.text("service") != source.service:
            continue
        reason = f"could not be read: {item.text('reason').rstrip('.')}"
        if not item.flag("unused"):
            raise UnreadableError(f"The lists of {source.named}", reason)
        if "approval" not in item.data:
            problem = "after.unusedServices names the service without an approval"
            raise UnreadableError(f"The lists of {source.named}", f"{reason}. {problem}")
        word = approved(item.object("approval"), now)
        return not_applicable(f"Nobody uses {source.named}, whose lists cannot be read: {word}.")
    return None


def is_unread(plan: Plan, source: Source) -> bool:
    """Whether the cloud refuses to show the lists of a service."""
    entries = attempt(lambda: [item.text("service") for item in plan.migration.objects("unreadLists")])
    return isinstance(entries, list) and source.service in entries


def why_unread(plan: Plan, service: str) -> str:
    """Return why the lists of a service could not be read, as a sentence; empty where nothing says so."""
    entries = plan.migration.objects("unreadLists")
    return " ".join(item.text("reason") for item in entries if item.text("service") == service)


def or_promised(verdict: Verdict, plan: Plan, timeline: Timeline, instance: Facts, *, unread: bool) -> Verdict:
    """Return the verdict on lists, or what an attestation for the instance makes of it.

    PASS where the cloud refuses to show them (`unread`). Otherwise PENDING: what can be read counts in the freeze, and
    a promise to prepare it counts until then. As long as one would help, it is among the fixes.
    """
    said = or_attested(verdict, "address-lists", plan, timeline, instance)
    if verdict.outcome is Outcome.UNKNOWN and unread:
        return said
    if said is not verdict:
        return pending(said.reason, *verdict.fixes)
    if verdict.outcome is Outcome.FAIL and timeline.frozen is False:
        return failed(verdict.reason, *(fix | remediation("address-lists") for fix in verdict.fixes))
    return verdict


def put_policy(bucket: str, file: str) -> Fix:
    """Return the command that gives a bucket another policy (OSS user guide, ossutil, bucket-policy)."""
    return command("aliyun", "oss", "bucket-policy", "--method", "put", f"oss://{bucket}", file)


def addresses_of(instance: Facts) -> tuple[str, ...]:
    """Return the intranet addresses of an instance. Raises UnreadableError for none: a classic instance has one."""
    addresses = instance.texts("intranetIps")
    if not addresses:
        raise UnreadableError(f"{instance.path}: intranetIps", "holds no address that a list could name")
    return addresses


def naming(entries: Iterable[str], addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the entries that name one of the addresses: by itself, or in a block that was made for servers."""
    return tuple(entry for entry in holding(entries, addresses) if _block(entry).prefixlen >= NARROW)


def holding(entries: Iterable[str], addresses: Iterable[str]) -> tuple[str, ...]:
    """Return entries that contain one of the addresses, broad ones too. Raises UnreadableError for a bad entry."""
    parsed = [ipaddress.ip_address(address) for address in addresses]
    return tuple(entry for entry in entries if any(address in _block(entry) for address in parsed))


def left_over(plan: Plan, entries: Iterable[str], address: str) -> tuple[str, ...]:
    """Return the entries that name an address which was given up, and no classic instance that still exists.

    A block that overlaps a VSwitch of the target network stays: moved instances may be in it.
    """
    return tuple(entry for entry in naming(entries, (address,)) if not _is_needed(plan, entry))


def left_over_blocks(plan: Plan, entries: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield former addresses, each with a block among the entries that is left over by it; others are passed over."""
    former = frozenset(plan.migration.texts("formerAddresses"))
    for entry in entries:
        if "/" not in entry:
            continue
        with suppress(ValueError):
            block = ipaddress.IPv4Network(entry, strict=False)
            if NARROW <= block.prefixlen < block.max_prefixlen and not former.isdisjoint(held := set(map(str, block))):
                yield from ((address, entry) for address in sorted(former & held) if not _is_needed(plan, entry))


def _is_needed(plan: Plan, entry: str) -> bool:
    def judge() -> bool:
        is_planned = _block(entry).num_addresses > 1 and touches((entry,), _planned(plan))
        return is_planned or bool(holding((entry,), _in_use(plan)))

    return plan.remember((__name__, "needed", entry), judge)


def _in_use(plan: Plan) -> list[str]:
    def read() -> list[str]:
        former = frozenset(plan.migration.texts("formerAddresses"))
        classic = plan.migration.objects("classicInstances")
        return [item for instance in classic for item in instance.texts("intranetIps") if item not in former]

    return plan.remember((__name__, "in use"), read)


def _planned(plan: Plan) -> list[str]:
    vswitches = plan.network.facts.objects("vswitches") if plan.of_type(TARGET_NETWORK) else ()
    return [vswitch.text("cidrBlock") for vswitch in vswitches]


def covers(entries: Iterable[str], blocks: Iterable[str]) -> bool:
    """Whether the entries cover every block completely."""
    parsed = list(ipaddress.collapse_addresses(_ipv4(entries)))
    return all(any(ipaddress.IPv4Network(block).subnet_of(own) for own in parsed) for block in blocks)


def touches(entries: Iterable[str], blocks: Iterable[str]) -> bool:
    """Whether the entries cover any part of one of the blocks."""
    parsed = list(_ipv4(entries))
    return any(ipaddress.IPv4Network(block).overlaps(own) for block in blocks for own in parsed)


def any_matches(patterns: Iterable[str], vpc_id: str) -> bool:
    """Whether one of the patterns, with * and ? as in OSS, matches the VPC."""
    return any(fnmatchcase(vpc_id, pattern) for pattern in patterns)


def target_vpc(plan: Plan) -> str | None:
    """Return the id of the target VPC; None where it is not created yet, or where there is no target network."""
    if not plan.of_type(TARGET_NETWORK) or not plan.network.facts.is_known("vpcId"):
        return None
    return plan.network.facts.text("vpcId")


def new_blocks(plan: Plan, instance: Facts) -> tuple[str, ...]:
    """Return the blocks for the instance's new address; none where they are not known yet."""
    blocks = attempt(lambda: target_blocks(plan, instance))
    return () if isinstance(blocks, UnreadableError) else blocks


def also_broad(entries: Iterable[str], addresses: Iterable[str]) -> str:
    """Return a sentence about broad blocks that contain one of the addresses; empty for none."""
    wide = [entry for entry in holding(entries, addresses) if _block(entry).prefixlen < NARROW]
    return f" It is also in {', '.join(dict.fromkeys(wide))}, which is too broad to be judged." if wide else ""


def _ipv4(entries: Iterable[str]) -> Iterator[ipaddress.IPv4Network]:
    return (block for block in map(_block, entries) if isinstance(block, ipaddress.IPv4Network))


def _block(entry: str) -> Block:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        raise UnreadableError(f"the entry {entry}", "is neither an address nor a block") from None
