"""The list of what is read, and of what is not, agrees with the reader and with `not-checked`."""

from __future__ import annotations

from estate.live import RAM_ACTIONS
from policies.subjects.notice import not_checked
from policies.subjects.ways_in import WAYS_IN, table


def test_the_list_has_all_that_the_reader_reads_and_nothing_else() -> None:
    read = {action for way in WAYS_IN for action in way.read}
    assert read == {action for actions in RAM_ACTIONS.values() for action in actions} - {"sts:GetCallerIdentity"}


def test_each_product_is_read_or_listed_by_name() -> None:
    not_read = not_checked(())
    for way in WAYS_IN:
        assert bool(way.read) != bool(way.listed), way.product
        assert not way.listed or way.listed in not_read
    names = " ".join(not_read)
    for product in ("NAS", "PolarDB", "AnalyticDB", "Auto Scaling", "MaxCompute"):
        assert product in names


def test_the_table_has_a_row_for_each() -> None:
    rows = [line for line in table().splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(WAYS_IN)
    for way, row in zip(WAYS_IN, rows, strict=True):
        assert row.startswith(f"| {way.product} |")
        assert way.source in row
        assert ("listed in `not-checked`" in row) == bool(way.listed)
