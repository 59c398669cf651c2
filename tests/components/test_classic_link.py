"""ClassicLink: flows, links that the cloud would refuse, and rules too broad to tell who talks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pulumi._types import input_type_to_dict

from components.classic_link import references_to_clones, rule_for_clone
from components.config import ConfigError, Flow, parse
from components.flows import with_flows
from components.migration import Migration, MigrationArgs
from components.plan import MigrationPlan, make_plan
from components.rules import rule_args
from components.stack_outputs import record_of
from estate.model import ClassicLinkAttachment, Estate, RouteEntry, SecurityGroup, SecurityGroupRule
from provider.rules import check_rules
from tests.components.builders import FILE, config, estate, instance, rule
from tests.components.mocked import Recording, declare

COMPONENT = "classic-to-vpc:classiclink:ClassicLink"
EXISTING = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]}
TO_IDLE = {"source": "i-web", "destination": "10.1.0.4", "port": "udp/514"}


def plan(of: Estate | None = None, **changes: Any) -> MigrationPlan:
    return make_plan(parse(config(**changes), FILE), of or estate(), FILE)


def problems(of: Estate | None = None, **changes: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        plan(of, **changes)
    return [line.removeprefix(f"{FILE}: classic-to-vpc:migration.") for line in str(caught.value).splitlines()]


def outputs(recording: Recording) -> dict[str, Any]:
    return recording.outputs[recording.urn(COMPONENT, "classic-link")]


@pytest.mark.parametrize(
    ("port", "text"),
    [
        ("6379", "flow TCP 6379 from i-web to i-idle"),
        ("tcp/6379", "flow TCP 6379 from i-web to i-idle"),
        ("udp/8000-8010", "flow UDP 8000-8010 from i-web to i-idle"),
    ],
)
def test_a_flow_reads_as_it_is_said(port: str, text: str) -> None:
    assert str(Flow(source="i-web", destination="i-idle", port=port)) == text


@pytest.mark.parametrize("policy", ["accept", "drop"])
@pytest.mark.parametrize(
    ("protocol", "ports", "source_ports", "repeated"),
    [
        ("TCP", "80/80", None, ("80/80", None)),
        ("TCP", "-1/-1", "-1/-1", ("1/65535", None)),
        ("UDP", "-1/-1", "1024/65535", ("1/65535", "1024/65535")),
        ("ICMP", "-1/-1", "-1/-1", ("-1/-1", None)),
        ("ALL", "1/65535", "1/65535", ("-1/-1", None)),
    ],
)
def test_a_rule_about_a_clone_is_one_that_the_provider_takes(
    protocol: str, ports: str, source_ports: str | None, repeated: tuple[str, str | None], policy: str
) -> None:
    """Classic rules for TCP may have -1/-1, and a new one may not."""
    fields = {"ip_protocol": protocol, "port_range": ports, "source_port_range": source_ports, "policy": policy}
    classic = SecurityGroupRule(direction="ingress", nic_type="intranet", group_id="sg-a", priority=1, **fields)
    made = rule_for_clone(classic)
    assert made is not None
    assert (made.port_range, made.source_port_range) == repeated
    _, failures = check_rules({"it": input_type_to_dict(rule_args(made, {"sg-a": "sg-clone"}))})
    assert failures == []


@pytest.mark.parametrize(
    ("group", "repeated"),
    [
        (SecurityGroup(id="sg-mon", rules=(rule(group_id="sg-app"),)), ["TCP 8080/8080"]),
        (SecurityGroup(id="sg-mon", rules=(rule(group_id="sg-other"),)), []),
        (SecurityGroup(id="sg-mon", rules=(rule(cidr_ip="10.1.0.2"), rule(prefix_list_id="pl-1"))), []),
        # An address beside a group wins, in the cloud too.
        (SecurityGroup(id="sg-mon", rules=(rule(group_id="sg-app", cidr_ip="10.1.0.2"),)), []),
        # A group has no meaning on the internet NIC: repeated for the clone, the rule would open a port.
        (SecurityGroup(id="sg-mon", rules=(rule(group_id="sg-app", nic_type="internet"),)), []),
        # Some members move and some stay: what the default did for both needs a rule.
        (SecurityGroup(id="sg-app", inner_access_policy="Accept"), ["ALL -1/-1"]),
        (SecurityGroup(id="sg-app", inner_access_policy="Drop"), []),
        (SecurityGroup(id="sg-mon", inner_access_policy="Accept"), []),
    ],
)
def test_a_classic_group_of_linked_instances_repeats_what_it_says_of_a_cloned_group(
    group: SecurityGroup, repeated: list[str]
) -> None:
    rules = references_to_clones(group, ["sg-app"])
    assert [f"{item.ip_protocol} {item.port_range}" for item in rules] == repeated
    assert {(item.group_id, item.nic_type, item.direction, item.policy) for item in rules} <= {
        ("sg-app", "intranet", "ingress", "accept")
    }


def test_the_other_end_of_a_flow_is_a_linked_peer() -> None:
    planned = plan(classicLink={"flows": [TO_IDLE]})
    web = next(item for item in planned.instances if item.instance.id == "i-web")
    assert [(peer.instance_id, peer.reasons) for peer in web.peers] == [
        ("i-idle", ("flow UDP 514 from i-web to 10.1.0.4",))
    ]
    assert planned.links.linked_ids == ("i-idle", "i-mon")
    backwards = {"source": "i-idle", "destination": "i-web", "port": "22"}
    assert "i-idle" in plan(classicLink={"flows": [backwards]}).links.linked_ids


def test_every_end_of_a_flow_must_be_a_classic_instance() -> None:
    flows = [TO_IDLE, {"source": "i-wed", "destination": "10.9.9.9", "port": "22"}]
    assert problems(classicLink={"flows": flows}) == [
        "classicLink.flows[1].destination: 10.9.9.9 of flow TCP 22 from i-wed to 10.9.9.9 is no classic instance; "
        "expected the id or the intranet address of one",
        "classicLink.flows[1].source: i-wed of flow TCP 22 from i-wed to 10.9.9.9 is no classic instance; "
        "expected the id or the intranet address of one",
    ]


def test_flows_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text("source,destination,port\n# seen in May\n\ni-web, 10.1.0.4, udp/514\n")
    read = with_flows(parse(config(classicLink={"flowsFile": "flows.csv"}), FILE), tmp_path, FILE)
    assert read.classic_link is not None
    assert read.classic_link.flows == (Flow(**TO_IDLE),)
    assert make_plan(read, estate(), FILE).links.linked_ids == ("i-idle", "i-mon")


def test_a_config_without_a_file_of_flows_is_left_as_it_is(tmp_path: Path) -> None:
    for link in (None, {}, {"flows": [TO_IDLE]}):
        parsed = parse(config(classicLink=link), FILE)
        assert with_flows(parsed, tmp_path, FILE) is parsed


def test_all_lines_that_are_no_flow_are_reported(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text("i-web,10.1.0.4\ni-web,every body,22\ni-web,10.1.0.4,ssh\n")
    parsed = parse(config(classicLink={"flowsFile": "flows.csv"}), FILE)
    with pytest.raises(ConfigError) as caught:
        with_flows(parsed, tmp_path, FILE)
    prefix = f"{FILE}: classic-to-vpc:migration.classicLink.flowsFile: "
    assert [line.removeprefix(prefix) for line in str(caught.value).splitlines()] == [
        "line 1: expected the 3 columns source,destination,port; got 2",
        "line 2, destination: expected an instance id or an intranet address, such as 10.25.16.10",
        "line 3, port: expected a port or ports, such as 6379, udp/53 or 8000-8010",
    ]


def test_a_file_of_flows_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    parsed = parse(config(classicLink={"flowsFile": "flows.csv"}), FILE)
    with pytest.raises(ConfigError, match=r"classicLink\.flowsFile: flows\.csv: expected a file that can be read"):
        with_flows(parsed, tmp_path, FILE)


def test_two_lists_of_flows_are_one_too_many() -> None:
    assert problems(classicLink={"flows": [], "flowsFile": "flows.csv"}) == [
        "classicLink: expected either flows or flowsFile, and not both"
    ]


def test_a_vpc_takes_a_thousand_links_those_that_it_has_included() -> None:
    def linked(count: int) -> Estate:
        return estate(
            classic_links=tuple(ClassicLinkAttachment(instance_id=f"i-{n}", vpc_id="vpc-old") for n in range(count))
        )

    assert plan(linked(999), network=EXISTING).links.attached_ids == ("i-mon",)
    assert problems(linked(1000), network=EXISTING) == [
        "classicLink: 1001 instances would be linked to the VPC, 1000 of them are; expected at most 1000"
    ]
    assert plan(linked(1000), network=EXISTING, classicLink=None)


LINKED_BEFORE = (ClassicLinkAttachment(instance_id="i-mon", vpc_id="vpc-before"),)


@pytest.mark.parametrize(
    ("outputs", "refused"),
    [
        ({"vpcId": "vpc-before", "linkedInstanceIds": ["i-mon"]}, False),
        ({"vpcId": "vpc-before", "linkedInstanceIds": ["i-web"]}, True),
        ({"vpcId": "vpc-other", "linkedInstanceIds": ["i-mon"]}, True),
        ({"vpcId": "vpc-before"}, True),
        ({}, True),
    ],
    ids=["of this stack", "of others", "of another VPC", "of none", "no record"],
)
def test_links_of_the_stack_itself_are_no_obstacle_to_a_change_of_its_network(
    outputs: dict[str, Any], refused: bool
) -> None:
    """The update detaches what it attached, and attaches it to the new VPC; what others linked elsewhere is told."""
    of = estate(classic_links=LINKED_BEFORE)
    parsed = parse(config(network=EXISTING), FILE)
    if not refused:
        planned = make_plan(parsed, of, FILE, record=record_of(outputs))
        assert planned.links.attached_ids == ("i-mon",)
        assert planned.links.elsewhere == ()
        return
    with pytest.raises(ConfigError) as caught:
        make_plan(parsed, of, FILE, record=record_of(outputs))
    assert str(caught.value) == (
        f"{FILE}: classic-to-vpc:migration.classicLink: i-mon is linked to vpc-before, and an instance can be linked "
        "to one VPC only; expected it to be detached first: aliyun ecs DetachClassicLinkVpc --RegionId cn-hangzhou "
        "--VpcId vpc-before --InstanceId i-mon"
    )


def test_nor_are_they_after_a_run_that_was_killed_in_the_midst_of_that_change() -> None:
    of = estate(classic_links=LINKED_BEFORE)
    record = record_of({"vpcId": "vpc-before", "linkedInstanceIds": ["i-mon"]})
    killed = replace(record, vpc_id="vpc-old", former_vpc_id="vpc-before")
    assert make_plan(parse(config(network=EXISTING), FILE), of, FILE, record=killed).links.elsewhere == ()


def test_link_facts_are_registered_outputs_and_no_inputs() -> None:
    of = estate(
        routes=(
            RouteEntry(vpc_id="vpc-old", route_table_id="vtb-1", destination="10.0.0.0/8"),
            RouteEntry(vpc_id="vpc-other", route_table_id="vtb-2", destination="10.2.0.0/16"),
        ),
        classic_links=(ClassicLinkAttachment(instance_id="i-idle", vpc_id="vpc-old"),),
    )
    planned = plan(of, network=EXISTING)
    recording = declare(lambda: Migration("migration", MigrationArgs(planned)))
    registered = outputs(recording)
    assert registered["customRoutes"] == ["10.0.0.0/8"]
    assert registered["existingLinks"] == [{"instanceId": "i-idle", "toTarget": True}]
    assert registered["attached"] == [
        {"instanceId": "i-mon", "status": "Running", "operationLocks": [], "intranetIps": ["10.1.0.3"]}
    ]
    assert registered["guestRoute"] is False
    inputs = recording.resources[recording.urn(COMPONENT, "classic-link")].inputs
    # What was linked before is noted also if nothing was: no such link of others is taken for one of a killed run.
    assert (set(inputs), inputs["linkedBefore"]) == ({"vpcId", "instanceIds", "linkedBefore"}, [])


def test_a_vpc_that_links_nobody_is_left_without_classic_link() -> None:
    planned = plan(estate(instances=tuple(item for item in estate().instances if item.id != "i-mon")))
    recording = declare(lambda: Migration("migration", MigrationArgs(planned)))
    assert "alimigrate:vpc:ClassicLink" not in {item.type for item in recording.resources.values()}


def broad(**changes: Any) -> Estate:
    """Whoever is in sg-app may be reached from all of 10.0.0.0/8."""
    groups = [group for group in estate().security_groups if group.id != "sg-app"]
    return estate(
        security_groups=(*groups, SecurityGroup(id="sg-app", name="app", rules=(rule(cidr_ip="10.0.0.0/8"),))),
        **changes,
    )


def broad_rules_of(planned: MigrationPlan) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(item.group_id, item.text, item.instance_ids) for item in planned.links.broad_rules]


def test_a_broad_rule_names_who_stays_unlinked() -> None:
    text = "ingress accept TCP 8080/8080 from 10.0.0.0/8"
    assert broad_rules_of(plan(broad())) == [("sg-app", text, ("i-idle",))]
    assert broad_rules_of(plan(broad(), later=["i-idle"])) == []
    assert broad_rules_of(plan(broad(), classicLink={"attach": ["i-idle"]})) == []
    # i-mon is named by a rule of its own: a peer, whether it is linked or not.
    assert broad_rules_of(plan(broad(), classicLink=None)) == [("sg-app", text, ("i-idle",))]
    assert broad_rules_of(plan()) == []


@pytest.mark.parametrize("peer", [{"prefix_list_id": "pl-1"}, {"cidr_ip": "10.1.0.300"}])
def test_a_rule_whose_peer_nobody_can_read_may_be_for_anybody(peer: dict[str, str]) -> None:
    groups = [group for group in estate().security_groups if group.id != "sg-app"]
    planned = plan(estate(security_groups=(*groups, SecurityGroup(id="sg-app", name="app", rules=(rule(**peer),)))))
    [value] = peer.values()
    assert broad_rules_of(planned) == [("sg-app", f"ingress accept TCP 8080/8080 from {value}", ("i-idle",))]


def test_a_broad_rule_names_who_moves_later_too() -> None:
    late = {"start": "2026-12-15T02:00:00+08:00", "latest": "2026-12-22T00:00:00+08:00"}
    waves = [
        {"name": "one", "window": config()["window"], "instances": ["i-app"]},
        {"name": "two", "window": late, "instances": ["i-idle"]},
    ]
    in_waves = {"window": None, "instances": None, "waves": waves, "later": ["i-web"]}
    [broad_rule] = plan(broad(), **in_waves).links.broad_rules
    assert broad_rule.instance_ids == ("i-idle",)


def test_a_broad_rule_of_a_group_that_stays_counts_too() -> None:
    groups = [group for group in estate().security_groups if group.id != "sg-idle"]
    idle = SecurityGroup(id="sg-idle", name="idle", rules=(rule(cidr_ip="10.0.0.0/8"),))
    assert [item.instance_ids for item in plan(estate(security_groups=(*groups, idle))).links.broad_rules] == [
        ("i-idle",)
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"cidr_ip": "10.1.0.0/24"},
        {"cidr_ip": "172.16.0.0/12"},
        {"cidr_ip": "10.0.0.0/8", "policy": "drop"},
        {"cidr_ip": "10.0.0.0/8", "direction": "egress"},
        {"cidr_ip": "10.0.0.0/8", "nic_type": "internet"},
        {"group_id": "sg-web"},
    ],
)
def test_a_narrow_rule_is_not_reported_as_broad(fields: dict[str, Any]) -> None:
    groups = [group for group in estate().security_groups if group.id != "sg-app"]
    bent = SecurityGroup(id="sg-app", name="app", rules=(rule(**fields),))
    remaining = tuple(item for item in estate().instances if item.id != "i-mon")
    planned = plan(
        estate(security_groups=(*groups, bent), instances=(*remaining, instance("i-far", "sg-idle", "10.9.0.1")))
    )
    assert broad_rules_of(planned) == []


def test_the_pack_receives_whether_flows_are_given() -> None:
    for link, given in ((None, False), ({}, False), ({"flows": []}, True), ({"attach": []}, False)):
        planned = plan(broad(), classicLink=link)
        recording = declare(lambda planned=planned: Migration("migration", MigrationArgs(planned)))  # type: ignore[misc]
        facts = recording.outputs[recording.urn("classic-to-vpc:index:Migration", "migration")]
        assert facts["flowsGiven"] is given
        assert facts.get("linksListed", False) is ("attach" in (link or {}))
        assert facts["broadRules"][0]["securityGroupId"] == "sg-app"
