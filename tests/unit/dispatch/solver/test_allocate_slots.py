"""The slot model against scipy's assignment on the same small problems, with teams against all there is: cold, and after every kind of change."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from services.dispatch.solver.allocate import Problem, allocate
from services.dispatch.solver.allocate.flow import Flow
from services.dispatch.solver.allocate.outcome import reckon
from tests.load.instances import instance

BIG = 1e8


def problem_of(seed: int, incidents: int, units: int) -> Problem:
    """A small problem with everything the slot model knows."""
    rng = np.random.default_rng(seed)
    kinds, zones = 3, 2
    cells = [(i, k, int(rng.integers(0, 4))) for i in range(incidents) for k in range(kinds) if rng.random() < 0.5]
    seconds = np.round(rng.uniform(0, 100, (incidents, units)), 1)
    seconds[rng.random(seconds.shape) < 0.1] = np.inf
    return Problem.of(
        capabilities=rng.random((units, kinds)) < 0.5,
        weight=rng.choice([1.0, 2.0, 4.5], incidents),
        cells=cells,
        seconds=seconds,
        max_seconds=80.0,
        unmet_penalty=rng.choice([60.0, 120.0]),
        zone=rng.integers(0, zones, units),
        reserve=rng.integers(0, 3, zones),
        reserve_price=30.0,
        available=rng.random(units) < 0.8,
        latest=np.where(rng.random(len(cells)) < 0.3, 40.0, np.inf),
        forbidden=[(int(rng.integers(incidents)), int(rng.integers(units)))] if rng.random() < 0.5 else np.zeros((0, 2)),
    )


def oracle(problem: Problem) -> float:
    """The optimum by a dense assignment: one row per slot, one column per unit and one of its own for going without."""
    held = problem.pinned_incident()
    rows, missing = [], []
    banned = {(int(i), int(u)) for i, u in problem.forbidden}
    for cell in range(problem.cells):
        incident, kind = int(problem.cell_incident[cell]), int(problem.cell_capability[cell])
        row = np.full(problem.units, BIG)
        for unit in range(problem.units):
            pinned = held[unit] == incident
            seconds = float(problem.seconds[incident, unit])
            in_time = seconds <= problem.latest[cell] and (pinned or (held[unit] < 0 and seconds <= problem.max_seconds))
            if problem.capabilities[unit, kind] and problem.available[unit] and in_time and (incident, unit) not in banned:
                row[unit] = problem.weight[incident] * seconds - (BIG / 100 if pinned else 0)
        rows += [row] * int(problem.cell_demand[cell])
        missing += [problem.weight[incident] * problem.unmet_penalty] * int(problem.cell_demand[cell])
    for zone in range(problem.zones):
        row = np.where((problem.zone == zone) & problem.available & (held < 0), 0.0, BIG)
        rows += [row] * int(problem.reserve[zone])
        missing += [problem.reserve_price] * int(problem.reserve[zone])
    if not rows:
        return float(sum(problem.weight[i] * problem.seconds[i, u] for i, u in problem.pinned))
    cost = np.hstack([np.array(rows), np.where(np.eye(len(rows), dtype=bool), np.array(missing)[:, None], BIG)])
    row, column = linear_sum_assignment(cost)
    filled = {int(c) for c in column if c < problem.units}
    total = float(cost[row, column].sum())
    for incident, unit in problem.pinned:
        total += BIG / 100 if int(unit) in filled else float(problem.weight[incident] * problem.seconds[incident, unit])
    return total


def proven(flow: Flow) -> float:
    """The objective, once the certificate holds."""
    certificate = flow.certificate()
    assert certificate.proven, certificate
    return certificate.primal


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 2**31), st.integers(1, 6), st.integers(1, 12))
def test_the_flow_is_the_optimum_and_proves_it(seed: int, incidents: int, units: int) -> None:
    problem = problem_of(seed, incidents, units)
    flow = Flow(problem)
    assert flow.solve()
    assert proven(flow) == pytest.approx(oracle(problem), abs=0.1)
    answer = allocate(problem, model="slots")
    assert answer.objective == pytest.approx(oracle(problem), abs=0.1)
    assert answer.bound <= answer.objective <= answer.bound + 0.1


CHANGES = ("close", "open", "lose", "restore", "pin", "unpin", "forbid", "permit")


def change(flow: Flow, whole: Problem, rng: np.random.Generator) -> None:
    """One random change, made to the flow."""
    verb = rng.choice(CHANGES)
    incident, unit = int(rng.integers(whole.incidents)), int(rng.integers(whole.units))
    now = flow.problem
    if verb == "close":
        flow.close(incident)
    elif verb == "open":
        demand = np.where(now.cell_incident == incident, whole.cell_demand, now.cell_demand)
        flow.open(incident, _with(now, cell_demand=demand))
    elif verb == "lose" and now.available[unit]:
        flow.lose(unit)
    elif verb == "restore" and not now.available[unit]:
        flow.restore(unit)
    elif verb == "pin" and now.available[unit] and np.isfinite(flow.problem.seconds[incident, unit]) and not _forbidden(now, incident, unit):
        flow.pin(incident, unit)
    elif verb == "unpin" and now.pinned_incident()[unit] >= 0:
        flow.unpin(unit)
    elif verb == "forbid":
        flow.forbid(incident, unit)
    elif verb == "permit" and len(now.forbidden):
        flow.permit(*map(int, now.forbidden[0]))


def _with(problem: Problem, **fields: Any) -> Problem:
    return Problem(**{name: fields.get(name, getattr(problem, name)) for name in Problem.__slots__})


def _forbidden(problem: Problem, incident: int, unit: int) -> bool:
    return bool(((problem.forbidden[:, 0] == incident) & (problem.forbidden[:, 1] == unit)).any())


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 2**31), st.integers(1, 5), st.integers(1, 10))
def test_after_every_change_the_flow_is_a_fresh_optimum(seed: int, incidents: int, units: int) -> None:
    rng = np.random.default_rng(seed)
    whole = problem_of(seed, incidents, units)
    flow = Flow(whole)
    assert flow.solve()
    for _ in range(12):
        change(flow, whole, rng)
        assert proven(flow) == pytest.approx(oracle(flow.problem), abs=0.1)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31))
def test_a_warm_answer_equals_a_fresh_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = problem_of(seed, 5, 10)
    answer = allocate(problem, model="slots")
    unit = int(rng.choice(np.flatnonzero(problem.available))) if problem.available.any() else None
    later = problem.closed(int(rng.integers(5)))
    if unit is not None:
        later = later.without(unit)
    warm = allocate(later, model="slots", warm=answer.warm)
    assert warm.objective == pytest.approx(allocate(later, model="slots").objective, abs=0.1)
    assert warm.certificate is not None
    assert warm.certificate.proven
    back = allocate(problem, model="slots", warm=warm.warm)
    assert back.objective == pytest.approx(answer.objective, abs=0.1)


def test_an_incident_may_open_with_more_than_there_were_places_for() -> None:
    problem = Problem.of(capabilities=np.ones((20, 1)), weight=[1.0, 1.0], cells=[(0, 0, 12), (1, 0, 12)], seconds=np.arange(40).reshape(2, 20))
    flow = Flow(problem.closed(0).closed(1))
    assert flow.solve()
    flow.open(0, problem.closed(1))
    flow.open(1, problem)
    assert proven(flow) == pytest.approx(oracle(problem), abs=0.1)


def test_stopped_at_once_it_still_bounds() -> None:
    problem = problem_of(7, 6, 12)
    answer = allocate(problem, model="slots", progress=lambda *_: False)
    assert not answer.complete
    assert answer.bound <= oracle(problem) + 0.1 <= answer.objective + 0.2
    assert len(answer.assignments.unit) > 0


def with_teams(seed: int, incidents: int, units: int) -> Problem:
    """As above, with pins, least crews of all that is wanted, and last arrivals."""
    rng = np.random.default_rng(seed)
    problem = problem_of(seed, incidents, units)
    fields: dict[str, Any] = {"min_crew": np.where(rng.random(problem.cells) < 0.5, rng.integers(0, problem.cell_demand + 1), 0)}
    fields["last_arrival"] = np.where(rng.random(incidents) < 0.5, rng.choice([1.5, 20.0]), 0.0)
    unit, incident = int(rng.integers(units)), int(rng.integers(incidents))
    if rng.random() < 0.5 and problem.available[unit] and np.isfinite(problem.seconds[incident, unit]) and not _forbidden(problem, incident, unit):
        fields["pinned"] = np.array([[incident, unit]])
    return _with(problem, **fields)


def places_of(problem: Problem, unit: int) -> list[tuple[int, int] | None]:
    """Where a unit may be: nowhere, or at an incident in a cell (-1: pinned, and in none)."""
    held = int(problem.pinned_incident()[unit])
    found: list[tuple[int, int] | None] = [(held, -1) if held >= 0 else None]
    for cell in range(problem.cells):
        incident, kind = int(problem.cell_incident[cell]), int(problem.cell_capability[cell])
        in_time = problem.seconds[incident, unit] <= (problem.latest[cell] if held == incident else problem.reach[cell])
        may = held == incident or (held < 0 and problem.available[unit] and not _forbidden(problem, incident, unit))
        if in_time and may and problem.capabilities[unit, kind]:
            found.append((incident, cell))
    return found


def of_all(problem: Problem) -> float:
    """The optimum, by trying everything."""
    least = np.inf
    for chosen in product(*(places_of(problem, unit) for unit in range(problem.units))):
        rows = np.array([(place[0], unit, place[1]) for unit, place in enumerate(chosen) if place is not None], np.int64).reshape(-1, 3)
        least = min(least, reckon(problem, rows[:, 0], rows[:, 1], rows[:, 2]).objective)
    return float(least)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**31), st.integers(1, 3), st.integers(1, 6))
def test_with_least_crews_and_last_arrivals_it_is_the_optimum_too(seed: int, incidents: int, units: int) -> None:
    problem = with_teams(seed, incidents, units)
    answer, least = allocate(problem, model="slots"), of_all(problem)
    assert answer.complete
    assert answer.objective == pytest.approx(least, abs=0.1)
    assert answer.bound <= least + 0.01
    assert answer.objective <= answer.bound + 0.2


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31))
def test_warm_with_teams_is_as_good_as_cold(seed: int) -> None:
    problem = with_teams(seed, 5, 12)
    answer = allocate(problem, model="slots")
    later = problem.closed(int(np.random.default_rng(seed).integers(5)))
    warm = allocate(later, model="slots", warm=answer.warm)
    assert warm.objective == pytest.approx(allocate(later, model="slots").objective, abs=0.2)
    assert warm.bound <= warm.objective <= warm.bound + 0.2


def test_cut_short_it_says_so_and_the_bound_holds() -> None:
    """Two hundred incidents, a fifth of them with teams that act together: stopped after the flow, it is not complete, and the bound is below the answer."""
    problem = instance("S", 1)
    teams = _with(problem, last_arrival=np.where(np.arange(problem.incidents) % 5 == 0, 2 * problem.weight, 0.0))
    answer = allocate(teams, model="slots", progress=lambda stage, *_: stage == "slots")
    assert not answer.complete
    assert answer.bound < answer.objective
    assert answer.gap < 0.25
