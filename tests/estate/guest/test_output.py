"""From a script's output to facts: what is not whole, or not ours, is no fact."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.guest import OutputError, parse_output

WHOLE: dict[str, Any] = {
    "schemaVersion": 1,
    "os": "linux",
    "collectedAt": "2026-11-29T02:00:00Z",
    "privileged": True,
    "systemDiskFreeMib": 29296,
    "ftpServers": [],
}
TEXT = json.dumps(WHOLE)


def test_an_absent_key_is_not_known_and_an_empty_list_is() -> None:
    facts = parse_output(TEXT)
    assert facts.ftp_servers == ()
    assert facts.security_running is None


@pytest.mark.parametrize("before", ["Welcome to web-1!\nLast login: today\n", "\ufeff", "\r\n"])
def test_output_of_a_login_before_the_evidence_is_skipped(before: str) -> None:
    assert parse_output(before + TEXT + "\r\n").system_disk_free_mib == 29296


@given(st.integers(0, len(TEXT) - 1))
def test_output_that_is_cut_off_is_refused_wherever_it_is_cut(end: int) -> None:
    with pytest.raises(OutputError):
        parse_output(TEXT[:end])


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("", "found nothing of it"),
        ("sh: syntax error", "found nothing of it"),
        (TEXT + TEXT, "mixed with other output"),
        (TEXT.replace('"schemaVersion": 1', '"schemaVersion": 2'), "version 1 of the script prints, found version 2"),
        (json.dumps({**WHOLE, "os": "plan9"}), "os:"),
        (json.dumps({**WHOLE, "systemDiskFreeMib": -1}), "systemDiskFreeMib:"),
        (json.dumps({**WHOLE, "ftpServers": "vsftpd"}), "ftpServers:"),
        (json.dumps({**WHOLE, "surprise": 1}), "surprise:"),
        (json.dumps({**WHOLE, "collectedAt": "2026-11-29T02:00:00"}), "collectedAt:"),
    ],
)
def test_unusable_output_is_refused_on_one_line(output: str, message: str) -> None:
    with pytest.raises(OutputError) as refused:
        parse_output(output)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
