"""Lots and needs laid out item by item, with the cost of every lot for every need: no pair is left out for being far away."""

from dataclasses import dataclass

import numba
import numpy as np

from services.dispatch.solver.supply.problem import Floats, SupplyProblem, Whole


@dataclass(frozen=True, slots=True)
class Blocks:
    """Lots and needs sorted by item; `cost[arc_from[k] + j * lots_of_k + i]` is what a piece of lot i costs at need j of item k, infinite when impossible."""

    lot: Whole
    need: Whole
    lot_from: Whole
    need_from: Whole
    arc_from: Whole
    store: Whole
    place: Whole
    supply: Whole
    demand: Whole
    ready: Floats
    penalty: Floats
    weight: Floats
    volume: Floats
    """Handling volume of one piece of each lot."""
    handling: Floats
    cost: Floats

    @property
    def items(self) -> int:
        """How many kinds of goods there are."""
        return len(self.lot_from) - 1


def lay_out(problem: SupplyProblem) -> Blocks:
    """Sort by item and price every pair; the problem has been checked."""
    lots, needs = problem.lots, problem.needs
    items = len(problem.volume)
    lot_item, need_item = np.asarray(lots.item, dtype=np.int64), np.asarray(needs.item, dtype=np.int64)
    lot = np.argsort(lot_item, kind="stable").astype(np.int64)
    need = np.argsort(need_item, kind="stable").astype(np.int64)
    held, wanted = np.bincount(lot_item, minlength=items), np.bincount(need_item, minlength=items)
    volume = np.asarray(problem.volume, dtype=np.float64)[lot_item[lot]]
    store = np.asarray(lots.store, dtype=np.int64)[lot]
    place = np.asarray(needs.place, dtype=np.int64)[need]
    ready = np.asarray(lots.ready, dtype=np.float64)[lot]
    penalty, weight = np.asarray(needs.penalty, dtype=np.float64)[need], np.asarray(needs.weight, dtype=np.float64)[need]
    handling = np.asarray(problem.handling, dtype=np.float64)
    supply = np.asarray(lots.quantity, dtype=np.int64)[lot]
    # A lot whose single piece is more than its store can handle gives nothing.
    supply = np.where(volume > handling[store], 0, supply)
    lot_from, need_from, arc_from = _starts(held), _starts(wanted), _starts(held * wanted)
    cost = np.empty(int(arc_from[-1]))
    _price(
        lot_from,
        need_from,
        arc_from,
        np.ascontiguousarray(problem.travel, dtype=np.float64),
        store,
        place,
        ready,
        np.asarray(lots.cost, dtype=np.float64)[lot],
        np.asarray(needs.due, dtype=np.float64)[need],
        np.asarray(needs.latest, dtype=np.float64)[need],
        weight,
        penalty,
        np.asarray(problem.lateness.after, dtype=np.float64),
        np.asarray(problem.lateness.rate, dtype=np.float64),
        float(problem.effort),
        cost,
    )
    demand = np.asarray(needs.quantity, dtype=np.int64)[need]
    return Blocks(lot, need, lot_from, need_from, arc_from, store, place, supply, demand, ready, penalty, weight, volume, handling, cost)


def _starts(counts: Whole) -> Whole:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)))


@numba.njit(cache=True, nogil=True)
def lateness(minutes: float, after: Floats, rate: Floats) -> float:
    """Cost of being this many minutes late at weight 1: linear between the breakpoints, continuous, zero up to the first."""
    total = 0.0
    for k in range(len(after)):
        if minutes <= after[k]:
            break
        end = minutes if k + 1 == len(after) else min(minutes, after[k + 1])
        total += rate[k] * (end - after[k])
    return total


@numba.njit(cache=True, nogil=True)
def _price(
    lot_from: Whole,
    need_from: Whole,
    arc_from: Whole,
    travel: Floats,
    store: Whole,
    place: Whole,
    ready: Floats,
    price: Floats,
    due: Floats,
    latest: Floats,
    weight: Floats,
    penalty: Floats,
    after: Floats,
    rate: Floats,
    effort: float,
    cost: Floats,
) -> None:
    """Fill `cost`: price + effort + weighted lateness, infinite when there is no road, it comes too late, or it costs no less than going without."""
    for k in range(len(lot_from) - 1):
        arc = arc_from[k]
        for j in range(need_from[k], need_from[k + 1]):
            for i in range(lot_from[k], lot_from[k + 1]):
                minutes = travel[store[i], place[j]]
                arrival = ready[i] + minutes
                cost[arc] = np.inf
                if arrival <= latest[j] and arrival < np.inf:
                    total = price[i] + effort * minutes + weight[j] * lateness(arrival - due[j], after, rate)
                    if total < penalty[j]:
                        cost[arc] = total
                arc += 1
