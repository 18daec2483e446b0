"""Commands, queries and timers on activations 启动响应."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import not_found
from chassis.identity import Caller
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import cancel, schedule
from services.plans import errors
from services.plans.model.activation import ActionAtWork, Activation, Ending, Statement, check_authority, check_urgent_authority
from services.plans.model.calendar import day_of
from services.plans.model.cause import Cause
from services.plans.model.content import MILDEST, Content, called_level
from services.plans.model.notice import PostNotice
from services.plans.model.plan import Plan
from services.plans.model.version import PlanVersion
from services.plans.repository import ACTIONS, ACTIVATIONS, CAUSES, NOTICES, PLANS, REVIEWS, VERSIONS, responses
from services.plans.use_cases.fan_out import fan_out
from services.plans.use_cases.visibility import noted, visible

END = "activation_end"
PAPERWORK = "activation_paperwork"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a proposal or an urgent start names. Level 0 stands for the level the triggers call for."""

    activation_id: str
    plan_id: str
    cause: str
    level: int
    basis: str


def keep(tx: Transaction, activation: Activation, *events: object) -> Activation:
    """Note what became of an activation."""
    return noted(tx, activation, *events, incident=activation.incident, exercise_id=activation.exercise_id)


async def _save(tx: Transaction, activation: Activation, *events: object) -> Activation:
    await ACTIVATIONS.save(tx, activation)
    return keep(tx, activation, *events)


async def _load(tx: Transaction, activation_id: str, etag: str) -> Activation:
    return visible(tx.caller, await ACTIVATIONS.load(tx, activation_id, etag))


async def _content(tx: Transaction, plan_version: str) -> Content:
    return (await VERSIONS.get(tx.connection, id_of(plan_version, "planVersions"))).content


async def change(tx: Transaction, activation_id: str, etag: str, step: Callable[[Activation], object]) -> Activation:
    """Load an activation, take a step of the model, check the authority for its level, save it."""
    activation = await _load(tx, activation_id, etag)
    event = step(activation)
    check_authority(tx.caller.roles, await _content(tx, activation.plan_version), activation.level)
    return await _save(tx, activation, event)


async def _proposed(tx: Transaction, proposal: Proposal) -> tuple[Activation, Content]:
    """A new proposal. Guards: PLAN_NOT_EFFECTIVE, PLAN_NOT_APPLICABLE, CAUSE_OVER, LEVEL_NOT_IN_PLAN."""
    cause = visible(tx.caller, await CAUSES.get(tx.connection, proposal.cause))
    if cause.over:
        raise errors.cause_over(cause.name)
    plan, version = await _in_force(tx, proposal.plan_id)
    if not plan.covers(cause.event_code, cause.places) or not plan.valid_on(day_of(tx.now)):
        raise errors.not_applicable(plan.name, cause.event_code, cause.region_code)
    called = called_level(version.content.levels, cause.situation)
    level = proposal.level or (called[0] if called else max((each.level for each in version.content.levels), default=MILDEST))
    version.content.level(level)
    basis = proposal.basis or (called[1] if called else "")
    return new_proposal(tx, proposal.activation_id, plan, version.name, cause, level, basis), version.content


def new_proposal(tx: Transaction, activation_id: str, plan: Plan, version: str, cause: Cause, level: int, basis: str) -> Activation:
    """A proposal by the caller, who may be a rule."""
    return Activation(
        activation_id, plan.id, version, plan.title, plan.lead_org, cause.id, cause.region_code, cause.exercise_id, level, basis, tx.caller.id, tx.now
    )


async def _in_force(tx: Transaction, plan_id: str) -> tuple[Plan, PlanVersion]:
    plan = await PLANS.get(tx.connection, plan_id)
    if not plan.effective_version:
        raise errors.not_effective(plan.name)
    return plan, await VERSIONS.get(tx.connection, id_of(plan.effective_version, "planVersions"))


async def propose(tx: Transaction, proposal: Proposal) -> Activation:
    """建议启动 by a person. ACTIVATION_OPEN when the plan has an open one for the same cause."""
    activation, _ = await _proposed(tx, proposal)
    await ACTIVATIONS.add(tx, activation)
    return keep(tx, activation, activation.proposed())


