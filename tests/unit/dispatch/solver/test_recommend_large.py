"""Recommendations beyond the exact table: by programme, within a time, and as good as the table where both can answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.solver.recommend import Coverage, Need, Rules, Units, choose, recommend
from tests.unit.dispatch.solver.test_recommend import best_without, brute_force, pool, question


@pytest.mark.parametrize("slots", [False, True])
@pytest.mark.parametrize("counts", [[40, 35, 20], [1_000_000]])
def test_a_need_beyond_the_table_is_met_exactly_and_with_alternatives(slots: bool, counts: list[int]) -> None:
    draw = np.random.default_rng(5)
    units = Units.of(draw.integers(0, 4, (120, len(counts))) * (100 if len(counts) == 1 else 1))
    answer = recommend(units, draw.uniform(60, 3000, 120), [Need(at, count) for at, count in enumerate(counts)], Rules(slots=slots, within_s=30.0))
    assert answer.proven
    assert 0 < answer.bound == answer.objective
    assert len(answer.alternatives) == (2 if len(counts) > 1 else len({one.units for one in answer.alternatives}))
    chosen = {one.unit for one in answer.chosen}
    for other in answer.alternatives:
        assert other.instead_of in chosen - set(other.units)
        assert (other.missing, other.objective) >= (0, answer.objective) or other.missing
    for at, count in enumerate(counts):
        sent = sum(dict(one.serves).get(at, 0) for one in answer.chosen)
        assert sent + sum(one.missing for one in answer.unmet if one.need == at) == count


@pytest.mark.parametrize("within_s", [0.0, 1e-6])
def test_without_time_a_need_beyond_the_table_is_met_with_a_proven_gap(within_s: float) -> None:
    draw = np.random.default_rng(5)
    units, needs = Units.of(draw.integers(0, 4, (120, 3))), [Need(0, 40), Need(1, 35), Need(2, 20)]
    seconds = draw.uniform(60, 3000, 120)
    quick, exact = (recommend(units, seconds, needs, Rules(within_s=time)) for time in (within_s, 30.0))
    assert not quick.proven
    assert 0 < quick.bound <= exact.objective <= quick.objective
    assert len(quick.alternatives) == 2


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans(), st.sampled_from([0.0, 30.0, 1000.0]))
def test_the_programme_gives_what_the_table_gives(seed: int, slots: bool, together: bool, weight: float) -> None:
    """On questions small enough for both: as much is met, for the same cost, and the other sets are as good."""
    draw = np.random.default_rng(seed)
    units, seconds = pool(draw, int(draw.integers(0, 6 if slots else 9)), 3)
    coverage = Coverage(draw.integers(0, 5, (3, 3)).astype(float), weight, float(draw.choice([0.0, 0.3, 0.9]))) if weight else None
    needs, rules = question(draw, slots), Rules(slots, together, coverage=coverage)
    case = choose.case_of(units, seconds, tuple(needs), rules)
    table, programme = choose.by_table(case, 9), choose.by_programme(case, 9, 30.0)
    assert table is not None
    assert (programme.missing, programme.proven) == (table.missing, True)
    assert programme.cost == pytest.approx(table.cost, abs=1e-3)
    never = brute_force(units, seconds, needs, rules)[0] - programme.missing
    without = [best_without(units, seconds, needs, rules, unit) for unit in programme.units.tolist()]
    assert bool(programme.others) == bool(without)
    if without:
        first = min(programme.others, key=lambda one: (one.missing, one.objective))
        assert (first.missing + never, first.objective) == pytest.approx(min(without), abs=1e-3)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("slots", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_of_many_units_those_left_out_of_the_programme_are_in_no_better_set(seed: int, slots: bool, together: bool) -> None:
    """Eighty units of all trades, of which the programme keeps the few that nearer ones cannot stand in for: it gives what the table gives."""
    draw = np.random.default_rng(seed)
    brings, seconds = draw.integers(0, 3, (80, 3)), np.asarray(draw.integers(1, 40, 80) * 60, np.float64)
    rules = Rules(slots, together, last_arrival_share=0.2)
    case = choose.case_of(Units.of(brings), seconds, (Need(0, 2), Need(1, 3), Need(2, 2)), rules)
    table, whole = choose.by_table(case, 9), choose.by_programme(case, 9, 30.0)
    assert table is not None
    assert (whole.missing, whole.proven, table.proven) == (table.missing, True, True)
    assert whole.cost == pytest.approx(table.cost, abs=1e-3)
    others = [min((one.missing, round(one.objective, 2)) for one in found.others) for found in (table, whole)]
    assert others[0] == others[1]


def test_a_huge_question_is_proven_in_seconds() -> None:
    """Ten thousand units of eight trades for fifty-six people, one need each: without leaving out who cannot matter the solver took most of a minute."""
    draw = np.random.default_rng(8)
    units = Units.of(draw.integers(0, 4, (10_000, 8)))
    assert recommend(units, draw.uniform(30, 5000, 10_000), [Need(trade, 7) for trade in range(8)], Rules(slots=True, within_s=15.0)).proven
