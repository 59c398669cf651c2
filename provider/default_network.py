"""`alimigrate:vpc:DefaultVpc` and `alimigrate:vpc:DefaultVSwitch`: those of the region and zone, found or made."""

from __future__ import annotations

from typing import Any, ClassVar

from estate.client import Cloud, new_token
from estate.errors import CloudError
from estate.paging import listed
from provider.resource import Checked, Resource, ResourceError, reject_others, require_text
from provider.values import Properties, digest


class DefaultVpc(Resource):
    """The default VPC of the region; its id is that of the VPC.

    Each region has one, which others may use: it is made where there is none, never changed, and deleting the
    resource leaves it. Its block is the cloud's to choose (VPC user guide, "Default VPCs and default VSwitches").
    """

    type_name: ClassVar[str] = "alimigrate:vpc:DefaultVpc"
    actions: ClassVar[tuple[str, ...]] = ("vpc:DescribeVpcs", "vpc:DescribeVpcAttribute", "vpc:CreateDefaultVpc")
    replacing: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[tuple[str, ...]] = ("applied", "vpcId", "cidrBlock")
    schema: ClassVar[dict[str, Any]] = {
        "description": "The default VPC of the region, found or made; deleting it leaves the VPC.",
        "inputProperties": {},
        "requiredInputs": [],
        "properties": {
            "vpcId": {"type": "string", "description": "The VPC."},
            "cidrBlock": {"type": "string", "description": "Its block."},
        },
    }

    def check(self, inputs: Properties) -> Checked:
        """Check that there is no input: the region is the provider's."""
        return Checked(inputs, tuple(reject_others(inputs, ())))

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Find the default VPC, or make it."""
        vpc_id = _default_vpc_id(cloud)
        if vpc_id is None:
            vpc_id = str(cloud.call("vpc:CreateDefaultVpc", region_id=cloud.region, client_token=new_token()).vpc_id)
        cloud.wait(lambda: _status(_vpc(cloud, vpc_id)) == "Available", f"the default VPC {vpc_id} to be Available")
        return vpc_id, _vpc_state(_vpc(cloud, vpc_id))

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state while the VPC is there."""
        vpc = _vpc(cloud, resource_id)
        return None if vpc is None else _vpc_state(vpc)

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Do nothing: others may use it."""


class DefaultVSwitch(Resource):
    """The default VSwitch of a zone, in the default VPC; its id is that of the VSwitch.

    Found or made, a /20 of the cloud's choice; never changed, and left when the resource is deleted.
    """

    type_name: ClassVar[str] = "alimigrate:vpc:DefaultVSwitch"
    actions: ClassVar[tuple[str, ...]] = (
        "vpc:DescribeVSwitches",
        "vpc:DescribeVSwitchAttributes",
        "vpc:CreateDefaultVSwitch",
    )
    replacing: ClassVar[tuple[str, ...]] = ("vpcId", "zoneId")
    outputs: ClassVar[tuple[str, ...]] = ("applied", "vswitchId", "cidrBlock", "status")
    schema: ClassVar[dict[str, Any]] = {
        "description": "The default VSwitch of a zone, found or made; deleting it leaves the VSwitch.",
        "inputProperties": {
            "vpcId": {"type": "string", "description": "The default VPC."},
            "zoneId": {"type": "string", "description": "The zone."},
        },
        "requiredInputs": ["vpcId", "zoneId"],
        "properties": {
            "vswitchId": {"type": "string", "description": "The VSwitch."},
            "cidrBlock": {"type": "string", "description": "Its block."},
            "status": {"type": "string", "description": "Pending or Available."},
        },
    }

    def check(self, inputs: Properties) -> Checked:
        """Check that VPC and zone are there."""
        names = ("vpcId", "zoneId")
        return Checked(inputs, (*reject_others(inputs, names), *require_text(inputs, names)))

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Find the default VSwitch of the zone, or make it."""
        vpc_id, zone_id = str(inputs["vpcId"]), str(inputs["zoneId"])
        vswitch_id = _default_vswitch_id(cloud, vpc_id, zone_id)
        if vswitch_id is None:
            body = cloud.call(
                "vpc:CreateDefaultVSwitch", region_id=cloud.region, zone_id=zone_id, client_token=new_token()
            )
            vswitch_id = str(body.v_switch_id)
        cloud.wait(
            lambda: _status(_vswitch(cloud, vswitch_id)) == "Available", f"the default VSwitch {vswitch_id} to be there"
        )
        return vswitch_id, _vswitch_state(_vswitch(cloud, vswitch_id))

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state while the VSwitch is there."""
        vswitch = _vswitch(cloud, resource_id)
        return None if vswitch is None else _vswitch_state(vswitch)

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Do nothing: others may use it."""


def _status(item: Any) -> str | None:
    return None if item is None else str(item.status)


def _vpc_state(vpc: Any) -> Properties:
    state: Properties = {"vpcId": vpc.vpc_id, "cidrBlock": vpc.cidr_block}
    return state | {"applied": digest(state)}


def _vswitch_state(vswitch: Any) -> Properties:
    state: Properties = {
        "vpcId": vswitch.vpc_id,
        "zoneId": vswitch.zone_id,
        "vswitchId": vswitch.v_switch_id,
        "cidrBlock": vswitch.cidr_block,
        "status": vswitch.status,
    }
    return state | {"applied": digest(state)}


def _default_vpc_id(cloud: Cloud) -> str | None:
    vpcs = listed(cloud, "vpc:DescribeVpcs", region_id=cloud.region, is_default=True)
    return next((str(item.vpc_id) for item in vpcs), None)


def _default_vswitch_id(cloud: Cloud, vpc_id: str, zone_id: str) -> str | None:
    vswitches = listed(
        cloud, "vpc:DescribeVSwitches", region_id=cloud.region, vpc_id=vpc_id, zone_id=zone_id, is_default=True
    )
    return next((str(item.v_switch_id) for item in vswitches), None)


def _vpc(cloud: Cloud, vpc_id: str) -> Any | None:
    """Return a VPC that is the default one, None if it is gone or was never that."""
    try:
        vpc = cloud.call("vpc:DescribeVpcAttribute", region_id=cloud.region, vpc_id=vpc_id)
    except CloudError as error:
        if error.code in ("InvalidVpcId.NotFound", "InvalidVpcID.NotFound", "Forbidden.VpcNotFound"):
            return None
        raise
    if not vpc.is_default:
        raise ResourceError(f"{vpc_id} is not the default VPC of {cloud.region}.")
    return vpc


def _vswitch(cloud: Cloud, vswitch_id: str) -> Any | None:
    """Return a VSwitch that is the default one of its zone, None if it is gone."""
    try:
        vswitch = cloud.call("vpc:DescribeVSwitchAttributes", region_id=cloud.region, v_switch_id=vswitch_id)
    except CloudError as error:
        if error.code in ("InvalidVSwitchId.NotFound", "InvalidVswitchID.NotFound"):
            return None
        raise
    # The cloud answers an id that it does not know with an empty VSwitch.
    if not vswitch.v_switch_id:
        return None
    if not vswitch.is_default:
        raise ResourceError(f"{vswitch_id} is not the default VSwitch of its zone.")
    return vswitch
