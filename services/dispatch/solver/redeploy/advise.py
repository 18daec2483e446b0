"""From idle units and posts to advice: which unit should move where, what it gains, how long it drives.

A few moves, one after another, each the best of all there are by expected price less the cost of driving (few relocations are already near the best
layout: van Barneveld et al. 2016); then the units that move are assigned to the posts so gained anew and exactly, so that no drive is longer than it must be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from services.dispatch.solver.given import InputError, Trouble, integer, numbers, real, whole
from services.dispatch.solver.redeploy import assign
from services.dispatch.solver.redeploy.layout import Floats, Longs, best_move, best_post, counted, expected_price

NOWHERE: Final = -1
"""The post of a unit that has just become free and was sent nowhere yet."""

BUSY: Final = 0.2
"""Default probability that a unit is busy when it is wanted. Idle units are known to be idle, so it is the chance that one is sent elsewhere in the next
minutes, not the share of its day it works: on a replay of ambulances that work 40 % of the day, 0.2 gave a quarter to a third fewer late calls than 0.45."""

FAR_S: Final = 1e7
"""Seconds in place of no way at all, so that sums stay finite; a time that is longer and not infinite is none."""

LEAST_STANDARD_S, MOST_STANDARD_S = 0.001, 1e6
"""Limits of a standard."""

LEAST_SPREAD: Final = 1e-6
"""A spread up to this is none."""

MOST_MOVES: Final = 10_000
"""Most moves advised at a time."""

LARGE: Final = 1e9
"""Numbers beyond this are no weights, shares or costs."""


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """Places where units may wait, sorted for each place of demand: `order[d]` from near to far, `price[d, k]` of an answer from the k-th of them.

    `room[p]`: most units at a post. `standard_s`: a later arrival is late. `time_share`: price of an arrival at the standard beside the price 1 of being late.
    """

    order: Longs
    price: Floats
    weight: Floats
    room: Longs
    none: float
    troubles: tuple[Trouble, ...] = ()
    """what of the given makes no sense; nothing is advised with it"""

    @classmethod
    def of(
        cls, seconds: NDArray[np.float64], weight: NDArray[np.float64], standard_s: float, *, time_share: float = 0.2, spread: float = 0.0, room: object = None
    ) -> "Posts":
        """Check and sort. Values that make no sense are its `troubles`; InputError when something is no array of numbers.

        `spread` is how uncertain the times are: the standard deviation of the logarithm of true by known time. With 0 an answer is late or it is not; else
        it is late with the probability that this gives, so that a unit is not taken from where it just may be in time.
        """
        times, demand = numbers("seconds", seconds, 2), numbers("weight", weight, 1)
        places, troubles = (np.full(times.shape[1], np.iinfo(np.int64).max), ()) if room is None else whole("room", room, np.int64, 1, 0)
        troubles = (*_wrong(times, demand, places), *_wrong_figures(standard_s, time_share, spread), *troubles)
        if troubles:
            nothing = np.zeros((0, 0))
            return cls(nothing.astype(np.int64), nothing, np.zeros(0), np.zeros(0, np.int64), 1.0, troubles)
        order = np.argsort(times, axis=1, kind="stable").astype(np.int64)
        near = np.minimum(np.take_along_axis(times, order, axis=1), 4 * standard_s)
        late = ndtr(np.log(np.maximum(near, 1e-9) / standard_s) / spread) if spread > LEAST_SPREAD else (near > standard_s).astype(np.float64)
        price = late + time_share * near / standard_s
        return cls(order, np.ascontiguousarray(price), demand / demand.sum(), places, 1 + 4 * time_share)

    def __len__(self) -> int:
        return int(self.order.shape[1])


@dataclass(frozen=True, slots=True)
class Manner:
    """How to advise. `cost_per_s`: what a second of driving costs beside the expected price (a share of late calls); `least`: no move for less than this.

    `most`: moves at a time. `shift`: units in between may move up instead, so that no drive is longer than it must be; there can be more moves then.
    `soonest`: of these the longest drive counts first, else the sum of driving.
    """

    most: int = 1
    cost_per_s: float = 1e-5
    least: float = 0.001
    soonest: bool = True
    busy: float = BUSY
    shift: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """One unit's move. `gain`: how much the expected price rises when this move alone is left out; `start` NOWHERE: it had no post."""

    unit: int
    start: int
    post: int
    drive_s: float
    gain: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Expected price of the next call (1 for a late one, plus the share by time), and how many units each post has."""

    price: float
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Moves in order of gain, and the layouts before and after. Units that cannot reach any post with room stay where they are (`stranded`).

    With `troubles` the question makes no sense: nothing was computed and nobody is moved.
    """

    moves: tuple[Move, ...]
    before: Layout
    after: Layout
    stranded: tuple[int, ...]
    troubles: tuple[Trouble, ...] = ()


