"""JSON Schema of a whole stack file, for editors."""

from __future__ import annotations

from typing import Any

from components.config.base import ID_PATTERN
from components.config.errors import CONFIG_KEY, NAMESPACE
from components.config.migration import MigrationConfig


def json_schema() -> dict[str, Any]:
    """JSON Schema of a whole stack file, for editors: `docs/schema/stack.schema.json` is made from it."""
    migration = MigrationConfig.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    definitions = migration.pop("$defs")
    for owner in (migration, definitions["Wave"]):
        _let_ids_stand_alone(owner["properties"]["instances"])
    scopes = ("instances", "wave", "selector")
    definitions["Attestation"]["oneOf"] = [{"required": [key]} for key in scopes]
    migration["oneOf"] = [{"required": ["window"]}, {"required": ["waves"]}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pulumi stack file of the classic network to VPC preparation",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {CONFIG_KEY: migration},
                # The program refuses any other key in its namespace, such as a path that was pasted as a key.
                "patternProperties": {f"^{NAMESPACE}:(?!{CONFIG_KEY.partition(':')[2]}$)": False},
                "required": [CONFIG_KEY],
            }
        },
        "required": ["config"],
        "$defs": definitions,
    }


def _let_ids_stand_alone(instances: dict[str, Any]) -> None:
    """Let an instance be named by its id alone, which the model's before-validator takes and its schema cannot know."""
    instances["items"] = {"anyOf": [{"type": "string", "pattern": ID_PATTERN}, instances["items"]]}
