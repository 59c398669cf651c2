"""The SDK's resources as plain data: no unknown and no secret passes for a value, and nothing else is lost."""

from types import SimpleNamespace
from typing import Any, Final

import pytest
from pulumi_policy import EnforcementLevel, StackValidationPolicy, proxy
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies.core.facts import Leaf
from policies.pack.adapter import adapt, sealed
from tests.policies.prepared import UNKNOWN, Draft, prepared
from tests.policies.sdk import SIGNATURE_KEY, UNKNOWN_SENTINEL, request, secret


class _Spy:
    """Stands in for a policy, to see the SDK's own objects."""

    def __init__(self) -> None:
        self.resources: tuple[Any, ...] = ()


def _adapted(properties: dict[str, Any], types_read: frozenset[str] = frozenset({"a:b:C"})) -> Any:
    spy = _Spy()

    def keep(args: Any, _report: Any) -> None:
        spy.resources = adapt(args.resources, types_read)

    policy = StackValidationPolicy("spy", "A spy.", keep)
    pack: Any = _PolicyAnalyzerServicer("pack", "0.0.1", [policy], EnforcementLevel.MANDATORY)
    draft = Draft([], prepared().now)
    draft.add("a:b:C", "c", properties)
    response = pack.AnalyzeStack(sealed(request(draft)), None)
    assert not response.diagnostics
    (resource,) = spy.resources
    return resource.properties


def test_unknowns_stay_where_they_are() -> None:
    properties = _adapted(
        {"id": UNKNOWN, "list": ["a", UNKNOWN, {"deep": UNKNOWN, "null": None}], "flag": True, "n": 1.5}
    )
    assert properties == {
        "id": Leaf.UNKNOWN,
        "list": ["a", Leaf.UNKNOWN, {"deep": Leaf.UNKNOWN, "null": None}],
        "flag": True,
        "n": 1.5,
    }


def test_a_key_that_the_proxies_use_themselves_hides_no_unknown() -> None:
    properties = _adapted({"__target": {"x": UNKNOWN}, "y": UNKNOWN, "z": "known"})
    assert properties["y"] is Leaf.UNKNOWN
    assert properties["z"] == "known"
    assert UNKNOWN_SENTINEL not in str(properties)


def test_an_asset_is_nothing_that_a_rule_can_read() -> None:
    asset = {SIGNATURE_KEY: "c44067f5952c0a294b673a41bacd8c17", "text": "hello"}
    assert _adapted({"asset": asset}) == {"asset": Leaf.UNKNOWN}


def test_properties_that_no_rule_reads_are_left_out() -> None:
    assert _adapted({"password": secret("hunter2")}, frozenset()) == {}


SECRETS: Final[list[tuple[Any, Any]]] = [
    (secret("hunter2"), Leaf.UNKNOWN),
    (secret(["hunter2"]), Leaf.UNKNOWN),
    (secret({"a": secret("hunter2")}), Leaf.UNKNOWN),
    (["a", secret("hunter2"), 1.0], ["a", Leaf.UNKNOWN, 1.0]),
    ([["a", secret("hunter2")]], [["a", Leaf.UNKNOWN]]),
    ([{"a": secret("hunter2"), "b": True}], [{"a": Leaf.UNKNOWN, "b": True}]),
    ({"a": {"b": secret("hunter2"), "c": None}}, {"a": {"b": Leaf.UNKNOWN, "c": None}}),
    ({"a": [secret("hunter2")], "b": []}, {"a": [Leaf.UNKNOWN], "b": []}),
]


@pytest.mark.parametrize(("sent", "read"), SECRETS)
def test_a_secret_is_unknown_wherever_it_stands_and_nothing_beside_it_is(sent: Any, read: Any) -> None:
    assert _adapted({"sent": sent, "beside": "known"}) == {"sent": read, "beside": "known"}


def test_a_question_without_secrets_is_passed_on_as_it_is_and_one_with_them_is_not_changed() -> None:
    plain = request(Draft([], prepared().now))
    assert sealed(plain) is plain
    draft = Draft([], prepared().now)
    draft.add("a:b:C", "c", {"password": secret("hunter2")})
    asked = request(draft)
    before = asked.SerializeToString()
    assert b"hunter2" not in sealed(asked).SerializeToString()
    assert asked.SerializeToString() == before


def _bare(resource_type: str, depends_on: tuple[str, ...] = (), **properties: Any) -> Any:
    """Properties as they come without the SDK's proxies around them."""
    resource: Any = SimpleNamespace(
        resource_type=resource_type,
        urn="urn",
        name="name",
        parent=None,
        props=properties,
        property_dependencies=dict.fromkeys(depends_on, ()),
    )
    (adapted,) = adapt([resource], {resource_type})
    return adapted.properties


@pytest.mark.parametrize("kind", ["ARCHIVE", "ARRAY", "ASSET", "BOOLEAN", "NUMBER", "OBJECT", "STRING"])
def test_the_engines_word_for_unknown_is_no_text(kind: str) -> None:
    word = getattr(proxy, f"UNKNOWN_{kind}_VALUE")
    assert _bare("a:b:C", a=word, b=[word, "known"]) == {"a": Leaf.UNKNOWN, "b": [Leaf.UNKNOWN, "known"]}


@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}])
def test_what_is_no_plain_data_is_unknown(value: object) -> None:
    assert _bare("a:b:C", a=value) == {"a": Leaf.UNKNOWN}


def test_what_is_nested_deeper_than_any_fact_is_unknown_and_ends_nothing() -> None:
    deep: Any = "known"
    for _ in range(2_000):
        deep = [deep]
    value = _bare("a:b:C", a=deep)["a"]
    depth = 0
    while isinstance(value, list):
        (value,) = value
        depth += 1
    assert value is Leaf.UNKNOWN
    assert 10 < depth < 100


@pytest.mark.parametrize(
    ("resource_type", "properties", "read"),
    [
        ("alicloud:a:B", {"id": "", "name": "n"}, {"id": UNKNOWN, "name": "n", "vpcId": UNKNOWN}),
        ("alicloud:a:B", {"name": "n"}, {"id": UNKNOWN, "name": "n", "vpcId": UNKNOWN}),
        ("alicloud:a:B", {"id": "", "vpcId": "vpc-1"}, {"id": UNKNOWN, "vpcId": "vpc-1"}),
        ("alicloud:a:B", {"id": "b-1", "name": "n"}, {"id": "b-1", "name": "n"}),
        ("alimigrate:a:B", {"id": "", "name": "n"}, {"id": "", "name": "n"}),
    ],
)
def test_what_the_plugins_preview_leaves_out_is_unknown(
    resource_type: str, properties: dict[str, Any], read: dict[str, Any]
) -> None:
    assert _bare(resource_type, ("vpcId",), **properties) == read
