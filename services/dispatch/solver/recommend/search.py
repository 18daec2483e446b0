"""Depth-first search with the table as its bound, and the pricing of all units against the best set found. See cover.py for the proof."""

import numba
import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.recommend import screen
from services.dispatch.solver.recommend.cover import (
    EPS,
    MOST,
    NODES,
    Floats,
    Longs,
    added_loss,
    alike,
    cheapest,
    depart,
    digits,
    enough,
    needed,
    steps,
    table,
)  # fmt: skip


@numba.njit(cache=True, nogil=True)
def additive(order: Longs, units: Longs, row: Longs, own: Floats, seconds: Floats, beta: float, step: Longs, bound: Floats) -> tuple[Longs, Longs]:
    """Places in the order and ways of the best set by own costs and, with beta, the time of the first."""
    state, start, best = bound.shape[1] - 1, len(order), bound[len(order), bound.shape[1] - 1]
    start_way = 0
    for k in range(len(order)):
        for way in range(step.shape[1]):
            total = beta * seconds[units[order[k]]] + own[order[k]] + bound[k + 1, step[row[order[k]], way, state]]
            if total < best:
                best, start, start_way = total, k, way
    places = np.empty(len(order), dtype=np.int64)
    ways = np.empty(len(order), dtype=np.int64)
    count, k, way = 0, start, start_way
    while k < len(order):
        if count > 0:
            way = -1
            if bound[k, state] < bound[k + 1, state]:
                for one in range(step.shape[1]):
                    if own[order[k]] + bound[k + 1, step[row[order[k]], one, state]] == bound[k, state]:
                        way = one
                        break
        if way >= 0:
            places[count], ways[count] = k, way
            state = step[row[order[k]], way, state]
            count += 1
        k += 1
    return places[:count], ways[:count]


@numba.njit(cache=True, nogil=True)
def price(
    units: Longs, ways: Longs, rows: Longs, seconds: Floats, alpha: float, beta: float, step: Longs, penalty: Floats, weight: float,
    first_of: Longs, skills: Longs, zone: NDArray[np.int32], crew: Longs, demand: Floats, busy: float,
) -> float:  # fmt: skip
    """C of a set."""
    gone = np.zeros_like(crew)
    state, last, total = len(penalty) - 1, 0.0, 0.0
    for at in range(len(units)):
        unit = units[at]
        last = max(last, seconds[unit])
        total += alpha * seconds[unit]
        if weight > 0:
            total += weight * added_loss(unit, first_of, skills, zone, crew, gone, demand, busy)
        depart(unit, 1, first_of, skills, zone, gone)
        state = step[rows[at], ways[at], state]
    return float(beta * last + total + penalty[state])


@numba.njit(cache=True, nogil=True)
def search(
    order: Longs, units: Longs, row: Longs, own: Floats, seconds: Floats, alpha: float, beta: float, step: Longs, penalty: Floats, weight: float,
    first_of: Longs, skills: Longs, zone: NDArray[np.int32], crew: Longs, demand: Floats, busy: float, best: float,
) -> tuple[float, Longs, Longs, bool, Floats]:  # fmt: skip
    """The best set cheaper than `best`: its cost, positions and ways (empty when none is), whether all was searched, what each state must cost at least."""
    bound = table(order, row, own, step, penalty)
    places, found_ways = additive(order, units, row, own, seconds, beta, step, bound)
    found = order[places]
    worth = price(units[found], found_ways, row[found], seconds, alpha, beta, step, penalty, weight, first_of, skills, zone, crew, demand, busy)
    if worth < best:
        best = worth
    else:
        found, found_ways = found[:0], found_ways[:0]
    deepest, ways = len(order), step.shape[1]
    twin = alike(order, units, row, seconds, first_of, skills, zone) if weight > 0 and beta == 0 else np.full(deepest, -1, dtype=np.int64)
    state, cost = np.full(deepest + 1, len(penalty) - 1), np.zeros(deepest + 1)
    pick, way_of = np.zeros(deepest + 1, dtype=np.int64), np.zeros(deepest + 1, dtype=np.int64)
    taken, gone = np.zeros(deepest, dtype=np.bool_), np.zeros_like(crew)
    depth, k, way, nodes = 0, 0, 0, 0
    while True:
        went = False
        while k < deepest and nodes < NODES and cost[depth] + bound[k, state[depth]] < best - EPS:
            nodes += 1
            if way == ways or (twin[k] >= 0 and not taken[twin[k]]):
                k, way = k + 1, 0
                continue
            unit, after = units[order[k]], step[row[order[k]], way, state[depth]]
            lost = added_loss(unit, first_of, skills, zone, crew, gone, demand, busy) if weight > 0 else 0.0
            last = beta * seconds[unit] if depth == 0 else 0.0
            total = cost[depth] + last + alpha * seconds[unit] + weight * lost
            if after != state[depth] and total + bound[k + 1, after] < best - EPS:
                pick[depth], way_of[depth], taken[k] = k, way, True
                depart(unit, 1, first_of, skills, zone, gone)
                depth += 1
                state[depth], cost[depth] = after, total
                if total + penalty[after] < best:
                    best = total + penalty[after]
                    found, found_ways = order[pick[:depth]], way_of[:depth].copy()
                k, way, went = k + 1, 0, True
                break
            way += 1
        if went:
            continue
        if depth == 0:
            break
        depth -= 1
        k, way = pick[depth], way_of[depth] + 1
        taken[k] = False
        depart(units[order[k]], -1, first_of, skills, zone, gone)
    return best, found, found_ways, nodes < NODES, bound[0]


