"""Others work on what the stack has made: nobody's change is taken away, and nobody in the VPC is cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

import toolchain
from policies.results import findings
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Kept, Stack
from tests.e2e.test_waves import FIRST, pass_time, schedule
from tests.simulator.sdk import Api

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

WEB_2, WEB = "i-bp1web20000000000001", "sg-bp1web00000000000001"
MYSQL, REDIS, MONGODB = "rm-bp1shopmysql000001", "r-bp1shopsessions001", "dds-bp1shopcatalog01"
THEIRS = "10.99.9.9"
OUR_BLOCKS = ["172.16.1.0/24", "172.16.2.0/24"]
RULE = "ingress accept TCP 3389/3389 from 203.0.113.0/24 (1)"


def web_2_with_its_databases(migration: dict[str, Any]) -> None:
    migration["instances"] = [WEB_2]
    migration["window"]["start"] = FIRST
    migration["databases"] = [{"id": name, "hybridAccess": {}} for name in (MYSQL, REDIS, MONGODB)]
    for key in ("backups", "later"):
        migration.pop(key)


def theirs_declared(migration: dict[str, Any]) -> None:
    web_2_with_its_databases(migration)
    migration["databases"][0]["alsoAdmit"] = [THEIRS]


@pytest.fixture(scope="module")
def begun(engine: toolchain.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """The stack with web-2 and its databases, up."""
    with running(ESTATE) as cloud:
        stack = Stack.prepared(engine, cloud, tmp_path_factory.mktemp("others"))
        stack.configure(web_2_with_its_databases)
        assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
        yield Kept.of(stack)


@pytest.fixture
def stack(begun: Kept) -> Stack:
    """The same for each test, which may change it."""
    return begun.again()


def whitelists(stack: Stack) -> dict[str, list[str]]:
    """Return the entries of our group, by database."""
    state = stack.cloud.state()
    return {
        database["id"]: sorted(group["security_ips"])
        for table in ("databases", "redis", "mongodb")
        for database in state[table]
        for group in database["whitelist_groups"]
        if group["name"] == "classic_to_vpc"
    }


def clone(stack: Stack) -> dict[str, Any]:
    """Return the clone of the web servers' group: the one group in the VPC of the stack, whatever its name."""
    state = stack.cloud.state()
    [vpc_id] = {item["vpc_id"] for item in state["vswitches"] if item["cidr_block"] in OUR_BLOCKS}
    [found] = [item for item in state["security_groups"] if item["vpc_id"] == vpc_id]
    return dict(found)


def clone_ports(stack: Stack) -> set[str]:
    """Return the ports that the clone of the web servers opens."""
    return {rule["port_range"] for rule in clone(stack)["rules"]}


def described(stack: Stack) -> dict[str, Any]:
    """Return name, tags and description of the VPC, the VSwitches and the groups of the stack."""
    state = stack.cloud.state()
    vswitches = [item for item in state["vswitches"] if item["cidr_block"] in OUR_BLOCKS]
    ours = [*(item for item in state["vpcs"] if item["id"] == vswitches[0]["vpc_id"]), *vswitches, clone(stack)]
    return {item["id"]: (item["name"], item["tags"], item["description"]) for item in ours}


def describe_as_theirs(stack: Stack) -> dict[str, Any]:
    """Somebody names and tags what the stack has made, and says whom to ask; returns `described` as it is."""
    api, region = Api(stack.cloud), {"RegionId": stack.project.api().region}
    tag = [{"Key": "cost-centre", "Value": "4711"}]
    change: dict[str, tuple[str, str, dict[str, str]]] = {
        "vpc": ("VPC", "vpc:ModifyVpcAttribute", {}),
        "vsw": ("VSWITCH", "vpc:ModifyVSwitchAttribute", {}),
        "sg": ("securitygroup", "ecs:ModifySecurityGroupAttribute", region),
    }
    keys = {"vpc": "VpcId", "vsw": "VSwitchId", "sg": "SecurityGroupId"}
    names = {"vpc": "VpcName", "vsw": "VSwitchName", "sg": "SecurityGroupName"}
    ids = list(described(stack))
    assert len(ids) == 4
    for item in ids:
        prefix = item.partition("-")[0]
        kind, action, fields = change[prefix]
        api(f"{action.partition(':')[0]}:TagResources", ResourceType=kind, ResourceId=[item], Tag=tag, **region)
        named = {keys[prefix]: item, names[prefix]: "theirs"}
        api(action, Description="Ask ops@example.com", **named, **fields)
    return dict.fromkeys(ids, ("theirs", {"cost-centre": "4711"}, "Ask ops@example.com"))


def add_theirs(stack: Stack, *databases: str) -> None:
    """Somebody lets an address into our whitelist groups, and the office into the clone, by hand."""
    add_to_whitelist(stack, *databases)
    cloud = stack.project.api()
    office = {"ip_protocol": "TCP", "port_range": "3389/3389", "source_cidr_ip": "203.0.113.0/24", "priority": "1"}
    cloud.call(
        "ecs:AuthorizeSecurityGroup", region_id=cloud.region, security_group_id=clone(stack)["id"], permissions=[office]
    )


def add_to_whitelist(stack: Stack, *databases: str) -> None:
    """Somebody lets an address into our whitelist groups."""
    api = Api(stack.cloud)
    calls: dict[str, tuple[str, dict[str, str]]] = {
        MYSQL: ("rds:ModifySecurityIps", {"DBInstanceId": MYSQL, "DBInstanceIPArrayName": "classic_to_vpc"}),
        REDIS: ("kvstore:ModifySecurityIps", {"InstanceId": REDIS, "SecurityIpGroupName": "classic_to_vpc"}),
        MONGODB: ("dds:ModifySecurityIps", {"DBInstanceId": MONGODB, "SecurityIpGroupName": "classic_to_vpc"}),
    }
    for database in databases:
        action, fields = calls[database]
        api(action, ModifyMode="Append", SecurityIps=THEIRS, **fields)


