"""The exact choice of a set of units for the needs of one incident.

**Problem.** State s is what is still needed, one digit for each need. Unit u has a profile p (what it brings, capped by the need), a time t and an own cost
a = alpha*t + w*f, where f is the coverage lost when it leaves alone and w the weight of coverage. Covering: s -> s - p digit by digit, not below zero. With
slots: one digit only. A set A costs C(A) = beta*max t + alpha*sum t + w*F(A) + penalty(what is left), where F is the coverage lost by all of A. The penalty
is larger than any difference of the rest, so as much as possible is met first. alpha = 1, beta = 0 adds arrivals; beta = 1 and a small alpha is the last
arrival.

**1. F(A) >= sum of f over A.** For one zone and capability F is demand * (q^(n-m) - q^n) for m crews gone of n; its k-th step demand * (1-q) * q^(n-k) does
not fall with k, so each step is at least the first, and f is the first step. Sums over zones and capabilities keep the inequality.

**2. Few units of each profile are enough for the additive cost.** Let T(p) be the largest over digits of ceil(d/p) (with slots their sum), d the digit of
the whole need. More than T(p) units of one profile in a set: one of them can be left out without uncovering anything (covering: T(p) of them cover each of
their digits; slots: some need gets more than ceil(d/p) of them), and costs are not negative. A unit in the set that is not among the T(p) cheapest of its
profile can be exchanged for one of those that is not in the set. So the T(p) cheapest of every profile contain an optimum of sum a + penalty, from every
state s <= d. When covering, the argument holds word for word for units whose profile is p or more in every digit: a unit behind T(p) of those is not needed
either. With T(p) + 1 in place of T(p) it holds whichever single unit is forbidden. W[0][s], computed by dynamic programming over just these, is therefore
a lower bound of what all units together can do from s. Without weight of coverage the order of a is the order of t, an exchange never makes the last
arrival later, and these units contain an optimum of C itself.

**3. The bound that makes the choice of units exact.** Let `best` be the cost of a known set. Any set A with u in it costs, by 1, at least
beta*t + a + (sum of a over the rest + penalty), and the rest covers from d - p (or from d less one digit of it), so by 2
    C(A) >= beta*t + a + min W[0][d - p].
A unit for which this is not below `best` is in no better set. What is left, sorted, is searched whole. With pure time and one profile the rule reads:
whoever needs longer than best + w*(largest loss) can be ignored; here the largest loss is replaced by the unit's own and by what the rest must cost, which
is never weaker.

**4. Search.** Depth first over the units left, in an order (ascending a; with beta, descending t, so that the first one chosen is the last to arrive) with
the bound cost so far + W[k][s], W now for these units in this order: exact up to the difference between F and the sum of f, so that without coverage it
walks straight to the optimum. Of two units alike in profile, zone and capabilities the slower is never taken without the quicker.
"""

from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

EPS: Final = 1e-6
"""Seconds below which costs are the same."""

NODES: Final = 200_000
"""Steps of the search after which the best set so far is given with its gap."""

MOST: Final = 3_000_000
"""Entries of the table W; more units than fit are priced but not searched."""

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@numba.njit(cache=True, nogil=True)
def digits(amount: Longs) -> Longs:
    """The digits of every state."""
    size = 1
    for one in amount:
        size *= one + 1
    out = np.empty((size, len(amount)), dtype=np.int64)
    for state in range(size):
        rest = state
        for need in range(len(amount)):
            out[state, need] = rest % (amount[need] + 1)
            rest //= amount[need] + 1
    return out


@numba.njit(cache=True, nogil=True)
def enough(profile: int, digit: Longs, amount: Longs, slots: bool) -> int:
    """T(p): how many units of a profile a set without idle units holds at most."""
    most = 0
    for need in range(len(amount)):
        if digit[profile, need] > 0:
            times = (amount[need] + digit[profile, need] - 1) // digit[profile, need]
            most = most + times if slots else max(most, times)
    return most


@numba.njit(cache=True, nogil=True)
def steps(profiles: Longs, digit: Longs, stride: Longs, slots: bool) -> Longs:
    """State after a unit of each profile: [profile, way, state]; one way when it covers all, one for each need with slots."""
    needs = len(stride)
    out = np.empty((len(profiles), needs if slots else 1, len(digit)), dtype=np.int64)
    for row in range(len(profiles)):
        for state in range(len(digit)):
            covered = state
            for need in range(needs):
                less = min(digit[state, need], digit[profiles[row], need]) * stride[need]
                if slots:
                    out[row, need, state] = state - less
                covered -= less
            if not slots:
                out[row, 0, state] = covered
    return out


