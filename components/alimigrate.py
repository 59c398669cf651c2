"""The resources of the local provider `alimigrate`, as a program declares them.

Hand-written siblings of what `pulumi package gen-sdk` would make of the provider's schema; property names are
snake_case here and camelCase for the engine. What the resources do is told in `provider/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypedDict

import pulumi


class Provider(pulumi.ProviderResource):
    """Where and as whom `alimigrate` works; what is not given comes from the environment, as for `alicloud`."""

    def __init__(
        self,
        resource_name: str,
        *,
        region: pulumi.Input[str] | None = None,
        protocol: pulumi.Input[str] | None = None,
        endpoints: pulumi.Input[Mapping[str, str]] | None = None,
        account_id: pulumi.Input[str] | None = None,
        identity: Mapping[str, pulumi.Input[str] | None] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the provider.

        :param region: the region id.
        :param protocol: HTTPS, or HTTP for a simulated cloud.
        :param endpoints: service code (ecs, vpc, rds, kvstore, dds, sts) to host[:port]; public hosts where left out.
        :param account_id: the account that the credentials must belong to.
        :param identity: the `alicloud:*` keys of docs/identity.md that say who calls, as the stack has them.
        """
        props: dict[str, Any] = {
            "region": region,
            "protocol": protocol,
            # The engine takes texts only in a provider's configuration.
            "endpoints": None if endpoints is None else pulumi.Output.json_dumps(endpoints),
            "accountId": account_id,
            **(identity or {}),
        }
        super().__init__("alimigrate", resource_name, props, opts)


class RequiredRuleArgs(TypedDict):
    """What every rule says."""

    direction: pulumi.Input[str]
    ipProtocol: pulumi.Input[str]
    portRange: pulumi.Input[str]
    policy: pulumi.Input[str]
    priority: pulumi.Input[int]


class RuleArgs(RequiredRuleArgs, total=False):
    """One rule, with the names of the contract: exactly one of the four peers, which is the source of an ingress rule
    and the destination of an egress rule.

    `clonedFrom` is the classic group whose clone `groupId` names; it stays in the state and is not sent to the cloud.
    """

    description: pulumi.Input[str]
    sourcePortRange: pulumi.Input[str]
    cidrIp: pulumi.Input[str]
    ipv6CidrIp: pulumi.Input[str]
    groupId: pulumi.Input[str]
    prefixListId: pulumi.Input[str]
    clonedFrom: pulumi.Input[str]


class _Resource(pulumi.CustomResource):
    """A resource whose property names are told apart from the engine's by `_ENGINE_NAMES`, snake_case -> camelCase."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]]

    def translate_input_property(self, prop: str) -> str:
        """Return the engine's name of a property; the keys inside a property's value come here too, and are kept."""
        return self._ENGINE_NAMES.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """Return the Python name of one of the engine's."""
        return {engine: python for python, engine in self._ENGINE_NAMES.items()}.get(prop, prop)


