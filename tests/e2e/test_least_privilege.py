"""The RAM policies of docs/ram are enough for what they are for and no more, with a RAM that enforces them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from demo.project import REPOSITORY
from simulator.estate_file import load
from simulator.model.ram import Policy
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack

pytestmark = pytest.mark.engine


def _document(name: str) -> Policy:
    return Policy.model_validate(json.loads((REPOSITORY / "docs/ram" / name).read_text(encoding="utf-8")))


@pytest.fixture
def cloud() -> Iterator[Simulator]:
    """The sample estate, whose first user may do what up.json allows, and `blind` what preview.json does."""
    estate = load(ESTATE)
    estate.users[0].policies, estate.users[1].policies = [_document("up.json")], [_document("preview.json")]
    with running(estate) as simulator:
        yield simulator


def test_up_and_destroy_need_no_more_than_up_json(stack: Stack) -> None:
    stack.up()
    assert stack.pulumi("preview", "--refresh", "--expect-no-changes") == 0, stack.output
    assert stack.pulumi("destroy", "--yes", "--skip-preview", pack=False) == 0, stack.output


def test_a_preview_needs_no_more_than_preview_json_which_lets_nothing_be_made(stack: Stack) -> None:
    key, secret = stack.cloud.credentials_of("blind")
    stack.project.environ |= {"ALICLOUD_ACCESS_KEY": key, "ALICLOUD_SECRET_KEY": secret}
    assert stack.pulumi("preview") == 0, stack.output
    before = stack.cloud.state()
    assert stack.pulumi("up", "--yes", "--skip-preview") != 0
    assert "Forbidden.RAM" in stack.output
    assert stack.cloud.state() == before
