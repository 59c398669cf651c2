"""`alimigrate:vpc:ClassicLink`: ClassicLink enabled on a VPC that may not be ours."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from estate.client import Cloud, new_token
from estate.errors import CloudError
from estate.paging import listed
from provider.lost_answers import brought_about
from provider.resource import LOG, Checked, Connect, Resource, ResourceError, reject_others, require_text
from provider.values import Properties, digest, is_unknown

# After the id, in an import: the stack has enabled it.
_MADE = ":made"
_MOST_SHOWN: Final = 5
# The refusal while instances are linked.
_IN_USE: Final = "OperationDenied"
_GONE = ("InvalidVpcId.NotFound", "InvalidVpcID.NotFound", "Forbidden.VpcNotFound")


class ClassicLink(Resource):
    """ClassicLink on one VPC; its id is that of the VPC.

    `enabledBefore` remembers that it was on already; deleting the resource then leaves it on, and so it does after an
    import, unless by `vpcId:made`. A creation that was killed before it could answer is imported that way. It is left
    on, too, while instances are linked by others.
    """

    type_name: ClassVar[str] = "alimigrate:vpc:ClassicLink"
    actions: ClassVar[tuple[str, ...]] = (
        "vpc:DescribeVpcAttribute",
        "vpc:EnableVpcClassicLink",
        "vpc:DisableVpcClassicLink",
        # Where it cannot be disabled: who is linked.
        "ecs:DescribeClassicLinkInstances",
    )
    replacing: ClassVar[tuple[str, ...]] = ("vpcId",)
    outputs: ClassVar[tuple[str, ...]] = ("applied", "enabledBefore")
    schema: ClassVar[dict[str, Any]] = {
        "description": "ClassicLink enabled on a VPC. Alibaba Cloud has deprecated ClassicLink.",
        "inputProperties": {"vpcId": {"type": "string", "description": "The VPC."}},
        "requiredInputs": ["vpcId"],
        "properties": {
            "enabledBefore": {"type": "boolean", "description": "Whether ClassicLink was on before; it then stays on."}
        },
    }

    def check(self, inputs: Properties) -> Checked:
        """Check that there is a VPC id."""
        failures = reject_others(inputs, ("vpcId",)) + require_text(inputs, ("vpcId",))
        return Checked(inputs, tuple(failures))

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Enable ClassicLink unless it is on."""
        vpc_id = str(inputs["vpcId"])
        enabled = _before_creation(cloud, vpc_id)
        if not enabled:
            token = new_token()
            brought_about(
                cloud,
                lambda: cloud.call(
                    "vpc:EnableVpcClassicLink", region_id=cloud.region, vpc_id=vpc_id, client_token=token
                ),
                lambda: bool(_is_enabled(cloud, vpc_id)),
                f"ClassicLink of {vpc_id} to be enabled",
            )
        return vpc_id, _state(vpc_id, enabled_before=enabled)

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise what `create` would."""
        if not state and not is_unknown(inputs["vpcId"]):
            _before_creation(connect(), str(inputs["vpcId"]))

    def id_of(self, import_id: str) -> str:
        """Return the id without the word that says who has enabled it."""
        return import_id.removesuffix(_MADE)

    def leaves(self, state: Properties) -> bool:
        """Leave it on where it was on before."""
        return bool(state.get("enabledBefore", True))

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state while ClassicLink is on."""
        vpc_id = self.id_of(resource_id)
        if not _is_enabled(cloud, vpc_id):
            return None
        return _state(vpc_id, enabled_before=bool(state.get("enabledBefore", vpc_id == resource_id)))

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Disable ClassicLink where we enabled it; say so where it stays on because instances are linked."""
        if self.leaves(state) or not _is_enabled(cloud, resource_id):
            return
        try:
            cloud.call(
                "vpc:DisableVpcClassicLink", region_id=cloud.region, vpc_id=resource_id, client_token=new_token()
            )
        except CloudError as error:
            linked = _linked(cloud, resource_id) if error.code == _IN_USE else []
            if not linked:
                raise
            LOG.warning(
                "ClassicLink of %s was left on, and a destroy will leave it on, because of the links of %s%s. Once "
                "nothing is linked: aliyun vpc DisableVpcClassicLink --RegionId %s --VpcId %s",
                resource_id,
                ", ".join(linked[:_MOST_SHOWN]),
                " and others" if len(linked) > _MOST_SHOWN else "",
                cloud.region,
                resource_id,
            )


def _before_creation(cloud: Cloud, vpc_id: str) -> bool:
    """Return whether ClassicLink is on; ResourceError without the VPC."""
    enabled = _is_enabled(cloud, vpc_id)
    if enabled is None:
        raise ResourceError(f"VPC {vpc_id} does not exist in {cloud.region}.")
    return enabled


def _linked(cloud: Cloud, vpc_id: str) -> list[str]:
    links = listed(cloud, "ecs:DescribeClassicLinkInstances", region_id=cloud.region, vpc_id=vpc_id)
    return sorted(str(link.instance_id) for link in links)


def _state(vpc_id: str, *, enabled_before: bool) -> Properties:
    return {"vpcId": vpc_id, "enabledBefore": enabled_before, "applied": digest({"vpcId": vpc_id})}


def _is_enabled(cloud: Cloud, vpc_id: str) -> bool | None:
    """Return whether ClassicLink is on, None if there is no such VPC."""
    try:
        return bool(cloud.call("vpc:DescribeVpcAttribute", region_id=cloud.region, vpc_id=vpc_id).classic_link_enabled)
    except CloudError as error:
        if error.code in _GONE:
            return None
        raise
