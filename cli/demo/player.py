"""Plays the steps of a scenario in order, shows progress, and tells how it went."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.demo.world import World


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a scenario's table. `moment` is the domain's time it is played at; None leaves the clock alone."""

    id: str
    moment: str | None
    zh: str
    en: str
    play: Callable[[World], None]


def play(world: World, steps: Sequence[Step], console: Console, before: Callable[[Step], None] = lambda _step: None) -> bool:
    """Play every step; True when every expectation held. `before` is told about each step as it begins."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(steps))
        for step in steps:
            progress.update(task, description=f"[bold]{step.id}[/] {escape(step.zh)}")
            before(step)
            with world.playing(step.id):
                if step.moment is not None:
                    world.clock(step.moment)
                step.play(world)
            _tell(progress.console, world, step)
            progress.advance(task)
    failed = [outcome for outcome in world.outcomes if not outcome.ok]
    colour = "red" if failed else "green"
    console.print(f"[bold {colour}]{len(world.outcomes) - len(failed)} / {len(world.outcomes)} 项预期成立 / expectations held[/]")
    return not failed


def _tell(console: Console, world: World, step: Step) -> None:
    outcomes = [outcome for outcome in world.outcomes if outcome.step == step.id]
    failed = [outcome for outcome in outcomes if not outcome.ok]
    mark = "[red]✗[/]" if failed else "[green]✓[/]"
    when = (step.moment or "")[5:16].replace("T", " ")
    console.print(f"{mark} [bold]{step.id:<4}[/] [dim]{when:<11}[/] {escape(step.zh)} [dim]{escape(step.en)} ({len(outcomes)})[/]")
    for outcome in failed:
        console.print(f"    [red]预期 expected:[/] {escape(outcome.expected)}")
        console.print(f"    [red]实际 seen:[/]     {escape(outcome.seen)}")