def run_printed(stack: Stack, words: str) -> None:
    """Make the call of the one printed command that has these words."""
    output = re.sub(r"\s+", " ", stack.output)
    [command] = {found for found in re.findall(r"aliyun [a-z-]+ \w+(?: --[\w.]+ [^\s]+)+", output) if words in found}
    call_of(stack.cloud, command)


def call_of(cloud: Simulator, command: str) -> None:
    """Make the call of a command of Alibaba Cloud CLI."""
    service, operation, *options = command.removeprefix("aliyun ").split()
    fields: dict[str, Any] = {}
    for option, value in zip(options[::2], options[1::2], strict=True):
        name, dot, _ = option.removeprefix("--").partition(".")
        fields[name] = [*fields.get(name, ()), value] if dot else value
    Api(cloud)(f"{service.removeprefix('r-')}:{operation}", **fields)


def test_changes_of_others_are_kept_and_no_access_is_cut_off(stack: Stack) -> None:
    assert whitelists(stack) == dict.fromkeys((MYSQL, REDIS, MONGODB), OUR_BLOCKS)

    # Between preview and up.
    add_theirs(stack, MYSQL, REDIS, MONGODB)
    words = describe_as_theirs(stack)
    region = {"RegionId": stack.project.api().region}
    apart = {"SecurityGroupId": clone(stack)["id"], "InnerAccessPolicy": "Drop"}
    Api(stack.cloud)("ecs:ModifySecurityGroupPolicy", **apart, **region)
    theirs = {database: [THEIRS, *OUR_BLOCKS] for database in (MYSQL, REDIS, MONGODB)}
    assert stack.pulumi("preview") != 0
    found = {item["rule"]: item for item in findings(stack.result()) if item["rule"].startswith(("update", "stack"))}
    assert (found["update-not-refused"]["outcome"], found["update-not-refused"]["blocking"]) == ("FAIL", True)
    for text in (MYSQL, REDIS, MONGODB, RULE):
        assert text in str(found["update-not-refused"]), found
    drift = str(found["stack-unchanged-in-cloud"])
    assert f"securityIps: {THEIRS}/32 was added" in drift
    assert RULE in drift
    assert "innerAccessPolicy is Drop, and Accept is declared" in drift
    # Without a refresh nothing of it is seen, and so nothing is to be done.
    for refused, options in ((False, ["--refresh=false"]), (True, [])):
        assert (stack.pulumi("up", "--yes", "--skip-preview", *options, pack=False) != 0) is refused, stack.output
        assert whitelists(stack) == theirs
        assert "3389/3389" in clone_ports(stack)

    # One is declared, the others are removed by the commands that the refusals print.
    stack.configure(theirs_declared)
    assert stack.pulumi("up", "--yes", "--skip-preview", "--continue-on-error", pack=False) != 0
    for command in (REDIS, MONGODB, "RevokeSecurityGroup"):
        run_printed(stack, command)
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    assert whitelists(stack) == {MYSQL: [THEIRS, *OUR_BLOCKS], REDIS: OUR_BLOCKS, MONGODB: OUR_BLOCKS}
    assert "3389/3389" not in clone_ports(stack)
    assert described(stack) == words
    # The clone is to admit what the classic group admits: told before, it is put back.
    assert clone(stack)["inner_access_policy"] == "Accept"
    assert stack.pulumi("preview", "--expect-no-changes", pack=False) == 0, stack.output

    # After the move a destroy would cut web-2 off: it is refused before anything is written.
    schedule(stack, FIRST, WEB_2)
    pass_time(stack, datetime.fromisoformat(FIRST) + timedelta(days=1))
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    before, written = stack.cloud.state(), len(stack.writes())
    assert stack.pulumi("destroy", "--yes", "--skip-preview", "--continue-on-error", pack=False) != 0
    output = re.sub(r"\s+", " ", stack.output)
    for text in (
        r"Security group sg-\w+ is in use by web-2 \(i-bp1web20000000000001\)",
        rf"Whitelist group classic_to_vpc of {MYSQL} alone admits web-2",
        rf"Whitelist group classic_to_vpc of {REDIS} alone admits web-2",
        rf"Whitelist group classic_to_vpc of {MONGODB} alone admits web-2",
        r"Rules in security group sg-bp1app\w+ let web-2 .* reach app-1",
        r"The ClassicLink of app-1 .* is in use by web-2",
    ):
        assert re.search(text, output), output
    assert stack.writes()[written:] == []
    for table in ("security_groups", "databases", "redis", "mongodb", "classic_links", "vswitches", "vpcs"):
        assert stack.cloud.state()[table] == before[table]


def test_a_destroy_leaves_what_others_have_added(stack: Stack) -> None:
    add_theirs(stack, MYSQL)
    assert stack.pulumi("destroy", "--yes", "--skip-preview", pack=False) != 0
    assert RULE in stack.output
    assert "3389/3389" in clone_ports(stack)
    run_printed(stack, "RevokeSecurityGroup")
    assert stack.pulumi("destroy", "--yes", "--skip-preview", pack=False) == 0, stack.output
    assert whitelists(stack).pop(MYSQL) == [THEIRS]
    assert not [item for item in stack.cloud.state()["security_groups"] if item["name"] == "web-vpc"]
