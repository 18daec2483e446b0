"""What could have been done had all calls of a small window been known: the best assignment of units to calls, by exact search.

Each call, in order of time, is given to one unit, idle or still busy; a unit serves its calls in that order. Between calls a unit returns to its home post
or, with `anywhere`, to whichever post is best for its next call (and idle units wait there from the start): so to say move-up with knowledge.

Depth first, the cheapest unit first. Bound for the calls left: each by whoever could be there soonest, a unit if this is its next call, or any unit from
somewhere on its way back from another of the calls left, which no one answers sooner than its own bound. No bound counts a conflict, so all hold.
"""

from typing import NamedTuple

import numba
import numpy as np

from tests.load.replay.simulate import Fleet
from tests.load.replay.world import Calls, Floats, Longs, World, advanced

LATE = 10_000.0
"""Seconds that one late call of priority 1 costs in the search: late calls first, then seconds."""

OTHERS = 0.1
"""Weight of a second of calls of lower priority."""

SLACK = 60.0
"""Weighted seconds of a whole window: an answer better by less than this is not looked for, so what is proven is proven to within it."""

STEPS = 60_000
"""Assignments tried after which the best so far is given as not proven."""


class Found(NamedTuple):
    """Seconds from call to arrival, the units, and whether no assignment is better."""

    first_s: Floats
    unit: Longs
    proven: bool


@numba.njit(cache=True, nogil=True)
def _worth(seconds: float, priority: int, limit_s: float) -> float:
    if priority > 0:
        return OTHERS * seconds
    return seconds + (LATE if seconds > limit_s else 0.0)


@numba.njit(cache=True, nogil=True)
def _drive(node: int, since: float, home: int, now: float, site: int, mode: int, anywhere: bool, world: World) -> float:
    """Seconds to the site of a unit that left `node` at `since` for its home post, or for the best post."""
    if not anywhere:
        there, _ = advanced(node, since, home, now, world)
        return float(world.drive_ds[mode, site, there] / 10.0)
    best = world.drive_ds[mode, site, node] / 10.0 if now <= since else np.inf
    for post in range(len(world.post_node) if now > since else 0):
        there = world.post_node[post]
        if since + world.post_s[post, node] > now:
            there, _ = advanced(node, since, post, now, world)
        best = min(best, world.drive_ds[mode, site, there] / 10.0)
    return best


@numba.njit(cache=True, nogil=True)
def _after(calls: Calls, call: int, world: World) -> tuple[float, int]:
    """Seconds from arrival until the unit is free, and where."""
    site = calls.site[call]
    if calls.taken[call]:
        return calls.scene_s[call] + world.hospital_s[site] + calls.handover_s[call], world.hospital[site]
    return calls.scene_s[call], world.site_node[site]


@numba.njit(cache=True, nogil=True)
def _nearest_on_the_way(end: int, site: int, mode: int, world: World) -> float:
    """Least seconds to the site from anywhere on the ways from a node to the posts."""
    nearest = np.inf
    for post in range(len(world.post_node)):
        node = end
        while True:
            nearest = min(nearest, world.drive_ds[mode, site, node] / 10.0)
            if node == world.post_node[post] or world.post_next[post, node] == node:
                break
            node = world.post_next[post, node]
    return float(nearest)


@numba.njit(cache=True, nogil=True)
def _again(fresh: Floats, calls: Calls, world: World) -> Floats:
    """[i, j]: no unit that served call i answers call j in less. It is free no sooner than after the soonest answer to call i itself."""
    size = len(calls.time)
    out = np.full((size, size), np.inf)
    for i in range(size):
        work, end = _after(calls, i, world)
        free = calls.time[i] + min(fresh[i].min(), out[:, i].min()) + work
        for j in range(i + 1, size):
            way = _nearest_on_the_way(end, calls.site[j], world.priority_mode[calls.priority[j]], world)
            out[i, j] = max(free, calls.time[j] + world.delay_s) - calls.time[j] + way
    return out