class SecurityGroupRules(_Resource):
    """The whole rule set of one VPC security group."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "security_group_id": "securityGroupId",
    }

    security_group_id: pulumi.Output[str]
    """The group."""
    rules: pulumi.Output[Mapping[str, Mapping[str, Any]]]
    """Label -> rule; after a refresh also rules that someone else made, as `unmanaged: ...`."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        security_group_id: pulumi.Input[str],
        rules: pulumi.Input[Mapping[str, pulumi.Input[RuleArgs | Mapping[str, object]]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the rules of a group.

        :param security_group_id: the VPC security group; another one replaces the resource.
        :param rules: label -> rule; labels are for people, unique in the set and stable.
        """
        props = {"security_group_id": security_group_id, "rules": rules, "applied": None}
        super().__init__("alimigrate:ecs:SecurityGroupRules", resource_name, props, opts)


class AddedSecurityGroupRules(_Resource):
    """Rules added to a classic or VPC security group that someone else manages."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "security_group_id": "securityGroupId",
        "present_before": "presentBefore",
    }

    security_group_id: pulumi.Output[str]
    """The group."""
    rules: pulumi.Output[Mapping[str, Mapping[str, Any]]]
    """Label -> rule; rules of others are never among them."""
    present_before: pulumi.Output[Sequence[str]]
    """Labels of the rules that were there before; they stay when the resource is deleted."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        security_group_id: pulumi.Input[str],
        rules: pulumi.Input[Mapping[str, pulumi.Input[RuleArgs | Mapping[str, object]]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare rules to be added to a group.

        :param security_group_id: the group; another one replaces the resource. Of a classic one the intranet rules are
            meant.
        :param rules: label -> rule; labels are for people, unique in the set and stable.
        """
        props = {"security_group_id": security_group_id, "rules": rules, "applied": None, "present_before": None}
        super().__init__("alimigrate:ecs:AddedSecurityGroupRules", resource_name, props, opts)


class WhitelistGroup(_Resource):
    """One whitelist group of our own on an instance of ApsaraDB RDS."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "db_instance_id": "dbInstanceId",
        "group_name": "groupName",
        "network_type": "networkType",
        "security_ips": "securityIps",
    }

    db_instance_id: pulumi.Output[str]
    """The database."""
    group_name: pulumi.Output[str]
    """The group."""
    network_type: pulumi.Output[str]
    """MIX, VPC or Classic."""
    security_ips: pulumi.Output[Sequence[str]]
    """The entries, as sorted blocks."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        db_instance_id: pulumi.Input[str],
        group_name: pulumi.Input[str],
        network_type: pulumi.Input[str],
        security_ips: pulumi.Input[Sequence[pulumi.Input[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a whitelist group.

        :param db_instance_id: the database; another one replaces the resource, as do the next two.
        :param group_name: 2 to 32 small letters, digits and underscores; not `default`.
        :param network_type: MIX where the whitelists are in standard mode, VPC or Classic in enhanced mode.
        :param security_ips: IPv4 addresses and blocks.
        """
        props = {
            "db_instance_id": db_instance_id,
            "group_name": group_name,
            "network_type": network_type,
            "security_ips": security_ips,
            "applied": None,
        }
        super().__init__("alimigrate:rds:WhitelistGroup", resource_name, props, opts)


class PlainWhitelistGroup(_Resource):
    """A whitelist group of a product that has no network types."""

    _TYPE: ClassVar[str]
    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "db_instance_id": "dbInstanceId",
        "group_name": "groupName",
        "security_ips": "securityIps",
    }

    db_instance_id: pulumi.Output[str]
    """The database."""
    group_name: pulumi.Output[str]
    """The group."""
    security_ips: pulumi.Output[Sequence[str]]
    """The entries, as sorted blocks."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        db_instance_id: pulumi.Input[str],
        group_name: pulumi.Input[str],
        security_ips: pulumi.Input[Sequence[pulumi.Input[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a whitelist group.

        :param db_instance_id: the database; another one replaces the resource, as does the next.
        :param group_name: 2 to 32 small letters, digits and underscores; not `default`.
        :param security_ips: IPv4 addresses and blocks.
        """
        props = {
            "db_instance_id": db_instance_id,
            "group_name": group_name,
            "security_ips": security_ips,
            "applied": None,
        }
        super().__init__(self._TYPE, resource_name, props, opts)


class RedisWhitelistGroup(PlainWhitelistGroup):
    """One whitelist group of our own on an instance of Tair (Redis OSS-compatible)."""

    _TYPE = "alimigrate:kvstore:WhitelistGroup"


class MongoDbWhitelistGroup(PlainWhitelistGroup):
    """One whitelist group of our own on an instance of ApsaraDB for MongoDB."""

    _TYPE = "alimigrate:mongodb:WhitelistGroup"


class HybridAccess(_Resource):
    """A database in a VPC that keeps its classic addresses for a while; there is no way back."""

    _TYPE: ClassVar[str]
    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "db_instance_id": "dbInstanceId",
        "vpc_id": "vpcId",
        "vswitch_id": "vswitchId",
        "valid_until": "validUntil",
        "classic_expires_at": "classicExpiresAt",
        "vpc_connection_strings": "vpcConnectionStrings",
    }

    db_instance_id: pulumi.Output[str]
    """The database."""
    vpc_id: pulumi.Output[str]
    """The VPC that it is in."""
    vswitch_id: pulumi.Output[str]
    """The VSwitch that was asked for."""
    valid_until: pulumi.Output[str]
    """Until when classic addresses are wanted at least, in UTC."""
    classic_expires_at: pulumi.Output[str]
    """When the first classic address ends; empty where there is none that ends."""
    vpc_connection_strings: pulumi.Output[Sequence[str]]
    """What to connect to from the VPC: the classic connection strings do not lead there."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        db_instance_id: pulumi.Input[str],
        vpc_id: pulumi.Input[str],
        vswitch_id: pulumi.Input[str],
        valid_until: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare hybrid access.

        :param db_instance_id: the database; another one replaces the resource, as does the next.
        :param vpc_id: the VPC that it goes into; a database that is in another one already is refused.
        :param vswitch_id: a VSwitch of the VPC, in the zone of the database.
        :param valid_until: when classic addresses may end at the earliest, ISO 8601 with an offset.
        """
        props = {
            "db_instance_id": db_instance_id,
            "vpc_id": vpc_id,
            "vswitch_id": vswitch_id,
            "valid_until": valid_until,
            "classic_expires_at": None,
            "vpc_connection_strings": None,
            "applied": None,
        }
        super().__init__(self._TYPE, resource_name, props, opts)


class RdsHybridAccess(HybridAccess):
    """Hybrid access of an instance of ApsaraDB RDS, its read/write splitting address included."""

    _TYPE = "alimigrate:rds:HybridAccess"


class RedisHybridAccess(HybridAccess):
    """Hybrid access of an instance of Tair (Redis OSS-compatible)."""

    _TYPE = "alimigrate:kvstore:HybridAccess"


class MongoDbHybridAccess(HybridAccess):
    """Hybrid access of a replica set of ApsaraDB for MongoDB."""

    _TYPE = "alimigrate:mongodb:HybridAccess"


class ClassicLink(_Resource):
    """ClassicLink enabled on a VPC; Alibaba Cloud has deprecated ClassicLink."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "vpc_id": "vpcId",
        "enabled_before": "enabledBefore",
    }

    vpc_id: pulumi.Output[str]
    """The VPC."""
    enabled_before: pulumi.Output[bool]
    """Whether it was enabled before; it then stays so when the resource is deleted."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self, resource_name: str, *, vpc_id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare ClassicLink on a VPC.

        :param vpc_id: the VPC; another one replaces the resource.
        """
        props = {"vpc_id": vpc_id, "applied": None, "enabled_before": None}
        super().__init__("alimigrate:vpc:ClassicLink", resource_name, props, opts)


class ClassicLinkAttachment(_Resource):
    """One classic instance linked to a VPC that has ClassicLink enabled."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "instance_id": "instanceId",
        "vpc_id": "vpcId",
        "linked_before": "linkedBefore",
    }

    instance_id: pulumi.Output[str]
    """The classic instance."""
    vpc_id: pulumi.Output[str]
    """The VPC."""
    linked_before: pulumi.Output[bool]
    """Whether the link was there before; it then stays when the resource is deleted."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_id: pulumi.Input[str],
        vpc_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the link.

        :param instance_id: the classic instance; another one replaces the resource.
        :param vpc_id: the VPC; another one replaces the resource, the old link first.
        """
        props = {"instance_id": instance_id, "vpc_id": vpc_id, "applied": None, "linked_before": None}
        super().__init__("alimigrate:ecs:ClassicLinkAttachment", resource_name, props, opts)


class DefaultVpc(_Resource):
    """The default VPC of the region, found or made; others may use it, so that it is never changed or deleted."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {"vpc_id": "vpcId", "cidr_block": "cidrBlock"}

    vpc_id: pulumi.Output[str]
    """The VPC."""
    cidr_block: pulumi.Output[str]
    """Its block, which the cloud has chosen."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(self, resource_name: str, *, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the default VPC of the provider's region."""
        props = {"applied": None, "vpc_id": None, "cidr_block": None}
        super().__init__("alimigrate:vpc:DefaultVpc", resource_name, props, opts)


class DefaultVSwitch(_Resource):
    """The default VSwitch of a zone, found or made; never changed or deleted."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "vpc_id": "vpcId",
        "zone_id": "zoneId",
        "vswitch_id": "vswitchId",
        "cidr_block": "cidrBlock",
    }

    vpc_id: pulumi.Output[str]
    """The default VPC."""
    zone_id: pulumi.Output[str]
    """The zone."""
    vswitch_id: pulumi.Output[str]
    """The VSwitch."""
    cidr_block: pulumi.Output[str]
    """Its block, which the cloud has chosen."""
    status: pulumi.Output[str]
    """Pending or Available."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        vpc_id: pulumi.Input[str],
        zone_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the default VSwitch of a zone.

        :param vpc_id: the default VPC; another one replaces the resource.
        :param zone_id: the zone; another one replaces the resource.
        """
        props = {
            "vpc_id": vpc_id,
            "zone_id": zone_id,
            "applied": None,
            "vswitch_id": None,
            "cidr_block": None,
            "status": None,
        }
        super().__init__("alimigrate:vpc:DefaultVSwitch", resource_name, props, opts)


class PublicIpConversion(_Resource):
    """The public address of an instance in a VPC, made an EIP; there is no way back."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "instance_id": "instanceId",
        "allocation_id": "allocationId",
        "ip_address": "ipAddress",
    }

    instance_id: pulumi.Output[str]
    """The instance."""
    allocation_id: pulumi.Output[str]
    """The EIP that the address has become."""
    ip_address: pulumi.Output[str]
    """The address, the same as before."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self, resource_name: str, *, instance_id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the conversion.

        :param instance_id: the instance, in a VPC by then; another one replaces the resource.
        """
        props = {"instance_id": instance_id, "applied": None, "allocation_id": None, "ip_address": None}
        super().__init__("alimigrate:ecs:PublicIpConversion", resource_name, props, opts)


class CutThroughBinding(_Resource):
    """An EIP bound in cut-through mode to a secondary network interface of an instance."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "allocation_id": "allocationId",
        "network_interface_id": "networkInterfaceId",
        "instance_id": "instanceId",
    }

    allocation_id: pulumi.Output[str]
    """The EIP."""
    network_interface_id: pulumi.Output[str]
    """The secondary network interface."""
    instance_id: pulumi.Output[str]
    """The instance that has it."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        allocation_id: pulumi.Input[str],
        network_interface_id: pulumi.Input[str],
        instance_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the binding; deleting it binds the EIP to the instance again.

        :param allocation_id: the EIP; another one replaces the resource, the old binding first, as do the next two.
        :param network_interface_id: a secondary network interface that is attached to nothing.
        :param instance_id: the instance that the interface is then attached to.
        """
        props = {
            "allocation_id": allocation_id,
            "network_interface_id": network_interface_id,
            "instance_id": instance_id,
            "applied": None,
        }
        super().__init__("alimigrate:vpc:CutThroughBinding", resource_name, props, opts)


class RemovedAclEntries(_Resource):
    """Entries that an access control list of the load balancer must not have."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {"acl_id": "aclId"}

    acl_id: pulumi.Output[str]
    """The access control list."""
    entries: pulumi.Output[Sequence[str]]
    """The entries that are gone, as sorted blocks."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        acl_id: pulumi.Input[str],
        entries: pulumi.Input[Sequence[pulumi.Input[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare what a list must not have; deleting the resource brings nothing back.

        :param acl_id: the list; another one replaces the resource.
        :param entries: addresses and blocks; all others of the list are left alone.
        """
        super().__init__(
            "alimigrate:slb:RemovedAclEntries",
            resource_name,
            {"acl_id": acl_id, "entries": entries, "applied": None},
            opts,
        )


class RemovedWhitelistEntries(_Resource):
    """Addresses that one whitelist group of a database must not have; one class a product."""

    _ENGINE_NAMES: ClassVar[Mapping[str, str]] = {
        "db_instance_id": "dbInstanceId",
        "group_name": "groupName",
        "network_type": "networkType",
        "security_ips": "securityIps",
    }
    _TOKEN: ClassVar[str]

    db_instance_id: pulumi.Output[str]
    """The database."""
    group_name: pulumi.Output[str]
    """The group, anybody's but the cloud's own."""
    network_type: pulumi.Output[str]
    """MIX, VPC or Classic."""
    security_ips: pulumi.Output[Sequence[str]]
    """The addresses that are gone."""
    applied: pulumi.Output[str]
    """A digest of what is in the cloud; unknown in a preview that would create or update."""

    def __init__(
        self,
        resource_name: str,
        *,
        db_instance_id: pulumi.Input[str],
        group_name: pulumi.Input[str],
        network_type: pulumi.Input[str],
        security_ips: pulumi.Input[Sequence[pulumi.Input[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare what a group must not have; deleting the resource brings nothing back.

        :param db_instance_id: the database; another one replaces the resource, as do the next two.
        :param group_name: the group.
        :param network_type: MIX where groups serve both networks, else VPC or Classic.
        :param security_ips: IPv4 addresses; blocks that hold them are left alone, and so is all else.
        """
        props = {
            "db_instance_id": db_instance_id,
            "group_name": group_name,
            "network_type": network_type,
            "security_ips": security_ips,
            "applied": None,
        }
        super().__init__(self._TOKEN, resource_name, props, opts)


class RdsRemovedWhitelistEntries(RemovedWhitelistEntries):
    """Of an RDS instance."""

    _TOKEN = "alimigrate:rds:RemovedWhitelistEntries"  # noqa: S105 - a type token


class RedisRemovedWhitelistEntries(RemovedWhitelistEntries):
    """Of a Redis instance."""

    _TOKEN = "alimigrate:kvstore:RemovedWhitelistEntries"  # noqa: S105 - a type token


class MongoDbRemovedWhitelistEntries(RemovedWhitelistEntries):
    """Of a MongoDB instance."""

    _TOKEN = "alimigrate:mongodb:RemovedWhitelistEntries"  # noqa: S105 - a type token
