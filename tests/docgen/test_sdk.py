"""The SDK in components/alimigrate is what the schema makes."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from components import alimigrate
from docgen.sdk import BY_HAND, main, modules
from provider.registry import RESOURCES, schema

SDK = Path(__file__).resolve().parents[2] / "components" / "alimigrate"


def test_the_sdk_is_in_step_with_the_schema() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in SDK.glob("*.py") if path.name != BY_HAND}
    assert committed == modules(), "run `make docs`"


def test_modules_that_left_the_schema_are_removed(tmp_path: Path) -> None:
    for name in ("gone.py", BY_HAND):
        (tmp_path / name).write_text('"""Something."""\n', encoding="utf-8")
    main(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*modules(), BY_HAND}


@pytest.mark.parametrize("token", RESOURCES)
def test_a_class_takes_what_its_resource_takes(token: str) -> None:
    """Every input, required or not as the schema says, in snake_case."""
    _, module, name = token.split(":")
    parameters = inspect.signature(getattr(getattr(alimigrate, module), name)).parameters
    inputs = {key: value.default for key, value in parameters.items() if key not in ("resource_name", "opts")}
    resource = json.loads(schema())["resources"][token]
    assert all(key == key.lower() for key in inputs)
    assert {key.replace("_", "") for key in inputs} == {key.lower() for key in resource["inputProperties"]}
    required = {key for key, default in inputs.items() if default is inspect.Parameter.empty}
    assert {key.replace("_", "") for key in required} == {key.lower() for key in resource["requiredInputs"]}
