"""Evidence as a team makes and uses it: collected by Cloud Assistant, committed, judged by the preview."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from demo.project import CONFIG_KEY
from tests.e2e.conftest import Stack, bent_config
from tests.policies.in_process import Scene, previewed

pytestmark = pytest.mark.engine

WEB_1, WEB_2 = "i-bp1web10000000000001", "i-bp1web20000000000001"


def _two_instances(migration: dict[str, Any], file: str) -> None:
    """web-1 and web-2, which have the agent; the others come later."""
    ids = [item if isinstance(item, str) else item["id"] for item in migration["instances"]]
    migration["later"] += [instance_id for instance_id in ids if instance_id not in (WEB_1, WEB_2)]
    migration["instances"] = [WEB_1, WEB_2]
    migration["evidence"] = {"files": [file], "cloudAssistant": True}


def _collect(stack: Stack) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "components.evidence", "collect", "--stack-config", "Pulumi.test.yaml"]
    return subprocess.run(
        command, cwd=stack.project.directory, env=stack.project.environ, capture_output=True, text=True, check=False
    )


def _let_the_guest_answer(stack: Stack, **facts: Any) -> None:
    """Lets web-1 answer at once, with some facts changed."""
    with stack.cloud.simulation.present(changed=True) as cloud:
        for instance_id in (WEB_1, WEB_2):
            guest = cloud.instance(instance_id).guest
            assert guest is not None
            guest.answers[0].seconds = 0
            if instance_id == WEB_1:
                guest.answers[0].output = json.dumps({**json.loads(guest.answers[0].output), **facts})


def _guest_findings(stack: Stack) -> dict[str, set[str]]:
    """Advice, a good week before the window; what the evidence shows is mandatory later."""
    assert not any(rule.startswith("guest-") for rule in stack.found())
    return {rule: names for rule, names in stack.advised().items() if rule.startswith("guest-")}


def _without_an_engine(stack: Stack, file: str) -> dict[str, set[str]]:
    """What `_guest_findings` finds, by the preview without an engine at this moment."""
    migration = bent_config(lambda migration: _two_instances(migration, file))[CONFIG_KEY]
    found: dict[str, set[str]] = {}
    for item in previewed(migration, Scene(now=datetime.fromisoformat(stack.cloud.now))).results:
        if item.rule_id.startswith("guest-") and item.outcome.blocks:
            found.setdefault(item.rule_id, set()).add(item.subject.name)
    return found


def test_the_preview_judges_by_collected_evidence(stack: Stack) -> None:
    file = str(stack.project.directory / "evidence/test.json")
    stack.configure(lambda migration: _two_instances(migration, file))
    _let_the_guest_answer(stack, systemDiskFreeMib=420, securityRunning=["AliYunDun"])
    collected = _collect(stack)
    assert (collected.returncode, collected.stdout) == (0, ""), collected.stderr
    stack.pulumi("preview")
    expected = {"guest-free-space": {"web-1"}, "guest-security-software-off": {"web-1"}}
    assert _guest_findings(stack) == _without_an_engine(stack, file) == expected
    assert "420 MiB free" in stack.output

    _let_the_guest_answer(stack, systemDiskFreeMib=4200, securityRunning=[])
    assert _collect(stack).returncode == 0
    assert _without_an_engine(stack, file) == {}
    assert set(stack.writes()) == {"RunCommand"}, "a preview runs nothing"
