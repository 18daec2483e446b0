"""Units that react to the live stream: accept, drive, arrive, work, report done; go home when they are let go."""

import math
import time
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import gevent
from locust import task

from cli.exercise.facts import Fact
from tests.load.exercise.desk import Work
from tests.load.exercise.prepare import FIELD
from tests.load.exercise.profile import DISTRICTS
from tests.load.exercise.users import Caller

STEPS = 10
"""Positions on a way."""
SAMPLE = "640202"
"""Where the units of the sample district are, which may be sent too."""


class Crews(Caller):
    """All units of the run. There is one of these users; each assignment is a greenlet of its own."""

    fixed_count = 1
    concurrency = 256
    one: ClassVar["Crews"]
    under_way: ClassVar[set[gevent.Greenlet]] = set()

    def on_start(self) -> None:
        Crews.one = self

    @task
    def idle(self) -> None:
        """Crews act when they hear something."""
        gevent.sleep(1.0)

    @classmethod
    def hear(cls, fact: Fact) -> None:
        """A fact of the live stream."""
        desk = cls.desk
        if fact.type == "AssignmentOffered":
            desk.heard_at.setdefault(fact.aggregate, time.monotonic())
            cls._begin(cls.one.go, fact)
        elif fact.type == "AssignmentReleased":
            cls._begin(cls.one.home, fact)

    @classmethod
    def _begin(cls, act: object, fact: Fact) -> None:
        greenlet = gevent.spawn(act, fact)
        cls.under_way.add(greenlet)
        greenlet.link(cls.under_way.discard)

    def go(self, fact: Fact) -> None:
        """From the offer to the end of the work."""
        profile, unit, name = self.desk.profile, str(fact.payload["unit"]), fact.aggregate
        drive = self._drawn(profile.drive_s)
        gevent.sleep(self._drawn(profile.accept_s))
        expected = (datetime.now(UTC) + timedelta(seconds=drive)).isoformat()
        if self.call("accept", FIELD, f"/{name}:accept", {"expectTime": expected})[0] != 200:
            return
        self.desk.counts["accepted"] += 1
        self._report(name, {"state": "ASSIGNMENT_STATE_EN_ROUTE", "expectTime": expected})
        lon, lat = self.desk.homes.get(unit, DISTRICTS[SAMPLE])
        for step in range(STEPS):
            gevent.sleep(drive / STEPS)
            self.desk.places[unit] = (lon + 0.001 * step, lat)
        self._report(name, {"state": "ASSIGNMENT_STATE_ON_SCENE", "place": "现场"})
        self._report(name, {"state": "ASSIGNMENT_STATE_WORKING"})
        gevent.sleep(self._drawn(profile.work_s))
        if self.call("complete", FIELD, f"/{name}:complete", {"result": "完成"})[0] == 200:
            district = self._district(unit)
            self.desk.queues[district].appendleft(Work("release", name, district, unit=unit))

    def home(self, fact: Fact) -> None:
        """Let go: back, and ready again."""
        unit = str(fact.payload["unit"])
        gevent.sleep(self._drawn(self.desk.profile.drive_s / 2))
        self.desk.places.pop(unit, None)
        if self.call("return", FIELD, f"/{fact.aggregate}:return", {"equipmentOk": True})[0] == 200:
            self.desk.counts["returned"] += 1

    def _report(self, name: str, body: dict[str, str]) -> None:
        self.call("report", FIELD, f"/{name}:report", body)

    def _district(self, unit: str) -> str:
        return next((code for code, units in self.desk.units.items() if unit in units), SAMPLE)

    def _drawn(self, median: float) -> float:
        return median * math.exp(self.desk.chance.gauss(0.0, 0.3))
