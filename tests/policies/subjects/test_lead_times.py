"""From when on each rule is mandatory, what a team may set of it, and what nobody may waive."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from policies.core.clock import Moment
from policies.core.outcome import Outcome, Result, failed
from policies.core.plan import HYBRID_ACCESS, MIGRATING_INSTANCE, MIGRATION
from policies.core.rule import AnyRule, MigrationRule
from policies.core.settings import LEAD_HOURS
from policies.pack.evaluation import evaluate
from policies.pack.registry import all_rules
from tests.policies.prepared import Draft, add_wave, prepared, system_event, use_existing_vswitch

START: Final = datetime.fromisoformat("2026-12-12T02:00:00+08:00")
LATER_START: Final = "2027-01-20T02:00:00+08:00"
SECOND: Final = timedelta(seconds=1)
RULES: Final = {rule.id: rule for rule in all_rules()}

LEADS: Final = {rule.id: rule.lead_hours for rule in all_rules() if rule.lead_hours is not None}

# What is mandatory always takes long to mend, opens or cuts off something, or decides whether the move may be planned.
DECIDED: Final = {
    # Vendors take their time, a type of instance or an EIP does too.
    "guest-evidence-of-instance": 336,
    "guest-ftp-plan": 336,
    "licence-mac-bound": 336,
    "licence-reviewed": 336,
    # What is seen by evidence, which has to be fresh at the window, or is a matter of an hour.
    "classic-link-broad-rules-reviewed": 168,
    "guest-device-names": 168,
    "guest-network-mounts": 168,
    "guest-evidence-current": 168,
    "guest-file-systems-sound": 168,
    "guest-free-space": 168,
    "guest-interface-names": 168,
    "guest-mac-bound-config": 168,
    "guest-restart-rehearsed": 168,
    "guest-windows-disks-online": 168,
    # What the new address has to be in, once the VSwitch is there.
    "network-bucket-policies-prepared": 168,
    "network-load-balancer-lists-prepared": 168,
    "network-registry-lists-prepared": 168,
    # What somebody has to look up, decide or say.
    "backup-automatic-snapshots-outside-freeze": 168,
    "instance-orders-settled": 168,
    "network-default-vpc-chosen": 168,
    "schedule-application-owner-go": 72,
    # The cloud schedules it a day or two before.
    "schedule-apart-from-events": 72,
    # Without it the system is unprotected: the later the better.
    "guest-security-software-off": 24,
}

UNWAIVABLE: Final = {
    "schedule-clocks-agree",
    "backup-snapshot-of-every-disk",
    "instance-outlives-window",
    "network-vswitch-in-usable-zone",
    "schedule-migration-declared",
    "schedule-window-before-latest",
    "schedule-window-in-future",
    "security-group-cloned",
    "security-group-nothing-opened",
    "waiver-in-order",
}


def test_the_lead_times_and_what_nobody_may_waive() -> None:
    """What was decided stays; a new rule needs no line here."""
    assert DECIDED.items() <= LEADS.items()
    assert LEADS.keys() <= {rule.id for rule in all_rules() if rule.severity != "critical"} | {"guest-free-space"}
    assert {rule.id for rule in all_rules() if rule.unwaivable is not None} >= UNWAIVABLE


def _results(draft: Draft, rule: AnyRule, **configuration: float) -> dict[str, Result]:
    evaluated = evaluate([rule], draft.plan(), Moment(draft.now, "cloud"), {rule.id: configuration})
    return {result.subject.id: result for result in evaluated.results}


def _failing(rule_id: str) -> tuple[Draft, AnyRule]:
    """A stack of two waves, and the rule as it is where what it asks for is missing."""
    draft = prepared()
    add_wave(draft, "two", "i-app", start=LATER_START)
    return draft, replace(RULES[rule_id], check=lambda *_: failed("Something is missing."))  # type: ignore[arg-type]


@pytest.mark.parametrize("hours", [None, 400.0, 8760.0])
@pytest.mark.parametrize("rule_id", LEADS)
def test_advice_becomes_mandatory_exactly_at_the_lead_time_of_each_wave(rule_id: str, hours: float | None) -> None:
    configuration = {} if hours is None else {LEAD_HOURS: hours}
    draft, rule = _failing(rule_id)
    lead = timedelta(hours=LEADS[rule_id] if hours is None else hours)
    for subject, start in (("i-web", START), ("i-app", datetime.fromisoformat(LATER_START))):
        # A rule about the migration as a whole goes by the first wave.
        subject_id = "dev" if isinstance(RULES[rule_id], MigrationRule) else subject
        at = (START if subject_id == "dev" else start) - lead
        for now, mandatory in ((at - SECOND, False), (at, True)):
            draft.now = now
            result = _results(draft, rule, **configuration)[subject_id]
            assert (result.outcome.blocks, result.blocking, result.advice) == (True, mandatory, not mandatory)
            assert result.mandatory_from == at


@pytest.mark.parametrize("rule_id", LEADS)
def test_a_lead_time_before_a_window_that_is_not_known_loosens_nothing(rule_id: str) -> None:
    draft, rule = _failing(rule_id)
    draft.now = START - timedelta(days=365)
    for wave in draft.facts(MIGRATION)["waves"]:
        del wave["window"]
    assert all(result.blocking for result in _results(draft, rule).values())


Bend = Callable[[Draft, float], Any]


def _guest(key: str, factor: float = 1) -> Bend:
    return lambda draft, value: draft.facts(MIGRATING_INSTANCE, "i-web")["guest"].update({key: value * factor})


def _window(key: str, minutes: float) -> Bend:
    """Until when the first wave has time: so many of the unit, given in minutes."""

    def bend(draft: Draft, value: float) -> None:
        end = START + timedelta(minutes=minutes * value)
        draft.facts(MIGRATION)["waves"][0][key] = end.isoformat()
        draft.facts(MIGRATION)["offPeak"] = {"from": "01:00", "to": "06:00", "timeZone": "Asia/Shanghai"}

    return bend


def _five_at_a_time(draft: Draft, value: float) -> None:
    """Two instances, and time for them to move one after another or both at once."""
    rounds = -(-2 // int(value))
    _window("end", 15)(draft, rounds)
    _window("offPeakUntil", 15)(draft, rounds)


def _restart(draft: Draft, minutes: float) -> None:
    """So many minutes after the window begins, and after 40 GiB are copied."""
    due = (START + timedelta(minutes=minutes + 96)).isoformat()
    draft.facts(MIGRATING_INSTANCE, "i-web")["scheduledEvents"] = [system_event(due)]


def _free(draft: Draft, value: float) -> None:
    use_existing_vswitch(draft, free=2 + value)


def _until(fields: Callable[[Draft], dict[str, Any]], key: str, mark: datetime) -> Bend:
    return lambda draft, hours: fields(draft).update({key: (mark + timedelta(hours=hours)).isoformat()})


LATEST: Final = datetime.fromisoformat("2026-12-20T02:00:00+08:00")
# 40 GiB are copied in 96 minutes; what ends in that very moment does not outlast it.
COPIED: Final = LATEST + timedelta(minutes=96) + SECOND


def _subscription(draft: Draft) -> dict[str, Any]:
    facts = draft.facts(MIGRATING_INSTANCE, "i-web")
    facts["instanceChargeType"] = "PrePaid"
    return facts


def _expiry(draft: Draft) -> dict[str, Any]:
    endpoint: dict[str, Any] = draft.facts(MIGRATION)["databases"][0]["endpoints"][0]
    draft.remove(HYBRID_ACCESS)
    return endpoint


# Rule, subject, threshold: how to give the subject exactly so much of it, and in which direction it then lacks some.
THRESHOLDS: Final[dict[tuple[str, str, str], tuple[Bend, float]]] = {
    ("guest-free-space", "i-web", "freeMib"): (_guest("systemDiskFreeMib"), -0.5),
    ("guest-restart-rehearsed", "i-web", "uptimeDays"): (_guest("uptimeSeconds", 86_400), 0.01),
    ("network-enough-free-addresses", "i-web", "spareAddresses"): (_free, -1),
    ("instance-outlives-window", "i-web", "marginHours"): (_until(_subscription, "expiredAt", COPIED), -0.01),
    ("database-hybrid-access-outlasts-wave", "i-app", "marginHours"): (_until(_expiry, "expiresAt", LATEST), -0.01),
    ("schedule-window-long-enough", "dev", "minutesPerInstance"): (_window("end", 1), -0.1),
    ("schedule-window-long-enough", "dev", "hoursPer100Gib"): (
        lambda draft, value: _window("disksNeededFrom", 1)(draft, 15 + 60 * 0.4 * value),
        -0.1,
    ),
    ("schedule-window-long-enough", "dev", "atOnce"): (_five_at_a_time, 1),
    ("schedule-off-peak", "dev", "minutesPerInstance"): (_window("offPeakUntil", 1), -0.1),
    ("schedule-off-peak", "dev", "atOnce"): (_five_at_a_time, 1),
    ("schedule-apart-from-events", "i-web", "minutesPerInstance"): (_restart, -0.1),
    ("schedule-apart-from-events", "i-web", "atOnce"): (
        lambda draft, value: _restart(draft, 15 * -(-2 // int(value))),
        1,
    ),
}


@pytest.mark.parametrize("rule_id", LEADS)
def test_a_lead_time_cannot_be_lowered(rule_id: str) -> None:
    """That would switch a rule off until the window, and nobody would answer for it."""
    draft, rule = _failing(rule_id)
    for hours in (0, LEADS[rule_id] - 1):
        for result in _results(draft, rule, leadHours=hours).values():
            assert (result.outcome, result.blocking) == (Outcome.UNKNOWN, True)
            assert f"leadHours is not a number from {LEADS[rule_id]:g} to 8760" in result.reason


def test_no_threshold_can_be_set_weaker_than_the_rules_own() -> None:
    """Weaker is more of what may be, and less of what must be."""
    more_is_weaker = {"uptimeDays", "atOnce"}
    for rule in all_rules():
        for threshold in rule.thresholds:
            weakest = threshold.maximum if threshold.name in more_is_weaker else threshold.minimum
            assert weakest == threshold.default, (rule.id, threshold.name)


def test_every_threshold_is_in_the_table() -> None:
    declared = {(rule.id, threshold.name) for rule in all_rules() for threshold in rule.thresholds}
    assert {(rule_id, name) for rule_id, _, name in THRESHOLDS} == declared


@pytest.mark.parametrize(("rule_id", "subject", "name"), THRESHOLDS)
def test_a_threshold_is_honoured_at_its_boundary(rule_id: str, subject: str, name: str) -> None:
    bend, less = THRESHOLDS[rule_id, subject, name]
    (threshold,) = (item for item in RULES[rule_id].thresholds if item.name == name)
    for value in (threshold.minimum, threshold.default, min(threshold.maximum, threshold.default + 5)):
        draft = prepared()
        bend(draft, value)
        assert _results(draft, RULES[rule_id], **{name: value})[subject].outcome is Outcome.PASS, value
        if name == "atOnce" and value != 1:
            continue  # Two instances move at once with any more than one.
        bend(draft := prepared(), value + less)
        assert _results(draft, RULES[rule_id], **{name: value})[subject].outcome is Outcome.FAIL, value


@pytest.mark.parametrize(("rule_id", "name"), [(rule_id, name) for rule_id, _, name in THRESHOLDS])
def test_no_threshold_goes_below_what_the_notice_demands(rule_id: str, name: str) -> None:
    (threshold,) = (item for item in RULES[rule_id].thresholds if item.name == name)
    demanded = {"freeMib": 500, "minutesPerInstance": 15, "hoursPer100Gib": 4, "spareAddresses": 1}
    assert threshold.minimum >= demanded.get(name, 0)
    result = _results(prepared(), RULES[rule_id], **{name: threshold.minimum - 1})["dev"]
    assert (result.outcome, result.blocking) == (Outcome.UNKNOWN, True)


@pytest.mark.parametrize("rule_id", sorted(UNWAIVABLE - {"waiver-in-order"}))
def test_a_waiver_of_an_unwaivable_rule_fails_with_the_reason(rule_id: str) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waivers"] = [
        {
            "rule": rule_id,
            "all": True,
            "reason": "in a hurry",
            "owner": "ann@example.com",
            "approvedBy": "bob@example.com",
            "approvedAt": "2026-12-01T09:00:00+08:00",
            "expires": "2026-12-19T09:00:00+08:00",
        }
    ]
    result = draft.result("waiver-in-order", "dev")
    assert (result.outcome, result.blocking) == (Outcome.FAIL, True)
    assert f"cannot be waived ({RULES[rule_id].unwaivable})" in result.reason
