"""Every classic instance that the instance talks with moves in a later wave, or is linked to the target VPC."""

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, change, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, pending, worst
from policies.core.plan import (
    CLASSIC_LINK,
    CLASSIC_LINK_ATTACHMENT,
    MIGRATING_INSTANCE,
    MIGRATION,
    TARGET_NETWORK,
    Plan,
    Resource,
)
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.subjects.network import link, with_network


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    peers = instance.objects("classicPeers")
    if not peers:
        return not_applicable("Its group rules name no classic instance outside this migration.")
    later = plan.remember((__name__, "later"), lambda: frozenset(plan.migration.texts("laterInstanceIds")))
    return worst(judged(partial(_peers, plan, timeline, instance, alike, later)) for alike in peers)


def _peers(plan: Plan, timeline: Timeline, instance: Facts, alike: Facts, later: frozenset[str]) -> Verdict:
    """Judge the peers that the instance talks with for one reason."""
    ids, reason = alike.texts("instanceIds"), alike.text("reason")
    if not ids:
        raise alike.malformed("instanceIds", "a list of at least one id")
    links, attachments = plan.of_type(CLASSIC_LINK), plan.remember(__name__, lambda: _attachments(plan))
    moving = [item for item in ids if item in later]
    staying = [item for item in ids if item not in later]
    linked = [item for item in staying if links and item in attachments]
    unlinked = [item for item in staying if not links or item not in attachments]
    verdicts = [judged(partial(_linked, plan, item, attachments[item])) for item in linked]
    if unlinked:
        lacking = "no attachment is declared" if links else "ClassicLink is not declared"
        stay = "stays" if len(unlinked) == 1 else "stay"
        verdicts.append(
            failed(
                f"The instance talks with {', '.join(unlinked)} ({reason}), which {stay} in the classic network, and "
                f"{lacking}.",
                _ways(plan, timeline, instance, unlinked),
            )
        )
    if moving:
        move, them = ("moves", "it is") if len(moving) == 1 else ("move", "they are")
        words = f"in a later wave; the stack accepts that {them} out of reach until then."
        verdicts.append(passed(f"{', '.join(moving)} {move} {words}"))
    return worst(verdicts)


def _ways(plan: Plan, timeline: Timeline, instance: Facts, unlinked: list[str]) -> Fix:
    """Return the ways out: link them, or accept that they are out of reach until they move."""
    linked = with_network(plan, link(plan, unlinked))
    if not set(unlinked).isdisjoint(plan.migration.texts("instanceIds")):
        # The config takes none that is in a wave under `later`, and no waiver holds after the window.
        if timeline.latest is None or timeline.now >= timeline.latest:
            return linked
        return linked | (_OUT_OF_REACH + waiver(instance.text("instanceId")))
    return linked | (_OUT_OF_REACH + change("later", unlinked))


def _linked(plan: Plan, peer_id: str, attachments: list[Resource]) -> Verdict:
    links = plan.of_type(CLASSIC_LINK)
    if len(attachments) > 1 or len(links) > 1:
        return failed(
            f"{peer_id} has {len(attachments)} attachments, and {len(links)} ClassicLink resources are declared; "
            "expected one of each."
        )
    if not all(map(plan.leads_to_target, (attachments[0], links[0]))):
        return failed(f"{peer_id} is linked to another VPC than the target, and an instance can be linked to one only.")
    if not (attachments[0].exists and links[0].exists):
        return pending(f"The link of {peer_id} to the target VPC is declared and not applied yet.")
    return passed(f"{peer_id} is linked to the target VPC.")


def _attachments(plan: Plan) -> Mapping[str, list[Resource]]:
    attachments: dict[str, list[Resource]] = defaultdict(list)
    for item in plan.of_type(CLASSIC_LINK_ATTACHMENT):
        if isinstance(instance_id := item.properties.get("instanceId"), str):
            attachments[instance_id].append(item)
    return attachments


_OUT_OF_REACH: Final = task("If it may be out of reach until its own move:")

RULE: Final = InstanceRule(
    module=__name__,
    title="Classic instances that stay must remain reachable",
    severity="high",
    notice_items=("N15", "N16"),
    why="From the VPC, classic instances are reachable only over ClassicLink: connections to those that stay break.",
    remediation=change("classicLink", {}),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, CLASSIC_LINK, CLASSIC_LINK_ATTACHMENT),
    unknown_ok="A link that is declared may be applied until the freeze begins.",
    sources=(
        "Physical server migration and upgrade notice: ClassicLink, or migrate the remaining instances at a later "
        "date.",
        "VPC user guide, ClassicLink overview: a classic instance links to one VPC only, of the same account and "
        "region.",
        "Terraform provider 1.286.0: ClassicLink is deprecated by Alibaba Cloud; make sure that the region still "
        "has it.",
    ),
    url="https://www.alibabacloud.com/help/en/virtual-private-cloud/latest/classiclink-overview",
    ram_actions=("ecs:DescribeSecurityGroupAttribute", "ecs:DescribeClassicLinkInstances"),
    check=_check,
    until_move=False,
)
