from datetime import datetime

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import (
    CLASSIC_LINK_ATTACHMENT,
    HYBRID_ACCESS,
    MIGRATING_INSTANCE,
    MIGRATION,
    WHITELIST_GROUP,
)
from tests.policies.prepared import (
    BEFORE_FREEZE,
    BLOCK,
    IN_FREEZE,
    KEPT_UNTIL,
    UNKNOWN,
    Draft,
    add_wave,
    expect,
    prepared,
)
from tests.policies.rules.database.databases import database, endpoint, followed, without

RULE = "database-hybrid-access-outlasts-wave"
# The Latest Schedule Time of the wave is 2026-12-20T02:00.
TOO_EARLY, ENOUGH = "2026-12-21T01:59:59+08:00", "2026-12-21T02:00:00+08:00"


def test_pass_with_addresses_that_last() -> None:
    expect(prepared(), RULE, "i-app", Outcome.PASS, "until 2026-12-27T02:00+08:00")


def test_pass_and_fail_to_the_second_whoever_set_it_up() -> None:
    draft = prepared()
    draft.remove(HYBRID_ACCESS)
    endpoint(draft, "Inner")["expiresAt"] = ENOUGH
    expect(draft, RULE, "i-app", Outcome.PASS)
    endpoint(draft, "Inner")["expiresAt"] = TOO_EARLY
    expect(draft, RULE, "i-app", Outcome.FAIL)


def test_pending_while_hybrid_access_is_only_declared() -> None:
    draft = prepared(exists=False)
    expect(draft, RULE, "i-app", Outcome.PENDING)
    draft.facts(HYBRID_ACCESS)["validUntil"] = ENOUGH
    expect(draft, RULE, "i-app", Outcome.PENDING, "until 2026-12-21T02:00+08:00 is declared")


def _extension_planned(draft: Draft) -> None:
    endpoint(draft, "Inner")["expiresAt"] = TOO_EARLY
    draft.facts(HYBRID_ACCESS)["applied"] = UNKNOWN


def test_pending_while_an_extension_is_only_declared() -> None:
    draft = prepared()
    draft.now = BEFORE_FREEZE
    _extension_planned(draft)
    expect(draft, RULE, "i-app", Outcome.PENDING, "not applied yet")


def test_fail_when_the_extension_is_not_applied_at_the_freeze() -> None:
    draft = prepared()
    _extension_planned(draft)
    expect(draft, RULE, "i-app", Outcome.FAIL, "freeze began")


@pytest.mark.parametrize("now", [BEFORE_FREEZE, IN_FREEZE])
def test_fail_while_the_state_alone_says_that_they_last(now: datetime) -> None:
    draft = prepared()
    draft.now = now
    endpoint(draft, "Inner")["expiresAt"] = TOO_EARLY
    expect(draft, RULE, "i-app", Outcome.FAIL, "but its addresses end earlier", "pulumi up")
    # This very update has extended them, and found that in the cloud.
    draft.up("rm-orders")
    expect(draft, RULE, "i-app", Outcome.PASS, "last until 2026-12-27T02:00+08:00, by this update")
    draft.facts(HYBRID_ACCESS)["classicExpiresAt"] = ENOUGH
    expect(draft, RULE, "i-app", Outcome.PASS, "last until 2026-12-21T02:00+08:00, by this update")
    draft.facts(HYBRID_ACCESS)["classicExpiresAt"] = TOO_EARLY
    expect(draft, RULE, "i-app", Outcome.FAIL, "but its addresses end earlier")
    del draft.facts(HYBRID_ACCESS)["classicExpiresAt"]
    expect(draft, RULE, "i-app", Outcome.FAIL, "but its addresses end earlier")


def test_fail_when_any_classic_address_ends_too_early() -> None:
    draft = prepared()
    draft.remove(HYBRID_ACCESS)
    splitting = {"kind": "ReadWriteSplitting", "ipType": "Inner", "connectionString": "rw", "expiresAt": TOO_EARLY}
    database(draft)["endpoints"].append(splitting)
    expect(draft, RULE, "i-app", Outcome.FAIL, "end at 2026-12-21T01:59+08:00", "hybridAccess: {}}]", "pulumi up")


def test_fail_when_a_read_only_instance_ends_too_early() -> None:
    draft = prepared()
    replica = followed(draft)
    expect(draft, RULE, "i-app", Outcome.PASS)
    replica["endpoints"][0]["expiresAt"] = TOO_EARLY
    expect(draft, RULE, "i-app", Outcome.FAIL, "rr-orders")


def test_fail_when_less_is_declared_than_the_wave_needs() -> None:
    draft = prepared(exists=False)
    draft.facts(HYBRID_ACCESS)["validUntil"] = TOO_EARLY
    words = ("is declared until 2026-12-21T01:59+08:00", "hybridAccess: {marginDays: 1}")
    expect(draft, RULE, "i-app", Outcome.FAIL, *words)


def test_fail_for_a_later_wave_alone() -> None:
    draft = prepared()
    late = add_wave(draft, "second", "i-app", start="2027-01-08T02:00:00+08:00", latest="2027-01-20T02:00:00+08:00")
    draft.facts(HYBRID_ACCESS)["validUntil"] = KEPT_UNTIL
    expect(draft, RULE, "i-app", Outcome.FAIL, "needs them until 2027-01-21T02:00+08:00")
    late["window"]["latest"] = "2026-12-20T02:00:00+08:00"
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_fail_for_postgresql_whatever_is_declared_as_nothing_extends_it() -> None:
    draft = prepared()
    draft.now = BEFORE_FREEZE
    endpoint(draft, "Inner")["expiresAt"] = TOO_EARLY
    database(draft)["engine"] = "PostgreSQL"
    expect(draft, RULE, "i-app", Outcome.FAIL, "For PostgreSQL no API call is documented")


