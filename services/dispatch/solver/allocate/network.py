"""The slot model as a network: each cell, and each zone that keeps a reserve, holds the units it could take, cheapest first.

A zone's reserve is a cell like any other: its arcs cost nothing and a missing unit costs the reserve's price. Costs are whole numbers, weighted
seconds times a power of two, so that sums and comparisons are exact. An arc is one number, cost << SHIFT | unit, so that a row is sorted and
scanned as one array.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from services.dispatch.solver.allocate.problem import Flags, Floats, Indices, Problem, Seconds

SHIFT = 18
UNIT_MASK = (1 << SHIFT) - 1
NO_ARC = np.iinfo(np.int64).max
FAR = np.int64(1) << np.int64(60)
"""Longer than any path; the price of a unit that may not be sent."""


PLACES = 8
"""Places kept for units in a cell that asks for fewer at first."""


class Network(NamedTuple):
    """Arrays of a slot model and its state; the searches write into them. `A` cells and zones, `M` units."""

    keys: Indices
    """arcs of all rows, each row sorted; a row has room for every unit that could ever stand in it"""
    start: Indices
    """A: where the row begins"""
    end: Indices
    """A: where its arcs end"""
    dummy: Indices
    """A: cost of one unit missing"""
    demand: Indices
    got: Indices
    slot: Indices
    """A: where the cell's units are listed in `holds`"""
    holds: Indices
    worth: Indices
    """A: dual of the cell: what one more unit is worth there"""
    price: Indices
    """M: dual of the unit"""
    cell_of: Indices
    """M: the cell a unit fills, -1 when idle"""
    place: Indices
    """M: its position in `holds`"""
    distance: Indices
    """M: scratch of a search; FAR when not reached"""
    reached_from: Indices
    """M: the cell it was reached from"""
    heap: Indices
    heap_place: Indices
    cell_distance: Indices
    """A: scratch of a search"""
    cell_reached_from: Indices
    """A: the unit it was reached from, -1 for the source"""
    touched: Indices
    """units reached in a search"""
    settled: Indices
    """cells reached in a search"""
    marks: Indices
    """0 units touched, 1 cells settled, 2 heap size, 3 best distance, 4 end unit, 5 end cell, 6 searches made, 7 arcs read"""


class Columns(NamedTuple):
    """The same arcs seen from the unit; costs are made anew from times."""

    seconds: Seconds
    """M x incidents; infinite where the pair is forbidden"""
    pinned: Indices
    """M: incident the unit is pinned to, or -1"""
    capability_start: Indices
    capability: Indices
    """what unit u can do stands from capability_start[u] to capability_start[u + 1]"""
    cell_start: Indices
    cell: Indices
    """the cells asking for capability c stand from cell_start[c] to cell_start[c + 1]"""
    incident: Indices
    latest: Floats
    reach: Floats
    factor: Floats
    """cells: whole cost of a second"""
    zone_cell: Indices
    """M: the cell that is the reserve of the unit's zone"""
    figures: Floats
    """scale, bonus of a pinned arc"""


class Rows(NamedTuple):
    """Arcs of the network and how costs were made whole."""

    network: Network
    scale: float
    """whole cost per weighted second, a power of two"""
    pin_bonus: int
    """whole cost taken off a pinned arc; more than all else together can outweigh"""
    reach: Floats
    """cells: longest time of an arc"""


