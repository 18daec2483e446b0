"""Facts of dispatch as their topics carry them: the whole published contract on one page."""

from typing import Any

from fenghuo.dispatch.v1 import events_pb2 as pb

from chassis.journal import Encoded
from services.dispatch.model.incident import IncidentReported, IncidentVerifying

INCIDENT_TOPIC = "fenghuo.dispatch.incident.v1"


def encode(event: Any) -> Encoded:
    """Topic, key and message of a fact."""
    match event:
        case IncidentReported():
            fact = pb.IncidentReported(title=event.title, event_code=event.event_code, source=event.source, lon=event.lon, lat=event.lat)
            return Encoded(INCIDENT_TOPIC, event.incident_id, pb.IncidentEvent(incident_reported=fact))
        case IncidentVerifying():
            return Encoded(INCIDENT_TOPIC, event.incident_id, pb.IncidentEvent(incident_verifying=pb.IncidentVerifying(verifier=event.verifier)))
        case _:
            raise TypeError(f"{type(event).__name__} is not published")
