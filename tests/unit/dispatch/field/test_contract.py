"""What the field half publishes and shows agrees with its contract, name by name."""

import dataclasses
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest

from fenghuo.dispatch.v1 import assignments_pb2, relief_pb2, shifts_pb2, tasks_pb2, unit_statuses_pb2
from services.dispatch import events
from services.dispatch.codec.fields import COLLECTIONS
from services.dispatch.events import command, duty, relief, tasks, units
from services.dispatch.model.assignment import ASSIGNMENT
from services.dispatch.model.relief import EVACUATION, PROVISIONS
from services.dispatch.model.shift import SHIFT, SPOT_CHECK
from services.dispatch.model.spot_check import KINDS as CHECK_KINDS
from services.dispatch.model.task import KINDS, TASK
from services.dispatch.model.unit import UNIT

NOON = datetime(2026, 7, 29, 4, 0, tzinfo=UTC)
FIELD = [fact for module in (units, tasks, command, duty, relief) for fact in module.ENCODERS]
SAMPLES: dict[Any, Any] = {str: "x", int: 3, bool: True, datetime: NOON, datetime | None: NOON, list[str]: ["x"]}


@pytest.mark.parametrize("fact", FIELD, ids=lambda fact: fact.__name__)
def test_every_word_of_a_fact_is_published(fact: type) -> None:
    hints = get_type_hints(fact)
    words = {field.name: SAMPLES[hints[field.name]] for field in dataclasses.fields(fact)}
    words |= {name: "county" for name in words if name.endswith("lead_level")}
    encoded = events.encode(fact(**words))
    told = getattr(encoded.message, encoded.message.WhichOneof("event"))
    published = {field.name for field, _ in told.ListFields()}
    wanted = {name.removesuffix("_id") if name.removesuffix("_id") in COLLECTIONS else name for name in words} - {"key"}
    assert (encoded.key, published) == ("x", wanted)
    assert {field.name for field in told.DESCRIPTOR.fields} == wanted


@pytest.mark.parametrize(
    ("enumeration", "words"),
    [
        (unit_statuses_pb2.UnitState, UNIT.states),
        (tasks_pb2.TaskState, TASK.states),
        (tasks_pb2.TaskKind, KINDS),
        (assignments_pb2.AssignmentState, ASSIGNMENT.states),
        (shifts_pb2.ShiftState, SHIFT.states),
        (shifts_pb2.SpotCheckState, SPOT_CHECK.states),
        (shifts_pb2.SpotCheckKind, CHECK_KINDS),
        (relief_pb2.EvacuationOrderState, EVACUATION.states),
        (relief_pb2.ReliefKind, PROVISIONS),
    ],
)
def test_every_word_of_the_model_is_in_the_contract(enumeration: Any, words: tuple[str, ...]) -> None:
    names = list(enumeration.keys())
    prefix = names[0].removesuffix("UNSPECIFIED")
    assert {name.removeprefix(prefix).lower() for name in names[1:]} == set(words)