@numba.njit(cache=True, nogil=True)
def contributing(profile: Longs, size: int) -> tuple[Longs, Longs, Longs]:
    """Units that bring something, the line of each one's profile, and the profiles there are."""
    line_of = np.full(size, -1, dtype=np.int64)
    profiles = np.empty(size, dtype=np.int64)
    units, row = np.empty(len(profile), dtype=np.int64), np.empty(len(profile), dtype=np.int64)
    lines, count = 0, 0
    for unit in range(len(profile)):
        if profile[unit] > 0:
            if line_of[profile[unit]] < 0:
                line_of[profile[unit]] = lines
                profiles[lines] = profile[unit]
                lines += 1
            units[count], row[count] = unit, line_of[profile[unit]]
            count += 1
    return units[:count], row[:count], profiles[:lines]


@numba.njit(cache=True, nogil=True)
def in_order(chosen: Longs, key: Floats, sign: float) -> Longs:
    """Positions by ascending sign * key. By insertion: they are few and mostly in order, and it compiles in no time."""
    out = chosen.copy()
    for at in range(1, len(out)):
        one, place = out[at], at
        while place > 0 and sign * key[out[place - 1]] > sign * key[one]:
            out[place] = out[place - 1]
            place -= 1
        out[place] = one
    return out


@numba.njit(cache=True, nogil=True)
def marked(inside: NDArray[np.bool_]) -> Longs:
    """Positions that are set."""
    out = np.empty(len(inside), dtype=np.int64)
    count = 0
    for at in range(len(inside)):
        out[count] = at
        count += inside[at]
    return out[:count]


@numba.njit(cache=True, nogil=True)
def enough_units(
    units: Longs, row: Longs, profiles: Longs, key: Floats, digit: Longs, amount: Longs, slots: bool, spare: int
) -> Longs:  # fmt: skip
    """Positions that hold an optimum of the additive cost (cover.py, 2), whichever `spare` units are taken away."""
    quota = np.empty(len(profiles), dtype=np.int64)
    for line in range(len(profiles)):
        quota[line] = enough(profiles[line], digit, amount, slots) + spare
    first = in_order(cheapest(units, row, key, quota), key, 1.0)
    return first if slots else needed(first, row, profiles, quota, digit)


@numba.njit(cache=True, nogil=True)
def choose(
    forbidden: int, units: Longs, row: Longs, own: Floats, first: Longs, lowest: Floats, step: Longs, seconds: Floats, alpha: float, beta: float,
    weight: float, penalty: Floats, first_of: Longs, skills: Longs, zone: NDArray[np.int32], crew: Longs, demand: Floats, busy: float,
) -> tuple[float, Longs, Longs, int, float, bool]:  # fmt: skip
    """The best set without `forbidden`: its cost, units, ways, state, a proven bound of every set's cost, and whether the search was whole."""
    order = first[units[first] != forbidden]
    best, found, ways, whole, least = search(
        order, units, row, own, seconds, alpha, beta, step, penalty, weight, first_of, skills, zone, crew, demand, busy, np.inf
    )  # fmt: skip
    bound = best
    if weight > 0 or not whole:
        bound = least[-1]
        if any_priced_in(lowest, step, least, best):
            inside = np.zeros(len(units), dtype=np.bool_)
            inside[order] = True
            if priced_in(inside, forbidden, units, row, own, seconds, beta, step, least, best):
                order = in_order(marked(inside), seconds[units] if beta > 0 else own, -1.0 if beta > 0 else 1.0)
                whole = len(order) * len(penalty) <= MOST
                if whole:
                    better, again, again_ways, whole, _ = search(
                        order, units, row, own, seconds, alpha, beta, step, penalty, weight, first_of, skills, zone, crew, demand, busy, best
                    )  # fmt: skip
                    if len(again):
                        best, found, ways = better, again, again_ways
    state = len(penalty) - 1
    for at in range(len(found)):
        state = step[row[found[at]], ways[at], state]
    return best - penalty[state], units[found], ways, state, (best if whole else bound) - penalty[state], whole


