"""JSON that a command centre must refuse, and what the refusal names."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError, Kind
from chassis.messages import Catalogue
from chassis.settings import ROOT
from fenghuo.dispatch.v1 import incidents_pb2, tasks_pb2, unit_statuses_pb2
from fenghuo.resources.v1 import units_pb2
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
    (b'{"a":"\\u0001"}', "TEXT_CHARACTERS"),
    ('{"a":"\uffff"}'.encode(), "TEXT_CHARACTERS"),
    *((f'{{"a":"小{char}区"}}'.encode(), "TEXT_CHARACTERS") for char in "\x7f\x80\x85\x9f\u202a\u202e\u2066\u2069"),
    (b'{"a":"\\u202e"}', "TEXT_CHARACTERS"),
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


ANSWERS = [
    (geo_pb2.Circle, {"radiusKm": "x"}, "JSON_DECIMAL", "radiusKm"), (geo_pb2.Circle, {"radiusKm": 10**400}, "JSON_DECIMAL", "radiusKm"),
    (geo_pb2.Circle, {"centre": "x"}, "JSON_NESTED", "centre"), (geo_pb2.Circle, {"centre": [1]}, "JSON_NESTED", "centre"),
    (geo_pb2.Circle, {"centre": {"lun": 1}}, "JSON_UNKNOWN", "centre.lun"), (geo_pb2.Polygon, {"points": 5}, "JSON_LIST", "points"),
    (geo_pb2.Polygon, {"points": [{"lon": 1}, {"lat": []}]}, "JSON_DECIMAL", "points.lat"), (geo_pb2.Polygon, {"points": ["x"]}, "JSON_NESTED", "points"),
    (incidents_pb2.RegisterIncidentRequest, {"title": 5}, "JSON_TEXT", "title"),
    (incidents_pb2.RegisterIncidentRequest, {"source": "x"}, "JSON_VALUE", "source"),
    (incidents_pb2.RegisterIncidentRequest, {"source": "99"}, "JSON_VALUE", "source"),
    (incidents_pb2.RegisterIncidentRequest, {"source": 99}, "JSON_VALUE", "source"),
    (tasks_pb2.CreateTaskRequest, {"task": {"kind": "-1"}}, "JSON_VALUE", "task.kind"),
    (incidents_pb2.RegisterIncidentRequest, {"title": "  "}, "TEXT_BLANK", "title"),
    (incidents_pb2.RegisterIncidentRequest, {"title": "\u3000\t\u200b"}, "TEXT_BLANK", "title"),
    (incidents_pb2.RegisterIncidentRequest, {"title": "\u2800\u3164\ufe0f"}, "TEXT_BLANK", "title"),
    (incidents_pb2.RegisterIncidentRequest, {"title": "\u0301 \u0488\ufffc\U000e0100"}, "TEXT_BLANK", "title"),
    (tasks_pb2.CreateTaskRequest, {"task": {"title": " "}}, "TEXT_BLANK", "task.title"),
    (units_pb2.RegisterUnitRequest, {"unit": {"displayName": "\n"}}, "TEXT_BLANK", "unit.displayName"),
    (incidents_pb2.RegisterIncidentRequest, {"occurTime": "yesterday"}, "JSON_TIME", "occurTime"),
    (incidents_pb2.RegisterIncidentRequest, {"impactRadiusKm": "x"}, "JSON_DECIMAL", "impactRadiusKm"),
    (incidents_pb2.ListIncidentsRequest, {"pageSize": "1.5"}, "JSON_INTEGER", "pageSize"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "values", "reason", "field"), ANSWERS)
def test_a_wrong_field_is_told_with_its_rule_in_both_languages_and_no_word_of_the_parser(message: Any, values: dict[str, Any], reason: str, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        strict_json.parse(values, message())
    assert (refused.value.reason, refused.value.field) == (reason, field)
    texts = Catalogue.load(ROOT / "messages")
    for language in ("zh", "en"):
        told = texts.text(reason, language, refused.value.texts)
        assert field in told
        assert not re.search(r"parse|protobuf|Message type|\{", told)


@pytest.mark.parametrize(
    ("message", "values"),
    [
        (geo_pb2.Circle, {"radiusKm": 1, "radius_km": 2}), (incidents_pb2.RegisterIncidentRequest, {"region_code": "640202", "regionCode": "640202"}),
        (geo_pb2.Circle, {"radius_km": None, "centre": {}, "radiusKm": 2}),
    ],
)  # fmt: skip
def test_one_field_under_both_of_its_names_is_given_twice(message: Any, values: dict[str, Any]) -> None:
    """{"regionCode": …, "region_code": …} was taken, and the order decided which one counted."""
    with pytest.raises(DomainError) as refused:
        strict_json.parse(values, message())
    assert (refused.value.reason, refused.value.field) == ("JSON_DUPLICATE_KEY", next(key for key in values if not key.islower()))


@pytest.mark.parametrize("location", [{}, {"lat": 39.0}, {"lon": 106.3}, {"lon": None, "lat": 39.0}])
def test_a_point_without_one_of_its_coordinates_is_refused(location: dict[str, Any]) -> None:
    """The missing one was taken as 0: a unit stood on the equator."""
    report = {"positions": [{"unit": "units/a", "location": location}]}
    for values, message, field in (
        ({"location": location}, incidents_pb2.RegisterIncidentRequest(), "location"),
        (report, unit_statuses_pb2.ReportPositionsRequest(), "positions.location"),
    ):
        with pytest.raises(DomainError) as refused:
            strict_json.parse(values, message)
        assert (refused.value.reason, refused.value.field) == ("POINT_INCOMPLETE", field)


def test_a_whole_point_and_none_are_taken() -> None:
    message = incidents_pb2.RegisterIncidentRequest()
    strict_json.parse({"location": {"lon": 0, "lat": 39}}, message)
    assert (message.location.lon, message.location.lat) == (0, 39)
    strict_json.parse({"location": None}, incidents_pb2.RegisterIncidentRequest())


def test_what_is_written_in_other_scripts_and_over_lines_is_taken() -> None:
    """Marks of direction that turn nothing around, joiners, emoji, ideographic spaces inside, tabs and line ends."""
    text = "大武口沟\u3000山洪\n\tئۈرۈمچى \u200f(‎2) 👨\u200d🚒"
    message = incidents_pb2.RegisterIncidentRequest()
    strict_json.parse(strict_json.loads(json.dumps({"title": text, "source": "INCIDENT_SOURCE_PHONE"}).encode()), message)
    strict_json.parse({"source": 1}, message)
    assert message.title == text