@numba.njit(cache=True, nogil=True)
def cheapest(units: Longs, row: Longs, key: Floats, quota: Longs) -> Longs:
    """Of each profile the quota[row] units with the least key, in order of key; ties by unit. Positions in `units`."""
    most = 0
    for one in quota:
        most = max(most, one)
    held = np.full((len(quota), max(most, 1)), -1, dtype=np.int64)
    filled = np.zeros(len(quota), dtype=np.int64)
    total = 0
    for at in range(len(units)):
        line, limit = row[at], quota[row[at]]
        size = filled[line]
        if size == limit and key[at] >= key[held[line, limit - 1]]:
            continue
        place = size if size < limit else limit - 1
        while place > 0 and key[held[line, place - 1]] > key[at]:
            held[line, place] = held[line, place - 1]
            place -= 1
        held[line, place] = at
        if size < limit:
            filled[line] += 1
            total += 1
    out = np.empty(total, dtype=np.int64)
    count = 0
    for line in range(len(quota)):
        for place in range(filled[line]):
            out[count] = held[line, place]
            count += 1
    return out


@numba.njit(cache=True, nogil=True)
def needed(order: Longs, row: Longs, profiles: Longs, quota: Longs, digit: Longs) -> Longs:
    """Of units in ascending order of cost those that have fewer than T(p) before them with their profile or more. For covering only."""
    kept = np.empty(len(order), dtype=np.int64)
    count = 0
    for at in order:
        profile, ahead = profiles[row[at]], 0
        for before in range(count):
            other = profiles[row[kept[before]]]
            more = True
            for need in range(digit.shape[1]):
                if digit[other, need] < digit[profile, need]:
                    more = False
                    break
            ahead += more
            if ahead >= quota[row[at]]:
                break
        if ahead < quota[row[at]]:
            kept[count] = at
            count += 1
    return kept[:count]


@numba.njit(cache=True, nogil=True)
def table(order: Longs, row: Longs, cost: Floats, step: Longs, penalty: Floats) -> Floats:
    """W[k][s]: least own cost plus penalty from state s with the units order[k:]."""
    size = len(penalty)
    out = np.empty((len(order) + 1, size))
    out[len(order)] = penalty
    for k in range(len(order) - 1, -1, -1):
        line, own = row[order[k]], cost[order[k]]
        for state in range(size):
            least = out[k + 1, state]
            for way in range(step.shape[1]):
                least = min(least, own + out[k + 1, step[line, way, state]])
            out[k, state] = least
    return out


@numba.njit(cache=True, nogil=True)
def added_loss(unit: int, first_of: Longs, skills: Longs, zone: NDArray[np.int32], crew: Longs, gone: Longs, demand: Floats, busy: float) -> float:
    """Coverage lost when the unit leaves after those that are gone."""
    total = 0.0
    if 0 <= zone[unit] < len(demand):
        for at in range(first_of[unit], first_of[unit + 1]):
            if skills[at] < demand.shape[1]:
                left = crew[zone[unit], skills[at]] - gone[zone[unit], skills[at]]
                total += demand[zone[unit], skills[at]] * busy ** (left - 1) * (1 - busy)
    return total


@numba.njit(cache=True, nogil=True)
def depart(unit: int, sign: int, first_of: Longs, skills: Longs, zone: NDArray[np.int32], gone: Longs) -> None:
    """Note that the unit left (+1) or is back (-1)."""
    if 0 <= zone[unit] < len(gone):
        for at in range(first_of[unit], first_of[unit + 1]):
            if skills[at] < gone.shape[1]:
                gone[zone[unit], skills[at]] += sign


@numba.njit(cache=True, nogil=True)
def alike(order: Longs, units: Longs, row: Longs, seconds: Floats, first_of: Longs, skills: Longs, zone: NDArray[np.int32]) -> Longs:
    """For each place in the order the place before it with a unit alike and no slower, -1 for none."""
    out = np.full(len(order), -1, dtype=np.int64)
    for k in range(len(order)):
        one = units[order[k]]
        size = first_of[one + 1] - first_of[one]
        for before in range(k - 1, max(-1, k - 100), -1):
            other = units[order[before]]
            if row[order[k]] == row[order[before]] and zone[one] == zone[other] and seconds[one] >= seconds[other]:
                same = first_of[other + 1] - first_of[other] == size
                for at in range(size):
                    same = same and skills[first_of[one] + at] == skills[first_of[other] + at]
                if same:
                    out[k] = before
                    break
    return out
