"""The plan a duty officer would make by hand, and the same rule as the last step of every other plan: nothing useful stays lying about."""

import numba
import numpy as np

from services.dispatch.solver.supply.blocks import Blocks
from services.dispatch.solver.supply.problem import Floats, Whole
from services.dispatch.solver.supply.programme import Rest


def heaviest_first(blocks: Blocks) -> Whole:
    """Needs by falling weight, each from the lots cheapest for it that still have pieces and whose store can still handle them."""
    return fill(blocks, Rest(blocks.supply, blocks.demand, blocks.handling), np.argsort(-blocks.weight, kind="stable"), np.zeros(len(blocks.store)))


def fill(blocks: Blocks, rest: Rest, order: Whole, lot_price: Floats) -> Whole:
    """Pieces per pair handed out in this order of needs, to the lot of least cost plus price, as far as lots and handling go."""
    pieces = np.zeros(len(blocks.cost), dtype=np.int64)
    item = np.searchsorted(blocks.need_from, np.arange(len(blocks.place)), side="right") - 1
    _fill(
        order,
        item.astype(np.int64),
        blocks.lot_from,
        blocks.need_from,
        blocks.arc_from,
        blocks.cost,
        lot_price,
        blocks.store,
        blocks.volume,
        rest.supply.copy(),
        rest.demand,
        rest.handling.copy(),
        pieces,
    )
    return pieces


@numba.njit(cache=True, nogil=True)
def room(volume: float, space: float) -> int:
    """How many pieces of this volume the space takes; the tolerance keeps a limit that is hit exactly from losing a piece to rounding."""
    if volume <= 0.0 or space == np.inf:
        return 1 << 60
    return int(np.floor(min(space / volume, 1e15) * (1.0 + 1e-12) + 1e-12))


@numba.njit(cache=True, nogil=True)
def _fill(
    order: Whole,
    item: Whole,
    lot_from: Whole,
    need_from: Whole,
    arc_from: Whole,
    cost: Floats,
    lot_price: Floats,
    store: Whole,
    volume: Floats,
    supply: Whole,
    demand: Whole,
    handling: Floats,
    pieces: Whole,
) -> None:
    for j in order:
        left = demand[j]
        if left <= 0:
            continue
        k = item[j]
        lots = lot_from[k + 1] - lot_from[k]
        first = arc_from[k] + (j - need_from[k]) * lots
        for x in np.argsort(cost[first : first + lots] + lot_price[lot_from[k] : lot_from[k + 1]]):
            i = lot_from[k] + x
            if left == 0 or cost[first + x] == np.inf:
                break
            amount = min(left, supply[i], room(volume[i], handling[store[i]]))
            if amount > 0:
                pieces[first + x] += amount
                supply[i] -= amount
                handling[store[i]] = max(handling[store[i]] - amount * volume[i], 0.0)
                left -= amount
