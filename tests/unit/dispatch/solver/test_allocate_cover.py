"""The cover model against every possible allocation of small problems: bound below, answer within reach, reckoning right."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.solver.allocate import Problem, allocate, cover, reasons
from tests.load.instances import drawn
from tests.unit.dispatch.solver.test_allocate_slots import problem_of


def cover_problem(seed: int, incidents: int, units: int) -> Problem:
    """As for slots, with pins, least crews and last arrivals."""
    rng = np.random.default_rng(seed)
    problem = problem_of(seed, incidents, units)
    fields = {name: getattr(problem, name) for name in Problem.__slots__}
    fields["min_crew"] = np.where(rng.random(problem.cells) < 0.3, np.minimum(2, problem.cell_demand), 0)
    fields["last_arrival"] = np.where(rng.random(incidents) < 0.3, 1.5, 0.0)
    unit, incident = int(rng.integers(units)), int(rng.integers(incidents))
    banned = ((problem.forbidden == (incident, unit)).all(axis=1)).any()
    if rng.random() < 0.5 and problem.available[unit] and np.isfinite(problem.seconds[incident, unit]) and not banned:
        fields["pinned"] = np.array([[incident, unit]])
    return Problem(**fields)


def cost(problem: Problem, place: list[int]) -> float:
    """The objective of an allocation, `place` the incident of each unit or -1, by its definition."""
    total = 0.0
    for incident in range(problem.incidents):
        sent = [unit for unit, at in enumerate(place) if at == incident]
        times = [float(problem.seconds[incident, unit]) for unit in sent]
        total += float(problem.weight[incident]) * sum(times) + float(problem.last_arrival[incident]) * max(times, default=0.0)
        for cell in np.flatnonzero(problem.cell_incident == incident):
            kind = problem.cell_capability[cell]
            came = sum(bool(problem.capabilities[unit, kind]) and problem.seconds[incident, unit] <= problem.latest[cell] for unit in sent)
            counted = min(came, problem.cell_demand[cell]) if came >= problem.min_crew[cell] else 0
            total += float(problem.weight[incident]) * problem.unmet_penalty * int(problem.cell_demand[cell] - counted)
    held = problem.pinned_incident()
    for zone in range(problem.zones):
        staying = sum(at < 0 and bool(problem.available[unit]) and problem.zone[unit] == zone for unit, at in enumerate(place))
        staying -= sum(held[unit] >= 0 and place[unit] < 0 and problem.zone[unit] == zone for unit in range(problem.units))
        total += problem.reserve_price * max(0, int(problem.reserve[zone]) - staying)
    return total


def choices(problem: Problem, unit: int) -> list[int]:
    """Where a unit may be."""
    held = int(problem.pinned_incident()[unit])
    if held >= 0:
        return [held]
    banned = {int(i) for i, u in problem.forbidden if u == unit}
    there = [i for i in range(problem.incidents) if problem.seconds[i, unit] <= problem.max_seconds and i not in banned]
    return [-1, *there] if problem.available[unit] else [-1]


def best(problem: Problem) -> float:
    """The optimum, by trying everything."""
    return min(cost(problem, list(place)) for place in product(*(choices(problem, unit) for unit in range(problem.units))))


def check(problem: Problem, answer_warm: object = None) -> None:
    """Bound below the optimum, the answer allowed, its objective what the definition says, and no better than the optimum."""
    answer = allocate(problem, model="cover", warm=answer_warm)  # type: ignore[arg-type]
    optimum = best(problem)
    place = [-1] * problem.units
    for incident, unit in zip(answer.assignments.incident, answer.assignments.unit, strict=True):
        assert place[unit] == -1
        assert int(incident) in choices(problem, int(unit))
        place[unit] = int(incident)
    assert all(place[unit] == incident for incident, unit in problem.pinned)
    assert answer.objective == pytest.approx(cost(problem, place), abs=1e-3)
    assert answer.bound <= optimum + 1e-3
    assert optimum <= answer.objective + 1e-3
    assert answer.complete


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**31), st.integers(1, 3), st.integers(1, 6))
def test_the_bound_holds_and_the_answer_is_allowed(seed: int, incidents: int, units: int) -> None:
    check(cover_problem(seed, incidents, units))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31))
def test_so_it_is_after_changes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = cover_problem(seed, 3, 5)
    answer = allocate(problem, model="cover")
    later = problem.closed(int(rng.integers(3))).without(int(rng.integers(5)))
    check(later, answer.warm)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**31), st.booleans())
def test_a_pair_that_was_sent_and_is_excluded_since_is_not_sent_again(seed: int, crews: bool) -> None:
    """Also where the linear programme counts for little: least crews are decided by the integer programme alone."""
    problem = cover_problem(seed, 3, 5)
    answer = allocate(problem, model="cover")
    pinned = {tuple(pair) for pair in problem.pinned.tolist()}
    sent = [pair for pair in zip(answer.assignments.incident.tolist(), answer.assignments.unit.tolist(), strict=True) if pair not in pinned]
    least = np.minimum(2, problem.cell_demand) if crews else problem.min_crew
    later = replace(problem, forbidden=np.array([*problem.forbidden.tolist(), *sent[:2]], np.int64).reshape(-1, 2), min_crew=least)
    check(later, answer.warm)


def test_small_problems_are_mostly_solved_to_the_optimum() -> None:
    problems = [problem_of(seed, 3, 6) for seed in range(40)]
    exact = sum(allocate(problem, model="cover").objective <= best(problem) + 1e-3 for problem in problems)
    assert exact >= 38


@pytest.mark.parametrize("seed", [0, 4])
def test_where_the_programme_itself_is_far_off_all_that_could_be_better_is_decided(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gap is the programme's, not the answer's, on these districts: without deciding the pairs that matter it stays at 0.6 and 0.3 per cent."""
    monkeypatch.setattr(cover, "EXHAUSTING_COLD", 30.0)  # the machine may be busy
    monkeypatch.setattr(cover, "EXHAUSTING_WARM", 30.0)
    problem = drawn(120, 300, seed)
    answer = cover.solve(problem)
    assert answer.outcome.objective <= 1.003 * answer.bound
    after = cover.solve(problem.closed(3), state=answer.state)
    assert after.outcome.objective <= 1.003 * after.bound


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_bound_holds_where_only_the_nearer_pairs_are_decided(seed: int) -> None:
    """A gap is left that pairs farther off may fill: what is decided without them proves no more than that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cover, "WANTED_GAP", 0.02)
        patch.setattr(cover, "ENOUGH_GAP", 0.02)
        problem = cover_problem(seed, 3, 5)
        answer = cover.solve(problem)
    assert answer.bound <= best(problem) + 1e-3


def test_a_unit_that_can_do_two_things_counts_for_both() -> None:
    problem = Problem.of(capabilities=[[1, 1], [1, 0], [0, 1]], weight=[2.0], cells=[(0, 0, 1), (0, 1, 1)], seconds=[[100, 60, 60]])
    assert allocate(problem, model="cover").assignments.unit.tolist() == [0]
    assert sorted(allocate(problem, model="slots").assignments.unit.tolist()) == [1, 2]


def test_an_incomplete_crew_stays() -> None:
    problem = Problem.of(capabilities=[[1], [1]], weight=[1.0], cells=[(0, 0, 3)], seconds=[[60, 60]], min_crew=[3])
    for model in ("cover", "slots"):
        answer = allocate(problem, model=model)
        assert len(answer.assignments.unit) == 0
        assert answer.unmet[0].missing == 3
        assert answer.unmet[0].why == "NO_CAPABILITY"


def test_a_team_prefers_to_arrive_together() -> None:
    seconds = [[10, 20, 300], [4000, 4000, 4000]]
    apart = Problem.of(capabilities=[[1], [1], [1]], weight=[1.0, 0.0], cells=[(0, 0, 3)], seconds=seconds, unmet_penalty=400)
    assert len(allocate(apart, model="cover").assignments.unit) == 3
    together = Problem.of(capabilities=[[1], [1], [1]], weight=[1.0, 0.0], cells=[(0, 0, 3)], seconds=seconds, unmet_penalty=400, last_arrival=[5.0, 0.0])
    assert sorted(allocate(together, model="cover").assignments.unit.tolist()) == [0, 1]


def test_reasons_name_the_next_best_and_the_price_of_a_pin() -> None:
    problem = Problem.of(capabilities=[[1], [1]], weight=[2.0], cells=[(0, 0, 1)], seconds=[[60, 90]])
    answer = allocate(problem, model="cover")
    why = reasons(answer)
    assert why.next_unit.tolist() == [1]
    assert why.next_cost.tolist() == [60.0]
    held = allocate(problem.pinning(0, 1), model="slots")
    assert held.assignments.unit.tolist() == [1]
    assert reasons(held).pin_cost.shape == (1,)
    barred = allocate(problem.forbidding(0, 0), model="slots")
    assert reasons(barred).exclusion_cost[0] >= 60.0
    with pytest.raises(ValueError, match="duals"):
        reasons(allocate(problem, model="greedy"))


def test_stopped_by_the_watcher_or_the_clock_it_answers_with_an_honest_bound() -> None:
    problem = problem_of(11, 3, 6)
    optimum = best(problem)
    for answer in (allocate(problem, model="cover", progress=lambda *_: False), allocate(problem, model="cover", deadline_s=0.0)):
        assert not answer.complete
        assert answer.bound <= optimum + 1e-3 <= answer.objective + 2e-3
