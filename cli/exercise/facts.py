"""What the platform tells while an exercise runs: the live stream, kept and looked up by incident and aggregate."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from cli.api import Api


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as the live stream gave it."""

    type: str
    aggregate: str
    incident: str
    exercise_id: str
    actor: str
    occurred: str
    payload: dict[str, Any]


@dataclass(slots=True)
class Facts:
    """Facts of one exercise in the order they came; and those that are about it but do not carry its id, of which there may be none."""

    exercise_id: str
    all: list[Fact] = field(default_factory=list)
    unsealed: list[Fact] = field(default_factory=list)
    heard: Callable[[Fact], None] | None = None
    _about: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    _ours: set[str] = field(default_factory=set)

    def take(self, fact: Fact) -> None:
        """Keep a fact that belongs to the exercise."""
        if fact.exercise_id != self.exercise_id:
            if fact.aggregate in self._ours or fact.incident in self._ours:
                self.unsealed.append(fact)
            return
        if not fact.aggregate.startswith("units/"):
            self._ours.add(fact.aggregate)
        self.all.append(fact)
        for name in {fact.aggregate, fact.incident} - {""}:
            self._about[name].append(fact)
        if self.heard is not None:
            self.heard(fact)

    def about(self, name: str) -> list[Fact]:
        """Facts of an aggregate or an incident, oldest first."""
        return list(self._about.get(name, ()))


class Listener:
    """Follows the live stream as one person, on a thread of its own; resumes where it was when the line breaks."""

    def __init__(self, api: Api, user: str, facts: Facts) -> None:
        self._api, self._user, self._facts = api, user, facts
        self._stop = threading.Event()
        self.connected = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exercise-listener", daemon=True)
        self.breaks = 0

    def start(self) -> None:
        """Begin to listen; returns once the stream is open."""
        self._thread.start()
        if not self.connected.wait(30):
            raise TimeoutError("the live stream did not open within 30 s")

    def stop(self) -> None:
        """Listen no longer."""
        self._stop.set()
        self._thread.join(timeout=12)

    def _run(self) -> None:
        last = ""
        with httpx.Client(base_url=self._api.base_url, timeout=httpx.Timeout(15.0)) as client:
            while not self._stop.is_set():
                headers = {"Authorization": f"Bearer {self._api.login(self._user)}"} | ({"Last-Event-ID": last} if last else {})
                try:
                    with client.stream("GET", "/api/v1/stream", headers=headers) as answer:
                        answer.raise_for_status()
                        for line in answer.iter_lines():
                            if self._stop.is_set():
                                return
                            last = self._line(line, last)
                except httpx.HTTPError:
                    self.breaks += 1
                self._stop.wait(0.3)

    def _line(self, line: str, last: str) -> str:
        if line.startswith("id: "):
            self.connected.set()
            return line[4:]
        if line.startswith("data: ") and len(line) > 10:
            self._facts.take(read(json.loads(line[6:])))
        return last


def read(told: dict[str, Any]) -> Fact:
    """A fact from the stream's JSON."""
    header = told["header"]
    return Fact(
        told["type"], header.get("aggregate", ""), header.get("incident", ""), header.get("exerciseId", ""), header.get("actor", {}).get("id", ""),
        header.get("occurredAt", ""), told.get("payload", {}),
    )  # fmt: skip
