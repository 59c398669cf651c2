"""Each intranet address to be kept fits the VPC, a VSwitch and what ClassicLink reaches, and nobody else has it."""

from typing import Any, Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, Fix, aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed, pending, unknown, worst
from policies.core.plan import HYBRID_ACCESSES, MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan, place_of
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.security_groups.packets import AddressPeer, block_of, parse_block
from policies.subjects.address_lists import why_unread
from policies.subjects.databases import READING, entering, label
from policies.subjects.network import assignable, vswitch

# The console's migration plan retains addresses in a VPC of this block only.
_RETAINING: Final = "10.0.0.0/8"
# The part of 10.0.0.0/8 that a classic instance reaches over ClassicLink.
_LINKED: Final = "10.111.0.0/16"


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    if not instance.flag("retainIp"):
        return not_applicable("Its intranet address is not to be kept.")
    addresses = instance.texts("intranetIps")
    if not addresses:
        raise instance.malformed("intranetIps", "a list of at least one address")
    block = plan.network.facts.text("cidrBlock")
    if block != _RETAINING:
        return failed(
            f"{', '.join(addresses)} is to be kept, and the target VPC is {block}: the migration plan keeps addresses "
            f"only in a VPC of {_RETAINING}.",
            (
                _let_go(instance)
                | task(
                    f"Make the VPC {_RETAINING}, with VSwitches whose blocks hold the addresses (network.cidrBlock in "
                    "the stack config)."
                )
            ),
        )
    peers = [item for peers in instance.objects("classicPeers") for item in peers.texts("instanceIds")]
    return worst([_kept(plan, instance, address, peers) for address in addresses])


def _kept(plan: Plan, instance: Facts, address: str, peers: list[str]) -> Verdict:
    vswitches = plan.vswitches(place_of(instance))
    block = block_of(instance, "intranetIps", address)
    within = [item for item in vswitches if block.is_inside(block_of(item, "cidrBlock"))]
    if not within:
        blocks = ", ".join(item.text("cidrBlock") for item in vswitches) or "none"
        return failed(
            f"{address} is to be kept, but no VSwitch of its zone holds it ({blocks}).",
            change("network.vswitches", [_holder(instance)]),
        )
    if not any(_assigns(item, block) for item in within):
        return failed(
            f"{address} is to be kept, and is the first address or one of the last three of its VSwitch, which the "
            "cloud gives to no instance.",
            _let_go(instance) | change("network.vswitches", [_holder(instance)]),
        )
    if peers and not block.is_inside(parse_block(_LINKED)):
        return failed(
            f"{address} is to be kept and lies outside {_LINKED}: ClassicLink reaches no other address of a VPC of "
            f"{_RETAINING}, and it talks with {', '.join(sorted(peers))}, which stay.",
            (_let_go(instance) | task("Let the migration plan keep the interconnection with the instances that stay.")),
        )
    return _free(plan, instance, address, within)


def _free(plan: Plan, instance: Facts, address: str, within: list[Facts]) -> Verdict:
    """Return whether nobody else has the address in the target VPC, or may get it before the move."""
    held = [item for item in instance.objects("heldAddresses") if item.text("ipAddress") == address]
    if having := sorted(item.text("holderId") for item in held if item.flag("certain")):
        return failed(
            f"{address} is to be kept, and {', '.join(having)} has it in the target VPC.",
            _let_go(instance)
            | task(
                f"Free {address} in the target VPC: give {', '.join(having)} another address, or make anew what cannot "
                "change its own (HAVIP, CLB)."
            ),
        )
    if perhaps := sorted(item.text("holderId") for item in held):
        return unknown(
            f"{address} is to be kept, and {', '.join(perhaps)} in the target VPC may have it: not all addresses of "
            f"theirs are known. {why_unread(plan, 'havip')}".rstrip(),
            _let_go(instance) | (_ask(within[0], address) + waiver()),
        )
    paths = {item.path for item in within}
    if soon := sorted({label(database) for vswitch, database in entering(plan) if vswitch.path in paths}):
        return pending(
            f"{address} is to be kept. The next update gives {', '.join(soon)} an address of the same VSwitch, which "
            "the cloud chooses: it may be this one."
        )
    return passed(f"{address} can be kept.")


def _ask(vswitch: Facts, address: str) -> Fix:
    """Return the call that shows whether an address is free, whoever might have it."""
    vswitch_id = vswitch.text("vswitchId") if vswitch.is_known("vswitchId") else "<vswitch>"
    return task("Ask the cloud. If it answers CanAllocate: true, the address is free:") + aliyun(
        "vpc", "CheckCanAllocateVpcPrivateIpAddress", {"VSwitchId": vswitch_id, "PrivateIpAddress": address}
    )


def _assigns(vswitch: Facts, address: AddressPeer) -> bool:
    (first, last), (low, high) = assignable(*block_of(vswitch, "cidrBlock").interval), address.interval
    return first <= low and high <= last


def _holder(instance: Facts) -> dict[str, Any]:
    return {**vswitch(*place_of(instance)), "cidrBlock": "<a block with the address>"}


def _let_go(instance: Facts) -> Fix:
    return change("instances", [{"id": instance.text("instanceId"), "retainIp": False}])


RULE: Final = InstanceRule(
    module=__name__,
    title="The target network must be able to keep the intranet address",
    severity="high",
    notice_items=("N06",),
    why="Otherwise the instance gets a random address, and clients of the old one cannot connect.",
    remediation=change("instances", [{"id": ID, "retainIp": False}]),
    remediation_after=(
        task("Stop the instance, then request the address, if its VSwitch has it:")
        + aliyun(
            "ecs",
            "ModifyInstanceVpcAttribute",
            {"InstanceId": ID, "VSwitchId": "<vswitch>", "PrivateIpAddress": "<address>"},
        )
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, *HYBRID_ACCESSES),
    sources=(
        "ECS user guide, migrate to a VPC (2021): Retain Internal IP works only with a VPC of 10.0.0.0/8.",
        "VPC API, DescribeHaVips and CheckCanAllocateVpcPrivateIpAddress; CLB API, DescribeLoadBalancers (Address).",
        "ClassicLink overview (2024): in a VPC of 10.0.0.0/8 only VSwitches inside 10.111.0.0/16 are reached.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(
        "ecs:DescribeInstances",
        "ecs:DescribeNetworkInterfaces",
        "vpc:DescribeVSwitches",
        "vpc:DescribeHaVips",
        "slb:DescribeLoadBalancers",
        *READING,
    ),
    check=_check,
    until_move=True,
)
