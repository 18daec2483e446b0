"""What follows from other services' decisions: tasks from action cards, from the law's measures in a warning period, and pre-positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.ids import derived_id
from chassis.journal import Transaction
from services.dispatch.model.assignment import ANSWER_WITHIN
from services.dispatch.model.measures import Measure, warning_measures
from services.dispatch.model.order import Outcome, Wish
from services.dispatch.model.task import CapabilityNeed, NotificationRequested, Task
from services.dispatch.repository import incidents
from services.dispatch.repository.tasks import TASKS
from services.dispatch.use_cases import assignments, offers, tasks
from services.dispatch.use_cases.field import Root, task_changed

KIND_OF = {
    "evacuation": "evacuation", "medical": "medical", "fire_suppression": "firefighting", "water_rescue": "rescue", "heavy_rescue": "rescue",
    "mountain_rescue": "rescue", "search": "rescue", "diving": "rescue", "hazmat": "hazard_control", "flood_control": "hazard_control",
    "drainage": "hazard_control", "engineering": "hazard_control", "traffic_control": "traffic", "environment_monitoring": "monitoring",
    "monitoring": "monitoring",
    "communication": "communication", "supply": "supply",
}  # fmt: skip
"""Kind of work that a capability stands for; any other is general."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action card put to work."""

    action_id: str
    clause: str
    post: str
    action: str
    due_at: datetime | None
    life_saving: bool
    capability: str


@dataclass(frozen=True, slots=True)
class PrePosition:
    """Units that are to wait at a place before anything happens 预置."""

    id: str
    unit_ids: list[str]
    place: str
    lon: float | None
    lat: float | None
    reason: str
    alert_id: str


@dataclass(frozen=True, slots=True)
class PublishedAlert:
    """A published alert: its chain, and its level, 1 (red) to 4 (blue)."""

    chain_id: str
    level: int


async def _root(tx: Transaction, incident_id: str, region_code: str, exercise_id: str) -> Root:
    """Region and exercise as the event tells them; the region of the incident where the event has none. What was merged is what it was merged into."""
    incident_id = await incidents.survivor(tx, incident_id) if incident_id else ""
    if region_code or not incident_id:
        return Root(incident_id, region_code, exercise_id)
    incident = await incidents.get(tx.connection, incident_id)
    return Root(incident_id, incident.region_code, incident.exercise_id)


async def _new(tx: Transaction, made: list[Task], *, issue: bool) -> None:
    """Write those of one incident that are not there yet: an event told twice, or a card told again, makes no second task."""
    known = await TASKS.find_all(tx, [task.id for task in made])
    fresh = [task for task in made if task.id not in known]
    incident = await incidents.find(tx, fresh[0].incident_id) if issue and fresh and fresh[0].incident_id else None
    for task in fresh:
        await tasks.draft(tx, task, incident, issue=issue)


async def from_actions(tx: Transaction, activation_id: str, cause: tuple[str, str], actions: Sequence[Action], region_code: str, exercise_id: str) -> None:
    """One task for each action card, given out at once, with its clause and its due time; `cause` is incident id and alert id."""
    incident_id, alert_id = cause
    root = await _root(tx, incident_id, region_code, exercise_id)
    await _new(tx, [_card(tx, action, activation_id, alert_id, root) for action in actions], issue=True)


def _card(tx: Transaction, action: Action, activation_id: str, alert_id: str, root: Root) -> Task:
    return Task(
        id=derived_id("action", action.action_id), title=action.action[:200], description=action.action if len(action.action) > 200 else "",
        created_at=tx.now, kind=KIND_OF.get(action.capability, "general"), life_saving=action.life_saving, incident_id=root.incident_id,
        activation_id=activation_id, clause=action.clause, plan_action=action.action_id, alert_id=alert_id, responsible=action.post,
        region_code=root.region_code, needs=[CapabilityNeed(action.capability, 1)] if action.capability else [], due_at=action.due_at,
        exercise_id=root.exercise_id,
    )  # fmt: skip


async def from_alert(tx: Transaction, warning: PublishedAlert, incident_id: str, region_code: str, exercise_id: str) -> None:
    """应对法 66、67: the measures of the level, proposed once for a chain of messages; people decide which are given out."""
    root = await _root(tx, incident_id, region_code, exercise_id)
    await _new(tx, [_measure(tx, measure, warning, root) for measure in warning_measures(warning.level)], issue=False)


def _measure(tx: Transaction, measure: Measure, warning: PublishedAlert, root: Root) -> Task:
    return Task(
        id=derived_id("measure", warning.chain_id, measure.clause), title=measure.title, description=measure.title_en, created_at=tx.now,
        kind=measure.kind, life_saving=measure.life_saving, incident_id=root.incident_id, clause=measure.clause, alert_id=warning.chain_id,
        region_code=root.region_code, needs=[CapabilityNeed(measure.need, 1)] if measure.need else [], exercise_id=root.exercise_id,
    )  # fmt: skip


async def end_of_warning(tx: Transaction, chain_id: str, reason: str) -> None:
    """The warning was lifted or ran out (应对法 70): measures that nobody gave out are dropped; what was given out is people's to end."""
    measured = [derived_id("measure", chain_id, measure.clause) for measure in warning_measures(1)]
    for task in (await TASKS.find_all(tx, measured)).values():
        if task.state == "draft":
            event = task.discard(reason)
            await TASKS.save(tx, task)
            task_changed(tx, task, event)


def pre_position_task_id(pre_position_id: str) -> str:
    """The one task of a pre-position."""
    return derived_id("pre-position", pre_position_id)


async def pre_position(tx: Transaction, order: PrePosition, incident_id: str, region_code: str, exercise_id: str) -> None:
    """预置: one task, offered to every unit named; a unit that cannot go is told to those on duty."""
    root = await _root(tx, incident_id, region_code, exercise_id)
    task = Task(
        id=pre_position_task_id(order.id), title=f"预置：{order.place}"[:200], description=order.reason, created_at=tx.now, kind="preposition",
        incident_id=root.incident_id, alert_id=order.alert_id, pre_position_id=order.id, region_code=root.region_code, address=order.place,
        lon=order.lon, lat=order.lat, exercise_id=root.exercise_id,
    )  # fmt: skip
    if await TASKS.find(tx, task.id) is not None:
        return
    await tasks.draft(tx, task, issue=True)
    for outcome in await offers.offer_each(tx, task, [Wish(unit_id) for unit_id in order.unit_ids], ANSWER_WITHIN):
        if outcome.refusal is not None:
            task_changed(tx, task, _told(task, outcome))


def _told(task: Task, outcome: Outcome) -> NotificationRequested:
    reason = outcome.refusal.reason if outcome.refusal else ""
    return NotificationRequested(task.key, "duty_officer", "", f"{task.title}: units/{outcome.unit_id} {reason}", task.id)


async def end_pre_position(tx: Transaction, pre_position_id: str, unit_ids: Sequence[str], reason: str) -> None:
    """Called off or completed: the units may come home."""
    for unit_id in sorted(unit_ids):
        await assignments.bring_home(tx, unit_id, pre_position_task_id(pre_position_id), reason)
