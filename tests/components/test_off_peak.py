"""Off-peak hours as instants, through the nights in which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.config import OffPeak
from components.off_peak import off_peak_until


def hours(begins: str, ends: str, zone: str) -> OffPeak:
    return OffPeak.model_validate({"from": begins, "to": ends, "timeZone": zone})


NIGHT = hours("22:00", "06:00", "Asia/Shanghai")
BERLIN = hours("01:00", "05:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("choice", "moment", "until"),
    [
        (NIGHT, "2026-12-12T02:00:00+08:00", "2026-12-12T06:00:00+08:00"),
        (NIGHT, "2026-12-11T22:00:00+08:00", "2026-12-12T06:00:00+08:00"),
        (NIGHT, "2026-12-11T18:00:00+00:00", "2026-12-12T06:00:00+08:00"),
        (NIGHT, "2026-12-11T21:59:59+08:00", None),
        (NIGHT, "2026-12-12T06:00:00+08:00", None),
        # The clock goes from 02:00 to 03:00: the period is an hour shorter, and ends in summer time.
        (BERLIN, "2026-03-29T01:30:00+01:00", "2026-03-29T05:00:00+02:00"),
        # The clock goes back from 03:00 to 02:00: 02:30 comes twice, and both are in it.
        (BERLIN, "2026-10-25T02:30:00+02:00", "2026-10-25T05:00:00+01:00"),
        (BERLIN, "2026-10-25T02:30:00+01:00", "2026-10-25T05:00:00+01:00"),
        # 00:59 in summer time is before it, whatever the winter's offset would say.
        (BERLIN, "2026-07-01T00:59:00+02:00", None),
        (BERLIN, "2026-07-01T00:00:00+01:00", "2026-07-01T05:00:00+02:00"),
        # A beginning that is skipped counts as the hour after it.
        (hours("02:30", "05:00", "Europe/Berlin"), "2026-03-29T03:15:00+02:00", None),
        (hours("02:30", "05:00", "Europe/Berlin"), "2026-03-29T03:30:00+02:00", "2026-03-29T05:00:00+02:00"),
    ],
)
def test_the_period_that_holds_a_moment(choice: OffPeak, moment: str, until: str | None) -> None:
    end = off_peak_until(choice, datetime.fromisoformat(moment))
    assert (end and end.isoformat()) == until


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.times().map(lambda value: value.strftime("%H:%M")),
    st.times().map(lambda value: value.strftime("%H:%M")),
)
def test_a_period_ends_within_a_day_and_with_its_last_moment(
    naive: datetime, zone: str, begins: str, ends: str
) -> None:
    if begins == ends:
        return
    choice, moment = hours(begins, ends, zone), naive.replace(tzinfo=UTC)
    until = off_peak_until(choice, moment)
    if until is not None:
        left = until.timestamp() - moment.timestamp()
        assert 0 < left <= timedelta(hours=25).total_seconds()
        last = datetime.fromtimestamp(until.timestamp() - 1, UTC)
        assert off_peak_until(choice, last) == until
