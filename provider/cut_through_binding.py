"""`alimigrate:vpc:CutThroughBinding`: an EIP that the guest system sees on a network interface of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from estate.client import Cloud, new_token
from estate.errors import CloudError, EstateError
from provider import instances, traffic
from provider.eips import find_eip
from provider.resource import (
    Change,
    Checked,
    Connect,
    PartialFailure,
    Resource,
    ResourceError,
    reject_others,
    require_text,
)
from provider.values import Properties, digest, is_unknown

_NAMES = ("allocationId", "networkInterfaceId", "instanceId")
_GONE = ("InvalidEniId.NotFound",)
# `applied` of a binding that was begun or taken back half way.
_APART = "apart"


class CutThroughBinding(Resource):
    """One EIP bound in cut-through mode to a secondary ENI, and the ENI attached; its id is `allocationId:eniId`.

    Protocols that write addresses into their payload, FTP before all, need it after a move to a VPC (EIP user guide,
    "Associate an EIP with a secondary ENI in cut-through mode"). The EIP is taken from the instance where it is bound
    there, so the address is out of reach for the seconds between. Each step looks first what is there: an interrupted
    creation is taken up where it stopped. Deleting it binds the EIP to the instance again, as it was.
    """

    type_name: ClassVar[str] = "alimigrate:vpc:CutThroughBinding"
    actions: ClassVar[tuple[str, ...]] = (
        "vpc:DescribeEipAddresses",
        "vpc:AssociateEipAddress",
        "vpc:UnassociateEipAddress",
        "ecs:DescribeNetworkInterfaceAttribute",
        "ecs:AttachNetworkInterface",
        "ecs:DetachNetworkInterface",
        instances.ACTION,
    )
    replacing: ClassVar[tuple[str, ...]] = _NAMES
    # One EIP has one binding.
    delete_first: ClassVar[bool] = True
    schema: ClassVar[dict[str, Any]] = {
        "description": "An EIP bound in cut-through mode to a secondary network interface of an instance.",
        "inputProperties": {
            "allocationId": {"type": "string", "description": "The EIP."},
            "networkInterfaceId": {"type": "string", "description": "A secondary ENI."},
            "instanceId": {"type": "string", "description": "The instance."},
        },
        "requiredInputs": list(_NAMES),
    }

    def check(self, inputs: Properties) -> Checked:
        """Check that the three ids are there."""
        return Checked(inputs, (*reject_others(inputs, _NAMES), *require_text(inputs, _NAMES)))

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Free the EIP, bind it to the detached interface, attach that; what is done already is left."""
        resource_id = f"{inputs['allocationId']}:{inputs['networkInterfaceId']}"
        try:
            _put_together(cloud, inputs)
        except EstateError as error:
            # Once the EIP is freed, a destroy has to give it back.
            if (apart := self.read(cloud, resource_id, inputs)) is None:
                raise
            raise PartialFailure(resource_id, inputs, apart, inputs, str(error)) from error
        return resource_id, _state(inputs)

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise what `create` would, as far as the inputs are known."""
        if state or is_unknown(inputs["networkInterfaceId"]):
            return
        allocation_id, eni_id, instance_id = (inputs[name] for name in _NAMES)
        if is_unknown(allocation_id):
            _check_interface(connect(), eni_id)
        elif not _is_bound(connect(), allocation_id, eni_id):
            _check_interface(connect(), eni_id)
            if not is_unknown(instance_id):
                _before_freeing(connect(), allocation_id, instance_id)

    def diff(self, state: Properties, inputs: Properties) -> dict[str, Change]:
        """Return what differs; where EIP, interface and instance are apart, an update connects them again."""
        changes = super().diff(state, inputs)
        if not changes and state.get("applied") == _APART:
            changes["networkInterfaceId"] = Change.UPDATE
        return changes

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state while EIP, interface and instance are connected, or the EIP is on its way to one of them.

        A deletion that stops half way leaves it so. Were it to leave the state then, nobody would give the instance its
        address back.
        """
        allocation_id, _, eni_id = resource_id.partition(":")
        if not allocation_id or not eni_id:
            raise ResourceError(f"{resource_id!r} is no id of a cut-through binding: expected allocationId:eniId.")
        interface = _interface(cloud, eni_id)
        if interface is not None and interface.instance_id and _is_bound(cloud, allocation_id, eni_id):
            bound = (allocation_id, eni_id, interface.instance_id)
            return _state(dict(zip(_NAMES, bound, strict=True)))
        eip = find_eip(cloud, allocation_id)
        if not state or eip is None or eip.instance_id not in (None, "", eni_id):
            return None
        return {name: state[name] for name in _NAMES} | {"applied": _APART}

    def update(self, cloud: Cloud, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Put together what came apart; every input replaces."""
        _put_together(cloud, inputs)
        return _state(inputs)

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Detach the interface, free the EIP, and bind it to the instance as before; what is gone is left."""
        allocation_id, eni_id, instance_id = (str(state[name]) for name in _NAMES)
        _detach(cloud, eni_id)
        if _is_bound(cloud, allocation_id, eni_id):
            _unbind(cloud, allocation_id, eni_id, "NetworkInterface")
        eip = find_eip(cloud, allocation_id)
        if eip is not None and not eip.instance_id and traffic.server_of(cloud, instance_id) is not None:
            _bind(cloud, allocation_id, instance_id, "EcsInstance", mode="NAT")


def _put_together(cloud: Cloud, inputs: Properties) -> None:
    allocation_id, eni_id, instance_id = (str(inputs[name]) for name in _NAMES)
    if not _is_bound(cloud, allocation_id, eni_id):
        _check_interface(cloud, eni_id)
        if _before_freeing(cloud, allocation_id, instance_id):
            _unbind(cloud, allocation_id, instance_id, "EcsInstance")
        _bind(cloud, allocation_id, eni_id, "NetworkInterface", mode="BINDED")
    _attach(cloud, eni_id, instance_id)


def _state(inputs: Properties) -> Properties:
    state = {name: inputs[name] for name in _NAMES}
    return state | {"applied": digest(state)}


def _is_bound(cloud: Cloud, allocation_id: str, eni_id: str) -> bool:
    eip = find_eip(cloud, allocation_id)
    return eip is not None and (eip.instance_id, eip.mode, eip.status) == (eni_id, "BINDED", "InUse")


def _interface(cloud: Cloud, eni_id: str) -> Any | None:
    try:
        return cloud.call("ecs:DescribeNetworkInterfaceAttribute", region_id=cloud.region, network_interface_id=eni_id)
    except CloudError as error:
        if error.code in _GONE:
            return None
        raise


def _check_interface(cloud: Cloud, eni_id: str) -> None:
    """Look before the EIP is freed: from then on the address is out of reach until it is bound."""
    interface = _interface(cloud, eni_id)
    if interface is None:
        raise ResourceError(f"Network interface {eni_id} does not exist in {cloud.region}.")
    if interface.type != "Secondary" or interface.status != "Available":
        raise ResourceError(
            f"Network interface {eni_id} is {interface.type} and {interface.status}; an EIP is bound in cut-through "
            "mode to a Secondary one while it is detached (Available)."
        )


def _before_freeing(cloud: Cloud, allocation_id: str, instance_id: str) -> bool:
    """Return whether the EIP is bound to the instance; ResourceError where it is bound to another, or is not there."""
    eip = find_eip(cloud, allocation_id)
    if eip is None:
        raise ResourceError(f"EIP {allocation_id} does not exist in {cloud.region}.")
    if not eip.instance_id:
        return False
    if eip.instance_id != instance_id:
        raise ResourceError(
            f"EIP {allocation_id} is bound to {eip.instance_id}, not to {instance_id}: unbind it there first."
        )
    return True


def _unbind(cloud: Cloud, allocation_id: str, instance_id: str, kind: str) -> None:
    cloud.call(
        "vpc:UnassociateEipAddress",
        region_id=cloud.region,
        allocation_id=allocation_id,
        instance_id=instance_id,
        instance_type=kind,
        client_token=new_token(),
    )
    cloud.wait(lambda: _status(cloud, allocation_id) == "Available", f"EIP {allocation_id} to be unbound")


def _bind(cloud: Cloud, allocation_id: str, instance_id: str, kind: str, *, mode: str) -> None:
    cloud.call(
        "vpc:AssociateEipAddress",
        region_id=cloud.region,
        allocation_id=allocation_id,
        instance_id=instance_id,
        instance_type=kind,
        mode=mode,
        client_token=new_token(),
    )
    cloud.wait(lambda: _status(cloud, allocation_id) == "InUse", f"EIP {allocation_id} to be bound to {instance_id}")


def _status(cloud: Cloud, allocation_id: str) -> str | None:
    eip = find_eip(cloud, allocation_id)
    return None if eip is None else str(eip.status)


def _attach(cloud: Cloud, eni_id: str, instance_id: str) -> None:
    """Attach the interface unless it is; attaching it again where it is attached would be refused, not repeated."""
    interface = _interface(cloud, eni_id)
    if interface is None or interface.instance_id != instance_id:
        cloud.call(
            "ecs:AttachNetworkInterface",
            region_id=cloud.region,
            network_interface_id=eni_id,
            instance_id=instance_id,
        )
    cloud.wait(lambda: _eni_status(cloud, eni_id) == "InUse", f"{eni_id} to be attached to {instance_id}")


def _detach(cloud: Cloud, eni_id: str) -> None:
    interface = _interface(cloud, eni_id)
    if interface is None or not interface.instance_id:
        return
    cloud.call(
        "ecs:DetachNetworkInterface",
        region_id=cloud.region,
        network_interface_id=eni_id,
        instance_id=interface.instance_id,
    )
    cloud.wait(lambda: _eni_status(cloud, eni_id) == "Available", f"{eni_id} to be detached")


def _eni_status(cloud: Cloud, eni_id: str) -> str | None:
    interface = _interface(cloud, eni_id)
    return None if interface is None else str(interface.status)
