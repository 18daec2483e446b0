"""Road closures, ways and reaches to proto, closures from it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chassis.ids import checked_id
from chassis.messages import Catalogue
from fenghuo.dispatch.v1 import roads_pb2 as pb
from fenghuo.type.v1 import geo_pb2
from services.dispatch.codec.fields import fill, moment, optional, ref, word
from services.dispatch.codec.recommendations import basis
from services.dispatch.model.advice import Place
from services.dispatch.model.road_closure import RoadClosure
from services.dispatch.model.road_network import Network, Reach, Way

_RENAMED = {"create_time": "created_at", "start_time": "starts_at", "end_time": "ends_at", "finish_time": "finished_at"}
_FIGURES = ("loaded", "nodes", "arcs", "source", "closed_arcs", "slowed_arcs", "estimate_start_s", "estimate_speed_mps")


def closure(model: RoadClosure, *, heeded: bool) -> pb.RoadClosure:
    """A closure as the contract shows it; `heeded` when times take closures into account."""
    message = fill(pb.RoadClosure(times_heed=heeded), model, _RENAMED)
    if model.radius_m is None:
        message.area.points.extend(_points(model.points))
    else:
        message.stretch.radius_m = model.radius_m
        message.stretch.points.extend(_points(model.points))
    return message


def created(request: pb.CreateRoadClosureRequest, now: datetime) -> RoadClosure:
    """The closure a request describes."""
    message = request.road_closure
    area = message.WhichOneof("shape") == "area"
    shape: Any = message.area if area else message.stretch
    return RoadClosure(
        id=checked_id(request.road_closure_id, "road_closure_id"), kind=word(message, "kind"), points=[(each.lon, each.lat) for each in shape.points],
        radius_m=None if area else message.stretch.radius_m, reason=message.reason, created_at=now, starts_at=moment(message, "start_time") or now,
        ends_at=moment(message, "end_time"), factor=optional(message, "factor"), incident_id=ref(message, "incident"), region_code=message.region_code,
        exercise_id=message.exercise_id,
    )  # fmt: skip


def network(model: Network, texts: Catalogue) -> pb.RoadNetwork:
    """The roads that are loaded."""
    return pb.RoadNetwork(**{name: getattr(model, name) for name in _FIGURES}, travel=basis(model.travel, texts))


def way(model: Way, texts: Catalogue) -> pb.ComputeRouteResponse:
    """A quickest way."""
    return pb.ComputeRouteResponse(
        travel_s=model.travel_s, distance_m=model.distance_m, line=_points(model.line), streets=model.streets, estimated=model.estimated,
        travel=basis(model.travel, texts),
    )  # fmt: skip


def reach(model: Reach, texts: Catalogue) -> pb.ComputeIsochronesResponse:
    """What is reached in time."""
    message = pb.ComputeIsochronesResponse(estimated=model.estimated, travel=basis(model.travel, texts))
    for area in model.isochrones:
        shown = message.isochrones.add(minutes=area.minutes)
        for part in area.parts:
            shown.parts.add(rings=(geo_pb2.Polygon(points=_points(ring)) for ring in part))
    return message


def _points(places: Iterable[Place]) -> list[geo_pb2.Point]:
    return [geo_pb2.Point(lon=lon, lat=lat) for lon, lat in places]
