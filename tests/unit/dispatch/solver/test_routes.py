"""Routes: every plan checked by rules written anew, small ones against all orders there are."""

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.solver.routes import ALONE, RoutePlan, RouteProblem, Stops, Vehicles, Why, solve
from services.dispatch.solver.routes.fleet import Fleet, gather
from services.dispatch.solver.routes.improve import Improver
from services.dispatch.solver.routes.instant import instant
from services.dispatch.solver.routes.problem import Orders
from services.dispatch.solver.routes.solve import drive, driving

Matrix = np.typing.NDArray[np.float64]
DAY = 86_400


def problem(seconds: list[list[float]] | Matrix, capacities: list[list[int]], amounts: list[list[int]], **changes: list[int] | list[float]) -> RouteProblem:
    """Vehicles at place 0, stops at places 1, 2, …, all day long; columns that differ are named `vehicles_x` or `stops_x`."""
    fleet, stops = len(capacities), len(amounts)
    nowhere, day = np.zeros(fleet, dtype=np.int64), np.full(fleet, DAY)
    vehicles = Vehicles(nowhere, nowhere, np.array(capacities), nowhere, day, np.ones(fleet), np.full(fleet, ALONE))
    zero, penalty = np.zeros(stops, dtype=np.int64), np.full(stops, 100_000)
    wanted = Stops(np.arange(1, stops + 1), np.array(amounts), zero, np.full(stops, DAY), zero, penalty, np.full(stops, ALONE))
    for name, column in changes.items():
        group, field = name.split("_", 1)
        if group == "vehicles":
            vehicles = replace(vehicles, **{field: np.array(column)})
        else:
            wanted = replace(wanted, **{field: np.array(column)})
    return RouteProblem(np.array(seconds, dtype=np.float64), vehicles, wanted)


def check(given: RouteProblem, plan: RoutePlan) -> None:
    """Loads, windows, shifts, convoys and conservation, from the problem alone."""
    assert not plan.refused
    vehicles, stops = given.vehicles, given.stops
    brought = np.zeros_like(stops.amount)
    used: list[int] = []
    for route in plan.routes:
        used += route.vehicles.tolist()
        convoy = vehicles.convoy[route.vehicles[0]]
        assert set(route.vehicles.tolist()) == (set(np.nonzero(vehicles.convoy == convoy)[0].tolist()) if convoy >= 0 else {int(route.vehicles[0])})
        assert (route.amount.sum(axis=0) <= vehicles.capacity[route.vehicles].sum(axis=0)).all()
        now, here, speed = vehicles.shift_from[route.vehicles].max(), vehicles.start[route.vehicles[0]], vehicles.speed[route.vehicles].min()
        for x, stop in enumerate(route.stop):
            assert stops.convoy[stop] in (ALONE, convoy)
            now += given.seconds[here, stops.place[stop]] / speed
            assert route.arrival[x] >= now - 1e-6
            assert stops.earliest[stop] <= route.start[x] <= stops.latest[stop]
            now, here = max(now, stops.earliest[stop]) + stops.service[stop], stops.place[stop]
            brought[stop] += route.amount[x]
        now += given.seconds[here, vehicles.end[route.vehicles[0]]] / speed
        assert now - 1e-6 <= route.returns <= vehicles.shift_until[route.vehicles].min()
    assert len(used) == len(set(used))
    for stop, amount in zip(plan.unserved.stop, plan.unserved.amount, strict=True):
        brought[stop] += amount
    assert np.array_equal(brought, stops.amount)


def drawn(seed: int) -> RouteProblem:
    """Up to nine stops in two dimensions of load, with windows, speeds, a convoy and missing roads."""
    rng = np.random.default_rng(seed)
    stops, fleet = int(rng.integers(1, 10)), int(rng.integers(1, 5))
    at = rng.uniform(0, 3600, (stops + 1, 2))
    seconds = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    seconds[rng.random(seconds.shape) < 0.05] = np.inf
    earliest = rng.integers(0, 20_000, stops)
    return problem(
        seconds,
        rng.integers(3, 12, (fleet, 2)).tolist(),
        rng.integers(0, 14, (stops, 2)).tolist(),
        stops_earliest=earliest.tolist(),
        stops_latest=(earliest + rng.integers(600, 30_000, stops)).tolist(),
        stops_service=rng.integers(0, 1200, stops).tolist(),
        stops_convoy=rng.choice([ALONE, ALONE, 7], stops).tolist(),
        vehicles_convoy=rng.choice([ALONE, 7], fleet).tolist(),
        vehicles_speed=rng.choice([0.5, 1.0, 1.2], fleet).tolist(),
        vehicles_shift_until=rng.integers(10_000, DAY, fleet).tolist(),
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000_000))
def test_every_instant_plan_keeps_every_limit(seed: int) -> None:
    given = drawn(seed)
    check(given, solve(given))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1_000_000))