@numba.njit(cache=True, nogil=True)
def _answers(call: int, node: Floats, free: Floats, home: Longs, calls: Calls, anywhere: bool, world: World) -> Floats:
    """Seconds from the call to each unit's arrival."""
    mode, site = world.priority_mode[calls.priority[call]], calls.site[call]
    out = np.empty(len(node))
    for unit in range(len(node)):
        start = max(calls.time[call] + world.delay_s, free[unit])
        out[unit] = start - calls.time[call] + _drive(int(node[unit]), free[unit], home[unit], start, site, mode, anywhere, world)
    return out


@numba.njit(cache=True, nogil=True)
def _next_answers(unit: int, call: int, node: float, free: float, home: int, calls: Calls, anywhere: bool, world: World, out: Floats) -> None:
    """Put in the unit's answers to the calls from `call` on."""
    for later in range(call, len(calls.time)):
        start = max(calls.time[later] + world.delay_s, free)
        mode = world.priority_mode[calls.priority[later]]
        out[later, unit] = start - calls.time[later] + _drive(int(node), free, home, start, calls.site[later], mode, anywhere, world)


@numba.njit(cache=True, nogil=True)
def _bound(call: int, units: Floats, again: Floats, calls: Calls, limit_s: float) -> float:
    """Of the calls from `call` on. `units[j, u]`: seconds of u's answer to call j if that is its next call."""
    total = 0.0
    for later in range(call, len(calls.time)):
        least = units[later].min()
        for before in range(call, later):
            least = min(least, again[before, later])
        total += _worth(least, calls.priority[later], limit_s)
    return total


@numba.njit(cache=True, nogil=True)
def optimum(fleet: Fleet, calls: Calls, limit_s: float, anywhere: bool, world: World) -> Found:
    """The best assignment. `fleet` is not changed."""
    size, units = len(calls.time), len(fleet.node)
    node, free = np.empty((size + 1, units)), np.empty((size + 1, units))
    for unit in range(units):
        idle = np.isinf(fleet.free_at[unit])
        node[0, unit] = fleet.node[unit] if idle else fleet.last[unit]
        free[0, unit] = fleet.since[unit] if idle else fleet.free_at[unit]
    home = np.where(np.isinf(fleet.free_at), fleet.post, world.home)
    ahead = np.empty((size + 1, size, units))
    for call in range(size):
        ahead[0, call] = _answers(call, node[0], free[0], home, calls, anywhere, world)
    again = _again(ahead[0], calls, world)
    order, place = np.empty((size, units), dtype=np.int64), np.zeros(size, dtype=np.int64)
    cost, chosen = np.zeros(size + 1), np.zeros(size, dtype=np.int64)
    best, best_units, best_s = np.inf, np.full(size, -1, dtype=np.int64), np.full(size, np.nan)
    depth, steps, opened = 0, 0, True
    while depth >= 0 and steps < STEPS:
        if opened:
            order[depth], place[depth], opened = np.argsort(ahead[depth, depth]), 0, False
        if place[depth] == units:
            depth -= 1
            continue
        unit = order[depth, place[depth]]
        chosen[depth] = unit
        place[depth] += 1
        steps += 1
        seconds = ahead[depth, depth, unit]
        after = depth + 1
        cost[after] = cost[depth] + _worth(seconds, calls.priority[depth], limit_s)
        if cost[after] >= best - SLACK:
            continue
        if after == size:
            best = cost[size]
            for call in range(size):
                best_units[call], best_s[call] = chosen[call], ahead[call, call, chosen[call]]
            continue
        work, end = _after(calls, depth, world)
        node[after], free[after], ahead[after] = node[depth], free[depth], ahead[depth]
        node[after, unit], free[after, unit] = end, calls.time[depth] + seconds + work
        _next_answers(unit, after, node[after, unit], free[after, unit], world.home[unit], calls, anywhere, world, ahead[after])
        if cost[after] + _bound(after, ahead[after], again, calls, limit_s) < best - SLACK:
            depth, opened = after, True
    return Found(best_s, best_units, steps < STEPS)
