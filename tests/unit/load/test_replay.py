"""The replay decides as the product does, and its optimum is one: on a small made-up town of a straight road."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.solver.recommend import Need, Rules, Units, recommend
from services.dispatch.solver.redeploy import Posts, departure_losses, own_zone_coverage
from tests.load.replay.__main__ import missing
from tests.load.replay.offline import SLACK, optimum
from tests.load.replay.policies import AIR, BUSY, LOSS_S, MOVED, OURS, ROAD, policies
from tests.load.replay.simulate import Fleet, at_home, cell_seconds, costs, idle_units, replay
from tests.load.replay.world import Calls, World

NODES = 40
seeds = st.integers(0, 2**32 - 1)


def town(units: int = 4) -> World:
    """Forty junctions in a row, 30 s apart with lights and 45 s without; three posts, a hospital at the end."""
    node = np.arange(NODES)
    apart = np.abs(node[:, None] - node[None])
    posts = np.array([2, 18, 35])
    drive = np.stack((apart * 300, apart * 450)).astype(np.uint16)
    back = (apart[posts] * 45).astype(np.float32)
    cells, weight = node[::2].copy(), np.full(20, 0.05)
    layout = Posts.of(drive[0][np.ix_(cells, posts)] / 10.0, weight, 430.0)
    return World(
        np.column_stack((node * 400.0, node * 0.0, node * 0.0)), drive, node.copy(), posts, back, (node + np.sign(posts[:, None] - node)).astype(np.int32),
        np.arange(units) % 3, np.full(NODES, NODES - 1), apart[NODES - 1] * 45.0, cells, weight, np.array([0, 0, 1]), np.array([430.0, 430.0, 1150.0]), 50.0,
        layout.order, layout.price, layout.weight, layout.room, layout.none,
    )  # fmt: skip


def some_calls(size: int, draw: np.random.Generator, every_s: float = 300.0) -> Calls:
    """Calls at random."""
    return Calls(
        np.cumsum(draw.exponential(every_s, size)), draw.integers(0, NODES, size), draw.integers(0, 3, size), np.ones(size, dtype=np.int64),
        draw.exponential(600, size), draw.random(size) < 0.5, draw.exponential(600, size), np.ones(size),
    )  # fmt: skip


@given(seeds, st.integers(0, 2), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_ours_sends_whom_the_product_recommends(seed: int, priority: int, need: int) -> None:
    world, draw = town(6), np.random.default_rng(seed)
    replay(fleet := at_home(world, 0.0), world, some_calls(8, draw), policies()[MOVED])
    now = float(draw.uniform(2000, 4000))
    units = idle_units(fleet, world, now)
    site = int(draw.integers(0, NODES))
    own = costs(units, fleet, site, priority, world, policies()[OURS])
    if not len(units):
        return
    losses = departure_losses(cell_seconds(units, fleet, world), world.cell_weight, 430.0, BUSY)
    seconds = world.drive_ds[world.priority_mode[priority], site, fleet.node[units]] / 10.0
    rules = Rules(coverage=own_zone_coverage(losses, LOSS_S[priority], BUSY))
    answer = recommend(Units.of(np.ones((len(units), 1)), zone=np.arange(len(units))), seconds, [Need(0, need)], rules)
    assert answer.proven
    assert answer.objective == pytest.approx(np.sort(own)[:need].sum())
    assert len(answer.chosen) == min(need, len(units))


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_every_call_is_served_once_and_none_before_it_can_be(seed: int) -> None:
    world, draw = town(2), np.random.default_rng(seed)
    calls = some_calls(30, draw)
    for policy in policies().values():
        outcome = replay(at_home(world, 0.0), world, calls, policy)
        assert np.isfinite(outcome.first_s).all()
        assert (outcome.first_s >= world.delay_s).all()
        assert (outcome.kept >= 0).all()
        assert (outcome.kept <= 1 + 1e-9).all()


def test_on_a_straight_road_nearest_by_air_is_nearest_by_road() -> None:
    calls = some_calls(60, np.random.default_rng(5))
    calls.priority[:] = 0
    by_air, by_road = (replay(at_home(town(), 0.0), town(), calls, policies()[name]).first_s for name in (AIR, ROAD))
    assert np.array_equal(by_air, by_road)


def _worth(outcome_s: np.ndarray[tuple[int], np.dtype[np.float64]], calls: Calls) -> float:
    urgent = calls.priority == 0
    return float(outcome_s[urgent].sum() + 10_000 * (outcome_s[urgent] > 480).sum() + 0.1 * outcome_s[~urgent].sum())


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_the_optimum_is_no_worse_than_any_assignment_and_any_policy(seed: int) -> None:
    world, draw = town(2), np.random.default_rng(seed)
    calls = some_calls(5, draw)
    found = optimum(at_home(world, 0.0), calls, 480.0, False, world)
    assert found.proven
    best = min(_assigned(units, world, calls) for units in product(range(2), repeat=5))
    assert best - 1e-6 <= _worth(found.first_s, calls) <= best + SLACK
    freer = optimum(at_home(world, 0.0), calls, 480.0, True, world)
    assert _worth(freer.first_s, calls) <= best + SLACK
    for name in (AIR, ROAD, OURS):
        policy = policies(queue_by_priority=False)[name]
        assert best <= _worth(replay(at_home(world, 0.0), world, calls, policy).first_s, calls) + 1e-6


def _assigned(units: tuple[int, ...], world: World, calls: Calls) -> float:
    """Worth of one assignment, by the plainest simulation."""
    fleet: Fleet = at_home(world, 0.0)
    node, free = fleet.node.tolist(), [0.0, 0.0]
    first = np.empty(len(units))
    for call, unit in enumerate(units):
        start = max(calls.time[call] + 50.0, free[unit])
        home = int(world.post_node[world.home[unit]])
        steps = min(int((start - free[unit]) / 45.0 + 1e-9), abs(home - node[unit]))
        place = node[unit] + steps * int(np.sign(home - node[unit]))
        site = int(calls.site[call])
        first[call] = start - calls.time[call] + abs(place - site) * (30.0 if calls.priority[call] < 2 else 45.0)
        free[unit], node[unit] = calls.time[call] + first[call] + calls.scene_s[call], site
        if calls.taken[call]:
            free[unit], node[unit] = free[unit] + world.hospital_s[site] + calls.handover_s[call], NODES - 1
    return _worth(first, calls)


def test_without_the_data_it_says_what_is_missing(tmp_path: object) -> None:
    assert "FENGHUO_CORPUS is not set" in missing(None)
    assert "roads/auckland/roads.zip" in missing(str(tmp_path))