def test_unknown_when_the_end_of_a_classic_address_is_not_told() -> None:
    draft = prepared()
    del endpoint(draft, "Inner")["expiresAt"]
    draft.remove(HYBRID_ACCESS)
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "is not known")
    # Nor that of one beside another.
    splitting = {"kind": "ReadWriteSplitting", "ipType": "Inner", "connectionString": "rw", "expiresAt": ENOUGH}
    database(draft)["endpoints"].append(splitting)
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "is not known")


def test_unknown_when_the_window_of_the_instance_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["window"]["latest"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "the window")
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-app")["wave"] = "nobody's"
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "the window")


def test_not_applicable_without_hybrid_access_which_another_rule_tells() -> None:
    draft = prepared(exists=False)
    draft.remove(HYBRID_ACCESS)
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "database-address-in-vpc")
    expect(draft, "database-address-in-vpc", "i-app", Outcome.FAIL)


def test_fail_when_the_classic_address_has_ended_before_the_instance_moved() -> None:
    """As where its wave was postponed."""
    draft = prepared()
    without(draft, "Inner")
    # The program links nobody of the first wave.
    by_hand = ("aliyun ecs AttachClassicLinkVpc", "--InstanceId i-app", "waivers:")
    expect(draft, RULE, "i-app", Outcome.FAIL, "has no classic address any more", *by_hand)
    add_wave(draft, "second", "i-app", start="2026-12-20T02:00:00+08:00", latest="2026-12-28T02:00:00+08:00")
    expect(draft, RULE, "i-app", Outcome.FAIL, "has no classic address any more", "attach: [i-app, i-stay]")
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE)


def test_a_linked_instance_reaches_the_vpc_address_where_it_is_admitted() -> None:
    draft = prepared()
    without(draft, "Inner")
    draft.add(CLASSIC_LINK_ATTACHMENT, "i-app", {"instanceId": "i-app", "vpcId": "vpc-1", "applied": "known"})
    draft.now = BEFORE_FREEZE
    [address] = draft.facts(MIGRATING_INSTANCE, "i-app")["intranetIps"]
    database(draft)["whitelistGroups"] = [{"groupName": "own", "networkType": "VPC", "securityIps": [address]}]
    expect(draft, RULE, "i-app", Outcome.PASS, "reaches it by ClassicLink until it moves")
    database(draft)["whitelistGroups"] = []
    words = ("do not admit the intranet address", f"alsoAdmit: [{address}]")
    expect(draft, RULE, "i-app", Outcome.FAIL, *words)


def _linked_and_admitted() -> Draft:
    draft = prepared()
    without(draft, "Inner")
    draft.add(CLASSIC_LINK_ATTACHMENT, "i-app", {"instanceId": "i-app", "vpcId": "vpc-1", "applied": "known"})
    draft.now = BEFORE_FREEZE
    addresses = draft.facts(MIGRATING_INSTANCE, "i-app")["intranetIps"]
    database(draft)["whitelistGroups"] = [{"groupName": "own", "networkType": "VPC", "securityIps": addresses}]
    return draft


def test_pending_while_the_link_is_only_declared() -> None:
    draft = _linked_and_admitted()
    link = draft.facts(CLASSIC_LINK_ATTACHMENT, "i-app")
    link["applied"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.PENDING, "It is not linked yet")
    draft.add(CLASSIC_LINK_ATTACHMENT, "again", {**link, "applied": "known"})
    expect(draft, RULE, "i-app", Outcome.PENDING, "It is not linked yet")


def test_fail_when_the_link_is_to_another_vpc() -> None:
    draft = _linked_and_admitted()
    draft.facts(CLASSIC_LINK_ATTACHMENT, "i-app")["vpcId"] = "vpc-2"
    expect(draft, RULE, "i-app", Outcome.FAIL, "has no classic address any more")


def test_unknown_for_a_linked_instance_when_it_is_not_known_whom_the_database_admits() -> None:
    draft = _linked_and_admitted()
    database(draft)["whitelistGroups"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "whitelistGroups")


def test_not_applicable_without_a_classic_address() -> None:
    draft = prepared()
    without(draft, "Inner")
    draft.remove(HYBRID_ACCESS)
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "no classic address")


def test_not_applicable_once_the_instance_has_moved() -> None:
    draft = prepared()
    endpoint(draft, "Inner")["expiresAt"] = TOO_EARLY
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "has moved")


def test_not_applicable_without_databases() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)


def test_fail_when_this_update_takes_its_address_out_of_the_stacks_own_group() -> None:
    """As where alsoAdmit was taken out of the config while it was still needed."""
    draft = _linked_and_admitted()
    [group] = database(draft)["whitelistGroups"]
    group["groupName"] = draft.facts(WHITELIST_GROUP)["groupName"]
    expect(draft, RULE, "i-app", Outcome.FAIL, "do not admit the intranet address", "alsoAdmit:")
    draft.facts(WHITELIST_GROUP)["securityIps"] = [BLOCK, *group["securityIps"]]
    expect(draft, RULE, "i-app", Outcome.PASS)
    draft.facts(WHITELIST_GROUP)["securityIps"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "securityIps")
