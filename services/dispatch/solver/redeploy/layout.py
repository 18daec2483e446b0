"""The worth of a layout of idle units over posts, and what every single change of it would gain.

**Model.** A call at place d is answered by the nearest free unit; each is busy with probability q, independently, so the unit that is k-th nearest answers
with probability (1 - q) * q ** k. With price[d, p] for an answer from post p (1 when later than the standard, plus a share that grows with the time) and
`none` when all are busy, the expected price of a layout is
    F(n) = sum over d of weight[d] * (sum over posts p from near to far of (q ** before - q ** (before + n[p])) * price[d, p] + q ** N * none).
With a price of 0 or 1 this is one minus MEXCLP's coverage; the share that grows with time keeps units near to where calls are, not just within reach.

**Changes.** One unit more at b, with m units nearer, puts (1 - q) * q ** m * price[d, b] in and multiplies everything behind by q. So with the sums of
what is behind each post, the gains of all posts cost one pass over the places and posts; all moves a -> b cost one such pass for each post a that has a
unit. Nothing is approximated but chances below NEVER.
"""

from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

NEVER: Final = 1e-9
"""Chance below which it does not matter who is behind: everybody nearer would have to be busy."""

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@numba.njit(cache=True, nogil=True)
def expected_price(count: Longs, order: Longs, price: Floats, weight: Floats, none: float, busy: float) -> float:
    """F(n). `order[d]` are the posts from near to far, `price[d, k]` the price from the k-th of them."""
    total = 0.0
    for place in range(len(weight)):
        left, sum_here = 1.0, 0.0
        for k in range(order.shape[1]):
            units = count[order[place, k]]
            if left <= NEVER:
                break
            if units:
                after = left * busy**units
                sum_here += (left - after) * price[place, k]
                left = after
        total += weight[place] * (sum_here + left * none)
    return total


@numba.njit(cache=True, nogil=True)
def gains_of_one_more(count: Longs, order: Longs, price: Floats, weight: Floats, none: float, busy: float, without: int) -> tuple[float, Floats]:
    """F of the layout less one unit at `without` (-1: as it is), and how much one unit more at each post takes from it."""
    posts = order.shape[1]
    gain, total = np.zeros(posts), 0.0
    ahead, behind = np.empty(posts + 1), np.empty(posts + 1)
    power = np.empty(count.sum() + 1)
    power[0] = 1.0
    for k in range(1, len(power)):
        power[k] = power[k - 1] * busy
    for place in range(len(weight)):
        ahead[0] = 1.0
        near = 0
        while near < posts and ahead[near] > NEVER:
            post = order[place, near]
            ahead[near + 1] = ahead[near] * power[count[post] - (post == without)]
            near += 1
        behind[near] = ahead[near] * none
        for k in range(near - 1, -1, -1):
            behind[k] = behind[k + 1] + (ahead[k] - ahead[k + 1]) * price[place, k]
        for k in range(near):
            # The new unit stands behind those of its own post: the same price, so the order among them does not matter.
            gain[order[place, k]] += weight[place] * (1 - busy) * (behind[k + 1] - ahead[k + 1] * price[place, k])
        total += weight[place] * behind[0]
    return total, gain


@numba.njit(cache=True, nogil=True)
def counted(at: Longs, posts: int) -> Longs:
    """Units at each post; who has none (below 0) is not counted."""
    out = np.zeros(posts, dtype=np.int64)
    for post in at:
        if post >= 0:
            out[post] += 1
    return out


@numba.njit(cache=True, nogil=True)
def best_post(
    unit: int, at: Longs, drive: Floats, room: Longs, order: Longs, price: Floats, weight: Floats, none: float, busy: float, cost_per_s: float
) -> int:  # fmt: skip
    """The post where a unit without one gains most, less the cost of driving there; -1 when it reaches none that has room."""
    count = counted(at, order.shape[1])
    _, gain = gains_of_one_more(count, order, price, weight, none, busy, -1)
    best, found = -np.inf, -1
    for post in range(len(count)):
        if count[post] < room[post] and np.isfinite(drive[unit, post]):
            net = gain[post] - cost_per_s * drive[unit, post]
            if net > best:
                best, found = net, post
    return found


@numba.njit(cache=True, nogil=True)
def best_move(
    at: Longs, drive: Floats, room: Longs, order: Longs, price: Floats, weight: Floats, none: float, busy: float, cost_per_s: float, least: float
) -> tuple[int, int, float]:  # fmt: skip
    """The move with the greatest gain less the cost of the extra driving: unit, post, net gain; unit -1 when none gains more than `least`.

    `at` is where each unit stands or is going to, `drive[u, p]` its seconds to a post from where it is now.
    """
    posts = order.shape[1]
    count = counted(at, posts)
    now = expected_price(count, order, price, weight, none, busy)
    best, found, found_post = least, -1, -1
    for start in range(posts):
        if count[start] == 0:
            continue
        lowered, gain = gains_of_one_more(count, order, price, weight, none, busy, start)
        for unit in range(len(at)):
            if at[unit] != start:
                continue
            for post in range(posts):
                if post != start and count[post] < room[post] and np.isfinite(drive[unit, post]):
                    extra = drive[unit, post] - min(drive[unit, start], drive[unit, post])
                    net = now - (lowered - gain[post]) - cost_per_s * extra
                    if net > best:
                        best, found, found_post = net, unit, post
    return found, found_post, best
