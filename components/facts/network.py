"""Facts of the target network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal, NotRequired, Protocol, TypeAlias

from typing_extensions import TypedDict

from components import cidr
from components.facts.base import Later, note

# A default VSwitch is a /20 (VPC user guide, "Default VPCs and default VSwitches").
_DEFAULT_CAPACITY: Final = 4092


NetworkMode: TypeAlias = Literal["create", "existing", "default"]


class VSwitchFacts(TypedDict):
    """A VSwitch that instances move into."""

    vswitchName: str
    zoneId: str
    tier: NotRequired[str]
    cidrBlock: Annotated[str, note("unknown for a default VSwitch that is yet to be made")]
    vswitchId: str
    existing: bool
    status: str
    availableIpAddressCount: Annotated[
        int, note("addresses free now; of one that is yet to be made the 2^(32-mask) - 4 that it has when new")
    ]
    strangerIds: NotRequired[
        Annotated[list[str], note("others in it: servers that did not move with this stack, interfaces of no server")]
    ]


class TargetNetworkFacts(TypedDict):
    """The VPC and the VSwitches that instances move into."""

    mode: NetworkMode
    isDefault: NotRequired[Annotated[bool, note("of a VPC that exists")]]
    sharedWith: NotRequired[Annotated[str, note("the stack that chose it, where another one did")]]
    vpcId: str
    cidrBlock: str
    avoidedCidrs: Annotated[list[str], note("networks that must be reached")]
    vswitches: list[VSwitchFacts]


class VSwitch(Protocol):
    """The known properties of a VSwitch before it exists."""

    @property
    def zone_id(self) -> str:
        """Its zone."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def tier(self) -> str | None:
        """Its tier, where its zone has several."""

    @property
    def vswitch_id(self) -> Later:
        """Its id, where it exists."""

    @property
    def cidr_block(self) -> str | None:
        """Its block, where it is known."""

    @property
    def free_addresses(self) -> int | None:
        """The number of free addresses in it, where it exists."""

    @property
    def stranger_ids(self) -> Sequence[str] | None:
        """Servers, and interfaces of none, in its block that do not move into it with this stack."""


class Network(Protocol):
    """The known properties of the target network before it exists."""

    @property
    def mode(self) -> NetworkMode:
        """Its mode, as in the config."""

    @property
    def is_default(self) -> bool | None:
        """Whether an existing VPC is the default one."""

    @property
    def shared_with(self) -> str | None:
        """The stack that chose it, if another one did."""

    @property
    def avoided_cidrs(self) -> Sequence[str]:
        """Networks that must be reached."""


def vswitch_facts(item: VSwitch, vswitch_id: Later, cidr_block: Later, status: Later) -> VSwitchFacts:
    """Return facts of one VSwitch, with the values of its resource or of the cloud."""
    facts: VSwitchFacts = {
        "vswitchName": item.name,
        "zoneId": item.zone_id,
        "cidrBlock": cidr_block,
        "vswitchId": vswitch_id,
        "existing": item.vswitch_id is not None,
        "status": status,
        "availableIpAddressCount": _capacity(item) if item.free_addresses is None else item.free_addresses,
    }
    if item.tier is not None:
        facts["tier"] = item.tier
    if item.stranger_ids is not None:
        facts["strangerIds"] = list(item.stranger_ids)
    return facts


def _capacity(item: VSwitch) -> int:
    return cidr.capacity(item.cidr_block) if item.cidr_block else _DEFAULT_CAPACITY


def target_network_facts(
    network: Network, vpc_id: Later, cidr_block: Later, vswitches: Sequence[VSwitchFacts]
) -> TargetNetworkFacts:
    """Return facts of the target network, with those of its VPC."""
    facts: TargetNetworkFacts = {
        "mode": network.mode,
        "vpcId": vpc_id,
        "cidrBlock": cidr_block,
        "avoidedCidrs": list(network.avoided_cidrs),
        "vswitches": list(vswitches),
    }
    if network.is_default is not None:
        facts["isDefault"] = network.is_default
    if network.shared_with is not None:
        facts["sharedWith"] = network.shared_with
    return facts
