"""ClassicLink to a VPC that exists: what the cloud has afterwards, and what stands in the way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest

from demo.project import CONFIG_KEY
from policies.results import findings
from simulator.model.ecs import Instance
from simulator.model.estate import Estate
from simulator.model.vpc import RouteEntry, RouteTable
from tests.e2e.conftest import Stack, bent_config
from tests.policies.in_process import previewed, served

SHARED = "vpc-bp1shared0000000001"
MON, CACHE = "i-bp1mon10000000000001", "i-bp1cache100000000001"


def into_the_shared_vpc(migration: dict[str, Any]) -> None:
    """All instances go to the one VSwitch that there is; databases of zone b get one. Flows are told in a file."""
    migration["network"] = {
        "mode": "existing",
        "vpcId": SHARED,
        "vswitchIds": ["vsw-bp1sharedh000000001"],
        "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": "192.168.20.0/24"}],
    }
    migration["classicLink"] = {"guestRoute": True, "flowsFile": "flows.csv"}
    migration["instances"] = [
        {**(item if isinstance(item, dict) else {"id": item}), "targetZone": "cn-hangzhou-h"}
        for item in migration["instances"]
    ]


def into_the_shared_vpc_by(stack: Stack, flows: str) -> None:
    """Gives the stack that config, with the flows in a file of the project."""
    file = stack.project.directory / "flows.csv"
    file.write_text(flows)

    def bend(migration: dict[str, Any]) -> None:
        into_the_shared_vpc(migration)
        migration["classicLink"]["flowsFile"] = str(file)

    stack.configure(bend)


def the_only(items: Iterable[Any], key: str, value: str) -> Any:
    [found] = [item for item in items if item[key] == value]
    return found


@pytest.mark.engine
@pytest.mark.timeout(600)
def test_the_cloud_links_what_stays_and_rules_lead_both_ways(stack: Stack) -> None:
    mon = the_only(stack.cloud.state()["instances"], "id", MON)
    flows = f"source,destination,port\ni-bp1batch100000000001,{mon['intranet_ips'][0]},9100\n"
    into_the_shared_vpc_by(stack, flows)
    stack.up()
    assert stack.found() == {}
    _the_existing_network_is_taken_as_it_is(stack)
    judged = {(item["rule"], item["subject"]["name"]): item["outcome"] for item in findings(stack.result())}
    assert judged["classic-link-peers-reachable", "batch-1"] == "PASS"

    state = stack.cloud.state()
    assert the_only(state["vpcs"], "id", SHARED)["classic_link_enabled"] is True
    assert {(link["instance_id"], link["vpc_id"]) for link in state["classic_links"]} == {
        (MON, SHARED),
        (CACHE, SHARED),
    }
    groups = {group["name"]: group for group in state["security_groups"]}
    peers = {name: {rule.get("group_id") for rule in groups[name]["rules"]} for name in ("monitoring", "web-vpc")}
    assert groups["app-vpc"]["id"] in peers["monitoring"]
    assert groups["monitoring"]["id"] in peers["web-vpc"]
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output
    _a_forced_replacement_takes_nothing_away(stack)


def _a_forced_replacement_takes_nothing_away(stack: Stack) -> None:
    """The engine asks no provider then: it would delete the old link, or rules, after it has made the new ones."""

    def linked_and_admitted() -> tuple[list[Any], dict[str, set[tuple[Any, ...]]]]:
        state = stack.cloud.state()
        read = ("direction", "policy", "priority", "ip_protocol", "port_range", "cidr_ip", "group_id", "description")
        rules = {
            group["name"]: {tuple(rule.get(key) for key in read) for rule in group["rules"]}
            for group in state["security_groups"]
        }
        return sorted(link["instance_id"] for link in state["classic_links"]), rules

    before = linked_and_admitted()
    _another_name_takes_nothing_away(stack)
    assert linked_and_admitted() == before
    kinds = ("vpc:ClassicLink", "ClassicLinkAttachment", "SecurityGroupRules")
    replaced = [option for kind in kinds for option in ("--replace", f"**{kind}::**")]
    assert stack.pulumi("up", "--yes", "--skip-preview", *replaced) == 0, stack.output
    assert "ClassicLinkAttachment" in stack.output
    assert f"alimigrate:vpc:ClassicLink of {SHARED} stays" in stack.output
    assert linked_and_admitted() == before
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output


def _another_name_takes_nothing_away(stack: Stack) -> None:
    """As with a parent of the program's own: the old one is deleted after the new one was made, and is the same."""
    exported = stack.project.run("stack", "export", "--stack", "test", check=True).stdout
    kinds = ("vpc:ClassicLink", "ClassicLinkAttachment", "SecurityGroupRules")
    for kind in kinds:
        exported = re.sub(rf"({kind}::[a-z0-9-]+)", r"\1-by-another-name", exported)
    file = stack.project.directory / "renamed.json"
    file.write_text(exported)
    stack.project.run("stack", "import", "--stack", "test", "--file", str(file), check=True)
    assert stack.pulumi("up", "--yes", "--skip-preview") == 0, stack.output
    assert all(re.search(rf"{kind} \S+-by-another-name deleted", stack.output) for kind in kinds), stack.output


