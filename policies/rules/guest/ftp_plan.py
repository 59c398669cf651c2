"""An FTP server that clients reach over a public address has a plan for the loss of the public NIC."""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, UP, Fix, aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.subjects.guest import by_evidence, listed

_ADDRESS: Final = ("pasv_address", "masquerade", "forcepassiveip", "externalip4address")
_PORTS: Final = ("pasv_min_port", "passiveports", "passiveportrange", "lowdatachannelport")
# No value, 0.0.0.0, and port 0 are what vsftpd and IIS have by default: any address, any port.
_UNSET: Final = re.compile(r"(=|\s)(0|0\.0\.0\.0)?\s*$")
_VALUE: Final = re.compile(r"[=\s]+\"?([0-9a-f.:]+)")
_OFF: Final = re.compile(r"pasv_enable=(no|false|0)\s*$")


def _check(_plan: Plan, _timeline: Timeline, instance: Facts, guest: Facts) -> Verdict:
    servers = guest.texts("ftpServers")
    if not servers:
        return not_applicable("No FTP server runs.")
    if not instance.texts("publicIps"):
        return not_applicable("It has no public address; the intranet NIC stays.")
    runs = f"An FTP server runs ({listed(servers)})"
    if "ftpPlan" not in instance.data:
        return failed(f"{runs}, and the stack does not declare how it stays reachable.", _choose(instance))
    if instance.choice("ftpPlan", "eip-cut-through", "passive-mode") == "passive-mode":
        return _passive(runs, instance, guest)
    return _cut_through(runs, instance)


def _cut_through(runs: str, instance: Facts) -> Verdict:
    name = instance.text("instanceId")
    if not instance.number("internetMaxBandwidthOut"):
        return failed(
            f"{runs}, and at 0 Mbit/s its public address is released: there is none to convert to an EIP.",
            _keep_address(instance),
        )
    interfaces = instance.number("eniQuantity")
    if interfaces < 2:
        return failed(
            f"{runs}; an EIP in cut-through mode takes a second network interface, and {instance.text('instanceType')} "
            f"can have {interfaces:g}.",
            (
                aliyun("ecs", "ModifyInstanceSpec", {"InstanceId": name, "InstanceType": "<a type with 2 interfaces>"})
                | _choose(instance, "passive-mode")
            ),
        )
    return passed(f"{runs}; its address becomes an EIP in cut-through mode after the window.")


def _passive(runs: str, instance: Facts, guest: Facts) -> Verdict:
    settings = guest.texts("ftpPassive")
    found = [text.rpartition(": ")[2].lower() for text in settings]
    values = [setting for setting in found if not _UNSET.search(setting)]
    missing = ["pasv_enable=YES"] if any(_OFF.match(setting) for setting in found) else []
    missing += [
        text
        for text, names in (("the public address that it announces", _ADDRESS), ("a fixed range of ports", _PORTS))
        if not any(value.startswith(names) for value in values)
    ]
    if missing:
        return failed(
            f"{runs}, and its passive mode lacks {' and '.join(missing)}.",
            _SET_UP | _choose(instance, "eip-cut-through"),
        )
    if not instance.number("internetMaxBandwidthOut"):
        return failed(
            f"{runs}, and at 0 Mbit/s its public address is released: there is none to announce.",
            _keep_address(instance),
        )
    kept = instance.texts("publicIps")
    if others := sorted(set(_announced(values)) - set(kept)):
        return failed(
            f"{runs}, and its passive mode announces {listed(tuple(others))}; the public address of the instance is "
            f"{listed(kept)}.",
            _SET_UP | _choose(instance, "eip-cut-through"),
        )
    return passed(f"{runs}, and its passive mode announces an address and a fixed range of ports.")


def _announced(settings: Iterable[str]) -> Iterator[str]:
    """Yield the addresses among what is announced; nobody sees where a name leads to."""
    for setting in settings:
        if setting.startswith(_ADDRESS) and (value := _VALUE.search(setting)):
            with suppress(ValueError):
                yield str(ipaddress.ip_address(value[1]))


_SET_UP: Final = task(
    "Set pasv_enable, pasv_address, pasv_min_port and pasv_max_port (vsftpd), or MasqueradeAddress and PassivePorts "
    "(ProFTPD); then collect the evidence again."
)


def _keep_address(instance: Facts) -> Fix:
    choice = {"InstanceId": instance.text("instanceId"), "InternetMaxBandwidthOut": 1}
    return aliyun("ecs", "ModifyInstanceNetworkSpec", choice)


def _choose(instance: Facts, plan: str = "eip-cut-through") -> Fix:
    return change("instances", [{"id": instance.text("instanceId"), "ftp": {"plan": plan}}])


RULE: Final = InstanceRule(
    module=__name__,
    title="Every FTP server must have a plan",
    severity="high",
    notice_items=("N32", "N33"),
    why="FTP names addresses in its own messages: without a public NIC it sends clients a private one.",
    remediation=change("instances", [{"id": ID, "ftp": {"plan": "eip-cut-through"}}]),
    remediation_after=(
        task("Convert its public address to an EIP, in cut-through mode:")
        + change("instances", [{"id": ID, "ftp": {"plan": "eip-cut-through"}}])
        + change("after", {"convertPublicIps": [ID]})
        + UP
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "Physical server migration and upgrade notice, troubleshooting: convert to an EIP, cut-through mode.",
        "EIP user guide, cut-through mode: a secondary interface only; ECS: EniQuantity counts the primary one.",
        "Passive mode with an announced address instead is common FTP knowledge, not the notice's.",
    ),
    url="https://www.alibabacloud.com/help/en/elastic-ip-address/latest/bind-an-eip-to-a-secondary-eni-overview",
    ram_actions=("ecs:DescribeInstances", "ecs:DescribeInstanceTypes"),
    lead_hours=336,
    check=by_evidence(_check),
    until_move=True,
)
