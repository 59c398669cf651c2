"""The instance has no local disk."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, change, task
from policies.core.outcome import Verdict, failed, passed, unknown
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.subjects.disks import LOCAL_CATEGORIES, is_over_the_network


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    number = instance.number("localStorageAmount")
    categories = {disk.text("diskId"): disk.text("category") for disk in instance.objects("disks")}
    local = [disk_id for disk_id, category in categories.items() if category in LOCAL_CATEGORIES]
    if number or local:
        named = f" ({', '.join(local)})" if local else ""
        return failed(f"It has {max(int(number), len(local))} local disks{named}, and needs a ticket to be migrated.")
    others = [f"{disk_id} ({item})" for disk_id, item in categories.items() if not is_over_the_network(item)]
    if others:
        return unknown(
            f"Whether data on disks of this category moves with it is not known: {', '.join(others)}.", _WAYS
        )
    return passed("It has no local disk.")


_WAYS: Final = task("Open a ticket.") | (task("Leave it out:") + change("later", [ID]))


RULE: Final = InstanceRule(
    module=__name__,
    title="The instance must have no local disk",
    severity="critical",
    notice_items=("N08",),
    why="A local disk stays on the old physical server, and its data with it.",
    remediation=_WAYS,
    remediation_after=task("Restore the data from its backup: what was on a local disk stayed on the physical server."),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "ECS user guide, migrate to a VPC (2021): instances with local disks are not eligible without a ticket.",
        "ECS API reference, DescribeDisks: Category, such as elastic_ephemeral_disk_standard.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances", "ecs:DescribeDisks"),
    check=_check,
    until_move=True,
)
