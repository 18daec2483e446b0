"""What the engine does at the moments of the timeline. Everything it makes carries the exercise's id."""

from typing import Any

from cli.exercise.arrivals import Arrival
from cli.exercise.scenario import CallInject, IncidentInject, Inject, LossInject, MessageInject, Place, Point, RainfallInject, RoadInject
from cli.exercise.stage import Stage, Subject

MARK = "【演练】"
"""Every text that people read begins with it."""


def deliver(stage: Stage, inject: Inject) -> Subject:
    """Let it happen; gives back what the seats now have before them."""
    matter: Any = getattr(inject, inject.kind)
    name, lon, lat = HANDLERS[inject.kind](stage, inject, matter)
    title = getattr(matter, "title", "") or getattr(matter, "content", "") or getattr(matter, "text", "") or inject.kind
    return stage.remember(Subject(inject.id, name, stage.pace.now, title, lon, lat, getattr(matter, "event_code", None) or ""))


def arrive(stage: Stage, process: str, arrival: Arrival) -> Subject:
    """A call of an arrival process becomes an incident; whoever takes it down does not know yet that it may be the same event."""
    body = _incident(arrival.kind.title, arrival.kind.event_code, {"lon": arrival.lon, "lat": arrival.lat}, stage) | {"source": "INCIDENT_SOURCE_PHONE"}
    label = f"{process}-{arrival.number}"
    answer = stage.post(stage.officer(label), "/incidents", body)
    needs = tuple((need.code, need.count) for need in arrival.kind.needs)
    return stage.remember(Subject(label, answer["name"], stage.pace.now, arrival.kind.title, arrival.lon, arrival.lat, arrival.kind.event_code, needs))


Made = tuple[str, float | None, float | None]


def _place(point: Point | None) -> dict[str, float] | None:
    if point is not None:
        return {"lon": point.lon, "lat": point.lat}
    return None


def _somewhere(stage: Stage) -> dict[str, Any]:
    """The exercise's region; its middle where that is wider than a county."""
    where = stage.scenario.place
    return {"regionCode": where.region} if len(where.region) >= 6 else {"location": middle(where)}


def middle(place: Place) -> dict[str, float]:
    """A point in the middle of a place."""
    ring = [(place.centre.lon, place.centre.lat)] if place.centre else place.polygon or []
    return {"lon": sum(lon for lon, _ in ring) / len(ring), "lat": sum(lat for _, lat in ring) / len(ring)}


def _incident(title: str, code: str, location: dict[str, float] | None, stage: Stage) -> dict[str, Any]:
    body: dict[str, Any] = {
        "title": f"{MARK}{title}", "eventCode": code, "exerciseId": stage.exercise_id, "occurTime": stage.pace.moment(stage.pace.now).isoformat(),
        "occurTimePrecision": "TIME_PRECISION_ESTIMATED",
    }  # fmt: skip
    return body | ({"location": location} if location else {})


def _register(stage: Stage, inject: Inject, matter: IncidentInject) -> Made:
    place = _place(matter.location)
    body = _incident(matter.title, matter.event_code, place, stage) | {"source": f"INCIDENT_SOURCE_{matter.source.upper()}", "address": matter.address}
    if place is None:
        body |= {"regionCode": matter.region} if matter.region else _somewhere(stage)
    if matter.facts:
        body["facts"] = {_camel(key): value for key, value in matter.facts.items()}
    answer = stage.post(stage.officer(inject.id), "/incidents", body)
    return str(answer["name"]), *_at(place)


def _signal(stage: Stage, inject: Inject, source: str, content: str, point: Point | None, **more: str) -> Made:
    place = _place(point)
    body: dict[str, Any] = {"source": f"INCIDENT_SOURCE_{source.upper()}", "content": f"{MARK}{content}", "exerciseId": stage.exercise_id, **more}
    if place is None and "regionCode" not in more:
        body |= _somewhere(stage)
    elif place is not None:
        body["location"] = place
    answer = stage.post(stage.officer(inject.id), "/signals", body)
    return str(answer["name"]), *_at(place)


def _call(stage: Stage, inject: Inject, matter: CallInject) -> Made:
    more = (
        {"reporter": matter.caller} | ({"eventCode": matter.event_code} if matter.event_code else {}) | ({"regionCode": matter.region} if matter.region else {})
    )
    return _signal(stage, inject, "phone" if inject.kind == "call" else "grid", matter.content, matter.location, **more)


def _rainfall(stage: Stage, _inject: Inject, matter: RainfallInject) -> Made:
    reading = {"metric": matter.metric, "value": matter.value}
    moment = stage.pace.moment(stage.pace.now).isoformat()
    body = {"station": matter.station, "observeTime": moment, "readings": [reading], "exerciseId": stage.exercise_id}
    return str(stage.post(stage.scenario.accounts.sensor, "/observations", body)["name"]), None, None


def _loss(stage: Stage, _inject: Inject, matter: LossInject) -> Made:
    unit = matter.unit if matter.unit.startswith("units/") else f"units/{stage.exercise_id}-{int(matter.unit.partition('/')[2]):04}"
    stage.post(stage.scenario.accounts.field, f"/{unit}:setStatus", {"state": "UNIT_STATE_OUT_OF_SERVICE", "reason": f"{MARK}{matter.reason}"})
    stage.lost_units.append(unit)
    return unit, None, None


def _message(stage: Stage, inject: Inject, matter: MessageInject) -> Made:
    return _signal(stage, inject, matter.sender, matter.text, None)


def _road(stage: Stage, inject: Inject, matter: RoadInject) -> Made:
    until = f"，预计{matter.until}恢复" if matter.until else ""
    return _signal(stage, inject, "unit", f"道路中断：{matter.road}{until}", matter.location)


HANDLERS: dict[str, Any] = {
    "incident": _register, "signal": _call, "call": _call, "rainfall": _rainfall, "loss": _loss, "message": _message, "road": _road,
}  # fmt: skip


def _at(place: dict[str, float] | None) -> tuple[float | None, float | None]:
    return (place["lon"], place["lat"]) if place else (None, None)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
