"""The replay: calls come, units go, become free and return, event by event.

A unit that is free may be sent from wherever it is on its way (the last junction it passed). A call that finds nobody free waits; whoever becomes free next
serves the most urgent, longest waiting call. A unit once sent is not called off. Units return to a post without lights; move-up advice may change the post
of any idle unit each time one leaves or becomes free.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.redeploy.advise import advised
from services.dispatch.solver.redeploy.overlap import coverage_of, departure_losses
from tests.load.replay.world import Calls, Floats, Longs, Policy, World, advanced, crow_m


class Fleet(NamedTuple):
    """Units now. `free_at` is +inf for an idle one; `last` is where a busy one will become free; idle ones left `node` for `post` at `since`."""

    node: Longs
    since: Floats
    post: Longs
    free_at: Floats
    last: Longs


class Outcome(NamedTuple):
    """Of each call: seconds from call to first and last arrival (NaN if never), demand that still had a free unit in time afterwards; and work of all units."""

    first_s: Floats
    last_s: Floats
    kept: Floats
    moves: int
    driven_s: float


@numba.njit(cache=True, nogil=True)
def at_home(world: World, now: float) -> Fleet:
    """All idle at their home posts."""
    size = len(world.home)
    node = world.post_node[world.home]
    return Fleet(node, np.full(size, now), world.home.copy(), np.full(size, np.inf), node.copy())


@numba.njit(cache=True, nogil=True)
def idle_units(fleet: Fleet, world: World, now: float) -> Longs:
    """Who is idle, each brought to where it is now."""
    units = np.flatnonzero(np.isinf(fleet.free_at))
    for unit in units:
        fleet.node[unit], fleet.since[unit] = advanced(fleet.node[unit], fleet.since[unit], fleet.post[unit], now, world)
    return units


@numba.njit(cache=True, nogil=True)
def cell_seconds(units: Longs, fleet: Fleet, world: World) -> Floats:
    """Seconds of each unit to each cell of demand, with lights."""
    out = np.empty((len(world.cell_site), len(units)))
    for cell in range(len(world.cell_site)):
        for at in range(len(units)):
            out[cell, at] = world.drive_ds[0, world.cell_site[cell], fleet.node[units[at]]] / 10.0
    return out


@numba.njit(cache=True, nogil=True)
def costs(units: Longs, fleet: Fleet, site: int, priority: int, world: World, policy: Policy) -> Floats:
    """What each idle unit's going costs in the eyes of the policy; the least goes. The third way is recommend's objective for single units."""
    out, mode = np.empty(len(units)), world.priority_mode[priority]
    for at in range(len(units)):
        node = fleet.node[units[at]]
        out[at] = crow_m(node, world.site_node[site], world) if policy.by == 0 else world.drive_ds[mode, site, node] / 10.0
    if policy.by == 2 and policy.loss_weight[priority] > 0:
        losses = departure_losses(cell_seconds(units, fleet, world), world.cell_weight, world.standard_s[0], policy.busy)
        out += policy.loss_weight[priority] * losses
    return out


@numba.njit(cache=True, nogil=True)
def send(unit: int, call: int, now: float, fleet: Fleet, world: World, calls: Calls) -> tuple[float, float]:
    """The unit goes: seconds from call to arrival, and seconds driven. It becomes free at the scene or at the hospital."""
    site = calls.site[call]
    mode = world.priority_mode[calls.priority[call]]
    drive = world.drive_ds[mode, site, fleet.node[unit]] / 10.0 * calls.factor[call]
    arrival = now + drive
    free, last = arrival + calls.scene_s[call], world.site_node[site]
    if calls.taken[call]:
        free += world.hospital_s[site] + calls.handover_s[call]
        last = world.hospital[site]
    fleet.free_at[unit], fleet.last[unit] = free, last
    return arrival - calls.time[call], drive


@numba.njit(cache=True, nogil=True)
def move_up(fleet: Fleet, freed: int, now: float, world: World, policy: Policy) -> int:
    """Take the advice: new posts for idle units. The number of units that were sent elsewhere; the freed one's way to its first post is none."""
    units = idle_units(fleet, world, now)
    at, drive = np.empty(len(units), dtype=np.int64), np.empty((len(units), len(world.post_node)))
    for row in range(len(units)):
        at[row] = -1 if units[row] == freed else fleet.post[units[row]]
        for post in range(len(world.post_node)):
            drive[row, post] = world.post_s[post, fleet.node[units[row]]]
    target = advised(
        at, drive, world.room, world.order, world.price, world.weight, world.none,
        policy.busy, policy.most, policy.cost_per_s, policy.least, policy.soonest,
    )  # fmt: skip
    moves = 0
    for row in range(len(units)):
        unit = units[row]
        if target[row] >= 0 and target[row] != fleet.post[unit]:
            fleet.post[unit], fleet.since[unit] = target[row], now
            moves += unit != freed
    return moves


@numba.njit(cache=True, nogil=True)
def next_waiting(waiting: NDArray[np.bool_], first: int, end: int, calls: Calls, by_priority: bool) -> int:
    """The call to serve next; -1 when none waits."""
    found = -1
    for call in range(first, end):
        if waiting[call] and (found < 0 or (by_priority and calls.priority[call] < calls.priority[found])):
            found = call
    return found


@numba.njit(cache=True, nogil=True)
def replay(fleet: Fleet, world: World, calls: Calls, policy: Policy) -> Outcome:
    """Serve every call. `fleet` is changed."""
    size = len(calls.time)
    first_s, last_s, kept = np.full(size, np.nan), np.full(size, np.nan), np.full(size, np.nan)
    waiting = np.zeros(size, dtype=np.bool_)
    call, oldest, queued, moves, driven = 0, 0, 0, 0, 0.0
    while call < size or queued > 0:
        unit = int(np.argmin(fleet.free_at))
        if call >= size or fleet.free_at[unit] <= calls.time[call] + world.delay_s:
            now = fleet.free_at[unit]
            fleet.node[unit], fleet.since[unit], fleet.free_at[unit] = fleet.last[unit], now, np.inf
            while oldest < call and not waiting[oldest]:
                oldest += 1
            served = next_waiting(waiting, oldest, call, calls, policy.queue_by_priority) if queued else -1
            if served >= 0:
                waiting[served] = False
                queued -= 1
                first_s[served], drive = send(unit, served, now, fleet, world, calls)
                last_s[served] = first_s[served]
                kept[served] = 0.0
                driven += drive
            elif policy.move_up:
                moves += move_up(fleet, unit, now, world, policy)
            else:
                fleet.post[unit] = world.home[unit]
            continue
        now = calls.time[call] + world.delay_s
        units = idle_units(fleet, world, now)
        if len(units) == 0:
            waiting[call] = True
            queued += 1
        else:
            cost = costs(units, fleet, calls.site[call], calls.priority[call], world, policy)
            for _ in range(min(calls.need[call], len(units))):
                at = int(np.argmin(cost))
                cost[at] = np.inf
                arrival, drive = send(units[at], call, now, fleet, world, calls)
                driven += drive
                first_s[call] = min(arrival, first_s[call]) if first_s[call] == first_s[call] else arrival
                last_s[call] = max(arrival, last_s[call]) if last_s[call] == last_s[call] else arrival
            left = np.flatnonzero(np.isinf(fleet.free_at))
            kept[call] = coverage_of(cell_seconds(left, fleet, world), world.cell_weight, world.standard_s[0], 0.0)
            if policy.move_up and len(left):
                moves += move_up(fleet, -1, now, world, policy)
        call += 1
    return Outcome(first_s, last_s, kept, moves, driven)
