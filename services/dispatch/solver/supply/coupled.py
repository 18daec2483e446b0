"""Plans under handling limits: a linear programme over few pairs, all pairs priced after each round, then whole pieces.

The bound never comes from the programme itself: with its handling prices every item is solved on its own over all pairs (the Lagrangian bound),
so it holds however early the rounds stop.
"""

import time
from dataclasses import dataclass

import numpy as np

from services.dispatch.solver.supply.blocks import Blocks
from services.dispatch.solver.supply.columns import best_pairs, ends, scattered_pairs
from services.dispatch.solver.supply.flow import cheapest
from services.dispatch.solver.supply.greedy import fill
from services.dispatch.solver.supply.problem import Flags, Floats, Whole
from services.dispatch.solver.supply.programme import Relaxed, Rest, relax, whole_of
from services.dispatch.solver.supply.repack import Cooling, repack

CLOSE = 5e-4
"""Share of the cost by which the programme may stay above the bound."""
NEAR = 1e-2
"""Below this share the next round is asked for a corner solution."""
ROUNDS = 12
STEPS = 4_000_000
"""Most steps of repacking: some seconds."""
STEPS_PER_PAIR = 500
"""Enough for problems of few pairs."""
MANY = 2000
"""Above so many pairs only the promising ones are repacked: steps are then spent where they pay."""
PROMISING = 0.02
"""A pair is promising when the programme would lose less than this share of a typical piece's handling by a piece on it."""
SEED = 20080512


@dataclass(frozen=True, slots=True)
class Coupled:
    """Pieces per pair, the proven bound, the handling prices it was proven with."""

    pieces: Whole
    bound: float
    handling_price: Floats


def used(blocks: Blocks, pieces: Whole) -> Floats:
    """Handling volume each store moves."""
    arcs = np.nonzero(pieces)[0]
    lot, _ = ends(blocks, arcs)
    volume = np.bincount(blocks.store[lot], weights=pieces[arcs] * blocks.volume[lot], minlength=len(blocks.handling))
    return volume.astype(np.float64)


def lagrangian(blocks: Blocks, handling_price: Floats) -> float:
    """A bound that holds for any non-negative prices: every item on its own over all pairs, less what the limits are worth."""
    limited = np.isfinite(blocks.handling)
    price = np.where(limited, handling_price, 0.0)
    flow = cheapest(blocks, price[blocks.store] * blocks.volume)
    return flow.bound - float(price[limited] @ blocks.handling[limited])


def plan(blocks: Blocks, free_bound: float, fallback: Whole, seconds: float) -> Coupled:
    """Rounds of programme and pricing, then rounding; `free_bound` is the cost without limits, `fallback` a plan that keeps them."""
    end = time.monotonic() + seconds
    bound, price = free_bound, np.zeros(len(blocks.handling))
    best: tuple[Whole, Relaxed] | None = None
    zero = np.zeros(len(blocks.store))
    marked = best_pairs(blocks, zero, np.zeros(len(blocks.place)), 3, 2) | scattered_pairs(blocks, 7, SEED) | (fallback > 0)
    corner = False
    for _ in range(ROUNDS):
        arcs = np.nonzero(marked)[0]
        relaxed = relax(blocks, arcs, end - time.monotonic(), corner=corner)
        if relaxed is None:
            break
        best = arcs, relaxed
        proven = lagrangian(blocks, relaxed.handling_price)
        if proven > bound:
            bound, price = proven, relaxed.handling_price
        gap = (relaxed.objective - bound) / max(abs(relaxed.objective), 1e-9)
        if (gap <= CLOSE and corner) or time.monotonic() > end:
            break
        marked = best_pairs(blocks, relaxed.lot_price + (relaxed.handling_price[blocks.store] * blocks.volume), relaxed.need_price, 4, 2)
        marked[arcs[relaxed.pieces > (1e-4 if corner else 0.05)]] = True
        corner = corner or gap <= NEAR
    pieces = by_hand_repacked(blocks, fallback, marked) if best is None else _cheaper(blocks, fallback, round_off(blocks, *best))
    return Coupled(pieces, bound, price)


def by_hand_repacked(blocks: Blocks, pieces: Whole, marked: Flags) -> Whole:
    """What to do when there was no time for a single programme: repack the plan made by hand, which keeps every limit already."""
    typical = float(np.median(blocks.penalty)) if len(blocks.penalty) else 1.0
    cooling = Cooling(min(STEPS, STEPS_PER_PAIR * int(marked.sum())), 0.04 * typical + 1e-6, 0.0008 * typical + 1e-9)
    packed = _cheaper(blocks, pieces, repack(blocks, pieces, rest_of(blocks, pieces), marked, cooling))
    return packed + fill(blocks, rest_of(blocks, packed), np.argsort(-blocks.penalty, kind="stable"), np.zeros(len(blocks.store)))


