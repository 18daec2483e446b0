"""What alerts takes from other services' events."""

from collections.abc import Sequence

from chassis.ids import id_of
from chassis.journal import Subscription, Transaction
from fenghuo.dispatch.v1 import incident_events_pb2
from fenghuo.plans.v1 import drill_events_pb2
from services.alerts.model.incident import IncidentSeen
from services.alerts.use_cases import correlating, publishing
from services.alerts.use_cases.desk import Desk

INCIDENT_TOPIC = "fenghuo.dispatch.incident.v1"
DRILL_TOPIC = "fenghuo.plans.drill.v1"


def subscriptions(desk: Desk) -> Sequence[Subscription]:
    """Topics and effects."""

    async def confirmed(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
        """Offer it to the alerts it may belong to."""
        header, fact = event.header, event.incident_confirmed
        seen = IncidentSeen(
            id=id_of(header.incident or header.aggregate, "incidents"), event_code=fact.event_code, title=fact.title, region_code=header.region_code,
            exercise_id=header.exercise_id, regions=tuple(fact.regions), lon=fact.lon if fact.HasField("lon") else None,
            lat=fact.lat if fact.HasField("lat") else None,
        )  # fmt: skip
        await correlating.incident_confirmed(tx, desk, seen)

    return (
        Subscription(INCIDENT_TOPIC, incident_events_pb2.IncidentEvent, {"incident_confirmed": confirmed, "incident_merged": merged}),
        Subscription(DRILL_TOPIC, drill_events_pb2.DrillEvent, {"drill_aborted": drill_aborted}),
    )


async def merged(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
    """Its alerts belong to the incident that stays."""
    await correlating.incident_merged(tx, event.header.incident or event.header.aggregate, event.incident_merged.target)


async def drill_aborted(tx: Transaction, event: drill_events_pb2.DrillEvent) -> None:
    """真实事件: nothing of the exercise goes on."""
    if event.header.exercise_id:
        await publishing.abort_exercise(tx, event.header.exercise_id, event.drill_aborted.reason)
