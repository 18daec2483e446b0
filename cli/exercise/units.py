"""Field units that nobody plays: each takes what it is offered, drives, arrives, works, reports done, and goes home when it is let go."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from cli.api import RefusedError
from cli.exercise.arrivals import KM_PER_DEGREE, draw, point
from cli.exercise.facts import Fact
from cli.exercise.scenario import Sampled
from cli.exercise.sealing import every
from cli.exercise.stage import Stage, Subject, Unit

DETOUR = 1.3
"""Roads are longer than the straight line."""
POSITIONS_EVERY_S = 120.0
"""Well inside the ten minutes after which a silent unit is looked for."""
KNOWN_WITHIN_S = 120.0
"""How long the board may take to know the synthetic units, real seconds."""


def prepare(stage: Stage, pool: ThreadPoolExecutor) -> None:
    """Know every unit there is; make the synthetic ones; whoever is wanted reports ready."""
    accounts, wanted = stage.scenario.accounts, stage.scenario.units
    if wanted.synthetic:
        _register(stage, pool)
    until = time.monotonic() + KNOWN_WITHIN_S
    while True:
        rows = {row["unit"]: row for row in every(stage, accounts.officer[0], "/unitStatuses", "unitStatuses")}
        synthetic = [name for name in rows if name.startswith(f"units/{stage.exercise_id}-")]
        if len(synthetic) == wanted.synthetic:
            break
        if time.monotonic() > until:
            raise TimeoutError(f"only {len(synthetic)} of {wanted.synthetic} synthetic units reached the board")
        time.sleep(0.2)
    for name, row in rows.items():
        home = row.get("home", {})
        held = frozenset(each["code"] for each in row.get("capabilities", []))
        off_duty = row.get("state") == "UNIT_STATE_OFF_DUTY"
        stage.units[name] = Unit(name, home.get("lon"), home.get("lat"), held, name.startswith(f"units/{stage.exercise_id}-"), off_duty)
    ready = [*synthetic, *(name for name in wanted.use if rows.get(name, {}).get("state") != "UNIT_STATE_AVAILABLE")]
    list(pool.map(lambda name: _ready(stage, accounts.field, name), ready))


def _ready(stage: Stage, user: str, unit: str) -> None:
    try:
        stage.post(user, f"/{unit}:setStatus", {"state": "UNIT_STATE_AVAILABLE"})
    except RefusedError as refusal:
        stage.note(f"{unit} ready", str(refusal))


def _register(stage: Stage, pool: ThreadPoolExecutor) -> None:
    """A team of the exercise and its units, spread over the place."""
    director, wanted = stage.scenario.accounts.director, stage.scenario.units
    county = wanted.region or stage.scenario.place.region
    chance = stage.chance("units")
    lon, lat = point(chance, stage.scenario.place)
    team = {
        "displayName": "演练队伍（合成）", "teamClass": "TEAM_CLASS_PROFESSIONAL", "specialties": ["flood_control"], "regionCode": county,
        "dispatchOrg": "演练导调组", "contact": "演练", "membersCount": 5 * wanted.synthetic, "home": {"lon": lon, "lat": lat}, "leader": "演练",
        "leaderPhone": "0952-0000000", "responseMinutes": 5, "insured": True,
    }  # fmt: skip
    stage.post(director, "/teams", {"teamId": stage.exercise_id, "team": team})
    bodies = []
    for number in range(1, wanted.synthetic + 1):
        lon, lat = point(chance, stage.scenario.place)
        held = wanted.capabilities[number % len(wanted.capabilities)]
        unit = {
            "team": f"teams/{stage.exercise_id}", "displayName": f"演练单元{number:04}（合成）", "capabilities": [{"code": held.code, "count": held.count}],
            "home": {"lon": lon, "lat": lat}, "regionCode": county, "contact": "演练", "crewSize": 5,
            "exerciseId": stage.exercise_id,
        }  # fmt: skip
        bodies.append({"unitId": f"{stage.exercise_id}-{number:04}", "unit": unit})
    list(pool.map(lambda body: stage.post(director, "/units", body), bodies))


class Crews:
    """Moves every unit that is offered a task of the exercise."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._places: dict[str, tuple[float, float]] = {}
        stage.at(POSITIONS_EVERY_S, "positions", self._positions)

    def hear(self, fact: Fact) -> None:
        """React to what the stream tells."""
        unit = fact.payload.get("unit", "")
        if fact.type == "AssignmentOffered":
            chance = self._stage.chance("crew", unit, fact.payload.get("fence", 0))
            later = self._stage.pace.now + draw(chance, self._stage.scenario.units.accept)
            if chance.random() < self._stage.scenario.units.declines:
                self._stage.at(later, "decline", partial(self._do, fact.aggregate, "decline", {"reason": "演练：不能执行"}))
            else:
                self._stage.at(later, "accept", partial(self._accept, fact.aggregate, unit, fact.incident, chance.random()))
        elif fact.type in {"AssignmentRecalled", "AssignmentReassigned"}:
            self._places.pop(unit, None)
        elif fact.type == "AssignmentReleased":
            self._places.pop(unit, None)
            later = self._stage.pace.now + self._way(unit, self._stage.by_name.get(fact.incident))
            self._stage.at(later, "return", partial(self._do, fact.aggregate, "return", {"equipmentOk": True}))

    def _accept(self, assignment: str, unit: str, incident: str, luck: float) -> None:
        units, subject = self._stage.scenario.units, self._stage.by_name.get(incident)
        way, turn_out = self._way(unit, subject), self._drawn(units.turn_out, assignment)
        expected = self._stage.pace.moment(self._stage.pace.now + turn_out + way).isoformat()
        self._do(assignment, "accept", {"expectTime": expected})
        here = self._stage.pace.now
        known = self._stage.units.get(unit)
        if known is not None and known.lon is not None and known.lat is not None:
            self._places[unit] = (known.lon, known.lat)
        self._stage.at(here + turn_out, "depart", partial(self._report, assignment, {"state": "ASSIGNMENT_STATE_EN_ROUTE", "expectTime": expected}))
        place = {"location": {"lon": subject.lon, "lat": subject.lat}} if subject and subject.lon is not None else {"place": "现场（演练）"}
        there = here + turn_out + way * (0.9 + 0.2 * luck)
        self._stage.at(there, "arrive", partial(self._report, assignment, {"state": "ASSIGNMENT_STATE_ON_SCENE", **place}))
        self._stage.at(there + 5, "work", partial(self._report, assignment, {"state": "ASSIGNMENT_STATE_WORKING"}))
        done = there + 5 + self._drawn(units.work, assignment)
        self._stage.at(done, "complete", partial(self._do, assignment, "complete", {"result": "演练：任务完成"}))

    def _drawn(self, sampled: Sampled, *about: object) -> float:
        return draw(self._stage.chance("times", sampled.median, *about), sampled)

    def _report(self, assignment: str, body: dict[str, Any]) -> None:
        self._do(assignment, "report", body)

    def _do(self, assignment: str, verb: str, body: dict[str, Any]) -> None:
        self._stage.post(self._stage.scenario.accounts.field, f"/{assignment}:{verb}", body)

    def _way(self, unit: str, subject: Subject | None) -> float:
        """Seconds on the way; ten minutes where a place is unknown."""
        known = self._stage.units.get(unit)
        if known is None or known.lon is None or known.lat is None or subject is None or subject.lon is None or subject.lat is None:
            return 600.0
        east = (known.lon - subject.lon) * KM_PER_DEGREE * math.cos(math.radians(known.lat))
        north = (known.lat - subject.lat) * KM_PER_DEGREE
        return max(60.0, math.hypot(east, north) * DETOUR / self._stage.scenario.units.speed_kmh * 3600)

    def _positions(self) -> None:
        """Every unit in the field says where it is, now and then."""
        self._stage.at(self._stage.pace.now + POSITIONS_EVERY_S, "positions", self._positions)
        stamp = self._stage.pace.moment(self._stage.pace.now)
        told = [{"unit": unit, "location": {"lon": lon, "lat": lat}, "locateTime": stamp.isoformat()} for unit, (lon, lat) in list(self._places.items())]
        if told:
            self._stage.post(self._stage.scenario.accounts.field, "/units:reportPositions", {"positions": told[:1000]})