def build(problem: Problem) -> Rows:
    """Rows of all cells and zones, nothing assigned yet."""
    scale = _scale(problem)
    pins_together = int(np.bincount(problem.pinned[:, 0]).max(initial=0)) if len(problem.pinned) else 0
    top = int(np.ceil(max(problem.missing_cost.max(initial=0.0), problem.reserve_price, _longest_pin(problem)) * scale)) + 1
    bonus = 2 * top * (pins_together + 16)
    reach = np.minimum(problem.reach, problem.unmet_penalty)
    pinned = problem.pinned_incident()
    free = problem.available & (pinned < 0)
    by_capability = [np.flatnonzero(column) for column in problem.capabilities.T]
    by_zone = [np.flatnonzero(problem.zone == zone) for zone in range(problem.zones)]
    room = np.array([len(by_capability[c]) for c in problem.cell_capability] + [len(units) for units in by_zone], np.int64)
    network = _empty(problem, room, scale)
    for capability, units in enumerate(by_capability):
        _fill_capability(problem, network, (capability, units), free, reach, scale)
    for zone, units in enumerate(by_zone):
        row, listed = problem.cells + zone, units[free[units]]
        network.keys[network.start[row] : network.start[row] + len(listed)] = listed
        network.end[row] = network.start[row] + len(listed)
    rows = Rows(network, scale, bonus, reach)
    for incident, unit in problem.forbidden:
        for cell in np.flatnonzero((problem.cell_incident == incident) & problem.capabilities[unit, problem.cell_capability]):
            remove_arc(network, int(cell), int(unit))
    for incident, unit in problem.pinned:
        insert_pinned(problem, rows, int(incident), int(unit))
    network.price[~problem.available] = FAR
    return rows


def insert_pinned(problem: Problem, rows: Rows, incident: int, unit: int) -> None:
    """Arcs of a pinned unit to the cells of its incident, so cheap that one of them is used wherever the unit is of use."""
    for cell in np.flatnonzero((problem.cell_incident == incident) & problem.capabilities[unit, problem.cell_capability]):
        if problem.seconds[incident, unit] <= problem.latest[cell]:
            cost = whole(np.float64(problem.seconds[incident, unit]), problem.weight[incident] * rows.scale) - rows.pin_bonus
            insert_arc(rows.network, int(cell), cost, unit)


def columns(problem: Problem, rows: Rows) -> Columns:
    """The arcs by unit; a copy, since changes are written into it."""
    seconds = problem.seconds.T.copy()
    seconds[problem.forbidden[:, 1], problem.forbidden[:, 0]] = np.inf
    unit, capability = np.nonzero(problem.capabilities)
    by_capability = np.argsort(problem.cell_capability, kind="stable")
    kinds = np.arange(problem.capabilities.shape[1] + 1)
    return Columns(
        seconds=seconds,
        pinned=problem.pinned_incident(),
        capability_start=np.searchsorted(unit, np.arange(problem.units + 1)).astype(np.int64),
        capability=capability.astype(np.int64),
        cell_start=np.searchsorted(problem.cell_capability[by_capability], kinds).astype(np.int64),
        cell=by_capability.astype(np.int64),
        incident=problem.cell_incident,
        latest=problem.latest,
        reach=rows.reach,
        factor=problem.weight[problem.cell_incident] * rows.scale,
        zone_cell=problem.cells + problem.zone,
        figures=np.array([rows.scale, rows.pin_bonus], np.float64),
    )


def whole(seconds: float, factor: float) -> int:
    """The whole cost of a time; rounded the same way wherever it is computed."""
    return int(np.floor(seconds * factor + 0.5))


def _scale(problem: Problem) -> float:
    """The power of two, at most 1024, that keeps costs below 2^30."""
    top = max(problem.missing_cost.max(initial=1.0), problem.reserve_price, _longest_pin(problem), 1.0)
    return float(2.0 ** min(10, int(np.floor(30 - np.log2(top)))))


def _longest_pin(problem: Problem) -> float:
    if not len(problem.pinned):
        return 0.0
    incident, unit = problem.pinned[:, 0], problem.pinned[:, 1]
    return float((problem.weight[incident] * problem.seconds[incident, unit]).max())


