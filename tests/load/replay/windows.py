"""Small windows: a state amid the day (the nearest by road has run for hours), then a few calls, served by every policy and by the offline optimum."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from tests.load.replay import auckland
from tests.load.replay.offline import optimum
from tests.load.replay.policies import ROAD, policies
from tests.load.replay.simulate import Fleet, at_home, replay
from tests.load.replay.world import Calls, Floats, World

BEFORE: Final = 60
"""Calls served before the window."""

HOME: Final = "offline optimum, dispatch"
ANYWHERE: Final = "offline optimum, and posts"


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One way of dispatching: a row for each window with the number of priority-1 calls, how many were late, and the sum of their seconds."""

    rows: Floats
    proven: float

    def late(self) -> tuple[float, float]:
        """Share of late calls over all windows, and its standard error (jackknife)."""
        calls, late, _ = self.rows.T
        size = len(calls)
        without = (late.sum() - late) / (calls.sum() - calls)
        return float(late.sum() / calls.sum()), float(np.sqrt((size - 1) / size * ((without - without.mean()) ** 2).sum()))

    def mean(self) -> float:
        """Seconds from call to arrival."""
        return float(self.rows[:, 2].sum() / self.rows[:, 0].sum())


def run(world: World, count: int, size: int, per_day: float, limit_s: float, seed: int) -> dict[str, Window]:
    """Every way on the same windows. Waiting calls are served in order of time, as in the search, so that its answers hold all of theirs."""
    online = policies(queue_by_priority=False)

    def one(k: int) -> dict[str, tuple[list[float], bool]]:
        calls = auckland.calls(per_day, 2.0, np.random.default_rng((seed, k)))
        before, window = (Calls._make(column[part] for column in calls) for part in (slice(0, BEFORE), slice(BEFORE, BEFORE + size)))
        fleet = at_home(world, 0.0)
        replay(fleet, world, before, online[ROAD])
        urgent = window.priority == 0

        def row(first_s: Floats) -> list[float]:
            times = first_s[urgent]
            return [float(len(times)), float((times > limit_s).sum()), float(times.sum())]

        out = {name: (row(replay(_copy(fleet), world, window, policy).first_s), True) for name, policy in online.items()}
        for name, anywhere in ((HOME, False), (ANYWHERE, True)):
            found = optimum(_copy(fleet), window, limit_s, anywhere, world)
            out[name] = row(found.first_s), found.proven
        return out

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        all_of_them = list(pool.map(one, range(count)))
    return {
        name: Window(
            np.array([each[name][0] for each in all_of_them]),
            float("nan") if name in online else float(np.mean([each[name][1] for each in all_of_them])),
        )
        for name in (*online, HOME, ANYWHERE)
    }  # fmt: skip


def _copy(fleet: Fleet) -> Fleet:
    return Fleet._make(column.copy() for column in fleet)
