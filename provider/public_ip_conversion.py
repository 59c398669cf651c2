"""`alimigrate:ecs:PublicIpConversion`: the public address of an instance in a VPC made an EIP."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from estate.client import Cloud
from estate.errors import CloudError
from provider.eips import bound_eip, find_eip
from provider.instances import ACTION, instances
from provider.lost_answers import brought_about
from provider.resource import Checked, Connect, Resource, ResourceError, reject_others, require_text
from provider.values import Properties, digest, is_unknown


class PublicIpConversion(Resource):
    """One conversion; its id is `instanceId:allocationId`. There is no way back.

    The address stays the same and becomes an EIP of the account, which is billed apart and outlives the instance.
    Deleting the resource therefore deletes nothing: release the EIP to give up the address. An instance
    whose address is an EIP already is taken as it is.
    """

    type_name: ClassVar[str] = "alimigrate:ecs:PublicIpConversion"
    actions: ClassVar[tuple[str, ...]] = (
        ACTION,
        "ecs:ConvertNatPublicIpToEip",
        "vpc:DescribeEipAddresses",
    )
    replacing: ClassVar[tuple[str, ...]] = ("instanceId",)
    outputs: ClassVar[tuple[str, ...]] = ("applied", "allocationId", "ipAddress")
    schema: ClassVar[dict[str, Any]] = {
        "description": "The public address of an instance in a VPC, made an EIP. One way; deleting it keeps the EIP.",
        "inputProperties": {
            "instanceId": {"type": "string", "description": "The instance."},
        },
        "requiredInputs": ["instanceId"],
        "properties": {
            "allocationId": {"type": "string", "description": "The EIP."},
            "ipAddress": {"type": "string", "description": "The address, the same as before."},
        },
    }

    def check(self, inputs: Properties) -> Checked:
        """Check that there is an instance id."""
        return Checked(inputs, (*reject_others(inputs, ("instanceId",)), *require_text(inputs, ("instanceId",))))

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Convert the address, unless an EIP is bound to the instance already."""
        instance_id = str(inputs["instanceId"])
        if _before_creation(cloud, instance_id):
            _convert(cloud, instance_id)
        eip = bound_eip(cloud, instance_id)
        if eip is None:
            raise ResourceError(f"{instance_id} was converted, and no EIP is bound to it. Run `pulumi up` again.")
        return f"{instance_id}:{eip.allocation_id}", _state(instance_id, eip.allocation_id, eip.ip_address)

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise what `create` would."""
        if not state and not is_unknown(inputs["instanceId"]):
            _before_creation(connect(), str(inputs["instanceId"]))

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state while the EIP exists, even if it is bound elsewhere."""
        instance_id, _, allocation_id = resource_id.partition(":")
        if not instance_id or not allocation_id:
            raise ResourceError(f"{resource_id!r} is no id of a conversion: expected instanceId:allocationId.")
        eip = find_eip(cloud, allocation_id)
        return None if eip is None else _state(instance_id, allocation_id, eip.ip_address)

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Do nothing: an EIP does not become a public address again, and releasing it would lose the address."""


def _state(instance_id: str, allocation_id: str, ip_address: str) -> Properties:
    state: Properties = {"instanceId": instance_id, "allocationId": allocation_id, "ipAddress": ip_address}
    return state | {"applied": digest(state)}


def _instance(cloud: Cloud, instance_id: str) -> Any | None:
    candidates = instances(cloud, instance_ids=json.dumps([instance_id]))
    return next((item for item in candidates if item.instance_id == instance_id), None)


def _before_creation(cloud: Cloud, instance_id: str) -> bool:
    """Return whether there is something to convert, no EIP being bound; ResourceError where it cannot be."""
    instance = _instance(cloud, instance_id)
    if instance is None:
        raise ResourceError(f"Instance {instance_id} does not exist in {cloud.region}.")
    if instance.eip_address and instance.eip_address.allocation_id:
        return False
    _check_convertible(instance)
    return True


def _check_convertible(instance: Any) -> None:
    """Say beforehand what the cloud would refuse (ConvertNatPublicIpToEip), with the way out."""
    if instance.instance_network_type != "vpc":
        raise ResourceError(
            f"{instance.instance_id} is in the classic network; its address can be converted once it has moved."
        )
    if not (instance.public_ip_address and instance.public_ip_address.ip_address):
        raise ResourceError(f"{instance.instance_id} has no public address to convert.")


def _convert(cloud: Cloud, instance_id: str) -> None:
    """Convert and wait for the EIP. The call has no ClientToken, and may be made again where it was carried out."""

    def convert() -> None:
        try:
            cloud.call("ecs:ConvertNatPublicIpToEip", region_id=cloud.region, instance_id=instance_id)
        except CloudError:
            if bound_eip(cloud, instance_id) is None:
                raise

    there = f"an EIP to be bound to {instance_id}"
    brought_about(cloud, convert, lambda: bound_eip(cloud, instance_id) is not None, there)
