"""Each bucket policy treats the instance in the target VPC as it does at its current address."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import Fix, task
from policies.core.outcome import Verdict, failed, judged, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.core.rule import InstanceRule
from policies.subjects.address_lists import (
    BUCKETS,
    addresses_of,
    also_broad,
    any_matches,
    covers,
    holding,
    is_unread,
    naming,
    new_blocks,
    or_promised,
    put_policy,
    target_vpc,
    touches,
    unused,
)
from policies.subjects.databases import target_blocks


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    verdict = judged(partial(_policies, plan, timeline, instance))
    return or_promised(verdict, plan, timeline, instance, unread=is_unread(plan, BUCKETS))


def _policies(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if not_used := unused(plan, BUCKETS, timeline.now):
        return not_used
    addresses = addresses_of(instance)
    every = [(bucket, item) for bucket in plan.migration.objects(BUCKETS.key) for item in bucket.objects("statements")]
    allow, deny = (
        [(bucket, item) for bucket, item in every if item.choice("effect", "Allow", "Deny") == effect]
        for effect in ("Allow", "Deny")
    )
    named = [(bucket, item) for bucket, item in allow if naming(item.texts("addresses"), addresses)]
    broad = also_broad((entry for _, item in allow for entry in item.texts("addresses")), addresses)
    verdicts = [judged(partial(_allowed, plan, instance, bucket, item)) for bucket, item in named]
    verdicts = verdicts or [passed(f"No bucket policy of OSS lets it in by its address.{broad}")]
    excluding = [(bucket, item) for bucket, item in allow if not item.texts("addresses") and not item.texts("vpcs")]
    verdicts += [judged(partial(_not_excluded, plan, instance, bucket, item)) for bucket, item in excluding]
    return worst([*verdicts, *(judged(partial(_denied, plan, instance, bucket, item)) for bucket, item in deny)])


def _allowed(plan: Plan, instance: Facts, bucket: Facts, statement: Facts) -> Verdict:
    name, blocks, vpc_id = bucket.text("bucket"), new_blocks(plan, instance), target_vpc(plan)
    if vpc_id is not None and blocks and _allows_again(bucket, statement, blocks, vpc_id):
        return passed(f"The policy of {name} lets {', '.join(blocks)} of {vpc_id} in as well.")
    entries = ", ".join(naming(statement.texts("addresses"), addresses_of(instance)))
    target = f"{', '.join(blocks) or 'its new address'} of {vpc_id or 'the target VPC, which is yet to be created'}"
    return failed(
        f"{_numbered(bucket, statement)} admits {entries}, which changes with the move. The policy does not admit "
        f"{target}.{_lacking(statement)}",
        _new_policy(bucket, vpc_id),
    )


def _allows_again(bucket: Facts, statement: Facts, blocks: tuple[str, ...], vpc_id: str) -> bool:
    """Whether it admits the blocks in the VPC, or an otherwise equal statement does."""
    scope = statement.text("scope")
    return any(_allows(item, blocks, vpc_id) for item in bucket.objects("statements") if item.text("scope") == scope)


def _allows(statement: Facts, blocks: tuple[str, ...], vpc_id: str) -> bool:
    """Whether all conditions of a statement hold for the blocks in the VPC."""
    addresses, vpcs = statement.texts("addresses"), statement.texts("vpcs")
    excluded = any_matches(statement.texts("excludedVpcs"), vpc_id) or touches(
        statement.texts("excludedAddresses"), blocks
    )
    return not excluded and (not addresses or covers(addresses, blocks)) and (not vpcs or any_matches(vpcs, vpc_id))


def _not_excluded(plan: Plan, instance: Facts, bucket: Facts, statement: Facts) -> Verdict:
    """Judge an Allow of all but some addresses or VPCs: a request from the classic network carries no acs:SourceVpc."""
    excluded, vpcs = statement.texts("excludedAddresses"), statement.texts("excludedVpcs")
    if holding(excluded, addresses_of(instance)):
        return passed(f"{_numbered(bucket, statement)} does not let the instance in today.")
    blocks = target_blocks(plan, instance) if excluded else new_blocks(plan, instance)
    if excluded and not blocks:
        raise UnreadableError("the target network", "has no VSwitch that it could go to")
    # A VPC that does not exist yet may match a pattern.
    vpc_id = target_vpc(plan) or "vpc-"
    if _allows(statement, blocks, vpc_id) or (blocks and _allows_again(bucket, statement, blocks, vpc_id)):
        return passed(f"{_numbered(bucket, statement)}, or another one, lets the instance in after the move, too.")
    return failed(
        f"{_numbered(bucket, statement)} applies to all but {', '.join((*excluded, *vpcs))}. It admits the instance "
        f"today, and will not once it is in {target_vpc(plan) or 'the target VPC, which is yet to be created'}.",
        _new_policy(bucket, target_vpc(plan)),
    )


def _denied(plan: Plan, instance: Facts, bucket: Facts, statement: Facts) -> Verdict:
    """Judge the Deny statements first: they also refuse an instance with credentials of its own."""
    if _denies_today(statement, addresses_of(instance)) or not _denies_in_vpc(plan, instance, statement):
        return passed(f"{_numbered(bucket, statement)} will not refuse the instance more than it does today.")
    denied = (*statement.texts("excludedAddresses"), *statement.texts("excludedVpcs"))
    excepted = (*statement.texts("addresses"), *statement.texts("vpcs"))
    of = ", ".join(denied) or "everybody"
    but = f" but {', '.join(excepted)}" if excepted else ""
    vpc_id = target_vpc(plan)
    return failed(
        f"{_numbered(bucket, statement)} applies to {of}{but}. It does not refuse the instance today, and will once it "
        f"is in {vpc_id or 'the target VPC, which is yet to be created'}.{_lacking(statement) if excepted else ''}",
        _new_policy(bucket, vpc_id),
    )


def _denies_today(statement: Facts, addresses: tuple[str, ...]) -> bool:
    """Whether the Deny applies to requests from the classic network, which carry no acs:SourceVpc."""
    denied, excepted = statement.texts("excludedAddresses"), statement.texts("addresses")
    of_it = not statement.texts("excludedVpcs") and (not denied or bool(holding(denied, addresses)))
    return of_it and not holding(excepted, addresses)


def _denies_in_vpc(plan: Plan, instance: Facts, statement: Facts) -> bool:
    """Whether the Deny applies to the destination, or a part of it. Raises UnreadableError if that is unknown."""
    denied, excepted = statement.texts("excludedAddresses"), statement.texts("addresses")
    denied_vpcs = statement.texts("excludedVpcs")
    blocks = target_blocks(plan, instance) if denied or excepted else ()
    if not blocks and (denied or excepted):
        raise UnreadableError("the target network", "has no VSwitch that it could go to")
    # A VPC that does not exist yet may match a pattern.
    vpc_id = target_vpc(plan) or "vpc-"
    of_it = (not denied or touches(denied, blocks)) and (not denied_vpcs or any_matches(denied_vpcs, vpc_id))
    return of_it and not (excepted and covers(excepted, blocks)) and not any_matches(statement.texts("vpcs"), vpc_id)


def _numbered(bucket: Facts, statement: Facts) -> str:
    return (
        f"Statement {statement.number('number'):.0f} of the policy of {bucket.text('bucket')} "
        f"({statement.text('effect')})"
    )


def _lacking(statement: Facts) -> str:
    if statement.texts("vpcs") or statement.texts("excludedVpcs"):
        return ""
    return (
        " The statement names no acs:SourceVpc. OSS no longer accepts a private acs:SourceIp without it "
        "(0030-00000008), so the new address alone cannot replace the old one."
    )


def _new_policy(bucket: Facts, vpc_id: str | None) -> Fix:
    """Return the fix: a new policy."""
    file = f"<file with acs:SourceVpc {vpc_id or 'of the target VPC'}>"
    return put_policy(bucket.text("bucket"), file)


RULE: Final = InstanceRule(
    module=__name__,
    title="Bucket policies must treat the instance in the VPC as they do now",
    severity="medium",
    notice_items=("N25",),
    why="A bucket that admits the instance by its address, or keeps the VPC out, refuses it after the move.",
    remediation=put_policy("<bucket>", "<file>") | BUCKETS.remediation,
    remediation_after=(task("It is refused by now: apply the new policy at once.") + put_policy("<bucket>", "<file>")),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    unknown_ok="A policy that an attestation answers for may be prepared until the freeze begins.",
    sources=(
        "OSS user guide, bucket policy: all conditions of a statement must hold; Deny comes first.",
        "OSS user guide, 0030-00000008: a statement with a private acs:SourceIp must carry acs:SourceVpc too.",
    ),
    url="https://www.alibabacloud.com/help/en/oss/user-guide/oss-bucket-policy/",
    ram_actions=("oss:ListBuckets", "oss:GetBucketPolicy"),
    lead_hours=168,
    until_move=True,
    check=_check,
)
