"""Leads one exercise: prepares, lets the timeline happen, watches, and puts away."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import uuid4

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.api import Api
from cli.exercise.arrivals import Arrival, expand
from cli.exercise.closing import close, standing
from cli.exercise.facts import Fact, Facts, Listener
from cli.exercise.injects import arrive, deliver
from cli.exercise.judging import Judged, Wanted, judge
from cli.exercise.keys import Wishes, listening
from cli.exercise.pace import Pace
from cli.exercise.scenario import Arrivals, Expected, Inject, Scenario
from cli.exercise.sealing import Sealed, prove
from cli.exercise.seats import Seats
from cli.exercise.stage import Stage, Subject
from cli.exercise.units import Crews, prepare

TICK_S = 0.05
TELL_S = 30.0
"""How often a log that is no terminal is told how far it is, real seconds."""
SETTLE_S = 2.0
"""How long the stream may still tell after the end, real seconds."""


@dataclass(slots=True)
class Outcome:
    """How an exercise went."""

    stage: Stage
    judged: list[Judged]
    sealed: Sealed
    aborted: bool
    left: list[str]
    real_s: float
    ended: float
    """Scenario second at which it was over or aborted."""
    pauses: list[tuple[float, float]]
    """At which scenario second it was paused, and for how many real seconds."""
    wanted: list[Wanted] = field(default_factory=list)
    overrides: dict[str, int] = field(default_factory=dict)
    """How many units were offered a task, and of these how many against the advice or without the capability, as the platform counts them."""
    standing: list[str] = field(default_factory=list)
    """Incidents of the exercise that the rules let nobody end."""


class Conductor:
    """One exercise on one platform."""

    def __init__(self, api: Api, scenario: Scenario, *, speed: float, automatic: bool, console: Console) -> None:
        exercise_id = f"ex-{uuid4().hex[:10]}"
        pace = Pace(speed * scenario.clock.rate, scenario.clock.start)
        self.stage = Stage(api, scenario, exercise_id, pace, Facts(exercise_id))
        self.wanted: list[Wanted] = []
        self._automatic, self._console = automatic, console
        self._seats = Seats(self.stage)
        self._shares: dict[str, tuple[int, int]] = {}
        """First calls and repeated ones of each process: what is expected of arrivals weighs what it weighs over all of them."""
        self._total = 0
        self._done = 0

    def play(self) -> Outcome:
        """Play it; an abort ends it early and is no error."""
        stage, started = self.stage, time.monotonic()
        listener = Listener(stage.api, stage.scenario.accounts.officer[0], stage.facts)
        with ThreadPoolExecutor(stage.scenario.players.workers) as pool, listening() as wishes:
            self._console.print(f"演练编号 exercise id [bold]{stage.exercise_id}[/]；[dim]p 或 SIGUSR1 暂停/继续，q 或 Ctrl-C 中止 / p pauses, q aborts[/]")
            with self._console.status("正在准备力量单元 / preparing units"):
                prepare(stage, pool)
                if self._automatic:
                    self._seats.get_ready()
            listener.start()
            stage.pace.begin(stage.api, stage.scenario.accounts.director)
            crews = Crews(stage)
            stage.facts.heard = partial(self._heard, crews)
            try:
                self._plan()
                self._loop(pool, wishes)
                ended, pauses = min(stage.pace.now, stage.scenario.duration), stage.pace.pauses()
                aborted_at = ended if wishes.abort.is_set() else None
                time.sleep(SETTLE_S)
                judged = judge(self.wanted, stage.facts, stage.units, stage.pace, aborted_at=aborted_at)
            finally:
                stage.facts.heard = None
                left = close(stage, pool)
                time.sleep(SETTLE_S / 2)
                listener.stop()
        aborted, real_s = wishes.abort.is_set(), time.monotonic() - started
        return Outcome(stage, judged, prove(stage), aborted, left, real_s, ended, pauses, self.wanted, self._overrides(), standing(stage))

    def _overrides(self) -> dict[str, int]:
        user = self.stage.scenario.accounts.officer[0]
        told = self.stage.api.get(user, "/dispatch:overrideStatistics", exerciseId=self.stage.exercise_id)
        return {name: int(told.get(name, 0)) for name in ("offers", "advised", "notRecommended", "withoutCapability")}

    def _heard(self, crews: Crews, fact: Fact) -> None:
        crews.hear(fact)
        if self._automatic:
            self._seats.hear(fact)

    def _plan(self) -> None:
        """Put the timeline on the clock."""
        scenario = self.stage.scenario
        for inject in scenario.injects:
            self.stage.at(inject.at, f"inject {inject.id}", partial(self._deliver, inject))
        self._total = len(scenario.injects)
        for process in scenario.arrivals:
            calls = expand(process, scenario.place, scenario.seed)
            self._total += len(calls)
            repeats = sum(call.duplicate_of is not None for call in calls)
            self._shares[process.id] = (max(1, len(calls) - repeats), max(1, repeats))
            for arrival in calls:
                self.stage.at(arrival.at, f"arrival {process.id}-{arrival.number}", partial(self._arrive, process, arrival))
        for number, expected in enumerate(scenario.expected):
            if expected.of is None:
                self._want(Wanted(f"{expected.what}-{number}", expected, 0.0, expected.weight, group=expected.what))

    def _deliver(self, inject: Inject) -> None:
        subject = deliver(self.stage, inject)
        self._done += 1
        for number, expected in enumerate(self.stage.scenario.expected):
            if expected.of == inject.id:
                target = self.stage.subjects.get(expected.target or "")
                label = f"{inject.id}/{expected.what}-{number}"
                self._want(Wanted(label, expected, subject.second, expected.weight, self._needing(subject, expected), target, inject.id))

    def _arrive(self, process: Arrivals, arrival: Arrival) -> None:
        subject = arrive(self.stage, process.id, arrival)
        self._done += 1
        first = None if arrival.duplicate_of is None else self.stage.subjects.get(f"{process.id}-{arrival.duplicate_of}")
        for number, expected in enumerate(process.expected):
            repeats = arrival.duplicate_of is not None
            if (expected.what == "merged") == repeats:
                label = f"{subject.label}/{expected.what}-{number}"
                self._want(Wanted(label, expected, subject.second, expected.weight / self._shares[process.id][repeats], subject, first, process.id))

    def _needing(self, subject: Subject, expected: Expected) -> Subject:
        return replace(subject, needs=((expected.capability, 1),)) if expected.capability else subject

    def _want(self, wanted: Wanted) -> None:
        self.wanted.append(wanted)
        if self._automatic:
            self._seats.plan(wanted)

    def _loop(self, pool: ThreadPoolExecutor, wishes: Wishes) -> None:
        stage, duration = self.stage, self.stage.scenario.duration
        with self._progress() as tell:
            while stage.pace.now < duration and not wishes.abort.is_set():
                if wishes.pause.is_set() != stage.pace.paused:
                    turn = stage.pace.pause if wishes.pause.is_set() else stage.pace.resume
                    turn(stage.api, stage.scenario.accounts.director)
                if stage.broken is not None:
                    raise stage.broken
                for what, act in stage.due():
                    stage.run(pool, what, act)
                tell()
                time.sleep(TICK_S)

    def _line(self) -> str:
        state = "[yellow]暂停 paused[/]" if self.stage.pace.paused else "进行中 playing"
        refused = len(self.stage.refusals)
        return f"{state}  注入 injects {self._done}/{self._total}  事实 facts {len(self.stage.facts.all)}" + (
            f"  [red]未成 refused {refused}[/]" if refused else ""
        )

    @contextmanager
    def _progress(self) -> Iterator[Callable[[], None]]:
        """What tells how far it is: a bar on a terminal, else a line every TELL_S seconds."""
        if not self._console.is_terminal:
            yield self._lines()
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f} s"), TimeElapsedColumn())
        progress = Progress(*columns, console=self._console, auto_refresh=False)
        task = progress.add_task("", total=self.stage.scenario.duration)
        with Live(progress, console=self._console, auto_refresh=False) as live:

            def tell() -> None:
                progress.update(task, completed=self.stage.pace.now, description=self._line())
                live.refresh()

            yield tell

    def _lines(self) -> Callable[[], None]:
        next_at = [0.0]

        def tell() -> None:
            if time.monotonic() >= next_at[0]:
                next_at[0] = time.monotonic() + TELL_S
                self._console.print(f"{self.stage.pace.now:6.0f}/{self.stage.scenario.duration:.0f} s  {self._line()}", soft_wrap=True)

        return tell
