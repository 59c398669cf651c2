"""After the move: old addresses are let in nowhere, and an FTP server has its public address to itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from simulator.estate_file import load
from simulator.model.slb import AccessList, LoadBalancer, VServerGroup
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack
from tests.e2e.test_least_privilege import document
from tests.e2e.test_preflight import Front
from tests.e2e.test_waves import outputs, pass_time
from tests.simulator.sdk import Api

pytestmark = pytest.mark.engine

WEB_1, FTP_1 = "i-bp1web10000000000001", "i-bp1ftp10000000000001"
START = "2026-12-12T02:00:00+08:00"


def two_of_them(migration: dict[str, Any]) -> None:
    """web-1 and ftp-1 of zone b move; what a peer might need is not what this is about."""
    migration["instances"] = [WEB_1, {"id": FTP_1, "ftp": {"plan": "eip-cut-through"}}]
    for key in ("classicLink", "later", "backups"):
        migration.pop(key, None)
    migration["after"] = {"removeOldAddresses": True}


@pytest.fixture
def cloud() -> Iterator[Simulator]:
    """The sample estate with a list of callers that names web-1 by its old address, and a load balancer before it.

    `blind`, who runs Pulumi, may do what up.json allows.
    """
    estate = load(ESTATE)
    estate.users[1].policies = [document("up.json")]
    entries = [{"entry": "10.25.16.10/32"}, {"entry": "203.0.113.0/24"}]
    estate.access_lists.append(
        AccessList.model_validate({"id": "acl-bp1callers", "name": "callers", "entries": entries})
    )
    zones = {"master_zone_id": "cn-hangzhou-b", "slave_zone_id": "cn-hangzhou-h"}
    estate.load_balancers.append(
        LoadBalancer.model_validate({"id": "lb-bp1front", "name": "front", "address": "192.0.2.80", **zones})
    )
    servers = [{"instance_id": WEB_1, "port": 80, "weight": 100}]
    estate.vserver_groups.append(
        VServerGroup.model_validate(
            {"id": "rsp-bp1front", "name": "front", "load_balancer_id": "lb-bp1front", "backend_servers": servers}
        )
    )
    with running(estate) as simulator:
        yield simulator


def move(stack: Stack, instance_id: str, group: str) -> None:
    exported = outputs(stack)
    stack.cloud.migrations.create(
        instance_ids=[instance_id],
        start=START,
        latest="2026-12-20T00:00:00+08:00",
        vpc_id=exported["vpcId"],
        vswitch_ids=[exported["vswitchIds"]["cn-hangzhou-b"]],
        security_group_ids=exported["securityGroupIds"][group],
    )


def admitting(stack: Stack) -> list[str]:
    """Names of what lets web-1 in by its old address."""
    state = stack.cloud.state()
    groups = [
        (f"{database['id']}/{group['name']}", group["security_ips"])
        for table in ("databases", "redis", "mongodb")
        for database in state[table]
        for group in database["whitelist_groups"]
    ]
    lists = [(item["id"], [entry["entry"] for entry in item["entries"]]) for item in state["access_lists"]]
    return [name for name, entries in [*groups, *lists] if {"10.25.16.10", "10.25.16.10/32"} & set(entries)]


@pytest.mark.timeout(600)
def test_old_addresses_are_removed_after_the_move(stack: Stack) -> None:
    key, secret = stack.cloud.credentials_of("blind")
    stack.project.environ |= {"ALICLOUD_ACCESS_KEY": key, "ALICLOUD_SECRET_KEY": secret}
    stack.configure(two_of_them)
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    assert admitting(stack) == [
        "pgm-bp1reportpg00000001/app_servers",
        "rm-bp1shopmysql000001/web_sessions",
        "r-bp1shopsessions001/web_servers",
        "acl-bp1callers",
    ]
    move(stack, WEB_1, "sg-bp1web00000000000001")
    move(stack, FTP_1, "sg-bp1ftp00000000000001")
    pass_time(stack, datetime.fromisoformat(START) + timedelta(days=30))
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output

    assert admitting(stack) == []
    state = stack.cloud.state()
    [eip] = state["eips"]
    [interface] = [item for item in state["network_interfaces"] if item["name"] == f"{FTP_1}-public"]
    assert (eip["ip_address"], eip["instance_id"], eip["mode"]) == ("192.0.2.21", interface["id"], "BINDED")
    assert interface["instance_id"] == FTP_1
    stack.pulumi("preview", "--expect-no-changes")
    # Lists that are read and not changed still name web-1; and nobody has looked through what cannot be read.
    found = {rule: names for rule, names in stack.found().items() if rule.startswith("after-")}
    assert found == {
        "after-registry-lists-cleaned": {"web-1"},
        "after-bucket-policies-cleaned": {"web-1"},
        "after-address-lists-reviewed": {"web-1", "ftp-1"},
        "after-vserver-groups-rejoined": {"web-1"},
    }
    assert "cri-bp1shopimages00001 --EndpointType internet --ModuleName Registry --Entry 10.25.16.10/32" in stack.output
    assert "oss://shop-uploads" in stack.output
    servers = f'[{{"ServerId": "{WEB_1}", "Port": 80, "Weight": 100}}]'
    command = f"aliyun slb AddVServerGroupBackendServers --VServerGroupId rsp-bp1front --BackendServers '{servers}'"
    assert command in stack.output
    Api(stack.cloud)("slb:AddVServerGroupBackendServers", VServerGroupId="rsp-bp1front", BackendServers=servers)
    stack.pulumi("preview", "--expect-no-changes")
    assert "after-vserver-groups-rejoined" not in stack.found()

    # The proof to keep with the change, of the cloud as it is; and it sees what somebody opens by hand.
    front = Front(stack.project, stack.cloud)
    code, out, err = front("reach", "-s", "test", "--rehearsal", "--format", "json", "--accept-whole-vswitches")
    report = json.loads(out)
    assert (code, report["basis"], report["moved"], report["toMove"]) == (0, "cloud", 2, 0), out + err
    assert (report["reach"]["opened"], report["reach"]["unknown"]) == (0, [])
    group = outputs(stack)["securityGroupIds"]["sg-bp1web00000000000001"][0]
    opened = {"IpProtocol": "TCP", "PortRange": "5000/5000", "SourceCidrIp": "0.0.0.0/0", "Priority": "1"}
    Api(stack.cloud)("ecs:AuthorizeSecurityGroup", SecurityGroupId=group, Policy="accept", **opened)
    code, out, err = front("reach", "-s", "test", "--rehearsal", "--accept-whole-vswitches", columns=80)
    assert code == 20, out + err
    assert re.search(r"opened +0\.0\.0\.0/0 +-> +web-1 +TCP 5000", out), out
    gone = {key: value for key, value in opened.items() if key != "Priority"}
    Api(stack.cloud)("ecs:RevokeSecurityGroup", SecurityGroupId=group, Policy="accept", **gone, Priority="1")
    assert stack.pulumi("preview", "--expect-no-changes", pack=False) == 0, stack.output
