"""Repacks whole pieces under handling limits: what a rounded plan loses is the corner of each store that no piece fits.

Simulated annealing of single pieces over promising pairs: a piece of a need (unmet so far, or from another lot) lands on a pair; when lot or store
is full it throws out one piece there, which lands on the cheapest pair with room or, when there is none, stays unmet. Limits are never broken.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np

from services.dispatch.solver.supply.blocks import Blocks
from services.dispatch.solver.supply.columns import ends
from services.dispatch.solver.supply.problem import Flags, Floats, Whole
from services.dispatch.solver.supply.programme import Rest

TOLERANCE = 1e-12
"""Share by which sums of floats may exceed a limit, as when handing out: a store filled exactly can still exchange one piece for another."""
SEED = 88172645463325252
TRIES = 4
"""How often another piece is drawn to be thrown out when the one drawn has nowhere to land: most stores are full."""
SIGN = (1, -1, -1, 1)
"""What a move does to its four pairs: lands on, comes from, throws out, lands there."""


@dataclass(frozen=True, slots=True)
class Cooling:
    """How long and how hot: steps, first and last temperature (in cost)."""

    steps: int
    hot: float
    cold: float


class Pairs(NamedTuple):
    """The pairs that may be used, and their lists by need, lot and store."""

    lot: Whole
    need: Whole
    store: Whole
    volume: Floats
    cost: Floats
    penalty: Floats
    need_starts: Whole
    need_pairs: Whole
    lot_starts: Whole
    lot_pairs: Whole
    store_starts: Whole


class Load(NamedTuple):
    """What is carried now, what is left over, and the loaded pairs of each store in the order they came."""

    carried: Whole
    space: Floats
    supply: Whole
    unmet: Whole
    active: Whole
    position: Whole
    loaded: Whole
    random: Whole


def repack(blocks: Blocks, pieces: Whole, rest: Rest, marked: Flags, cooling: Cooling) -> Whole:
    """A plan with the same limits kept, usually much cheaper; `rest` is what `pieces` leaves over, `marked` the pairs that may be used besides."""
    arcs = np.nonzero(marked | (pieces > 0))[0]
    if not len(arcs):
        return pieces
    lot, need = ends(blocks, arcs)
    store = blocks.store[lot]
    by_need, by_lot, by_store = _lists(need, len(blocks.place)), _lists(lot, len(blocks.store)), _lists(store, len(blocks.handling))
    pairs = Pairs(lot, need, store, blocks.volume[lot], blocks.cost[arcs], blocks.penalty, *by_need, *by_lot, by_store[0])
    finite = np.where(np.isfinite(rest.handling), rest.handling, 1e300)
    margin = np.where(np.isfinite(blocks.handling), TOLERANCE * blocks.handling, 0.0)
    load = Load(
        carried=pieces[arcs].copy(),
        space=finite + margin,
        supply=rest.supply.copy(),
        unmet=rest.demand.copy(),
        active=np.zeros(len(arcs), dtype=np.int64),
        position=np.full(len(arcs), -1, dtype=np.int64),
        loaded=np.zeros(len(finite), dtype=np.int64),
        random=np.full(1, SEED, dtype=np.int64),
    )
    _anneal(pairs, load, cooling.steps, cooling.hot, cooling.cold)
    better = pieces.copy()
    better[arcs] = load.carried
    return better


def _lists(keys: Whole, size: int) -> tuple[Whole, Whole]:
    """Entries by key: where each key's list starts, and the entries."""
    starts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(keys, minlength=size))))
    return starts, np.argsort(keys, kind="stable").astype(np.int64)


@numba.njit(cache=True, nogil=True, inline="always")
def _draw(state: Whole, below: int) -> int:
    """Xorshift: the next number below `below`."""
    x = state[0]
    x ^= x << 13
    x ^= (x >> 7) & 0x1FFFFFFFFFFFFFF
    x ^= x << 17
    state[0] = x
    return int(((x >> 11) & 0x7FFFFFFFFFFF) % below)


