"""Plays a scenario against a given platform, or against one of its own, writes the report, and says how it went."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from cli.api import Api
from cli.demo.command import own_platform
from cli.exercise.conductor import Conductor, Outcome
from cli.exercise.registers import url_of
from cli.exercise.report import figures, passed, write
from cli.exercise.scenario import Scenario

OWN = {"FENGHUO_REQUESTS_PER_MINUTE": "100000"}
"""One log-in of an exercise acts for many people."""


def play(console: Console, scenario: Scenario, address: str, password: str, *, speed: float, automatic: bool, report: Path) -> bool:
    """Play it; True when it was passed."""
    if address:
        return play_against(console, Api(url_of(address), lambda _user: password), scenario, speed=speed, automatic=automatic, report=report)
    with own_platform(console, OWN) as api:
        return play_against(console, api, scenario, speed=speed, automatic=automatic, report=report)


def play_against(console: Console, api: Api, scenario: Scenario, *, speed: float, automatic: bool, report: Path) -> bool:
    """Play against a platform that is running."""
    outcome = Conductor(api, scenario, speed=speed, automatic=automatic, console=console).play()
    write(report, outcome)
    _tell(console, outcome)
    console.print(f"评估报告 / evaluation report: {report.resolve()}")
    return passed(outcome)


def _tell(console: Console, outcome: Outcome) -> None:
    table = Table(box=None, show_header=False)
    for name, value in figures(outcome).items():
        table.add_row(name, f"[bold]{value}[/]")
    console.print(table)
    seal = "[green]✓ 未到达任何公众渠道 nothing reached a public channel[/]" if outcome.sealed.holds else "[red]✗ 封闭被突破 the seal is broken[/]"
    console.print(seal)
    for note in outcome.left:
        console.print(f"[yellow]收尾未成 not put away:[/] {note}", markup=True)
    if outcome.standing:
        console.print(f"[yellow]仍在案 still standing:[/] {len(outcome.standing)}（见报告 see the report）")
    word, colour = ("通过 passed", "green") if passed(outcome) else ("未通过 not passed", "red")
    console.print(f"[bold {colour}]{word}[/]")
