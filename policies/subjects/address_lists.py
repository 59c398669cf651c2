"""Lists that admit servers by their intranet addresses: which of them name an address, and who may read them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final, NamedTuple, TypeAlias

from policies.core.approvals import approved
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import Fix, change, command, task
from policies.core.outcome import Verdict, not_applicable
from policies.core.plan import TARGET_NETWORK, Plan
from policies.subjects.attestations import remediation
from policies.subjects.databases import target_blocks

Block: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Blocks of more addresses than 256 were made for a network, not for servers.
NARROW: Final = 24


class Source(NamedTuple):
    """Lists of a service that not every team uses: the fact that holds them, and the service by its two names."""

    key: str
    service: str
    named: str

    @property
    def remediation(self) -> Fix:
        """What else to do where the lists cannot be read, or are not to be changed."""
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
    """NOT_APPLICABLE where the lists could not be read and somebody answers for it that nobody uses the service.

    Raises UnreadableError, with the reason, where they could not be read and nobody answers for that.
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
            said = "after.unusedServices names the service, and nobody answers for that"
            raise UnreadableError(f"The lists of {source.named}", f"{reason}. {said}")
        word = approved(item.object("approval"), now)
        return not_applicable(f"Nobody uses {source.named}, whose lists cannot be read: {word}.")
    return None


def put_policy(bucket: str, file: str) -> Fix:
    """Return the command that gives a bucket another policy (OSS user guide, ossutil, bucket-policy)."""
    return command("aliyun", "oss", "bucket-policy", "--method", "put", f"oss://{bucket}", file)


def addresses_of(instance: Facts) -> tuple[str, ...]:
    """Intranet addresses of an instance. Raises UnreadableError for none: a classic instance has one."""
    addresses = instance.texts("intranetIps")
    if not addresses:
        raise UnreadableError(f"{instance.path}: intranetIps", "holds no address that a list could name")
    return addresses


def naming(entries: Iterable[str], addresses: Iterable[str]) -> tuple[str, ...]:
    """Entries that name one of the addresses: by itself, or in a block that was made for servers."""
    return tuple(entry for entry in holding(entries, addresses) if _block(entry).prefixlen >= NARROW)


def holding(entries: Iterable[str], addresses: Iterable[str]) -> tuple[str, ...]:
    """Entries that hold one of the addresses, broad blocks too. Raises UnreadableError for what is no entry."""
    wanted = [ipaddress.ip_address(address) for address in addresses]
    return tuple(entry for entry in entries if any(address in _block(entry) for address in wanted))


def left_over(plan: Plan, entries: Iterable[str], address: str) -> tuple[str, ...]:
    """Entries that name an address which was given up, and no classic instance that is still there."""
    former = plan.migration.texts("formerAddresses")
    classic = plan.migration.objects("classicInstances")
    used = [item for one in classic for item in one.texts("intranetIps") if item not in former]
    return tuple(entry for entry in naming(entries, (address,)) if not holding((entry,), used))


def covers(entries: Iterable[str], blocks: Iterable[str]) -> bool:
    """Whether the entries hold the whole of every block."""
    given = list(ipaddress.collapse_addresses(_ipv4(entries)))
    return all(any(ipaddress.IPv4Network(block).subnet_of(own) for own in given) for block in blocks)


def touches(entries: Iterable[str], blocks: Iterable[str]) -> bool:
    """Whether the entries hold anything of one of the blocks."""
    given = list(_ipv4(entries))
    return any(ipaddress.IPv4Network(block).overlaps(own) for block in blocks for own in given)


def any_matches(patterns: Iterable[str], vpc_id: str) -> bool:
    """Whether one of the patterns, with * and ? as OSS has them, is of the VPC."""
    return any(fnmatchcase(vpc_id, pattern) for pattern in patterns)


def target_vpc(plan: Plan) -> str | None:
    """Return the id of the target VPC; None while it is yet to be made, or where there is no target network."""
    if not plan.of_type(TARGET_NETWORK) or not plan.network.facts.is_known("vpcId"):
        return None
    return plan.network.facts.text("vpcId")


def new_blocks(plan: Plan, instance: Facts) -> tuple[str, ...]:
    """Blocks that the instance's address will be of; none where nobody can tell yet."""
    blocks = attempt(lambda: target_blocks(plan, instance))
    return () if isinstance(blocks, UnreadableError) else blocks


def also_broad(entries: Iterable[str], addresses: Iterable[str]) -> str:
    """Return a sentence about broad blocks that hold one of the addresses; empty for none."""
    wide = [entry for entry in holding(entries, addresses) if _block(entry).prefixlen < NARROW]
    return f" It is in {', '.join(dict.fromkeys(wide))} too, which no single server was meant by." if wide else ""


def _ipv4(entries: Iterable[str]) -> Iterator[ipaddress.IPv4Network]:
    return (block for block in map(_block, entries) if isinstance(block, ipaddress.IPv4Network))


def _block(entry: str) -> Block:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        raise UnreadableError(f"the entry {entry}", "is neither an address nor a block") from None
