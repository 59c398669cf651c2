"""Facts of lists that admit servers by their addresses: of CLB, Container Registry and OSS."""

from __future__ import annotations

from collections.abc import Collection

from components.facts.base import Facts
from estate.model import AccessControlList, BucketPolicy, Estate, ListService, PolicyStatement, RegistryAccessList

_KEYS: dict[ListService, str] = {"container-registry": "registryAccessLists", "oss": "bucketPolicies"}


def address_list_facts(estate: Estate, unused: Collection[str]) -> Facts:
    """Facts of all lists; those of a service that could not be read are absent, and `unreadLists` says why.

    `unused` are services that, by the team's word, nobody uses. Buckets whose policy names neither address nor VPC are
    left out.
    """
    facts: Facts = {
        "accessLists": [_access_list(item) for item in estate.access_lists],
        "registryAccessLists": [_registry(item) for item in estate.registry_access_lists],
        "bucketPolicies": [_bucket(item) for item in estate.bucket_policies if item.statements],
        "unreadLists": [
            {"service": item.service, "reason": item.reason, "unused": item.service in unused}
            for item in estate.unread_lists
        ],
    }
    for item in estate.unread_lists:
        del facts[_KEYS[item.service]]
    return facts


def _access_list(item: AccessControlList) -> Facts:
    return {"aclId": item.id, "aclName": item.name, "entries": list(item.entries), "listeners": list(item.listeners)}


def _registry(item: RegistryAccessList) -> Facts:
    return {
        "instanceId": item.registry_id,
        "instanceName": item.registry_name,
        "moduleName": item.module,
        "inForce": item.in_force,
        "entries": list(item.entries),
        "linkedVpcIds": list(item.linked_vpc_ids),
    }


def _bucket(item: BucketPolicy) -> Facts:
    return {"bucket": item.id, "statements": [_statement(statement) for statement in item.statements]}


def _statement(item: PolicyStatement) -> Facts:
    return {
        "number": item.number,
        "effect": item.effect,
        "scope": item.scope,
        "addresses": list(item.addresses),
        "vpcs": list(item.vpcs),
        "excludedAddresses": list(item.excluded_addresses),
        "excludedVpcs": list(item.excluded_vpcs),
    }
