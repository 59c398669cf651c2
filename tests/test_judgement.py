"""An update that cannot be undone asks for a verdict: what the pack keeps, and what the program finds, across both."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pulumi
import pytest

from components import judgement
from components.config import ConfigError, parse
from components.facts import migration_facts
from components.inputs import Inputs
from components.judgement import HOLDS, UnjudgedError, require_verdict, unjudged
from components.plan import MigrationPlan, make_plan
from components.plan.lasting import cannot_be_undone
from components.run import SourceFile, Sources
from estate.clock import ClockReading
from estate.model import DatabasePart, Estate, NetInfo, UnreadPart
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.components.builders import APPROVED, FILE, config, estate
from tests.policies.prepared import BEFORE_FREEZE, Draft, prepared
from tests.policies.sdk import request, servicer

DIGEST = "ab" * 32
STACK = ("classic-to-vpc", "dev")
HYBRID = [{"id": "rm-orders", "hybridAccess": {}}]
CLOUD_TIME = datetime(2026, 12, 2, 1, tzinfo=UTC)
SOURCES = Sources(
    commit="c0ffee",
    dirty=False,
    stack_file=SourceFile(FILE, "aa"),
    files=(SourceFile("evidence.json", "bb"),),
    clock=ClockReading(CLOUD_TIME, CLOUD_TIME),
)


# ---- the pack keeps it, and the program finds it ----


def first_preview() -> Draft:
    """The first preview of a prepared stack."""
    draft = prepared(exists=False)
    draft.facts(MIGRATION).update(dryRun=True, madeOf={"files": [], "factsSha256": DIGEST})
    return draft


def keep(temporary: Path, draft: Draft, **more: str) -> None:
    servicer({"TMPDIR": str(temporary), **more}, draft.now).AnalyzeStack(request(draft), None)


def judgement_of(
    temporary: Path, digest: str = DIGEST, stack: tuple[str, str] = STACK, later: timedelta = HOLDS
) -> str:
    return unjudged(digest, stack, {"TMPDIR": str(temporary)}, BEFORE_FREEZE + later) or "judged"


def test_an_update_is_judged_by_the_preview_of_the_same_facts(tmp_path: Path) -> None:
    keep(tmp_path, first_preview())
    assert judgement_of(tmp_path) == "judged"
    assert judgement_of(tmp_path) == "judged", "asking takes nothing away"
    verdicts = tmp_path / f"classic-to-vpc-{os.getuid()}" / "judged"
    assert [path.name for path in verdicts.iterdir()] == [f"{DIGEST}.json"]
    assert verdicts.stat().st_mode & 0o077 == (verdicts / f"{DIGEST}.json").stat().st_mode & 0o077 == 0


def test_an_update_without_its_own_recent_verdict_is_not_judged(tmp_path: Path) -> None:
    nobody = "no preview with the policy pack has judged this update within the last 60 minutes."
    assert judgement_of(tmp_path) == nobody
    keep(tmp_path, first_preview())
    assert judgement_of(tmp_path, later=HOLDS + timedelta(seconds=1)) == nobody
    assert judgement_of(tmp_path, later=timedelta(minutes=-6)) == nobody, "of a time in the future"
    assert judgement_of(tmp_path, stack=("classic-to-vpc", "prod")) == nobody
    assert judgement_of(tmp_path, digest="cd" * 32).startswith(
        "the cloud, the commit or the stack file has changed since the verdict of 2026-11-"
    )


BENDS: dict[str, tuple[Callable[[Draft], object], dict[str, str], str]] = {
    "findings that must be settled": (
        lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").update(targetZoneId="cn-hangzhou-x"),
        {},
        "open that must be settled first.",
    ),
    "of an update": (lambda draft: draft.facts(MIGRATION).update(dryRun=False), {}, "no preview with"),
    "whether it is a preview is not told": (lambda draft: draft.facts(MIGRATION).pop("dryRun"), {}, "no preview with"),
    "without a digest": (lambda draft: draft.facts(MIGRATION).pop("madeOf"), {}, "no preview with"),
    "a digest that is a path": (
        lambda draft: draft.facts(MIGRATION)["madeOf"].update(factsSha256="../../engines"),
        {},
        "no preview with",
    ),
    "about another time": (
        lambda _: None,
        {"PREFLIGHT_NOW": (BEFORE_FREEZE + timedelta(hours=1)).isoformat()},
        "no preview with",
    ),
    "by the estate in a file": (
        lambda draft: draft.facts(MIGRATION).update(estateFile={"path": "estate.json", "sha256": "aa"}),
        {},
        "no preview with",
    ),
}


@pytest.mark.parametrize("case", BENDS)
def test_no_verdict_that_lets_no_update_pass_counts(tmp_path: Path, case: str) -> None:
    bend, environment, expected = BENDS[case]
    draft = first_preview()
    bend(draft)
    keep(tmp_path, draft, **environment)
    assert expected in judgement_of(tmp_path)


def test_the_last_verdict_of_the_same_facts_counts(tmp_path: Path) -> None:
    failing = first_preview()
    BENDS["findings that must be settled"][0](failing)
    keep(tmp_path, failing)
    assert judgement_of(tmp_path) != "judged"
    keep(tmp_path, first_preview())
    assert judgement_of(tmp_path) == "judged"


def test_a_directory_of_somebody_else_is_not_trusted(tmp_path: Path) -> None:
    keep(tmp_path, first_preview())
    (tmp_path / f"classic-to-vpc-{os.getuid()}").chmod(0o755)
    assert "is not private to this user" in judgement_of(tmp_path)
    keep(tmp_path, first_preview())
    assert judgement_of(tmp_path / "missing").startswith("it is unknown whether this update was judged: ")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"judgedAt": "now"}', "\xff", '{"factsSha256": 1'],
)
def test_a_malformed_verdict_file_counts_for_nothing(tmp_path: Path, text: str) -> None:
    keep(tmp_path, first_preview())
    path = tmp_path / f"classic-to-vpc-{os.getuid()}" / "judged" / f"{DIGEST}.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="latin-1")
    assert judgement_of(tmp_path).startswith("no preview with")
    for key in whole:
        path.write_text(json.dumps({name: value for name, value in whole.items() if name != key}), encoding="utf-8")
        assert judgement_of(tmp_path) != "judged", key
    path.write_text(json.dumps({**whole, "passes": "true"}), encoding="utf-8")
    assert judgement_of(tmp_path) != "judged"
    path.write_text(json.dumps({**whole, "judgedAt": "2026-11-23T10:00:00"}), encoding="utf-8")
    assert judgement_of(tmp_path).startswith("no preview with"), "a time without an offset"


# ---- what it is known by ----


def planned(of: Estate | None = None, **changes: Any) -> MigrationPlan:
    given = config(**{"databases": HYBRID, "instances": ["i-web", "i-app"], "later": ["i-mon", "i-idle"], **changes})
    return make_plan(parse(given, FILE), of or estate(), FILE)


def digest(plan: MigrationPlan, sources: Sources = SOURCES, *, dry_run: bool = True) -> str:
    return migration_facts(plan, sources, dry_run)["madeOf"]["factsSha256"]


def database(**changes: Any) -> Estate:
    [known] = estate().databases
    return estate(databases=(known.model_copy(update=changes),))


def sold(*instance_types: str) -> Estate:
    first, *remaining = estate().zones
    return estate(zones=(first.model_copy(update={"instance_types": instance_types}), *remaining))


def hybrid(seconds: int) -> Estate:
    inner = NetInfo(connection_string="rm.mysql", ip_type="Inner", expires_in_seconds=seconds)
    return database(network_type="vpc", vpc_id="vpc-old", net_infos=(inner,))


def test_a_verdict_holds_for_another_reading_of_the_same() -> None:
    judged = digest(planned())
    later = CLOUD_TIME + timedelta(minutes=30)
    read_later = estate(read_at=later)
    assert digest(planned(read_later), replace(SOURCES, clock=ClockReading(later, later)), dry_run=False) == judged
    assert digest(planned(hybrid(3600))) == digest(planned(hybrid(3590))), "seconds that are left run on"
    assert digest(planned(sold("ecs.n1.small", "ecs.g9.huge"))) == judged, (
        "what nobody of the stack needs comes and goes"
    )


@pytest.mark.parametrize("part", get_args(DatabasePart))
def test_a_part_of_a_database_that_could_not_be_read_is_known_by_it(part: DatabasePart) -> None:
    """Of one that the config does not name."""
    unread = database(unread=(UnreadPart(part=part, reason="of database rm-orders refused"),))
    assert digest(planned(unread, databases=[])) != digest(planned(databases=[]))


def other_estates() -> dict[str, Estate]:
    web, *remaining = estate().instances
    group, *groups = estate().security_groups
    return {
        "an instance": estate(instances=(web.model_copy(update={"status": "Stopped"}), *remaining)),
        "a rule": estate(security_groups=(group.model_copy(update={"rules": ()}), *groups)),
        "a whitelist": database(whitelist_groups=()),
        "a database": database(status="Rebooting"),
        "what is sold": sold(),
        "a VPC": estate(vpcs=estate().vpcs[1:]),
    }


@pytest.mark.parametrize("case", other_estates())
def test_a_cloud_that_has_changed_is_known_by_it(case: str) -> None:
    assert digest(planned(other_estates()[case])) != digest(planned())


@pytest.mark.parametrize(
    "changes",
    [
        {"commit": "decaf"},
        {"dirty": True},
        {"stack_file": SourceFile(FILE, "ab")},
        {"stack_file": None},
        {"files": ()},
        {"rehearsal": ("alicloud:endpoints leads to 127.0.0.1",)},
    ],
    ids=str,
)
def test_another_commit_or_file_is_known_by_it(changes: dict[str, Any]) -> None:
    assert digest(planned(), replace(SOURCES, **changes)) != digest(planned())


def test_another_config_is_known_by_it_though_the_file_is_not_told() -> None:
    sources = replace(SOURCES, stack_file=None)
    assert digest(planned(backups={"retentionDays": 31}), sources) != digest(planned(), sources)


# ---- what asks for it ----


def test_only_what_has_no_way_back_and_is_not_done_asks_for_it() -> None:
    assert list(cannot_be_undone(planned())) == ["rm-orders gets an address in the VPC"]
    assert list(cannot_be_undone(planned(database(description="orders")))) == ["orders gets an address in the VPC"]
    for plan in (
        planned(databases=[{"id": "rm-orders"}]),
        planned(hybrid(3600)),
        planned(database(engine="MariaDB")),
        planned(databases=[], network=None, securityGroups=None, classicLink=None),
    ):
        assert list(cannot_be_undone(plan)) == []


def approval(**changes: str) -> dict[str, str]:
    return {"reason": "The pack is checked by our own gate.", "owner": "me", **APPROVED, **changes}


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What the program warns of in an update that no pack judges."""
    lines: list[str] = []
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    monkeypatch.setattr(pulumi, "get_project", lambda: STACK[0])
    monkeypatch.setattr(pulumi, "get_stack", lambda: STACK[1])
    monkeypatch.setattr(judgement, "warn_unless_judged", lambda: None)
    monkeypatch.setattr(pulumi.log, "warn", lines.append)
    return lines


