"""The story that `make demo` shows: the real CLI on a simulated cloud, each step checked.

1. a stack that names only the window and the instances fails its preview;
2. the prepared stack passes, goes up, and a second `up` changes nothing;
3. what somebody takes away behind Pulumi's back shows in the next preview with refresh, and `up` heals it;
4. `destroy` leaves the estate as it was found, but for what is retained.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from demo.project import CONFIG_KEY, REPOSITORY, Project
from estate.client import Cloud
from simulator.server import Simulator, running

_PACK = ("--policy-pack", "policies")


class StepError(Exception):
    """A step of the story did not do what it must; the message says which and what it did instead."""


class Story:
    """Tells the story on one project and checks each step; what a person reads goes to `console`."""

    def __init__(self, project: Project, console: Console) -> None:
        self._project = project
        self._console = console

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)

    def chapter(self, number: int, title: str) -> None:
        self._console.rule(f"[bold]{number}. {title}", align="left")

    def pulumi(self, *args: str) -> tuple[int, str]:
        """Runs one command as a user would type it and shows its output as it comes; returns exit code and output."""
        self.say(f"[bold cyan]$ pulumi {' '.join(args)}")
        color = "always" if self._console.is_terminal else "never"
        process = subprocess.Popen(
            ["pulumi", *args, "--non-interactive", "--suppress-progress", "--color", color],
            cwd=self._project.directory,
            env=self._project.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines: list[str] = []
        for line in process.stdout or ():
            if not _is_repetition(line, lines):
                sys.stdout.write(f"  {line}")
                sys.stdout.flush()
            lines.append(line)
        code = process.wait()
        self.say(f"[dim]exit code {code}\n")
        return code, "".join(lines)

    def expect(self, met: bool, what: str) -> None:
        """Shows one thing that the step must bring about; raises StepError where it did not."""
        if not met:
            raise StepError(what)
        self.say(f"[green]✓[/green] {what}")


# " ~  alicloud:vpc:Network shop refreshing (0s)", and the same with refresh, creating, deleting.
_PROGRESS = re.compile(r"^ [~+-]  \S+ .* (refresh|refreshing|creating|deleting)( \(\S+\))?(\[retain\])? *$")


def _is_repetition(line: str, before: Sequence[str]) -> bool:
    """Whether a line says nothing new: without a terminal of its own the CLI tells each step of each resource.

    It also repeats a resource's line with every finding on it.
    """
    return bool(_PROGRESS.match(line)) or (line.startswith(" + ") and line in before)


def tell(story: Story, project: Project, cloud: Simulator, prepared: Mapping[str, Any], seen_from: Path) -> None:
    """Tells the whole story of a stack whose files are seen from `seen_from`.

    Raises StepError at the first step that did not do what it must.
    """
    found = cloud.state()
    project.new_stack("unprepared", {**prepared, CONFIG_KEY: unprepared(prepared[CONFIG_KEY])})
    project.new_stack("dev", prepared, seen_from)
    _refused(story, project)
    _prepared(story)
    _drift(story, project, cloud)
    _destroyed(story, cloud, found)


def unprepared(migration: Mapping[str, Any]) -> dict[str, Any]:
    """The stack of a team that has not begun: the window and the instances, and nothing else."""
    return {
        "window": migration["window"],
        "instances": [item if isinstance(item, str) else item["id"] for item in migration["instances"]]
        + list(migration.get("later", ())),
    }


def _refused(story: Story, project: Project) -> None:
    story.chapter(1, "A stack that names only the window and the instances is refused")
    code, _ = story.pulumi("preview", "--stack", "unprepared", *_PACK)
    tally = json.loads(project.result_file.read_text())["tally"]
    story.expect(code != 0, "the preview failed")
    story.expect(tally.get("FAIL", 0) > 0, f"the policy pack found {tally.get('FAIL', 0)} things missing")


def _prepared(story: Story) -> None:
    story.chapter(2, "The prepared stack passes, goes up, and stays as it is")
    code, _ = story.pulumi("preview", "--stack", "dev", *_PACK)
    story.expect(code == 0, "the preview passed")
    code, _ = story.pulumi("up", "--yes", "--skip-preview", "--stack", "dev", *_PACK)
    story.expect(code == 0, "everything was created")
    code, _ = story.pulumi("up", "--yes", "--skip-preview", "--stack", "dev", "--expect-no-changes", *_PACK)
    story.expect(code == 0, "a second up changed nothing")


def _drift(story: Story, project: Project, cloud: Simulator) -> None:
    story.chapter(3, "Somebody takes something away behind Pulumi's back")
    taken = _take_away(project, cloud)
    for what in taken.values():
        story.say(f"[yellow]taken away, by an API call: {what}")
    code, output = story.pulumi("preview", "--stack", "dev", "--refresh", "--expect-no-changes", "--diff", *_PACK)
    story.expect(code != 0, "the next preview with refresh failed: something is not as declared")
    for name, what in taken.items():
        story.expect(name in output, f"it names what is gone: {what}")
    code, _ = story.pulumi("up", "--yes", "--skip-preview", "--stack", "dev", "--refresh", *_PACK)
    story.expect(code == 0, "an up puts it back")


def _take_away(project: Project, cloud: Simulator) -> dict[str, str]:
    """Takes a cloned rule and a whitelist entry away; returns what a preview must name, with what it is."""
    api = project.api()
    resources = json.loads(project.run("stack", "export", "--stack", "dev", check=True).stdout)["deployment"][
        "resources"
    ]
    taken = {}
    for kind, take in (
        ("alimigrate:ecs:SecurityGroupRules", _take_rule),
        ("alimigrate:rds:WhitelistGroup", _take_entry),
    ):
        # Sorted, because resources stand in the state in the order in which they happened to be made.
        declared = sorted((item for item in resources if item["type"] == kind), key=lambda item: str(item["urn"]))
        first = next((item["outputs"] for item in declared if _has_something(item["outputs"])), None)
        if first:
            name, what = take(api, first)
            taken[name] = what
    return taken


def _has_something(declared: Mapping[str, Any]) -> bool:
    """Whether there is an accept rule, or a whitelist entry, to take away."""
    return bool(_accepts(declared) or declared.get("securityIps"))


def _accepts(declared: Mapping[str, Any]) -> list[str]:
    """Labels of the accept rules, those that let something in first."""
    accepts = {label: rule for label, rule in declared.get("rules", {}).items() if rule["policy"] == "accept"}
    return sorted(accepts, key=lambda label: (accepts[label]["direction"] != "ingress", label))


def _take_rule(api: Cloud, declared: Mapping[str, Any]) -> tuple[str, str]:
    """Revokes the first declared accept rule of a clone."""
    group_id = declared["securityGroupId"]
    label = _accepts(declared)[0]
    rule = declared["rules"][label]
    ingress = rule["direction"] == "ingress"
    peer = {
        ("source_" if ingress else "dest_") + field: rule[key]
        for key, field in (("cidrIp", "cidr_ip"), ("groupId", "group_id"), ("prefixListId", "prefix_list_id"))
        if key in rule
    }
    api.call(
        "ecs:RevokeSecurityGroup" if ingress else "ecs:RevokeSecurityGroupEgress",
        region_id=api.region,
        security_group_id=group_id,
        ip_protocol=rule["ipProtocol"],
        port_range=rule["portRange"],
        policy=rule["policy"],
        priority=str(rule["priority"]),
        nic_type="intranet",
        **peer,
    )
    return label, f"the rule '{label}' of {group_id}"


def _take_entry(api: Cloud, declared: Mapping[str, Any]) -> tuple[str, str]:
    """Replaces the entries of a whitelist group of ours by the loopback address: the way to empty a group."""
    api.call(
        "rds:ModifySecurityIps",
        dbinstance_id=declared["dbInstanceId"],
        dbinstance_iparray_name=declared["groupName"],
        security_ips="127.0.0.1",
        modify_mode="Cover",
        whitelist_network_type=declared["networkType"],
    )
    entry = declared["securityIps"][0]
    return entry, f"{entry} from the whitelist group {declared['groupName']} of {declared['dbInstanceId']}"


def _destroyed(story: Story, cloud: Simulator, found: Mapping[str, Any]) -> None:
    story.chapter(4, "Destroy leaves the estate as it was found")
    code, _ = story.pulumi("destroy", "--yes", "--skip-preview", "--stack", "dev")
    story.expect(code == 0, "what the stack made is gone")
    left, retained = _without_retained(cloud.state(), found)
    for what in retained:
        story.say(f"  retained: {what}")
    story.expect(left == dict(found), f"but for the {len(retained)} things retained, the estate is as it was found")


def _without_retained(left: dict[str, Any], found: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The state less what a destroy keeps on purpose, and the names of that."""
    retained = [*_snapshots(left, found), *_network(left, found)]
    for product in ("databases", "redis", "mongodb"):
        for database, before in zip(left[product], found[product], strict=True):
            retained += [*_whitelist_groups(database, before), *_hybrid_access(database, before)]
    return left, retained


