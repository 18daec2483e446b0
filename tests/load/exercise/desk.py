"""What the users of the load share inside the generator's process: the plan, the waiting work, and what was measured. No I/O, no locust."""

import random
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from tests.load.exercise.profile import Profile

CRITICAL = frozenset({"intake", "intake again", "confirm", "accept", "report", "positions"})
"""Calls of PRIORITY_CRITICAL: intake, alerts and unit status."""


@dataclass(slots=True)
class Work:
    """Something for a seat to do: an incident to handle, or a unit to let go."""

    kind: str
    name: str
    district: str
    lon: float = 0.0
    lat: float = 0.0
    duplicate: bool = False
    task: str = ""
    unit: str = ""


@dataclass(slots=True)
class Sample:
    """One call: when it was meant to be sent (second of the run), which, milliseconds from then to the answer, status (0: no answer)."""

    at: float
    name: str
    ms: float
    status: int
    reason: str
    phase: str
    sent_ms: float
    """Milliseconds from the actual send; what a shed is judged by."""


@dataclass(slots=True)
class Desk:
    """One run."""

    profile: Profile
    exercise_id: str
    lot: str
    tokens: dict[str, str]
    units: dict[str, list[str]]
    """Units by district."""
    homes: dict[str, tuple[float, float]]
    started: float = 0.0
    queues: dict[str, deque[Work]] = field(default_factory=lambda: defaultdict(deque))
    samples: list[Sample] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    assigned_at: dict[str, float] = field(default_factory=dict)
    heard_at: dict[str, float] = field(default_factory=dict)
    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: list[str] = field(default_factory=list)
    """Answers that may never be: correctness, not speed."""
    chance: random.Random = field(default_factory=lambda: random.Random(5000))

    @property
    def now(self) -> float:
        """Second of the run."""
        return time.monotonic() - self.started

    @property
    def over(self) -> bool:
        """The load has ended."""
        return self.now >= self.profile.whole_s

    @property
    def haste(self) -> float:
        """How many times faster than usual everybody is now."""
        return self.profile.overload_factor if self.profile.phase(self.now) == "overload" else 1.0

    def note(self, name: str, at: float, ms: float, status: int, reason: str = "", sent_ms: float | None = None) -> None:
        """Keep a call."""
        self.samples.append(Sample(round(at, 3), name, round(ms, 2), status, reason, self.profile.phase(at), round(ms if sent_ms is None else sent_ms, 2)))

    def headers(self, user: str, key: str = "") -> dict[str, str]:
        """What a call of a user carries."""
        return {"Authorization": f"Bearer {self.tokens[user]}", "Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})

    def result(self) -> dict[str, Any]:
        """For the process that judges."""
        notified = {name: max(0.0, self.heard_at[name] - answered) for name, answered in self.assigned_at.items() if name in self.heard_at}
        return {
            "samples": [[each.at, each.name, each.ms, each.status, each.reason, each.phase, each.sent_ms] for each in self.samples],
            "accepted": self.accepted, "notified": notified, "unheard": sorted(set(self.assigned_at) - set(self.heard_at)), "counts": dict(self.counts),
            "wrong": self.wrong, "waiting": sum(map(len, self.queues.values())),
        }  # fmt: skip
