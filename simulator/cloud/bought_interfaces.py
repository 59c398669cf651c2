"""Secondary network interfaces that a new instance is bought with: new ones, or Available ones.

Code: RunInstances lists InvalidParam.NetworkInterface for its NetworkInterface.N, with any text, so here it stands for
all of their refusals. Not simulated: interfaces of several instances in one order.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from simulator.cloud import network_interfaces
from simulator.cloud.errors import CloudError, NotSimulatedError
from simulator.cloud.network_interfaces import NewInterface
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.vpc import VSwitch

# An interface that is there, by its id, or a new one; an empty VSwitch is that of the instance.
RequestedInterface = str | NewInterface


def check_amount(interfaces: Sequence[RequestedInterface], amount: int) -> None:
    """Check that an order with interfaces is for one instance."""
    if interfaces and amount > 1:
        raise NotSimulatedError("secondary network interfaces of several instances")


@contextmanager
def provided(
    cloud: Cloud, requested: Sequence[RequestedInterface], instance_type: str, vswitch: VSwitch
) -> Iterator[list[NetworkInterface]]:
    """Hold the wanted interfaces ready for an instance in `vswitch`; whatever fails, no new interface is left.

    Raises InvalidParam.NetworkInterface.
    """
    new: list[NetworkInterface] = []
    try:
        if requested:
            _check_number(cloud, len(requested), instance_type)
        yield [_ready(cloud, each, vswitch, new) for each in requested]
    except BaseException:
        for interface in new:
            cloud.estate.network_interfaces.remove(interface)
        raise


def hand_over(cloud: Cloud, interfaces: Sequence[NetworkInterface], instance: Instance) -> None:
    """Attach them to the new instance; they are InUse at once."""
    for interface in interfaces:
        interface.instance_id, interface.status, interface.ready_at = instance.id, "InUse", None
        cloud.attach(interface)


def _ready(
    cloud: Cloud, requested: RequestedInterface, vswitch: VSwitch, new: list[NetworkInterface]
) -> NetworkInterface:
    try:
        if isinstance(requested, str):
            interface = cloud.network_interface(requested)
            if interface.status != "Available":
                raise _refusal(f"The network interface {requested} is not Available.")
        else:
            interface = network_interfaces.create(
                cloud, replace(requested, vswitch_id=requested.vswitch_id or vswitch.id)
            )
            new.append(interface)
    except CloudError as error:
        raise _refusal(error.message) from None
    place = cloud.vswitch(interface.vswitch_id)
    if (place.vpc_id, place.zone_id) != (vswitch.vpc_id, vswitch.zone_id):
        raise _refusal("A network interface must be in the VPC and the zone of the instance.")
    return interface


def _check_number(cloud: Cloud, number: int, instance_type: str) -> None:
    kind = cloud.estate.instance_types.find(instance_type)
    most = kind.eni_quantity if kind is not None else None
    if 1 + number > (most or 0):
        raise _refusal("The number of network interfaces exceeds the limit of the instance type.")


def _refusal(message: str) -> CloudError:
    return CloudError("InvalidParam.NetworkInterface", message)
