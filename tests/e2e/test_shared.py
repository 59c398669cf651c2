"""A stack a wave: the second takes network and clones of the first by its outputs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

from demo.project import CONFIG_KEY, REPOSITORY
from tests.e2e.conftest import Stack, keep_attestations_of_movers, skipping_previews

pytestmark = pytest.mark.engine

OTHER = "organization/classic-to-vpc/test"
BATCH, FTP = "i-bp1batch100000000001", "i-bp1ftp10000000000001"
MON, CACHE = "i-bp1mon10000000000001", "i-bp1cache100000000001"


def id_of(item: Any) -> str:
    return str(item["id"] if isinstance(item, dict) else item)


def first(migration: dict[str, Any]) -> None:
    """batch-1 and ftp-1 move first; all others are of a later wave, and their groups are cloned for it."""
    instances = migration["instances"]
    migration["instances"] = [item for item in instances if id_of(item) in (BATCH, FTP)]
    migration["later"] += [id_of(item) for item in instances if id_of(item) not in (BATCH, FTP)]
    migration["window"]["start"] = "2026-12-06T02:00:00+08:00"
    # The clones are made here, and with them the rules for whoever stays and is talked to by any wave.
    migration["classicLink"] = {"attach": [MON, CACHE]}
    del migration["databases"]


def second(migration: dict[str, Any]) -> None:
    migration["instances"] = [item for item in migration["instances"] if id_of(item) not in (BATCH, FTP)]
    migration["network"] = {"mode": "shared", "stack": OTHER}
    migration["securityGroups"] = {"mode": "shared"}


@pytest.mark.timeout(900)
def test_the_second_stack_takes_what_the_first_has_made(stack: Stack) -> None:
    prepared = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    bent = deepcopy(prepared)
    second(bent[CONFIG_KEY])
    keep_attestations_of_movers(bent[CONFIG_KEY])
    stack.project.new_stack("second", skipping_previews(bent))

    def run(command: str, *options: str) -> int:
        done = stack.project.run(command, "--stack", "second", "--policy-pack", "policies", *options)
        stack.output = done.stdout
        return done.returncode

    assert run("preview") != 0
    assert f"network.stack: {OTHER} does not export vpcId" in stack.output
    assert stack.writes() == []

    stack.configure(first)
    stack.up()
    assert stack.found() == {}
    number = len(stack.cloud.state()["security_groups"])

    assert run("up", "--yes", "--skip-preview") == 0, stack.output
    assert stack.found() == {}
    assert len(stack.cloud.state()["security_groups"]) == number
    assert len(stack.cloud.state()["vpcs"]) == 2
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output
    assert run("preview", "--expect-no-changes") == 0, stack.output
