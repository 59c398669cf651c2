"""A bucket policy that lets the instance in by its address lets it in from the target VPC too."""

from functools import partial
from typing import Final

from policies.address_lists import (
    BUCKETS,
    addresses_of,
    also_broad,
    any_matches,
    covers,
    naming,
    new_blocks,
    target_vpc,
    touches,
    unused,
)
from policies.attestations import or_attested, remediation
from policies.clock import Timeline
from policies.facts import Facts
from policies.outcome import Outcome, Verdict, failed, judged, passed, worst
from policies.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.rule import InstanceRule


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    verdict = judged(partial(_policies, plan, instance))
    return or_attested(verdict, "address-lists", (Outcome.FAIL, Outcome.UNKNOWN), plan, timeline, instance)


def _policies(plan: Plan, instance: Facts) -> Verdict:
    if not_used := unused(plan, BUCKETS):
        return not_used
    addresses = addresses_of(instance)
    statements = [
        (bucket, item) for bucket in plan.migration.objects(BUCKETS.key) for item in bucket.objects("statements")
    ]
    named = [(bucket, item) for bucket, item in statements if naming(item.texts("addresses"), addresses)]
    if not named:
        broad = also_broad((entry for _, item in statements for entry in item.texts("addresses")), addresses)
        return passed(f"No bucket policy of OSS lets it in by its address.{broad}")
    return worst(judged(partial(_statement, plan, instance, bucket, item)) for bucket, item in named)


def _statement(plan: Plan, instance: Facts, bucket: Facts, statement: Facts) -> Verdict:
    name, blocks, vpc_id = bucket.text("bucket"), new_blocks(plan, instance), target_vpc(plan)
    if vpc_id is not None and blocks and _lets_in(bucket, statement, blocks, vpc_id):
        return passed(f"The policy of {name} lets {', '.join(blocks)} of {vpc_id} in as well.")
    number, effect = f"{statement.number('number'):.0f}", statement.choice("effect", "Allow", "Deny")
    how = "lets in" if effect == "Allow" else "excepts"
    entries = ", ".join(naming(statement.texts("addresses"), addresses_of(instance)))
    lacking = (
        ""
        if statement.texts("vpcs") or statement.texts("excludedVpcs")
        else (
            " It names no acs:SourceVpc, without which OSS takes no policy with a private acs:SourceIp any more "
            "(0030-00000008): the new address alone cannot be put in its place."
        )
    )
    target = f"{', '.join(blocks) or 'its new address'} of {vpc_id or 'the target VPC, which is yet to be made,'}"
    return failed(
        f"Statement {number} of the policy of {name} ({effect}) {how} {entries}, an address that changes, and the "
        f"policy does not let {target} in.{lacking}",
        f'aliyun oss bucket-policy --method put oss://{name} <file with "acs:SourceVpc": "{vpc_id or "<vpc>"}">\n'
        + remediation("address-lists"),
    )


def _lets_in(bucket: Facts, statement: Facts, blocks: tuple[str, ...], vpc_id: str) -> bool:
    """Deny must except the new addresses itself; Allow may be said again by a statement that is otherwise the same."""
    if statement.text("effect") == "Deny":
        return covers(statement.texts("addresses"), blocks) or any_matches(statement.texts("vpcs"), vpc_id)
    scope = statement.text("scope")
    return any(_allows(item, blocks, vpc_id) for item in bucket.objects("statements") if item.text("scope") == scope)


def _allows(statement: Facts, blocks: tuple[str, ...], vpc_id: str) -> bool:
    """Whether all conditions of a statement hold for the blocks in the VPC."""
    addresses, vpcs = statement.texts("addresses"), statement.texts("vpcs")
    excluded = any_matches(statement.texts("excludedVpcs"), vpc_id) or touches(
        statement.texts("excludedAddresses"), blocks
    )
    return not excluded and (not addresses or covers(addresses, blocks)) and (not vpcs or any_matches(vpcs, vpc_id))


RULE: Final = InstanceRule(
    module=__name__,
    title="Bucket policies that name it let the VPC in",
    severity="medium",
    notice_items=("N25",),
    why="A bucket that lets the instance in by its address refuses it once it has moved.",
    remediation=f"aliyun oss bucket-policy --method put oss://<bucket> <file>\n{BUCKETS.remediation}",
    remediation_after=(
        "It is refused by now: apply the new policy at once.\n"
        "aliyun oss bucket-policy --method put oss://<bucket> <file>"
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    unknown_ok=None,
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
