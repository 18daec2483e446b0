"""The plots of an evaluation report, as SVG to be set into the page."""

import re
from collections import defaultdict
from collections.abc import Sequence
from io import StringIO
from itertools import pairwise
from typing import Any

from cli.exercise.judging import Judged, Verdict

COLOURS = {Verdict.MET: "#1a7f4b", Verdict.LATE: "#c98a00", Verdict.MISSED: "#c22f2f", Verdict.NOT_DUE: "#9fb6cc"}


def _figure(height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Any) -> str:
    """The drawing alone; its words stay words, so that the page's font shows them."""
    import matplotlib as mpl

    buffer = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "fenghuo"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return re.sub(r"^.*?(?=<svg)", "", buffer.getvalue(), flags=re.DOTALL)


def outcomes(judged: Sequence[Judged]) -> str:
    """How many of each expected action were met, late, missed."""
    counted: dict[str, dict[Verdict, int]] = defaultdict(lambda: dict.fromkeys(Verdict, 0))
    for each in judged:
        counted[each.wanted.expected.what][each.verdict] += 1
    names = list(counted)
    figure, axes = _figure(0.9 + 0.4 * len(names))
    start = [0] * len(names)
    for verdict in [each for each in Verdict if each is not Verdict.NOT_DUE or any(row[each] for row in counted.values())]:
        width = [counted[name][verdict] for name in names]
        axes.barh(names, width, left=start, color=COLOURS[verdict], label=verdict.value)
        start = [before + more for before, more in zip(start, width, strict=True)]
    axes.invert_yaxis()
    axes.legend(frameon=False, ncols=4, loc="upper right", bbox_to_anchor=(1, 1.25))
    axes.set_xlabel("actions")
    return _svg(figure)


def response_times(judged: Sequence[Judged]) -> str:
    """How long each kind of action took: the share done after so many minutes."""
    taken: dict[str, list[float]] = defaultdict(list)
    wanted: dict[str, int] = defaultdict(int)
    for each in judged:
        wanted[each.wanted.expected.what] += each.verdict is not Verdict.NOT_DUE
        if each.after is not None:
            taken[each.wanted.expected.what].append(each.after / 60)
    figure, axes = _figure(3.6)
    for name, minutes in taken.items():
        ordered = sorted(minutes)
        axes.step([0, *ordered], [number / wanted[name] for number in range(len(ordered) + 1)], where="post", label=f"{name} ({len(ordered)}/{wanted[name]})")
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("minutes after the inject")
    axes.set_ylabel("share done")
    if taken:
        axes.legend(frameon=False, fontsize=8)
    return _svg(figure)


def load(arrivals: Sequence[float], acts: Sequence[float], duration: float) -> str:
    """What came in and what was done, a minute."""
    figure, axes = _figure(2.6)
    edges = [60.0 * number for number in range(int(duration // 60) + 2)]
    for label, moments, colour in (("injects", arrivals, "#0b3a66"), ("facts", acts, "#9fb6cc")):
        counts = [sum(low <= moment < high for moment in moments) for low, high in pairwise(edges)]
        axes.step([edge / 60 for edge in edges], [*counts, counts[-1]], where="post", label=label, color=colour)
    axes.set_xlabel("minute of the exercise")
    axes.set_ylabel("per minute")
    axes.legend(frameon=False)
    return _svg(figure)
