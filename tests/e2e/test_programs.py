"""The programs in docs/programs: components in a program that is not ours, on the real engine and a simulated cloud."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

import toolchain
from demo.project import REPOSITORY, Project
from simulator.server import Simulator

PROGRAMS = REPOSITORY / "docs/programs"
ROOMS = tuple(REPOSITORY / name for name in ("components", "estate", "provider", "package"))
WEB, APP = "sg-bp1web00000000000001", "sg-bp1app00000000000001"
DATABASE = "rm-bp1shopmysql000001"

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]


def project(directory: Path, program: Path, cloud: Simulator, engine: toolchain.Engine) -> Project:
    """A stack of a program of docs/programs; of our config it has nothing, of the cloud's what every program needs."""
    created = Project(directory, cloud, engine.environ(), files=(*sorted(program.iterdir()), *ROOMS))
    created.join("test", {f"alimigrate:{name}": value for name, value in alimigrate_config(cloud).items()})
    created.run("stack", "init", "test", "--no-select", check=True)
    return created


def alimigrate_config(cloud: Simulator) -> dict[str, Any]:
    return {"region": cloud.region, "protocol": "HTTP", "endpoints": cloud.endpoints}


def lives_a_whole_life(project: Project, cloud: Simulator, applied: Callable[[], object] = lambda: None) -> None:
    """Applied as declared, nothing to do at the second run, and gone with the stack but for what is of others.

    `applied` is called once the stack is up.
    """
    before = _of_others(cloud)
    up = project.run("up", "--stack", "test", "--yes", "--skip-preview")
    assert up.returncode == 0, up.stdout
    _prepared(cloud.state(), json.loads(project.run("stack", "output", "--json", "--stack", "test").stdout))
    applied()
    again = project.run("preview", "--stack", "test", "--expect-no-changes")
    assert again.returncode == 0, again.stdout
    down = project.run("destroy", "--stack", "test", "--yes", "--skip-preview")
    assert down.returncode == 0, down.stdout
    assert _of_others(cloud) == before


def _of_others(cloud: Simulator) -> list[object]:
    """What such a program leaves as it was, but for a group of RDS, which is left with an entry that admits nobody."""
    state = cloud.state()
    entries = {
        (database["id"], group["name"], group["network_type"], str(ip_network(entry)))
        for database in state["databases"]
        for group in database["whitelist_groups"]
        for entry in group["security_ips"]
        if not entry.startswith("127.0.0.1")
    }
    return [state["vpcs"], state["security_groups"], entries]


def _prepared(state: dict[str, Any], outputs: dict[str, Any]) -> None:
    [vpc] = [item for item in state["vpcs"] if item["name"] == "shop"]
    [vswitch] = [item for item in state["vswitches"] if item["vpc_id"] == vpc["id"]]
    assert outputs["vswitchIds"] == {"cn-hangzhou-b": vswitch["id"]}
    clones = {item["id"]: item for item in state["security_groups"] if item.get("vpc_id") == vpc["id"]}
    by_classic = outputs["securityGroupIds"]
    assert set(by_classic) == {WEB, APP}
    assert sorted(clones) == sorted(group_id for ids in by_classic.values() for group_id in ids)
    # What the classic group says of the other one, its clone says of the other's clone.
    rules = clones[by_classic[APP][0]]["rules"]
    assert {rule["group_id"] for rule in rules if rule["port_range"] == "8080/8080"} == {by_classic[WEB][0]}
    [database] = [item for item in state["databases"] if item["id"] == DATABASE]
    [group] = [item for item in database["whitelist_groups"] if item["name"] == "shop_vpc"]
    assert group["security_ips"] == ["172.16.1.0/24"]


def test_a_python_program_of_ones_own(cloud: Simulator, engine: toolchain.Engine, tmp_path: Path) -> None:
    shop = project(tmp_path, PROGRAMS / "python", cloud, engine)
    refused = shop.run("preview", "--stack", "test", "--config", "alicloud:region=")
    assert refused.returncode != 0
    assert "alicloud:region: expected a region id such as cn-hangzhou" in refused.stdout
    assert "Traceback" not in refused.stdout
    shop.join("test", {f"alimigrate:{name}": value for name, value in alimigrate_config(cloud).items()})
    lives_a_whole_life(shop, cloud)