async def activate(tx: Transaction, activation_id: str, etag: str, statement: Statement, org: str) -> Activation:
    """启动 with the version that is in force now. Guards: LAW_72, LEVEL_NOT_IN_PLAN; LEVEL_AUTHORITY."""
    activation = await _load(tx, activation_id, etag)
    activation.activate(statement, org or tx.caller.org, tx.caller.id, tx.now)
    _, version = await _in_force(tx, activation.plan_id)
    activation.plan_version = version.name
    check_authority(tx.caller.roles, version.content, statement.level)
    event = activation.activated(*await fan_out(tx, activation, version.content))
    await _watch_end(tx, activation)
    return await _save(tx, activation, event)


async def activate_urgent(tx: Transaction, proposal: Proposal, subject: str, authorised_by: str) -> Activation:
    """紧急启动: an open proposal for the same cause is taken over; papers are due in 24 hours. ACTIVATION_OPEN when it is active already."""
    activation = await responses.open_for(tx, proposal.plan_id, proposal.cause)
    if activation is not None and activation.state == "active":
        raise errors.activation_open()
    new = activation is None
    if activation is None:
        activation, content = await _proposed(tx, proposal)
    else:
        _, version = await _in_force(tx, visible(tx.caller, activation).plan_id)
        activation.plan_version, content = version.name, version.content
    check_urgent_authority(tx.caller.roles, content, proposal.level)
    activation.activate_urgent(proposal.level, subject, authorised_by, tx.caller.org, tx.caller.id, tx.now)
    if new:
        await ACTIVATIONS.add(tx, activation)
    event = activation.activated(*await fan_out(tx, activation, content))
    if activation.paperwork_due_time:
        await schedule(tx, PAPERWORK, activation.id, activation.paperwork_due_time)
    return keep(tx, activation, event) if new else await _save(tx, activation, event)


async def _watch_end(tx: Transaction, activation: Activation) -> None:
    if activation.expected_end_time and activation.state == "active":
        await schedule(tx, END, activation.id, activation.expected_end_time)


async def ring_end(tx: Transaction, timer: Mapping[str, Any]) -> None:
    """The expected end has passed: say so; only people end a response."""
    activation = await ACTIVATIONS.load(tx, timer["subject"])
    event = activation.pass_end(tx.now)
    if event:
        await _save(tx, activation, event)


async def ring_paperwork(tx: Transaction, timer: Mapping[str, Any]) -> None:
    """The papers of an urgent start are late: say so."""
    activation = await ACTIVATIONS.load(tx, timer["subject"])
    event = activation.pass_paperwork()
    if event:
        keep(tx, activation, event)


async def file_paperwork(tx: Transaction, activation_id: str, etag: str, document_ref: str, statement: Statement) -> Activation:
    """补办手续: pays the debt."""
    activation = await _load(tx, activation_id, etag)
    event = activation.file_paperwork(document_ref, statement, tx.now)
    await cancel(tx, PAPERWORK, activation.id)
    await _watch_end(tx, activation)
    return await _save(tx, activation, event)


async def change_level(tx: Transaction, activation_id: str, etag: str, level: int, reason: str) -> Activation:
    """调整响应级别: authority for the more severe of both levels; new cards of the level go to work."""
    activation = await _load(tx, activation_id, etag)
    previous = activation.change_level(level, reason, tx.caller.id, tx.now)
    content = await _content(tx, activation.plan_version)
    content.level(level)
    check_authority(tx.caller.roles, content, min(level, previous))
    event = activation.level_changed(previous, reason.strip(), *await fan_out(tx, activation, content))
    return await _save(tx, activation, event)


async def decline_level(tx: Transaction, activation_id: str, etag: str, reason: str) -> Activation:
    """Stay at the level in force; authority for the level that was proposed."""
    activation = await _load(tx, activation_id, etag)
    event = activation.decline_level(reason)
    check_authority(tx.caller.roles, await _content(tx, activation.plan_version), event.proposed_level)
    return await _save(tx, activation, event)


async def extend(tx: Transaction, activation_id: str, etag: str, end: datetime, reason: str) -> Activation:
    """延长."""
    activation = await change(tx, activation_id, etag, lambda each: each.extend(end, reason, tx.now))
    await _watch_end(tx, activation)
    return activation


