"""What resources does when other services publish. Every effect tolerates what it does not know, and any order between topics."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import derived_id
from chassis.journal import Subscription, Transaction
from fenghuo.alerts.v1 import alert_events_pb2, alerts_pb2, observation_events_pb2
from fenghuo.dispatch.v1 import incident_events_pb2, unit_events_pb2
from fenghuo.plans.v1 import activation_events_pb2
from services.resources.model.team import FREE, Sighting
from services.resources.repository.known import Basis, Incident
from services.resources.use_cases import following, risks, teams
from services.resources.use_cases.following import Demand


def _at(message: Any) -> datetime:
    moment: datetime = message.header.occurred_at.ToDatetime(UTC)
    return moment


async def _incident_confirmed(tx: Transaction, message: Any) -> None:
    """IncidentConfirmed: remember it; after an earthquake buildings are inspected before they open."""
    fact, header = message.incident_confirmed, message.header
    seen = Incident(header.aggregate, fact.title, fact.event_code, header.region_code, header.exercise_id)
    await following.incident_confirmed(tx, seen, tuple(fact.regions) or (header.region_code,))


async def _incidents_heard_of(connection: AsyncConnection, messages: Sequence[Any]) -> None:
    """IncidentReported: what is known already is newer."""
    heard = [(message.header, message.incident_reported) for message in messages]
    await following.hear(
        connection, [Incident(header.aggregate, fact.title, fact.event_code, header.region_code, header.exercise_id) for header, fact in heard]
    )


def _over(message: Any) -> Incident:
    header = message.header
    return Incident(header.aggregate, "", "", header.region_code, header.exercise_id, _at(message))


async def _responses_ended(connection: AsyncConnection, messages: Sequence[Any]) -> None:
    """ResponseEnded: from now on what is out is due back (QueryDebts lists it)."""
    await following.responses_ended(connection, [_over(message) for message in messages])


async def _left(tx: Transaction, message: Any) -> None:
    """IncidentDismissed, IncidentTransferred: nothing more is done for it here."""
    await following.incident_left(tx, _over(message))


async def _merged(tx: Transaction, message: Any) -> None:
    """IncidentMerged: what is under way goes on for the one that stays."""
    await following.merged(tx, message.header.aggregate, message.incident_merged.target)


async def _units_reported(connection: AsyncConnection, messages: Sequence[Any]) -> None:
    """UnitStatusChanged, UnitLostContact, UnitContactRestored: what dispatch knows of units."""
    await teams.units_reported(connection, [_sighting(message) for message in messages])


def _sighting(message: Any) -> Sighting:
    case, header = message.WhichOneof("event"), message.header
    status = "lost_contact" if case == "unit_lost_contact" else getattr(message, case).state
    return Sighting(header.aggregate.removeprefix("units/"), status, _at(message), header.version, "" if status in FREE else header.incident)


def _demands(fact: Any) -> list[Demand]:
    """What the actions need, each with its clause; what only stands in the sum comes without one."""
    found = [
        Demand(needed.item_code, needed.capability, needed.quantity, needed.unit, f"{fact.plan_version} {action.clause} {action.card}".strip())
        for action in fact.actions
        for needed in action.required_resources
    ]
    return found or [Demand(each.item_code, each.capability, each.quantity, each.unit, fact.plan_version) for each in fact.required_resources]


async def _activated(tx: Transaction, message: Any) -> None:
    """PlanActivated, ActivationLevelChanged: what the new actions need is kept ready, shelters are prepared at level 1 or 2."""
    fact, header = getattr(message, message.WhichOneof("event")), message.header
    basis = Basis(fact.activation, fact.level, header.region_code, header.incident, header.exercise_id)
    await following.activated(tx, basis)
    await following.keep_ready(tx, derived_id("standby", header.event_id), basis, _demands(fact))


async def _deactivated(tx: Transaction, message: Any) -> None:
    """ActivationTerminated: its standbys are let go."""
    await following.basis_ended(tx, message.activation_terminated.activation)


async def _alert_published(tx: Transaction, message: Any) -> None:
    """AlertPublished: it is in force and what the rules ask for is kept ready; tests and cancellations ask for nothing."""
    fact, header = message.alert_published, message.header
    if fact.status == alerts_pb2.ALERT_STATUS_TEST or fact.kind == alerts_pb2.ALERT_KIND_CANCEL:
        return
    basis = Basis(header.aggregate, fact.level, header.region_code, header.incident, header.exercise_id)
    await following.alerted(tx, derived_id("standby", header.event_id), basis, fact.event_code)


async def _alert_ended(tx: Transaction, message: Any) -> None:
    """AlertSuperseded, AlertCancelled, AlertExpired: its standbys are let go."""
    await following.basis_ended(tx, message.header.aggregate)


async def _threshold_crossed(tx: Transaction, message: Any) -> None:
    """ThresholdCrossed: the risk sources that the station watches give warning."""
    fact = message.threshold_crossed
    warning = f"{fact.station_title or fact.station}: {fact.metric} {fact.value} ≥ {fact.threshold_value}"
    await risks.station_crossed(tx, fact.station.removeprefix("stations/"), warning)


SUBSCRIPTIONS = [
    Subscription(
        "fenghuo.dispatch.incident.v1",
        incident_events_pb2.IncidentEvent,
        {
            "incident_confirmed": _incident_confirmed,
            "incident_merged": _merged,
            "incident_dismissed": _left,
            "incident_transferred": _left,
        },
        {"incident_reported": _incidents_heard_of, "response_ended": _responses_ended},
    ),
    Subscription(
        "fenghuo.dispatch.unit.v1",
        unit_events_pb2.UnitStatusEvent,
        {},
        dict.fromkeys(("unit_status_changed", "unit_lost_contact", "unit_contact_restored"), _units_reported),
    ),
    Subscription(
        "fenghuo.alerts.alert.v1",
        alert_events_pb2.AlertEvent,
        {"alert_published": _alert_published, "alert_superseded": _alert_ended, "alert_cancelled": _alert_ended, "alert_expired": _alert_ended},
    ),
    Subscription("fenghuo.alerts.observation.v1", observation_events_pb2.ObservationEvent, {"threshold_crossed": _threshold_crossed}),
    Subscription(
        "fenghuo.plans.activation.v1",
        activation_events_pb2.ActivationEvent,
        {"plan_activated": _activated, "activation_level_changed": _activated, "activation_terminated": _deactivated},
    ),
]