@numba.njit(cache=True, nogil=True)
def rest_of(line: int, step: Longs, least: Floats) -> float:
    """What the rest must cost when a unit of this profile goes."""
    rest = np.inf
    for way in range(step.shape[1]):
        rest = min(rest, least[step[line, way, len(least) - 1]])
    return rest


@numba.njit(cache=True, nogil=True)
def any_priced_in(lowest: Floats, step: Longs, least: Floats, best: float) -> bool:
    """Whether cover.py, 3 lets in anybody at all: one look at each profile instead of one at each unit."""
    anybody = False
    for line in range(len(lowest)):
        anybody |= lowest[line] + rest_of(line, step, least) < best - EPS
    return anybody


@numba.njit(cache=True, nogil=True)
def priced_in(
    inside: NDArray[np.bool_], forbidden: int, units: Longs, row: Longs, own: Floats, seconds: Floats, beta: float, step: Longs, least: Floats, best: float
) -> bool:  # fmt: skip
    """Let in every unit that cover.py, 3 does not exclude."""
    rest = np.empty(len(step))
    for line in range(len(step)):
        rest[line] = rest_of(line, step, least)
    grown = False
    for at in range(len(units)):
        if not inside[at] and units[at] != forbidden and beta * seconds[units[at]] + own[at] + rest[row[at]] < best - EPS:
            inside[at] = grown = True
    return grown


@numba.njit(cache=True, nogil=True)
def lowest_outside(units: Longs, row: Longs, own: Floats, seconds: Floats, beta: float, first: Longs, lines: int) -> Floats:
    """Of each profile the least a unit that is not among the first costs by itself; infinite where there is none."""
    out = np.full(lines, np.inf)
    inside = np.zeros(len(units), dtype=np.bool_)
    inside[first] = True
    for at in range(len(units)):
        if not inside[at]:
            out[row[at]] = min(out[row[at]], beta * seconds[units[at]] + own[at])
    return out


@numba.njit(cache=True, nogil=True)
def prepare(
    count: int, begin: Longs, able: Longs, each: Longs, amount: Longs, stride: Longs, seconds: Floats, alpha: float, beta: float, weight: float, slots: bool,
    first_of: Longs, skills: Longs, zone: NDArray[np.int32], crew: Longs, demand: Floats, busy: float,
) -> tuple[Longs, Longs, Floats, Longs, Floats, Longs, Longs, float]:  # fmt: skip
    """Units that bring something, the line of each one's profile, own costs, positions that are enough in the order of the search, what others of each profile
    cost at least, steps of each profile, digits of each state, and the latest arrival of all."""
    digit = digits(amount)
    profile = screen.profiles(count, begin, able, each, amount, stride)
    units, row, lines = contributing(profile, len(digit))
    time = seconds[units]
    own = alpha * time
    if weight > 0:
        own += weight * screen.losses(units, first_of, skills, zone, screen.step_losses(crew, demand, busy))
    inside = np.zeros(len(units), dtype=np.bool_)
    inside[enough_units(units, row, lines, own if weight > 0 else time, digit, amount, slots, 1)] = True
    if beta > 0 and weight > 0:
        inside[enough_units(units, row, lines, time, digit, amount, slots, 1)] = True
    first = in_order(marked(inside), time if beta > 0 else own, -1.0 if beta > 0 else 1.0)
    lowest, latest = lowest_outside(units, row, own, seconds, beta, first, len(lines)), 0.0
    for one in time:
        latest = max(latest, one)
    return units, row, own, first, lowest, steps(lines, digit, stride, slots), digit, latest
