"""The estate in a file: for reviewers, and for a verdict without access to the cloud.

`preflight inventory` writes it (docs/preflight-inventory.md).
"""

from estate.inventory.changes import Change, changes
from estate.inventory.files import (
    SCHEMA_VERSION,
    VARIABLE,
    Inventory,
    InventoryError,
    Origin,
    json_schema,
    load_inventory,
    load_origin,
    render,
    save_inventory,
)

__all__ = [
    "SCHEMA_VERSION",
    "VARIABLE",
    "Change",
    "Inventory",
    "InventoryError",
    "Origin",
    "changes",
    "json_schema",
    "load_inventory",
    "load_origin",
    "render",
    "save_inventory",
]
