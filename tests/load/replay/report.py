"""Tables for people, plots, and figures for machines."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
from rich.console import Console
from rich.table import Table

from tests.load.figures import Figures
from tests.load.replay.policies import AIR, MOVED, OURS, ROAD
from tests.load.replay.results import MEASURES, Results
from tests.load.replay.windows import Window

mpl.use("Agg")
from matplotlib import pyplot as plt

GOAL: Final = 0.30
COLOURS: Final = {AIR: "#b03a2e", ROAD: "#d68910", OURS: "#2471a3", MOVED: "#1e8449"}


def show(title: str, found: Mapping[str, Results], standard: str) -> None:
    """One setting: a row for each policy, figures with their standard errors."""
    table = Table(title=title, caption=f"± standard error over replications; late: later than {standard}; cut: late share below {AIR}")
    for column in ("policy", *MEASURES, "cut"):
        table.add_column(column, justify="left" if column == "policy" else "right")
    for policy, one in found.items():
        cells = [_cell(measure, one) for measure in MEASURES]
        cut, error = one.cut(found[AIR], "late")
        table.add_row(policy, *cells, f"{100 * cut:.1f} ± {100 * error:.1f} %")
    Console(width=150).print(table)


def _cell(measure: str, one: Results) -> str:
    share = measure.startswith(("late", "kept", "over"))
    scale, unit = (100.0, " %") if share else (1.0, " s" if measure in ("mean", "p90", "p95") else "")
    return f"{scale * one.mean(measure):.1f} ± {scale * one.error(measure):.1f}{unit}"


def show_windows(title: str, found: Mapping[str, Window]) -> None:
    """Late priority-1 calls, their mean response, and how many optima were proven."""
    table = Table(title=title, caption="± standard error over windows; proven: nothing better by the search's weights (offline.py)")
    for column in ("way", "late", "mean", "proven"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for name, one in found.items():
        late, error = one.late()
        proven = "" if np.isnan(one.proven) else f"{100 * one.proven:.0f} %"
        table.add_row(name, f"{100 * late:.1f} ± {100 * error:.1f} %", f"{one.mean():.0f} s", proven)
    Console(width=120).print(table)


def note(figures: Figures, setting: str, found: Mapping[str, Results], *, goal: bool) -> None:
    """Every measure with its standard error; the goal is for ours with move-up advice against the nearest by air."""
    for policy, one in found.items():
        for measure in MEASURES:
            unit = "s" if measure in ("mean", "p90", "p95") else "moves" if measure == "moves a day" else "share"
            figures.add(f"{setting}, {policy}: {measure}", one.mean(measure), f"{unit}, s.e. {one.error(measure):.2g}")
    for policy in (ROAD, OURS, MOVED):
        cut, error = found[policy].cut(found[AIR], "late")
        judged = goal and policy == MOVED
        name = f"{setting}, {policy}: late share below {AIR}"
        figures.add(name, cut, f"of it, s.e. {error:.2g}", f">= {GOAL}" if judged else "", cut >= GOAL if judged else None)
    ours, air = found[MOVED].mean("mean"), found[AIR].mean("mean")
    figures.add(f"{setting}, {MOVED}: mean less than {AIR} by", air - ours, "s", ">= 0" if goal else "", ours <= air if goal else None)


def plot(path: Path, title: str, found: Mapping[str, Results], standard_s: float) -> None:
    """Left: share of priority-1 calls answered within a time. Right: late shares with two standard errors."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=(3, 2))
    for policy, one in found.items():
        times = np.sort(one.times)
        left.plot(times / 60, np.linspace(0, 100, len(times)), label=policy, color=COLOURS[policy])
    left.axvline(standard_s / 60, color="black", linestyle=":", linewidth=1)
    left.set(xlim=(0, 20), ylim=(0, 100), xlabel="minutes from call to first arrival", ylabel="% of priority-1 calls", title=title)
    left.legend(loc="lower right")
    names = list(found)
    right.bar(
        names, [100 * found[name].mean("late") for name in names], yerr=[200 * found[name].error("late") for name in names],
        color=[COLOURS[name] for name in names], capsize=4,
    )  # fmt: skip
    right.set(ylabel=f"% later than {standard_s:g} s (bars: ± 2 s.e.)")
    right.tick_params(axis="x", labelrotation=20)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def plot_windows(path: Path, late: Mapping[str, tuple[float, float]]) -> None:
    """Late calls in small windows, against the offline optimum: share and standard error."""
    figure, axes = plt.subplots(figsize=(8, 4))
    names = list(late)
    colours = [COLOURS.get(name, "#7f8c8d") for name in names]
    axes.bar(names, [100 * late[name][0] for name in names], yerr=[200 * late[name][1] for name in names], color=colours, capsize=4)
    axes.set(ylabel="% of priority-1 calls late (bars: ± 2 s.e.)", title="The same small windows with and without knowing the calls to come")
    axes.tick_params(axis="x", labelrotation=15)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
