"""Optimal whole-number shipments of each item on its own: successive shortest paths over all lots and needs, with the dual that proves it."""

from dataclasses import dataclass

import numba
import numpy as np

from services.dispatch.solver.supply.blocks import Blocks
from services.dispatch.solver.supply.problem import Floats, Whole

WAITING, CLOSED = 0, 1
"""States of a lot in the search: to be reached yet; reached, or empty from the start."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Pieces per pair (laid out like `Blocks.cost`), the cost at the prices asked for, and the proven bound of that cost."""

    pieces: Whole
    cost: float
    bound: float
    lot_price: Floats
    need_price: Floats


def cheapest(blocks: Blocks, extra: Floats | None = None) -> Flow:
    """The optimum when a piece of lot i costs `extra[i]` more than its arcs say; the handling limits are the caller's.

    The bound is the dual objective after both price vectors are made feasible again from scratch, so it holds whatever rounding happened before.
    """
    surcharge = np.zeros(len(blocks.store)) if extra is None else extra
    pieces = np.zeros(len(blocks.cost), dtype=np.int64)
    lot_price, need_price = np.zeros(len(blocks.store)), np.zeros(len(blocks.place))
    totals = _solve_all(
        blocks.lot_from,
        blocks.need_from,
        blocks.arc_from,
        blocks.cost,
        surcharge,
        blocks.supply,
        blocks.demand,
        blocks.penalty,
        pieces,
        lot_price,
        need_price,
    )
    return Flow(pieces, totals[0], totals[1], lot_price, need_price)


@numba.njit(cache=True, nogil=True)
def _solve_all(
    lot_from: Whole,
    need_from: Whole,
    arc_from: Whole,
    cost: Floats,
    surcharge: Floats,
    supply: Whole,
    demand: Whole,
    penalty: Floats,
    pieces: Whole,
    lot_price: Floats,
    need_price: Floats,
) -> tuple[float, float]:
    """Every item in turn; returns the cost and the dual bound over all items."""
    total, bound = 0.0, 0.0
    for k in range(len(lot_from) - 1):
        l0, l1, n0, n1 = lot_from[k], lot_from[k + 1], need_from[k], need_from[k + 1]
        shape = (n1 - n0, l1 - l0)
        block = cost[arc_from[k] : arc_from[k + 1]].reshape(shape)
        sent = pieces[arc_from[k] : arc_from[k + 1]].reshape(shape)
        u, v = lot_price[l0:l1], need_price[n0:n1]
        _solve_item(block, surcharge[l0:l1], supply[l0:l1], demand[n0:n1], penalty[n0:n1], sent, u, v)
        total += _value(block, surcharge[l0:l1], demand[n0:n1], penalty[n0:n1], sent)
        bound += _dual(block, surcharge[l0:l1], supply[l0:l1], demand[n0:n1], penalty[n0:n1], u, v)
    return total, bound


@numba.njit(cache=True, nogil=True)
def _value(cost: Floats, surcharge: Floats, demand: Whole, penalty: Floats, sent: Whole) -> float:
    total = 0.0
    for j in range(cost.shape[0]):
        left = demand[j]
        for i in range(cost.shape[1]):
            if sent[j, i] > 0:
                total += sent[j, i] * (cost[j, i] + surcharge[i])
                left -= sent[j, i]
        total += left * penalty[j]
    return total


@numba.njit(cache=True, nogil=True)
def _dual(cost: Floats, surcharge: Floats, supply: Whole, demand: Whole, penalty: Floats, u: Floats, v: Floats) -> float:
    """Make `v` the largest feasible for `u` >= 0 and return the dual objective; an empty lot may ask any price, so it binds nobody."""
    total = 0.0
    for i in range(cost.shape[1]):
        u[i] = max(u[i], 0.0)
        total -= u[i] * supply[i]
    for j in range(cost.shape[0]):
        best = penalty[j]
        for i in range(cost.shape[1]):
            if supply[i] > 0:
                best = min(best, cost[j, i] + surcharge[i] + u[i])
        v[j] = best
        total += best * demand[j]
    return total


@numba.njit(cache=True, nogil=True)
def _solve_item(cost: Floats, surcharge: Floats, supply: Whole, demand: Whole, penalty: Floats, sent: Whole, u: Floats, v: Floats) -> None:
    """One transportation problem: one shortest augmenting path after the other from each need, prices kept complementary throughout."""
    needs, lots = cost.shape
    free = supply.copy()
    fed = np.empty((lots, max(needs, 1)), dtype=np.int64)  # the needs each lot ships to
    count = np.zeros(lots, dtype=np.int64)
    dist = np.empty(lots)
    before = np.empty(lots, dtype=np.int64)  # need before a lot on the path
    through = np.empty(needs, dtype=np.int64)  # lot before a need on the path, -1 at the start
    reach = np.empty(needs)
    seen = np.full(needs, -1, dtype=np.int64)
    lot_state = np.zeros(lots, dtype=np.int64)
    queue = np.empty(lots, dtype=np.int64)
    stamp = 0
    for start in range(needs):
        best = penalty[start]
        for i in range(lots):
            if supply[i] > 0:
                best = min(best, cost[start, i] + surcharge[i] + u[i])
        v[start] = best
        left = demand[start]
        while left > 0:
            stamp += 1
            end_lot, end_need, length, scanned = _path(
                start, stamp, cost, surcharge, supply, penalty, u, v, free, fed, count, dist, before, through, reach, seen, lot_state, queue
            )
            _raise_prices(length, stamp, scanned, queue, dist, reach, seen, u, v)
            left -= _augment(start, left, end_lot, end_need, before, through, sent, free, fed, count)


