"""Everything that admits, names, stops or ends an instance: what the reader reads, and what `not-checked` lists.

`read` are the RAM actions that read it. Without any, `listed` is what a person has to check. Sources are the official
SDKs and references; docs/coverage.md is made of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple


class WayIn(NamedTuple):
    """One product, and how it admits, names, stops or ends an instance."""

    product: str
    does: str
    source: str
    read: tuple[str, ...] = ()
    listed: str = ""


WAYS_IN: Final = (
    WayIn(
        "ECS instances",
        "stops or ends: status, locks, subscription, automatic release, spot, local disks, type",
        "ECS, DescribeInstances and DescribeInstanceTypes",
        ("ecs:DescribeInstances", "ecs:DescribeInstanceTypes", "ecs:DescribeZones"),
    ),
    WayIn(
        "ECS network interfaces",
        "admits: those of servers, containers and other services, by rules for a VSwitch; holds addresses",
        "ECS, DescribeNetworkInterfaces",
        ("ecs:DescribeNetworkInterfaces",),
    ),
    WayIn(
        "ECS disks and snapshots",
        "stops: snapshots and disk functions while data is moved",
        "ECS, DescribeDisks, DescribeSnapshots and DescribeAutoSnapshotPolicyEx",
        ("ecs:DescribeDisks", "ecs:DescribeSnapshots", "ecs:DescribeAutoSnapshotPolicyEx"),
    ),
    WayIn(
        "ECS security groups",
        "admits and names: rules by group and by address, of both NICs",
        "ECS, DescribeSecurityGroupAttribute",
        ("ecs:DescribeSecurityGroups", "ecs:DescribeSecurityGroupAttribute"),
    ),
    WayIn(
        "ECS system events",
        "stops: events that are not over",
        "ECS, DescribeInstanceHistoryEvents",
        ("ecs:DescribeInstanceHistoryEvents",),
    ),
    WayIn(
        "ClassicLink",
        "admits: links between the classic network and a VPC",
        "ECS, DescribeClassicLinkInstances",
        ("ecs:DescribeClassicLinkInstances",),
    ),
    WayIn(
        "VPC",
        "admits: VPCs, VSwitches, routes and network ACLs; holds addresses: HAVIPs",
        "VPC, DescribeVpcAttribute, DescribeVSwitches, DescribeNetworkAclAttributes, DescribeHaVips and "
        "DescribeRouteEntryList",
        (
            "vpc:DescribeVpcs",
            "vpc:DescribeVpcAttribute",
            "vpc:DescribeVSwitches",
            "vpc:DescribeNetworkAclAttributes",
            "vpc:DescribeHaVips",
            "vpc:DescribeRouteTableList",
            "vpc:DescribeRouteEntryList",
        ),
    ),
    WayIn(
        "EIP",
        "holds addresses: EIPs, by a quota of the region",
        "VPC, DescribeEipAddresses",
        ("vpc:DescribeEipAddresses",),
    ),
    WayIn(
        "ApsaraDB RDS",
        "admits: IP whitelists and ECS security groups; ends: classic addresses in hybrid access",
        "RDS, DescribeDBInstanceIPArrayList, DescribeSecurityGroupConfiguration and DescribeDBInstanceNetInfo",
        (
            "rds:DescribeDBInstances",
            "rds:DescribeDBInstanceIPArrayList",
            "rds:DescribeDBInstanceNetInfo",
            "rds:DescribeSecurityGroupConfiguration",
        ),
    ),
    WayIn(
        "Tair (Redis OSS-compatible) and ApsaraDB for Memcache",
        "admits: IP whitelists and ECS security groups; ends: classic addresses in hybrid access",
        "R-kvstore, DescribeInstances (InstanceType), DescribeSecurityIps and DescribeSecurityGroupConfiguration",
        (
            "kvstore:DescribeInstances",
            "kvstore:DescribeDBInstanceNetInfo",
            "kvstore:DescribeSecurityIps",
            "kvstore:DescribeSecurityGroupConfiguration",
        ),
    ),
    WayIn(
        "ApsaraDB for MongoDB",
        "admits: IP whitelists and ECS security groups; ends: classic addresses in hybrid access",
        "DDS, DescribeSecurityIps, DescribeSecurityGroupConfiguration and DescribeReplicaSetRole",
        (
            "dds:DescribeDBInstances",
            "dds:DescribeDBInstanceAttribute",
            "dds:DescribeReplicaSetRole",
            "dds:DescribeSecurityIps",
            "dds:DescribeSecurityGroupConfiguration",
        ),
    ),
    WayIn(
        "CLB",
        "admits: access control lists; names: members of vServer groups; holds addresses",
        "SLB, DescribeAccessControlListAttribute and DescribeVServerGroupAttribute",
        (
            "slb:DescribeAccessControlLists",
            "slb:DescribeAccessControlListAttribute",
            "slb:DescribeLoadBalancers",
            "slb:DescribeVServerGroups",
            "slb:DescribeVServerGroupAttribute",
        ),
    ),
    WayIn(
        "Container Registry Enterprise Edition",
        "admits: whitelists of public endpoints, and linked VPCs",
        "CR, GetInstanceEndpoint and GetInstanceVpcEndpoint",
        ("cr:ListInstance", "cr:GetInstanceEndpoint", "cr:GetInstanceVpcEndpoint"),
    ),
    WayIn(
        "OSS",
        "admits: bucket policies by acs:SourceIp and acs:SourceVpc",
        "OSS, GetBucketPolicy",
        ("oss:ListBuckets", "oss:GetBucketPolicy"),
    ),
    WayIn(
        "CLB default server groups",
        "names: the backend servers of listeners without a group of their own",
        "SLB, DescribeLoadBalancerAttribute (BackendServers)",
        listed="default server groups of CLB: they are said to keep their members, but a load balancer of the classic "
        "intranet takes no server of a VPC",
    ),
    WayIn(
        "CLB primary/secondary server groups",
        "names: their members",
        "SLB, DescribeMasterSlaveServerGroups",
        listed="primary/secondary server groups of CLB: no text says what the move does to their members",
    ),
    WayIn(
        "NAS",
        "admits: mount targets of the type Classic, and access rules by source address",
        "NAS, DescribeMountTargets and DescribeAccessRules; mounts of a Linux guest system are read from its evidence",
        listed="NAS: mount targets of the type Classic, which no VPC reaches, and access rules that name an address",
    ),
    WayIn(
        "Windows guest systems",
        "names: network drives and shares (SMB) of other machines or of NAS; settings that name an interface",
        "Windows, net use: a drive belongs to the user who mapped it; the script for Windows looks at neither",
        listed="Windows guest systems: network drives and shares (SMB), and settings that name an interface",
    ),
    WayIn(
        "PolarDB",
        "admits: IP whitelists and ECS security groups of clusters",
        "PolarDB, DescribeDBClusterAccessWhitelist",
        listed="PolarDB: IP whitelists and security groups of clusters",
    ),
    WayIn(
        "AnalyticDB for MySQL and for PostgreSQL",
        "admits: IP whitelists",
        "ADB, DescribeDBClusterAccessWhiteList; GPDB, DescribeDBInstanceIPArrayList",
        listed="AnalyticDB for MySQL and for PostgreSQL: IP whitelists",
    ),
    WayIn(
        "PolarDB-X (DRDS), HBase, Lindorm, TSDB and OceanBase",
        "admits: IP whitelists; names: RDS instances below DRDS, which lose it with hybrid access",
        "References of each product; RDS, hybrid access mode",
        listed="PolarDB-X (DRDS), HBase, Lindorm, TSDB and OceanBase: IP whitelists, and RDS instances below DRDS",
    ),
    WayIn(
        "MaxCompute",
        "admits: IP lists of projects, one for the classic network and one for VPCs",
        "Provider resource alicloud_maxcompute_project, ip_white_list",
        listed="MaxCompute: the IP lists of projects, one for the classic network and one for VPCs",
    ),
    WayIn(
        "Message Queue, Kafka, Elasticsearch, Log Service and DTS",
        "admits: whitelists and classic endpoints; names: an instance as source or target of a task",
        "References of each product",
        listed="Message Queue, Kafka, Elasticsearch, Log Service and DTS: whitelists, classic endpoints, and tasks",
    ),
    WayIn(
        "Auto Scaling",
        "stops or ends: scaling groups replace an instance; tags name the group that made it",
        "ESS, DescribeScalingInstances; ECS, DescribeInstances (tag acs:autoscaling:scalingGroupId)",
        listed="Auto Scaling: scaling groups to which an instance was added by hand, and which may replace it",
    ),
    WayIn(
        "Operation Orchestration Service, Cloud Assistant and resource plans",
        "stops or ends: tasks that stop, resize or release an instance",
        "OOS and ECS references",
        listed="OOS templates and scheduled Cloud Assistant commands that stop, resize or release an instance",
    ),
    WayIn(
        "DNS, CDN, WAF, Anti-DDoS, Bastionhost, CloudMonitor and Security Center",
        "names: an instance by its public or intranet address",
        "References of each product",
        listed="DNS, CDN, WAF, Anti-DDoS, Bastionhost, CloudMonitor and Security Center: entries that name an address",
    ),
    WayIn(
        "RAM",
        "admits: policies by acs:SourceIp",
        "RAM, policy elements",
        listed="RAM policies that let in by acs:SourceIp, and addresses in the configuration of applications",
    ),
)


def listed() -> Iterator[str]:
    """Return the products that are not read, in the words of `not-checked`."""
    return (way.listed for way in WAYS_IN if way.listed)


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def table() -> str:
    """Return docs/coverage.md."""
    rows = [
        "| product | what admits, names, stops or ends | read or listed | source |",
        "|---|---|---|---|",
        *(
            f"| {way.product} | {way.does} | "
            f"{f'read: {_code(way.read)}' if way.read else 'listed in `not-checked`'} | {way.source} |"
            for way in WAYS_IN
        ),
    ]
    return "\n".join(
        [
            "# What is read, and what is not",
            "",
            "Everything that admits, names, stops or ends an instance is read and judged, or every preview lists it",
            "as not read (policy `not-checked`). A test compares this list with the reader's actions and that policy.",
            "",
            *rows,
            "",
        ]
    )
