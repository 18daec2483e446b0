"""Every machine of resources: what its table does not list is refused with the allowed list (S4)."""

import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError, Kind
from chassis.states import Machine
from services.resources import model

MACHINES = [
    pytest.param(value, id=f"{module.name}.{name}")
    for module in pkgutil.iter_modules(model.__path__)
    for name, value in vars(importlib.import_module(f"services.resources.model.{module.name}")).items()
    if isinstance(value, Machine)
]
LISTED = {
    "transfer": {
        ("requested", "approve", "approved"), ("requested", "reject", "rejected"), ("approved", "pick", "picking"), ("picking", "ship", "shipped"),
        ("shipped", "receive", "received"), ("shipped", "receive_other", "discrepancy"), ("discrepancy", "settle", "received"),
        ("approved", "cancel", "cancelled"), ("picking", "cancel", "cancelled"), ("received", "return", "returning"), ("returning", "return", "returning"),
        ("received", "close", "closed"), ("returning", "close", "closed"),
    },
    "call_off": {
        ("issued", "confirm", "confirmed"), ("issued", "refuse", "refused"), ("issued", "time_out", "timed_out"), ("confirmed", "dispatch", "delivering"),
        ("delivering", "deliver", "delivered"), ("delivered", "settle", "settled"),
    },
    "shelter": {
        ("planned", "commission", "ready"), ("ready", "maintain", "maintenance"), ("maintenance", "finish_maintenance", "ready"),
        ("ready", "prepare", "preparing"), ("ready", "open", "open"), ("preparing", "open", "open"), ("open", "fill", "full"), ("full", "empty", "open"),
        ("open", "close", "closing"), ("full", "close", "closing"), ("closing", "restore", "ready"), ("damaged", "repair", "maintenance"),
        *((state, "damage", "damaged") for state in ("planned", "ready", "maintenance", "preparing", "open", "full", "closing")),
    },
}  # fmt: skip
"""The tables of DOMAIN § 2.2 as they stand there; rows that keep the state are left out."""


def rows(machine: Machine) -> set[tuple[str, str, str]]:
    """Every row of a machine that changes the state."""
    return {(s, command, row.target) for command, found in machine.table.items() for row in found for s in row.sources if row.target}


@pytest.mark.parametrize("machine", MACHINES)
@given(data=st.data())
def test_what_is_not_listed_is_refused_with_the_allowed_list(machine: Machine, data: st.DataObject) -> None:
    state, command = data.draw(st.sampled_from(machine.states)), data.draw(st.sampled_from(sorted(machine.table)))
    if command in machine.allowed(state):
        assert machine.next(state, command) in machine.states
        return
    with pytest.raises(DomainError) as refused:
        machine.next(state, command)
    assert (refused.value.kind, refused.value.reason) == (Kind.TRANSITION, "INVALID_TRANSITION")
    assert refused.value.details["allowed"] == ", ".join(machine.offered(state))


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_is_reached(machine: Machine) -> None:
    reached = set(machine.initial)
    while grown := {target for source, _, target in rows(machine) if source in reached} - reached:
        reached |= grown
    assert reached == set(machine.states)


@pytest.mark.parametrize("machine", [each for each in MACHINES if each.values[0].aggregate in LISTED])  # type: ignore[union-attr]  # each holds one machine
def test_the_table_is_the_one_of_the_domain(machine: Machine) -> None:
    assert {row for row in rows(machine) if row[0] != row[2] or row[1] == "return"} == LISTED[machine.aggregate]
