"""Nothing in the guest system depends on the current device names of its disks."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.subjects.guest import by_evidence, is_windows, listed


def _check(_plan: Plan, _timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    if is_windows(guest):
        return not_applicable("Windows does not use device names.")
    fstab, names = guest.texts("fstabDevices"), guest.texts("deviceNames")
    problems = []
    if fstab:
        problems.append(
            f"/etc/fstab names {listed(fstab)}; only the user guide of 2021 says that the migration rewrites it."
        )
    if names:
        problems.append(
            f"These settings use device names of disks, and the migration does not rewrite them: {listed(names)}."
        )
    return failed("\n".join(problems)) if problems else passed("No setting that the script looks at names a disk xvd.")


RULE: Final = InstanceRule(
    module=__name__,
    title="Nothing may depend on the device names of disks",
    severity="medium",
    notice_items=("N28",),
    why="Disks named xvd are named vd after the move: what is mounted by its old name is missing, or stops the boot.",
    remediation=task("Name file systems by UUID (blkid) in each of these files; then collect the evidence again."),
    remediation_after=(
        task("If it does not come up, name file systems by UUID at its console, then restart it:")
        + aliyun("ecs", "DescribeInstanceVncUrl", {"InstanceId": ID})
        + aliyun("ecs", "RebootInstance", {"InstanceId": ID})
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "ECS user guide, migrate to a VPC (2021): xvd becomes vd; of what names disks, /etc/fstab is rewritten.",
        "The present text of that page could be had in part only, and does not repeat it there.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    lead_hours=168,
    check=by_evidence(_check),
    until_move=True,
)
