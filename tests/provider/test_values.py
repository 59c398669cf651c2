"""Property values to plain data and back."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc

from provider.values import UNKNOWN, digest, is_unknown, properties, to_plain, to_value

_LEAVES = st.one_of(st.text(), st.booleans(), st.integers(-(2**53), 2**53), st.just(UNKNOWN))
_PLAIN = st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@given(_PLAIN)
def test_plain_data_survives_the_way_there_and_back(plain: Any) -> None:
    assert to_plain(to_value(plain)) == plain


def test_secrets_are_opened_and_nulls_and_internals_left_out() -> None:
    given_values = {
        "a": PropertyValue("x", is_secret=True),
        "b": PropertyValue({"c": PropertyValue(None), "d": PropertyValue(1.5)}),
        "e": PropertyValue(None),
        "__internal": PropertyValue("y"),
    }
    assert properties(given_values) == {"a": "x", "b": {"d": 1.5}}


def test_an_unknown_value_refuses_to_be_asked_for_its_truth() -> None:
    with pytest.raises(TypeError, match="is_unknown"):
        bool(UNKNOWN)
    assert is_unknown({"a": [1, {"b": UNKNOWN}]})
    assert not is_unknown({"a": [1, {"b": "unknown"}]})


def test_an_unknown_value_of_every_type_is_known_as_one() -> None:
    for sentinel in (rpc.UNKNOWN, "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "3eeb2bf0-c639-47a8-9e75-3b44932eb421"):
        assert to_plain(PropertyValue.unmarshal(struct_pb2.Value(string_value=sentinel))) is UNKNOWN
    assert to_plain(PropertyValue.computed()) is UNKNOWN
    assert to_value(UNKNOWN).marshal().string_value == rpc.UNKNOWN


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": {"c": 2, "d": 3}}) == digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
