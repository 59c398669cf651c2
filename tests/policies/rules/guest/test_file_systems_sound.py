from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.guests import bent, without_evidence
from tests.policies.prepared import Draft, expect, prepared

RULE = "guest-file-systems-sound"


def changed(**changes: Any) -> Draft:
    """The one file system of `i-web`, changed; None takes a key away."""
    draft = prepared()
    (system,) = draft.facts(MIGRATING_INSTANCE, "i-web")["guest"]["fileSystems"]
    for key, value in changes.items():
        system[key] = value
        if value is None:
            del system[key]
    return draft


DUE: dict[str, Any] = {"checkIntervalSeconds": 15_552_000.0, "lastChecked": "2020-03-03T10:00:05Z"}
XFS = {"device": "/dev/xvdb1", "mount": "/data", "type": "xfs", "readOnly": False}
NTFS = {"device": "C:", "mount": "C:", "type": "ntfs"}


def test_pass_when_clean() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "/ (/dev/xvda1, ext4) is clean")


def test_pass_for_what_nothing_checks() -> None:
    expect(bent(fileSystems=[XFS]), RULE, "i-web", Outcome.PASS, "not checked at a restart")
    expect(bent(fileSystems=[{**NTFS, "state": "clean"}]), RULE, "i-web", Outcome.PASS)


def test_pass_when_a_check_is_due_that_fstab_leaves_out() -> None:
    expect(changed(fsckPass=0.0, **DUE), RULE, "i-web", Outcome.PASS)


def test_pass_until_the_check_is_due() -> None:
    expect(changed(mountCount=19.0, maxMountCount=20.0), RULE, "i-web", Outcome.PASS)
    expect(changed(lastChecked="2020-03-03T10:00:05Z", checkIntervalSeconds=1e300), RULE, "i-web", Outcome.PASS)
    interval = {"checkIntervalSeconds": 15_552_000.0}
    expect(changed(lastChecked="9999-12-31T00:00:00Z", **interval), RULE, "i-web", Outcome.PASS)
    # From 2026-06-15 it is 180 days to the moment of the window.
    expect(changed(lastChecked="2026-06-14T18:00:01Z", **interval), RULE, "i-web", Outcome.PASS)
    expect(
        changed(lastChecked="2026-06-14T18:00:00Z", **interval), RULE, "i-web", Outcome.FAIL, "checked at the restart"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"state": "not clean"}, "in the state not clean: the restart repairs it"),
        ({"errorCount": 3.0}, "in the state clean with 3 recorded errors"),
        ({"readOnly": True}, "mounted read-only"),
        ({"mountCount": 20.0, "maxMountCount": 20.0}, "mounted 20 times since its last check; the limit is 20"),
        (DUE, "last checked on 2020-03-03, more than 180 days before"),
        ({"fsckPass": None, **DUE}, "last checked on 2020-03-03"),
    ],
)
def test_fail_for_each_thing_that_delays_the_start(changes: dict[str, Any], message: str) -> None:
    expect(changed(**changes), RULE, "i-web", Outcome.FAIL, message, "tune2fs -c 0")


def test_fail_when_one_of_several_is_not_sound() -> None:
    draft = bent(fileSystems=[XFS, {**NTFS, "state": "dirty"}])
    expect(draft, RULE, "i-web", Outcome.FAIL, "C: (C:, ntfs) is in the state dirty")
    draft = bent(fileSystems=[{**NTFS, "type": "fat32", "state": "dirty"}])
    expect(draft, RULE, "i-web", Outcome.FAIL, "C: (C:, fat32) is in the state dirty")


@pytest.mark.parametrize(
    "key", ["state", "mountCount", "maxMountCount", "checkIntervalSeconds", "lastChecked", "type", "mount", "device"]
)
def test_unknown_when_the_state_was_not_read(key: str) -> None:
    expect(changed(**{key: None}), RULE, "i-web", Outcome.UNKNOWN, key)


def test_unknown_when_a_check_comes_due_and_nobody_knows_the_day_of_the_move() -> None:
    draft = changed(**DUE)
    draft.facts(MIGRATING_INSTANCE, "i-web")["wave"] = "no such wave"
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "wave")


def test_unknown_when_no_file_system_was_seen() -> None:
    expect(bent(fileSystems=[]), RULE, "i-web", Outcome.UNKNOWN, "names no file system")
    expect(without_evidence(), RULE, "i-web", Outcome.UNKNOWN, "no evidence")
