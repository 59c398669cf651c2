"""The resources of this provider, and the schema of the package that they make up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from provider.added_security_group_rules import AddedSecurityGroupRules
from provider.classic_link import ClassicLink
from provider.classic_link_attachment import ClassicLinkAttachment
from provider.cut_through_binding import CutThroughBinding
from provider.default_network import DefaultVpc, DefaultVSwitch
from provider.hybrid_access import MongoDbHybridAccess, RdsHybridAccess, RedisHybridAccess
from provider.public_ip_conversion import PublicIpConversion
from provider.removed_acl_entries import RemovedAclEntries
from provider.removed_whitelist_entries import (
    MongoDbRemovedWhitelistEntries,
    RdsRemovedWhitelistEntries,
    RedisRemovedWhitelistEntries,
)
from provider.resource import NOT_FORESEEN, REFUSED, Resource
from provider.security_group_rules import SecurityGroupRules
from provider.whitelist_group import MongoDbWhitelistGroup, RdsWhitelistGroup, RedisWhitelistGroup

NAME: Final = "alimigrate"
VERSION: Final = "0.1.0"

#: The function that names the credentials in use, without their values.
IDENTITY: Final = "alimigrate:index:getIdentity"

#: Type token -> resource.
RESOURCES: Final[Mapping[str, Resource]] = MappingProxyType(
    {
        resource.type_name: resource
        for resource in (
            SecurityGroupRules(),
            AddedSecurityGroupRules(),
            RdsWhitelistGroup(),
            RedisWhitelistGroup(),
            MongoDbWhitelistGroup(),
            RdsHybridAccess(),
            RedisHybridAccess(),
            MongoDbHybridAccess(),
            ClassicLink(),
            ClassicLinkAttachment(),
            DefaultVpc(),
            DefaultVSwitch(),
            PublicIpConversion(),
            CutThroughBinding(),
            RemovedAclEntries(),
            RdsRemovedWhitelistEntries(),
            RedisRemovedWhitelistEntries(),
            MongoDbRemovedWhitelistEntries(),
        )
    }
)

#: Type token -> RAM actions that the resource's operations need, for the documentation of an applying role.
RAM_ACTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {token: resource.actions for token, resource in RESOURCES.items()}
)

_CONFIG: Final[dict[str, Any]] = {
    "region": {"type": "string", "description": "Region id, else ALICLOUD_REGION."},
    "protocol": {"type": "string", "description": "HTTPS, or HTTP for a simulated cloud."},
    "endpoints": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "Service code (ecs, vpc, rds, kvstore, dds, sts) -> host[:port].",
    },
    "accountId": {"type": "string", "description": "The account that the credentials must belong to."},
    "accessKey": {"type": "string", "secret": True, "description": "Else ALICLOUD_ACCESS_KEY and its aliases."},
    "secretKey": {"type": "string", "secret": True, "description": "Else ALICLOUD_SECRET_KEY and its aliases."},
    "securityToken": {"type": "string", "secret": True, "description": "Else ALICLOUD_SECURITY_TOKEN and its aliases."},
    "profile": {"type": "string", "description": "Profile of the aliyun CLI, else ALICLOUD_PROFILE."},
    "sharedCredentialsFile": {"type": "string", "description": "The file of the profile, else ~/.aliyun/config.json."},
    "credentialsUri": {"type": "string", "secret": True, "description": "A service that answers with credentials."},
    "ecsRoleName": {"type": "string", "description": "RAM role of the ECS instance that this runs on."},
    "assumeRole": {
        "type": "object",
        "additionalProperties": {"$ref": "pulumi.json#/Any"},
        "secret": True,
        "description": "RAM role to assume: roleArn, sessionName, policy, sessionExpiration, externalId.",
    },
    "assumeRoleWithOidc": {
        "type": "object",
        "additionalProperties": {"$ref": "pulumi.json#/Any"},
        "secret": True,
        "description": "RAM role to assume by an OIDC token: oidcProviderArn, roleArn, oidcTokenFile or oidcToken, ...",
    },
}

_RULE: Final[dict[str, Any]] = {
    "type": "object",
    "description": (
        "One rule with one peer: cidrIp, ipv6CidrIp, groupId or prefixListId. The peer is the source of an ingress "
        "rule and the destination of an egress rule."
    ),
    "properties": {
        "direction": {"type": "string", "description": "ingress or egress."},
        "ipProtocol": {"type": "string", "description": "TCP, UDP, ICMP, ICMPv6, GRE or ALL."},
        "portRange": {"type": "string", "description": "first/last; -1/-1 for protocols without ports."},
        "sourcePortRange": {"type": "string", "description": "first/last, if the source port matters."},
        "policy": {"type": "string", "description": "accept or drop."},
        "priority": {"type": "integer", "description": "1 (wins) to 100."},
        "description": {"type": "string", "description": "At most 512 characters."},
        "cidrIp": {"type": "string", "description": "IPv4 block."},
        "ipv6CidrIp": {"type": "string", "description": "IPv6 block."},
        "groupId": {"type": "string", "description": "Security group of the same network, or across ClassicLink."},
        "prefixListId": {"type": "string", "description": "Prefix list."},
        "clonedFrom": {"type": "string", "description": "Classic group whose clone groupId is; not sent to the cloud."},
    },
    "required": ["direction", "ipProtocol", "portRange", "policy", "priority"],
}


_IDENTITY_SCHEMA: Final[dict[str, Any]] = {
    "description": "Tell where the provider's credentials come from, without them, and where its environment leads.",
    "inputs": {
        "properties": {
            "nonce": {"type": "string", "description": "Random text that makes each digest another one."},
            "region": {
                "type": "string",
                "description": "What the stack's config says of the region, empty for nothing.",
            },
        },
        "required": ["nonce"],
    },
    "outputs": {
        "properties": {
            "named": {"type": "string", "description": "The source, as in a message."},
            "digest": {"type": "string", "description": "Digest of nonce and credentials: equal for equal ones."},
            "region": {"type": "string", "description": "The region that alicloud finds here, empty for none."},
        },
        "required": ["named", "digest", "region"],
    },
}


def schema() -> str:
    """Return the Pulumi package schema as JSON."""
    return json.dumps(
        {
            "name": NAME,
            "version": VERSION,
            "displayName": "Alibaba Cloud classic network migration",
            "description": "Resources for a classic network migration that pulumi-alicloud lacks.",
            "config": {"variables": _CONFIG},
            "provider": {
                "description": (
                    "The cloud to work on, and as whom. What is left out comes from the environment, as for `alicloud`."
                ),
                "inputProperties": _CONFIG,
            },
            "types": {"alimigrate:ecs:Rule": _RULE},
            "functions": {IDENTITY: _IDENTITY_SCHEMA},
            "resources": {token: _resource_schema(resource) for token, resource in RESOURCES.items()},
        }
    )


_COMMON_OUTPUTS: Final[dict[str, Any]] = {
    "applied": {
        "type": "string",
        "description": "A digest of what is in the cloud; unknown in a preview that would create or update.",
    },
    REFUSED: {"type": "string", "description": "In a preview: why the creation or update would be refused."},
    "declared": {
        "type": "object",
        "additionalProperties": {"$ref": "pulumi.json#/Any"},
        "description": "The inputs as they were applied last.",
    },
    "drift": {
        "type": "array",
        "items": {"type": "string"},
        "description": "How the cloud differs from that, as the last refresh found it.",
    },
    "confirmedAt": {
        "type": "string",
        "description": "When it was found in the cloud after the last creation or update, by the cloud's clock (ISO).",
    },
    NOT_FORESEEN: {"type": "string", "description": "In a preview: why nobody can say whether it would be refused."},
}


def _resource_schema(resource: Resource) -> dict[str, Any]:
    inputs = {
        name: _replacing(described) if name in resource.replacing else described
        for name, described in resource.schema["inputProperties"].items()
    }
    return {
        **resource.schema,
        "inputProperties": inputs,
        "properties": {**inputs, **resource.schema.get("properties", {}), **_COMMON_OUTPUTS},
        "required": [*resource.schema["requiredInputs"], *resource.outputs],
    }


def _replacing(described: dict[str, Any]) -> dict[str, Any]:
    text = f"{described['description']} Another one replaces the resource."
    return described | {"description": text, "willReplaceOnChanges": True}
