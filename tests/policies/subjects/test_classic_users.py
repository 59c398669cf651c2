"""Users of databases are found by an index; each must be one of those that a look at every pair finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policies.core.facts import Facts, Leaf, UnreadableError, Value, attempt
from policies.subjects.databases import ClassicUsers, admits_by_address, admits_by_group

ADDRESSES = st.integers(0, 63).map(lambda number: f"10.0.0.{number}")
ENTRIES = st.one_of(
    ADDRESSES,
    st.tuples(ADDRESSES, st.sampled_from([0, 26, 28, 30, 31, 32])).map(lambda item: f"{item[0]}/{item[1]}"),
    st.just("2001:db8::1"),
)
GROUPS = st.lists(st.sampled_from(["sg-1", "sg-2", "sg-3"]), unique=True)
INSTANCES = st.lists(
    st.fixed_dictionaries({"intranetIps": st.lists(ADDRESSES, max_size=2), "securityGroupIds": GROUPS}), max_size=6
)
LISTS = st.lists(
    st.fixed_dictionaries(
        {"networkType": st.sampled_from(["VPC", "Classic", "MIX"]), "securityIps": st.lists(ENTRIES, max_size=4)}
    ),
    max_size=3,
)
ADMITTED = st.lists(
    st.fixed_dictionaries(
        {"securityGroupId": st.sampled_from(["sg-1", "sg-2"]), "networkType": st.sampled_from(["VPC", "Classic"])}
    ),
    max_size=2,
)


def facts(data: dict[str, Value]) -> Facts:
    return Facts(data, "it")


@given(INSTANCES, LISTS, ADMITTED)
def test_they_are_those_of_each_pair(
    instances: list[dict[str, Value]], lists: list[dict[str, Value]], groups: list[dict[str, Value]]
) -> None:
    every, database = [facts(item) for item in instances], facts({"whitelistGroups": lists, "securityGroups": groups})
    users = ClassicUsers(every)
    assert users.of(database) == [
        item for item in every if admits_by_address(database, item) or admits_by_group(database, item)
    ]
    assert users.by_group(database) == [item for item in every if admits_by_group(database, item)]


@given(INSTANCES, LISTS, ADMITTED, st.data())
def test_what_is_unknown_of_an_instance_hides_no_user(
    instances: list[dict[str, Value]],
    lists: list[dict[str, Value]],
    groups: list[dict[str, Value]],
    data: st.DataObject,
) -> None:
    for instance in instances[:1]:
        instance[data.draw(st.sampled_from(sorted(instance)))] = Leaf.UNKNOWN
    every, database = [facts(item) for item in instances], facts({"whitelistGroups": lists, "securityGroups": groups})
    pairs = attempt(
        lambda: [item for item in every if admits_by_address(database, item) or admits_by_group(database, item)]
    )
    found = attempt(lambda: ClassicUsers(every).of(database))
    assert isinstance(found, UnreadableError) or found == pairs
