"""What plans learns from other services, and what its rules propose because of it. Rules never start, change or end a response."""

from collections.abc import Sequence
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
from services.plans.model.plan import NEVER_PROPOSED
from services.plans.repository import ACTIVATIONS, DRILLS, causes, responses
from services.plans.repository.responses import Foreseen
from services.plans.use_cases import reviews
from services.plans.use_cases.activations import keep, new_proposal
from services.plans.use_cases.visibility import noted

HAZARD_ONLY = "hazard"
"""Basis of a proposal that no trigger calls for, only the kind of event."""


async def learn(tx: Transaction, name: str, **known: Any) -> Cause:
    """Take over what is known now of an incident or alert; values of None stay as they were, and so do other metrics."""
    return _noted(tx, await causes.learn(tx, name, known))


def _noted(tx: Transaction, cause: Cause) -> Cause:
    return noted(tx, cause, incident=cause.incident, exercise_id=cause.exercise_id)


async def led(tx: Transaction, name: str, at: datetime, *, by_superior: bool) -> None:
    """Take over who leads since a moment."""
    cause, new = await causes.cause_or_new(tx, name)
    cause.led(at, by_superior=by_superior)
    await _kept(tx, cause, new=new)


async def _kept(tx: Transaction, cause: Cause, *, new: bool) -> Cause:
    await causes.keep_cause(tx, cause, new=new)
    return _noted(tx, cause)


async def hear(connection: AsyncConnection, heard: Sequence[Cause]) -> None:
    """Incidents are heard of for the first time; what is known of them already stays."""
    await causes.hear(connection, heard)


async def answer(tx: Transaction, cause: Cause) -> None:
    """Propose what the plans in force foresee for what is known: a response, a more severe proposal, or a more severe level of a response at work."""
    if cause.over or cause.response_ended or not cause.event_code or not (cause.confirmed if cause.incident else cause.alert_level):
        return
    for foreseen in await responses.foreseen(tx.connection, cause):
        if foreseen.plan.kind not in NEVER_PROPOSED and foreseen.plan.valid_on(day_of(tx.now)):
            await _answer_with(tx, foreseen, cause)


async def _answer_with(tx: Transaction, foreseen: Foreseen, cause: Cause) -> None:
    called = called_level(foreseen.levels, cause.situation)
    if foreseen.activation_id is None:
        await _propose(tx, foreseen, cause, called)
    elif called is not None and called[0] < foreseen.level:
        await _raise(tx, foreseen.activation_id, foreseen.etag, called)


async def _raise(tx: Transaction, activation_id: str, etag: str, called: tuple[int, str]) -> None:
    """Propose a more severe level. STALE, and so asked again, when somebody has decided meanwhile."""
    activation = await ACTIVATIONS.load(tx, activation_id, etag)
    event = activation.repropose(*called) if activation.state == "proposed" else activation.propose_level(*called)
    if event:
        await ACTIVATIONS.save(tx, activation)
        keep(tx, activation, event)


async def _propose(tx: Transaction, foreseen: Foreseen, cause: Cause, called: tuple[int, str] | None) -> None:
    """Propose a response, unless somebody has decided about one that severe already. An alert needs a trigger; an incident does not."""
    if called is None and foreseen.levels and cause.incident:
        called = max(each.level for each in foreseen.levels), HAZARD_ONLY
    if called is None or (foreseen.decided is not None and called[0] >= foreseen.decided):
        return
    activation: Activation = new_proposal(tx, new_id(), foreseen.plan, foreseen.plan_version, cause, *called)
    await ACTIVATIONS.add(tx, activation)
    keep(tx, activation, activation.proposed())


async def link_alert(tx: Transaction, alert: str, incident: str) -> None:
    """An alert belongs to an incident: its level is known of the incident from now on."""
    known, new = await causes.cause_or_new(tx, alert)
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
    stays, new = await causes.cause_or_new(tx, target)
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


async def tasks_changed(connection: AsyncConnection, seen: Sequence[TaskSeen]) -> None:
    """Tasks of dispatch are further; so are the action cards they were made of."""
    await causes.note_tasks(connection, seen)
