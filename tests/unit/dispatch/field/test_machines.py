"""Every table of the field half: what it lists leads where it says, everything else is refused with the allowed list (S4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError, Kind
from chassis.states import Machine
from services.dispatch.model.allocation import ALLOCATION
from services.dispatch.model.assignment import ASSIGNMENT, LIVE, STEPS
from services.dispatch.model.command import POST
from services.dispatch.model.coverage import WINDOW
from services.dispatch.model.relief import EVACUATION
from services.dispatch.model.road_closure import ROAD_CLOSURE
from services.dispatch.model.shift import SHIFT, SPOT_CHECK
from services.dispatch.model.task import OPEN, TASK
from services.dispatch.model.unit import COMMANDS, ON_DUTY_IN_FIELD, UNIT

MACHINES = (ALLOCATION, UNIT, TASK, ASSIGNMENT, POST, SHIFT, SPOT_CHECK, WINDOW, EVACUATION, ROAD_CLOSURE)
# DOMAIN § 2.2, unit status table, word for word; lost contact goes back to any field state.
UNIT_MAY_GO_TO = {
    "off_duty": {"available", "out_of_service"},
    "available": {"alerted", "assigned", "off_duty", "resting", "out_of_service"},
    "alerted": {"available", "assigned"},
    "assigned": {"en_route", "available"},
    "en_route": {"on_scene", "available", "lost_contact"},
    "on_scene": {"working", "returning", "lost_contact"},
    "working": {"on_scene", "resting", "returning", "lost_contact"},
    "resting": {"available", "working"},
    "returning": {"available", "en_route"},
    "lost_contact": {"en_route", "on_scene", "working", "returning", "out_of_service"},
    "out_of_service": {"off_duty", "available"},
}


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[Machine, str, str]:
    machine = draw(st.sampled_from(MACHINES))
    return machine, draw(st.sampled_from(machine.states)), draw(st.sampled_from(sorted(machine.table)))


@given(_pairs())
def test_what_is_not_listed_is_refused_with_the_allowed_list(pair: tuple[Machine, str, str]) -> None:
    machine, state, command = pair
    rows = [row for row in machine.table[command] if state in row.sources]
    if rows:
        assert machine.next(state, command) == (rows[0].target or state)
        return
    with pytest.raises(DomainError) as refused:
        machine.next(state, command)
    assert (refused.value.kind, refused.value.reason) == (Kind.TRANSITION, "INVALID_TRANSITION")
    assert refused.value.details["allowed"] == ", ".join(machine.offered(state))


@pytest.mark.parametrize("state", UNIT_MAY_GO_TO)
def test_the_unit_table_is_the_domains(state: str) -> None:
    reached = {target for target, command in COMMANDS.items() if command in UNIT.allowed(state)}
    assert reached == UNIT_MAY_GO_TO[state]
    assert set(UNIT.states) == UNIT_MAY_GO_TO.keys()


def test_every_state_can_be_reached() -> None:
    for machine in MACHINES:
        reached = set(machine.initial)
        while more := {machine.next(state, command) for state in reached for command in machine.allowed(state)} - reached:
            reached |= more
        assert reached == set(machine.states), machine.aggregate


def test_a_live_assignment_ends_by_leaving_the_live_states_for_good() -> None:
    for state in LIVE:
        assert ASSIGNMENT.allowed(state)
    for state in set(ASSIGNMENT.states) - set(LIVE):
        for command in ASSIGNMENT.allowed(state):
            assert ASSIGNMENT.next(state, command) not in LIVE


def test_words_that_stand_for_sets_of_states_are_states() -> None:
    assert set(STEPS) == set(ON_DUTY_IN_FIELD) <= set(UNIT.states) & set(ASSIGNMENT.states)
    assert set(OPEN) <= set(TASK.states)
