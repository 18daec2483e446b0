"""Every pair of the cover model priced at once, and the bound that follows from it.

For cell values v and zone prices n a unit is worth gain - way - n at an incident, gain being the values of all the cells it would count for.
Each unit goes to one incident at most, so that

    bound = sum demand x v - sum over units of max(0, best worth) - sum over zones n x units that may leave

lies below every allocation, whatever v and n are; it does not trust the linear solver.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from services.dispatch.solver.allocate.problem import Flags, Floats, Indices, Problem, Seconds


class Pairs(NamedTuple):
    """What pricing reads. Pinned units are settled beforehand: they may not be sent, and demand is what they leave open."""

    seconds: Seconds
    weight: Floats
    reach: Floats
    """cells: longest time that counts"""
    capability: Indices
    """cells"""
    cell_start: Indices
    cell: Indices
    """cells of incident i stand from cell_start[i] to cell_start[i + 1]"""
    unit_start: Indices
    unit: Indices
    """free units with capability c stand from unit_start[c] to unit_start[c + 1]"""
    ban_start: Indices
    ban: Indices
    """units forbidden at incident i"""


@dataclass(frozen=True, slots=True)
class Residue:
    """The cover problem once pinned units are settled."""

    problem: Problem
    pairs: Pairs
    demand: Indices
    """cells: units still wanted"""
    free: Flags
    """units: may be sent"""
    leave: Indices
    """zones: free units above the reserve; negative where the zone is short from the start"""
    way: float
    """weighted seconds of the pinned units"""


def residue(problem: Problem) -> Residue:
    """Settle the pinned units."""
    free = problem.available & (problem.pinned_incident() < 0)
    demand = problem.cell_demand - np.minimum(pinned_cover(problem), problem.cell_demand)
    incident, unit = problem.pinned[:, 0], problem.pinned[:, 1]
    way = float((problem.weight[incident] * problem.seconds[incident, unit].astype(np.float64)).sum())
    leave = np.bincount(problem.zone[free], minlength=problem.zones) - problem.reserve
    return Residue(problem, _pairs(problem, free), demand, free, leave.astype(np.int64), way)


def pinned_cover(problem: Problem) -> Indices:
    """cells: pinned units that count for the cell."""
    count = np.zeros(problem.cells, np.int64)
    for incident, unit in problem.pinned:
        asked = (problem.cell_incident == incident) & problem.capabilities[unit, problem.cell_capability]
        count += asked & (problem.seconds[incident, unit] <= problem.latest)
    return count


def _pairs(problem: Problem, free: Flags) -> Pairs:
    by_incident = np.argsort(problem.cell_incident, kind="stable")
    capability, unit = np.nonzero((problem.capabilities & free[:, None]).T)
    banned = problem.forbidden[np.argsort(problem.forbidden[:, 0], kind="stable")]
    positions = np.arange(problem.incidents + 1)
    return Pairs(
        seconds=problem.seconds,
        weight=problem.weight,
        reach=problem.reach,
        capability=problem.cell_capability,
        cell_start=np.searchsorted(problem.cell_incident[by_incident], positions).astype(np.int64),
        cell=by_incident.astype(np.int64),
        unit_start=np.searchsorted(capability, np.arange(problem.capabilities.shape[1] + 1)).astype(np.int64),
        unit=unit.astype(np.int64),
        ban_start=np.searchsorted(banned[:, 0], positions).astype(np.int64),
        ban=np.ascontiguousarray(banned[:, 1]),
    )


@njit(cache=True, nogil=True)
def _gains(pairs: Pairs, incident: int, value: Floats, gain: Floats) -> None:
    """units: the values of the cells of the incident that each counts for; 0 where it may not go."""
    gain[:] = 0.0
    for k in range(pairs.cell_start[incident], pairs.cell_start[incident + 1]):
        cell = pairs.cell[k]
        kind, limit, worth = pairs.capability[cell], pairs.reach[cell], value[cell]
        for j in range(pairs.unit_start[kind], pairs.unit_start[kind + 1]):
            unit = pairs.unit[j]
            if pairs.seconds[incident, unit] <= limit:
                gain[unit] += worth
    for k in range(pairs.ban_start[incident], pairs.ban_start[incident + 1]):
        gain[pairs.ban[k]] = 0.0


@njit(cache=True, nogil=True)
def best_worth(pairs: Pairs, value: Floats, zone_price: Floats) -> Floats:
    """units: the most a unit is worth anywhere, 0 at least; `zone_price` is per unit."""
    units = pairs.seconds.shape[1]
    gain, best = np.empty(units), np.zeros(units)
    for incident in range(len(pairs.weight)):
        if pairs.cell_start[incident] == pairs.cell_start[incident + 1]:
            continue
        _gains(pairs, incident, value, gain)
        weight = pairs.weight[incident]
        for unit in range(units):
            worth = gain[unit] - weight * np.float64(pairs.seconds[incident, unit]) - zone_price[unit]
            if gain[unit] > 0.0 and worth > best[unit]:
                best[unit] = worth
    return best


@njit(cache=True, nogil=True)
def attractive(pairs: Pairs, value: Floats, price: Floats, most: int, least: float) -> tuple[Indices, Indices]:
    """Of every incident, the `most` best pairs whose worth beyond the unit's price exceeds `least`."""
    units, incidents = pairs.seconds.shape[1], len(pairs.weight)
    gain, worth = np.empty(units), np.empty(units)
    chosen = np.empty(units, np.int64)
    at, to = np.empty(incidents * most, np.int64), np.empty(incidents * most, np.int64)
    count = 0
    for incident in range(incidents):
        if pairs.cell_start[incident] == pairs.cell_start[incident + 1]:
            continue
        _gains(pairs, incident, value, gain)
        weight = pairs.weight[incident]
        found = 0
        for unit in range(units):
            if gain[unit] > 0.0:
                beyond = gain[unit] - weight * np.float64(pairs.seconds[incident, unit]) - price[unit]
                if beyond > least:
                    worth[found] = -beyond
                    chosen[found] = unit
                    found += 1
        if found > most:
            order = np.argsort(worth[:found])[:most]
            kept = chosen[order]
        else:
            kept = chosen[:found].copy()
        for unit in kept:
            at[count] = incident
            to[count] = unit
            count += 1
    return at[:count], to[:count]


