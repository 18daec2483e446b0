"""Supply plans against an independent integer programme, on problems small enough for it to prove its optimum."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, linear_sum_assignment, milp

from services.dispatch.solver.supply import Lateness, Lots, Needs, SupplyPlan, SupplyProblem, Why, solve
from services.dispatch.solver.supply.blocks import lay_out
from services.dispatch.solver.supply.coupled import by_hand_repacked, cost_of, rest_of, used
from services.dispatch.solver.supply.greedy import heaviest_first
from services.dispatch.solver.supply.repack import Cooling, repack

Rows = npt.NDArray[np.float64]


def drawn(seed: int, *, limited: bool) -> SupplyProblem:
    """A problem of a few stores, items and places, with missing roads, latest times and empty lots among them."""
    rng = np.random.default_rng(seed)
    stores, items, places = (int(rng.integers(1, most)) for most in (5, 4, 6))
    lots, needs = int(rng.integers(1, 9)), int(rng.integers(1, 9))
    travel = np.where(rng.random((stores, places)) < 0.1, np.inf, rng.uniform(5, 200, (stores, places)).round(1))
    due = rng.choice([30.0, 60.0, 120.0], needs)
    return SupplyProblem(
        travel=travel,
        lots=Lots(
            rng.integers(0, stores, lots),
            rng.integers(0, items, lots),
            rng.integers(0, 3, lots),
            rng.integers(0, 9, lots),
            rng.choice([0.0, 60.0, 600.0], lots),
            rng.choice([0.0, 3.0], lots),
        ),
        needs=Needs(
            rng.integers(0, places, needs),
            rng.integers(0, items, needs),
            rng.integers(0, 9, needs),
            due,
            np.where(rng.random(needs) < 0.3, due + 100, np.inf),
            rng.choice([1.0, 2.0, 8.0], needs),
            rng.choice([50.0, 500.0, 5000.0], needs),
        ),
        volume=rng.choice([0.0, 0.3, 1.0, 1.7], items),
        handling=rng.uniform(0, 12, stores).round(1) if limited else np.full(stores, np.inf),
        lateness=Lateness(np.array([0.0, 30.0, 120.0]), np.array([0.5, 1.0, 3.0])),
    )


def price(problem: SupplyProblem, lot: int, need: int) -> float:
    """Cost of one piece, written anew from the definition: numpy's interpolation instead of the solver's loop."""
    travel = problem.travel[problem.lots.store[lot], problem.needs.place[need]]
    arrival = problem.lots.ready[lot] + travel
    if problem.lots.item[lot] != problem.needs.item[need] or not np.isfinite(arrival) or arrival > problem.needs.latest[need]:
        return float("inf")
    late = max(arrival - problem.needs.due[need], 0.0)
    knots = np.append(problem.lateness.after, 1e6)
    heights = np.concatenate(([0.0], np.cumsum(problem.lateness.rate * np.diff(knots))))
    return float(problem.lots.cost[lot] + problem.effort * travel + problem.needs.weight[need] * np.interp(late, knots, heights))


def oracle(problem: SupplyProblem) -> float:
    """The optimum by scipy's integer programming: one column per pair and one per need for what stays unmet."""
    lots, needs = len(problem.lots.store), len(problem.needs.place)
    costs = np.array([[price(problem, i, j) for j in range(needs)] for i in range(lots)])
    pairs = [(i, j) for i in range(lots) for j in range(needs) if np.isfinite(costs[i, j])]
    columns = len(pairs) + needs
    meets, takes, moves = np.zeros((needs, columns)), np.zeros((lots, columns)), np.zeros((len(problem.handling), columns))
    for x, (i, j) in enumerate(pairs):
        meets[j, x] = takes[i, x] = 1.0
        moves[problem.lots.store[i], x] = problem.volume[problem.lots.item[i]]
    meets[np.arange(needs), len(pairs) + np.arange(needs)] = 1.0
    cost = np.array([costs[i, j] for i, j in pairs] + [float(p) for p in problem.needs.penalty])
    constraints = [
        LinearConstraint(meets, problem.needs.quantity, problem.needs.quantity),
        LinearConstraint(takes, -np.inf, problem.lots.quantity),
        LinearConstraint(moves, -np.inf, problem.handling),
    ]
    found = milp(cost, integrality=np.ones(columns), constraints=constraints, options={"mip_rel_gap": 0.0})
    assert found.success
    return float(found.fun)


