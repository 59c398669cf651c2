"""What a policy configuration may set of a rule, and how what it may not set is told."""

from typing import Any, Final

import pytest

from policies.core.settings import (
    LEAD_HOURS,
    LONGEST_LEAD_HOURS,
    Settings,
    Threshold,
    adjustable,
    read_settings,
    schema,
)

MOST: Final = Threshold("most", 5, 0, 10, "A limit.")
LEAST: Final = Threshold("least", 2.5, 1.5, 8, "Another.")


@pytest.mark.parametrize(
    ("lead_hours", "given", "settings"),
    [
        (None, {}, Settings(None, {"most": 5, "least": 2.5})),
        (72, {}, Settings(72, {"most": 5, "least": 2.5})),
        (72, {"leadHours": 72, "most": 10.0}, Settings(72, {"most": 10, "least": 2.5})),
        (0, {"leadHours": 8760.0, "most": 0, "least": 1.5}, Settings(8760, {"most": 0, "least": 1.5})),
    ],
)
def test_settings_default_to_those_of_the_rule(
    lead_hours: float | None, given: dict[str, Any], settings: Settings
) -> None:
    assert read_settings(adjustable(lead_hours, (MOST, LEAST)), given) == settings


@pytest.mark.parametrize(
    "given",
    [
        *({"most": value} for value in (-0.1, 10.1, True, "5", None, float("nan"), float("inf"), [5])),
        {"leadHours": 71.9},
        {"leadHours": 0},
        {"leadHours": -1},
        {"leadHours": LONGEST_LEAD_HOURS + 1},
    ],
)
def test_settings_out_of_bounds_are_refused(given: dict[str, Any]) -> None:
    (name,) = given
    least, most = {"most": (0, 10), "leadHours": (72, LONGEST_LEAD_HOURS)}[name]
    with pytest.raises(ValueError, match=f"^{name} is not a number from {least} to {most}$"):
        read_settings(adjustable(72, (MOST,)), given)


def test_all_that_is_wrong_is_reported_at_once_and_what_there_is_to_set() -> None:
    with pytest.raises(ValueError, match="; ") as problem:
        read_settings(adjustable(None, (MOST, LEAST)), {"leadHours": 1, "b": 1, "a": 1, "least": 0, "most": 11})
    assert str(problem.value).split("; ") == [
        "a is not a setting of this rule",
        "it has most, least",
        "b is not a setting of this rule",
        "it has most, least",
        "leadHours is not a setting of this rule",
        "it has most, least",
        "most is not a number from 0 to 10",
        "least is not a number from 1.5 to 8",
    ]
    with pytest.raises(ValueError, match="it has none"):
        read_settings({}, {"a": 1})


def test_the_engine_is_told_types_bounds_and_defaults() -> None:
    properties = schema(adjustable(72, (LEAST,)))
    assert list(properties) == [LEAD_HOURS, "least"]
    assert properties["least"] == {
        "type": "number",
        "minimum": 1.5,
        "maximum": 8,
        "default": 2.5,
        "description": "Another.",
    }
    assert (
        properties[LEAD_HOURS]["minimum"],
        properties[LEAD_HOURS]["maximum"],
        properties[LEAD_HOURS]["default"],
    ) == (72, 8760, 72)
    assert "mandatory" in properties[LEAD_HOURS]["description"]