def test_improving_keeps_every_limit_and_never_costs_more(seed: int) -> None:
    given = drawn(seed)
    better = solve(given, seconds=0.1)
    check(given, better)
    assert better.cost <= solve(given).cost


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1_000_000))
def test_a_single_round_trip_is_the_shortest_of_all_orders(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stops = int(rng.integers(1, 7))
    seconds = rng.integers(1, 1000, (stops + 1, stops + 1)).astype(np.float64)
    np.fill_diagonal(seconds, 0)
    plan = solve(problem(seconds, [[stops]], [[1]] * stops), seconds=0.2)
    ways = ([0, *order, 0] for order in permutations(range(1, stops + 1)))
    assert plan.driving == min(sum(seconds[a, b] for a, b in pairwise(way)) for way in ways)


def way(fleet: Fleet, orders: Orders) -> int:
    """Seconds on the road of all routes together."""
    return sum(driving(fleet, entity, parts) for entity, parts in orders.items())


def crowded(stops: int) -> RouteProblem:
    """Stops in a square around one depot, ten or so a route, all of them worth more than all the driving."""
    rng = np.random.default_rng(stops)
    at = rng.integers(0, 1000, (stops + 1, 2)).astype(np.float64)
    amounts = rng.integers(1, 100, (stops, 1))
    fleet = stops // 8
    return problem(np.rint(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))), [[500]] * fleet, amounts.tolist(), stops_penalty=[1_000_000] * stops)


def test_what_the_first_answer_loses_by_being_cut_off_one_local_search_brings_back() -> None:
    given = crowded(300)
    fleet = gather(given)
    first = instant(fleet, 0.001)
    polished = Improver(fleet, 10_000_000, seed=1).polished(first)
    assert sorted(part for parts in polished.values() for part in parts) == list(range(300))
    assert all(drive(fleet, entity, parts) for entity, parts in polished.items())
    assert way(fleet, polished) < 0.97 * way(fleet, first)


def test_a_stop_dearer_than_the_whole_plan_is_a_must_and_any_other_may_be_left_out() -> None:
    given = problem(LINE, [[1]], [[1], [1]], stops_penalty=[9, 90_000])
    assert [bool(client.required) for client in Improver(gather(given), 409, seed=1).data.clients()] == [False, True]
    assert [bool(client.required) for client in Improver(gather(given), 90_000, seed=1).data.clients()] == [False, False]


def test_overload_is_priced_by_what_it_saves_so_that_the_search_goes_through_it() -> None:
    """PyVRP's own first price of 50,000 a unit is far above what a leg of driving is worth, and comes down too slowly for thirty seconds."""
    (load,), late, _ = Improver(gather(crowded(60)), 100_000, seed=1).penalties
    assert 1 < load < 100
    assert late > 10_000
    (load,), _, _ = Improver(gather(crowded(60)), 10_000_000, seed=1).penalties
    assert load > 10_000


LINE: list[list[float]] = [[0, 100, 200], [100, 0, 100], [200, 100, 0]]


def test_a_stop_bigger_than_a_vehicle_is_split_into_loads() -> None:
    given = problem(LINE, [[4, 9]] * 3, [[10, 3], [0, 0]])
    plan = solve(given)
    check(given, plan)
    assert len(plan.unserved.stop) == 0
    assert sorted(int(route.load[0]) for route in plan.routes) == [3, 3, 4]