def check(problem: SupplyProblem, plan: SupplyPlan) -> None:
    """Everything that must hold of any plan, recomputed from its shipments alone."""
    sent, needs = plan.shipments, problem.needs
    assert not plan.refused
    assert (sent.quantity > 0).all()
    assert (np.bincount(sent.lot, weights=sent.quantity, minlength=len(problem.lots.store)) <= problem.lots.quantity).all()
    got = np.bincount(sent.need, weights=sent.quantity, minlength=len(needs.place))
    short = np.zeros(len(needs.place))
    short[plan.unmet.need] = plan.unmet.quantity
    assert np.array_equal(got + short, needs.quantity)
    moved = np.bincount(sent.store, weights=sent.quantity * problem.volume[sent.item], minlength=len(problem.handling))
    assert (moved <= problem.handling * (1 + 1e-9)).all()
    assert np.array_equal(sent.store, problem.lots.store[sent.lot])
    assert np.array_equal(sent.place, needs.place[sent.need])
    assert np.allclose(sent.arrival, problem.lots.ready[sent.lot] + problem.travel[sent.store, sent.place])
    cost = sum(q * price(problem, int(i), int(j)) for i, j, q in zip(sent.lot, sent.need, sent.quantity, strict=True)) + float(short @ needs.penalty)
    assert np.isclose(cost, plan.objective)
    assert plan.bound <= plan.objective * (1 + 1e-9) + 1e-6
    assert plan.objective <= plan.greedy * (1 + 1e-9) + 1e-6


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000_000))
def test_without_limits_the_plan_is_the_proven_optimum(seed: int) -> None:
    problem = drawn(seed, limited=False)
    plan = solve(problem)
    check(problem, plan)
    assert np.isclose(plan.objective, oracle(problem), rtol=1e-7, atol=1e-5)
    assert np.isclose(plan.bound, plan.objective, rtol=1e-7, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1_000_000))
def test_under_limits_the_optimum_lies_between_bound_and_plan(seed: int) -> None:
    problem = drawn(seed, limited=True)
    plan = solve(problem)
    check(problem, plan)
    optimum = oracle(problem)
    assert plan.bound <= optimum * (1 + 1e-7) + 1e-5
    assert plan.objective >= optimum * (1 - 1e-7) - 1e-5


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000_000))
def test_repacking_a_plan_made_by_hand_keeps_every_limit_and_never_costs_more(seed: int) -> None:
    problem = drawn(seed, limited=True)
    blocks = lay_out(problem)
    by_hand = heaviest_first(blocks)
    packed = by_hand_repacked(blocks, by_hand, np.isfinite(blocks.cost))
    assert cost_of(blocks, packed) <= cost_of(blocks, by_hand) + 1e-6
    rest = rest_of(blocks, packed)
    assert (rest.supply >= 0).all()
    assert (rest.demand >= 0).all()
    assert (used(blocks, packed) <= blocks.handling * (1 + 1e-9)).all()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1_000_000))
def test_stores_filled_to_the_last_unit_still_exchange_pieces(seed: int) -> None:
    """Fails when a store without a speck of room takes part in no exchange, or when a piece thrown out rarely lands where the other came from."""
    count, rng = 40, np.random.default_rng(seed)
    each, zero = np.arange(count), np.zeros(count)
    lots = Lots(each, each * 0, each * 0, np.full(count, 2), zero, zero)
    needs = Needs(each, each * 0, np.ones(count, dtype=np.int64), zero, np.full(count, np.inf), np.ones(count), np.full(count, 1e4))
    blocks = lay_out(SupplyProblem(rng.uniform(10, 100, (count, count)).round(1), lots, needs, np.array([1.0]), np.ones(count)))
    crossed = np.eye(count, dtype=np.int64).ravel()
    packed = repack(blocks, crossed, rest_of(blocks, crossed), np.isfinite(blocks.cost), Cooling(50_000, 20.0, 0.4))
    table = blocks.cost.reshape(count, count)
    assert (used(blocks, packed) <= blocks.handling).all()
    assert cost_of(blocks, packed) <= 1.5 * table[linear_sum_assignment(table)].sum()