# What a program in any language sends the engine for the components of the package; that of docs/programs/yaml.
REMOTE = """
import pulumi

SERVERS = pulumi.Config().require_object("servers")
BLOCK = "172.16.1.0/24"


def declared(kind, name, inputs, *outputs, opts=None):
    props = {**inputs, **dict.fromkeys(outputs)}
    return pulumi.ComponentResource(f"classic-to-vpc:index:{kind}", name, props, opts, remote=True)


def named(args):
    # A transform of the program meets what the host declares.
    if args.type_ == "alicloud:vpc/network:Network":
        return pulumi.ResourceTransformResult({**args.props, "vpcName": "shop"}, args.opts)


vswitch = {"zoneId": "cn-hangzhou-b", "name": "shop-b", "cidrBlock": BLOCK}
network = declared(
    "TargetNetwork",
    "network",
    {"vpcName": "unnamed", "cidrBlock": "172.16.0.0/16", "vswitches": [vswitch]},
    "vpcId",
    "vswitchIds",
    opts=pulumi.ResourceOptions(transforms=[named]),
)
groups = declared(
    "ClonedSecurityGroups",
    "groups",
    {"vpcId": network.vpcId, "targetCidrs": [BLOCK], "instanceIds": SERVERS},
    "securityGroupIds",
)
vswitch_id = network.vswitchIds.apply(lambda ids: ids["cn-hangzhou-b"])
declared(
    "DatabaseAccess",
    "database",
    {
        "dbInstanceId": "rm-bp1shopmysql000001",
        "vpcId": network.vpcId,
        "vswitches": [{"zoneId": "cn-hangzhou-b", "cidrBlock": pulumi.Output.secret(BLOCK), "vswitchId": vswitch_id}],
        "whitelistGroup": "shop_vpc",
    },
)
pulumi.export("vswitchIds", network.vswitchIds)
pulumi.export("securityGroupIds", groups.securityGroupIds)
"""


def test_the_component_package(cloud: Simulator, engine: toolchain.Engine, tmp_path: Path) -> None:
    """The host, started by the engine, makes for any program what the Python program makes."""
    yaml_project = yaml.safe_load((PROGRAMS / "yaml/Pulumi.yaml").read_text(encoding="utf-8"))
    packages = [{"name": name, "path": path} for name, path in yaml_project["packages"].items()]
    plugins = {"providers": [*yaml_project["plugins"]["providers"], *packages]}
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
    program = tmp_path / "program"
    program.mkdir()
    (program / "__main__.py").write_text(REMOTE, encoding="utf-8")
    (program / "Pulumi.yaml").write_text(
        yaml.safe_dump({"name": "shop-network", "runtime": runtime, "plugins": plugins})
    )
    shop = project(tmp_path / "project", program, cloud, engine)
    servers = yaml_project["resources"]["groups"]["properties"]["instanceIds"]
    config = {f"alimigrate:{name}": value for name, value in alimigrate_config(cloud).items()}
    shop.join("test", {**config, "shop-network:servers": ["i-none"]})
    refused = shop.run("preview", "--stack", "test")
    assert refused.returncode != 0
    assert "expected ids of classic instances in cn-hangzhou; i-none is none" in refused.stdout
    assert "components.py" not in refused.stdout, "a traceback of the host"
    shop.join("test", {**config, "shop-network:servers": servers})

    def keeps_the_secret() -> None:
        # The block that the database admits is a secret of this program; the state has copies of what is declared.
        state = json.loads(shop.run("stack", "export", "--stack", "test").stdout)["deployment"]["resources"]
        [group] = [item for item in state if item["type"] == "alimigrate:rds:WhitelistGroup"]
        assert "declared" in group["outputs"]
        assert "172.16.1.0" not in json.dumps(group)

    lives_a_whole_life(shop, cloud, keeps_the_secret)


def test_a_yaml_program(cloud: Simulator, engine: toolchain.Engine, tmp_path: Path) -> None:
    host = engine.language_host.with_name("pulumi-language-yaml")
    if engine.origin is toolchain.Origin.INSTALLED and not host.exists() and shutil.which(host.name) is None:
        pytest.skip("the installed Pulumi has no host for YAML")
    lives_a_whole_life(project(tmp_path, PROGRAMS / "yaml", cloud, engine), cloud)
