"""NetworkInterface.N of RunInstances: the settings of the primary interface, and the secondary ones."""

from dataclasses import dataclass

from simulator.api.call import Call
from simulator.cloud.bought_interfaces import RequestedInterface
from simulator.cloud.errors import CloudError, NotSimulatedError
from simulator.cloud.network_interfaces import NewInterface

_PRIMARY = frozenset({"InstanceType", "VSwitchId", "SecurityGroupId", "SecurityGroupIds", "PrimaryIpAddress"})
_SECONDARY = _PRIMARY | {"NetworkInterfaceName", "Description", "DeleteOnRelease", "QueueNumber"}
# What both may have besides; other values are refused as not simulated.
_USUAL = {"NetworkInterfaceTrafficMode": "Standard", "NetworkCardIndex": "0"}


@dataclass(frozen=True)
class Interfaces:
    """The settings that NetworkInterface.N gives; None is a setting of the primary interface that is not given."""

    vswitch_id: str | None
    security_group_ids: list[str] | None
    private_ip: str | None
    source_dest_check: bool
    secondary: list[RequestedInterface]


def interfaces(call: Call) -> Interfaces:
    """Return the interfaces of an order; raises InvalidParam.NetworkInterface."""
    records = call.records("NetworkInterface")
    primary = [each for each in records if each.choice("InstanceType", ("Primary", "Secondary")) == "Primary"]
    if len(primary) > 1:
        raise _refusal("Only one primary network interface can be given.")
    if primary and any(call.optional(name) or call.repeated(name) for name in _PRIMARY - {"InstanceType"}):
        raise _refusal("The primary network interface excludes VSwitchId and the security groups of the order.")
    for each in primary:
        if each.optional("NetworkInterfaceId"):
            raise NotSimulatedError("a primary network interface that is made before its instance")
        _check_fields(each, _PRIMARY)
    own = primary[0] if primary else None
    return Interfaces(
        own.optional("VSwitchId") if own else None,
        _groups(own) if own else None,
        own.optional("PrimaryIpAddress") if own else None,
        bool(own and own.flag("SourceDestCheck")),
        [_secondary(each) for each in records if each not in primary],
    )


def _secondary(fields: Call) -> RequestedInterface:
    if interface_id := fields.optional("NetworkInterfaceId"):
        if fields.names() - {"NetworkInterfaceId", "InstanceType"}:
            raise _refusal("A network interface that exists excludes the settings of a new one.")
        return interface_id
    _check_fields(fields, _SECONDARY)
    return NewInterface(
        vswitch_id=fields.optional("VSwitchId") or "",
        security_group_ids=_groups(fields),
        name=fields.optional("NetworkInterfaceName") or "",
        description=fields.optional("Description") or "",
        primary_ip=fields.optional("PrimaryIpAddress"),
        queue_number=fields.integer("QueueNumber"),
        source_dest_check=bool(fields.flag("SourceDestCheck")),
        # The SDK text of RunInstances (7.11.8): by default it is not retained.
        delete_on_release=fields.flag("DeleteOnRelease") is not False,
    )


def _check_fields(fields: Call, simulated: frozenset[str]) -> None:
    unsimulated = {
        name for name in fields.names() - simulated - {"SourceDestCheck"} if _USUAL.get(name) != fields.optional(name)
    }
    if unsimulated:
        raise NotSimulatedError(f"the fields {', '.join(sorted(unsimulated))} of network interfaces of RunInstances")


def _groups(fields: Call) -> list[str]:
    several, one = fields.repeated("SecurityGroupIds"), fields.optional("SecurityGroupId")
    if bool(several) == bool(one):
        raise _refusal("A network interface needs either SecurityGroupId or SecurityGroupIds.N.")
    return several or [str(one)]


def _refusal(message: str) -> CloudError:
    return CloudError("InvalidParam.NetworkInterface", message)