@numba.njit(cache=True, nogil=True)
def advised(
    at: Longs, drive: Floats, room: Longs, order: Longs, price: Floats, weight: Floats, none: float,
    busy: float, most: int, cost_per_s: float, least: float, soonest: bool, shift: bool = True,
) -> Longs:  # fmt: skip
    """Post of each unit after the advice. Who has no post is given one first, whatever it gains, and does not count as a move; NOWHERE if it reaches none."""
    target = at.copy()
    for unit in range(len(at)):
        if at[unit] < 0:
            target[unit] = best_post(unit, target, drive, room, order, price, weight, none, busy, cost_per_s)
    for _ in range(most):
        unit, post, _ = best_move(target, drive, room, order, price, weight, none, busy, cost_per_s, least)
        if unit < 0:
            break
        target[unit] = post
    changed = False
    for unit in range(len(at)):
        changed |= target[unit] != at[unit]
    return _reassigned(target, drive, soonest) if changed and shift else target


@numba.njit(cache=True, nogil=True)
def _reassigned(target: Longs, drive: Floats, soonest: bool) -> Longs:
    """The same posts, each to the unit that makes the drives shortest."""
    units = np.flatnonzero(target >= 0)
    cost = np.empty((len(units), len(units)))
    for row in range(len(units)):
        for column in range(len(units)):
            cost[row, column] = min(drive[units[row], target[units[column]]], FAR_S)
    column_of = assign.least_longest(cost) if soonest else assign.least_total(cost)
    out = target.copy()
    for row in range(len(units)):
        out[units[row]] = target[units[column_of[row]]]
    return out


def advise(posts: Posts, at: NDArray[np.int64], drive_s: NDArray[np.float64], manner: Manner | None = None) -> Advice:
    """Which idle units should move where, now.

    `at[u]`: the post where idle unit u is or is going to, NOWHERE for one that has just become free. `drive_s[u, p]`: its seconds to each post, driving
    without lights; +inf where there is no way. Without units or without a worthwhile move the advice is empty; a question that makes no sense is answered by
    its `troubles`.
    """
    given = manner or Manner()
    try:
        where, unusable = whole("at", at, np.int64, 1)
        drive = numbers("drive_s", drive_s, 2)
    except InputError as error:
        return _refused((Trouble(str(error).partition(":")[0], -1, str(error)),))
    troubles = (*posts.troubles, *unusable, *_wrong_manner(given), *_wrong_units(where, drive, len(posts)))
    if troubles:
        return _refused(troubles)
    target = advised(where, drive, posts.room, posts.order, posts.price, posts.weight, posts.none, *_knobs(given))
    before, after = _layout(posts, where, given), _layout(posts, target, given)
    moves = [_move(posts, where, target, drive, unit, after, given) for unit in np.flatnonzero(target != where).tolist()]
    stranded = tuple(np.flatnonzero(target == NOWHERE).tolist())
    return Advice(tuple(sorted(moves, key=lambda one: -one.gain)), before, after, stranded)


