"""A plan is right in amounts, whatever the solver's answer in units it starts from: against every possible allocation of small waves."""

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.dispatch.solver import allocate as solver
from services.dispatch.use_cases import allocation_facts as facts
from services.dispatch.use_cases.allocation_amounts import Plan, Wave, mended
from services.dispatch.use_cases.allocation_programme import Programme
from services.dispatch.use_cases.allocation_settled import Settled
from services.dispatch.use_cases.allocation_whole import Search


def wave_of(seconds: list[list[float]], brings: list[list[int]], needs: list[tuple[int, int, int]], **rest: object) -> Wave:
    """A wave; what is not given restricts nothing."""
    sites, units, kinds = len(seconds), len(brings), len(brings[0])
    amounts = np.array(brings, np.int64)
    typical = [max(1, int(np.median(column[column > 0]))) if (column > 0).any() else 1 for column in amounts.T]
    given: dict[str, object] = {
        "off_duty": np.zeros((sites, units), np.bool_), "declined": np.zeros((sites, units), np.bool_),
        "excluded": np.zeros((sites, units), np.bool_), "available": np.ones(units, np.bool_), "zone": np.zeros(units, np.int64), "weight": np.ones(sites),
        "whole": np.zeros(kinds, np.bool_), "pinned": np.zeros((0, 2), np.int64), "reserve": np.zeros(1, np.int64), "reserve_price": 0.0,
        "penalty_s": 7200.0, "max_s": 5400.0, "slots": False, "latest": np.full(len(needs), np.inf), "least": np.zeros(len(needs), np.int64),
        "together": np.zeros(sites),
    }  # fmt: skip
    table = np.array(needs, np.int64).reshape(-1, 3)
    return Wave(seconds=np.array(seconds, np.float64), brings=amounts, typical=np.array(typical), needs=table, **(given | rest))  # type: ignore[arg-type]


