"""The stack as rules see it: what is declared once, what exists by now, and what nobody can tell."""

from collections.abc import Callable
from typing import Any

import pytest

from policies.core.facts import UnreadableError
from policies.core.plan import (
    CLASSIC_LINK,
    CLASSIC_LINK_ATTACHMENT,
    CLASSIC_LINK_COMPONENT,
    CLONED_SECURITY_GROUP,
    HYBRID_ACCESSES,
    MIGRATING_INSTANCE,
    MIGRATION,
    REMOVED_WHITELIST_ENTRIES,
    STACK,
    TARGET_NETWORK,
    VSWITCH,
    WHITELIST_GROUP,
    WHITELIST_GROUPS,
    Plan,
    Resource,
)
from provider.registry import RESOURCES
from tests.policies.prepared import UNKNOWN, ZONE, Draft, prepared, urn


def plan(change: Callable[[Draft], object]) -> Plan:
    draft = prepared()
    change(draft)
    return draft.plan()


def twice(resource_type: str) -> Callable[[Draft], object]:
    return lambda draft: draft.add(resource_type, "another", dict(draft.facts(resource_type)))


@pytest.mark.parametrize(
    ("resource_type", "properties", "exists"),
    [
        (VSWITCH, {"id": "vsw-1"}, True),
        (VSWITCH, {"id": UNKNOWN, "applied": "digest"}, False),
        (VSWITCH, {}, False),
        (WHITELIST_GROUP, {"applied": "digest"}, True),
        (WHITELIST_GROUP, {"applied": UNKNOWN, "id": "rm-1"}, False),
        (WHITELIST_GROUP, {"applied": None}, False),
    ],
)
def test_a_resource_with_known_outputs_exists(resource_type: str, properties: dict[str, Any], exists: bool) -> None:
    assert Resource(resource_type, "urn", "name", None, properties).exists is exists


@pytest.mark.parametrize(
    ("change", "read", "problem"),
    [
        (lambda draft: draft.remove(MIGRATION), lambda plan: plan.migration, "declares 0 Migration"),
        (twice(MIGRATION), lambda plan: plan.migration, "declares 2 Migration"),
        (lambda draft: draft.remove(TARGET_NETWORK), lambda plan: plan.network, "declares 0 TargetNetwork"),
        (twice(TARGET_NETWORK), lambda plan: plan.network, "declares 2 TargetNetwork"),
        (lambda draft: draft.facts(MIGRATION).update(waves=[]), lambda plan: plan.waves, "at least one wave"),
        (lambda draft: draft.facts(MIGRATION).update(waves=UNKNOWN), lambda plan: plan.waves, "waves is not known"),
        (
            lambda draft: draft.facts(MIGRATION)["waves"][0].update(moved=UNKNOWN),
            lambda plan: plan.waves_ahead,
            "moved is not known",
        ),
        (twice(CLASSIC_LINK_COMPONENT), lambda plan: plan.classic_link, "declares 2 ClassicLink components"),
        (
            lambda draft: draft.remove(CLASSIC_LINK_COMPONENT),
            lambda plan: plan.classic_link,
            "declares 0 ClassicLink components for 2 links",
        ),
        (twice(MIGRATION), lambda plan: plan.classic_link, "does not declare exactly one Migration"),
        (
            lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").update(targetZoneId=UNKNOWN),
            lambda plan: plan.instances_per_place,
            "targetZoneId is not known",
        ),
    ],
)
def test_a_resource_declared_never_or_twice_cannot_be_read(
    change: Callable[[Draft], object], read: Callable[[Plan], object], problem: str
) -> None:
    with pytest.raises(UnreadableError, match=problem):
        read(plan(change))


@pytest.mark.parametrize("link", [CLASSIC_LINK, CLASSIC_LINK_ATTACHMENT])
def test_either_kind_of_link_needs_its_component(link: str) -> None:
    draft = prepared()
    draft.remove(CLASSIC_LINK_COMPONENT)
    draft.remove(CLASSIC_LINK if link == CLASSIC_LINK_ATTACHMENT else CLASSIC_LINK_ATTACHMENT)
    with pytest.raises(UnreadableError, match="0 ClassicLink components for 1 links"):
        _ = draft.plan().classic_link
    draft.remove(link)
    assert draft.plan().classic_link is None


