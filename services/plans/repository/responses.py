"""What activations and drills are asked for beyond one at a time."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.frozen import thawing
from chassis.journal import Transaction
from services.plans.model.activation import Activation
from services.plans.model.cause import OPEN_TASKS, Cause
from services.plans.model.content import ResponseLevel, Trigger
from services.plans.model.drill import CARRIED_OUT, Drill
from services.plans.model.plan import Plan
from services.plans.repository import ACTIVATIONS, DRILLS, PLANS
from services.plans.repository.plans import begins_with_one_of, in_force
from services.plans.tables import action_at_work, activation, drill, plan, plan_version, post_notice, review, task_seen

OPEN = ("proposed", "active")


_OPEN_STATES: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in OPEN]
_OPEN = activation.c.state.in_(_OPEN_STATES)
_OPEN_FOR = select(activation).where(activation.c.plan_id == bindparam("of_plan"), activation.c.cause == bindparam("of_cause"), _OPEN).with_for_update()


async def open_for(tx: Transaction, plan_id: str, cause: str) -> Activation | None:
    """The open activation of a plan for an incident or alert, locked; None when there is none."""
    row = (await tx.connection.execute(_OPEN_FOR, {"of_plan": plan_id, "of_cause": cause})).one_or_none()
    return None if row is None else ACTIVATIONS.seen(tx, row)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A plan in force that covers a cause: what calls for its levels in the version that counts there, and what was made of it so far.

    `activation_id` and `etag` are of the open response, and `level` is its level; `decided` is the most severe level somebody has decided about.
    """

    plan: Plan
    plan_version: str
    levels: tuple[ResponseLevel, ...]
    activation_id: str | None
    etag: str
    level: int
    decided: int | None


_EARLIER = activation.alias("earlier")
_THERE = (activation.c.plan_id == plan.c.id) & (activation.c.cause == bindparam("of_cause")) & _OPEN
_VERSION = func.coalesce(activation.c.plan_version, plan.c.effective_version)
_DECIDED = (
    select(func.min(_EARLIER.c.level))
    .where(_EARLIER.c.plan_id == plan.c.id, _EARLIER.c.cause == bindparam("of_cause"), _EARLIER.c.state.not_in(_OPEN_STATES))
    .scalar_subquery()
)
_FORESEEN = (
    select(
        plan, _VERSION.label("counting"), plan_version.c.content["levels"].label("levels"), activation.c.id.label("open_id"),
        activation.c.version.label("open_version"), activation.c.level, _DECIDED.label("decided"),
    )
    .select_from(plan.outerjoin(activation, _THERE).join(plan_version, plan_version.c.id == func.split_part(_VERSION, "/", 2)))
    .where(in_force(), begins_with_one_of("hazards"), begins_with_one_of("regions"))
    .order_by(plan.c.id)
)  # fmt: skip
_TRIGGERS = thawing(tuple[Trigger, ...]) or tuple


async def foreseen(connection: AsyncConnection, cause: Cause) -> list[Foreseen]:
    """What the plans in force foresee for an incident or alert."""
    asked = {"of_cause": cause.id, "hazards_values": [cause.event_code], "regions_values": list(cause.places)}
    return [_foreseen(row) for row in (await connection.execute(_FORESEEN, asked)).all()]


def _foreseen(row: Any) -> Foreseen:
    levels = tuple(ResponseLevel(each["level"], _TRIGGERS(each.get("triggers"))) for each in row.levels or ())
    return Foreseen(PLANS.of(row), row.counting, levels, row.open_id, str(row.open_version), row.level or 0, row.decided)


_IN_STATE = select(activation).where(activation.c.cause == bindparam("of_cause"), activation.c.state == bindparam("in_state"))
_IN_STATE = _IN_STATE.order_by(activation.c.id).with_for_update()


async def open_proposals(tx: Transaction, cause: str) -> list[Activation]:
    """Proposals nobody has decided about, locked."""
    return await _in_state(tx, cause, "proposed")


async def at_work(tx: Transaction, cause: str) -> list[Activation]:
    """Responses at work, locked."""
    return await _in_state(tx, cause, "active")


async def _in_state(tx: Transaction, cause: str, state: str) -> list[Activation]:
    rows = await tx.connection.execute(_IN_STATE, {"of_cause": cause, "in_state": state})
    return [ACTIVATIONS.seen(tx, row) for row in rows.all()]


_FOLLOW = [
    table.update()
    .where(table.c.activation_id == bindparam("of_activation"), table.c.cause != bindparam("answered"))
    .values(cause=bindparam("answered"), version=table.c.version + 1)
    for table in (action_at_work, post_notice)
]


async def follow(tx: Transaction, moved: Activation) -> None:
    """The action cards and notices of an activation belong to what it answers now."""
    for statement in _FOLLOW:
        await tx.connection.execute(statement, {"of_activation": moved.id, "answered": moved.cause})


_CARDS = select(action_at_work.c.card["card"].astext).where(action_at_work.c.activation_id == bindparam("of_activation"))


async def cards_at_work(connection: AsyncConnection, activation_id: str) -> set[str]:
    """Ids of the cards an activation has put to work already."""
    return set((await connection.scalars(_CARDS, {"of_activation": activation_id})).all())


_LIFE_SAVING = select(task_seen.c.id).where(task_seen.c.life_saving, task_seen.c.state.in_(OPEN_TASKS)).order_by(task_seen.c.id)
_OF_INCIDENT = _LIFE_SAVING.where(task_seen.c.incident == bindparam("named"))
_OF_ACTIVATION = _LIFE_SAVING.where(task_seen.c.activation == bindparam("named"))


async def open_life_saving(connection: AsyncConnection, incident: str, activation_name: str) -> tuple[str, ...]:
    """Names of open life-saving tasks of the incident, or of the activation when it answers an alert."""
    found = await connection.scalars(_OF_INCIDENT if incident else _OF_ACTIVATION, {"named": incident or activation_name})
    return tuple(found.all())


_ALIVE = select(drill).where(drill.c.state.in_(("planned", "preparing", "ready", "in_progress"))).order_by(drill.c.id).with_for_update()


async def alive_drills(tx: Transaction, regions: tuple[str, ...]) -> list[Drill]:
    """Drills that have not ended and share a county with one of the regions, locked."""
    found = [DRILLS.seen(tx, row) for row in (await tx.connection.execute(_ALIVE)).all()]
    return [each for each in found if any(region and each.region_code[:6] == region[:6] for region in regions)]


_REVIEW_OF = select(review.c.id).where(review.c.cause == bindparam("of_cause"))


async def reviewed(connection: AsyncConnection, cause: str) -> bool:
    """True when the response to an incident or alert has its review."""
    return await connection.scalar(_REVIEW_OF, {"of_cause": cause}) is not None


async def drill_counts(connection: AsyncConnection, regions: tuple[str, ...], year: int, organiser: str) -> list[tuple[str, int, int]]:
    """Per organiser: drills in the year's programme, and those carried out."""
    conditions = [drill.c.year == year, *DRILLS.in_regions(regions), *([drill.c.organiser == organiser] if organiser else [])]
    carried = func.count().filter(drill.c.state.in_(CARRIED_OUT))
    query = select(drill.c.organiser, func.count(), carried).where(*conditions).group_by(drill.c.organiser).order_by(drill.c.organiser)
    return [(row[0], row[1], row[2]) for row in (await connection.execute(query)).all()]


def owed() -> list[ColumnElement[bool]]:
    """Conditions of a debt of paper."""
    return [activation.c.paperwork_due_time.isnot(None), activation.c.paperwork_file_time.is_(None)]
