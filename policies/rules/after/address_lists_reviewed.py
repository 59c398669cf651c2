"""Somebody has reviewed the lists that no API shows for the old address of a moved instance."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan, has_moved
from policies.core.rule import InstanceRule
from policies.core.words import to_minute
from policies.subjects.after import cleanup
from policies.subjects.attestations import answered_since, remediation

_LISTS: Final = "RAM policies with acs:SourceIp and the configuration of applications"


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if not has_moved(instance):
        return not_applicable("It has not moved yet.")
    since, due = cleanup(plan, timeline)
    if word := answered_since("address-lists", plan, timeline, instance, since):
        return passed(word)
    if timeline.now < due:
        return passed(f"{_LISTS} may still name its old address. Review them by {to_minute(due)}.")
    return failed(
        f"{_LISTS} may still name its old address. No API shows them, and no attestation since its move states that "
        "they were reviewed."
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="Lists that cannot be read must be reviewed by hand",
    severity="low",
    notice_items=("N25", "N26"),
    why="Another customer may get the released address tomorrow, and the list would still admit it.",
    remediation=remediation("address-lists"),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    unknown_ok="It may wait until the cleanup after the window is due.",
    sources=(
        "Physical server migration and upgrade notice: what to do next, step 1.",
        "RAM user guide, access Alibaba Cloud resources by using a specific IP address: acs:SourceIp.",
    ),
    url="https://www.alibabacloud.com/help/en/ram/access-alibaba-cloud-resources-by-using-a-specific-ip-address-or-cidr-block",
    ram_actions=(),
    check=_check,
    until_move=False,
)