def test_the_waves_ahead_are_those_that_have_not_all_moved() -> None:
    waves = prepared().facts(MIGRATION)["waves"]
    draft = prepared()
    draft.facts(MIGRATION)["waves"] = [{**waves[0], "name": "gone", "moved": True}, waves[0]]
    assert [wave.text("name") for wave in draft.plan().waves_ahead] == ["all"]


def test_vswitches_are_of_a_zone_and_of_its_tier_where_one_is_chosen() -> None:
    draft = prepared()
    (first,) = draft.facts(TARGET_NETWORK)["vswitches"]
    draft.facts(TARGET_NETWORK)["vswitches"] = [
        {**first, "vswitchId": name, "zoneId": zone, **({"tier": tier} if tier else {})}
        for name, zone, tier in (("a", ZONE, "web"), ("b", ZONE, None), ("c", "cn-hangzhou-b", "web"))
    ]
    prepared_plan = draft.plan()
    assert [item.text("vswitchId") for item in prepared_plan.vswitches((ZONE, "web"))] == ["a"]
    assert [item.text("vswitchId") for item in prepared_plan.vswitches((ZONE, None))] == ["a", "b"]
    assert prepared_plan.vswitches(("cn-hangzhou-g", None)) == ()


@pytest.mark.parametrize(("moved", "still"), [(True, 1), (False, 2), (UNKNOWN, 2)])
def test_only_whoever_has_moved_for_certain_needs_no_place(moved: object, still: int) -> None:
    prepared_plan = plan(lambda draft: draft.facts(MIGRATING_INSTANCE, "i-web").update(moved=moved))
    assert prepared_plan.instances_per_place == {(ZONE, None): still}


def test_a_clone_of_a_group_that_is_not_known_is_no_groups_clone() -> None:
    draft = prepared()
    draft.add(CLONED_SECURITY_GROUP, "other", {"classicSecurityGroupId": "sg-web"})
    draft.facts(CLONED_SECURITY_GROUP, "sg-app")["classicSecurityGroupId"] = UNKNOWN
    clones = draft.plan().clones
    assert {key: sorted(item.name for item in group_clones) for key, group_clones in clones.items()} == {
        "sg-web": ["other", "sg-web"]
    }


def test_remembered_values_and_errors_are_computed_once() -> None:
    prepared_plan, calls = prepared().plan(), []

    def compute(problem: str) -> int:
        calls.append(problem)
        if problem:
            raise UnreadableError("A thing", problem)
        return len(calls)

    assert [prepared_plan.remember("right", lambda: compute("")) for _ in range(2)] == [1, 1]
    for _ in range(2):
        with pytest.raises(UnreadableError, match="A thing is missing"):
            prepared_plan.remember("wrong", lambda: compute("is missing"))
    assert calls == ["", "is missing"]


def test_a_finding_about_the_stack_stands_on_its_migration_else_its_root_else_anything() -> None:
    draft = prepared()
    assert (draft.plan().project_and_stack, draft.plan().stack_urn) == (
        ("classic-to-vpc", "dev"),
        urn(MIGRATION, "migration"),
    )
    draft.remove(MIGRATION)
    assert draft.plan().stack_urn == draft.one(STACK).urn
    draft.remove(STACK)
    assert draft.plan().stack_urn in {item.urn for item in draft.resources}
    assert (Plan([]).project_and_stack, Plan([]).stack_urn) == (("", ""), None)


def test_children_are_of_one_parent_and_one_type() -> None:
    prepared_plan = prepared().plan()
    (child,) = prepared_plan.children(prepared_plan.network, VSWITCH)
    assert child.name == "vsw-h"
    assert prepared_plan.children(child, VSWITCH) == ()
    assert [item.type for item in prepared_plan.of_type_in((VSWITCH, MIGRATION, "none"))] == [VSWITCH, MIGRATION]


@pytest.mark.parametrize("types", [WHITELIST_GROUPS, HYBRID_ACCESSES, REMOVED_WHITELIST_ENTRIES])
def test_types_of_database_resources_are_complete(types: tuple[str, ...]) -> None:
    name = types[0].rpartition(":")[2]
    assert set(types) == {token for token in RESOURCES if token.endswith(f":{name}")}
