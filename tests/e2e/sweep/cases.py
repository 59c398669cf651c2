"""The resources of the sweep, and what of each is served."""

from __future__ import annotations

from simulator.model.ecs_storage import AutoSnapshotPolicy, Disk
from simulator.model.estate import Estate
from simulator.model.kms import KmsKey
from simulator.model.prefix_lists import PrefixList
from simulator.model.resource_groups import ResourceGroup
from simulator.model.vpc import Eip, RouteTable
from tests.e2e.sweep import Case, Values
from tests.simulator.api.sample_ids import VPC, VSWITCH
from tests.simulator.in_vpc import GROUP, IMAGE, INSTANCE, INTERFACE, OTHER_ZONE, ZONE, add

SHOP, WEB = "rg-acfmshop", "rg-acfmweb"
LIST, TABLE, EIP = "pl-bp1offices0000000001", "vtb-bp1custom00000000001", "eip-bp1free000000000001"
DISK, ESSD, POLICY = "d-bp1spare00000000001", "d-bp1fast000000000001", "sp-bp1nightly0000000001"
KEY = "key-hzz0000000001"
#: Resources whose lives are elsewhere.
ELSEWHERE = {
    "alicloud:rds/instance:Instance": "databases are not made",
}
TAGS = Values({"team": "shop"}, {"team": "web", "tier": "front"})
NAME, DESCRIPTION = Values("first", "second"), Values("The first", "The second")
RESOURCE_GROUP = Values(SHOP, WEB)
_ONLY_DRY = "a dry run makes nothing"
_IPAM = "IPAM is not simulated"
_KMS = "keys of KMS are not simulated"
_SUBSCRIPTION = "is for subscriptions, which need an order"
_SPOT = "spot instances are not simulated"
_INTERFACE = "network interfaces are made apart: lifecycles/network_interfaces"
_TEMPLATE = "launch templates are not simulated"
_HARDWARE = "dedicated hosts, clusters and options of the hardware are not simulated"


def given(estate: Estate) -> None:
    """An instance and a network interface in the VPC, and something of each kind that an input names."""
    add(estate)
    server = estate.instances.find(INSTANCE)
    assert server is not None
    # Of a family that custom route tables go with, and a disk that can be in a snapshot-consistent group.
    server.instance_type = "ecs.g6.large"
    estate.disks.append(
        Disk(
            id=ESSD,
            name="data",
            type="data",
            category="cloud_essd",
            size_gib=40,
            zone_id=ZONE,
            instance_id=INSTANCE,
            device="/dev/xvdb",
            tags={},
        )
    )
    estate.resource_groups.extend(ResourceGroup(id=group_id, name=group_id) for group_id in (SHOP, WEB))
    estate.prefix_lists.append(PrefixList(id=LIST, name="offices", max_entries=2, tags={}))
    estate.route_tables.append(RouteTable(id=TABLE, name="custom", vpc_id=VPC, tags={}))
    estate.auto_snapshot_policies.append(
        AutoSnapshotPolicy(id=POLICY, name="nightly", time_points=[1], repeat_weekdays=[1], tags={})
    )
    estate.kms_keys.append(KmsKey(id=KEY, tags={}))
    estate.eips.append(Eip(id=EIP, ip_address="192.0.2.200", tags={}))