@numba.njit(cache=True, nogil=True)
def _loaded(load: Load, starts: Whole, entries: Whole, key: int) -> int:
    """A pair of this key that carries something, -1 when five draws find none."""
    size = starts[key + 1] - starts[key]
    for _ in range(5):
        pair = entries[starts[key] + _draw(load.random, size)]
        if load.carried[pair] > 0:
            return int(pair)
    return -1


@numba.njit(cache=True, nogil=True)
def _shift(pairs: Pairs, load: Load, pair: int, by: int) -> None:
    """Account for `by` pieces more on the pair."""
    load.supply[pairs.lot[pair]] -= by
    load.unmet[pairs.need[pair]] -= by
    load.space[pairs.store[pair]] -= by * pairs.volume[pair]


@numba.njit(cache=True, nogil=True)
def _enlist(pairs: Pairs, load: Load, pair: int) -> None:
    """Put the pair on the list of loaded pairs of its store."""
    s = pairs.store[pair]
    load.position[pair] = load.loaded[s]
    load.active[pairs.store_starts[s] + load.loaded[s]] = pair
    load.loaded[s] += 1


@numba.njit(cache=True, nogil=True)
def _carry(pairs: Pairs, load: Load, pair: int, by: int) -> None:
    """Change what the pair carries, and the list of loaded pairs of its store."""
    load.carried[pair] += by
    if by > 0 and load.position[pair] < 0:
        _enlist(pairs, load, pair)
    elif load.carried[pair] == 0:
        s = pairs.store[pair]
        load.loaded[s] -= 1
        last = load.active[pairs.store_starts[s] + load.loaded[s]]
        load.active[pairs.store_starts[s] + load.position[pair]] = last
        load.position[last] = load.position[pair]
        load.position[pair] = -1


@numba.njit(cache=True, nogil=True)
def _anneal(pairs: Pairs, load: Load, steps: int, hot: float, cold: float) -> None:
    """One move after the other: made when the temperature allows it, taken back when a limit does not hold."""
    for pair in range(len(load.carried)):
        if load.carried[pair] > 0:
            _enlist(pairs, load, pair)
    moved = np.full(4, -1, dtype=np.int64)  # to, from, thrown out, lands at
    amount = np.ones(4, dtype=np.int64)
    heat = hot
    for step in range(steps):
        if step % 4096 == 0:
            heat = hot * (cold / hot) ** (step / steps)
        if not _propose(pairs, load, moved, amount):
            continue
        if not _accepted(load.random, _costs_more(pairs, moved, amount), heat):
            continue
        _make(pairs, load, moved, amount, 1)
        if _holds(pairs, load, moved[0]) and _holds(pairs, load, moved[3]):
            for m in range(4):
                if moved[m] >= 0:
                    _carry(pairs, load, moved[m], SIGN[m] * amount[m])
        else:
            _make(pairs, load, moved, amount, -1)


@numba.njit(cache=True, nogil=True)
def _costs_more(pairs: Pairs, moved: Whole, amount: Whole) -> float:
    """What the move costs more than leaving everything as it is."""
    change = 0.0
    for m in range(4):
        if moved[m] >= 0:
            change += SIGN[m] * amount[m] * (pairs.cost[moved[m]] - pairs.penalty[pairs.need[moved[m]]])
    return change


@numba.njit(cache=True, nogil=True)
def _make(pairs: Pairs, load: Load, moved: Whole, amount: Whole, sign: int) -> None:
    """Account for the move (1), or take it back (-1)."""
    for m in range(4):
        if moved[m] >= 0:
            _shift(pairs, load, moved[m], sign * SIGN[m] * amount[m])


@numba.njit(cache=True, nogil=True)
def _holds(pairs: Pairs, load: Load, pair: int) -> bool:
    """True when the pair's lot and store carry what has been put on them; no pair holds always."""
    return bool(pair < 0 or (load.supply[pairs.lot[pair]] >= 0 and load.space[pairs.store[pair]] >= 0.0))


@numba.njit(cache=True, nogil=True)
def _accepted(random: Whole, change: float, heat: float) -> bool:
    """Metropolis: always when it is cheaper, sometimes when it is not."""
    return bool(change <= 0.0 or _draw(random, 1 << 30) < np.exp(-change / heat) * (1 << 30))


