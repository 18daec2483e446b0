"""Facts of incidents, topic `fenghuo.dispatch.incident.v1`, key: incident id."""

from chassis.journal import Encoded
from fenghuo.dispatch.v1 import incident_events_pb2 as pb
from services.dispatch.events.encoding import Encoders
from services.dispatch.model.incident import IncidentReported, IncidentVerifying

TOPIC = "fenghuo.dispatch.incident.v1"


def _reported(event: IncidentReported) -> Encoded:
    fact = pb.IncidentReported(title=event.title, event_code=event.event_code, source=event.source, lon=event.lon, lat=event.lat)
    return Encoded(TOPIC, event.incident_id, pb.IncidentEvent(incident_reported=fact))


def _verifying(event: IncidentVerifying) -> Encoded:
    return Encoded(TOPIC, event.incident_id, pb.IncidentEvent(incident_verifying=pb.IncidentVerifying(verifier=event.verifier)))


ENCODERS: Encoders = {IncidentReported: _reported, IncidentVerifying: _verifying}
