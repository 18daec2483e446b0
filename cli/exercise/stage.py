"""What everybody in an exercise works with: the platform, the clock, who is called what, things to do at a moment, and what was refused."""

import heapq
import itertools
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

import httpx

from cli.api import Api, RefusedError
from cli.exercise.facts import Facts
from cli.exercise.pace import Pace
from cli.exercise.scenario import Scenario

Act = Callable[[], object]
SETTLED_WITHIN_S = 60.0
"""How long what was begun may take at the end, real seconds."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that did not go as meant: when (scenario second), what, and the answer."""

    second: float
    what: str
    answer: str


@dataclass(slots=True)
class Subject:
    """Something that was injected: what the engine calls it, its name on the platform, and when it came."""

    label: str
    name: str
    second: float
    title: str
    lon: float | None = None
    lat: float | None = None
    event_code: str = ""
    needs: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Unit:
    """A unit as the simulation moves it."""

    name: str
    lon: float | None
    lat: float | None
    capabilities: frozenset[str]
    synthetic: bool = False
    was_off_duty: bool = False
    """Before it was made ready."""


@dataclass(slots=True)
class Stage:
    """One exercise under way."""

    api: Api
    scenario: Scenario
    exercise_id: str
    pace: Pace
    facts: Facts
    subjects: dict[str, Subject] = field(default_factory=dict)
    by_name: dict[str, Subject] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    broken: BaseException | None = None
    """What went wrong in the engine itself; ends the exercise."""
    lost_units: list[str] = field(default_factory=list)
    _heap: list[tuple[float, int, str, Act]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: "set[Future[None]]" = field(default_factory=set)
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def chance(self, *about: object) -> random.Random:
        """A source of chance for one matter, the same in every run of the scenario."""
        return random.Random("/".join(map(str, (self.scenario.seed, *about))))  # noqa: S311 - a scenario, no secret

    def at(self, second: float, what: str, act: Act) -> None:
        """Do something at a scenario second."""
        with self._lock:
            heapq.heappush(self._heap, (second, next(self._order), what, act))

    def due(self) -> list[tuple[str, Act]]:
        """Everything whose moment has come; nothing while the clock stands still."""
        found: list[tuple[str, Act]] = []
        now = self.pace.now
        if self.pace.paused:
            return found
        with self._lock:
            while self._heap and self._heap[0][0] <= now:
                _, _, what, act = heapq.heappop(self._heap)
                found.append((what, act))
        return found

    def waiting(self, until: float) -> bool:
        """Something is still to be done before that second."""
        with self._lock:
            return any(second <= until for second, *_ in self._heap)

    def run(self, pool: ThreadPoolExecutor, what: str, act: Act) -> None:
        """Do something beside the others; a refusal is noted, anything else ends the exercise when its result is asked for."""

        def guarded() -> None:
            try:
                act()
            except RefusedError as refusal:
                self.note(what, str(refusal))
            except httpx.TransportError as error:
                self.note(what, repr(error))

        begun = pool.submit(guarded)
        self._begun.add(begun)
        begun.add_done_callback(self._ended)

    def settle(self) -> None:
        """Wait until everything that was begun is done."""
        wait(list(self._begun), SETTLED_WITHIN_S)

    def plays(self, unit: str) -> bool:
        """The unit takes part: it was made for the exercise or the scenario names it; where that names nobody, everybody does."""
        wanted, known = self.scenario.units, self.units.get(unit)
        return unit in wanted.use or not (wanted.use or wanted.synthetic) or (known is not None and known.synthetic)

    def _ended(self, done: "Future[None]") -> None:
        self._begun.discard(done)
        if self.broken is None:
            self.broken = done.exception()

    def remember(self, subject: Subject) -> Subject:
        """It can be asked about from now on."""
        self.subjects[subject.label] = subject
        self.by_name[subject.name] = subject
        return subject

    def note(self, what: str, answer: str) -> None:
        """Note what did not go as meant."""
        self.refusals.append(Refusal(self.pace.now, what, answer))

    def post(self, user: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A command of the exercise, with a key of its own."""
        return self.api.post(user, path, body, key=f"{self.exercise_id}-{next(self._count)}")

    def officer(self, *about: object) -> str:
        """The officer who takes a matter."""
        return self.chance("officer", *about).choice(self.scenario.accounts.officer)