@st.composite
def waves(draw: st.DrawFn) -> Wave:
    """One to three sites, up to five units, two kinds; pins, exclusions, reserve, whole needs and unavailable units now and then."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sites, units = int(rng.integers(1, 4)), int(rng.integers(1, 6))
    seconds = rng.integers(1, 3000, (sites, units)).astype(np.float64)
    seconds[rng.random((sites, units)) < 0.1] = np.inf
    cells = [(site, kind, int(rng.integers(1, 7))) for site in range(sites) for kind in range(2) if rng.random() < 0.6]
    available = rng.random(units) < 0.85
    excluded = rng.random((sites, units)) < 0.1
    pinned = [
        (site, unit)
        for unit in np.flatnonzero(available)[:1]
        for site in range(sites)
        if rng.random() < 0.3 and np.isfinite(seconds[site, unit]) and not excluded[site, unit]
    ][:1]
    zone = rng.integers(0, 2, units)
    return wave_of(
        seconds.tolist(), rng.choice([0, 1, 2, 3], (units, 2)).tolist(), cells, available=available, excluded=excluded, zone=zone,
        weight=rng.choice([1.0, 2.0, 8.0], sites), whole=rng.random(2) < 0.2, pinned=np.array(pinned, np.int64).reshape(-1, 2),
        reserve=np.array(rng.integers(0, 2, 2)), reserve_price=float(rng.choice([0.0, 1800.0])), slots=bool(rng.random() < 0.4),
        latest=np.where(rng.random(len(cells)) < 0.3, 1500.0, np.inf),
        least=np.array([int(rng.integers(0, amount + 1)) if rng.random() < 0.3 else 0 for *_, amount in cells], np.int64),
        together=np.where(rng.random(sites) < 0.3, 3.0, 0.0),
    )  # fmt: skip


def choices(wave: Wave, unit: int) -> list[int]:
    """Places where a unit may be, -1 for nowhere."""
    held = int(wave.held[unit])
    if held >= 0:
        return [-1, *(place for place, site in enumerate(wave.site_of) if site == held)] if wave.slots else [held]
    return [-1, *(place for place, site in enumerate(wave.site_of) if wave.may[site, unit])]


def solved(wave: Wave, size: NDArray[np.int64]) -> solver.Allocation:
    """The solver's answer in units of this size."""
    units = -(-wave.needs[:, 2] // size[wave.needs[:, 1]])
    problem = solver.Problem.of(
        capabilities=wave.brings > 0, weight=wave.weight, cells=np.column_stack((wave.needs[:, :2], units)),
        seconds=np.where(wave.excluded, np.inf, wave.seconds), max_seconds=wave.max_s, unmet_penalty=wave.penalty_s, zone=wave.zone,
        available=wave.available, reserve=wave.reserve[: int(wave.zone.max()) + 1], reserve_price=wave.reserve_price, pinned=wave.pinned,
        latest=wave.latest, min_crew=np.minimum(wave.least, units), last_arrival=wave.together,
    )  # fmt: skip
    return solver.allocate(problem, model="slots" if wave.slots else "cover")


def start_of(wave: Wave, found: solver.Allocation) -> list[tuple[int, int]]:
    """Units and places of an answer."""
    places = found.outcome.slot if wave.slots else found.outcome.at
    return [(int(unit), int(place)) for unit, place in zip(found.outcome.to, places, strict=True) if place >= 0]


def check(wave: Wave, plan: Plan) -> None:
    """Everything that is promised of a plan."""
    sent = [unit for units in plan.there for unit in units]
    assert len(sent) == len(set(sent))
    assert all(int(plan.at[unit]) in choices(wave, unit) for unit in range(len(wave.brings)))
    for need, (_, kind, amount) in enumerate(wave.needs.tolist()):
        place = need if wave.slots else int(wave.needs[need, 0])
        those = [unit for unit in plan.there[place] if wave.brings[unit, kind] and wave.seconds[wave.needs[need, 0], unit] <= wave.latest[need]]
        brought = sum(int(wave.brings[unit, kind]) for unit in those)
        met = 0 if (wave.whole[kind] and brought < amount) or len(those) < wave.least[need] else min(brought, amount)
        assert plan.covered()[need] == plan.met(need) == met
        for unit in plan.there[place]:
            needless = all(plan.met(each, unit) == plan.met(each) for each in wave.places[place])
            assert wave.held[unit] >= 0 or not needless
        if met < amount and plan.by_itself(need) and not wave.together[wave.needs[need, 0]]:
            site = wave.site_of[place]
            share = np.minimum(wave.gives(need), amount - met) / wave.typical[kind]
            worth = wave.weight[site] * wave.seconds[site] + wave.reserve_price < share * wave.weight[site] * wave.penalty_s - 1e-6
            assert not (wave.may[site] & plan.home() & worth).any(), "somebody whose help is worth the way is at home while a need is open"


@settings(deadline=None, max_examples=150)
@given(waves())
def test_a_plan_is_right_in_amounts_and_its_bound_holds(wave: Wave) -> None:
    if not len(wave.needs):
        return
    found = solved(wave, wave.typical)
    assert not found.troubles
    plans = [mended(wave, start_of(wave, found), 1.0), mended(wave, [], 1.0)]
    answer = Programme(wave, time.monotonic() + 10.0).run(np.zeros(len(wave.needs)), plans[1])
    pairs = [(unit, place) for unit, place in enumerate(answer.plan.at.tolist()) if place >= 0]
    settled = mended(wave, pairs, 0.0)
    for plan in (*plans, settled, mended(wave, [], 0.0)):
        check(wave, plan)
        assert all(gap["missing"] > 0 for gap in facts.gaps(plan))
        assert len(facts.lines(plan)) == sum(map(len, plan.there)) + int(sum(plan.at[unit] < 0 for _, unit in wave.pinned))
    optimum = np.inf
    for where in product(*(choices(wave, unit) for unit in range(len(wave.brings)))):
        optimum = min(optimum, Plan(wave, [(unit, place) for unit, place in enumerate(where) if place >= 0]).objective())
    assert optimum <= min(plan.objective() for plan in plans) + 1e-6
    assert answer.bound <= optimum + 1e-3
    slack = 0.01 + 2e-5 * optimum
    assert answer.plan.objective() <= optimum + slack, "the programme decides the best plan"
    assert answer.bound >= optimum - slack, "and proves it"
    assert settled.objective() <= answer.plan.objective() + 1e-6, "what was decided is not made worse by being made right"
    left = Settled(wave)
    searched = Search(left, [np.zeros(len(each.units)) for each in left.places], plans[0]).run(time.monotonic() + 0.03)
    assert searched.objective() <= optimum + slack, "one neighbourhood of all sites is the whole"
    assert Programme(wave, time.monotonic() - 1.0).run(np.zeros(len(wave.needs)), plans[0]).bound <= optimum + 1e-3


def test_whom_one_task_does_not_need_goes_to_the_other() -> None:
    """Seven boats in five crews for three and four wanted: nobody stays, nothing is open."""
    times = [[93.0, 200.0, 150.0, 400.0, 600.0], [300.0, 280.0, 320.0, 350.0, 500.0]]
    wave = wave_of(times, [[2], [2], [1], [1], [1]], [(0, 0, 3), (1, 0, 4)], weight=np.array([8.0, 1.0]))
    for start in ([(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)], [(1, 0), (2, 0), (3, 1), (4, 1)], [(0, 0), (1, 0), (2, 1), (3, 1), (4, 1)]):
        plan = mended(wave, start, 1.0)
        assert (plan.covered().tolist(), facts.gaps(plan)) == ([3, 4], [])


def test_small_units_do_not_count_as_a_met_amount() -> None:
    """Five are wanted; three crews bring one each, one brings three: the large one goes too, and one of the small stays."""
    wave = wave_of([[100.0, 120.0, 140.0, 300.0]], [[1], [1], [1], [3]], [(0, 0, 5)])
    plan = mended(wave, [(0, 0), (1, 0), (2, 0)], 1.0)
    assert (plan.covered().tolist(), sorted(plan.there[0])) == ([5], [0, 1, 3])


def test_what_must_be_met_whole_is_met_whole_or_not_at_all() -> None:
    times = [[100.0, 200.0], [100.0, 200.0]]
    wave = wave_of(times, [[2, 2], [1, 1]], [(0, 0, 4), (1, 1, 3)], whole=np.array([True, False]))
    plan = mended(wave, [(0, 0), (1, 0)], 1.0)
    assert (plan.covered().tolist(), plan.there[0]) == ([0, 3], [])
    assert [(gap["missing"], gap["why"]) for gap in facts.gaps(plan)] == [(4, "NO_CAPABILITY")]


def test_lives_come_first() -> None:
    """The only crew stands at the lesser task; the graver one gets it."""
    plan = mended(wave_of([[100.0], [900.0]], [[1]], [(0, 0, 1), (1, 0, 1)], weight=np.array([1.0, 8.0])), [(0, 0)], 1.0)
    assert plan.there == [[], [0]]
    assert facts.gaps(plan) == [{"site": 0, "kind": 0, "missing": 1, "why": "TAKEN", "left": 1, "could": 1}]


def test_a_gap_tells_who_declined_from_who_was_excluded_and_how_many_could_come_in_the_end() -> None:
    """Three have it, one is busy, one declined: the first cause is that three are too few for four, and one could come."""
    declined = np.array([[False, True, False]])
    wave = wave_of([[100.0, 100.0, 100.0]], [[1], [1], [1]], [(0, 0, 4)], available=np.array([True, True, False]), declined=declined, excluded=declined)
    assert facts.gaps(mended(wave, [], 1.0)) == [{"site": 0, "kind": 0, "missing": 3, "why": "NO_CAPABILITY", "left": 3, "could": 1}]
    wave = wave_of([[100.0, 100.0]], [[1], [1]], [(0, 0, 2)], declined=declined[:, :2], excluded=declined[:, :2])
    assert facts.gaps(mended(wave, [], 1.0)) == [{"site": 0, "kind": 0, "missing": 1, "why": "DECLINED", "left": 1, "could": 1}]
    wave = wave_of([[100.0, 100.0]], [[1], [1]], [(0, 0, 2)], excluded=declined[:, :2])
    assert facts.gaps(mended(wave, [], 1.0)) == [{"site": 0, "kind": 0, "missing": 1, "why": "EXCLUDED", "left": 1, "could": 1}]


def test_each_line_says_who_else_could_go() -> None:
    """Of two who could take a place, one is at home and one is sent elsewhere; a crew that alone brings so much has nobody in its place."""
    wave = wave_of([[100.0, 300.0, 50.0], [900.0, 900.0, 200.0]], [[1], [1], [2]], [(0, 0, 1), (1, 0, 2)])
    plan = mended(wave, [(0, 0), (2, 1)], 1.0)
    first, second = sorted(facts.lines(plan), key=lambda row: row["site"])
    assert (first["unit"], first["rank"], first["capable"], first["next"], first["next_sent"]) == (0, 2, 3, 1, False)
    assert (second["unit"], "next" in second, second["left"]) == (2, False, 1)
    assert plan.objective() == pytest.approx(100.0 + 200.0)


def test_who_comes_too_late_does_not_count_and_it_is_said() -> None:
    """Of three crews one can be there in time: the others stay, and two are missing by then."""
    wave = wave_of([[100.0, 800.0, 900.0]], [[1], [1], [1]], [(0, 0, 3)], latest=np.array([600.0]))
    plan = mended(wave, [(0, 0), (1, 0), (2, 0)], 1.0)
    assert plan.there == [[0]]
    assert facts.gaps(plan) == [{"site": 0, "kind": 0, "missing": 2, "why": "TOO_LATE", "left": 1, "could": 1}]


def test_a_crew_goes_together_or_nobody_goes() -> None:
    """Two go together at least; with one in time nobody goes. With two they go."""
    wave = wave_of([[100.0, 800.0], [100.0, 800.0]], [[1], [1]], [(0, 0, 2)], least=np.array([2]), latest=np.array([600.0]))
    plan = mended(wave, [(0, 0)], 1.0)
    assert (plan.there, [gap["why"] for gap in facts.gaps(plan)]) == ([[], []], ["TOO_LATE"])
    wave = wave_of([[100.0, 800.0]], [[1], [1]], [(0, 0, 2)], least=np.array([2]))
    plan = mended(wave, [], 1.0)
    assert (sorted(plan.there[0]), facts.gaps(plan)) == ([0, 1], [])
    wave = wave_of([[100.0]], [[2]], [(0, 0, 2)], least=np.array([2]))
    assert [gap["why"] for gap in facts.gaps(mended(wave, [(0, 0)], 1.0))] == ["CREW_INCOMPLETE"]


def test_who_acts_together_is_not_kept_waiting() -> None:
    """Two of three: the nearest is as near to another task; together the last counts, and the far one stays."""
    times = [[100.0, 200.0, 900.0], [100.0, 200.0, 100.0]]
    wave = wave_of(times, [[1], [1], [1]], [(0, 0, 2), (1, 0, 1)], together=np.array([10.0, 0.0]))
    plan = mended(wave, [(0, 0), (2, 0), (1, 1)], 1.0)
    assert (sorted(plan.there[0]), plan.there[1]) == ([0, 1], [2])
    assert plan.objective() == pytest.approx(100 + 200 + 10 * 200 + 100)