def cost_of(blocks: Blocks, pieces: Whole) -> float:
    """Cost of shipments and of the pieces that stay unmet."""
    arcs = np.nonzero(pieces)[0]
    _, need = ends(blocks, arcs)
    left = blocks.demand - np.bincount(need, weights=pieces[arcs], minlength=len(blocks.demand))
    return float(pieces[arcs] @ blocks.cost[arcs] + left @ blocks.penalty)


def _cheaper(blocks: Blocks, one: Whole, other: Whole) -> Whole:
    return one if cost_of(blocks, one) < cost_of(blocks, other) else other


def rest_of(blocks: Blocks, pieces: Whole) -> Rest:
    """What lots, needs and stores have left after these shipments."""
    arcs = np.nonzero(pieces)[0]
    lot, need = ends(blocks, arcs)
    everything = whole_of(blocks)
    gone = np.bincount(lot, weights=pieces[arcs], minlength=len(blocks.supply)).astype(np.int64)
    come = np.bincount(need, weights=pieces[arcs], minlength=len(blocks.demand)).astype(np.int64)
    return Rest(everything.supply - gone, everything.demand - come, np.maximum(everything.handling - used(blocks, pieces), 0.0))


def round_off(blocks: Blocks, arcs: Whole, relaxed: Relaxed) -> Whole:
    """Whole pieces from the programme's fractions: the whole part, then fractions rounded up while there is room, then a fill, then repacking."""
    pieces = np.zeros(len(blocks.cost), dtype=np.int64)
    pieces[arcs] = np.floor(relaxed.pieces + 1e-6).astype(np.int64)
    surcharge = relaxed.lot_price + relaxed.handling_price[blocks.store] * blocks.volume
    pieces += _round_up(blocks, arcs, relaxed, pieces)
    worth = blocks.penalty - relaxed.need_price
    per_volume = np.maximum(_need_volume(blocks), 1e-9)
    pieces += fill(blocks, rest_of(blocks, pieces), np.argsort(-worth / per_volume, kind="stable"), surcharge)
    marked = best_pairs(blocks, surcharge, relaxed.need_price, 3, 2)
    if marked.sum() > MANY:
        marked &= _reduced(blocks, surcharge, relaxed.need_price) < PROMISING * _typical(blocks, relaxed)
    marked[arcs[relaxed.pieces > 1e-4]] = True
    packed = _cheaper(blocks, pieces, repack(blocks, pieces, rest_of(blocks, pieces), marked, _cooling(blocks, relaxed, int(marked.sum()))))
    return packed + fill(blocks, rest_of(blocks, packed), np.argsort(-worth, kind="stable"), np.zeros(len(blocks.store)))


def _reduced(blocks: Blocks, lot_price: Floats, need_price: Floats) -> Floats:
    """What a piece on each pair costs more than the programme's prices allow; `lot_price` includes the price of handling."""
    lot, need = ends(blocks, np.arange(len(blocks.cost)))
    more: Floats = blocks.cost + lot_price[lot] - need_price[need]
    return more


def _typical(blocks: Blocks, relaxed: Relaxed) -> float:
    """What the handling of a typical piece is worth, where it is worth anything."""
    worth = relaxed.handling_price[blocks.store] * blocks.volume
    return float(np.median(worth[worth > 0])) if (worth > 0).any() else 1.0


def _cooling(blocks: Blocks, relaxed: Relaxed, pairs: int) -> Cooling:
    """Temperatures as shares of what the handling of a typical piece is worth."""
    typical = _typical(blocks, relaxed)
    return Cooling(min(STEPS, STEPS_PER_PAIR * pairs), 0.04 * typical, 0.0008 * typical)


def _need_volume(blocks: Blocks) -> Floats:
    """Handling volume of one piece of each need; zero where no lot has the item."""
    volume = np.zeros(len(blocks.place))
    for k in range(blocks.items):
        if blocks.lot_from[k] < blocks.lot_from[k + 1]:
            volume[blocks.need_from[k] : blocks.need_from[k + 1]] = blocks.volume[blocks.lot_from[k]]
    return volume.astype(np.float64)


def _round_up(blocks: Blocks, arcs: Whole, relaxed: Relaxed, pieces: Whole) -> Whole:
    """One more piece on the pairs with the largest fractions, as long as lot, need and store have room for it."""
    rest = rest_of(blocks, pieces)
    supply, demand, space = rest.supply.copy(), rest.demand.copy(), rest.handling.copy()
    more = np.zeros(len(blocks.cost), dtype=np.int64)
    fraction = relaxed.pieces - pieces[arcs]
    lot, need = ends(blocks, arcs)
    for x in np.argsort(-fraction, kind="stable"):
        if fraction[x] < 1e-3:
            break
        i, j = lot[x], need[x]
        s = blocks.store[i]
        if supply[i] > 0 and demand[j] > 0 and space[s] * (1.0 + 1e-12) >= blocks.volume[i]:
            more[arcs[x]] = 1
            supply[i] -= 1
            demand[j] -= 1
            space[s] -= blocks.volume[i]
    return more
