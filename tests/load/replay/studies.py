"""The studies: which settings, how many replications, what is shown of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from tests.load.figures import Figures
from tests.load.replay import auckland as city_of_auckland
from tests.load.replay import report, runs
from tests.load.replay import toronto as city_of_toronto
from tests.load.replay import windows as small_windows
from tests.load.replay.auckland import DAY_S, STANDARD_S, City
from tests.load.replay.policies import policies
from tests.load.replay.world import Calls, World

SETTINGS: Final = (
    (16, 280.0, "the model's fleet and calls, overloaded"),
    (16, 150.0, "the model's fleet, fewer calls"),
    (28, 280.0, "the model's calls, more units"),
)
QUARTERS: Final = 10
DENSE: Final = 20.0
WINDOW_CALLS: Final = 10
WINDOW_PER_DAY: Final = 150.0
WARM_UP_DAYS: Final = 1.0
SEED: Final = 7_000
"""Of the replications that are reported; the figures of our policy were chosen on others (1xx)."""


@dataclass
class Setting:
    """What all studies share."""

    corpus: Path
    plots: Path
    figures: Figures
    full: bool
    seed: int = field(default=SEED)

    @cached_property
    def city(self) -> City:
        """Auckland, read once."""
        return city_of_auckland.load(self.corpus)


def auckland(given: Setting) -> None:
    """Three loads on real roads."""
    days, replications = (31.0, 12) if given.full else (11.0, 6)
    for units, per_day, what in SETTINGS:
        world = city_of_auckland.world(given.city, units)
        found = runs.run(world, policies(), _drawn(given, per_day, days), replications, STANDARD_S)
        name = f"Auckland, {units} ambulances, {per_day:g} calls a day"
        report.show(f"{name} ({what}; {replications} x {days - WARM_UP_DAYS:g} days)", found, "8 minutes (priorities 1 and 2), 20 (3)")
        report.note(given.figures, name, found, goal=True)
        report.plot(given.plots / f"replay_auckland_{units}_{per_day:g}.png", name, found, STANDARD_S[0])


def _drawn(given: Setting, per_day: float, days: float) -> Callable[[int], tuple[Calls, runs.Kept]]:
    def draw(k: int) -> tuple[Calls, runs.Kept]:
        calls = city_of_auckland.calls(per_day, days, np.random.default_rng((given.seed, k)))
        return calls, calls.time >= WARM_UP_DAYS * DAY_S

    return draw


def windows(given: Setting) -> None:
    """Small windows of Auckland's calls from a state amid the day: every policy and the offline optimum on the same calls from the same state."""
    found = small_windows.run(small_windows_world(given), 60 if given.full else 24, WINDOW_CALLS, WINDOW_PER_DAY, STANDARD_S[0], given.seed)
    report.show_windows(f"Windows of {WINDOW_CALLS} calls, Auckland, 16 ambulances, {WINDOW_PER_DAY:g} calls a day", found)
    for name, one in found.items():
        late, error = one.late()
        given.figures.add(f"windows, {name}: late", late, f"share, s.e. {error:.2g}")
        given.figures.add(f"windows, {name}: mean", one.mean(), "s")
        if not np.isnan(one.proven):
            given.figures.add(f"windows, {name}: proven", one.proven, "share of windows")
    report.plot_windows(given.plots / "replay_windows.png", {name: one.late() for name, one in found.items()})


def small_windows_world(given: Setting) -> World:
    """The model's own fleet."""
    return city_of_auckland.world(given.city, SETTINGS[0][0])


def toronto(given: Setting) -> None:
    """Real fires of 2015 to 2017, quarter by quarter, as they came; in the full run also the same fires made denser, which takes long."""
    city = city_of_toronto.load(given.corpus)
    world = city_of_toronto.world(city)
    given.figures.add("Toronto: affine model, seconds before the fast part", city.affine.start_s, "s")
    given.figures.add("Toronto: affine model, speed", city.affine.speed_mps * 3.6, "km/h")
    given.figures.add("Toronto: affine model, spread of the logarithm of true by modelled time", city.spread, "")
    given.figures.add("Toronto: affine model, median error of arrivals on the later years", city.error, "share")
    time = city.fires.time
    edges = np.linspace(city_of_toronto.TRAINED_UNTIL, time[-1] + 1, QUARTERS + 1)

    every = 1 if given.full else 2
    dense = ((DENSE, f"{DENSE:g} times as dense, made denser than they were"),) if given.full else ()

    for pace, what in ((1.0, "as they came"), *dense):

        def draw(k: int, pace: float = pace) -> tuple[Calls, runs.Kept]:
            part = (time >= edges[k * every]) & (time < edges[k * every + 1])
            calls = city_of_toronto.calls(city, world, part, pace, np.random.default_rng((given.seed, k)))
            return calls, calls.time >= WARM_UP_DAYS * DAY_S / pace

        found = runs.run(world, policies(least=city_of_toronto.LEAST), draw, QUARTERS // every, (city_of_toronto.STANDARD_S,))
        name = f"Toronto fires, {what}"
        report.show(f"{name} ({QUARTERS // every} quarters of a year)", found, f"{city_of_toronto.STANDARD_S:g} s from alarm to first arrival")
        report.note(given.figures, name, found, goal=pace == 1.0)
        report.plot(given.plots / f"replay_toronto_{pace:g}.png", name, found, city_of_toronto.STANDARD_S)
