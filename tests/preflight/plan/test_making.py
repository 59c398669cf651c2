"""A change is told in the words of the domain, each thing once, with a mark on what cannot be undone."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from components.cidr import RFC1918
from components.conversion.addresses import without
from policies.core import plan as types
from preflight.plan.groups import block_list, rule_sentences
from preflight.plan.making import make_change
from preflight.plan.model import Part
from tests.policies.recordings import NAMES
from tests.preflight.stepped import changed, only, recorded_steps

FIRST = make_change(recorded_steps("first"))


def parts(area: str) -> list[Part]:
    return [part for part in FIRST.parts if part.area == area]


def test_every_resource_is_shown_once_as_what_it_is() -> None:
    for name in NAMES:
        change = make_change(recorded_steps(name))
        assert [part for part in change.parts if part.area == "other"] == []
        real = [step for step in recorded_steps(name) if not step.type.startswith(("classic-to-vpc:", "pulumi:"))]
        assert sum(change.counts.values()) + change.unchanged == len(real)
        groups = sum(2 * group.vpc_groups for group in change.groups)
        assert change.unchanged or len(change.parts) + groups == len(real)


def test_each_group_is_reported_with_what_became_of_its_rules() -> None:
    legacy = next(group for group in FIRST.groups if group.name == "legacy")
    web = next(group for group in FIRST.groups if group.name == "web")
    assert (legacy.tally, legacy.members, legacy.action) == ({"lost": 2}, 1, "create")
    assert (web.tally, web.vpc_rules, web.vpc_groups) == ({"carried over": 9}, 73, 1)
    assert (
        next(rule for rule in web.rules if "443" in rule.classic_rule and "ingress" in rule.classic_rule).vpc_rules
        == 31
    )


def test_only_irreversible_parts_are_marked_as_forever() -> None:
    assert {part.id for part in FIRST.forever} == {part.id for part in parts("databases")}
    assert len(FIRST.forever) == 4
    link = only(recorded_steps("applied"), types.CLASSIC_LINK_ATTACHMENT)
    eip = replace(link, op="create", type=types.PUBLIC_IP_CONVERSION, after={"instanceId": "i-1"})
    [part] = make_change([eip]).forever
    assert (part.area, part.id) == ("public-addresses", "i-1")


def test_lists_are_reported_with_the_entries_that_they_get_and_lose() -> None:
    steps = recorded_steps("applied")
    group = only(steps, types.WHITELIST_GROUP)
    [part] = make_change([changed(group, "update", securityIps=["172.16.1.0/24", "10.9.0.0/16"])]).parts
    assert (part.area, part.action) == ("lists", "update")
    assert part.details == ("+ 10.9.0.0/16", "- 172.16.2.0/24")
    assert all(item.details == ("+ 172.16.1.0/24", "+ 172.16.2.0/24") for item in parts("lists"))


def test_removed_resources_are_deleted_or_released() -> None:
    steps = recorded_steps("applied")
    snapshot, link = only(steps, types.SNAPSHOT), only(steps, types.CLASSIC_LINK_ATTACHMENT)
    gone = [replace(step, op="delete", before=step.after, after={}) for step in (snapshot, link)]
    change = make_change(gone)
    assert change.counts == {"delete": 1, "release": 1}
    assert {part.area: part.what for part in change.parts} == {
        "links": "no longer linked",
        "snapshots": "the stack lets go of the snapshot, which stays",
    }
    assert change.kept == ()


def test_a_destroy_is_reported_by_what_it_leaves() -> None:
    assert {item.what: item.count for item in FIRST.kept} == {
        "VSwitches": 2,
        "the VPC": 1,
        "snapshots of disks": 12,
        "databases with their address in the VPC": 4,
    }
    link = only(recorded_steps("applied"), types.CLASSIC_LINK_ATTACHMENT)
    [links] = make_change([changed(link, "same", linkedBefore=True)]).kept
    assert (links.what, links.count) == ("links of instances", 1)


def test_an_update_of_rules_is_reported_by_rules_with_anywhere_as_one() -> None:
    steps = recorded_steps("first")
    web = next(step for step in steps if step.type == types.SECURITY_GROUP_RULES and "web" in step.name)
    fewer = {label: rule for label, rule in web.after["rules"].items() if "TCP 443/443 from" not in label}  # type: ignore[union-attr]
    updated = replace(web, op="update", before={"rules": fewer})
    group = next(
        item for item in make_change([*(s for s in steps if s is not web), updated]).groups if item.name == "web"
    )
    assert group.added == ("ingress accept TCP 443/443 from 0.0.0.0/0 without private addresses (2)",)
    assert group.removed == ()


def test_blocks_are_shown_in_few_words() -> None:
    public = [str(block) for block in without([IPv4Network("0.0.0.0/0")], RFC1918)]
    assert block_list(public) == "0.0.0.0/0 without private addresses"
    assert block_list([*public, "10.1.0.0/16"]) == "0.0.0.0/0 without private addresses, 10.1.0.0/16"
    assert block_list(public[1:]) == f"{', '.join(public[1:4])} and {len(public) - 4} more blocks"
    assert rule_sentences({"label": {"groupId": "sg-1"}}) == ("label",)


@pytest.mark.parametrize("name", NAMES)
def test_the_document_reads_back_as_itself(name: str) -> None:
    change = make_change(recorded_steps(name))
    assert type(change).model_validate_json(change.model_dump_json()) == change
