"""No bucket policy of OSS still names the old address of a moved instance."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.outcome import Verdict
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.core.rule import InstanceRule
from policies.subjects.address_lists import BUCKETS, left_over, put_policy
from policies.subjects.after import Left, left_behind


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    return left_behind(plan, timeline, instance, BUCKETS, _places)


def _places(plan: Plan, address: str) -> list[Left]:
    return [
        Left(
            f"statement {statement.number('number'):.0f} of the policy of {bucket.text('bucket')} ({entry})",
            put_policy(bucket.text("bucket"), f"<file without {entry}>"),
        )
        for bucket in plan.migration.objects(BUCKETS.key)
        for statement in bucket.objects("statements")
        for entry in left_over(plan, (*statement.texts("addresses"), *statement.texts("excludedAddresses")), address)
    ]


RULE: Final = InstanceRule(
    module=__name__,
    title="No bucket policy may still name an old intranet address",
    severity="medium",
    notice_items=("N25",),
    why="Another customer may get the released address tomorrow, and the list would still admit it.",
    remediation=put_policy("<bucket>", "<file>") | BUCKETS.remediation,
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    unknown_ok="It may wait until the cleanup after the window is due.",
    sources=(
        "Physical server migration and upgrade notice: what to do next, step 1.",
        "OSS user guide, 0030-00000008: a policy with acs:SourceIp must carry acs:SourceVpc too, so that an address "
        "alone cannot simply be exchanged.",
    ),
    url="https://www.alibabacloud.com/help/en/oss/user-guide/oss-bucket-policy/",
    ram_actions=("oss:ListBuckets", "oss:GetBucketPolicy"),
    check=_check,
    until_move=False,
)