CASES = (
    Case(
        "alicloud:vpc/network:Network",
        {"cidrBlock": "172.16.0.0/16"},
        {
            "vpcName": NAME,
            "description": DESCRIPTION,
            "tags": TAGS,
            "resourceGroupId": RESOURCE_GROUP,
            "userCidrs": Values(["30.0.0.0/8"]),
            "enableIpv6": Values(True),
            "classicLinkEnabled": Values(first=False, second=True),
            "dnsHostnameStatus": Values("DISABLED", "ENABLED"),
            "systemRouteTableName": NAME,
            "systemRouteTableDescription": DESCRIPTION,
            "systemRouteTableRoutePropagationEnable": Values(first=True, second=False),
        },
        {
            "dryRun": _ONLY_DRY,
            "forceDelete": "is for gateways, which are not simulated",
            "ipv4CidrMask": _IPAM,
            "ipv4IpamPoolId": _IPAM,
            "isDefault": "makes the default VPC, which takes no other input",
        },
        given=given,
    ),
    Case(
        "alicloud:vpc/switch:Switch",
        {"vpcId": VPC, "cidrBlock": "192.168.40.0/24", "zoneId": ZONE},
        {"vswitchName": NAME, "description": DESCRIPTION, "tags": TAGS},
        {
            "enableIpv6": "wants a VPC with IPv6: lifecycles/networks",
            "ipv6CidrBlockMask": "wants a VPC with IPv6: lifecycles/networks",
            "vpcIpv6CidrBlock": "wants a VPC with IPv6: lifecycles/networks",
            "isDefault": "makes a default VSwitch, which takes no other input",
        },
        given=given,
    ),
    Case(
        "alicloud:vpc/routeTable:RouteTable",
        {"vpcId": VPC},
        {
            "routeTableName": NAME,
            "description": DESCRIPTION,
            "tags": TAGS,
            "associateType": Values("VSwitch"),
            "routePropagationEnable": Values(first=True, second=False),
        },
        given=given,
    ),
    Case(
        "alicloud:vpc/routeEntry:RouteEntry",
        {
            "routeTableId": TABLE,
            "destinationCidrblock": "203.0.113.0/24",
            "nexthopType": "NetworkInterface",
            "nexthopId": INTERFACE,
        },
        {"name": Values("first"), "description": Values("The first")},
        given=given,
    ),
    Case(
        "alicloud:vpc/routeTableAttachment:RouteTableAttachment",
        {"routeTableId": TABLE, "vswitchId": VSWITCH},
        {},
        given=given,
    ),
    Case(
        "alicloud:ecs/securityGroup:SecurityGroup",
        {"vpcId": VPC},
        {
            "securityGroupName": NAME,
            "description": DESCRIPTION,
            "innerAccessPolicy": Values("Accept", "Drop"),
            "resourceGroupId": RESOURCE_GROUP,
            "securityGroupType": Values("normal"),
            "tags": TAGS,
        },
        given=given,
    ),
    Case(
        "alicloud:ecs/securityGroupRule:SecurityGroupRule",
        {
            "type": "ingress",
            "ipProtocol": "tcp",
            "securityGroupId": GROUP,
            "portRange": "22/22",
            "cidrIp": "10.0.0.0/8",
        },
        {
            "description": DESCRIPTION,
            "nicType": Values("intranet"),
            "policy": Values("drop"),
            "priority": Values(7),
        },
        {
            "ipv6CidrIp": "in place of cidrIp: lifecycles/security_groups",
            "prefixListId": "in place of cidrIp: lifecycles/network_interfaces",
            "sourceSecurityGroupId": "in place of cidrIp: lifecycles/security_groups",
            "sourceGroupOwnerAccount": "groups of other accounts are not simulated",
        },
        given=given,
    ),
    Case(
        "alicloud:ecs/ecsPrefixList:EcsPrefixList",
        {
            "prefixListName": "offices",
            "addressFamily": "IPv4",
            "maxEntries": 3,
            "entries": [{"cidr": "203.0.113.0/24"}],
        },
        {"description": DESCRIPTION},
        given=given,
    ),
    Case(
        "alicloud:ecs/ecsNetworkInterface:EcsNetworkInterface",
        {"vswitchId": VSWITCH, "securityGroupIds": [GROUP]},
        {
            "networkInterfaceName": NAME,
            "description": DESCRIPTION,
            "tags": TAGS,
            "resourceGroupId": Values(SHOP),
            "primaryIpAddress": Values("192.168.10.40"),
            "privateIpAddresses": Values(["192.168.10.41"], ["192.168.10.42", "192.168.10.43"]),
        },
        {
            "deleteOnRelease": "of an interface that is attached",
            "instanceType": "says how it is made; Secondary is what it is without",
            "ipv4PrefixCount": "prefixes are not simulated",
            "ipv4Prefixes": "prefixes are not simulated",
            "ipv6AddressCount": "IPv6 addresses of interfaces are not simulated",
            "ipv6Addresses": "IPv6 addresses of interfaces are not simulated",
            "networkInterfaceTrafficMode": "RDMA is not simulated",
            "queueNumber": "queues are not simulated",
            "secondaryPrivateIpAddressCount": "in place of privateIpAddresses",
            "sourceDestCheck": "is not simulated",
        },
        given=given,
    ),
    Case(
        "alicloud:ecs/eipAddress:EipAddress",
        {},
        {
            "addressName": NAME,
            "description": DESCRIPTION,
            "bandwidth": Values("10", "20"),
            "deletionProtection": Values(first=True, second=False),
            "internetChargeType": Values("PayByTraffic"),
            "isp": Values("BGP"),
            "netmode": Values("public"),
            "paymentType": Values("PayAsYouGo"),
            "resourceGroupId": RESOURCE_GROUP,
            "tags": TAGS,
        },
        {
            "activityId": "sales are not simulated",
            "allocationId": "getting a certain EIP back is not simulated",
            "ipAddress": "getting a certain EIP back is not simulated",
            "autoPay": "is for subscriptions, which are not simulated",
            "period": "is for subscriptions, which are not simulated",
            "pricingCycle": "is for subscriptions, which are not simulated",
            "highDefinitionMonitorLogStatus": "the monitor is not simulated",
            "logProject": "the monitor is not simulated",
            "logStore": "the monitor is not simulated",
            "mode": "is of an EIP that is bound",
            "publicIpAddressPoolId": "the account has no pool",
            "securityProtectionTypes": "Anti-DDoS is not simulated",
            "zone": "zones of EIPs are not simulated",
        },
        given=given,
    ),
    Case(
        "alicloud:ecs/eipAssociation:EipAssociation",
        {"allocationId": EIP, "instanceId": INSTANCE},
        {"instanceType": Values("EcsInstance"), "mode": Values("NAT"), "force": Values(True)},
        {"privateIpAddress": "of network interfaces: lifecycles/eips", "vpcId": "of other kinds of instances"},
        unread=frozenset({"force"}),
        given=given,
    ),
    Case(
        "alicloud:ecs/ecsDisk:EcsDisk",
        {"zoneId": ZONE, "size": 40},
        {
            "diskName": NAME,
            "description": DESCRIPTION,
            "category": Values("cloud_essd"),
            "performanceLevel": Values("PL0", "PL1"),
            "deleteAutoSnapshot": Values(first=False, second=True),
            "deleteWithInstance": Values(first=False, second=True),
            "enableAutoSnapshot": Values(first=False, second=True),
            "encrypted": Values(False),
            "resourceGroupId": RESOURCE_GROUP,
            "tags": TAGS,
            "paymentType": Values("PayAsYouGo"),
        },
        {
            "advancedFeatures": "is not simulated",
            "burstingEnabled": "of cloud_auto: lifecycles/storage",
            "provisionedIops": "of cloud_auto: lifecycles/storage",
            "dryRun": _ONLY_DRY,
            "encryptAlgorithm": _KMS,
            "instanceId": "subscription disks are not simulated",
            "kmsKeyId": "of encrypted disks: lifecycles/storage",
            "multiAttach": "is not simulated",
            "snapshotId": "makes the disk of a snapshot",
            "storageSetId": "storage sets are not simulated",
            "storageSetPartitionNumber": "storage sets are not simulated",
            "type": "says how a change of the size is made",
        },
        given=given,
    ),
    Case(
        "alicloud:ecs/ecsDiskAttachment:EcsDiskAttachment",
        {"diskId": DISK, "instanceId": INSTANCE},
        {"deleteWithInstance": Values(first=False)},
        {
            "bootable": "attaching system disks is not simulated",
            "keyPairName": "attaching system disks is not simulated",
            "password": "attaching system disks is not simulated",
        },
        unread=frozenset({"deleteWithInstance", "bootable"}),
        given=given,
    ),
    Case(
        "alicloud:ecs/ecsSnapshot:EcsSnapshot",
        {"diskId": "d-bp1cachesys00000001"},
        {
            "snapshotName": NAME,
            "description": DESCRIPTION,
            "retentionDays": Values(30, 60),
            "resourceGroupId": RESOURCE_GROUP,
            "tags": TAGS,
            "category": Values("standard"),
        },
        {"force": "deletes a snapshot that disks were made of"},
        given=given,
    ),
    Case(
        "alicloud:ecs/ecsSnapshotGroup:EcsSnapshotGroup",
        {"instanceId": INSTANCE},
        {
            "snapshotGroupName": NAME,
            "description": DESCRIPTION,
            "resourceGroupId": Values(SHOP),
            "tags": TAGS,
        },
        {
            "diskIds": "chooses of the instance's disks: lifecycles/storage",
            "excludeDiskIds": "chooses of the instance's disks",
            "instantAccess": "is part of every snapshot now",
            "instantAccessRetentionDays": "is part of every snapshot now",
        },
        given=given,
    ),
    Case(
        "alicloud:ecs/autoSnapshotPolicy:AutoSnapshotPolicy",
        {"repeatWeekdays": ["1"], "retentionDays": -1, "timePoints": ["1"]},
        {
            "autoSnapshotPolicyName": NAME,
            "resourceGroupId": RESOURCE_GROUP,
            "tags": TAGS,
            "enableCrossRegionCopy": Values(first=False, second=True),
            "targetCopyRegions": Values(["cn-beijing"], ["cn-shanghai"]),
            "copiedSnapshotsRetentionDays": Values(3, 4),
        },
        {"copyEncryptionConfiguration": _KMS},
        given=given,
    ),
    Case(
        "alicloud:ecs/ecsAutoSnapshotPolicyAttachment:EcsAutoSnapshotPolicyAttachment",
        {"autoSnapshotPolicyId": POLICY, "diskId": DISK},
        {},
        given=given,
    ),
    Case(
        "alicloud:slb/acl:Acl",
        {},
        {"name": NAME, "ipVersion": Values("ipv4"), "resourceGroupId": Values(SHOP), "tags": TAGS},
        given=given,
    ),
    Case(
        "alicloud:slb/applicationLoadBalancer:ApplicationLoadBalancer",
        {"loadBalancerSpec": "slb.s1.small"},
        {
            "loadBalancerName": NAME,
            "addressType": Values("internet"),
            "addressIpVersion": Values("ipv4"),
            "masterZoneId": Values(ZONE),
            "slaveZoneId": Values(OTHER_ZONE),
            "paymentType": Values("PayAsYouGo"),
            "internetChargeType": Values("PayByBandwidth"),
            "bandwidth": Values(5, 8),
            "deleteProtection": Values("on", "off"),
            "modificationProtectionReason": Values("managed", "kept"),
            "modificationProtectionStatus": Values("ConsoleProtection", "NonProtection"),
            "status": Values("active", "inactive"),
            "resourceGroupId": Values(SHOP),
            "tags": TAGS,
        },
        {
            "address": "of one in a VSwitch: lifecycles/load_balancers",
            "vswitchId": "of an inner one: lifecycles/load_balancers",
            "instanceChargeType": "in place of paymentType and loadBalancerSpec: lifecycles/load_balancers",
            "period": _SUBSCRIPTION,
        },
        given=given,
    ),
    Case(
        "alicloud:ecs/instance:Instance",
        {
            "imageId": IMAGE,
            "instanceType": "ecs.g6.large",
            "vswitchId": VSWITCH,
            "securityGroups": [GROUP],
        },
        {
            "instanceName": NAME,
            "description": DESCRIPTION,
            "hostName": Values("first-host", "second-host"),
            "availabilityZone": Values(ZONE),
            "instanceChargeType": Values("PostPaid"),
            "internetChargeType": Values("PayByTraffic", "PayByBandwidth"),
            "internetMaxBandwidthOut": Values(5, 8),
            "privateIp": Values("192.168.10.50", "192.168.10.51"),
            "secondaryPrivateIps": Values(["192.168.10.60"], ["192.168.10.61", "192.168.10.62"]),
            "systemDiskCategory": Values("cloud_essd"),
            "systemDiskPerformanceLevel": Values("PL0", "PL1"),
            "systemDiskSize": Values(40, 60),
            "systemDiskName": NAME,
            "systemDiskDescription": DESCRIPTION,
            "systemDiskEncrypted": Values(True),
            "systemDiskAutoSnapshotPolicyId": Values(POLICY),
            "deletionProtection": Values(first=True, second=False),
            "autoReleaseTime": Values("2026-12-24T00:00:00Z", "2026-12-31T00:00:00Z"),
            "userData": Values("ZWNobyBoaQ==", "ZWNobyBieWU="),
            "httpEndpoint": Values("enabled", "disabled"),
            "httpTokens": Values("optional", "required"),
            "httpPutResponseHopLimit": Values(2),
            "maintenanceAction": Values("Stop", "AutoRecover"),
            "maintenanceNotify": Values(True, False),
            "maintenanceTime": Values(
                [{"startTime": "01:00:00", "endTime": "02:00:00"}], [{"startTime": "22:00:00", "endTime": "06:00:00"}]
            ),
            "privatePoolOptionsMatchCriteria": Values("Open", "None"),
            "systemDiskKmsKeyId": Values(KEY),
            "sourceDestCheck": Values(True),
            "password": Values("not-Real-1", "not-Real-2"),
            "securityEnhancementStrategy": Values("Active"),
            "spotStrategy": Values("NoSpot"),
            "resourceGroupId": RESOURCE_GROUP,
            "status": Values("Running", "Stopped"),
            "tags": TAGS,
            "volumeTags": TAGS,
        },
        {
            "autoRenewPeriod": _SUBSCRIPTION,
            "includeDataDisks": _SUBSCRIPTION,
            "operatorType": _SUBSCRIPTION,
            "period": _SUBSCRIPTION,
            "periodUnit": _SUBSCRIPTION,
            "renewalStatus": _SUBSCRIPTION,
            "spotDuration": _SPOT,
            "spotInterruptionBehavior": _SPOT,
            "spotPriceLimit": _SPOT,
            "networkCardIndex": _INTERFACE,
            "networkInterfaceId": _INTERFACE,
            "networkInterfaceTrafficMode": _INTERFACE,
            "networkInterfaces": _INTERFACE,
            "queuePairNumber": _INTERFACE,
            "ipv6AddressCount": "IPv6 addresses of instances are not simulated",
            "ipv6Addresses": "IPv6 addresses of instances are not simulated",
            "secondaryPrivateIpAddressCount": "in place of secondaryPrivateIps",
            "vpcId": "of an instance that changes its VPC",
            "launchTemplateId": _TEMPLATE,
            "launchTemplateName": _TEMPLATE,
            "launchTemplateVersion": _TEMPLATE,
            "privatePoolOptionsId": "private pools that an instance names are not simulated",
            "cpuOptions": _HARDWARE,
            "creditSpecification": _HARDWARE,
            "dedicatedHostId": _HARDWARE,
            "deploymentSetId": _HARDWARE,
            "enableHighDensityMode": _HARDWARE,
            "enableJumboFrame": "left out here: tests/simulator/api/test_ecs_instance_life.py",
            "hpcClusterId": _HARDWARE,
            "systemDiskStorageClusterId": _HARDWARE,
            "kmsEncryptedPassword": _KMS,
            "kmsEncryptionContext": _KMS,
            "systemDiskEncryptAlgorithm": "only the usual one is simulated",
            "systemDiskBurstingEnabled": "of cloud_auto, in place of systemDiskPerformanceLevel",
            "systemDiskProvisionedIops": "of cloud_auto, in place of systemDiskPerformanceLevel",
            "dataDisks": "made apart: lifecycles/storage",
            "dryRun": _ONLY_DRY,
            "forceDelete": "says how it is deleted",
            "imageOptions": "logins of the guest system are not simulated",
            "isOutdated": "only I/O optimized instances are sold",
            "keyName": "in place of password",
            "passwordInherit": "in place of password",
            "stoppedMode": "says how it is stopped",
        },
        unread=frozenset({"password", "securityEnhancementStrategy"}),
        # What needs a restart, what is a setting of the instance, and what is a label.
        together=(
            frozenset({"hostName", "password", "privateIp", "systemDiskPerformanceLevel", "userData"}),
            frozenset(
                {
                    "httpEndpoint",
                    "httpTokens",
                    "maintenanceAction",
                    "maintenanceNotify",
                    "maintenanceTime",
                    "privatePoolOptionsMatchCriteria",
                    "secondaryPrivateIps",
                    "autoReleaseTime",
                    "deletionProtection",
                }
            ),
            frozenset(
                {
                    "instanceName",
                    "description",
                    "systemDiskName",
                    "systemDiskDescription",
                    "resourceGroupId",
                    "tags",
                    "volumeTags",
                }
            ),
        ),
        given=given,
    ),
)