def _the_existing_network_is_taken_as_it_is(stack: Stack) -> None:
    declared = stack.result()
    assert declared["tally"]["FAIL"] == declared["tally"]["UNKNOWN"] == 0
    assert "alicloud:vpc:Network" not in stack.output
    assert "CreateVpc" not in stack.writes()
    assert CONFIG_KEY.startswith(declared["project"])


def _routed_to_the_classic_network(estate: Estate) -> None:
    """A router in the shared VPC, to which a route for 10.0.0.0/8 leads."""
    hop = estate.instances[0].model_dump(mode="json", exclude_none=True)
    hop |= {
        "id": "i-bp1hop00000000000001",
        "name": "hop",
        "zone_id": "cn-hangzhou-h",
        "network_type": "vpc",
        "vpc_id": SHARED,
        "vswitch_id": "vsw-bp1sharedh000000001",
        "intranet_ips": ["192.168.10.200"],
        "public_ips": [],
        "security_group_ids": ["sg-bp1shared0000000001"],
    }
    group = estate.security_groups[0].model_copy(
        update={"id": "sg-bp1shared0000000001", "name": "shared", "vpc_id": SHARED, "rules": []}
    )
    estate.security_groups.append(group)
    estate.instances.append(Instance.model_validate(hop))
    estate.route_tables.append(RouteTable(id="vtb-bp1shared000000001", vpc_id=SHARED, tags={}))
    estate.route_entries.append(
        RouteEntry(
            id="rte-bp1shared000000001",
            route_table_id="vtb-bp1shared000000001",
            destination_cidr_block="10.0.0.0/8",
            next_hop_id=hop["id"],
        )
    )


def test_a_route_to_the_classic_network_is_found_before_anything_is_touched() -> None:
    """By the preview without an engine, which `test_fixes_applied` holds to the real one."""

    def without_flows(migration: dict[str, Any]) -> None:
        into_the_shared_vpc(migration)
        migration["classicLink"] = {"guestRoute": True, "flows": []}

    with served(_routed_to_the_classic_network) as scene:
        results = previewed(bent_config(without_flows)[CONFIG_KEY], scene).results
    found = {(item.rule_id, item.subject.name) for item in results if item.blocking and item.outcome.blocks}
    assert found == {("classic-link-no-route-to-classic", "classic-to-vpc")}


@pytest.mark.engine
@pytest.mark.timeout(600)
def test_links_follow_a_change_of_the_network(stack: Stack) -> None:
    """Detached from the VPC of the last `up` and attached to the new one, which takes the old one's place."""

    def links_alone(migration: dict[str, Any]) -> None:
        # A database in hybrid access never leaves its VPC.
        del migration["databases"], migration["backups"]

    def into_another(migration: dict[str, Any]) -> None:
        links_alone(migration)
        into_the_shared_vpc(migration)
        migration["classicLink"] = {"guestRoute": True}

    stack.configure(links_alone)
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    [vpc_id] = {link["vpc_id"] for link in stack.cloud.state()["classic_links"]}
    stack.configure(into_another)
    stack.pulumi("preview")
    about = ("stack-", "update-", "classic-link-")
    assert [rule for rule in stack.found() if rule.startswith(about)] == []
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    state = stack.cloud.state()
    assert {(link["instance_id"], link["vpc_id"]) for link in state["classic_links"]} == {
        (MON, SHARED),
        (CACHE, SHARED),
    }
    assert vpc_id not in {vpc["id"] for vpc in state["vpcs"]}
    assert stack.pulumi("preview", "--expect-no-changes", pack=False) == 0, stack.output

    # What somebody removes is told, whatever the state says that is not refreshed.
    [vswitch] = [item["id"] for item in state["vswitches"] if item["cidr_block"] == "192.168.20.0/24"]
    api = stack.project.api()
    api.call("ecs:DetachClassicLinkVpc", region_id="cn-hangzhou", instance_id=MON, vpc_id=SHARED)
    api.call("vpc:DeleteVSwitch", region_id="cn-hangzhou", v_switch_id=vswitch)
    stack.pulumi("preview", "--refresh=false")
    finding = the_only(findings(stack.result()), "rule", "stack-unchanged-in-cloud")
    assert finding["outcome"] == "FAIL"
    assert f"instance {MON} is linked to no VPC in place of {SHARED}" in finding["reason"]
    assert f"VSwitch {vswitch} is gone" in finding["reason"]
    assert CACHE not in finding["reason"]
    assert stack.result()["judgement"]["hypothetical"] == "NOT READY"
