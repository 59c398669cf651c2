"""Facts of lists that admit servers by their addresses: of CLB, Container Registry and OSS."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from components.config import AfterChoice
from components.facts.base import note
from components.facts.fields import field, reader
from components.facts.security_groups import ApprovalFacts, approval_facts
from estate.model import (
    AccessControlList,
    Estate,
    ListService,
    PolicyStatement,
    RegistryAccessList,
    UnreadLists,
)


class AccessListFacts(TypedDict):
    """An access control list of CLB."""

    aclId: str
    aclName: str
    entries: NotRequired[list[str]]
    listeners: NotRequired[Annotated[list[str], note('that go by it, each as "lb-...:port (white|black)"')]]
    unread: NotRequired[Annotated[dict[str, str], note("why keys are left out: with the action and the RequestId")]]


class RegistryAccessListFacts(TypedDict):
    """The whitelist of the public endpoint of one module of a Container Registry instance."""

    instanceId: Annotated[str, field("registryId")]
    instanceName: Annotated[str, field("registryName")]
    moduleName: Annotated[Literal["Registry", "Chart"], field("module")]
    inForce: bool
    entries: list[str]
    linkedVpcIds: Annotated[list[str], note("VPCs that reach the module")]


class StatementFacts(TypedDict):
    """A statement of a bucket policy with acs:SourceIp or acs:SourceVpc."""

    number: int
    effect: Literal["Allow", "Deny"]
    scope: Annotated[str, note("the same in statements that differ in nothing but addresses and VPCs")]
    addresses: Annotated[list[str], note("that are let in: asked for by Allow, excepted by Deny")]
    vpcs: Annotated[list[str], note("that are let in: asked for by Allow, excepted by Deny")]
    excludedAddresses: list[str]
    excludedVpcs: list[str]


class BucketPolicyFacts(TypedDict):
    """The statements of an OSS bucket's policy that name addresses or VPCs."""

    bucket: str
    statements: list[StatementFacts]


class UnreadListFacts(TypedDict):
    """A service whose lists could not be read."""

    service: ListService
    reason: str
    unused: Annotated[bool, note("after.unusedServices of the config names it")]
    approval: NotRequired[Annotated[ApprovalFacts, note("the approval of that; absent: none")]]


class AddressListFacts(TypedDict):
    """All lists of the region; absent are those of a service that could not be read."""

    accessLists: list[AccessListFacts]
    registryAccessLists: NotRequired[list[RegistryAccessListFacts]]
    bucketPolicies: NotRequired[list[BucketPolicyFacts]]
    unreadLists: list[UnreadListFacts]


_registry_facts = reader(RegistryAccessList, RegistryAccessListFacts)
_statement_facts = reader(PolicyStatement, StatementFacts)


def address_list_facts(estate: Estate, after: AfterChoice | None) -> AddressListFacts:
    """Return facts of all lists.

    `after` has the services that the team declares unused, with the approvals. Buckets whose policy names neither
    address nor VPC are left out.
    """
    unread = {item.service for item in estate.unread_lists}
    facts: AddressListFacts = {
        "accessLists": [_access_list(item) for item in estate.access_lists],
        "unreadLists": [_unread_list(item, after) for item in estate.unread_lists],
    }
    if "container-registry" not in unread:
        facts["registryAccessLists"] = list(map(_registry_facts, estate.registry_access_lists))
    if "oss" not in unread:
        facts["bucketPolicies"] = [
            {"bucket": item.id, "statements": list(map(_statement_facts, item.statements))}
            for item in estate.bucket_policies
            if item.statements
        ]
    return facts


def _unread_list(item: UnreadLists, after: AfterChoice | None) -> UnreadListFacts:
    facts: UnreadListFacts = {
        "service": item.service,
        "reason": item.reason,
        "unused": after is not None and item.service in after.unused_services,
    }
    if after is not None and item.service in after.unused_approvals:
        facts["approval"] = approval_facts(after.unused_approvals[item.service])
    return facts


def _access_list(item: AccessControlList) -> AccessListFacts:
    facts: AccessListFacts = {"aclId": item.id, "aclName": item.name}
    if item.unread:
        facts["unread"] = {part.part: part.reason for part in item.unread}
        return facts
    return facts | {"entries": list(item.entries), "listeners": list(item.listeners)}
