"""`alimigrate:ecs:ClassicLinkAttachment`: one classic instance linked to a VPC."""

from __future__ import annotations

from typing import Any, ClassVar

from estate.client import Cloud
from estate.errors import CloudError, Unreachable
from estate.paging import listed
from provider import traffic
from provider.group_rules import rules_of
from provider.lost_answers import brought_about
from provider.resource import Checked, Connect, Resource, ResourceError, reject_others, require_text
from provider.traffic import Server
from provider.values import Properties, digest, is_unknown

_NAMES = ("instanceId", "vpcId")
# After the id, in an import: the stack has made the link.
_MADE = "made"
_GONE = ("InvalidInstanceId.NotFound", "InvalidInstanceId.NotBelong")


class ClassicLinkAttachment(Resource):
    """The link of one instance; its id is `instanceId:vpcId`.

    `linkedBefore` remembers that the instance was linked to this VPC already; deleting the resource then leaves the
    link, and so it does after an import, unless by `instanceId:vpcId:made`. A creation that was killed before it could
    answer leaves a link that its repetition takes for such: it is imported that way. An instance linked elsewhere is an
    error, because to relink it would cut what it talks with.
    """

    type_name: ClassVar[str] = "alimigrate:ecs:ClassicLinkAttachment"
    actions: ClassVar[tuple[str, ...]] = (
        "ecs:DescribeClassicLinkInstances",
        "ecs:AttachClassicLinkVpc",
        "ecs:DetachClassicLinkVpc",
        # Before a deletion: who talks over the link.
        *traffic.ACTIONS,
        "ecs:DescribeSecurityGroupAttribute",
    )
    replacing: ClassVar[tuple[str, ...]] = _NAMES
    outputs: ClassVar[tuple[str, ...]] = ("applied", "linkedBefore")
    # An instance can be linked to one VPC only.
    delete_first: ClassVar[bool] = True
    schema: ClassVar[dict[str, Any]] = {
        "description": "A classic instance linked to a VPC that has ClassicLink enabled.",
        "inputProperties": {
            "instanceId": {"type": "string", "description": "The classic instance."},
            "vpcId": {"type": "string", "description": "The VPC."},
        },
        "requiredInputs": list(_NAMES),
        "properties": {
            "linkedBefore": {"type": "boolean", "description": "Whether the link was there before; it then stays."}
        },
    }

    def check(self, inputs: Properties) -> Checked:
        """Check that both ids are there."""
        return Checked(inputs, (*reject_others(inputs, _NAMES), *require_text(inputs, _NAMES)))

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Link the instance, unless it is linked to this VPC already."""
        instance_id, vpc_id = str(inputs["instanceId"]), str(inputs["vpcId"])
        linked = _before_creation(cloud, instance_id, vpc_id)
        if linked is None:
            _attach(cloud, instance_id, vpc_id)
        return f"{instance_id}:{vpc_id}", _state(instance_id, vpc_id, linked_before=linked is not None)

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise what `create` would; a VPC that is yet to be made is not the one that the instance is linked to."""
        if not state and not is_unknown(inputs["instanceId"]):
            _before_creation(connect(), str(inputs["instanceId"]), inputs["vpcId"])

    def id_of(self, import_id: str) -> str:
        """Return the id without the word that says who has made the link."""
        return ":".join(_parse(import_id)[:2])

    def leaves(self, state: Properties) -> bool:
        """Leave a link that was there before: another VPC is then refused."""
        return bool(state.get("linkedBefore", True))

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state while the link is there."""
        instance_id, vpc_id, is_ours = _parse(resource_id)
        if _vpc_of(cloud, instance_id) != vpc_id:
            return None
        return _state(instance_id, vpc_id, linked_before=bool(state.get("linkedBefore", not is_ours)))

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Detach the instance from this VPC where we linked it; ResourceError while the link is in use."""
        instance_id, vpc_id, _ = _parse(resource_id)
        if self.leaves(state) or _vpc_of(cloud, instance_id) != vpc_id:
            return
        _before_deletion(cloud, instance_id, vpc_id)
        try:
            cloud.call("ecs:DetachClassicLinkVpc", region_id=cloud.region, instance_id=instance_id, vpc_id=vpc_id)
        except Unreachable:
            if _vpc_of(cloud, instance_id) == vpc_id:
                raise


