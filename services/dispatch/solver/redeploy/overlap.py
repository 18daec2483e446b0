"""Coverage by units whose areas overlap (MEXCLP, Daskin 1983), and what one unit's leaving costs (DMEXCLP, Jagtenberg, Bhulai and van der Mei 2017).

A place is covered by every free unit that reaches it within the standard. With n of them, each busy with probability q when the next call comes, the call
finds one with probability 1 - q ** n; the last of them to leave costs weight * q ** (n - 1) * (1 - q).
"""

import numba
import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.recommend.request import Coverage

Floats = NDArray[np.float64]


@numba.njit(cache=True, nogil=True)
def departure_losses(seconds: Floats, weight: Floats, within_s: float, busy: float) -> Floats:
    """Expected demand that each unit's leaving alone takes from cover. `seconds[place, unit]` from where each stands now; `weight` of each place; NaN
    when there are not as many weights as places."""
    out = np.zeros(seconds.shape[1])
    if len(weight) != seconds.shape[0]:
        return np.full(seconds.shape[1], np.nan)
    for place in range(seconds.shape[0]):
        count = 0
        for unit in range(seconds.shape[1]):
            count += seconds[place, unit] <= within_s
        if count:
            loss = weight[place] * busy ** (count - 1) * (1 - busy)
            for unit in range(seconds.shape[1]):
                if seconds[place, unit] <= within_s:
                    out[unit] += loss
    return out


@numba.njit(cache=True, nogil=True)
def coverage_of(seconds: Floats, weight: Floats, within_s: float, busy: float) -> float:
    """Expected demand that finds a free unit within the standard; with `busy` 0 the demand that any free unit reaches; NaN
    when there are not as many weights as places."""
    total = 0.0
    if len(weight) != seconds.shape[0]:
        return np.nan
    for place in range(seconds.shape[0]):
        count = 0
        for unit in range(seconds.shape[1]):
            count += seconds[place, unit] <= within_s
        if count:
            total += weight[place] * (1 - busy**count)
    return total


def own_zone_coverage(losses: Floats, weight: float, busy: float) -> Coverage:
    """Losses by overlapping cover in the form `recommend` takes: unit u stands alone in zone u, whose demand is what it alone keeps.

    Exact for one unit. For a set it is the sum of single losses, a lower bound of the set's loss: departures from the same area cost more each time.
    """
    with np.errstate(all="ignore"):  # what is no number then is named by `recommend`
        return Coverage(np.ascontiguousarray(losses / (np.float64(1) - busy))[:, None], weight, busy)
