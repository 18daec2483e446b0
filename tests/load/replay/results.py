"""What a replay is judged by, with standard errors over independent replications."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.load.replay.simulate import Outcome
from tests.load.replay.world import Calls, Floats

MEASURES: Final = ("mean", "p90", "p95", "late", "over 5 min", "late, other", "kept", "moves a day")

FIVE_MINUTES_S: Final = 300.0
"""接到出动指令后 5 分钟内到达: a fire station's task by the standard for building them."""


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """One policy in one setting: a row for each replication, a column for each measure; response times of priority 1 for the plot."""

    rows: Floats
    times: NDArray[np.float32]

    def mean(self, measure: str) -> float:
        """Over replications."""
        return float(self.rows[:, MEASURES.index(measure)].mean())

    def error(self, measure: str) -> float:
        """Standard error of that mean."""
        column = self.rows[:, MEASURES.index(measure)]
        return float(column.std(ddof=1) / np.sqrt(len(column)))

    def cut(self, base: "Results", measure: str) -> tuple[float, float]:
        """How much less than the base, as a share of the base, and its standard error (jackknife over paired replications)."""
        at = MEASURES.index(measure)
        ours, theirs = self.rows[:, at], base.rows[:, at]
        size = len(ours)
        left_out = 1 - (ours.sum() - ours) / (theirs.sum() - theirs)
        return float(1 - ours.sum() / theirs.sum()), float(np.sqrt((size - 1) / size * ((left_out - left_out.mean()) ** 2).sum()))


def judged(outcome: Outcome, calls: Calls, keep: NDArray[np.bool_], standard_s: tuple[float, ...]) -> tuple[list[float], NDArray[np.float32]]:
    """The measures of one replication over the calls kept. `standard_s` by priority, from call to arrival; 'other' is priorities below the first."""
    limit = np.array(standard_s)[calls.priority]
    first, other = keep & (calls.priority == 0), keep & (calls.priority > 0)
    times = outcome.first_s[first]
    days = (calls.time[-1] - calls.time[0]) / 86_400
    late_other = float((outcome.first_s[other] > limit[other]).mean()) if other.any() else 0.0
    row = [
        float(times.mean()), float(np.quantile(times, 0.9)), float(np.quantile(times, 0.95)), float((times > limit[first]).mean()),
        float((times > FIVE_MINUTES_S).mean()), late_other,
        float(outcome.kept[keep].mean()), outcome.moves / days,
    ]  # fmt: skip
    return row, times.astype(np.float32)
