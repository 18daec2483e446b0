"""Which unit goes to which place of the new layout: exact, by shortest augmenting paths (Hungarian method), n ** 3 steps for n units.

`least_total` is the least sum of driving. `least_longest` first makes the longest drive as short as can be, so that the layout stands as soon as
possible (linear bottleneck assignment; van Barneveld, Bhulai and van der Mei 2016), then takes the least sum among those assignments.
"""

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@numba.njit(cache=True, nogil=True)
def least_total(cost: Floats) -> Longs:
    """Column of each row, for a square matrix of finite costs."""
    size = len(cost)
    row_price, column_price = np.zeros(size + 1), np.zeros(size + 1)
    row_of, way = np.zeros(size + 1, dtype=np.int64), np.zeros(size + 1, dtype=np.int64)
    for row in range(1, size + 1):
        row_of[0], column = row, 0
        least, used = np.full(size + 1, np.inf), np.zeros(size + 1, dtype=np.bool_)
        while row_of[column] != 0:
            used[column] = True
            here, step, following = row_of[column], np.inf, 0
            for other in range(1, size + 1):
                if not used[other]:
                    reduced = cost[here - 1, other - 1] - row_price[here] - column_price[other]
                    if reduced < least[other]:
                        least[other], way[other] = reduced, column
                    if least[other] < step:
                        step, following = least[other], other
            for other in range(size + 1):
                if used[other]:
                    row_price[row_of[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = following
        _shift(row_of, way, column)
    out = np.empty(size, dtype=np.int64)
    for column in range(1, size + 1):
        out[row_of[column] - 1] = column - 1
    return out


@numba.njit(cache=True, nogil=True)
def _shift(row_of: Longs, way: Longs, column: int) -> None:
    """Give each column on the way back to column 0 the row of the one before it."""
    while column != 0:
        before = way[column]
        row_of[column] = row_of[before]
        column = before


@numba.njit(cache=True, nogil=True)
def least_longest(cost: Floats) -> Longs:
    """Column of each row with the least longest cost, and of those assignments the one with the least sum."""
    values = np.unique(cost.ravel())
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if _whole(cost, values[middle]):
            high = middle
        else:
            low = middle + 1
    barred = cost.copy()
    dear = (np.abs(cost).max() + 1.0) * (len(cost) + 1)
    for row in range(len(cost)):
        for column in range(len(cost)):
            if cost[row, column] > values[low]:
                barred[row, column] = dear
    return least_total(barred)


@numba.njit(cache=True, nogil=True)
def _whole(cost: Floats, limit: float) -> bool:
    """Whether every row finds a column of its own at no more than the limit. Rows that can keep the column of their number start with it: most can."""
    size = len(cost)
    row_of = np.full(size + 1, -1, dtype=np.int64)
    for row in range(size):
        if cost[row, row] <= limit:
            row_of[row] = row
    for start in range(size):
        if cost[start, start] <= limit:
            continue
        # A column numbered `size` stands for the row that looks for one.
        row_of[size] = start
        way = np.full(size, -1, dtype=np.int64)
        free = _reached(cost, limit, row_of, way)
        if free < 0:
            return False
        while free != size:
            row_of[free] = row_of[way[free]]
            free = way[free]
    return True


@numba.njit(cache=True, nogil=True)
def _reached(cost: Floats, limit: float, row_of: Longs, way: Longs) -> int:
    """Breadth first over alternating paths from column `size`: a column without a row, -1 when none is reached. `way` is the column each was reached from."""
    size = len(cost)
    queue, head, ends = np.empty(size + 1, dtype=np.int64), 0, 1
    queue[0] = size
    while head < ends:
        from_column = queue[head]
        head += 1
        for column in range(size):
            if way[column] < 0 and cost[row_of[from_column], column] <= limit:
                way[column] = from_column
                if row_of[column] < 0:
                    return column
                queue[ends] = column
                ends += 1
    return -1
