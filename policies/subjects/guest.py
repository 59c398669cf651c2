"""Helpers of rules that judge by evidence of the guest system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import ID, STACK, Fix, aliyun, change, command, filled, task
from policies.core.outcome import Verdict, unknown
from policies.core.plan import Plan
from policies.core.waivers import waiver
from policies.core.words import few

# The version of the scripts in estate/guest whose facts these rules know.
SCRIPT_VERSION: Final = 1

_FILE: Final = f"evidence/{STACK}.json"
_EVIDENCE: Final = ("preflight", "evidence")

COLLECT: Final = (
    command(
        *("ssh", "root@<address>", "sh", "-s", "<", "estate/guest/linux.sh", "|"),
        *(*_EVIDENCE, "add", _FILE, "--instance", ID, "--by", "<who runs it>"),
    )
    + change("evidence", {"files": [_FILE]})
) | (
    change("evidence", {"cloudAssistant": True, "files": [_FILE]})
    + command(*_EVIDENCE, "collect", "--stack-config", f"Pulumi.{STACK}.yaml", comment="by Cloud Assistant")
)
"""How to collect evidence: the fix of the one rule about evidence itself."""

COLLECT_AGAIN: Final = task("Collect evidence of the guest system as root: see guest-evidence-current.")
"""The same for all rules that lack a fact, so that they do not repeat each other."""

LOOK_AT_CONSOLE: Final = task("Look at its console for what the evidence would have shown:") + aliyun(
    "ecs", "DescribeInstanceVncUrl", {"InstanceId": ID}
)
"""After the move, evidence of the classic instance can no longer be collected."""

GuestCheck: TypeAlias = Callable[[Plan, Timeline, Facts, Facts], Verdict]
InstanceCheck: TypeAlias = Callable[[Plan, Timeline, Facts], Verdict]


def by_evidence(check: GuestCheck) -> InstanceCheck:
    """Return a check of an instance, given one that also takes the facts of its guest system.

    Without evidence, and where the evidence lacks a fact, the outcome is UNKNOWN.
    """

    def judge(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
        if "guest" not in instance.data:
            return unknown("There is no evidence of what is in the guest system.", COLLECT_AGAIN)
        try:
            return check(plan, timeline, instance, instance.object("guest"))
        except UnreadableError as problem:
            return _not_found(problem, instance)

    return judge


def _not_found(problem: UnreadableError, instance: Facts) -> Verdict:
    """Return where the script looked for a fact that the evidence lacks, and what is left to do."""
    guest = instance.object("guest")
    key = next((key for key in LOOKED_FOR if f"guest.{key} " in f"{problem} "), None)
    if key is None or key in guest.data or guest.data.get("privileged") is not True:
        return unknown(f"Not known: {problem}.", COLLECT_AGAIN)
    return unknown(
        f"Not known: {problem}. The script ran with all rights, looked for it in {LOOKED_FOR[key]}, and found nothing "
        "that it could read.",
        (
            task("Correct in the guest system what keeps the script from reading it, and collect the evidence again.")
            | (task("If the guest system has no such thing:") + waiver())
        ),
    )


LOOKED_FOR: Final[Mapping[str, str]] = {
    "systemDiskFreeMib": "what df says of the root file system (Windows: Win32_LogicalDisk of the system drive)",
    "uptimeSeconds": "/proc/uptime (Windows: Win32_OperatingSystem)",
    "runningKernel": "what uname -r says",
    "newestKernel": "the names of /boot/vmlinuz-*, and of what is in /lib/modules",
    "rebootPending": "/run/reboot-required (Windows: the registry's keys of pending restarts)",
    "securityRunning": "the names of all processes, in /proc (Windows: processes and services)",
    "securityInstalled": "the directories of the security software that it knows",
    "licenceManagers": "the names of all processes, in /proc (Windows: processes and services)",
    "macBoundLicences": "licence files below /opt, /usr/local and /etc (Windows: Program Files)",
    "macAddresses": "/sys/class/net (Windows: Win32_NetworkAdapterConfiguration)",
    "ipAddresses": "/proc/net/fib_trie, ip and ifconfig (Windows: Win32_NetworkAdapterConfiguration)",
    "macBoundConfig": "the network settings below /etc (Windows: the registry's keys of adapters)",
    "interfaceNames": "the settings below /etc that it knows",
    "ftpServers": "the names of all processes and /proc/net/tcp (Windows: services)",
    "ftpPassive": "the settings of the FTP servers that it knows",
    "fileSystems": "/proc/mounts (Windows: Win32_Volume)",
    "networkMounts": "/proc/mounts, /etc/fstab, and the settings of autofs and of systemd's mounts",
    "fstabDevices": "/etc/fstab",
    "deviceNames": "the settings below /boot and /etc that it knows",
    "sanPolicy": "the registry's key of the partition manager",
    "dataDisks": "Win32_DiskDrive",
}
"""The places in which the scripts of estate/guest look for each fact."""


def collect(instance: Facts) -> Fix:
    """Return the commands that collect evidence of an instance: by its intranet address, where it has one."""
    addresses = attempt(lambda: instance.texts("intranetIps"))
    known = {"<address>": addresses[0]} if isinstance(addresses, tuple) and addresses else {}
    return filled(COLLECT, known)


def is_windows(guest: Facts) -> bool:
    """Whether the guest system is Windows; otherwise it is Linux."""
    return guest.choice("os", "linux", "windows") == "windows"


def listed(texts: tuple[str, ...]) -> str:
    """Return a list for a sentence, cut after the fifth."""
    return few(texts, 5)