def test_a_convoy_drives_as_one_with_the_load_of_all_and_the_speed_of_the_slowest() -> None:
    given = problem(LINE, [[4], [4], [4]], [[8], [1]], vehicles_convoy=[7, 7, ALONE], vehicles_speed=[1.0, 0.5, 1.0], stops_convoy=[7, ALONE])
    plan = solve(given, seconds=0.1)
    check(given, plan)
    assert len(plan.unserved.stop) == 0
    convoy = next(route for route in plan.routes if len(route.vehicles) == 2)
    assert convoy.stop.tolist() == [0]
    assert convoy.arrival.tolist() == [200]


def test_says_why_a_stop_is_not_served() -> None:
    def why(given: RouteProblem) -> list[Why]:
        plan = solve(given)
        check(given, plan)
        return [Why(int(reason)) for reason in plan.unserved.why]

    assert why(problem(LINE, [[0]], [[1], [0]])) == [Why.NO_VEHICLE]
    assert why(problem(LINE, [[1]], [[1], [0]], stops_convoy=[7, ALONE])) == [Why.NO_VEHICLE]
    assert why(problem([[0, np.inf, 2], [1, 0, 1], [2, np.inf, 0]], [[1]], [[1], [0]])) == [Why.NO_ROAD]
    assert why(problem(LINE, [[1]], [[1], [0]], stops_latest=[99, DAY])) == [Why.TOO_LATE]
    assert why(problem(LINE, [[1]], [[1], [1]], stops_penalty=[9, 90_000])) == [Why.FLEET_BUSY]


def test_no_vehicles_and_no_stops_are_plans() -> None:
    given = problem(LINE, [[1]], [[1], [1]])
    nobody = replace(given, vehicles=replace(given.vehicles, **{name: getattr(given.vehicles, name)[:0] for name in Vehicles.__slots__}))
    assert [Why(int(why)) for why in solve(nobody).unserved.why] == [Why.NO_VEHICLE] * 2
    nothing = replace(given, stops=replace(given.stops, **{name: getattr(given.stops, name)[:0] for name in Stops.__slots__}))
    assert solve(nothing).routes == ()


def test_unusable_input_is_answered_with_field_and_reason() -> None:
    cases = [
        (problem([[0, np.nan], [1, 0]], [[1]], [[1]]), "seconds", "NOT_A_NUMBER"),
        (problem([[0, 1, 2], [1, 0, 1]], [[1]], [[1]]), "seconds", "NOT_SQUARE"),
        (problem(LINE, [[-1]], [[1]]), "vehicles.capacity", "NEGATIVE"),
        (problem(LINE, [[1]], [[1, 2]]), "stops.amount", "DIMENSIONS_DIFFER"),
        (problem(LINE, [[1]], [[1]], stops_place=[3]), "stops.place", "NO_SUCH_PLACE"),
        (problem(LINE, [[1]], [[1]], stops_service=[0.5]), "stops.service", "NOT_WHOLE"),
        (problem(LINE, [[1]], [[1]], stops_earliest=[9], stops_latest=[8]), "stops.latest", "BEFORE_ITS_BEGIN"),
        (problem(LINE, [[1]], [[1]], vehicles_speed=[0.0]), "vehicles.speed", "OUT_OF_RANGE"),
        (problem(LINE, [[1], [1]], [[1]], vehicles_convoy=[7, 7], vehicles_start=[0, 1]), "vehicles.start", "CONVOY_APART"),
        (problem(LINE, [[1]], [[900_000_000]]), "stops.amount", "TOO_MANY_LOADS"),
    ]
    for wrong, field, reason in cases:
        plan = solve(wrong)
        assert plan.refused
        assert (field, reason) in {(complaint.field, complaint.reason) for complaint in plan.complaints}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_single_wild_value_makes_the_solver_raise(data: st.DataObject) -> None:
    given = drawn(data.draw(st.integers(0, 1000)))
    group = data.draw(st.sampled_from(["vehicles", "stops"]))
    rows = getattr(given, group)
    name = data.draw(st.sampled_from(type(rows).__slots__))
    column = np.array(getattr(rows, name), dtype=np.float64)
    column.flat[data.draw(st.integers(0, column.size - 1))] = data.draw(st.floats(allow_nan=True, allow_infinity=True))
    plan = solve(replace(given, **{group: replace(rows, **{name: column})}))
    assert plan.refused or plan.cost >= 0