@njit(cache=True, nogil=True)
def counted(pairs: Pairs, at: Indices, to: Indices, capabilities: Flags) -> tuple[Indices, Indices]:
    """For each pair the cells its unit counts for, as (start, cells)."""
    start = np.zeros(len(at) + 1, np.int64)
    cells = np.empty(len(at) * capabilities.shape[1], np.int64)
    count = 0
    for pair in range(len(at)):
        incident, unit = at[pair], to[pair]
        for k in range(pairs.cell_start[incident], pairs.cell_start[incident + 1]):
            cell = pairs.cell[k]
            if capabilities[unit, pairs.capability[cell]] and pairs.seconds[incident, unit] <= pairs.reach[cell]:
                cells[count] = cell
                count += 1
        start[pair + 1] = count
    return start, cells[:count].copy()


def lower_bound(left: Residue, value: Floats, zone_price: Floats) -> float:
    """The bound of the duals, which are clipped to what they may be; never above the optimum but for rounding of floats."""
    problem = left.problem
    value = np.clip(value, 0.0, problem.missing_cost)
    zone_price = np.clip(zone_price, 0.0, problem.reserve_price)
    best = best_worth(left.pairs, value, zone_price[problem.zone])
    value[left.demand == 0] = 0.0
    total = float((left.demand * value).sum() - best[left.free].sum() - (zone_price * left.leave).sum())
    return total + left.way
