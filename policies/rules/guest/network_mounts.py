"""Every network file system that the guest system mounts is still reachable after the move."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.subjects.guest import by_evidence, is_windows, listed

_NAS: Final = ".nas.aliyuncs.com"


def _check(_plan: Plan, _timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    if is_windows(guest):
        # Each user has drives of his own, which the administrator's script does not see. UNKNOWN would be a finding of
        # each Windows system that only a waiver ends. The policy `not-checked` reports it once, for all of them.
        return not_applicable("Not checked: the policy not-checked lists network drives of Windows.")
    mounts = guest.texts("networkMounts")
    if not mounts:
        return passed("No file system of another machine is mounted, or in /etc/fstab.")
    nas = tuple(text for text in mounts if _NAS in text)
    local_names = tuple(text for text in mounts if _NAS not in text)
    problems = []
    if nas:
        problems.append(
            f"It mounts NAS file systems ({listed(nas)}): a mount target of the type Classic cannot be reached from a "
            "VPC, and its access rules may name the old address."
        )
    if local_names:
        problems.append(
            f"It mounts file systems of other machines ({listed(local_names)}), which its new address must be able "
            "to reach."
        )
    return failed("\n".join(problems))


RULE: Final = InstanceRule(
    module=__name__,
    title="Network file systems must be reachable after the move",
    severity="high",
    notice_items=("N13",),
    why="A network file system that is out of reach blocks the boot, or leaves a directory empty.",
    remediation=(
        task(
            "NAS: create a mount target of the type Vpc with an access group that admits the VSwitches "
            "(CreateMountTarget), and name it in /etc/fstab with the option nofail. Another server: let it admit the "
            "VSwitches. The evidence cannot show whether it is reached, so waive this then:"
        )
        + waiver()
    ),
    remediation_after=(
        task("Mount it by a target in the VPC, at its console if it does not come up:")
        + aliyun("ecs", "DescribeInstanceVncUrl", {"InstanceId": ID})
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "NAS API reference, CreateMountTarget and DescribeMountTargets: NetworkType Vpc or Classic.",
        "NAS API reference, DescribeAccessRules: rules by SourceCidrIp, of access groups of one network type.",
    ),
    url="https://www.alibabacloud.com/help/en/nas/developer-reference/api-nas-2017-06-26-createmounttarget",
    ram_actions=(),
    lead_hours=168,
    check=by_evidence(_check),
    until_move=True,
)