def _empty(problem: Problem, room: Indices, scale: float) -> Network:
    count, units = len(room), problem.units
    demand = np.concatenate([problem.cell_demand, problem.reserve])
    capacity = np.minimum(room, np.maximum(demand, PLACES))
    dummy = np.concatenate([problem.missing_cost, np.full(problem.zones, problem.reserve_price)])
    start = np.concatenate([[0], np.cumsum(room)[:-1]]).astype(np.int64) if count else np.zeros(0, np.int64)
    slot = np.concatenate([[0], np.cumsum(capacity)[:-1]]).astype(np.int64) if count else np.zeros(0, np.int64)
    return Network(
        keys=np.empty(int(room.sum()), np.int64),
        start=start,
        end=start.copy(),
        dummy=np.rint(dummy * scale).astype(np.int64),
        demand=demand.astype(np.int64),
        got=np.zeros(count, np.int64),
        slot=slot,
        holds=np.full(int(capacity.sum()), -1, np.int64),
        worth=np.zeros(count, np.int64),
        price=np.zeros(units, np.int64),
        cell_of=np.full(units, -1, np.int64),
        place=np.full(units, -1, np.int64),
        distance=np.full(units, FAR, np.int64),
        reached_from=np.full(units, -1, np.int64),
        heap=np.empty(max(units, count) + 1, np.int64),
        heap_place=np.full(max(units, count), -1, np.int64),
        cell_distance=np.full(count, FAR, np.int64),
        cell_reached_from=np.full(count, -1, np.int64),
        touched=np.empty(units, np.int64),
        settled=np.empty(count, np.int64),
        marks=np.zeros(8, np.int64),
    )


def _fill_capability(problem: Problem, network: Network, wanted: tuple[int, Indices], free: Flags, reach: Floats, scale: float) -> None:
    """Rows of every cell that asks for the capability: computed into one block, sorted there, copied to their places."""
    capability, units = wanted
    cells = np.flatnonzero(problem.cell_capability == capability)
    if not len(cells) or not len(units):
        return
    block = np.empty((len(cells), len(units)), np.int64)
    incidents = problem.cell_incident[cells]
    counts = _arcs(problem.seconds, incidents, units, problem.weight[incidents] * scale, reach[cells], free, block)
    block.sort(axis=1)
    _place_rows(block, counts, network.start[cells], network.keys)
    network.end[cells] = network.start[cells] + counts


@njit(cache=True, nogil=True)
def _arcs(seconds: Seconds, incidents: Indices, units: Indices, factor: Floats, reach: Floats, free: Flags, block: NDArray[np.int64]) -> Indices:
    counts = np.zeros(len(incidents), np.int64)
    for row in range(len(incidents)):
        times = seconds[incidents[row]]
        limit, by = reach[row], factor[row]
        found = 0
        for column in range(len(units)):
            unit = units[column]
            time = np.float64(times[unit])
            if time <= limit and free[unit]:
                block[row, column] = (np.int64(time * by + 0.5) << SHIFT) | unit
                found += 1
            else:
                block[row, column] = NO_ARC
        counts[row] = found
    return counts


@njit(cache=True, nogil=True)
def _place_rows(block: NDArray[np.int64], counts: Indices, start: Indices, keys: Indices) -> None:
    for row in range(len(counts)):
        keys[start[row] : start[row] + counts[row]] = block[row, : counts[row]]


@njit(cache=True, nogil=True)
def insert_arc(network: Network, cell: int, cost: int, unit: int) -> None:
    """Put an arc into a row at its place."""
    key = (np.int64(cost) << SHIFT) | np.int64(unit)
    begin, end = network.start[cell], network.end[cell]
    at = begin + np.searchsorted(network.keys[begin:end], key)
    for position in range(end, at, -1):
        network.keys[position] = network.keys[position - 1]
    network.keys[at] = key
    network.end[cell] = end + 1


@njit(cache=True, nogil=True)
def remove_arc(network: Network, cell: int, unit: int) -> None:
    """Take a unit's arc out of a row; nothing happens when it is not there."""
    begin, end = network.start[cell], network.end[cell]
    for position in range(begin, end):
        if network.keys[position] & UNIT_MASK == unit:
            for later in range(position, end - 1):
                network.keys[later] = network.keys[later + 1]
            network.end[cell] = end - 1
            return
