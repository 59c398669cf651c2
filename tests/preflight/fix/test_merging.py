"""A stack file with its fixes merged into it keeps its comments, and is ready where nobody has to decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from components.config import CONFIG_KEY, ConfigError
from estate.inventory import SCHEMA_VERSION, Inventory, save_inventory
from estate.model import Estate
from preflight.cli import app
from preflight.fix.choosing import choose
from preflight.fix.merging import merge_fixes
from preflight.fixes import open_findings
from tests.policies.fix_cases import CASES
from tests.policies.in_process import FILE, Scene, sample_config, sample_estate
from tests.preflight.fix.stacks import BY_CONFIG, fixed, judged, migration_in, stack_file, without_what_fixes_write
from tests.preflight.fix.test_choosing import ANSWER, SNAPSHOTS, config
from tests.preflight.test_fixes import finding


def test_one_run_of_fixes_without_decisions_makes_a_stack_ready(tmp_path: Path) -> None:
    path = stack_file(tmp_path, without_what_fixes_write(sample_config()))
    choice, after = fixed(path)
    assert set(choice.part()) == {*BY_CONFIG, "instances"}
    assert after["judgement"]["readiness"] == "READY WITH CONDITIONS"
    assert [item["rule"] for item in after["results"] if item["blocking"]] == []
    again = merge_fixes(path, choose(open_findings(after)))
    assert again.change is None or again.change.diff == ""


def estate_of_sixty() -> Estate:
    """Sixty servers of one kind in eight groups, each of which admits the one before it; two share a database."""
    sample = sample_estate()
    server = next(item for item in sample.instances if item.name == "batch-1")
    disk = next(item for item in sample.disks if item.instance_ids == (server.id,))
    group = next(item for item in sample.security_groups if item.id in server.security_group_ids)
    rule = group.rules[-1].model_copy(update={"ip_protocol": "TCP", "port_range": "8080/8080", "cidr_ip": None})
    database = next(item for item in sample.databases if item.id == "rm-bp1shopmysql000001")
    lists = database.whitelist_groups[0].model_copy(update={"security_ips": ("10.25.40.9", "10.25.40.30")})

    def group_of(place: int) -> str:
        return f"sg-{place % 8}"

    return sample.model_copy(
        update={
            "instances": tuple(
                server.model_copy(
                    update={
                        "id": f"i-{place}",
                        "name": f"server-{place}",
                        "intranet_ips": (f"10.25.40.{place + 1}",),
                        "security_group_ids": (group_of(place),),
                    }
                )
                for place in range(60)
            ),
            "disks": tuple(
                disk.model_copy(update={"id": f"d-{place}", "instance_ids": (f"i-{place}",)}) for place in range(60)
            ),
            "security_groups": tuple(
                group.model_copy(
                    update={
                        "id": group_of(place),
                        "name": f"tier-{place}",
                        "rules": (rule.model_copy(update={"group_id": group_of(place - 1)}),),
                    }
                )
                for place in range(8)
            ),
            "databases": (database.model_copy(update={"whitelist_groups": (lists,)}),),
            "vserver_groups": (),
        }
    )


def test_from_nothing_fixes_alone_make_sixty_instances_ready(tmp_path: Path) -> None:
    """`init` proposes waves in their order, and one run of `fix` writes all that is left: nobody has to decide."""
    estate = estate_of_sixty()
    save_inventory(tmp_path / "estate.json", Inventory(schema_version=SCHEMA_VERSION, rehearsal=(), estate=estate))
    stack_file(tmp_path, {})
    done = CliRunner().invoke(
        app,
        ["init", "--stack", "test", "--from", f"{tmp_path}/estate.json", "--project", str(tmp_path), "--force"],
    )
    assert done.exit_code == 0, done.output
    path = tmp_path / FILE
    waves = migration_in(path)["waves"]
    assert [wave.get("after", []) for wave in waves] == [[], [], ["wave-1", "wave-2"], ["wave-3"]]
    _, after = fixed(path, Scene(estate=estate))
    assert [item for item in after["results"] if item["blocking"]] == []
    assert after["judgement"]["readiness"] == "READY WITH CONDITIONS"


#: Findings that one run settles, and one whose fix has to be chosen by its number.
SETTLED = {
    "no security groups": None,
    "weak thresholds": None,
    "no hybrid access": None,
    "two waves without an order": 2,
    "a member of a vServer group": 1,
}


@pytest.mark.parametrize("name", SETTLED)
def test_a_finding_whose_fix_is_written_is_gone(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    path = stack_file(tmp_path, case.config)
    before = {item["rule"] for item in open_findings(judged(case.config, case.scene))}
    assert before >= set(case.shows)
    choice, after = fixed(path, case.scene, SETTLED[name])
    assert {item["rule"] for item in choice.taken} >= set(case.shows)
    assert not {item["rule"] for item in open_findings(after)} & set(case.shows)


def choice_of(*steps: dict[str, Any]) -> Any:
    return choose(finding(f"rule-{place}", "web", [step]) for place, step in enumerate(steps))


def test_a_refused_fix_is_reported_and_the_others_are_merged(tmp_path: Path) -> None:
    path = stack_file(tmp_path, sample_config())
    before = path.read_text(encoding="utf-8")
    merged = merge_fixes(path, choice_of(config("backups", {"retentionDays": 1}), config("freezeHours", 48), ANSWER))
    assert merged.rules == ("rule-1",)
    assert list(merged.refused) == ["rule-0"]
    assert "migration.backups.retentionDays: expected 10 or more" in merged.refused["rule-0"]
    assert merged.change is not None
    assert "+    freezeHours: 48" in merged.change.diff
    assert "retentionDays: 1\n" not in merged.change.after
    assert path.read_text(encoding="utf-8") == before, "nothing is written before somebody asks for it"


def test_a_file_that_is_refused_as_it_is_takes_no_fix(tmp_path: Path) -> None:
    path = stack_file(tmp_path, {**sample_config(), "bakups": {}})
    with pytest.raises(ConfigError, match="bakups"):
        merge_fixes(path, choice_of(SNAPSHOTS))


def test_comments_stay_and_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = stack_file(tmp_path, sample_config())
    text = path.read_text(encoding="utf-8").replace("    freezeHours: 24\n", "    freezeHours: 24 # a day\n")
    path.write_text(f"# Ours.\n{text}", encoding="utf-8")
    change = merge_fixes(path, choice_of(config("freezeHours", 36))).change
    assert change is not None
    path.write_text(f"# Theirs.\n{text}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"it has changed meanwhile"):
        change.write()
    path.write_text(f"# Ours.\n{text}", encoding="utf-8")
    change.write()
    written = path.read_text(encoding="utf-8")
    assert written.startswith("# Ours.\n")
    assert "    freezeHours: 36 # a day\n" in written
    assert yaml.safe_load(written)["config"][CONFIG_KEY] == {**sample_config(), "freezeHours": 36}


def test_no_fix_is_no_change(tmp_path: Path) -> None:
    path = stack_file(tmp_path, sample_config())
    assert merge_fixes(path, choice_of(ANSWER)).change is None
    assert migration_in(path) == sample_config()
