"""The after-action report of a scenario as one HTML file: the timeline as the system tells it, each step with what was expected and seen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from chassis.clock import BEIJING
from cli.demo.player import Step
from cli.demo.world import World


def write(path: Path, world: World, steps: Sequence[Step], title: str, timeline: Sequence[Mapping[str, Any]], figures: Mapping[str, str]) -> None:
    """Write the report."""
    environment = Environment(loader=PackageLoader("cli.demo"), autoescape=select_autoescape(default=True))
    environment.filters["beijing"] = beijing
    rows = [(step, [outcome for outcome in world.outcomes if outcome.step == step.id]) for step in steps]
    path.parent.mkdir(parents=True, exist_ok=True)
    template = environment.get_template("report.html")
    path.write_text(template.render(title=title, rows=rows, timeline=timeline, figures=figures, outcomes=world.outcomes), encoding="utf-8")


def beijing(moment: str) -> str:
    """An API time as people here read it."""
    return datetime.fromisoformat(moment).astimezone(BEIJING).strftime("%m-%d %H:%M:%S") if moment else ""