def _snapshots(left: dict[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Snapshots are kept because there is no way back without them."""
    new = _new(left, found, "snapshots")
    return [f"snapshot {item['id']} of {item['disk_id']}, for {item['retention_days']} days" for item in new]


def _network(left: dict[str, Any], found: Mapping[str, Any]) -> list[str]:
    """A VPC stays with its VSwitches when databases are in it, which cannot leave it."""
    vpcs = [item["id"] for item in _new(left, found, "vpcs")]
    vswitches = [item["id"] for item in _new(left, found, "vswitches") if item["vpc_id"] in vpcs]
    _new(left, found, "route_tables")
    return [f"{vpc_id} with {' and '.join(vswitches)}, where databases are now" for vpc_id in vpcs]


def _new(left: dict[str, Any], found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Takes what was not there before out of one list of the state, and returns it."""
    known = {item["id"] for item in found[name]}
    new = [item for item in left[name] if item["id"] not in known]
    left[name] = [item for item in left[name] if item["id"] in known]
    return new


def _whitelist_groups(database: dict[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """An emptied group stays: the API has no call that deletes one (ModifySecurityIps: one entry must remain)."""
    for group in database["whitelist_groups"]:
        if group not in before["whitelist_groups"] and group["security_ips"] == ["127.0.0.1/32"]:
            yield f"whitelist group {group['name']} of {database['id']}, which admits nobody now"
            database["whitelist_groups"] = [item for item in database["whitelist_groups"] if item != group]


def _hybrid_access(database: dict[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """No database goes back to the classic network; its classic addresses are those it had, and end some day."""
    if database["network_type"] == before["network_type"]:
        return
    classic = [item for item in database["endpoints"] if item["ip_type"] == "Inner"]
    ends = min(item["expires_at"] for item in classic)
    yield f"{database['id']} in {database['vpc_id']}, with its classic addresses until {ends[:10]}"
    place = {key: before[key] for key in ("network_type", "vpc_id", "vswitch_id")}
    database.update(place, endpoints=[item | {"expires_at": None} for item in classic])


_NEXT = """
[bold]On a real account[/bold]
  1. Give the identity that runs previews the RAM actions that README.md lists, and export its credentials:
       export ALICLOUD_ACCESS_KEY=... ALICLOUD_SECRET_KEY=...
  2. Make a stack of your own from Pulumi.dev.yaml; leave out alicloud:protocol, alicloud:endpoints and
     alicloud:skipRegionValidation, which point at the simulated cloud:
       cp Pulumi.dev.yaml Pulumi.prod.yaml && pulumi stack init prod
  3. See what is missing before your window:
       pulumi preview --stack prod --policy-pack policies
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; returns 0 only if each step did what it must."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--estate", type=Path, default=REPOSITORY / "simulator/estates/sample.yaml")
    parser.add_argument("--stack-config", type=Path, default=REPOSITORY / "Pulumi.dev.yaml")
    parser.add_argument("--directory", type=Path, default=REPOSITORY / ".demo", help="where the stacks live; emptied")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 110)
    prepared = yaml.safe_load(options.stack_config.read_text())["config"]
    shutil.rmtree(options.directory, ignore_errors=True)
    with running(options.estate) as cloud:
        project = Project(options.directory, cloud)
        story = Story(project, console)
        story.say(f"Simulated Alibaba Cloud with {options.estate.name} at {cloud.url}; there it is {cloud.now}.\n")
        try:
            tell(story, project, cloud, prepared, options.stack_config.parent)
        except StepError as failure:
            story.say(f"[bold red]✗ the step failed; expected: {failure}")
            return 1
    story.say(_NEXT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