def single(**changes: object) -> SupplyProblem:
    """One store, one place, five pieces needed; what a test is about is changed."""
    one = np.array([0])
    lots = Lots(one, one, one, np.array([10]), np.array([0.0]), np.array([0.0]))
    needs = Needs(one, one, np.array([5]), np.array([60.0]), np.array([120.0]), np.array([1.0]), np.array([1000.0]))
    return replace(SupplyProblem(np.array([[30.0]]), lots, needs, np.array([1.0]), np.array([np.inf])), **changes)  # type: ignore[arg-type]


def reason(problem: SupplyProblem) -> tuple[int, Why]:
    """How many pieces stay unmet, and why."""
    plan = solve(problem)
    check(problem, plan)
    assert len(plan.unmet.need) == 1
    return int(plan.unmet.quantity[0]), Why(int(plan.unmet.why[0]))


def test_says_why_pieces_stay_unmet() -> None:
    lots = single().lots
    assert reason(single(lots=replace(lots, quantity=np.array([0])))) == (5, Why.NOT_HELD)
    assert reason(single(travel=np.array([[np.inf]]))) == (5, Why.UNREACHABLE)
    assert reason(single(travel=np.array([[121.0]]))) == (5, Why.TOO_LATE)
    assert reason(single(lots=replace(lots, quantity=np.array([3])))) == (2, Why.EXHAUSTED)
    assert reason(single(handling=np.array([3.9]))) == (2, Why.HANDLING_FULL)
    assert reason(single(handling=np.array([0.0]))) == (5, Why.HANDLING_FULL)


def test_a_limit_met_exactly_loses_no_piece() -> None:
    plan = solve(single(volume=np.array([0.1]), handling=np.array([0.5])))
    assert plan.shipments.quantity.tolist() == [5]


def test_nothing_asked_and_nothing_held_are_plans() -> None:
    whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
    empty = single(lots=Lots(whole, whole, whole, whole, real, real), needs=Needs(whole, whole, whole, real, real, real, real))
    assert solve(empty).objective == 0.0
    assert reason(single(lots=Lots(whole, whole, whole, whole, real, real))) == (5, Why.NOT_HELD)


def test_unusable_input_is_answered_with_field_and_reason() -> None:
    lots, needs = single().lots, single().needs
    nan = np.array([np.nan])
    cases = [
        (single(travel=np.array([[np.nan]])), "travel", "NOT_A_NUMBER"),
        (single(travel=np.array([30.0])), "travel", "NOT_A_MATRIX"),
        (single(handling=np.array([-1.0])), "handling", "NEGATIVE"),
        (single(volume=np.array([np.inf])), "volume", "NOT_FINITE"),
        (single(lots=replace(lots, quantity=np.array([1e12]))), "lots.quantity", "TOO_LARGE"),
        (single(lots=replace(lots, quantity=np.array([1.5]))), "lots.quantity", "NOT_WHOLE"),
        (single(lots=replace(lots, store=np.array([3]))), "lots.store", "NO_SUCH_ENTRY"),
        (single(lots=replace(lots, ready=np.array([1.0, 2.0]))), "lots.ready", "LENGTH_DIFFERS"),
        (single(lots=replace(lots, ready=np.array(["soon"]))), "lots.ready", "NOT_NUMBERS"),
        (single(needs=replace(needs, weight=nan)), "needs.weight", "NOT_A_NUMBER"),
        (single(needs=replace(needs, latest=np.array([59.0]))), "needs.latest", "BEFORE_DUE"),
        (single(lateness=Lateness(np.array([10.0, 10.0]), np.array([1.0, 2.0]))), "lateness.after", "NOT_ASCENDING"),
        (single(effort=float("nan")), "effort", "NOT_A_NUMBER"),
    ]
    for problem, field, why in cases:
        plan = solve(problem)
        assert plan.refused
        assert (field, why) in {(complaint.field, complaint.reason) for complaint in plan.complaints}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_single_wild_value_makes_the_solver_raise(data: st.DataObject) -> None:
    problem = drawn(data.draw(st.integers(0, 1000)), limited=True)
    group = data.draw(st.sampled_from(["lots", "needs"]))
    rows = getattr(problem, group)
    name = data.draw(st.sampled_from(type(rows).__slots__))
    column: Rows = np.array(getattr(rows, name), dtype=np.float64)
    column[data.draw(st.integers(0, len(column) - 1))] = data.draw(st.floats(allow_nan=True, allow_infinity=True))
    plan = solve(replace(problem, **{group: replace(rows, **{name: column})}))
    assert plan.refused or np.isfinite(plan.objective)
