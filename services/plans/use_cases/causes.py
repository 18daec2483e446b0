"""What plans learns from other services, and what its rules propose because of it. Rules never start, change or end a response."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import new_id
from chassis.journal import Transaction
from services.plans.model.activation import Activation
from services.plans.model.calendar import day_of
from services.plans.model.cause import Cause, TaskSeen
from services.plans.model.content import called_level
from services.plans.model.drill import GIVES_WAY_GRADE, REAL_EVENT
from services.plans.model.plan import NEVER_PROPOSED, Plan
from services.plans.repository import ACTIONS, ACTIVATIONS, DRILLS, VERSIONS, plans, responses
from services.plans.use_cases import reviews
from services.plans.use_cases.activations import keep, new_proposal
from services.plans.use_cases.visibility import noted

HAZARD_ONLY = "hazard"
"""Basis of a proposal that no trigger calls for, only the kind of event."""


async def learn(tx: Transaction, name: str, **known: Any) -> Cause:
    """Take over what is known now of an incident or alert; values of None stay as they were."""
    cause, new = await responses.cause_or_new(tx, name)
    metrics: Mapping[str, str] = known.pop("metrics", None) or {}
    cause.metrics = cause.metrics | dict(metrics)
    for field, value in known.items():
        if value is not None:
            setattr(cause, field, value)
    return await _kept(tx, cause, new=new)


async def led(tx: Transaction, name: str, at: datetime, *, by_superior: bool) -> None:
    """Take over who leads since a moment."""
    cause, new = await responses.cause_or_new(tx, name)
    cause.led(at, by_superior=by_superior)
    await _kept(tx, cause, new=new)


async def _kept(tx: Transaction, cause: Cause, *, new: bool) -> Cause:
    await responses.keep_cause(tx, cause, new=new)
    noted(tx, cause, incident=cause.incident, exercise_id=cause.exercise_id)
    return cause


async def hear(connection: AsyncConnection, heard: Sequence[Cause]) -> None:
    """Incidents are heard of for the first time; what is known of them already stays."""
    await responses.hear(connection, heard)


async def answer(tx: Transaction, cause: Cause) -> None:
    """Propose what the plans in force foresee for what is known: a response, a more severe proposal, or a more severe level of a response at work."""
    if cause.over or cause.response_ended or not cause.event_code or not (cause.confirmed if cause.incident else cause.alert_level):
        return
    for plan in await plans.covering(tx.connection, cause.event_code, cause.places):
        if plan.kind not in NEVER_PROPOSED and plan.valid_on(day_of(tx.now)):
            await _answer_with(tx, plan, cause)


async def _answer_with(tx: Transaction, plan: Plan, cause: Cause) -> None:
    activation = await responses.open_for(tx, plan.id, cause.id)
    if activation is None:
        await _propose(tx, plan, cause)
        return
    version = await VERSIONS.get(tx.connection, activation.plan_version.rpartition("/")[2])
    called = called_level(version.content.levels, cause.situation)
    if called is None or called[0] >= activation.level:
        return
    event = activation.repropose(*called) if activation.state == "proposed" else activation.propose_level(*called)
    if event:
        await ACTIVATIONS.save(tx, activation)
        keep(tx, activation, event)


async def _propose(tx: Transaction, plan: Plan, cause: Cause) -> None:
    """Propose a response, unless somebody has decided about one that severe already. An alert needs a trigger; an incident does not."""
    version = await VERSIONS.get(tx.connection, plan.effective_version.rpartition("/")[2])
    called = called_level(version.content.levels, cause.situation)
    if called is None and version.content.levels and cause.incident:
        called = max(each.level for each in version.content.levels), HAZARD_ONLY
    decided = await responses.decided_level(tx.connection, plan.id, cause.id)
    if called is None or (decided is not None and called[0] >= decided):
        return
    activation: Activation = new_proposal(tx, new_id(), plan, version, cause, *called)
    await ACTIVATIONS.add(tx, activation)
    keep(tx, activation, activation.proposed())


async def link_alert(tx: Transaction, alert: str, incident: str) -> None:
    """An alert belongs to an incident: its level is known of the incident from now on."""
    known, new = await responses.cause_or_new(tx, alert)
    if not new and known.alert_level is not None:
        await answer(tx, await learn(tx, incident, alert_level=known.alert_level))


async def over(tx: Transaction, name: str, why: str) -> None:
    """The incident was dismissed, merged, transferred or closed, or the alert has ended: proposals for it fall away; responses at work go on."""
    await learn(tx, name, over=True)
    for activation in await responses.open_proposals(tx, name):
        event = activation.reject(why)
        await ACTIVATIONS.save(tx, activation)
        keep(tx, activation, event)


async def merged(tx: Transaction, name: str, target: str, why: str) -> None:
    """并案: proposals for the merged incident fall away. A response at work goes on for the incident that stays and takes the place of a mere proposal there;
    where the same plan is at work already it stays beside until somebody ends it: rules end nothing.
    """
    await over(tx, name, why)
    stays, new = await responses.cause_or_new(tx, target)
    for activation in await responses.at_work(tx, name):
        if new:
            stays.region_code, stays.exercise_id = activation.region_code, activation.exercise_id
            await _kept(tx, stays, new=True)
            new = False
        there = await responses.open_for(tx, activation.plan_id, target)
        if there is not None and there.state == "active":
            continue
        if there is not None:
            rejected = there.reject(why)
            await ACTIVATIONS.save(tx, there)
            keep(tx, there, rejected)
        event = activation.move(target)
        await ACTIVATIONS.save(tx, activation)
        await responses.follow(tx, activation)
        keep(tx, activation, event)


async def response_ended(tx: Transaction, name: str, **known: Any) -> None:
    """The response of the incident is over: its after-action review opens (PL-19)."""
    cause = await learn(tx, name, response_ended=True, **known)
    await reviews.open_for(tx, cause)


async def drills_give_way(tx: Transaction, cause: Cause) -> None:
    """A real incident of grade 1 or 2: running drills of its counties stop, those that are near are cancelled."""
    if cause.exercise_id or not cause.confirmed or cause.grade is None or cause.grade > GIVES_WAY_GRADE:
        return
    for drill in await responses.alive_drills(tx, cause.places):
        event = drill.give_way(f"{REAL_EVENT}：{cause.title}", cause.id, tx.now)
        if event:
            await DRILLS.save(tx, drill)
            noted(tx, drill, event, exercise_id=drill.exercise_id)


async def task_changed(tx: Transaction, task: TaskSeen, action_state: str) -> None:
    """A task of dispatch is further; so is the action card it was made of."""
    await responses.keep_task(tx, task)
    action = await ACTIONS.find(tx, task.action_id) if task.action_id else None
    if action:
        action.task, action.state = task.id, action_state
        await ACTIONS.save(tx, action)
    tx.changed(task.id, task, version=task.version, incident=task.incident)