@numba.njit(cache=True, nogil=True)
def _sizes(spare: float, wanted: float, thrown: float, available: int, amount: Whole) -> None:
    """How many pieces go out to make room for one, or how many come in where one going out makes room for several."""
    if spare + thrown < wanted:
        amount[2] = amount[3] = int(min(np.ceil((wanted - spare) / max(thrown, 1e-9)), 1e6))
    elif wanted > 0.0 and spare + thrown >= 2 * wanted:
        amount[0] = amount[1] = max(1, int(min((spare + thrown) / wanted, 1e6, available)))


@numba.njit(cache=True, nogil=True)
def _propose(pairs: Pairs, load: Load, moved: Whole, amount: Whole) -> bool:
    """Draw a move into `moved`; false when the draw makes none."""
    moved[:] = -1
    amount[:] = 1
    to = _draw(load.random, len(pairs.lot))
    j = pairs.need[to]
    if load.unmet[j] == 0 or _draw(load.random, 2) == 0:
        moved[1] = _loaded(load, pairs.need_starts, pairs.need_pairs, j)
        if moved[1] == to:  # the pair drawn gives a piece away instead
            to = int(pairs.need_pairs[pairs.need_starts[j] + _draw(load.random, pairs.need_starts[j + 1] - pairs.need_starts[j])])
        if moved[1] == to or (moved[1] < 0 and load.unmet[j] == 0):
            return False
    moved[0] = to
    source, s = moved[1], pairs.store[to]
    spare = load.space[s] + (pairs.volume[to] if source >= 0 and pairs.store[source] == s else 0.0)
    if load.supply[pairs.lot[to]] > 0 and spare >= pairs.volume[to]:
        return True
    for _ in range(TRIES):
        if _throw_out(pairs, load, moved, amount, spare) and moved[3] >= 0:
            break
    return bool(moved[2] >= 0)


@numba.njit(cache=True, nogil=True)
def _throw_out(pairs: Pairs, load: Load, moved: Whole, amount: Whole, spare: float) -> bool:
    """Draw which pair makes room, how many pieces that takes and where they land; false when the draw makes none."""
    to, source = moved[0], moved[1]
    s, lot = pairs.store[to], pairs.lot[to]
    moved[2] = moved[3] = -1
    amount[:] = 1
    if load.supply[lot] == 0:
        out = _loaded(load, pairs.lot_starts, pairs.lot_pairs, lot)
    else:
        out = int(load.active[pairs.store_starts[s] + _draw(load.random, load.loaded[s])]) if load.loaded[s] > 0 else -1
    if out < 0 or out in (to, source):
        return False
    brought = load.carried[source] if source >= 0 else load.unmet[pairs.need[to]]
    _sizes(spare, pairs.volume[to], pairs.volume[out], min(brought, load.supply[lot] + (pairs.lot[out] == lot)), amount)
    if amount[2] > load.carried[out]:
        return False
    moved[2] = out
    moved[3] = _landing(pairs, load, moved, amount)
    return True


@numba.njit(cache=True, nogil=True)
def _landing(pairs: Pairs, load: Load, moved: Whole, amount: Whole) -> int:
    """The cheapest pair with room for what is thrown out, counting the room the other pieces leave behind; -1, unmet, where there is none."""
    to, source, out, best = moved[0], moved[1], moved[2], -1
    k = pairs.need[out]
    least = pairs.penalty[k]
    for x in range(pairs.need_starts[k], pairs.need_starts[k + 1]):
        pair = pairs.need_pairs[x]
        if pair in (to, out) or pairs.cost[pair] >= least:
            continue
        s = pairs.store[pair]
        supply, space = load.supply[pairs.lot[pair]], load.space[s]
        if source >= 0 and pairs.store[source] == s:
            space += amount[1] * pairs.volume[source]
            supply += amount[1] if pairs.lot[source] == pairs.lot[pair] else 0
        if pairs.store[to] == s:
            space += amount[2] * pairs.volume[out] - amount[0] * pairs.volume[to]
        if supply >= amount[3] and space >= amount[3] * pairs.volume[pair]:
            best, least = pair, pairs.cost[pair]
    return int(best)
