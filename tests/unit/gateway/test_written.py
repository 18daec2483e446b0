"""The writer of answers against json_format's own, for every answer and every event of the contract."""

from functools import cache
from typing import Any

import pytest
from google.protobuf import duration_pb2, message_factory, struct_pb2, timestamp_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fenghuo.dispatch.v1 import incidents_pb2, timeline_pb2
from fenghuo.system.v1 import system_pb2
from fenghuo.type.v1 import geo_pb2
from gateway.public.stream import Topics
from gateway.rest.contract import methods
from gateway.rest.written import written

ANSWERS: list[type[Message]] = [method.response for method in methods()]
EVENTS: list[type[Message]] = [message for message, _ in Topics().messages.values()]
WRITTEN = {each().DESCRIPTOR.full_name: each for each in (*ANSWERS, *EVENTS, system_pb2.AuditReport)}
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
KINDS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_STRING: TEXT,
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_DOUBLE: st.floats(),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=8),
    FieldDescriptor.TYPE_ENUM: st.integers(0, 5) | st.integers(-(2**31), 2**31 - 1),
}
JSON = st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | TEXT, lambda inner: st.dictionaries(TEXT, inner, max_size=2))
NANOS = st.sampled_from([0, 1_000_000, 21_000, 7, 999_999_999])
WELL_KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "google.protobuf.Timestamp": st.builds(timestamp_pb2.Timestamp, seconds=st.integers(-62_135_596_800, 253_402_300_799), nanos=NANOS),
    "google.protobuf.Duration": st.builds(duration_pb2.Duration, seconds=st.integers(0, 315_576_000_000), nanos=NANOS),
    "google.protobuf.Struct": st.dictionaries(TEXT, JSON, max_size=2).map(lambda fields: _struct(fields)),
}

ONES: dict[int, Any] = {FieldDescriptor.TYPE_STRING: "字", FieldDescriptor.TYPE_BYTES: b"\xff", FieldDescriptor.TYPE_BOOL: True}


def _struct(fields: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(fields)
    return made


def _value(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.message_type is None:
        return KINDS[field.type]
    name = field.message_type.full_name
    return WELL_KNOWN[name] if name in WELL_KNOWN else messages(field.message_type)


def _held(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if not field.is_repeated:
        return _value(field)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        parts = field.message_type.fields_by_name
        return st.dictionaries(_value(parts["key"]), _value(parts["value"]), max_size=2)
    return st.lists(_value(field), max_size=2)


@cache
def messages(descriptor: Descriptor) -> st.SearchStrategy[Message]:
    """Messages of a type, with a few of its fields set; of a oneof the one that was set last counts."""
    made = message_factory.GetMessageClass(descriptor)
    fields = {field.name: field for field in descriptor.fields}
    if not fields:
        return st.builds(made)
    chosen = st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: _held(fields[name]) for name in names})).map(lambda values: made(**values))


def _by_json_format(message: Message) -> dict[str, Any]:
    shown: dict[str, Any] = MessageToDict(message, always_print_fields_with_no_presence=True)
    return shown


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(WRITTEN)).flatmap(lambda name: messages(WRITTEN[name]().DESCRIPTOR)))
def test_answers_and_events_are_written_as_json_format_writes_them(message: Message) -> None:
    assert written(message) == _by_json_format(message)


def _filled(message: Any, depth: int = 3) -> Any:
    """The message with something in every field, down to a depth: no field of the contract is left to chance."""
    for field in message.DESCRIPTOR.fields:
        held = getattr(message, field.name)
        if field.message_type is None:
            value = ONES.get(field.type, 1)
            if field.is_repeated:
                held.extend([value, value])
            else:
                setattr(message, field.name, value)
        elif field.message_type.GetOptions().map_entry:
            held["字"] = ONES.get(field.message_type.fields_by_name["value"].type, 1)
        elif field.message_type.full_name == "google.protobuf.Struct":
            held["字"] = {"字": [1.5, None]}
        elif depth:
            value = _filled(message_factory.GetMessageClass(field.message_type)(), depth - 1)
            held.MergeFrom([value, value] if field.is_repeated else value)
    return message


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_no_field_of_an_answer_or_event_is_written_otherwise(name: str) -> None:
    for message in (_filled(WRITTEN[name]()), WRITTEN[name]()):
        assert written(message) == _by_json_format(message)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), -0.0, 5e-324])
def test_decimals_that_json_has_no_number_for(number: float) -> None:
    point = geo_pb2.Point(lon=number)
    assert written(point) == _by_json_format(point)


def test_what_was_written_is_the_readers_own() -> None:
    """An empty list that all answers shared would be filled for all by whoever fills it."""
    first = written(incidents_pb2.ListIncidentsResponse())
    first["incidents"].append("x")
    assert written(incidents_pb2.ListIncidentsResponse())["incidents"] == []


def test_a_number_that_json_has_not_is_refused_as_json_format_refuses_it() -> None:
    entry = timeline_pb2.TimelineEntry()
    entry.detail["x"] = float("nan")
    with pytest.raises(Exception, match="NaN"):
        written(entry)
