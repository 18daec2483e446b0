"""Machines of the incident half: what the domain's tables list is allowed and leads where they say; everything else is refused with the allowed list."""

import ast
import importlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.errors import DomainError
from chassis.states import Machine
from services.dispatch import model
from services.dispatch.model.consultation import CONSULTATION
from services.dispatch.model.grade import Judgement
from services.dispatch.model.incident import INCIDENT, OPEN, Incident, News
from services.dispatch.model.instruction import INSTRUCTION
from services.dispatch.model.obligation import OBLIGATION
from services.dispatch.model.release import RELEASE
from services.dispatch.model.report import DELIVERY, REPORT
from services.dispatch.model.signal import SIGNAL

MACHINES = (INCIDENT, REPORT, DELIVERY, OBLIGATION, SIGNAL, CONSULTATION, RELEASE, INSTRUCTION)
START = datetime(2026, 7, 29, 7, 12, tzinfo=UTC)

# The table of DOMAIN § 2.3, written down once more by hand.
INCIDENT_TABLE = {
    ("reported", "verify"): "verifying",
    ("reported", "confirm"): "confirmed",
    ("verifying", "confirm"): "confirmed",
    ("reported", "dismiss"): "false_alarm",
    ("verifying", "dismiss"): "false_alarm",
    ("reported", "transfer"): "transferred",
    ("verifying", "transfer"): "transferred",
    ("reported", "merge"): "merged",
    ("verifying", "merge"): "merged",
    ("confirmed", "merge"): "merged",
    ("confirmed", "start_response"): "responding",
    ("responding", "control"): "controlled",
    ("controlled", "flare_up"): "responding",
    ("controlled", "end_response"): "response_ended",
    ("response_ended", "evaluate"): "evaluating",
    ("evaluating", "close"): "closed",
    ("closed", "archive"): "archived",
    ("closed", "reopen"): "responding",
}
KEEPING = {"update_facts", "regrade", "judge_potential", "declare_stable", "purge"}


def table(machine: Machine) -> dict[tuple[str, str], str]:
    return {(source, command): row.target or source for command, rows in machine.table.items() for row in rows for source in row.sources}


def test_the_incident_moves_exactly_as_the_domain_lists() -> None:
    assert {pair: target for pair, target in table(INCIDENT).items() if pair[1] not in KEEPING} == INCIDENT_TABLE
    assert all(source == target for (source, command), target in table(INCIDENT).items() if command in KEEPING)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.aggregate)
def test_every_unlisted_command_is_refused_with_the_allowed_list(machine: Machine) -> None:
    listed = table(machine)
    for state in machine.states:
        for command in machine.table:
            if (state, command) in listed:
                assert machine.next(state, command) == listed[state, command]
                continue
            with pytest.raises(DomainError) as refused:
                machine.next(state, command)
            assert refused.value.reason == "INVALID_TRANSITION"
            assert refused.value.details["allowed"] == ", ".join(machine.offered(state))


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.aggregate)
def test_every_state_can_be_reached(machine: Machine) -> None:
    reached, listed = set(machine.initial), table(machine)
    while more := {target for (source, _), target in listed.items() if source in reached} - reached:
        reached |= more
    assert reached == set(machine.states)


COMMANDS: dict[str, Any] = {
    "verify": lambda it, _now: it.verify("a"),
    "confirm": lambda it, now: it.confirm(News(event_code="11A51", occurred_at=START), (), now),
    "dismiss": lambda it, _now: it.dismiss("误报", "a"),
    "transfer": lambda it, _now: it.transfer("公安局", "收", "移送"),
    "start_response": lambda it, now: it.start_response("tasks/a", now),
    "control": lambda it, now: it.control("已控制", now),
    "flare_up": lambda it, now: it.flare_up("复燃", now),
    "end_response": lambda it, now: it.end_response("", [], 0, now),
    "evaluate": lambda it, _now: it.evaluate(),
    "close": lambda it, now: it.close([], [], reported=True, reviewed=True, now=now),
    "archive": lambda it, _now: it.archive("purged", "", "seal"),
    "reopen": lambda it, now: it.reopen("再次涨水", now),
    "update_facts": lambda it, now: it.update_facts(News(figures={"dead": 1}), (), now),
    "regrade": lambda it, now: it.regrade(Judgement(3, "影响大", "a"), now),
    "judge_potential": lambda it, now: it.judge_potential(2, "上游", now),
    "declare_stable": lambda it, now: it.declare_stable("", now),
    "purge": lambda it, _now: it.purge(),
}


def incident(**known: Any) -> Incident:
    given = {"region_code": "640202", "lon": None, "lat": None, "occurred_at": None, "event_code": ""} | known
    return Incident(
        id="i", title="山洪", received_at=START, address="", source="phone", reporter="", exercise_id="", created_at=START, updated_at=START, **given
    )


@given(st.lists(st.sampled_from(sorted(COMMANDS)), max_size=30))
@settings(max_examples=200, deadline=None)
def test_an_incident_never_leaves_its_table_and_its_histories_only_grow(commands: list[str]) -> None:
    it, now = incident(), START
    listed = table(INCIDENT)
    for command in commands:
        now += timedelta(minutes=7)
        before, graded, dead = it.state, it.grades, it.casualties
        if (before, command) in listed:
            COMMANDS[command](it, now)
        else:
            with pytest.raises(DomainError, match="INVALID_TRANSITION"):
                COMMANDS[command](it, now)
        assert it.state == listed.get((before, command), before)
        assert it.grades[: len(graded)] == graded
        assert it.casualties[: len(dead)] == dead
        assert (it.grade is not None) == (it.confirmed_at is not None)
        assert it.state in OPEN or it.state in INCIDENT.states


def _literals(value: ast.expr) -> list[str]:
    if isinstance(value, ast.IfExp):
        return [*_literals(value.body), *_literals(value.orelse)]
    return [value.value] if isinstance(value, ast.Constant) and isinstance(value.value, str) else []


@pytest.mark.parametrize("path", sorted(Path(model.__path__[0]).glob("*.py")), ids=lambda path: path.stem)
def test_states_are_set_by_a_machine_alone(path: Path) -> None:
    """A state that is written by name must be one to begin with; a report that was tried again used to be set to bounced."""
    module = importlib.import_module(f"services.dispatch.model.{path.stem}")
    initial = {state for each in vars(module).values() if isinstance(each, Machine) for state in each.initial}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and any(isinstance(each, ast.Attribute) and each.attr == "state" for each in node.targets):
            assert set(_literals(node.value)) <= initial, f"{path.name}:{node.lineno}"
