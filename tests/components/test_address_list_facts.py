"""Facts of lists that admit servers by their addresses."""

from __future__ import annotations

import json

from components.config import AfterChoice
from components.facts.address_lists import address_list_facts
from estate.model import BucketPolicy, Estate, PolicyStatement, RegistryAccessList, UnreadLists
from tests.components.builders import estate


def read(*unread: UnreadLists) -> Estate:
    images = RegistryAccessList(registry_id="cri-1", module="Registry", in_force=True, entries=("10.0.0.1",))
    statement = PolicyStatement(number=1, effect="Deny", scope="s", addresses=("10.0.0.1",), excluded_vpcs=("vpc-1",))
    policies = (BucketPolicy(id="logs", statements=(statement,)), BucketPolicy(id="plain"))
    return estate().model_copy(
        update={"registry_access_lists": (images,), "bucket_policies": policies, "unread_lists": unread}
    )


def test_registry_lists_and_bucket_policies_are_facts() -> None:
    facts = address_list_facts(read(), AfterChoice.model_validate_json('{"unusedServices": ["oss"]}'))
    assert facts["registryAccessLists"] == [
        {
            "instanceId": "cri-1",
            "instanceName": "",
            "moduleName": "Registry",
            "inForce": True,
            "entries": ["10.0.0.1"],
            "linkedVpcIds": [],
        }
    ]
    [bucket] = facts["bucketPolicies"]
    assert bucket["bucket"] == "logs"
    assert bucket["statements"] == [
        {
            "number": 1,
            "effect": "Deny",
            "scope": "s",
            "addresses": ["10.0.0.1"],
            "vpcs": [],
            "excludedAddresses": [],
            "excludedVpcs": ["vpc-1"],
        }
    ]
    assert facts["unreadLists"] == []


def test_unread_lists_are_absent_with_their_reason() -> None:
    facts = address_list_facts(
        read(UnreadLists(service="oss", reason="No."), UnreadLists(service="container-registry", reason="Neither.")),
        AfterChoice.model_validate_json('{"unusedServices": ["oss"]}'),
    )
    assert {"registryAccessLists", "bucketPolicies"} & set(facts) == set()
    assert facts["unreadLists"] == [
        {"service": "oss", "reason": "No.", "unused": True},
        {"service": "container-registry", "reason": "Neither.", "unused": False},
    ]


def test_the_approval_of_an_unused_service_is_a_fact() -> None:
    approval = {
        "reason": "No bucket.",
        "owner": "ann",
        "approvedBy": "bob",
        "approvedAt": "2026-11-22T09:00:00+08:00",
        "expires": "2026-12-20T02:00:00+08:00",
    }
    choice = {"unusedServices": ["oss", "container-registry"], "unusedApprovals": {"oss": approval}}
    after = AfterChoice.model_validate_json(json.dumps(choice))
    unread = (UnreadLists(service="oss", reason="No."), UnreadLists(service="container-registry", reason="Neither."))
    oss, registries = address_list_facts(read(*unread), after)["unreadLists"]
    assert oss["approval"] == approval
    assert "approval" not in registries
