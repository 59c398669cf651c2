"""Takes each prerequisite away in turn: its finding appears, and no other."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from policies.core.plan import (
    CLASSIC_LINK,
    CLASSIC_LINK_ATTACHMENT,
    CLASSIC_LINK_COMPONENT,
    CLONED_SECURITY_GROUP,
    HYBRID_ACCESS,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SNAPSHOT,
    TARGET_NETWORK,
    VPC,
    VSWITCH,
    WHITELIST_GROUP,
)
from policies.pack.registry import all_rules
from tests.policies.prepared import COLLECTED, Draft, prepared, use_existing_vswitch

Change = Callable[[Draft], Any]

BY_EVIDENCE = {rule.id for rule in all_rules() if rule.id.startswith(("guest-", "licence-"))}
LATER = {rule.id for rule in all_rules() if rule.lead_hours is not None}


def _without(key: str) -> Change:
    return lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web")["guest"].pop(key)


# What is taken away, and the findings that are expected: rule and subject. Where something stands for several things,
# as the target network does, each rule that relies on it says so; nothing else does.
REMOVALS: dict[str, tuple[Change, set[tuple[str, str]]]] = {
    "the instance's component": (
        lambda draft: draft.remove(MIGRATING_INSTANCE, "i-web"),
        {("schedule-migration-declared", "dev")},
    ),
    "the snapshot of a disk": (
        lambda draft: draft.remove(SNAPSHOT, "d-web"),
        {("backup-snapshot-of-every-disk", "i-web")},
    ),
    "the VSwitch": (
        lambda draft: draft.remove(VSWITCH),
        {("network-vswitch-in-usable-zone", "i-web"), ("network-vswitch-in-usable-zone", "i-app")},
    ),
    "the VPC": (
        lambda draft: draft.remove(VPC),
        {("network-vswitch-in-usable-zone", "i-web"), ("network-vswitch-in-usable-zone", "i-app")},
    ),
    "the target network": (
        lambda draft: draft.remove(TARGET_NETWORK),
        {
            ("network-vswitch-in-usable-zone", "i-web"),
            ("network-vswitch-in-usable-zone", "i-app"),
            ("security-group-cloned", "i-web"),
            ("security-group-cloned", "i-app"),
            ("classic-link-addresses-reachable", "dev"),
            ("classic-link-peers-reachable", "i-app"),
            ("database-whitelist-has-vswitch-cidr", "i-app"),
            # Without its id nobody can tell whether hybrid access leads there.
            ("database-address-in-vpc", "i-app"),
        },
    ),
    "the clone of a group": (
        # i-app's clone names this one, so that what it opens cannot be told.
        lambda draft: draft.remove(CLONED_SECURITY_GROUP, "sg-web"),
        {("security-group-cloned", "i-web"), ("security-group-nothing-opened", "i-app")},
    ),
    "the security group of a clone": (
        lambda draft: draft.remove(SECURITY_GROUP, "sg-web"),
        {
            ("database-security-groups-let-out", "i-app"),
            ("security-group-cloned", "i-web"),
            ("security-group-nothing-opened", "i-app"),
            ("security-group-every-rule-carried-over", "i-app"),
        },
    ),
    "the rules of a clone": (
        lambda draft: draft.remove(SECURITY_GROUP_RULES, "sg-web"),
        {("security-group-cloned", "i-web")},
    ),
    "one rule of a clone": (
        lambda draft: draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"].pop("web: http"),
        {("security-group-every-rule-carried-over", "i-web")},
    ),
    "a guard of a clone": (
        lambda draft: draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"].pop("guard 10.0.0.0/8"),
        {("security-group-nothing-opened", "i-web")},
    ),
    "the whitelist group": (
        lambda draft: draft.remove(WHITELIST_GROUP),
        {("database-whitelist-has-vswitch-cidr", "i-app")},
    ),
    "hybrid access": (
        lambda draft: draft.remove(HYBRID_ACCESS),
        {("database-address-in-vpc", "i-app")},
    ),
    "time of hybrid access": (
        lambda draft: draft.facts(HYBRID_ACCESS).update(validUntil="2026-12-21T01:59:00+08:00"),
        {("database-hybrid-access-outlasts-wave", "i-app")},
    ),
    "a database that can have hybrid access": (
        lambda draft: _database(draft).update(engine="MariaDB", engineVersion="10.3"),
        {("database-hybrid-access-possible", "i-app")},
    ),
    "a VSwitch in the zone of the database": (
        lambda draft: _database(draft).update(zoneIds=["cn-hangzhou-b"]),
        {("database-vswitch-in-zone", "i-app")},
    ),
    "the network type of the whitelist group": (
        lambda draft: draft.facts(WHITELIST_GROUP).update(networkType="Classic"),
        {("database-whitelist-has-vswitch-cidr", "i-app"), ("database-whitelist-network-type", "i-app")},
    ),
    "room in the whitelists": (
        lambda draft: _database(draft)["whitelistGroups"][0].update(securityIps=["10.0.0.2"] * 1000),
        {("database-whitelist-within-limits", "i-app")},
    ),
    "knowledge of who stays": (
        lambda draft: _database(draft)["whitelistGroups"][0].update(securityIps=["10.0.0.2", "10.0.0.4"]),
        {("database-staying-users-known", "dev")},
    ),
    "preparation of a read-only instance": (
        lambda draft: _follow(draft),
        {("database-replica-covered", "i-app")},
    ),
    "ClassicLink": (
        lambda draft: draft.remove(CLASSIC_LINK),
        {("classic-link-peers-reachable", "i-app")},
    ),
    "the attachment of the instance that stays": (
        lambda draft: draft.remove(CLASSIC_LINK_ATTACHMENT),
        {("classic-link-peers-reachable", "i-app")},
    ),
    "what is known of scheduled moves": (
        lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").pop("scheduledMoves"),
        {("schedule-move-is-scheduled", "i-web")},
    ),
    "what is known of dependents": (
        lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").pop("dependents"),
        {("schedule-dependents-move-together", "i-web")},
    ),
    "what is known of registries": (
        lambda draft: draft.facts(MIGRATION).pop("registryAccessLists"),
        {("network-registry-lists-prepared", "i-web"), ("network-registry-lists-prepared", "i-app")},
    ),
    "what is known of bucket policies": (
        lambda draft: draft.facts(MIGRATION).pop("bucketPolicies"),
        {("network-bucket-policies-prepared", "i-web"), ("network-bucket-policies-prepared", "i-app")},
    ),
    "the VSwitch in an access control list": (
        lambda draft: draft.facts(MIGRATION)["accessLists"][0].update(listeners=["lb-1:80 (white)"]),
        {("network-load-balancer-lists-prepared", "i-web")},
    ),
    "time at the end of the window": (
        lambda draft: draft.facts(MIGRATION)["waves"][0].update(end="2026-12-12T02:10:00+08:00"),
        {("schedule-window-long-enough", "dev")},
    ),
    "off-peak hours": (
        lambda draft: draft.facts(MIGRATION).update(offPeak={"from": "22:00", "to": "01:00", "timeZone": "UTC"}),
        {("schedule-off-peak", "dev")},
    ),
    "what is known of the routes": (
        lambda draft: draft.facts(CLASSIC_LINK_COMPONENT).pop("customRoutes"),
        {("classic-link-no-route-to-classic", "dev")},
    ),
    "what is known of links": (
        lambda draft: draft.facts(CLASSIC_LINK_COMPONENT).pop("existingLinks"),
        {("classic-link-within-limits", "dev"), ("classic-link-instances-attachable", "dev")},
    ),
    "the state of an instance to link": (
        lambda draft: draft.facts(CLASSIC_LINK_COMPONENT)["attached"][0].pop("status"),
        {("classic-link-instances-attachable", "dev")},
    ),
    "a VSwitch that links reach": (
        lambda draft: draft.facts(TARGET_NETWORK).update(cidrBlock="10.0.0.0/8"),
        {("classic-link-addresses-reachable", "dev")},
    ),
    "what is known of broad rules": (
        lambda draft: draft.facts(MIGRATION).pop("broadRules"),
        {("classic-link-broad-rules-reviewed", "dev")},
    ),
    "the latest time": (
        lambda draft: draft.facts(MIGRATION)["waves"][0]["window"].update(latest="2026-12-01T00:00:00Z"),
        {("schedule-window-before-latest", "dev")},
    ),
    "free addresses": (
        lambda draft: use_existing_vswitch(draft, free=2.0),
        {("network-enough-free-addresses", "i-web"), ("network-enough-free-addresses", "i-app")},
    ),
    "network interfaces of the type": (
        lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").update(eniQuantity=0.0),
        {("instance-type-supports-eni", "i-web")},
    ),
    "evidence of the guest system": (
        lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").pop("guest"),
        # Whose it is, is asked of evidence that there is.
        {(rule_id, "i-web") for rule_id in BY_EVIDENCE - {"guest-evidence-of-instance"}},
    ),
    "evidence as young as it has to be": (
        lambda draft: draft.facts(MIGRATION).update(evidenceMaxAgeHours=24.0),
        {("guest-evidence-current", "i-web"), ("guest-evidence-current", "i-app")},
    ),
    **{
        f"{key} of the guest system": (_without(key), {(rule_id, "i-web")})
        for key, rule_id in {
            "contradictions": "guest-evidence-current",
            "deviceNames": "guest-device-names",
            "fileSystems": "guest-file-systems-sound",
            "fstabDevices": "guest-device-names",
            "ftpServers": "guest-ftp-plan",
            "interfaceNames": "guest-interface-names",
            "licenceManagers": "licence-reviewed",
            "macBoundLicences": "licence-mac-bound",
            "networkMounts": "guest-network-mounts",
            "macBoundConfig": "guest-mac-bound-config",
            "newestKernel": "guest-restart-rehearsed",
            "privileged": "guest-evidence-current",
            "rebootPending": "guest-restart-rehearsed",
            "scriptVersion": "guest-evidence-current",
            "securityInstalled": "guest-security-software-off",
            "securityRunning": "guest-security-software-off",
            "systemDiskFreeMib": "guest-free-space",
            "uptimeSeconds": "guest-restart-rehearsed",
        }.items()
    },
    "I/O optimization": (
        lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").update(ioOptimized=False),
        {("instance-type-supports-eni", "i-web")},
    ),
    "what makes the address convertible": (
        lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").update(
            toEip=True,
            instanceChargeType="PrePaid",
            internetChargeType="PayByBandwidth",
            expiredAt="2027-12-01T00:00:00Z",
        ),
        # A subscription may have orders, too.
        {("public-address-can-become-eip", "i-web"), ("instance-orders-settled", "i-web")},
    ),
    "the bandwidth that keeps the address": (
        lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").update(internetMaxBandwidthOut=0.0),
        {("public-address-release-accepted", "i-web")},
    ),
}


def _database(draft: Draft) -> Any:
    return draft.facts(MIGRATION)["databases"][0]


def _follow(draft: Draft) -> None:
    """Adds a read-only instance that nobody has prepared."""
    replica = copy.deepcopy(_database(draft)) | {"dbInstanceId": "rr-orders", "primaryId": "rm-orders"}
    draft.facts(MIGRATION)["databases"].append(replica)


@pytest.mark.parametrize("exists", [True, False], ids=["applied", "first preview"])
def test_nothing_is_missing_from_the_whole(exists: bool) -> None:
    assert prepared(exists=exists).blocking() == set()


@pytest.mark.parametrize("name", REMOVALS)
def test_exactly_its_finding_appears_in_the_first_preview(name: str) -> None:
    change, expected = REMOVALS[name]
    draft = prepared(exists=False)
    change(draft)
    assert draft.findings() == expected
    # Weeks ahead, what has a lead time is advice.
    assert draft.blocking() == {(rule_id, subject) for rule_id, subject in expected if rule_id not in LATER}


def test_without_the_migration_every_rule_objects_once() -> None:
    draft = prepared()
    draft.remove(MIGRATION)
    assert draft.blocking() == {(rule.id, "dev") for rule in all_rules()}


def test_an_empty_stack_is_objected_to_by_every_rule() -> None:
    draft = prepared()
    draft.resources = []
    assert draft.blocking() == {(rule.id, "") for rule in all_rules()}


def test_pending_resources_fail_once_the_freeze_begins() -> None:
    draft = prepared(exists=False)
    draft.now = prepared().now
    for instance_id in ("i-web", "i-app"):
        draft.facts(MIGRATING_INSTANCE, instance_id)["guest"]["collectedAt"] = COLLECTED
    failing = {rule_id for rule_id, _ in draft.blocking()}
    assert failing == {
        "backup-snapshot-of-every-disk",
        "classic-link-peers-reachable",
        "database-address-in-vpc",
        "database-hybrid-access-outlasts-wave",
        "database-whitelist-has-vswitch-cidr",
        "network-vswitch-in-usable-zone",
        "schedule-move-is-scheduled",
        "security-group-cloned",
    }
    assert "freeze began at 2026-12-11T02:00+08:00" in draft.result("security-group-cloned", "i-web").reason


def test_a_pending_clone_is_unknown_without_the_freeze() -> None:
    draft = prepared(exists=False)
    del draft.facts(MIGRATION)["freezeHours"]
    assert draft.result("security-group-cloned", "i-web").outcome == "UNKNOWN"
