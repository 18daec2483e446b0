"""Stations, readings and external alerts as the contract shows them."""

from collections.abc import Sequence
from datetime import datetime

from chassis.ids import checked_id
from fenghuo.alerts.v1 import external_alerts_pb2
from fenghuo.alerts.v1 import observations_pb2 as pb
from services.alerts.codec.fields import fill, read, ref
from services.alerts.model.external import ExternalAlert
from services.alerts.model.observation import Observation, Station, Threshold, ThresholdCrossing


def new_station(request: pb.CreateStationRequest, now: datetime) -> Station:
    """The station a request describes."""
    return read(Station, request, id=checked_id(request.station_id, "station_id"), create_time=now)


def station(model: Station) -> pb.Station:
    """A station."""
    return fill(pb.Station(), model)


def new_threshold(request: pb.CreateThresholdRequest) -> Threshold:
    """The threshold a request describes."""
    return read(Threshold, request, id=checked_id(request.threshold_id, "threshold_id"), station_id=ref(request.station, "stations", "station"))


def threshold(model: Threshold) -> pb.Threshold:
    """A threshold."""
    return fill(pb.Threshold(), model)


def crossing(model: ThresholdCrossing) -> pb.ThresholdCrossing:
    """A proposal."""
    return fill(pb.ThresholdCrossing(), model)


def observation(taken: tuple[Observation, Sequence[ThresholdCrossing]]) -> pb.Observation:
    """Readings with the crossings they made."""
    model, crossings = taken
    message = fill(pb.Observation(), model)
    message.crossings.extend(map(crossing, crossings))
    return message


def external_alert(model: ExternalAlert) -> external_alerts_pb2.ExternalAlert:
    """A message of somebody else."""
    return fill(external_alerts_pb2.ExternalAlert(), model)