def expected(posts: Posts, units: Sequence[int], busy: float = BUSY) -> float:
    """Expected price of the next call with so many idle units at each post."""
    return float(expected_price(np.array(units, np.int64), posts.order, posts.price, posts.weight, posts.none, busy))


def _refused(troubles: tuple[Trouble, ...]) -> Advice:
    return Advice((), Layout(0.0, ()), Layout(0.0, ()), (), troubles)


def _wrong(times: Floats, demand: Floats, room: Longs) -> Iterator[Trouble]:
    if times.shape[0] != len(demand) or not times.shape[1]:
        yield Trouble("seconds", -1, f"shape {times.shape} for {len(demand)} places")
    if not ((times >= 0) & ((times <= FAR_S) | np.isinf(times))).all():
        yield Trouble("seconds", -1, f"must be from 0 to {FAR_S:g}, or infinite")
    if not (((demand >= 0) & (demand <= LARGE)).all() and demand.sum() > 0):
        yield Trouble("weight", -1, f"must be from 0 to {LARGE:g}, not all 0")
    if room.shape != (times.shape[1],):
        yield Trouble("room", -1, f"shape {room.shape} for {times.shape[1]} posts")


def _wrong_figures(standard_s: float, time_share: float, spread: float) -> Iterator[Trouble]:
    if not LEAST_STANDARD_S <= real(standard_s) <= MOST_STANDARD_S:
        yield Trouble("standard_s", -1, f"must be from {LEAST_STANDARD_S:g} to {MOST_STANDARD_S:g}, is {standard_s}")
    for field, value in (("time_share", time_share), ("spread", spread)):
        if not 0 <= real(value) <= LARGE:
            yield Trouble(field, -1, f"must be from 0 to {LARGE:g}, is {value}")


def _wrong_manner(given: Manner) -> Iterator[Trouble]:
    for field, value in (("cost_per_s", given.cost_per_s), ("least", given.least)):
        if not 0 <= real(value) <= LARGE:
            yield Trouble(field, -1, f"must be from 0 to {LARGE:g}, is {value}")
    if not integer(given.most, 0, MOST_MOVES):
        yield Trouble("most", -1, f"must be a whole number from 0 to {MOST_MOVES}, is {given.most}")
    if not 0 < real(given.busy) < 1:
        yield Trouble("busy", -1, f"must be above 0 and below 1, is {given.busy}")


def _wrong_units(where: Longs, drive: Floats, posts: int) -> Iterator[Trouble]:
    if len(where) and (where.min() < NOWHERE or where.max() >= posts):
        yield Trouble("at", -1, f"posts 0 to {posts - 1}, or {NOWHERE}")
    if drive.shape != (len(where), posts):
        yield Trouble("drive_s", -1, f"shape {drive.shape} for {len(where)} units and {posts} posts")
    elif not ((drive >= 0) & ((drive <= FAR_S) | np.isinf(drive))).all():
        yield Trouble("drive_s", -1, f"must be from 0 to {FAR_S:g}, or infinite")


def _knobs(given: Manner) -> tuple[float, int, float, float, bool, bool]:
    return float(given.busy), int(given.most), float(given.cost_per_s), float(given.least), bool(given.soonest), bool(given.shift)


def _layout(posts: Posts, at: Longs, given: Manner) -> Layout:
    count = counted(at, len(posts))
    return Layout(float(expected_price(count, posts.order, posts.price, posts.weight, posts.none, given.busy)), tuple(count.tolist()))


def _move(posts: Posts, at: Longs, target: Longs, drive: Floats, unit: int, after: Layout, given: Manner) -> Move:
    without = target.copy()
    without[unit] = at[unit]
    gain = _layout(posts, without, given).price - after.price
    return Move(unit, int(at[unit]), int(target[unit]), float(drive[unit, target[unit]]), gain)
