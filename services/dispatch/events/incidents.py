"""Facts of incidents, topic `fenghuo.dispatch.incident.v1`, key: incident id."""

from collections.abc import Callable
from typing import Any

from chassis.journal import Encoded
from fenghuo.dispatch.v1 import incident_events_pb2 as pb
from services.dispatch.codec.fields import fill
from services.dispatch.codec.incidents import figures
from services.dispatch.events.encoding import Encoders
from services.dispatch.model import incident_events as facts

TOPIC = "fenghuo.dispatch.incident.v1"
RENAMES = {"occur_time": "occurred_on", "personal_data_outcome": "personal_data", "facts": ""}
PLAIN = {
    facts.IncidentReported: "incident_reported",
    facts.IncidentVerifying: "incident_verifying",
    facts.IncidentConfirmed: "incident_confirmed",
    facts.LeadLevelChanged: "lead_level_changed",
    facts.IncidentDismissed: "incident_dismissed",
    facts.IncidentTransferred: "incident_transferred",
    facts.IncidentMerged: "incident_merged",
    facts.ResponseStarted: "response_started",
    facts.IncidentControlled: "incident_controlled",
    facts.IncidentReescalated: "incident_reescalated",
    facts.ResponseEnded: "response_ended",
    facts.EvaluationStarted: "evaluation_started",
    facts.IncidentClosed: "incident_closed",
    facts.IncidentArchived: "incident_archived",
    facts.IncidentReopened: "incident_reopened",
    facts.PotentialJudged: "potential_judged",
    facts.IncidentStable: "incident_stable",
    facts.PersonalDataPurged: "personal_data_purged",
}
"""Facts whose fields have the names of their message's, by the field of the envelope."""


def _plain(field: str) -> Callable[[Any], Encoded]:
    def encode(event: facts.IncidentFact) -> Encoded:
        message = pb.IncidentEvent()
        getattr(message, field).SetInParent()
        fill(getattr(message, field), event, RENAMES)
        return Encoded(TOPIC, event.incident_id, message)

    return encode


def _graded(event: facts.IncidentGraded) -> Encoded:
    fact = fill(pb.IncidentGraded(), event.grade)
    fill(fact, event)
    return Encoded(TOPIC, event.incident_id, pb.IncidentEvent(incident_graded=fact))


def _updated(event: facts.IncidentFactsUpdated) -> Encoded:
    fact = fill(pb.IncidentFactsUpdated(facts=figures(event.figures)), event, RENAMES)
    return Encoded(TOPIC, event.incident_id, pb.IncidentEvent(incident_facts_updated=fact))


ENCODERS: Encoders = {fact: _plain(field) for fact, field in PLAIN.items()} | {facts.IncidentGraded: _graded, facts.IncidentFactsUpdated: _updated}
