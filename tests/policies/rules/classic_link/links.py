"""The prepared stack without its links, or without the component that declares them."""

from __future__ import annotations

from policies.core.plan import CLASSIC_LINK, CLASSIC_LINK_ATTACHMENT, CLASSIC_LINK_COMPONENT
from tests.policies.prepared import Draft, prepared


def without(*types: str) -> Draft:
    """The prepared stack without its one resource of each type, by default without ClassicLink at all."""
    draft = prepared()
    for kind in types or (CLASSIC_LINK_COMPONENT, CLASSIC_LINK, CLASSIC_LINK_ATTACHMENT):
        draft.remove(kind)
    return draft