@dataclass(frozen=True, slots=True)
class Termination:
    """What is said when a response is to end."""

    reason: str
    threat_removed: bool
    open_tasks_override: str
    superior_end_ref: str


async def terminate(tx: Transaction, activation_id: str, etag: str, said: Termination) -> Activation:
    """终止. Guards: REASON_NEEDED, LAW_86, SUPERIOR_NOT_ENDED, OPEN_LIFE_SAVING_TASKS."""
    activation = await _load(tx, activation_id, etag)
    cause = await CAUSES.get(tx.connection, activation.cause)
    open_tasks = await responses.open_life_saving(tx.connection, activation.incident, activation.name)
    superior_ended = cause.response_ended or cause.over or bool(said.superior_end_ref)
    ending = Ending(said.reason, said.threat_removed, said.open_tasks_override, open_tasks, cause.under_superior, superior_ended)
    event = activation.terminate(ending, tx.now)
    check_authority(tx.caller.roles, await _content(tx, activation.plan_version), activation.level)
    await cancel(tx, END, activation.id)
    return await _save(tx, activation, event)


async def close(tx: Transaction, activation_id: str, etag: str, review_id: str, *, waive_review: bool) -> Activation:
    """结案 with its after-action review: the one named, or that of its cause."""
    activation = await _load(tx, activation_id, etag)
    found = await REVIEWS.where(tx.connection, *REVIEWS.equal(cause=activation.cause))
    if review_id and review_id not in {review.id for review in found}:
        raise not_found(f"reviews/{review_id}")
    event = activation.close(found[0].name if found else "", waived=waive_review)
    return await _save(tx, activation, event)


async def record_delivery(tx: Transaction, notice_id: str, etag: str, outcome: str, channel: str, remark: str) -> PostNotice:
    """Take down how a notice to a post went."""
    notice = visible(tx.caller, await NOTICES.load(tx, notice_id, etag))
    event = notice.record(outcome, channel, remark, tx.now)
    await NOTICES.save(tx, notice)
    return noted(tx, notice, event, incident=notice.incident, exercise_id=notice.exercise_id)


async def get(engine: AsyncEngine, caller: Caller, activation_id: str) -> Activation:
    """One activation the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await ACTIVATIONS.get(connection, activation_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, cause: str, state: str) -> tuple[list[Activation], str]:
    """A page of the activations the caller may see, newest first."""
    conditions = [*ACTIVATIONS.in_regions(caller.regions), *ACTIVATIONS.equal(cause=cause, state=state)]
    async with engine.connect() as connection:
        return await ACTIVATIONS.page_of(connection, page(size, token, cause, state), conditions, by="create_time", descending=True)


async def debts(engine: AsyncEngine, caller: Caller, size: int, token: str) -> tuple[list[Activation], str]:
    """A page of urgent starts whose papers are owed, the oldest debt first."""
    conditions = [*ACTIVATIONS.in_regions(caller.regions), *responses.owed()]
    async with engine.connect() as connection:
        return await ACTIVATIONS.page_of(connection, page(size, token), conditions, by="paperwork_due_time")


async def cards(engine: AsyncEngine, caller: Caller, size: int, token: str, cause: str) -> tuple[list[ActionAtWork], str]:
    """A page of the action cards at work for an incident or an activation, in the order they are due."""
    async with engine.connect() as connection:
        if cause.startswith("activations/"):
            activation_id = id_of(cause, "activations", "cause")
            visible(caller, await ACTIVATIONS.get(connection, activation_id))
            conditions = ACTIONS.equal(activation_id=activation_id)
        else:
            visible(caller, await CAUSES.get(connection, cause))
            conditions = ACTIONS.equal(cause=cause)
        return await ACTIONS.page_of(connection, page(size, token, cause), conditions, by="due_time")


async def notices(engine: AsyncEngine, caller: Caller, size: int, token: str, activation_id: str, state: str) -> tuple[list[PostNotice], str]:
    """A page of notices to posts."""
    conditions = [*NOTICES.in_regions(caller.regions), *NOTICES.equal(activation_id=activation_id, state=state)]
    async with engine.connect() as connection:
        return await NOTICES.page_of(connection, page(size, token, activation_id, state), conditions)
