"""RemovedAclEntries against the simulated cloud."""

from __future__ import annotations

import pytest

from estate.client import Cloud
from provider.removed_acl_entries import RemovedAclEntries
from provider.resource import Change, ResourceError
from provider.values import UNKNOWN
from simulator.server import Simulator
from tests.estate import estates

RESOURCE = RemovedAclEntries()
OLD = [f"10.160.{block}.0/24" for block in range(60)]
LISTS = [
    {"id": "acl-1", "name": "callers", "entries": [{"entry": entry} for entry in [*OLD, "203.0.113.0/24"]]},
    {"id": "acl-empty", "name": "empty", "entries": []},
    {"id": "acl-old", "name": "old", "entries": [{"entry": "10.160.0.1/32"}]},
]


@pytest.fixture
def simulator() -> Simulator:
    return estates.begun(estates.estate(access_lists=LISTS))


def entries(simulator: Simulator, acl_id: str = "acl-1") -> list[str]:
    [access_list] = [item for item in simulator.state()["access_lists"] if item["id"] == acl_id]
    return [entry["entry"] for entry in access_list["entries"]]


def test_named_entries_are_removed_and_all_others_stay(cloud: Cloud, simulator: Simulator) -> None:
    """Sixty entries: more than a page of the list, and than one call removes."""
    resource_id, state = RESOURCE.create(cloud, {"aclId": "acl-1", "entries": [*OLD, "10.99.0.0/24"]})
    assert resource_id == "acl-1"
    assert entries(simulator) == ["203.0.113.0/24"]
    assert RESOURCE.read(cloud, resource_id, state) == state
    RESOURCE.delete(cloud, resource_id, state)
    assert entries(simulator) == ["203.0.113.0/24"]


def test_an_entry_added_again_is_drift_that_an_update_fixes(cloud: Cloud, simulator: Simulator) -> None:
    inputs = {"aclId": "acl-1", "entries": OLD}
    _, state = RESOURCE.create(cloud, inputs)
    back = '[{"entry": "10.160.7.0/24"}]'
    cloud.call("slb:AddAccessControlListEntry", region_id=cloud.region, acl_id="acl-1", acl_entrys=back)
    read_state = RESOURCE.read(cloud, "acl-1", state)
    assert read_state is not None
    assert RESOURCE.diff(read_state, inputs) == {"entries": Change.UPDATE}
    assert RESOURCE.update(cloud, "acl-1", read_state, inputs) == state
    assert entries(simulator) == ["203.0.113.0/24"]


def test_the_last_entry_is_never_removed(cloud: Cloud, simulator: Simulator) -> None:
    with pytest.raises(ResourceError, match="empty lets everybody in"):
        RESOURCE.create(cloud, {"aclId": "acl-old", "entries": ["10.160.0.1/32"]})
    assert entries(simulator, "acl-old") == ["10.160.0.1/32"]


def test_a_list_that_is_gone(cloud: Cloud) -> None:
    assert RESOURCE.read(cloud, "acl-none", {"entries": OLD}) is None
    with pytest.raises(ResourceError, match="acl-none does not exist"):
        RESOURCE.create(cloud, {"aclId": "acl-none", "entries": OLD})


def test_entries_in_their_normal_form() -> None:
    checked = RESOURCE.check({"aclId": "acl-1", "entries": ["10.2.0.0/24", "10.1.0.1", "10.1.0.1/32"]})
    assert checked.inputs["entries"] == ["10.1.0.1/32", "10.2.0.0/24"]
    assert checked.failures == ()


def test_wrong_inputs() -> None:
    assert [failure.path for failure in RESOURCE.check({"entries": []}).failures] == ["aclId", "entries"]
    failures = RESOURCE.check({"aclId": "acl-1", "entries": ["10.1.0.1", "nobody"]}).failures
    assert [failure.path for failure in failures] == ["entries[1]"]


@pytest.mark.parametrize("given", [None, [], "10.1.0.1", ["10.1.0.1", None], ["10.1.0.1", 7]])
def test_what_is_no_list_of_blocks_is_refused_and_kept_as_it_is(given: object) -> None:
    checked = RESOURCE.check({"aclId": "acl-1", "entries": given})
    [failure] = checked.failures
    assert failure.path == ("entries[1]" if isinstance(given, list) and given else "entries")
    assert checked.inputs["entries"] == given


@pytest.mark.parametrize(("given", "checked"), [(UNKNOWN, UNKNOWN), ([UNKNOWN, "10.1.0.1"], ["10.1.0.1/32", UNKNOWN])])
def test_entries_that_are_not_known_yet_are_awaited(given: object, checked: object) -> None:
    def no_cloud() -> Cloud:
        raise AssertionError("what is not known yet cannot be asked about")

    found = RESOURCE.check({"aclId": "acl-1", "entries": given})
    assert (found.inputs, found.failures) == ({"aclId": "acl-1", "entries": checked}, ())
    RESOURCE.foresee(no_cloud, found.inputs, "", {})


def test_an_empty_list_of_somebody_else_is_left_alone(cloud: Cloud, simulator: Simulator) -> None:
    """Nothing is taken from it, so nothing is opened by that."""
    assert RESOURCE.create(cloud, {"aclId": "acl-empty", "entries": OLD})[0] == "acl-empty"
    assert entries(simulator, "acl-empty") == []
