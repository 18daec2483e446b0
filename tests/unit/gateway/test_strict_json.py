"""JSON that a command centre must refuse, and what the refusal names."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError, Kind
from fenghuo.type.v1 import geo_pb2
from gateway.rest import strict_json

REFUSED = [
    (b'{"a":NaN}', "JSON_NUMBER"),
    (b'{"a":Infinity}', "JSON_NUMBER"),
    (b'{"a":-Infinity}', "JSON_NUMBER"),
    (b'{"a":1,"a":2}', "JSON_DUPLICATE_KEY"),
    (b'{"a":{"b":1,"b":1}}', "JSON_DUPLICATE_KEY"),
    (b"\xff", "JSON_UTF8"),
    (b'"text"', "JSON_OBJECT"),
    (b"[]", "JSON_OBJECT"),
    (b"null", "JSON_OBJECT"),
    (b'{"a":"\\ud800"}', "TEXT_CHARACTERS"),
    (b'{"a":"\\u0000"}', "TEXT_CHARACTERS"),
    (b'{"a":["\\udfff"]}', "TEXT_CHARACTERS"),
    (b"{", "JSON_SYNTAX"),
    (b"", "JSON_SYNTAX"),
    (b'{"a":1}x', "JSON_SYNTAX"),
    (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "JSON_DEPTH"),
    (b'{"a":' + b"[" * 200_000, "JSON_DEPTH"),
    (b"{'a':1}", "JSON_SYNTAX"),
]


@contextmanager
def refusals_allowed() -> Iterator[None]:
    """Nothing but a refusal of form may come out."""
    try:
        yield
    except DomainError as refused:
        if refused.kind is not Kind.INVALID:
            raise


@pytest.mark.parametrize(("body", "reason"), REFUSED)
def test_refused_by_rule(body: bytes, reason: str) -> None:
    with pytest.raises(DomainError) as refused:
        strict_json.loads(body)
    assert (refused.value.kind, refused.value.reason) == (Kind.INVALID, reason)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with refusals_allowed():
        assert isinstance(strict_json.loads(body), dict)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["points", "lon", "centre", "radiusKm", "x"]), _JSON, max_size=3))
def test_any_object_fills_a_message_or_is_refused(values: dict[str, Any]) -> None:
    with refusals_allowed():
        strict_json.parse(strict_json.loads(json.dumps(values).encode()), geo_pb2.Circle())


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(DomainError) as refused:
        strict_json.parse({"lun": 1}, geo_pb2.Point())
    assert refused.value.field == "lun"


def test_a_nested_field_is_named_with_its_path() -> None:
    with pytest.raises(DomainError) as refused:
        strict_json.parse({"centre": {"lon": "x"}}, geo_pb2.Circle())
    assert refused.value.field == "centre.lon"
