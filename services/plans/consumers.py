"""What plans takes from other services' events."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Subscription, Transaction
from fenghuo.alerts.v1 import alert_events_pb2, alerts_pb2
from fenghuo.dispatch.v1 import command_events_pb2, incident_events_pb2, incidents_pb2, task_events_pb2
from services.plans.model.cause import Cause, TaskSeen
from services.plans.use_cases import causes

INCIDENT_TOPIC = "fenghuo.dispatch.incident.v1"
COMMAND_TOPIC = "fenghuo.dispatch.command.v1"
TASK_TOPIC = "fenghuo.dispatch.task.v1"
ALERT_TOPIC = "fenghuo.alerts.alert.v1"
UNGRADED = 9
OWN_LEVEL = incidents_pb2.LEAD_LEVEL_COUNTY
"""The level of government this district is; one above it is a superior."""


async def _learn(tx: Transaction, event: Any, **known: Any) -> Cause:
    header = event.header
    return await causes.learn(tx, header.incident, region_code=header.region_code or None, exercise_id=header.exercise_id or None, **known)


async def reported(connection: AsyncConnection, messages: Sequence[incident_events_pb2.IncidentEvent]) -> None:
    """Incidents are heard of; what is known already is newer."""
    await causes.hear(connection, [_heard(message.header, message.incident_reported) for message in messages])


def _heard(header: Any, fact: incident_events_pb2.IncidentReported) -> Cause:
    return Cause(header.incident, fact.title, fact.event_code, header.region_code, tuple(fact.regions), header.exercise_id)


async def confirmed(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
    """It is one; if its grade is known already, answer it."""
    fact = event.incident_confirmed
    cause = await _learn(tx, event, title=fact.title, event_code=fact.event_code, regions=tuple(fact.regions), confirmed=True, over=False)
    if cause.grade is not None:
        await causes.answer(tx, cause)


async def graded(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
    """It was assessed: propose what the plans foresee; real, severe ones stop drills."""
    fact = event.incident_graded
    metrics = {"dead_or_missing": str(fact.dead_or_missing)} if fact.HasField("dead_or_missing") else {}
    grade = fact.level if fact.level != UNGRADED else None
    cause = await _learn(tx, event, grade=grade, event_code=fact.event_code or None, metrics=metrics)
    await causes.answer(tx, cause)
    await causes.drills_give_way(tx, cause)


async def facts_updated(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
    """More is known: triggers look at the figures by the names of the contract."""
    fact = event.incident_facts_updated
    numbers = {field.name: value for field, value in fact.facts.ListFields() if not isinstance(value, bool)}
    metrics = {name: str(value) for name, value in numbers.items()}
    cause = await _learn(tx, event, event_code=fact.event_code or None, regions=tuple(fact.regions) or None, metrics=metrics)
    if cause.grade is not None:
        await causes.answer(tx, cause)


async def lead_level_changed(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
    """Another government leads: a superior does when its level is above the district's."""
    await _led(tx, event, event.lead_level_changed.lead_level)


async def command_transferred(tx: Transaction, event: command_events_pb2.CommandEvent) -> None:
    """Command passed on, to a superior or back."""
    await _led(tx, event, event.command_transferred.lead_level)


async def _led(tx: Transaction, event: Any, level: int) -> None:
    await causes.led(tx, event.header.incident, event.header.occurred_at.ToDatetime(UTC), by_superior=level > OWN_LEVEL)


async def dismissed(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
    """It was none, went elsewhere, or is closed: nothing more is proposed for it."""
    await causes.over(tx, event.header.incident, event.header.type)


async def merged(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
    """It is the same as another: what is at work goes on for that one."""
    await causes.merged(tx, event.header.incident, event.incident_merged.target, event.header.type)


async def response_ended(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
    """The response is over: the review opens."""
    fact = event.response_ended
    header = event.header
    known = {"region_code": header.region_code or None, "exercise_id": header.exercise_id or None, "event_code": fact.event_code or None}
    await causes.response_ended(tx, header.incident, **known)


async def reopened(tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
    """It is open again, or out of control again."""
    await _learn(tx, event, over=False, response_ended=False)


TASK_STATES = {
    "task_issued": "issued",
    "task_started": "in_progress",
    "task_done": "done",
    "task_verified": "verified",
    "task_failed": "failed",
    "task_cancelled": "cancelled",
    "task_closed": "closed",
}
"""Event of a task → the task's state."""


async def tasks_changed(connection: AsyncConnection, messages: Sequence[task_events_pb2.TaskEvent]) -> None:
    """Tasks are further."""
    await causes.tasks_changed(connection, [_seen(message) for message in messages])


def _seen(event: task_events_pb2.TaskEvent) -> TaskSeen:
    header, name = event.header, event.WhichOneof("event") or ""
    fact: Any = getattr(event, name)
    title = getattr(fact, "title", "")
    return TaskSeen(header.aggregate, header.incident, title, TASK_STATES[name], fact.life_saving, fact.activation, fact.plan_action, header.version)


async def alert_published(tx: Transaction, event: alert_events_pb2.AlertEvent) -> None:
    """An alert of ours holds: propose what the plans foresee for its level. A chain is one cause; a test proposes nothing."""
    header, fact = event.header, event.alert_published
    if fact.status == alerts_pb2.ALERT_STATUS_TEST:
        return
    if fact.kind == alerts_pb2.ALERT_KIND_CANCEL:
        await causes.over(tx, fact.chain, header.type)
        return
    regions = tuple(fact.regions)
    region = header.region_code or next(iter(regions), "")
    known = {"title": fact.headline, "event_code": fact.event_code, "alert_level": fact.level, "regions": regions, "over": False}
    cause = await causes.learn(tx, fact.chain, region_code=region or None, exercise_id=header.exercise_id or None, **known)
    await causes.answer(tx, cause)


async def alert_ended(tx: Transaction, event: alert_events_pb2.AlertEvent) -> None:
    """An alert was cancelled or ran out: nothing more is proposed for it; responses at work go on until somebody ends them."""
    name = event.WhichOneof("event") or ""
    await causes.over(tx, getattr(event, name).chain, event.header.type)


async def alert_linked(tx: Transaction, event: alert_events_pb2.AlertEvent) -> None:
    """An alert belongs to an incident: its level counts for the incident too."""
    await causes.link_alert(tx, event.alert_incident_linked.chain, event.header.incident)


SUBSCRIPTIONS = (
    Subscription(
        INCIDENT_TOPIC,
        incident_events_pb2.IncidentEvent,
        {
            "incident_confirmed": confirmed,
            "incident_graded": graded,
            "incident_facts_updated": facts_updated,
            "lead_level_changed": lead_level_changed,
            "incident_dismissed": dismissed,
            "incident_transferred": dismissed,
            "incident_merged": merged,
            "incident_closed": dismissed,
            "response_ended": response_ended,
            "incident_reescalated": reopened,
            "incident_reopened": reopened,
        },
        {"incident_reported": reported},
    ),
    Subscription(COMMAND_TOPIC, command_events_pb2.CommandEvent, {"command_transferred": command_transferred}),
    Subscription(TASK_TOPIC, task_events_pb2.TaskEvent, {}, dict.fromkeys(TASK_STATES, tasks_changed)),
    Subscription(
        ALERT_TOPIC,
        alert_events_pb2.AlertEvent,
        {"alert_published": alert_published, "alert_cancelled": alert_ended, "alert_expired": alert_ended, "alert_incident_linked": alert_linked},
    ),
)
