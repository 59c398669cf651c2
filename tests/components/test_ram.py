"""The RAM policies in docs/ram."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.ram import cleanup_actions, documents, preview_actions, up_actions
from provider.registry import RAM_ACTIONS

DOCS = Path(__file__).parents[2] / "docs/ram"


def test_the_files_are_in_step() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()} == documents(), "run `make docs`"


@pytest.mark.parametrize("token", RAM_ACTIONS)
def test_components_declare_what_their_resources_need(token: str) -> None:
    assert RAM_ACTIONS[token]
    assert set(RAM_ACTIONS[token]) <= set(up_actions())


def test_a_preview_writes_nothing() -> None:
    assert preview_actions()
    assert not [
        action for action in preview_actions() if not action.split(":")[1].startswith(("Describe", "Get", "List"))
    ]
    assert set(preview_actions()) < set(up_actions())


def test_cleaning_up_makes_nothing_and_opens_nothing() -> None:
    """It ends what an update made: it deletes, detaches, revokes, and takes entries out of lists."""
    assert set(preview_actions()) < set(cleanup_actions()) < set(up_actions())
    writes = {action.split(":")[1] for action in set(cleanup_actions()) - set(preview_actions())}
    assert writes == {
        "AssociateEipAddress",
        "DeleteNetworkInterface",
        "DeleteSecurityGroup",
        "DeleteVSwitch",
        "DeleteVpc",
        "DetachClassicLinkVpc",
        "DetachNetworkInterface",
        "DisableVpcClassicLink",
        "ModifySecurityIps",
        "RemoveAccessControlListEntry",
        "RevokeSecurityGroup",
        "RevokeSecurityGroupEgress",
        "UnassociateEipAddress",
    }


def test_no_action_is_a_pattern() -> None:
    """Least privilege: each action is named."""
    for statement in (item for content in documents().values() for item in json.loads(content)["Statement"]):
        assert statement["Action"] == sorted(set(statement["Action"]))
        assert not [action for action in statement["Action"] if "*" in action]