def test_an_update_that_nobody_judged_is_refused_in_one_message(warned: list[str]) -> None:
    with pytest.raises(UnjudgedError) as refused:
        require_verdict(Inputs(planned(), None, SOURCES))
    assert str(refused.value).splitlines() == [
        "Nothing is changed in the cloud: no preview with the policy pack has judged this update within the last 60 "
        "minutes. What it would do cannot be undone: rm-orders gets an address in the VPC.",
        "Run `preflight up`, or `pulumi up` with the policy pack and its preview.",
        "To answer for an update without a verdict, declare unjudgedUpdates (docs/weakening.md).",
    ]
    require_verdict(Inputs(planned(hybrid(3600)), None, SOURCES))
    assert warned == []


def test_a_preview_is_refused_nothing(warned: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    require_verdict(Inputs(planned(), None, SOURCES))
    assert warned == []


def test_an_approved_unjudged_update_names_its_owner_until_the_end(warned: list[str]) -> None:
    plan = planned(unjudgedUpdates=approval())
    require_verdict(Inputs(plan, None, SOURCES))
    assert warned == [
        "no preview with the policy pack has judged this update within the last 60 minutes. me answers for that until "
        "2026-12-19 09:00:00+08:00, by unjudgedUpdates: The pack is checked by our own gate."
    ]
    for changes in ({"expires": "2026-12-02T09:00:00+08:00"}, {"approvedAt": "2026-12-02T09:00:01+08:00"}):
        with pytest.raises(UnjudgedError, match=r"The one there holds from 2026-12-0\d .* until 2026-12-"):
            require_verdict(Inputs(planned(unjudgedUpdates=approval(**changes)), None, SOURCES))
    with pytest.raises(UnjudgedError):
        require_verdict(Inputs(plan, None, replace(SOURCES, clock=None)))


@pytest.mark.parametrize("changes", [{"approvedBy": "ME"}, {"expires": "2027-06-01T09:00:00+08:00"}, {"owner": " "}])
def test_an_approval_needs_another_person_and_an_end(changes: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="unjudgedUpdates"):
        planned(unjudgedUpdates=approval(**changes))
