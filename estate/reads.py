"""Every reading action that we call, with its declared answer: an action that is not here cannot be called.

The parts are those that a decision depends on. That a part may be missing is known from the SDK's models and
references, or from public answers: those of classic instances from 2014 to 2019 (DescribeInstances, InstanceNetworkType
classic) and of later ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from estate.answers import (
    ANY_TEXT,
    FLAG,
    ITEMS,
    NUMERAL,
    SECONDS,
    SOME_TEXTS,
    TEXT,
    TEXTS,
    TIME,
    WHOLE,
    ByNumber,
    ByToken,
    Items,
    Part,
    Reading,
    When,
    one_of,
    parts,
)
from estate.model import EventStatus

_NONE: Final = "left out where there is none"
_NAME: Final = "a name decides nothing"
_OLDER: Final = "older answers do not have it"
_TAGS: Final = (
    Part("Tags.Tag", ITEMS, absent="left out where there are none (answers of 2018)"),
    *parts(TEXT, "Tags.Tag[].TagKey"),
    *parts(ANY_TEXT, "Tags.Tag[].TagValue", absent="a tag may have no value"),
)
_NETWORK: Final = one_of("Classic", "VPC")
_IN_VPC: Final = When("InstanceNetworkType", "VPC")

_ECS: Final[Mapping[str, Reading]] = {
    "ecs:DescribeInstances": Reading(
        items=Items("Instances.Instance", "instances.instance", ("InstanceId",)),
        paging=ByToken(100, counted=True),
        parts=(
            *parts(TEXT, "InstanceId", "ZoneId", "InstanceType", "Status", "InstanceChargeType"),
            # Present in every answer since 2017, NoSpot for ordinary instances; an answer of 2016 is older than spot
            # instances.
            *parts(TEXT, "SpotStrategy"),
            Part("InstanceNetworkType", one_of("classic", "vpc")),
            *parts(FLAG, "IoOptimized"),
            *parts(WHOLE, "InternetMaxBandwidthOut"),
            *parts(TEXTS, "SecurityGroupIds.SecurityGroupId", "PublicIpAddress.IpAddress"),
            Part("InnerIpAddress.IpAddress", SOME_TEXTS, when=When("InstanceNetworkType", "classic")),
            Part("VpcAttributes.PrivateIpAddress.IpAddress", SOME_TEXTS, when=_IN_VPC),
            *parts(TEXT, "VpcAttributes.VpcId", "VpcAttributes.VSwitchId", when=_IN_VPC),
            *parts(ITEMS, "OperationLocks.LockReason"),
            *parts(TEXT, "OperationLocks.LockReason[].LockReason"),
            *parts(TIME, "ExpiredTime"),
            Part("CreationTime", TIME, absent="it decides nothing"),
            Part("AutoReleaseTime", ANY_TEXT, absent=_NONE),
            Part("InternetChargeType", ANY_TEXT, absent="what decides by it does not know it then"),
            Part("EipAddress.IpAddress", ANY_TEXT, absent="EipAddress is empty where there is none (answer of 2016)"),
            # Missing in all answers seen of instances without local disks: the instance type decides.
            Part("LocalStorageAmount", WHOLE, absent="answered by the instance type then"),
            *parts(ANY_TEXT, "OSType", "OSName", "OSNameEn", absent="what decides by it does not know it then"),
            Part("InstanceName", ANY_TEXT, absent=_NAME),
            Part("NetworkInterfaces.NetworkInterface", ITEMS, absent="classic instances have none"),
            *parts(TEXT, "NetworkInterfaces.NetworkInterface[].NetworkInterfaceId"),
            *parts(
                ANY_TEXT,
                "NetworkInterfaces.NetworkInterface[].Type",
                "NetworkInterfaces.NetworkInterface[].MacAddress",
                "NetworkInterfaces.NetworkInterface[].PrimaryIpAddress",
                absent="answers of 2018 have no Type; what decides by the others does not know them then",
            ),
            *_TAGS,
        ),
    ),
    "ecs:DescribeDisks": Reading(
        items=Items("Disks.Disk", "disks.disk", ("DiskId",)),
        paging=ByToken(500, counted=True),
        parts=(
            *parts(TEXT, "DiskId", "Category", "Status", "ZoneId"),
            Part("Type", one_of("system", "data")),
            *parts(WHOLE, "Size"),
            *parts(FLAG, "Encrypted", "EnableAutoSnapshot"),
            # Empty while the disk is not attached, being attached or reset, attached to several, or has no policy.
            *parts(ANY_TEXT, "InstanceId", "Device", "AutoSnapshotPolicyId"),
            Part("Attachments.Attachment", ITEMS, absent="not of Shared Block Storage (DescribeDisks)"),
            Part("MountInstances.MountInstance", ITEMS, absent="of Shared Block Storage alone (DescribeDisks)"),
            *parts(TEXT, "Attachments.Attachment[].InstanceId", "MountInstances.MountInstance[].InstanceId"),
            Part("DiskName", ANY_TEXT, absent=_NAME),
        ),
    ),
    "ecs:DescribeSnapshots": Reading(
        items=Items("Snapshots.Snapshot", "snapshots.snapshot", ("SnapshotId",)),
        paging=ByToken(100, counted=True),
        parts=(
            *parts(TEXT, "SnapshotId", "Status"),
            *parts(TIME, "CreationTime"),
            # Empty once the disk is released.
            *parts(ANY_TEXT, "SourceDiskId"),
            Part("RetentionDays", WHOLE, absent="kept until it is deleted (CreateSnapshot)"),
            Part("SnapshotType", ANY_TEXT, absent=f"{_OLDER}; it then counts as one taken by hand"),
            Part("Progress", ANY_TEXT, absent="it is only shown"),
            Part("Available", FLAG, absent=_OLDER),
            *parts(ANY_TEXT, "SnapshotName", "Description", absent=_NAME),
        ),
    ),
    "ecs:DescribeSnapshotGroups": Reading(
        items=Items("SnapshotGroups.SnapshotGroup", "snapshot_groups.snapshot_group", ("SnapshotGroupId",)),
        paging=ByToken(100),
        parts=(
            *parts(TEXT, "SnapshotGroupId", "Status"),
            *parts(TIME, "CreationTime"),
            Part("Snapshots.Snapshot", ITEMS),
            *parts(TEXT, "Snapshots.Snapshot[].SourceDiskId"),
            Part("InstanceId", ANY_TEXT, absent="a group of disks of several instances is none of ours"),
            Part("Description", ANY_TEXT, absent=_NAME),
        ),
    ),
    "ecs:DescribeSecurityGroups": Reading(
        items=Items("SecurityGroups.SecurityGroup", "security_groups.security_group", ("SecurityGroupId",)),
        paging=ByToken(100, counted=True),
        parts=(
            *parts(TEXT, "SecurityGroupId", "SecurityGroupType"),
            # Empty for a classic group.
            *parts(ANY_TEXT, "VpcId"),
            Part("ServiceManaged", FLAG, absent=_OLDER),
            *parts(ANY_TEXT, "SecurityGroupName", "Description", absent=_NAME),
            *_TAGS,
        ),
    ),
    "ecs:DescribeSecurityGroupAttribute": Reading(
        items=Items("Permissions.Permission", "permissions.permission", ("SecurityGroupRuleId",)),
        paging=ByToken(1000),
        around=(
            *parts(TEXT, "SecurityGroupId"),
            Part("InnerAccessPolicy", one_of("Accept", "Drop")),
            Part("VpcId", ANY_TEXT, absent="of a classic group (SDK-ECS 7.11.8)"),
        ),
        parts=(
            Part("Direction", one_of("ingress", "egress")),
            Part("Policy", one_of("Accept", "Drop")),
            *parts(TEXT, "IpProtocol"),
            *parts(NUMERAL, "Priority"),
            # Empty where a port list holds the ports.
            *parts(ANY_TEXT, "PortRange"),
            Part("NicType", one_of("internet", "intranet"), absent="that which was asked for"),
            *parts(
                ANY_TEXT,
                "SourcePortRange",
                "PortRangeListId",
                "SourcePrefixListId",
                "DestPrefixListId",
                "SecurityGroupRuleId",
                absent=_OLDER,
            ),
            # The far end: a rule without any of these is no rule.
            *parts(
                ANY_TEXT,
                "SourceCidrIp",
                "DestCidrIp",
                "SourceGroupId",
                "DestGroupId",
                "Ipv6SourceCidrIp",
                "Ipv6DestCidrIp",
                "SourceGroupOwnerAccount",
                "DestGroupOwnerAccount",
                absent="a rule has one far end",
            ),
            *parts(ANY_TEXT, "Description", "CreateTime", absent="it decides nothing"),
        ),
    ),
    "ecs:DescribeInstanceTypes": Reading(
        items=Items("InstanceTypes.InstanceType", "instance_types.instance_type", ("InstanceTypeId",)),
        paging=ByToken(1600),
        parts=(
            *parts(TEXT, "InstanceTypeId"),
            Part("EniQuantity", WHOLE, absent=f"{_OLDER}; the type is not known then"),
            Part("LocalStorageCategory", ANY_TEXT, absent="whether there are local disks is not known then"),
            Part("LocalStorageAmount", WHOLE, absent=f"{_NONE} (answers of 2017)"),
            Part("InstanceTypeFamily", ANY_TEXT, absent=_NAME),
        ),
    ),
    "ecs:DescribeZones": Reading(
        items=Items("Zones.Zone", "zones.zone", ("ZoneId",)),
        parts=(
            *parts(TEXT, "ZoneId"),
            *parts(TEXTS, "AvailableResourceCreation.ResourceTypes", "AvailableInstanceTypes.InstanceTypes"),
        ),
    ),
    "ecs:DescribeAutoSnapshotPolicyEx": Reading(
        items=Items(
            "AutoSnapshotPolicies.AutoSnapshotPolicy",
            "auto_snapshot_policies.auto_snapshot_policy",
            ("AutoSnapshotPolicyId",),
        ),
        paging=ByNumber(100),
        parts=(
            *parts(TEXT, "AutoSnapshotPolicyId", "TimePoints", "RepeatWeekdays"),
            Part("AutoSnapshotPolicyName", ANY_TEXT, absent=_NAME),
        ),
    ),
    "ecs:DescribeClassicLinkInstances": Reading(
        items=Items("Links.Link", "links.link", ("InstanceId",)),
        paging=ByNumber(100, size_is_text=True),
        parts=parts(TEXT, "InstanceId", "VpcId"),
    ),
    "ecs:DescribeInstanceHistoryEvents": Reading(
        items=Items(
            "InstanceSystemEventSet.InstanceSystemEventType",
            "instance_system_event_set.instance_system_event_type",
            ("EventId",),
        ),
        paging=ByToken(100, counted=True),
        parts=(
            *parts(TEXT, "EventId", "InstanceId", "EventType.Name"),
            Part("EventCycleStatus.Name", one_of(*get_args(EventStatus))),
            *parts(TIME, "NotBefore"),
            Part("ReasonCode", ANY_TEXT, absent="an event may have none"),
        ),
    ),
    "ecs:DescribeNetworkInterfaces": Reading(
        items=Items(
            "NetworkInterfaceSets.NetworkInterfaceSet",
            "network_interface_sets.network_interface_set",
            ("NetworkInterfaceId",),
        ),
        paging=ByToken(500, counted=True),
        parts=(
            *parts(TEXT, "NetworkInterfaceId", "VpcId", "Type", "Status"),
            Part("InstanceId", ANY_TEXT, absent="managed ones do not have it (SDK-ECS 7.11.8)"),
            Part("SecurityGroupIds.SecurityGroupId", TEXTS, absent="those of other services may be in no group"),
            Part("PrivateIpSets.PrivateIpSet", ITEMS),
            Part("PrivateIpSets.PrivateIpSet[].PrivateIpAddress", TEXT),
            Part("Description", ANY_TEXT, absent=_NAME),
        ),
    ),
    "ecs:DescribeNetworkInterfaceAttribute": Reading(
        parts=(
            *parts(TEXT, "NetworkInterfaceId", "Type", "Status"),
            Part("InstanceId", ANY_TEXT, absent="managed ones do not have it (SDK-ECS 7.11.8)"),
        ),
    ),
    "ecs:DescribeCloudAssistantStatus": Reading(
        items=Items(
            "InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus",
            "instance_cloud_assistant_status_set.instance_cloud_assistant_status",
            ("InstanceId",),
        ),
        paging=ByToken(50),
        parts=(*parts(TEXT, "InstanceId"), Part("CloudAssistantStatus", one_of("true", "false"))),
    ),
    "ecs:DescribeInvocationResults": Reading(
        items=Items(
            "Invocation.InvocationResults.InvocationResult",
            "invocation.invocation_results.invocation_result",
            ("InstanceId",),
        ),
        # The token is inside Invocation, not beside it.
        paging=ByToken(50, token="Invocation.NextToken"),  # noqa: S106 - the name of a field
        parts=(
            *parts(TEXT, "InstanceId", "InvocationStatus"),
            *parts(ANY_TEXT, "Output", "ErrorCode", absent="there is none before the command has run"),
            *parts(WHOLE, "Dropped", "ExitCode", absent="there is none before the command has run"),
        ),
    ),
}


def _acl_entries(path: str, far_end: str) -> tuple[Part, ...]:
    """Return the parts of the entries of a network ACL in one direction; their order decides."""
    return (
        Part(path, ITEMS),
        *parts(TEXT, *(f"{path}[].{name}" for name in ("EntryType", "Protocol", "Port", far_end))),
        Part(f"{path}[].Policy", one_of("accept", "drop")),
    )


_VPC: Final[Mapping[str, Reading]] = {
    "vpc:DescribeVpcs": Reading(
        items=Items("Vpcs.Vpc", "vpcs.vpc", ("VpcId",)), paging=ByNumber(50), parts=parts(TEXT, "VpcId")
    ),
    "vpc:DescribeVpcAttribute": Reading(
        parts=(
            *parts(TEXT, "VpcId", "Status", "CidrBlock"),
            *parts(FLAG, "ClassicLinkEnabled", "IsDefault"),
            Part("SupportIpv4Gateway", FLAG, absent=_OLDER),
            Part("Ipv4GatewayId", ANY_TEXT, absent=_NONE),
            *parts(TEXTS, "SecondaryCidrBlocks.SecondaryCidrBlock"),
            *parts(ANY_TEXT, "VpcName", "Description", absent=_NAME),
        ),
    ),
    "vpc:DescribeVSwitches": Reading(
        items=Items("VSwitches.VSwitch", "v_switches.v_switch", ("VSwitchId",)),
        paging=ByNumber(50),
        parts=(
            *parts(TEXT, "VSwitchId", "VpcId", "ZoneId", "CidrBlock", "Status"),
            *parts(WHOLE, "AvailableIpAddressCount"),
            *parts(FLAG, "IsDefault"),
            Part("NetworkAclId", ANY_TEXT, absent=_NONE),
            Part("RouteTable.RouteTableId", ANY_TEXT, absent="what decides by it does not know it then"),
            *parts(ANY_TEXT, "VSwitchName", "Description", absent=_NAME),
        ),
    ),
    "vpc:DescribeVSwitchAttributes": Reading(
        # For an unknown id the cloud answers with an empty VSwitch.
        parts=(
            *parts(ANY_TEXT, "VSwitchId"),
            *parts(TEXT, "VpcId", "ZoneId", "CidrBlock", "Status", absent="of an id that is not known"),
            Part("IsDefault", FLAG, absent="of an id that is not known"),
        ),
    ),
    "vpc:DescribeNetworkAclAttributes": Reading(
        parts=(
            *parts(TEXT, "NetworkAclAttribute.NetworkAclId", "NetworkAclAttribute.Status"),
            *_acl_entries("NetworkAclAttribute.IngressAclEntries.IngressAclEntry", "SourceCidrIp"),
            *_acl_entries("NetworkAclAttribute.EgressAclEntries.EgressAclEntry", "DestinationCidrIp"),
        ),
    ),
    "vpc:DescribeHaVips": Reading(
        items=Items("HaVips.HaVip", "ha_vips.ha_vip", ("HaVipId",)),
        paging=ByNumber(50),
        parts=parts(TEXT, "HaVipId", "VpcId", "IpAddress"),
    ),
    "vpc:DescribeRouteTableList": Reading(
        items=Items(
            "RouterTableList.RouterTableListType", "router_table_list.router_table_list_type", ("RouteTableId",)
        ),
        paging=ByNumber(50),
        # VpcId is empty for a table of a virtual border router.
        parts=(*parts(TEXT, "RouteTableId"), *parts(ANY_TEXT, "VpcId")),
    ),
    "vpc:DescribeRouteEntryList": Reading(
        items=Items("RouteEntrys.RouteEntry", "route_entrys.route_entry", ("RouteEntryId",)),
        paging=ByToken(100, size_as="max_result"),
        parts=(
            *parts(TEXT, "DestinationCidrBlock", "RouteEntryId"),
            Part("Status", ANY_TEXT, absent="what decides by it does not know it then"),
            Part("NextHops.NextHop", ITEMS, absent="what decides by them does not know them then"),
            Part("NextHops.NextHop[].NextHopId", ANY_TEXT, absent="that of a local route"),
        ),
    ),
    "vpc:DescribeEipAddresses": Reading(
        items=Items("EipAddresses.EipAddress", "eip_addresses.eip_address", ("AllocationId",)),
        paging=ByNumber(100),
        parts=(
            *parts(TEXT, "AllocationId", "IpAddress", "Status"),
            # Empty while it is not bound.
            *parts(ANY_TEXT, "InstanceId"),
            Part("Mode", ANY_TEXT, absent=_OLDER),
        ),
    ),
}

_HEAD: Final = (
    *parts(TEXT, "DBInstanceId", "Engine", "EngineVersion", "ZoneId", "DBInstanceStatus"),
    Part("InstanceNetworkType", _NETWORK),
    Part("MasterInstanceId", TEXT, when=When("DBInstanceType", "Readonly")),
    *parts(TEXT, "VpcId", "VSwitchId", when=_IN_VPC),
    Part("DBInstanceDescription", ANY_TEXT, absent=_NAME),
)
_ENTRIES: Final = (
    *parts(TEXT, "SecurityIpGroupName"),
    *parts(ANY_TEXT, "SecurityIpList"),
    Part("SecurityIpGroupAttribute", ANY_TEXT, absent=_NONE),
)

_DATABASES: Final[Mapping[str, Reading]] = {
    "rds:DescribeDBInstances": Reading(
        items=Items("Items.DBInstance", "items.dbinstance", ("DBInstanceId",)),
        # With a token TotalRecordCount counts the page (SDK-RDS 16.0.2), so the list is read by page numbers.
        paging=ByNumber(100, total="TotalRecordCount"),
        parts=_HEAD,
    ),
    "rds:DescribeDBInstanceAttribute": Reading(
        items=Items("Items.DBInstanceAttribute", "items.dbinstance_attribute", ("DBInstanceId",)), parts=_HEAD
    ),
    "rds:DescribeDBInstanceNetInfo": Reading(
        items=Items("DBInstanceNetInfos.DBInstanceNetInfo", "dbinstance_net_infos.dbinstance_net_info"),
        around=(Part("InstanceNetworkType", _NETWORK), Part("SecurityIPMode", one_of("normal", "safety"))),
        parts=(
            *parts(TEXT, "ConnectionString", "ConnectionStringType"),
            Part("IPType", one_of("Inner", "Public", "Private")),
            Part("ExpiredTime", SECONDS, absent="only classic addresses in hybrid access expire"),
            Part("VPCId", TEXT, when=When("IPType", "Private")),
            Part("VSwitchId", ANY_TEXT, absent="of a classic or public address"),
            Part("IPAddress", ANY_TEXT, absent="it is only shown"),
            Part("Port", NUMERAL, absent="it decides nothing"),
        ),
    ),
    "rds:DescribeDBInstanceIPArrayList": Reading(
        items=Items("Items.DBInstanceIPArray", "items.dbinstance_iparray", ("DBInstanceIPArrayName",)),
        parts=(
            *parts(TEXT, "DBInstanceIPArrayName"),
            *parts(ANY_TEXT, "SecurityIPList"),
            Part("DBInstanceIPArrayAttribute", ANY_TEXT, absent=_NONE),
        ),
    ),
    "rds:DescribeSecurityGroupConfiguration": Reading(
        items=Items("Items.EcsSecurityGroupRelation", "items.ecs_security_group_relation", ("SecurityGroupId",)),
        parts=(*parts(TEXT, "SecurityGroupId"), Part("NetworkType", _NETWORK)),
    ),
    "kvstore:DescribeSecurityGroupConfiguration": Reading(
        items=Items("Items.EcsSecurityGroupRelation", "items.ecs_security_group_relation", ("SecurityGroupId",)),
        parts=(*parts(TEXT, "SecurityGroupId"), Part("NetType", _NETWORK)),
    ),
    "dds:DescribeSecurityGroupConfiguration": Reading(
        items=Items("Items.RdsEcsSecurityGroupRel", "items.rds_ecs_security_group_rel", ("SecurityGroupId",)),
        parts=(*parts(TEXT, "SecurityGroupId"), Part("NetType", _NETWORK)),
    ),
    "kvstore:DescribeInstances": Reading(
        items=Items("Instances.KVStoreInstance", "instances.kvstore_instance", ("InstanceId",)),
        paging=ByNumber(50),
        parts=(
            *parts(TEXT, "InstanceId", "InstanceType", "EngineVersion", "ZoneId", "InstanceStatus"),
            Part("NetworkType", _NETWORK),
            *parts(TEXT, "VpcId", "VSwitchId", when=When("NetworkType", "VPC")),
            *parts(ANY_TEXT, "ArchitectureType", "InstanceName", absent="it decides nothing of Redis"),
        ),
    ),
    "kvstore:DescribeInstanceAttribute": Reading(
        items=Items("Instances.DBInstanceAttribute", "instances.dbinstance_attribute", ("InstanceId",)),
        parts=(
            *parts(TEXT, "InstanceId", "InstanceType", "EngineVersion", "ZoneId", "InstanceStatus"),
            Part("NetworkType", _NETWORK),
            *parts(TEXT, "VpcId", "VSwitchId", when=When("NetworkType", "VPC")),
            *parts(ANY_TEXT, "ArchitectureType", "InstanceName", absent="it decides nothing of Redis"),
        ),
    ),
    "kvstore:DescribeDBInstanceNetInfo": Reading(
        items=Items("NetInfoItems.InstanceNetInfo", "net_info_items.instance_net_info"),
        around=(Part("InstanceNetworkType", _NETWORK),),
        parts=(
            *parts(TEXT, "ConnectionString"),
            # 0 public, 1 classic, 2 VPC.
            Part("DBInstanceNetType", one_of("0", "1", "2")),
            Part("ExpiredTime", SECONDS, absent="only classic addresses in hybrid access expire"),
            Part("VPCId", TEXT, when=When("DBInstanceNetType", "2")),
            Part("VSwitchId", ANY_TEXT, absent="of a classic or public address"),
            Part("IPAddress", ANY_TEXT, absent="it is only shown"),
            Part("Port", NUMERAL, absent="it decides nothing"),
        ),
    ),
    "kvstore:DescribeSecurityIps": Reading(
        items=Items(
            "SecurityIpGroups.SecurityIpGroup", "security_ip_groups.security_ip_group", ("SecurityIpGroupName",)
        ),
        parts=_ENTRIES,
    ),
    "dds:DescribeDBInstances": Reading(
        items=Items("DBInstances.DBInstance", "dbinstances.dbinstance", ("DBInstanceId",)),
        paging=ByNumber(100),
        parts=parts(TEXT, "DBInstanceId"),
    ),
    "dds:DescribeDBInstanceAttribute": Reading(
        items=Items("DBInstances.DBInstance", "dbinstances.dbinstance", ("DBInstanceId",)),
        parts=(
            *parts(TEXT, "DBInstanceId", "Engine", "EngineVersion", "ZoneId", "DBInstanceStatus"),
            Part("DBInstanceType", one_of("replicate", "sharding")),
            Part("NetworkType", _NETWORK),
            # 1 for a standalone instance, which cannot have hybrid access.
            Part("ReplicationFactor", NUMERAL, when=When("DBInstanceType", "replicate")),
            *parts(TEXT, "VPCId", "VSwitchId", when=When("NetworkType", "VPC")),
            Part("DBInstanceDescription", ANY_TEXT, absent=_NAME),
        ),
    ),
    "dds:DescribeReplicaSetRole": Reading(
        items=Items("ReplicaSets.ReplicaSet", "replica_sets.replica_set"),
        parts=(
            *parts(TEXT, "ConnectionDomain", "ReplicaSetRole"),
            Part("NetworkType", one_of("Classic", "VPC", "Public")),
            Part("ExpiredTime", SECONDS, absent="only classic addresses in hybrid access expire"),
            Part("ConnectionPort", NUMERAL, absent="it decides nothing"),
        ),
    ),
    "dds:DescribeSecurityIps": Reading(
        items=Items(
            "SecurityIpGroups.SecurityIpGroup", "security_ip_groups.security_ip_group", ("SecurityIpGroupName",)
        ),
        parts=_ENTRIES,
    ),
}

_OTHERS: Final[Mapping[str, Reading]] = {
    "sts:GetCallerIdentity": Reading(
        parts=(*parts(NUMERAL, "AccountId"), Part("Arn", TEXT, absent="only the collection of evidence needs it"))
    ),
    "slb:DescribeLoadBalancers": Reading(
        items=Items("LoadBalancers.LoadBalancer", "load_balancers.load_balancer", ("LoadBalancerId",)),
        paging=ByNumber(100),
        parts=(
            *parts(TEXT, "LoadBalancerId"),
            Part("AddressType", one_of("internet", "intranet")),
            # Empty for one in the classic network.
            *parts(ANY_TEXT, "VpcId"),
            Part("Address", TEXT, when=When("AddressType", "intranet")),
        ),
    ),
    "slb:DescribeVServerGroups": Reading(
        items=Items("VServerGroups.VServerGroup", "vserver_groups.vserver_group", ("VServerGroupId",)),
        parts=parts(TEXT, "VServerGroupId"),
    ),
    "slb:DescribeVServerGroupAttribute": Reading(
        items=Items("BackendServers.BackendServer", "backend_servers.backend_server", ("ServerId", "Port", "ServerIp")),
        around=(*parts(TEXT, "VServerGroupId"), Part("VServerGroupName", ANY_TEXT, absent=_NAME)),
        parts=(
            *parts(TEXT, "ServerId"),
            *parts(WHOLE, "Port", "Weight"),
            # An ENI with several addresses is in the list once for each (AddVServerGroupBackendServers).
            Part("ServerIp", ANY_TEXT, absent="an instance needs none"),
        ),
    ),
    "slb:DescribeAccessControlLists": Reading(
        items=Items("Acls.Acl", "acls.acl", ("AclId",)), paging=ByNumber(50), parts=parts(TEXT, "AclId")
    ),
    "slb:DescribeAccessControlListAttribute": Reading(
        items=Items("AclEntrys.AclEntry", "acl_entrys.acl_entry", ("AclEntryIP",)),
        paging=ByNumber(50, number_as="page", total="TotalAclEntry"),
        around=(
            *parts(TEXT, "AclId"),
            Part("RelatedListeners.RelatedListener", ITEMS, absent="they are only shown"),
            *parts(TEXT, "RelatedListeners.RelatedListener[].LoadBalancerId"),
            *parts(WHOLE, "RelatedListeners.RelatedListener[].ListenerPort"),
            Part("RelatedListeners.RelatedListener[].AclType", one_of("white", "black")),
            Part("AddressIPVersion", one_of("ipv4", "ipv6"), absent=f"{_OLDER}, which knew ipv4 alone"),
            Part("AclName", ANY_TEXT, absent=_NAME),
        ),
        parts=parts(TEXT, "AclEntryIP"),
    ),
    "cr:ListInstance": Reading(
        items=Items("Instances", "instances", ("InstanceId",)),
        paging=ByNumber(100, number_as="page_no"),
        parts=(*parts(TEXT, "InstanceId"), Part("InstanceName", ANY_TEXT, absent=_NAME)),
        success="IsSuccess",
    ),
    "cr:GetInstanceEndpoint": Reading(
        parts=(
            *parts(FLAG, "Enable"),
            Part("AclEnable", FLAG, when=When("Enable", value=True)),
            Part("AclEntries", ITEMS, when=When("AclEnable", value=True)),
            *parts(TEXT, "AclEntries[].Entry"),
        ),
        success="IsSuccess",
    ),
    "cr:GetInstanceVpcEndpoint": Reading(
        parts=(
            *parts(FLAG, "Enable"),
            Part("LinkedVpcs", ITEMS, when=When("Enable", value=True)),
            *parts(TEXT, "LinkedVpcs[].VpcId", "LinkedVpcs[].Status"),
        ),
        success="IsSuccess",
    ),
}

#: By RAM action. OSS answers in XML: its SDK checks the root element, `estate.object_storage` the rest.
READS: Final[Mapping[str, Reading]] = {**_ECS, **_VPC, **_DATABASES, **_OTHERS}

_SESSION: Final = (
    *parts(TEXT, "Credentials.AccessKeyId", "Credentials.AccessKeySecret", "Credentials.SecurityToken"),
    *parts(TIME, "Credentials.Expiration"),
)

#: Writes whose answers are read, for the ids that they create.
WRITES: Final[Mapping[str, Reading]] = {
    "sts:AssumeRole": Reading(parts=_SESSION),
    "sts:AssumeRoleWithOIDC": Reading(parts=_SESSION),
    "ecs:RunCommand": Reading(parts=parts(TEXT, "InvokeId")),
    "vpc:CreateDefaultVpc": Reading(parts=parts(TEXT, "VpcId")),
    "vpc:CreateDefaultVSwitch": Reading(parts=parts(TEXT, "VSwitchId")),
}

_VERBS: Final = ("Describe", "Get", "List")


def is_reading(action: str) -> bool:
    """Whether an action only reads, by its name."""
    return action.partition(":")[2].startswith(_VERBS)
