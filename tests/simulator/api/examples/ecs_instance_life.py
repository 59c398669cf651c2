"""Examples for simulator/api/ecs_instance_life.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator.model.ecs import SecurityGroup
from simulator.model.estate import Estate
from simulator.model.kms import KmsKey
from simulator.model.vpc import RouteEntry, RouteTable
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.examples.ecs_instance_options import ROLE, with_role
from tests.simulator.api.examples.ecs_key_pairs import pair
from tests.simulator.api.examples.ecs_network_interfaces import MANY_GROUPS, crowded, many_groups, no_room
from tests.simulator.api.sample_ids import APP, MON_1, UNUSED_GROUP, VSWITCH, WEB, WEB_1
from tests.simulator.in_vpc import (
    FAR_VSWITCH,
    GROUP,
    IMAGE,
    INSTANCE,
    INTERFACE,
    OTHER_VPC,
    OTHER_VPC_GROUP,
    OTHER_VPC_VSWITCH,
    SECOND_GROUP,
    SECOND_VSWITCH,
    add,
    both,
    having,
)
from tests.simulator.in_vpc import PRIMARY as PRIMARY_ENI

BATCH_1 = "i-bp1batch100000000001"
ONE, CLASSIC = {"InstanceId": INSTANCE}, {"InstanceId": WEB_1}
PASSWORD: dict[str, Any] = {"Password": "not-Real-1"}
UNKNOWN = Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none"}, 404)
ORDER: dict[str, Any] = {
    "ImageId": IMAGE,
    "InstanceType": "ecs.sn2.medium",
    "VSwitchId": VSWITCH,
    "SecurityGroupId": GROUP,
}

PRIMARY: dict[str, Any] = {"InstanceType": "Primary", "VSwitchId": VSWITCH, "SecurityGroupId": GROUP}
BARE = {name: value for name, value in ORDER.items() if name not in ("VSwitchId", "SecurityGroupId")}
# Beside the primary interface, what cannot be bought.
WRONG_INTERFACES: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"Description": "without groups"},),
    (PRIMARY,),
    ({"SecurityGroupId": "sg-none"},),
    ({"SecurityGroupId": OTHER_VPC_GROUP},),
    ({"SecurityGroupId": GROUP, "SecurityGroupIds": [GROUP]},),
    ({"SecurityGroupId": GROUP, "VSwitchId": FAR_VSWITCH},),
    ({"SecurityGroupId": GROUP, "PrimaryIpAddress": "192.168.10.1"},),
    ({"SecurityGroupId": GROUP, "NetworkInterfaceName": "1"},),
    ({"SecurityGroupId": GROUP},) * 2,
    ({"NetworkInterfaceId": "eni-none"},),
    ({"NetworkInterfaceId": PRIMARY_ENI},),
    ({"NetworkInterfaceId": INTERFACE, "SecurityGroupId": GROUP},),
)
NOT_SIMULATED_INTERFACES: tuple[dict[str, Any], ...] = (
    {"SecurityGroupId": GROUP, "NetworkInterfaceTrafficMode": "HighPerformance"},
    {"SecurityGroupId": GROUP, "NetworkCardIndex": 1},
    {"SecurityGroupId": GROUP, "SecondaryPrivateIpAddressCount": 1},
)

stopped = having("instances", INSTANCE, status="Stopped")
stopping = having("instances", INSTANCE, status="Stopping")
locked = having("instances", INSTANCE, locks=["security"])


def subscribed(estate: Estate, days: int = 30, status: str = "Running") -> None:
    """The instance is a subscription that ends in `days`."""
    having(
        "instances",
        INSTANCE,
        charge_type="PrePaid",
        expired_at=estate.now + timedelta(days=days),
        status=status,
    )(estate)


def expired(estate: Estate) -> None:
    """The subscription has ended."""
    subscribed(estate, days=-1)


def local_disks(estate: Estate) -> None:
    """The instance is of the family i1."""
    kind = estate.instance_types[0].model_copy(update={"id": "ecs.i1.xlarge"})
    estate.instance_types.append(kind)
    having("instances", INSTANCE, instance_type=kind.id)(estate)


def routed(estate: Estate) -> None:
    """A route of the VPC leads to the instance."""
    stopped(estate)
    table = RouteTable(id="vtb-bp1custom000000001", vpc_id=estate.vpcs[0].id, tags={})
    estate.route_tables.append(table)
    estate.route_entries.append(
        RouteEntry(
            id="rte-bp1route0000000001",
            route_table_id=table.id,
            destination_cidr_block="172.30.0.0/16",
            next_hop_id=INSTANCE,
        )
    )


def crowded_classic(estate: Estate) -> None:
    """The group `app` has 1,000 instances."""
    model = estate.instances[0]
    estate.instances.extend(
        model.model_copy(update={"id": f"i-bp1crowd{number:010}", "security_group_ids": [APP]}) for number in range(998)
    )


def in_five(estate: Estate) -> None:
    """web-1 is in five groups, and there is a sixth."""
    groups = [f"sg-bp1five{number:013}" for number in range(4)]
    estate.security_groups.extend(SecurityGroup(id=group_id, name=group_id, tags={}) for group_id in groups)
    estate.instances[0].security_group_ids = [WEB, *groups]


def changed(estate: Estate) -> None:
    """The address of the instance was changed since its last start."""
    having("instances", INSTANCE, status="Stopped", address_changed=True)(estate)


def secondary(estate: Estate) -> None:
    """The instance has a second interface."""
    having("network_interfaces", INTERFACE, status="InUse", instance_id=INSTANCE)(estate)
    stopped_in = estate.instances.find(INSTANCE)
    assert stopped_in
    stopped_in.status = "Stopped"


def crowded_other_vpc(estate: Estate) -> None:
    """The instance is Stopped, and the group of the other VPC is full."""
    crowded(estate)
    instance, group = estate.instances.find(INSTANCE), estate.security_groups.find(MANY_GROUPS[0])
    assert instance
    assert group
    instance.status, group.vpc_id = "Stopped", OTHER_VPC


def many_in_other_vpc(estate: Estate) -> None:
    """The instance is Stopped, and there are six groups in the other VPC."""
    many_groups(estate)
    for group in estate.security_groups.among(MANY_GROUPS):
        group.vpc_id = OTHER_VPC
    estate.instances[-1].status = "Stopped"


def _changes(code: str, status: int = 400, given: Given = add, **parameters: Any) -> Refusal:
    return Refusal(code, {**ONE, **parameters}, status, given)


def windows_image(estate: Estate) -> None:
    """A key pair, and an image that takes none."""
    add(estate)
    pair(estate)
    for image in estate.images:
        image.os_type = "windows"


def _orders(code: str, status: int = 400, given: Given = add, **parameters: Any) -> Refusal:
    return Refusal(code, {**ORDER, **parameters}, status, given)


def _moves(code: str, status: int = 400, given: Given = stopped, **parameters: Any) -> Refusal:
    return Refusal(code, {**ONE, "VSwitchId": SECOND_VSWITCH, **parameters}, status, given)


TO_OTHER_VPC: dict[str, Any] = {"VpcId": OTHER_VPC, "VSwitchId": OTHER_VPC_VSWITCH}
LOCKED = Refusal("InstanceLockedForSecurity", ONE, 403, locked)
WRONG_STATUS = Refusal("IncorrectInstanceStatus", ONE, 403, stopping)
DRY_RUN = Refusal("DryRunOperation", {**ONE, "DryRun": True}, 400, add)


def _releases(field: Any) -> tuple[Refusal, ...]:
    """What an instance is refused to be released with; `field` makes the parameter of its id."""
    one = {"InstanceId": field(INSTANCE)}
    return (
        Refusal("InvalidInstanceId.NotFound", {"InstanceId": field("i-none")}, 404),
        Refusal("InstanceLockedForSecurity", one, 403, locked),
        Refusal(
            "InvalidOperation.DeletionProtection",
            one,
            403,
            having("instances", INSTANCE, deletion_protection=True, status="Stopped"),
        ),
        Refusal("ChargeTypeViolation", one, 403, lambda estate: subscribed(estate, status="Stopped")),
        Refusal("IncorrectInstanceStatus", one, 403, add),
        Refusal("IncorrectInstanceStatus", {**one, "Force": True}, 403, stopping),
        Refusal("IncorrectInstanceStatus.Initializing", one, 403, having("instances", INSTANCE, status="Pending")),
        Refusal("DependencyViolation.RouteEntry", one, 400, routed),
        Refusal("DryRunOperation", {**one, "DryRun": True}, 400, stopped),
    )


def disabled_key(estate: Estate) -> None:
    """A key that encrypts nothing."""
    add(estate)
    estate.kms_keys.append(KmsKey(id="key-off", status="Disabled", tags={}))


def _with_interfaces(code: str, *interfaces: dict[str, Any]) -> Refusal:
    return Refusal(code, {**BARE, "NetworkInterface": [PRIMARY, *interfaces]}, 400, add)


EXAMPLES = (
    Example(
        "ecs:StartInstance",
        {"InstanceId": BATCH_1},
        (
            UNKNOWN,
            LOCKED,
            Refusal("InstanceExpired", ONE, 403, expired),
            Refusal("IncorrectInstanceStatus", CLASSIC, 403),
            Refusal("DryRunOperation", {"InstanceId": BATCH_1, "DryRun": True}),
            Refusal("SimulatorNotImplemented", {"InstanceId": BATCH_1, "InitLocalDisk": True}),
        ),
    ),
    Example(
        "ecs:StopInstance",
        {**CLASSIC, "ForceStop": True, "StoppedMode": "KeepCharging"},
        (
            UNKNOWN,
            LOCKED,
            WRONG_STATUS,
            DRY_RUN,
            Refusal("InstanceExpiredOrInArrears", ONE, 403, expired),
            Refusal("InstanceType.ParameterMismatch", ONE, 403, local_disks),
            Refusal("InvalidInstanceId.NotSupport", {**CLASSIC, "StoppedMode": "StopCharging"}, 403),
        ),
    ),
    Example(
        "ecs:RebootInstance",
        CLASSIC,
        (UNKNOWN, LOCKED, WRONG_STATUS, DRY_RUN, Refusal("InstanceExpiredOrInArrears", ONE, 403, expired)),
    ),
    Example("ecs:DeleteInstance", {"InstanceId": BATCH_1}, _releases(str)),
    Example(
        "ecs:DeleteInstances",
        {"InstanceId": [WEB_1, MON_1], "Force": True},
        (*_releases(lambda item: [item]), Refusal("MissingParameter", {}, 400)),
    ),
    Example(
        "ecs:ModifyInstanceAttribute",
        {**ONE, "InstanceName": "renamed", "HostName": "front.shop", "SecurityGroupIds": [SECOND_GROUP]},
        (
            UNKNOWN,
            LOCKED,
            _changes("InvalidInstanceName.Malformed", InstanceName="1"),
            _changes("InvalidDescription.Malformed", Description="https://x"),
            _changes("InvalidHostName.Malformed", HostName="-x"),
            _changes("InvalidHostName.Malformed", HostName="a..b"),
            Refusal("InvalidPassword.Malformed", {**ONE, "Password": "short"}, given=add),
            _changes("IncorrectInstanceStatus", 403, having("instances", INSTANCE, status="Starting"), **PASSWORD),
            Refusal("InvalidUserData.NotSupported", {**CLASSIC, "UserData": "eA=="}),
            _changes("InvalidUserData.SizeExceeded", UserData="QUFB" * 11_000),
            _changes("InvalidParameter", UserData="no base64!"),
            Refusal("OperationDenied", {**CLASSIC, "SecurityGroupIds": [WEB]}, 403),
            _changes("InvalidSecurityGroupId.NotFound", 404, SecurityGroupIds=["sg-none"]),
            _changes("InvalidInstanceId.Mismatch", SecurityGroupIds=[WEB]),
            _changes("InvalidInstanceId.Mismatch", SecurityGroupIds=[OTHER_VPC_GROUP]),
            _changes("InstanceSecurityGroupLimitExceeded", given=many_groups, SecurityGroupIds=MANY_GROUPS),
            _changes("SecurityGroupInstanceLimitExceed", 403, crowded, SecurityGroupIds=MANY_GROUPS[:1]),
        ),
        add,
    ),
    Example(
        "ecs:ModifyInstanceVpcAttribute",
        {**ONE, "VSwitchId": SECOND_VSWITCH, "PrivateIpAddress": "192.168.11.4"},
        (
            Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none", "VSwitchId": VSWITCH}, 404),
            Refusal("OperationDenied", {"InstanceId": BATCH_1, "VSwitchId": VSWITCH}),
            _moves("OperationDenied", 403, secondary, **TO_OTHER_VPC, SecurityGroupId=[OTHER_VPC_GROUP]),
            _moves("OperationDenied", 403, **TO_OTHER_VPC, SecurityGroupId=[GROUP]),
            _moves("MissingParameter", **TO_OTHER_VPC),
            _moves("IncorrectInstanceStatus", given=add),
            _moves("InvalidVSwitchId.NotFound", 404, VSwitchId="vsw-none"),
            _moves("InvalidVSwitchId.NotFound", 404, VSwitchId=OTHER_VPC_VSWITCH),
            _moves("InvalidVSwitchId.Mismatch", VSwitchId=FAR_VSWITCH),
            _moves(
                "IncorrectVSwitchStatus",
                given=both(stopped, lambda estate: setattr(estate.vswitches[1], "status", "Pending")),
            ),
            _moves("InvalidPrivateIp.Changing", given=changed),
            _moves("InvalidPrivateIpAddress.Malformed", PrivateIpAddress="x"),
            _moves("InvalidPrivateIpAddress.Mismatch", PrivateIpAddress="192.168.11.5"),
            _moves("InvalidPrivateIpAddress.Duplicated", VSwitchId=VSWITCH, PrivateIpAddress="192.168.10.1"),
            _moves("InvalidPrivateIpAddress.Duplicated", VSwitchId=VSWITCH, PrivateIpAddress="192.168.10.2"),
            _moves("InvalidSecurityGroupId.NotFound", 404, **TO_OTHER_VPC, SecurityGroupId=["sg-none"]),
            _moves(
                "SecurityGroupInstanceLimitExceed",
                403,
                crowded_other_vpc,
                **TO_OTHER_VPC,
                SecurityGroupId=MANY_GROUPS[:1],
            ),
            _moves(
                "InstanceSecurityGroupLimitExceeded",
                400,
                many_in_other_vpc,
                **TO_OTHER_VPC,
                SecurityGroupId=MANY_GROUPS,
            ),
        ),
        stopped,
    ),
    Example(
        "ecs:JoinSecurityGroup",
        {**CLASSIC, "SecurityGroupId": UNUSED_GROUP},
        (
            Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none", "SecurityGroupId": WEB}, 404),
            Refusal("InvalidEniId.NotFound", {"NetworkInterfaceId": "eni-none", "SecurityGroupId": WEB}, 404),
            Refusal("InvalidSecurityGroupId.NotFound", {**CLASSIC, "SecurityGroupId": "sg-none"}, 404),
            Refusal("InstanceLockedForSecurity", {**ONE, "SecurityGroupId": SECOND_GROUP}, 403, locked),
            Refusal("IncorrectInstanceStatus", {**ONE, "SecurityGroupId": SECOND_GROUP}, 403, stopping),
            Refusal("InvalidInstanceId.AlreadyExists", {**CLASSIC, "SecurityGroupId": WEB}, 403),
            Refusal("InvalidInstanceId.Mismatch", {**CLASSIC, "SecurityGroupId": GROUP}, 400, add),
            Refusal("InvalidInstanceId.Mismatch", {**ONE, "SecurityGroupId": WEB}, 400, add),
            Refusal("InstanceSecurityGroupLimitExceeded", {**CLASSIC, "SecurityGroupId": APP}, 400, in_five),
            Refusal("SecurityGroupInstanceLimitExceeded", {**CLASSIC, "SecurityGroupId": APP}, 403, crowded_classic),
            Refusal("SecurityGroupInstanceLimitExceeded", {**ONE, "SecurityGroupId": MANY_GROUPS[0]}, 403, crowded),
            Refusal(
                "InvalidSecurityGroupId.NotVpc", {"NetworkInterfaceId": INTERFACE, "SecurityGroupId": WEB}, 403, add
            ),
            Refusal(
                "InvalidOperation.VpcMismatch",
                {"NetworkInterfaceId": INTERFACE, "SecurityGroupId": OTHER_VPC_GROUP},
                403,
                add,
            ),
            Refusal(
                "JoinedGroupLimitExceed",
                {"NetworkInterfaceId": INTERFACE, "SecurityGroupId": MANY_GROUPS[5]},
                400,
                both(
                    many_groups,
                    lambda estate: setattr(estate.network_interfaces[-1], "security_group_ids", MANY_GROUPS[:5]),
                ),
            ),
            Refusal(
                "SecurityGroupInstanceLimitExceed",
                {"NetworkInterfaceId": INTERFACE, "SecurityGroupId": MANY_GROUPS[0]},
                403,
                crowded,
            ),
            Refusal("InvalidParameter", {**ONE, "NetworkInterfaceId": INTERFACE, "SecurityGroupId": WEB}, 400, add),
        ),
    ),
    Example(
        "ecs:LeaveSecurityGroup",
        {"NetworkInterfaceId": INTERFACE, "SecurityGroupId": GROUP},
        (
            Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none", "SecurityGroupId": WEB}, 404),
            Refusal("InvalidEniId.NotFound", {"NetworkInterfaceId": "eni-none", "SecurityGroupId": WEB}, 404),
            Refusal("InvalidSecurityGroupId.NotFound", {**CLASSIC, "SecurityGroupId": "sg-none"}, 404),
            Refusal("InstanceLockedForSecurity", {**ONE, "SecurityGroupId": GROUP}, 403, locked),
            Refusal("IncorrectInstanceStatus", {**ONE, "SecurityGroupId": GROUP}, 403, stopping),
            Refusal("InstanceNotInSecurityGroup", {**CLASSIC, "SecurityGroupId": APP}, 403),
            Refusal("InstanceLastSecurityGroup", {**CLASSIC, "SecurityGroupId": WEB}, 403),
            Refusal(
                "InstanceNotInSecurityGroup",
                {"NetworkInterfaceId": INTERFACE, "SecurityGroupId": SECOND_GROUP},
                403,
                add,
            ),
            Refusal("InstanceLastSecurityGroup", {"NetworkInterfaceId": INTERFACE, "SecurityGroupId": GROUP}, 403, add),
        ),
        having("network_interfaces", INTERFACE, security_group_ids=[GROUP, SECOND_GROUP]),
    ),
    Example(
        "ecs:RunInstances",
        {**ORDER, "Amount": 2, "InternetMaxBandwidthOut": 5, "DataDisk": [{"Size": 100, "Category": "cloud_ssd"}]},
        (
            _orders("InvalidVSwitchId.NotFound", 404, VSwitchId="vsw-none"),
            _orders("IncorrectVSwitchStatus", given=having("vswitches", VSWITCH, status="Pending")),
            _orders("InvalidZoneId.NotFound", 404, ZoneId="cn-hangzhou-x"),
            _orders("InvalidParameter.Mismatch", ZoneId="cn-hangzhou-b"),
            _orders("InvalidParameter.Mismatch", SecurityGroupId=WEB),
            _orders("InvalidParameter.Mismatch", SecurityGroupId=OTHER_VPC_GROUP),
            _orders("InvalidImageId.NotFound", 404, ImageId="m-none"),
            _orders("InvalidInstanceType.ValueNotSupported", InstanceType="ecs.none"),
            _orders("OperationDenied.NoStock", 403, InstanceType="ecs.s1.small"),
            _orders("InvalidParam.Amount", 403, Amount=101),
            _orders("InvalidParam.Amount", 403, Amount=2, PrivateIpAddress="192.168.10.9"),
            _orders("InvalidInstanceName.Malformed", InstanceName="1"),
            _orders("InvalidDescription.Malformed", Description="http://x"),
            _orders("InvalidHostName.Malformed", HostName="x-"),
            Refusal("InvalidPassword.Malformed", {**ORDER, "Password": "12345678"}, given=add),
            _orders("InvalidKeyPairName.NotFound", 404, KeyPairName="none"),
            _orders("DependencyViolation.WindowsInstance", 403, windows_image, KeyPairName="shop"),
            _orders("InvalidRamRole.NotFound", 404, RamRoleName="none"),
            _orders("InvalidRamRole.NotEcsRole", 401, with_role("fc.aliyuncs.com"), RamRoleName=ROLE),
            _orders("InvalidHttpEndpoint.NotSupported", HttpEndpoint="on"),
            _orders("InvalidHttpTokens.NotSupported", HttpTokens="none"),
            _orders("InvalidHttpPutResponseHopLimit.NotSupported", HttpPutResponseHopLimit=65),
            _orders("Invalid.PrivatePoolOptionsId", PrivatePoolOptions={"MatchCriteria": "Open", "Id": "eap-1"}),
            _orders("MissingParameter.PrivatePoolOptionsId", PrivatePoolOptions={"MatchCriteria": "Target"}),
            _orders("SimulatorNotImplemented", PrivatePoolOptions={"MatchCriteria": "Target", "Id": "eap-1"}),
            *(_with_interfaces("InvalidParam.NetworkInterface", *interfaces) for interfaces in WRONG_INTERFACES),
            *(_with_interfaces("SimulatorNotImplemented", interface) for interface in NOT_SIMULATED_INTERFACES),
            _orders("SimulatorNotImplemented", Amount=2, NetworkInterface=[{"SecurityGroupId": GROUP}]),
            _orders("InvalidParam.NetworkInterface", NetworkInterface=[PRIMARY]),
            _orders("InvalidParameter.EncryptedIllegal", SystemDisk={"KMSKeyId": "key-none"}),
            _orders(
                "InvalidParameter.KMSKeyId.NotFound", 404, SystemDisk={"Encrypted": "true", "KMSKeyId": "key-none"}
            ),
            _orders(
                "InvalidParameter.KMSKeyId.CMKNotEnabled",
                403,
                disabled_key,
                SystemDisk={"Encrypted": "true", "KMSKeyId": "key-off"},
            ),
            _orders("ProvisionedIopsForDiskCategoryUnsupported", SystemDisk={"ProvisionedIops": 100}),
            _orders(
                "InvalidProvisionedIops.LimitExceed",
                DataDisk=[{"Size": 40, "Category": "cloud_auto", "ProvisionedIops": 50_001}],
            ),
            _orders("BurstingEnabledForDiskCategoryUnsupported", DataDisk=[{"Size": 40, "BurstingEnabled": True}]),
            _orders("SimulatorNotImplemented", SystemDisk={"EncryptAlgorithm": "sm4-128"}),
            _orders("SimulatorNotImplemented", NetworkOptions={"EnableNetworkEncryption": True}),
            _orders("InvalidUserData.SizeExceeded", UserData="QUFB" * 11_000),
            _orders("InvalidParameter.Bandwidth", InternetMaxBandwidthOut=101),
            _orders("InvalidPeriod", InstanceChargeType="PrePaid"),
            _orders("InvalidAutoReleaseTime.Malformed", AutoReleaseTime="2026-11-30T01:29:00Z"),
            _orders("InvalidParameter", InstanceChargeType="PrePaid", Period=1, AutoReleaseTime="2026-12-30T00:00:00Z"),
            _orders("InvalidSystemDiskCategory.ValueNotSupported", SystemDisk={"Category": "tape"}),
            _orders("InvalidSystemDiskSize.LessThanImageSize", 404, SystemDisk={"Size": "10"}),
            _orders("InvalidSystemDiskSize.ValueNotSupported", SystemDisk={"Size": "2049"}),
            _orders("InvalidDataDiskCategory.ValueNotSupported", DataDisk=[{"Category": "tape", "Size": 40}]),
            _orders("InvalidDataDiskSize.ValueNotSupported", DataDisk=[{"Category": "cloud_ssd"}]),
            _orders("InstanceDiskNumber.LimitExceed", DataDisk=[{"Size": 40}] * 17),
            _orders("InvalidDiskName.Malformed", DataDisk=[{"Size": 40, "DiskName": "1"}]),
            _orders("InvalidAutoSnapshotPolicyId.NotFound", 404, SystemDisk={"AutoSnapshotPolicyId": "sp-none"}),
            _orders("InvalidDiskDescription.Malformed", DataDisk=[{"Size": 40, "Description": "http://x"}]),
            _orders("InvalidSecurityGroupId.NotFound", 404, SecurityGroupId="sg-none"),
            Refusal(
                "JoinedGroupLimitExceed",
                {**ORDER, "SecurityGroupId": "", "SecurityGroupIds": MANY_GROUPS},
                400,
                many_groups,
            ),
            _orders("SecurityGroupInstanceLimitExceed", 403, crowded, SecurityGroupId=MANY_GROUPS[0]),
            _orders("QuotaExceeded.PrivateIpAddress", 400, no_room, VSwitchId=SECOND_VSWITCH),
            _orders("InvalidPrivateIpAddress", PrivateIpAddress="192.168.11.1"),
            _orders("InvalidPrivateIpAddress.Malformed", PrivateIpAddress="x"),
            _orders("InvalidPrivateIpAddress.Duplicated", PrivateIpAddress="192.168.10.1"),
            _orders("MissingParameter.TagKey", Tag=[{"Value": "b"}]),
            _orders("MissingParameter", VSwitchId=""),
            _orders("MissingParameter", SecurityGroupId=""),
            _orders("DryRunOperation", DryRun=True),
            _orders("SimulatorNotImplemented", SpotStrategy="SpotAsPriceGo"),
        ),
        add,
    ),
)
