"""No file system has errors, and none is due for a check at the restart."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, task
from policies.core.outcome import Verdict, failed, passed, unknown, worst
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.subjects.attestations import window_start
from policies.subjects.guest import COLLECT_AGAIN, by_evidence


def _check(plan: Plan, _timeline: Timeline, instance: Facts, guest: Facts) -> Verdict:
    systems = guest.objects("fileSystems")
    if not systems:
        return unknown("The evidence names no file system, and every system has at least one.", COLLECT_AGAIN)
    return worst(_sound(system, lambda: window_start(plan, instance)) for system in systems)


def _sound(system: Facts, restart: Callable[[], datetime]) -> Verdict:
    name = f"{system.text('mount')} ({system.text('device')}, {system.text('type')})"
    kind = system.text("type")
    if "readOnly" in system.data and system.flag("readOnly"):
        return failed(f"{name} is mounted read-only, as after an error.")
    if "state" not in system.data and not kind.startswith(("ext", "ntfs")):
        return passed(f"{name} is not checked at a restart.")
    state = system.text("state")
    errors = system.number("errorCount") if "errorCount" in system.data else 0
    if state != "clean" or errors:
        suffix = f" with {errors:g} recorded errors" if errors else ""
        return failed(f"{name} is in the state {state}{suffix}: the restart repairs it, or the system does not start.")
    due = _due(system, restart) if kind.startswith("ext") else None
    return failed(f"{name} is checked at the restart: {due}.") if due else passed(f"{name} is clean.")


def _due(system: Facts, restart: Callable[[], datetime]) -> str | None:
    """Return why a check is due then, None where none is: with a pass of 0 in /etc/fstab nothing is checked."""
    if "fsckPass" in system.data and system.number("fsckPass") == 0:
        return None
    most, count = system.number("maxMountCount"), system.number("mountCount")
    if most and count >= most:
        return f"it was mounted {count:g} times since its last check; the limit is {most:g}"
    interval = timedelta(seconds=min(system.number("checkIntervalSeconds"), 1e9))
    last = system.moment("lastChecked")
    if interval and last <= restart() - interval:
        return f"it was last checked on {last.date().isoformat()}, more than {interval.days} days before"
    return None


RULE: Final = InstanceRule(
    module=__name__,
    title="File systems must be free of errors",
    severity="medium",
    notice_items=("N28",),
    why="The restart checks file systems: a large one can outlast the window, and a repair may need the console.",
    remediation=(
        (
            task("touch /forcefsck (chkdsk /f), and at a quiet time:")
            + aliyun("ecs", "RebootInstance", {"InstanceId": ID})
            + task("Then collect the evidence again.")
        )
        | task("Postpone the check by tune2fs -c 0 -i 0 <device>, and collect the evidence again.")
    ),
    remediation_after=(
        task("See at its console how far the check is; never interrupt it:")
        + aliyun("ecs", "DescribeInstanceVncUrl", {"InstanceId": ID})
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "Physical server migration and upgrade notice: what to do next, step 3: the system checks the file system.",
        "e2fsprogs, e2fsck(8) and tune2fs(8): mount count, check interval; fstab(5): the sixth field.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    lead_hours=168,
    check=by_evidence(_check),
    until_move=True,
)
