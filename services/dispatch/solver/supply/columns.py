"""Which pairs of lot and need enter the linear programme: all of them are priced, the most promising few per need and per lot are taken."""

import numba
import numpy as np

from services.dispatch.solver.supply.blocks import Blocks
from services.dispatch.solver.supply.problem import Flags, Floats, Whole


def best_pairs(blocks: Blocks, lot_price: Floats, need_price: Floats, per_need: int, per_lot: int) -> Flags:
    """Marks the `per_need` pairs of least reduced cost of every need and the `per_lot` of every lot; `lot_price` includes the price of handling."""
    marked = np.zeros(len(blocks.cost), dtype=np.bool_)
    _mark(blocks.lot_from, blocks.need_from, blocks.arc_from, blocks.cost, blocks.supply, blocks.demand, lot_price, need_price, per_need, per_lot, marked)
    return marked


def scattered_pairs(blocks: Blocks, per_need: int, seed: int) -> Flags:
    """Marks pairs drawn at random: without far stores in the first round its prices are those of a famine and the rounds after it are wasted."""
    rng = np.random.default_rng(seed)
    wanted = np.repeat(np.diff(blocks.lot_from), np.diff(blocks.need_from))
    chance = np.repeat(per_need / np.maximum(wanted, 1), wanted)
    marked: Flags = (rng.random(len(blocks.cost)) < chance) & np.isfinite(blocks.cost)
    return marked


def ends(blocks: Blocks, arcs: Whole) -> tuple[Whole, Whole]:
    """The lot and the need (in the order of the blocks) of each pair."""
    item = np.searchsorted(blocks.arc_from, arcs, side="right") - 1
    lots = blocks.lot_from[item + 1] - blocks.lot_from[item]
    offset = arcs - blocks.arc_from[item]
    return blocks.lot_from[item] + offset % lots, blocks.need_from[item] + offset // lots


@numba.njit(cache=True, nogil=True)
def _keep_least(values: Floats, arcs: Whole, kept: int, value: float, arc: int) -> int:
    """Insert into the ascending list of the least values seen; returns how many are kept."""
    size = len(values)
    if kept == size and value >= values[size - 1]:
        return kept
    x = min(kept, size - 1)
    while x > 0 and values[x - 1] > value:
        values[x], arcs[x] = values[x - 1], arcs[x - 1]
        x -= 1
    values[x], arcs[x] = value, arc
    return min(kept + 1, size)


@numba.njit(cache=True, nogil=True)
def _mark(
    lot_from: Whole,
    need_from: Whole,
    arc_from: Whole,
    cost: Floats,
    supply: Whole,
    demand: Whole,
    lot_price: Floats,
    need_price: Floats,
    per_need: int,
    per_lot: int,
    marked: Flags,
) -> None:
    values, arcs = np.empty(max(per_need, per_lot)), np.empty(max(per_need, per_lot), dtype=np.int64)
    for k in range(len(lot_from) - 1):
        lots = lot_from[k + 1] - lot_from[k]
        for j in range(need_from[k], need_from[k + 1]):
            kept = 0
            for i in range(lot_from[k], lot_from[k + 1]):
                arc = arc_from[k] + (j - need_from[k]) * lots + i - lot_from[k]
                if per_need > 0 and supply[i] > 0 and demand[j] > 0 and cost[arc] < np.inf:
                    kept = _keep_least(values[:per_need], arcs[:per_need], kept, cost[arc] + lot_price[i] - need_price[j], arc)
            for x in range(kept):
                marked[arcs[x]] = True
        for i in range(lot_from[k], lot_from[k + 1]):
            kept = 0
            for j in range(need_from[k], need_from[k + 1]):
                arc = arc_from[k] + (j - need_from[k]) * lots + i - lot_from[k]
                if per_lot > 0 and supply[i] > 0 and demand[j] > 0 and cost[arc] < np.inf:
                    kept = _keep_least(values[:per_lot], arcs[:per_lot], kept, cost[arc] + lot_price[i] - need_price[j], arc)
            for x in range(kept):
                marked[arcs[x]] = True
