"""The RAM actions of the local provider's resources are in what the components declare, from which docs/ram is made."""

from __future__ import annotations

import pytest

from components.ram import up_actions
from provider.registry import RAM_ACTIONS


@pytest.mark.parametrize("token", RAM_ACTIONS)
def test_components_declare_what_their_resources_need(token: str) -> None:
    assert RAM_ACTIONS[token]
    assert set(RAM_ACTIONS[token]) <= set(up_actions())