def _before_creation(cloud: Cloud, instance_id: str, vpc_id: object) -> str | None:
    """Return the VPC that the instance is linked to; ResourceError where it is another one than `vpc_id`."""
    linked = _vpc_of(cloud, instance_id)
    if linked not in (None, vpc_id):
        raise ResourceError(
            f"Instance {instance_id} is linked to VPC {linked}, and an instance can be linked to one only. Detach "
            f"it there first (aliyun ecs DetachClassicLinkVpc --RegionId {cloud.region} --VpcId {linked} --InstanceId "
            f"{instance_id}), or declare {linked}."
        )
    return linked


def _before_deletion(cloud: Cloud, instance_id: str, vpc_id: str) -> None:
    """Raise ResourceError while servers in the VPC and the instance talk over the link, as rules of one of both say."""
    instance, servers = traffic.server_of(cloud, instance_id), traffic.in_vpc(cloud, vpc_id)
    if instance is None or not servers:
        return
    groups = instance.groups.union(*(server.groups for server in servers))
    rules = {group_id: rules_of(cloud, group_id) or [] for group_id in sorted(groups)}

    def lets(one: Server, other: Server) -> bool:
        return any(traffic.means(rule, other) for group_id in one.groups for rule in rules[group_id])

    if users := [server for server in servers if lets(instance, server) or lets(server, instance)]:
        raise ResourceError(
            f"The ClassicLink of {traffic.names([instance])} to {vpc_id} is in use by {traffic.names(users)}, as rules "
            "of their security groups say: without it they would be cut off from each other, and it was left as it is. "
            "Keep what the stack has made; or, where nobody needs the link, detach it: aliyun ecs DetachClassicLinkVpc "
            f"--InstanceId {instance_id} --VpcId {vpc_id}"
        )


def _parse(resource_id: str) -> tuple[str, str, bool]:
    instance_id, _, ending = resource_id.partition(":")
    vpc_id, _, word = ending.partition(":")
    if not instance_id or not vpc_id or word not in ("", _MADE):
        raise ResourceError(
            f"{resource_id!r} is no id of a ClassicLink attachment: expected instanceId:vpcId, or "
            f"instanceId:vpcId:{_MADE} to import a link that this stack has made and may detach."
        )
    return instance_id, vpc_id, word == _MADE


def _state(instance_id: str, vpc_id: str, *, linked_before: bool) -> Properties:
    inputs: Properties = {"instanceId": instance_id, "vpcId": vpc_id}
    return inputs | {"linkedBefore": linked_before, "applied": digest(inputs)}


def _attach(cloud: Cloud, instance_id: str, vpc_id: str) -> None:
    """Link the instance and wait for the link. The call has no ClientToken."""
    brought_about(
        cloud,
        lambda: cloud.call("ecs:AttachClassicLinkVpc", region_id=cloud.region, instance_id=instance_id, vpc_id=vpc_id),
        lambda: _vpc_of(cloud, instance_id) == vpc_id,
        f"{instance_id} to be linked to {vpc_id}",
    )


def _vpc_of(cloud: Cloud, instance_id: str) -> str | None:
    """Return the VPC that an instance is linked to, None without a link or without the instance."""
    try:
        links = listed(cloud, "ecs:DescribeClassicLinkInstances", region_id=cloud.region, instance_id=instance_id)
    except CloudError as error:
        if error.code in _GONE:
            return None
        raise
    return next((str(link.vpc_id) for link in links if link.instance_id == instance_id), None)
