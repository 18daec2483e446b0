"""The recommendation for one incident against brute force over all sets of units."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.dispatch.solver.recommend import Coverage, InputError, Need, Recommendation, Rules, Units, Why, recommend, search

Draw = np.random.Generator
Floats = NDArray[np.float64]


def pool(draw: Draw, size: int, capabilities: int) -> tuple[Units, Floats]:
    """Units as they are: few capabilities each, some busy, tired, far away or nowhere; times with ties."""
    counts = np.where(draw.random((size, capabilities)) < 0.5, draw.integers(1, 3, (size, capabilities)), 0)
    seconds = draw.integers(0, 12, size).astype(np.float64) * 60
    seconds[draw.random(size) < 0.1] = draw.choice([np.inf, np.nan])
    units = Units.of(
        counts, rank=draw.integers(0, 3, size), qualifications=draw.integers(0, 4, size), available=draw.random(size) < 0.85,
        rest_s=np.where(draw.random(size) < 0.1, 600, 0), shift_s=np.where(draw.random(size) < 0.1, 300, np.inf), zone=draw.integers(-1, 3, size),
    )  # fmt: skip
    return units, seconds


def able(units: Units, seconds: Floats, need: Need, rules: Rules) -> NDArray[np.bool_]:
    """Who could go for a need, said a second time in other words."""
    wanted = np.uint64(need.qualifications)
    fit = (units.counts[:, need.capability] > 0) & (units.rank >= need.min_rank) & ((units.qualifications & wanted) == wanted)
    free = units.available & (units.rest_s <= 0) & np.isfinite(seconds) & (seconds <= rules.latest_s) & (units.shift_s >= seconds + rules.work_s)
    free[list(rules.declined)] = False
    return np.asarray(fit & free)


def lost(units: Units, chosen: tuple[int, ...], coverage: Coverage | None) -> float:
    """Expected demand covered before less after."""
    if coverage is None:
        return 0.0
    total = 0.0
    for zone, capability in np.ndindex(*coverage.demand.shape):
        crews = (units.zone == zone) & units.available & (units.rest_s <= 0) & (units.counts[:, capability] > 0)
        n, m = int(crews.sum()), int(crews[list(chosen)].sum())
        total += float(coverage.demand[zone, capability]) * (coverage.busy ** (n - m) - coverage.busy**n)
    return total


def cost_of(units: Units, seconds: Floats, chosen: tuple[int, ...], rules: Rules) -> float:
    times = seconds[list(chosen)]
    weight = rules.coverage.weight if rules.coverage else 0.0
    arrivals = float(times.sum())
    if rules.together:
        arrivals = float(times.max(initial=0)) + rules.last_arrival_share * arrivals
    return arrivals + weight * lost(units, chosen, rules.coverage)


def brute_force(units: Units, seconds: Floats, needs: list[Need], rules: Rules) -> tuple[int, float]:
    """Least missing, then least cost, over every set and, with slots, every way to use it."""
    fit = [able(units, seconds, need, rules) for need in needs]
    useful = np.flatnonzero(np.any(fit, axis=0)).tolist()
    supply = [int(units.counts[fit[j], need.capability].sum()) for j, need in enumerate(needs)]
    best = (10**9, np.inf)
    for chosen in chain.from_iterable(combinations(useful, size) for size in range(min(len(useful), sum(n.count for n in needs)) + 1)):
        price = cost_of(units, seconds, chosen, rules)
        for use in product(range(len(needs)), repeat=len(chosen)) if rules.slots else [()]:
            missing = 0
            for j, need in enumerate(needs):
                there = sum(int(units.counts[u, need.capability]) for k, u in enumerate(chosen) if fit[j][u] and (not rules.slots or use[k] == j))
                short = max(0, need.count - there)
                missing += (need.count if short else 0) if need.whole else short
            best = min(best, (missing, price))
    assert all(s >= 0 for s in supply)
    return best


def check(units: Units, seconds: Floats, needs: list[Need], rules: Rules) -> Recommendation:
    answer = recommend(units, seconds, needs, rules)
    missing, cost = brute_force(units, seconds, needs, rules)
    chosen = tuple(one.unit for one in answer.chosen)
    assert sum(one.missing for one in answer.unmet) == missing
    assert answer.proven
    assert answer.gap == 0
    assert answer.objective == pytest.approx(cost, abs=1e-5)
    assert cost_of(units, seconds, chosen, rules) == pytest.approx(cost, abs=1e-5)
    for j, need in enumerate(needs):
        fit = able(units, seconds, need, rules)
        assert all(fit[one.unit] for one in answer.chosen if j in dict(one.serves))
        met = sum(dict(one.serves).get(j, 0) for one in answer.chosen)
        short = next((one.missing for one in answer.unmet if one.need == j), 0)
        assert met + short == need.count or (need.whole and short == need.count)
    return answer


def question(draw: Draw, slots: bool) -> list[Need]:
    """A few needs, some of them for qualified or whole teams."""
    most = 3 if slots else 4

    def one() -> Need:
        return Need(int(draw.integers(3)), int(draw.integers(1, most)), int(draw.integers(0, 2)), int(draw.choice([0, 0, 0, 1])), bool(draw.random() < 0.3))

    return [one() for _ in range(int(draw.integers(1, most)))]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans(), st.sampled_from([0.0, 1.0, 30.0, 1000.0]))
def test_no_set_is_better(seed: int, slots: bool, together: bool, weight: float) -> None:
    draw = np.random.default_rng(seed)
    units, seconds = pool(draw, int(draw.integers(0, 7 if slots else 11)), 3)
    coverage = Coverage(draw.integers(0, 5, (3, 3)).astype(float), weight, float(draw.choice([0.0, 0.3, 0.9]))) if weight else None
    declined = frozenset({0} if len(units) and draw.random() < 0.3 else ())
    rules = Rules(slots, together, latest_s=float(draw.choice([np.inf, 400])), work_s=60.0, declined=declined, coverage=coverage)
    check(units, seconds, question(draw, slots), rules)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_bound_lets_in_all_that_matters(seed: int, together: bool) -> None:
    """Many units alike in a few zones and a heavy coverage: the set of the additive cost is wrong, and the units let in by the bound put it right."""
    draw = np.random.default_rng(seed)
    counts = np.ones((12, 1), dtype=np.int32)
    zone = draw.integers(0, 3, 12)
    units = Units.of(counts, zone=zone)
    seconds = draw.integers(60, 90, 12).astype(float)
    coverage = Coverage(draw.integers(1, 4, (3, 1)).astype(float), float(draw.choice([20, 200, 2000])), 0.4)
    check(units, seconds, [Need(0, 4)], Rules(together=together, coverage=coverage))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_first_alternative_is_the_best_without_one_of_the_chosen(seed: int, slots: bool) -> None:
    draw = np.random.default_rng(seed)
    units, seconds = pool(draw, 6, 3)
    needs, rules = question(draw, slots), Rules(slots, alternatives=99)
    answer = recommend(units, seconds, needs, rules)
    without = [brute_force(units, seconds, needs, Rules(slots, declined=frozenset({one.unit}))) for one in answer.chosen]
    found = {round(one.objective, 6) for one in answer.alternatives}
    assert found == {round(cost, 6) for _, cost in without}
    if answer.chosen:
        assert answer.alternatives[0].objective == pytest.approx(min(without)[1])


def test_every_figure_of_a_unit() -> None:
    units = Units.of([[1, 0], [1, 1], [1, 0], [0, 1], [1, 0]], zone=[0, 0, 0, 1, -1], available=[1, 1, 1, 1, 0])
    coverage = Coverage(np.array([[4.0, 0.0], [0.0, 2.0]]), weight=10, busy=0.5)
    answer = recommend(units, np.array([100.0, 160, 300, 50, 10]), [Need(0), Need(1)], Rules(coverage=coverage))
    assert [one.unit for one in answer.chosen] == [3, 0]
    near, first = answer.chosen
    assert (first.seconds, first.serves, first.rank, first.capable) == (100, ((0, 1),), 1, 3)
    assert first.coverage_loss == pytest.approx(4 * (0.5**2 - 0.5**3))
    assert first.coverage_cost == pytest.approx(10 * first.coverage_loss)
    assert (first.next_unit, first.next_seconds, first.left_in_zone) == (1, 160, 2)
    assert first.next_extra == pytest.approx(60)
    assert near.coverage_loss == pytest.approx(2 * 0.5)
    assert near.left_in_zone == 0
    assert answer.objective == pytest.approx(150 + 10 * answer.coverage_loss)
    assert answer.alternatives[0].units == (1,)


def test_a_unit_covers_all_it_can_unless_it_may_serve_one_need_only() -> None:
    units = Units.of([[1, 1], [1, 0], [0, 1]])
    seconds = np.array([100.0, 60, 60])
    assert [one.unit for one in recommend(units, seconds, [Need(0), Need(1)]).chosen] == [0]
    slots = recommend(units, seconds, [Need(0), Need(1)], Rules(slots=True))
    assert sorted(one.unit for one in slots.chosen) == [1, 2]
    assert [dict(one.serves) for one in sorted(slots.chosen, key=lambda one: one.unit)] == [{0: 1}, {1: 1}]


def test_teams_that_act_together_are_chosen_by_the_last_arrival() -> None:
    units = Units.of([[1, 0], [1, 1], [0, 1], [0, 1]])
    seconds = np.array([10.0, 500, 480, 505])
    apart = recommend(units, seconds, [Need(0), Need(1)])
    together = recommend(units, seconds, [Need(0), Need(1)], Rules(together=True))
    assert sorted(one.unit for one in apart.chosen) == [0, 2]
    assert together.last_arrival == 480


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"counts": [[0], [0]]}, Why.NONE_EXIST),
        ({"rank": [0, 0]}, Why.NONE_QUALIFIED),
        ({"qualifications": [1, 0]}, Why.NONE_QUALIFIED),
        ({"available": [0, 0]}, Why.NONE_AVAILABLE),
        ({"rest_s": [60, 3600]}, Why.ALL_RESTING),
        ({"rest_s": [np.nan, np.nan]}, Why.ALL_RESTING),
        ({"shift_s": [60, 90]}, Why.SHIFT_ENDS),
        ({"seconds": [np.inf, np.nan]}, Why.NONE_REACHABLE),
        ({"seconds": [4000.0, 5000]}, Why.TOO_LATE),
        ({"declined": frozenset({0, 1, 77})}, Why.DECLINED),
        ({"available": [1, 0]}, Why.TOO_FEW),
    ],
)
def test_what_stays_open_says_why(change: dict[str, object], why: Why) -> None:
    given = {"counts": [[1], [1]], "rank": [2, 2], "qualifications": [3, 7], "seconds": [100.0, 200], "declined": frozenset()} | change
    seconds, declined = np.array(given.pop("seconds")), given.pop("declined")
    units = Units.of(given.pop("counts"), **given)
    rules = Rules(latest_s=3600, work_s=30, declined=declined)  # type: ignore[arg-type]
    answer = recommend(units, seconds, [Need(0, 2, min_rank=1, qualifications=2)], rules)
    (open_,) = answer.unmet
    assert open_.why is why
    assert open_.missing == 2 - len(answer.chosen)
    stopped = open_.unqualified + open_.declined + open_.unavailable + open_.resting + open_.shift_ends + open_.unreachable + open_.too_late
    assert stopped + open_.could_go == open_.exist == (0 if why is Why.NONE_EXIST else 2)


def best_without(units: Units, seconds: Floats, needs: list[Need], rules: Rules, unit: int) -> tuple[int, float]:
    return brute_force(units, seconds, needs, replace(rules, declined=rules.declined | {unit}))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_what_is_said_of_a_unit_is_true(seed: int, slots: bool, together: bool) -> None:
    """Who could take its place, and that nobody could, against every single unit and every set there is; also where what it adds is spare."""
    draw = np.random.default_rng(seed)
    units, seconds = pool(draw, int(draw.integers(1, 7 if slots else 9)), 3)
    needs, rules = question(draw, slots), Rules(slots, together, alternatives=int(draw.choice([0, 99])))
    answer = recommend(units, seconds, needs, rules)
    chosen = tuple(one.unit for one in answer.chosen)
    missing = sum(one.missing for one in answer.unmet)
    fit = [able(units, seconds, need, rules) for need in needs]

    def lacking(there: tuple[int, ...], need: int) -> int:
        """Of what can be met of a need; with slots by those who serve it."""
        brought = sum(int(units.counts[u, needs[need].capability]) for u in there if fit[need][u])
        return max(0, sum(dict(one.serves).get(need, 0) for one in answer.chosen) - brought)

    for one in answer.chosen:
        serving = {need: tuple(o.unit for o in answer.chosen if o is not one and (not slots or need in dict(o.serves))) for need in range(len(needs))}
        mine = [need for need in range(len(needs)) if not slots or need in dict(one.serves)]
        could = [
            other for other in range(len(units))
            if other not in chosen and any(fit[need][other] for need in mine) and all(lacking((*serving[need], other), need) == 0 for need in mine)
        ]  # fmt: skip
        rest = tuple(u for u in chosen if u != one.unit)
        extra = {other: cost_of(units, seconds, (*rest, other), rules) - answer.objective for other in could}
        idle = all(lacking(serving[need], need) == 0 for need in mine)  # on the scene already, where it costs nothing
        assert (one.next_unit >= 0) == (bool(could) and not idle)
        if one.next_unit >= 0:
            assert one.next_extra == pytest.approx(min(extra.values()), abs=1e-6)
            assert extra[one.next_unit] == pytest.approx(one.next_extra, abs=1e-6)
        least, cost = best_without(units, seconds, needs, rules, one.unit)
        if one.irreplaceable:
            assert least > missing
        if one.instead:
            assert least == missing
            assert cost_of(units, seconds, one.instead, rules) == pytest.approx(cost, abs=1e-5)
        if one.next_unit < 0 and (rules.alternatives or not slots):
            assert one.irreplaceable or one.instead or not rules.alternatives
            assert one.irreplaceable == (least > missing)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_what_is_said_of_an_open_need_is_true(seed: int, slots: bool) -> None:
    draw = np.random.default_rng(seed)
    units, seconds = pool(draw, int(draw.integers(0, 7 if slots else 9)), 3)
    needs, rules = question(draw, slots), Rules(slots, latest_s=400.0, work_s=60.0)
    answer = recommend(units, seconds, needs, rules)
    sent = {one.unit for one in answer.chosen}
    for one in answer.unmet:
        could = np.flatnonzero(able(units, seconds, needs[one.need], rules)).tolist()
        stopped = [one.unqualified, one.declined, one.unavailable, one.resting, one.shift_ends, one.unreachable, one.too_late]
        there, wanted = int(units.counts[could, one.capability].sum()), needs[one.need]
        assert one.could_go == len(could)
        match one.why:
            case Why.TOO_FEW:
                assert could
                assert set(could) <= sent
                assert not wanted.whole
            case Why.WHOLE_SHORT | Why.WHOLE_TAKEN:
                assert wanted.whole
                assert (there < wanted.count) == (one.why is Why.WHOLE_SHORT)
                assert all(one.need not in dict(o.serves) for o in answer.chosen)
                assert slots or one.why is Why.WHOLE_SHORT
            case Why.NONE_EXIST:
                assert one.exist == 0
            case _:
                assert not could
                assert sum(count > 0 for count in stopped) == 1 or one.why is Why.SEVERAL


def test_nobody_is_sent_for_a_team_that_cannot_be_whole() -> None:
    answer = recommend(Units.of([[1], [1]]), np.array([60.0, 60]), [Need(0, 3, whole=True)])
    assert answer.chosen == ()
    assert answer.unmet[0].missing == 3


@pytest.mark.parametrize("needs", [[], [Need(0)], [Need(9)]])
def test_no_units_and_no_needs_are_answered(needs: list[Need]) -> None:
    answer = recommend(Units.of(np.zeros((0, 2))), np.zeros(0), needs)
    assert (answer.chosen, answer.objective, len(answer.unmet)) == ((), 0, len(needs))
    assert recommend(Units.of([[1, 1]]), np.array([5.0]), []).chosen == ()


ONE = Units.of([[1]])


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda: recommend(ONE, np.zeros(2), [Need(0)]), "seconds"),
        (lambda: recommend(ONE, np.zeros((1, 1)), [Need(0)]), "seconds"),
        (lambda: recommend(ONE, np.array([-1.0]), [Need(0)]), "seconds"),
        (lambda: recommend(ONE, np.array([1e300]), [Need(0)]), "seconds"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0)] * 65), "needs"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0, 0)]), "needs.count"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0, 10**9)]), "needs.count"),
        (lambda: recommend(ONE, np.zeros(1), [Need(-1)]), "needs.capability"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0, qualifications=-1)]), "needs.qualifications"),
        (lambda: recommend(Units.of([[-1]]), np.zeros(1), [Need(0)]), "counts"),
        (lambda: recommend(Units.of([[np.nan]]), np.zeros(1), [Need(0)]), "counts"),
        (lambda: recommend(Units.of([[10**30]]), np.zeros(1), [Need(0)]), "counts"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0)], Rules(coverage=Coverage(np.full((1, 1), np.nan), 1))), "coverage.demand"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0)], Rules(coverage=Coverage(np.ones((1, 1)), -1))), "coverage.weight"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0)], Rules(coverage=Coverage(np.ones((1, 1)), 1, 1.0))), "coverage.busy"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0)], Rules(latest_s=float("nan"))), "latest_s"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0)], Rules(work_s=-1)), "work_s"),
        (lambda: recommend(ONE, np.zeros(1), [Need(0)], Rules(last_arrival_share=-1)), "last_arrival_share"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_by_what_is_wrong(ask: Callable[[], Recommendation], field: str) -> None:
    answer = ask()
    assert {one.field for one in answer.troubles} == {field}
    assert (answer.chosen, answer.proven) == ((), False)


@pytest.mark.parametrize(("call", "field"), [(lambda: Units.of([[1]], zone=[1, 2]), "zone"), (lambda: Units.of([[1], [1, 2]]), "counts")])
def test_what_cannot_be_arrays_is_refused_by_name(call: Callable[[], object], field: str) -> None:
    with pytest.raises(InputError, match=field):
        call()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1_000_000))
def test_one_look_at_each_profile_finds_somebody_exactly_when_a_look_at_each_unit_does(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count, lines, states = int(draw.integers(1, 40)), int(draw.integers(1, 5)), int(draw.integers(2, 9))
    units, row = draw.permutation(50)[:count], draw.integers(0, lines, count)
    own, seconds, beta = draw.uniform(0, 100, count), draw.uniform(0, 100, 50), float(draw.integers(0, 2))
    step, least = draw.integers(0, states, (lines, int(draw.integers(1, 3)), states)), draw.uniform(0, 100, states)
    first, best = np.flatnonzero(draw.random(count) < 0.3), float(draw.uniform(0, 200))
    inside = np.zeros(count, dtype=np.bool_)
    inside[first] = True
    lowest = search.lowest_outside(units, row, own, seconds, beta, first, lines)
    each = search.priced_in(inside, -1, units, row, own, seconds, beta, step, least, best)
    assert search.any_priced_in(lowest, step, least, best) == each
