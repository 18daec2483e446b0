"""What makes a question unanswerable, told field by field before anything is computed. Cheap: it is asked of every question."""

from collections.abc import Iterator, Sequence
from typing import Final

import numba
import numpy as np

from services.dispatch.solver.given import Trouble, at, integer, real
from services.dispatch.solver.recommend.cover import Floats
from services.dispatch.solver.recommend.request import Coverage, Need, Rules, Units

MOST_NEEDS: Final = 64
"""More needs than this in one question are no question of one incident."""

MOST_COUNT: Final = 1_000_000
"""Most of a capability in one need."""

MOST_S: Final = 1e7
"""Longest time that is one, four months: beyond it sums of times would no longer be exact to the millisecond."""

MOST_COVERAGE_S: Final = 1e12
"""Most seconds that all coverage together may be worth."""


def troubles(units: Units, seconds: Floats, needs: Sequence[Need], rules: Rules) -> tuple[Trouble, ...]:
    """All there are; empty when the question can be answered."""
    found = [*units.troubles, *_times(units, seconds), *_needs(needs), *_rules(rules)]
    return (*found, *_coverage(rules.coverage)) if rules.coverage is not None else tuple(found)


@numba.njit(cache=True, nogil=True)
def _wrong(seconds: Floats) -> int:
    """How many are negative, or longer than any time without being no way at all."""
    count = 0
    for one in seconds:
        count += (one < 0) | ((one > MOST_S) & (one < np.inf))
    return count


def _times(units: Units, seconds: Floats) -> Iterator[Trouble]:
    if seconds.shape != (len(units),):
        yield Trouble("seconds", -1, f"must have {len(units)} entries, one a unit, has {len(seconds)}")
    elif _wrong(seconds):
        yield from at(
            "seconds", (seconds < 0) | ((seconds > MOST_S) & np.isfinite(seconds)), f"must be from 0 to {MOST_S:g}, or infinite where there is no way"
        )


def _needs(needs: Sequence[Need]) -> Iterator[Trouble]:
    if len(needs) > MOST_NEEDS:
        yield Trouble("needs", -1, f"{len(needs)} needs, at most {MOST_NEEDS}")
    for index, need in enumerate(needs):
        if not integer(need.capability, 0, 2**31 - 1):
            yield Trouble("needs.capability", index, f"must be a whole number from 0, is {need.capability}")
        if not integer(need.count, 1, MOST_COUNT):
            yield Trouble("needs.count", index, f"must be a whole number from 1 to {MOST_COUNT}, is {need.count}")
        if not integer(need.min_rank, -(2**31), 2**31 - 1):
            yield Trouble("needs.min_rank", index, f"must be a whole number of 32 bits, is {need.min_rank}")
        if not integer(need.qualifications, 0, 2**64 - 1):
            yield Trouble("needs.qualifications", index, f"must be a mask of 64 bits, is {need.qualifications}")


def _rules(rules: Rules) -> Iterator[Trouble]:
    if not real(rules.latest_s) >= 0:
        yield Trouble("latest_s", -1, f"must be a number from 0, or infinite, is {rules.latest_s}")
    if not 0 <= real(rules.work_s) < np.inf:
        yield Trouble("work_s", -1, f"must be a number from 0, is {rules.work_s}")
    if not 0 <= real(rules.last_arrival_share) <= 1:
        yield Trouble("last_arrival_share", -1, f"must be from 0 to 1, is {rules.last_arrival_share}")
    if not 0 <= real(rules.within_s) <= MOST_S:
        yield Trouble("within_s", -1, f"must be a number from 0 to {MOST_S:g}, is {rules.within_s}")
    if not integer(rules.alternatives, -(2**31), 2**31 - 1):
        yield Trouble("alternatives", -1, f"must be a whole number, is {rules.alternatives}")
    if not all(isinstance(unit, int | np.integer) for unit in rules.declined):
        yield Trouble("declined", -1, "must be numbers of units")


def _coverage(coverage: Coverage) -> Iterator[Trouble]:
    demand, weight = coverage.demand, real(coverage.weight)
    if not (isinstance(demand, np.ndarray) and demand.ndim == 2 and demand.dtype == np.float64):
        yield Trouble("coverage.demand", -1, "must be floats, a row for each zone")
    elif not (demand.min(initial=0.0) >= 0 and demand.max(initial=0.0) < np.inf):
        yield from at("coverage.demand", ~(np.isfinite(demand) & (demand >= 0)).ravel(), "must be a number from 0")
    elif 0 < weight < np.inf and np.minimum(demand, MOST_COVERAGE_S).sum() > MOST_COVERAGE_S / weight:
        yield Trouble("coverage.demand", -1, f"weight times demand adds up to more than {MOST_COVERAGE_S:g} seconds")
    if not 0 <= weight < np.inf:
        yield Trouble("coverage.weight", -1, f"must be a number from 0, is {coverage.weight}")
    if not 0 <= real(coverage.busy) < 1:
        yield Trouble("coverage.busy", -1, f"must be from 0 to below 1, is {coverage.busy}")
