"""Move-up advice against brute force: the price of a layout, the best single move, exact assignment, and overlapping cover in `recommend`."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from services.dispatch.solver.recommend import Need, Rules, Units, recommend
from services.dispatch.solver.redeploy import Manner, Posts, advise, coverage_of, departure_losses, own_zone_coverage
from services.dispatch.solver.redeploy.advise import NOWHERE
from services.dispatch.solver.redeploy.assign import least_longest, least_total
from services.dispatch.solver.redeploy.layout import expected_price, gains_of_one_more

seeds = st.integers(0, 2**32 - 1)


def case(seed: int, places: int = 6, count: int = 4) -> tuple[Posts, np.random.Generator]:
    """Posts and places at random."""
    draw = np.random.default_rng(seed)
    return Posts.of(draw.uniform(0, 900, (places, count)), draw.random(places) + 0.01, 430.0, time_share=float(draw.choice([0, 0.2, 1]))), draw


def plain_price(posts: Posts, at: list[int], busy: float) -> float:
    """F by its definition: units one by one from near to far."""
    total = 0.0
    for place in range(len(posts.weight)):
        rank = {int(post): k for k, post in enumerate(posts.order[place])}
        answers = sorted(posts.price[place, rank[post]] for post in at)
        total += posts.weight[place] * (sum((1 - busy) * busy**k * one for k, one in enumerate(answers)) + busy ** len(at) * posts.none)
    return total


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_price_and_gains_are_those_of_the_definition(seed: int) -> None:
    posts, draw = case(seed)
    at = draw.integers(0, len(posts), draw.integers(0, 6)).tolist()
    busy = float(draw.uniform(0.1, 0.9))
    count = np.bincount(np.array(at, dtype=np.int64), minlength=len(posts)).astype(np.int64)
    now = plain_price(posts, at, busy)
    rest = posts.order, posts.price, posts.weight, posts.none, busy
    assert expected_price(count, *rest) == pytest.approx(now)
    without = at[0] if at else -1
    base, gain = gains_of_one_more(count, *rest, without)
    less = at[1:] if at else []
    assert base == pytest.approx(plain_price(posts, less, busy))
    for post in range(len(posts)):
        assert base - gain[post] == pytest.approx(plain_price(posts, [*less, post], busy))


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_assignment_is_the_best_there_is(seed: int) -> None:
    draw = np.random.default_rng(seed)
    size = int(draw.integers(1, 6))
    cost = draw.integers(0, 30, (size, size)).astype(np.float64)
    rows = np.arange(size)
    assert cost[rows, least_total(cost)].sum() == cost[linear_sum_assignment(cost)].sum()
    best = min((max(cost[rows, list(one)]), cost[rows, list(one)].sum()) for one in permutations(range(size)))
    chosen = cost[rows, least_longest(cost)]
    assert (chosen.max(), chosen.sum()) == best


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_one_move_is_the_best_single_move(seed: int) -> None:
    posts, draw = case(seed)
    at = draw.integers(0, len(posts), draw.integers(1, 6))
    drive = draw.uniform(60, 900, (len(at), len(posts)))
    drive[np.arange(len(at)), at] = 0.0
    given_ = Manner(most=1, cost_per_s=0.0, least=0.0, busy=0.4)
    advice = advise(posts, at, drive, given_)
    best = plain_price(posts, at.tolist(), 0.4)
    for unit in range(len(at)):
        for post in range(len(posts)):
            moved = at.tolist()
            moved[unit] = post
            best = min(best, plain_price(posts, moved, 0.4))
    assert advice.after.price == pytest.approx(best, abs=1e-9)
    assert advice.before.price == pytest.approx(plain_price(posts, at.tolist(), 0.4))


def test_a_freed_unit_is_sent_where_it_gains_most_and_a_stranded_one_is_named() -> None:
    posts = Posts.of(np.array([[60.0, 700.0], [700.0, 60.0]]), np.array([1.0, 1.0]), 430.0)
    advice = advise(posts, np.array([0, NOWHERE, NOWHERE]), np.array([[0.0, 600.0], [10.0, 300.0], [np.inf, np.inf]]), Manner(cost_per_s=0.0))
    assert [(move.unit, move.start, move.post, move.drive_s) for move in advice.moves] == [(1, NOWHERE, 1, 300.0)]
    assert advice.moves[0].gain > 0
    assert advice.stranded == (2,)


def test_nobody_moves_for_a_gain_below_the_cost_of_driving() -> None:
    posts = Posts.of(np.array([[60.0, 700.0], [700.0, 60.0]]), np.array([1.0, 1.0]), 430.0)
    both_at_first = np.array([0, 0]), np.array([[0.0, 600.0], [0.0, 600.0]])
    assert advise(posts, *both_at_first, Manner(cost_per_s=0.0)).moves
    assert not advise(posts, *both_at_first, Manner(cost_per_s=1.0)).moves
    assert not advise(posts, *both_at_first, Manner(most=0)).moves


def test_a_post_without_room_takes_nobody() -> None:
    posts = Posts.of(np.array([[60.0, 700.0], [700.0, 60.0]]), np.array([1.0, 1.0]), 430.0, room=[2, 0])
    assert not advise(posts, np.array([0, 0]), np.array([[0.0, 600.0], [0.0, 600.0]]), Manner(cost_per_s=0.0)).moves


def test_uncertain_times_are_late_with_a_probability() -> None:
    seconds, weight = np.array([[200.0, 430.0, 900.0]]), np.array([1.0])
    sure, unsure = (Posts.of(seconds, weight, 430.0, time_share=0.0, spread=spread).price[0] for spread in (0.0, 0.3))
    assert sure.tolist() == [0.0, 0.0, 1.0]
    assert unsure[1] == pytest.approx(0.5)
    assert 0 < unsure[0] < 0.01
    assert 0.99 < unsure[2] < 1


def test_no_units_no_moves() -> None:
    posts, _ = case(1)
    advice = advise(posts, np.zeros(0, dtype=np.int64), np.zeros((0, len(posts))))
    assert not advice.moves
    assert advice.before.price == pytest.approx(posts.none)


@pytest.mark.parametrize(
    ("seconds", "weight", "standard", "named"),
    [
        ([[1.0]], [1.0, 2.0], 430.0, "seconds"),
        ([[np.nan]], [1.0], 430.0, "seconds"),
        ([[-1.0]], [1.0], 430.0, "seconds"),
        ([[1.0]], [0.0], 430.0, "weight"),
        ([[1.0]], [np.inf], 430.0, "weight"),
        ([[1.0]], [1.0], 0.0, "standard_s"),
    ],
)
def test_what_makes_no_sense_is_named(seconds: list[list[float]], weight: list[float], standard: float, named: str) -> None:
    posts = Posts.of(np.array(seconds), np.array(weight), standard)
    assert {one.field for one in posts.troubles} == {named}
    assert named in {one.field for one in advise(posts, np.array([0]), np.array([[1.0]])).troubles}


def test_units_and_manner_are_checked() -> None:
    posts, _ = case(2)

    def named(at: list[int], drive: NDArray[np.float64], manner: Manner | None = None) -> set[str]:
        answer = advise(posts, np.array(at, dtype=np.int64), drive, manner)
        assert answer.moves == ()
        return {one.field for one in answer.troubles}

    good = np.zeros((1, len(posts)))
    assert named([len(posts)], good) == {"at"}
    assert named([0], np.zeros((1, 1))) == {"drive_s"}
    assert named([0], good, Manner(busy=1.0)) == {"busy"}
    assert named([0], good, Manner(cost_per_s=np.nan)) == {"cost_per_s"}


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_a_departure_costs_the_difference_of_coverage_and_the_choice_weighs_it(seed: int) -> None:
    draw = np.random.default_rng(seed)
    seconds, weight = draw.uniform(0, 900, (8, 5)), draw.random(8)
    losses = departure_losses(seconds, weight, 430.0, 0.4)
    whole = coverage_of(seconds, weight, 430.0, 0.4)
    for unit in range(5):
        rest: NDArray[np.float64] = np.ascontiguousarray(np.delete(seconds, unit, axis=1))
        assert losses[unit] == pytest.approx(whole - coverage_of(rest, weight, 430.0, 0.4))
    arrival, times = draw.uniform(60, 900, 5), float(draw.uniform(0, 800))
    rules = Rules(coverage=own_zone_coverage(losses, times, 0.4))
    answer = recommend(Units.of(np.ones((5, 1)), zone=np.arange(5)), arrival, [Need(0, 2)], rules)
    cost = np.sort(arrival + times * losses)
    assert answer.proven
    assert answer.objective == pytest.approx(cost[:2].sum())
