"""Facts of ClassicLink: existing links, and obstacles to more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from typing_extensions import TypedDict

from components.facts.base import Later, note
from components.facts.fields import field, reader
from components.peers import BroadRule
from components.plan import MigrationPlan
from estate.model import Instance


class LinkFacts(TypedDict):
    """A link of a classic instance to a VPC."""

    instanceId: str
    toTarget: bool


class AttachedFacts(TypedDict):
    """An instance to attach, in its present state."""

    instanceId: Annotated[str, field("id")]
    status: str
    operationLocks: list[str]
    intranetIps: list[str]


class LinkStateFacts(TypedDict):
    """Existing links, and obstacles to more: these facts change by themselves."""

    guestRoute: bool
    customRoutes: Annotated[list[str], note("destinations of the routes of the target VPC as it is")]
    existingLinks: Annotated[
        list[LinkFacts], note("those of the target VPC, and those of instances to link that lead elsewhere")
    ]
    attached: list[AttachedFacts]


class ClassicLinkFacts(LinkStateFacts):
    """ClassicLink between the target VPC and the classic instances that stay."""

    vpcId: str
    instanceIds: list[str]


class BroadRuleFacts(TypedDict):
    """A classic rule for more than 256 addresses."""

    securityGroupId: Annotated[str, field("groupId")]
    rule: Annotated[str, field("text"), note("as text")]
    instanceIds: Annotated[
        list[str],
        note("those it lets talk with instances that move: neither linked, nor of a later wave, nor a classicPeer"),
    ]


_attached_facts = reader(Instance, AttachedFacts)
broad_rule_facts = reader(BroadRule, BroadRuleFacts)


def link_state_facts(plan: MigrationPlan) -> LinkStateFacts:
    """Return facts that change by themselves, which are outputs of the component and no inputs."""
    choice = plan.config.classic_link
    return {
        "guestRoute": bool(choice and choice.guest_route),
        "customRoutes": list(plan.network.custom_routes),
        "existingLinks": [
            *(LinkFacts(instanceId=link.instance_id, toTarget=True) for link in plan.links.to_target),
            *(LinkFacts(instanceId=link.instance_id, toTarget=False) for link in plan.links.elsewhere),
        ],
        "attached": list(map(_attached_facts, plan.links.attached)),
    }


def classic_link_facts(state: LinkStateFacts, vpc_id: Later, instance_ids: Sequence[str]) -> ClassicLinkFacts:
    """Return facts of the links of some instances to a VPC."""
    return {"vpcId": vpc_id, "instanceIds": list(instance_ids), **state}
