"""Needs too large for the exact table (two hundred people of five trades): a quick set, cleaned of idle units, with a proven bound beside it."""

import numba
import numpy as np

from services.dispatch.solver.recommend.cover import Floats, Longs


@numba.njit(cache=True, nogil=True)
def greedy(units: Longs, brings: Longs, own: Floats, amount: Longs, slots: bool) -> tuple[Longs, Longs]:
    """Units and ways: whoever adds the most for its cost, one after another, then without those that proved idle."""
    left, used = amount.copy(), np.zeros(len(units), dtype=np.bool_)
    picked, ways = np.empty(len(units), dtype=np.int64), np.zeros(len(units), dtype=np.int64)
    count = 0
    while left.sum() > 0:
        best, found, found_way = np.inf, -1, 0
        for at in range(len(units)):
            gain, way = (0, 0) if used[at] else _gain(brings[at], left, slots)
            if gain > 0 and (own[at] + 1e-3) / gain < best:
                best, found, found_way = (own[at] + 1e-3) / gain, at, way
        if found < 0:
            break
        used[found] = True
        picked[count], ways[count] = found, found_way
        count += 1
        for need in range(len(left)):
            if not slots or need == found_way:
                left[need] -= min(left[need], brings[found, need])
    return _without_idle(picked[:count], ways[:count], brings, left, amount, slots)


@numba.njit(cache=True, nogil=True)
def _gain(brings: Longs, left: Longs, slots: bool) -> tuple[int, int]:
    """What a unit adds to what is left, and with slots for which need."""
    gain, way = 0, 0
    for need in range(len(left)):
        adds = min(left[need], brings[need])
        if not slots:
            gain += adds
        elif adds > gain:
            gain, way = adds, need
    return gain, way


@numba.njit(cache=True, nogil=True)
def _without_idle(picked: Longs, ways: Longs, brings: Longs, left: Longs, amount: Longs, slots: bool) -> tuple[Longs, Longs]:
    spare = left - amount
    for k in range(len(picked)):
        for need in range(len(amount)):
            if not slots or need == ways[k]:
                spare[need] += brings[picked[k], need]
    keep = np.ones(len(picked), dtype=np.bool_)
    for k in range(len(picked)):
        idle = True
        for need in range(len(amount)):
            adds = brings[picked[k], need] if not slots or need == ways[k] else 0
            idle = idle and spare[need] >= adds
        if idle:
            keep[k] = False
            for need in range(len(amount)):
                if not slots or need == ways[k]:
                    spare[need] -= brings[picked[k], need]
    return picked[keep], ways[keep]


def bound(brings: Longs, own: Floats, amount: Longs) -> float:
    """No set costs less: the dearest need alone, its last unit taken in part only."""
    dearest = 0.0
    for need in range(len(amount)):
        able = np.flatnonzero(brings[:, need] > 0)
        if not amount[need] or not len(able):
            continue
        order = able[np.argsort(own[able] / brings[able, need])]
        before = np.concatenate(([0], np.cumsum(brings[order, need])))[:-1]
        share = np.clip((amount[need] - before) / brings[order, need], 0, 1)
        dearest = max(dearest, float((share * own[order]).sum()))
    return dearest
