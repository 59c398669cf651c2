"""The engine's question as plain data: no unknown and no secret passes for a value, and nothing else is lost."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from pulumi.runtime.proto.analyzer_pb2 import AnalyzerResource
from pulumi_policy import EnforcementLevel, StackValidationPolicy, proxy
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies.core.facts import Leaf
from policies.pack.adapter import adapt
from tests.policies.prepared import UNKNOWN, Draft, prepared
from tests.policies.recordings import NAMES, recorded_request
from tests.policies.sdk import SIGNATURE_KEY, request, secret


def _adapted(properties: dict[str, Any], types_read: frozenset[str] = frozenset({"a:b:C"})) -> Any:
    draft = Draft([], prepared().now)
    draft.add("a:b:C", "c", properties)
    (resource,) = adapt(request(draft).resources, types_read)
    return resource.properties


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_what_the_sdk_reads(name: str) -> None:
    """Down to the last leaf, and its type."""
    _, question = recorded_request(name)
    of_the_sdk: list[Any] = []
    policy = StackValidationPolicy("spy", "A spy.", lambda args, _: of_the_sdk.extend(args.resources))
    pack: Any = _PolicyAnalyzerServicer("pack", "0.0.1", [policy], EnforcementLevel.MANDATORY)
    assert not pack.AnalyzeStack(question, None).diagnostics
    adapted = adapt(question.resources, {item.type for item in question.resources})
    for ours, theirs in zip(adapted, of_the_sdk, strict=True):
        assert (ours.type, ours.urn, ours.name) == (theirs.resource_type, theirs.urn, theirs.name)
        assert ours.parent == (theirs.parent and theirs.parent.urn)
        known = {key: value for key, value in ours.properties.items() if key in set(theirs.props)}
        left_out = ours.properties.keys() - known.keys()
        assert left_out <= {*theirs.property_dependencies, "id"}
        assert known.keys() == set(theirs.props)
        if ours.type.startswith("alicloud:") and known.get("id") is Leaf.UNKNOWN:
            known.pop("id")
        assert repr(known) == repr({key: _through_proxies(theirs.props, key) for key in known})


def _through_proxies(container: Any, key: Any) -> Any:
    """A value as the SDK's proxies give it."""
    try:
        value = container[key]
    except proxy.UnknownValueError:
        return Leaf.UNKNOWN
    if isinstance(value, Mapping):
        return {inner: _through_proxies(value, inner) for inner in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_through_proxies(value, index) for index in range(len(value))]
    return value


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


def test_a_key_that_the_sdks_proxies_use_themselves_is_one_like_all() -> None:
    properties = _adapted({"__target": {"x": UNKNOWN}, "y": UNKNOWN, "z": "known"})
    assert properties == {"__target": {"x": UNKNOWN}, "y": UNKNOWN, "z": "known"}


@pytest.mark.parametrize(
    "signature",
    ["c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7", "of a later engine", UNKNOWN],
    ids=["asset", "archive", "later", "unknown"],
)
def test_signed_values_are_unknown_to_rules(signature: object) -> None:
    sent = {SIGNATURE_KEY: signature, "text": "hello"}
    assert _adapted({"sent": sent, "beside": "known"}) == {"sent": Leaf.UNKNOWN, "beside": "known"}


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


@pytest.mark.parametrize("kind", ["ARCHIVE", "ARRAY", "ASSET", "BOOLEAN", "NUMBER", "OBJECT", "STRING"])
def test_the_engines_word_for_unknown_is_no_text(kind: str) -> None:
    word = getattr(proxy, f"UNKNOWN_{kind}_VALUE")
    assert _adapted({"a": word, "b": [word, "known"]}) == {"a": Leaf.UNKNOWN, "b": [Leaf.UNKNOWN, "known"]}


def test_values_nested_too_deeply_are_unknown() -> None:
    deep: Any = "known"
    for _ in range(45):
        deep = [deep]
    value = _adapted({"a": deep})["a"]
    depth = 0
    while isinstance(value, list):
        (value,) = value
        depth += 1
    assert value is Leaf.UNKNOWN
    assert depth == 39


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
def test_properties_that_the_plugins_preview_leaves_out_are_unknown(
    resource_type: str, properties: dict[str, Any], read: dict[str, Any]
) -> None:
    sent = AnalyzerResource(type=resource_type, urn="urn", name="name")
    sent.properties.update(properties)
    sent.propertyDependencies["vpcId"].urns.append("of another")
    (adapted,) = adapt([sent], {resource_type})
    assert adapted.properties == read


def test_a_parent_is_one_of_the_resources() -> None:
    sent = [AnalyzerResource(type="a:b:C", urn=urn, parent=parent) for urn, parent in (("1", "0"), ("2", "1"))]
    assert [resource.parent for resource in adapt(sent, ())] == [None, "1"]