@numba.njit(cache=True, nogil=True)
def _path(
    start: int,
    stamp: int,
    cost: Floats,
    surcharge: Floats,
    supply: Whole,
    penalty: Floats,
    u: Floats,
    v: Floats,
    free: Whole,
    fed: Whole,
    count: Whole,
    dist: Floats,
    before: Whole,
    through: Whole,
    reach: Floats,
    seen: Whole,
    lot_state: Whole,
    queue: Whole,
) -> tuple[int, int, float, int]:
    """Dijkstra on reduced costs from need `start` to a lot with pieces left (first result) or to a need that gives up its piece (second)."""
    dist[:] = np.inf
    for i in range(len(supply)):
        lot_state[i] = WAITING if supply[i] > 0 else CLOSED
    end_need, best = start, penalty[start] - v[start]
    scanned, found = 0, 1
    seen[start], reach[start], through[start] = stamp, 0.0, -1
    fresh = np.empty(cost.shape[0], dtype=np.int64)
    fresh[0] = start
    while True:
        for x in range(found):
            _look_around(fresh[x], reach[fresh[x]] - v[fresh[x]], cost, surcharge, u, lot_state, dist, before)
        near = _nearest(best, lot_state, dist, free)
        if near < 0:
            return -1, end_need, best, scanned
        if free[near] > 0:
            return near, -1, dist[near], scanned
        lot_state[near] = CLOSED
        queue[scanned] = near
        scanned += 1
        found = 0
        for x in range(count[near]):
            j = fed[near, x]
            if seen[j] != stamp:
                seen[j], reach[j], through[j] = stamp, max(dist[near], 0.0), near
                fresh[found] = j
                found += 1
                if reach[j] + penalty[j] - v[j] < best:
                    best, end_need = reach[j] + penalty[j] - v[j], j


@numba.njit(cache=True, nogil=True)
def _look_around(need: int, base: float, cost: Floats, surcharge: Floats, u: Floats, lot_state: Whole, dist: Floats, before: Whole) -> None:
    """Shorten the way to every lot not yet scanned through this need."""
    for i in range(len(dist)):
        if lot_state[i] == WAITING:
            d = base + cost[need, i] + surcharge[i] + u[i]
            if d < dist[i]:
                dist[i] = d
                before[i] = need


@numba.njit(cache=True, nogil=True)
def _nearest(limit: float, lot_state: Whole, dist: Floats, free: Whole) -> int:
    """The waiting lot nearest by, below `limit`; among equals one with pieces left. -1 when there is none."""
    near, nearest = -1, limit
    for i in range(len(dist)):
        if lot_state[i] == WAITING and (dist[i] < nearest or (near >= 0 and dist[i] == nearest and free[i] > 0 and free[near] == 0)):
            near, nearest = i, dist[i]
    return near


@numba.njit(cache=True, nogil=True)
def _raise_prices(length: float, stamp: int, scanned: int, queue: Whole, dist: Floats, reach: Floats, seen: Whole, u: Floats, v: Floats) -> None:
    for x in range(scanned):
        u[queue[x]] += max(length - dist[queue[x]], 0.0)
    for j in range(len(v)):
        if seen[j] == stamp:
            v[j] += max(length - reach[j], 0.0)


@numba.njit(cache=True, nogil=True)
def _augment(start: int, left: int, end_lot: int, end_need: int, before: Whole, through: Whole, sent: Whole, free: Whole, fed: Whole, count: Whole) -> int:
    """Move as many pieces along the path as its narrowest pair carries; returns how many."""
    last = before[end_lot] if end_lot >= 0 else end_need
    amount = min(left, free[end_lot]) if end_lot >= 0 else left
    j = last
    while j != start:
        amount = min(amount, sent[j, through[j]])
        j = before[through[j]]
    if end_lot >= 0:
        free[end_lot] -= amount
        _send(last, end_lot, amount, sent, fed, count)
    j = last
    while j != start:
        i = through[j]
        sent[j, i] -= amount
        if sent[j, i] == 0:
            _forget(j, i, fed, count)
        j = before[i]
        _send(j, i, amount, sent, fed, count)
    return amount


@numba.njit(cache=True, nogil=True)
def _send(need: int, lot: int, amount: int, sent: Whole, fed: Whole, count: Whole) -> None:
    """More pieces on the pair; a pair that carried none enters the lot's list."""
    if sent[need, lot] == 0:
        fed[lot, count[lot]] = need
        count[lot] += 1
    sent[need, lot] += amount


@numba.njit(cache=True, nogil=True)
def _forget(need: int, lot: int, fed: Whole, count: Whole) -> None:
    """The pair carries nothing any more: off the lot's list."""
    for x in range(count[lot]):
        if fed[lot, x] == need:
            count[lot] -= 1
            fed[lot, x] = fed[lot, count[lot]]
            return
