"""Road times: the quick engine and scipy's Dijkstra agree to the millisecond, whatever is closed. Synthetic grids here; real cities in test_travel_corpus."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.solver.given import InputError
from services.dispatch.solver.travel import HierarchyEngine, PlainEngine, RoadNetwork, isochrones, open_engine
from services.dispatch.solver.travel.places import Places

LON, LAT, STEP = 106.38, 39.02, 0.005


def grid(side: int, seed: int, *, lost: float = 0.1) -> RoadNetwork:
    """Streets in a grid, a share of the arcs missing, so that some are one-way and some nodes perhaps cut off."""
    draw = np.random.default_rng(seed)
    cells = np.arange(side * side).reshape(side, side)
    tail = np.concatenate((cells[:, :-1].ravel(), cells[:, 1:].ravel(), cells[:-1].ravel(), cells[1:].ravel()))
    head = np.concatenate((cells[:, 1:].ravel(), cells[:, :-1].ravel(), cells[1:].ravel(), cells[:-1].ravel()))
    kept = draw.random(len(tail)) > lost
    tail, head = np.concatenate((tail[kept], [0, 0])), np.concatenate((head[kept], [0, min(1, side * side - 1)]))
    rows, columns = np.divmod(np.arange(side * side), side)
    return RoadNetwork.of(LON + columns * STEP, LAT + rows * STEP, tail, head, highway=draw.integers(0, 17, len(tail)))


def somewhere(draw: np.random.Generator, count: int, side: int) -> Places:
    """Places on and around the grid, some of them unknown or far away."""
    lon, lat = LON + draw.uniform(-1, side, count) * STEP, LAT + draw.uniform(-1, side, count) * STEP
    lon[draw.random(count) < 0.05] = np.nan
    lat[draw.random(count) < 0.05] += 1.0
    return Places.of(lon, lat)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_both_engines_agree_through_closures_and_slow_roads(side: int, seed: int) -> None:
    network, draw = grid(side, seed, lost=0.25), np.random.default_rng(seed)
    quick, plain = HierarchyEngine(network), PlainEngine(network)
    origins, targets = somewhere(draw, 20, side), somewhere(draw, 7, side)
    pinned = quick.pin(origins)
    for _ in range(4):
        arcs = draw.integers(0, network.arcs, draw.integers(1, 6))
        for engine in (quick, plain):
            engine.close(arcs[:3])
            engine.slow(arcs[3:], 2.5)
        np.testing.assert_allclose(quick.times(origins, targets), plain.times(origins, targets), rtol=1e-9)
        for goal in range(len(targets)):
            expected = plain.times(origins, targets)[:, goal]
            np.testing.assert_allclose(pinned.times_to(targets.lon[goal], targets.lat[goal]), expected, rtol=1e-9)
        start = (float(origins.lon[0]), float(origins.lat[0]))
        assert np.array_equal(quick.reach(*start, 600), plain.reach(*start, 600))
        goal_place = (float(targets.lon[0]), float(targets.lat[0]))
        assert quick.route(start, goal_place).seconds == plain.route(start, goal_place).seconds
        for engine in (quick, plain):
            engine.open(arcs[:2])


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_a_unit_that_moved_is_timed_from_where_it_is(side: int, seed: int) -> None:
    network, draw = grid(side, seed), np.random.default_rng(seed)
    engine = HierarchyEngine(network)
    origins, fresh = somewhere(draw, 12, side), somewhere(draw, 12, side)
    pinned = engine.pin(origins)
    pinned.times_to(LON, LAT)
    moved = np.unique(draw.integers(0, 12, 5))
    pinned.move(moved, fresh.lon[moved], fresh.lat[moved])
    lon, lat = origins.lon.copy(), origins.lat.copy()
    lon[moved], lat[moved] = fresh.lon[moved], fresh.lat[moved]
    np.testing.assert_allclose(pinned.times_to(LON, LAT), engine.pin(Places.of(lon, lat)).times_to(LON, LAT), rtol=1e-9)


@pytest.mark.parametrize("kind", [HierarchyEngine, PlainEngine])
def test_a_closed_bridge_cuts_off_and_opening_restores(kind: type[HierarchyEngine] | type[PlainEngine]) -> None:
    network = RoadNetwork.of([LON, LON + STEP, LON + 2 * STEP], [LAT] * 3, [0, 1, 1, 2], [1, 0, 2, 1])
    engine = kind(network)
    before = engine.node_times([0], [2])[0, 0]
    bridge = network.twins([2])
    assert bridge.tolist() == [2, 3]
    engine.close(bridge)
    assert engine.node_times([0], [2])[0, 0] == np.inf
    assert engine.route((LON, LAT), (LON + 2 * STEP, LAT)).seconds == np.inf
    assert engine.closed.tolist() == [2, 3]
    engine.open(bridge)
    assert engine.node_times([0], [2])[0, 0] == before


def test_a_way_is_a_line_along_its_streets() -> None:
    network = RoadNetwork.of(
        [LON, LON + STEP, LON + 2 * STEP], [LAT] * 3, [0, 1], [1, 2], name=[0, 0], names=["世纪大道"],
        shape_start=[0, 1, 1], shape_lon=[LON + STEP / 2], shape_lat=[LAT + STEP],
    )  # fmt: skip
    way = HierarchyEngine(network).route((LON, LAT), (LON + 2 * STEP, LAT))
    assert way.lon.tolist() == [LON, LON + STEP / 2, LON + STEP, LON + 2 * STEP]
    assert way.streets == ("世纪大道",)
    assert way.arcs.tolist() == [0, 1]


def test_what_lies_off_the_network_is_estimated_and_what_is_unknown_is_unreachable() -> None:
    engine = open_engine(grid(4, 1, lost=0.0))
    times = engine.times(Places.of([LON, np.nan, LON], [LAT, LAT, LAT + 2]), Places.of(LON, LAT))[:, 0]
    assert times[0] == 0
    assert times[1] == np.inf
    assert 3600 < times[2] < np.inf
    assert engine.route((LON, LAT + 2), (LON, LAT)).estimated


def test_no_network_at_all_still_answers() -> None:
    empty = RoadNetwork.of([], [], [], [])
    for engine in (HierarchyEngine(empty), PlainEngine(empty)):
        assert np.isfinite(engine.pin(Places.of([LON], [LAT])).times_to(LON + 0.1, LAT)).all()
        assert isochrones(engine, LON, LAT, [600])[0].polygons == ()


def test_a_change_that_makes_no_sense_is_given_back_and_the_rest_is_done() -> None:
    engine = PlainEngine(grid(3, 1))
    assert [(one.field, one.index) for one in engine.close([0, 99_999, np.nan, -1])] == [("arcs", 2), ("arcs", 3), ("arcs", 1)]
    assert engine.closed.tolist() == [0]
    assert engine.open([0]) == ()
    before = engine.arc_seconds()
    for factor in (float("nan"), 0.0, -1.0, np.inf):
        assert [one.field for one in engine.slow([0], factor)] == ["factor"]
    assert (engine.arc_seconds() == before).all()
    goers = engine.pin(Places.of([LON, LON], [LAT, LAT]))
    assert [one.field for one in goers.move([1, 7], [LON, LON], [LAT + 0.001, LAT])] == ["index"]
    assert goers.times_to(LON, LAT)[0] < goers.times_to(LON, LAT)[1]


def test_no_such_node_is_nowhere_and_no_such_limit_is_told() -> None:
    engine = PlainEngine(grid(3, 1))
    assert np.isinf(engine.node_times([-1, 0], [0, 99_999])).tolist() == [[True, True], [False, True]]
    areas = isochrones(engine, LON, LAT, [-1, 600, np.nan])
    assert [[one.index for one in area.troubles] for area in areas] == [[0], [], [2]]
    assert areas[1].nodes > 0


def test_places_of_unlike_length_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="lon, lat"):
        Places.of([1, 2], [1])
