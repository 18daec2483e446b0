"""What activations, tasks and drills are asked for beyond one at a time."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from services.plans.model.activation import Activation
from services.plans.model.cause import OPEN_TASKS, Cause, TaskSeen
from services.plans.model.drill import CARRIED_OUT, Drill
from services.plans.repository import ACTIVATIONS, CAUSES, DRILLS, TASKS
from services.plans.tables import action_at_work, activation, drill, post_notice, task_seen

OPEN = ("proposed", "active")


async def open_for(tx: Transaction, plan_id: str, cause: str) -> Activation | None:
    """The open activation of a plan for an incident or alert, locked; None when there is none."""
    table = activation.c
    found = await ACTIVATIONS.find_where(tx, table.plan_id == plan_id, table.cause == cause, table.state.in_(OPEN))
    return found[0] if found else None


async def decided_level(connection: AsyncConnection, plan_id: str, cause: str) -> int | None:
    """The most severe level about which somebody has already decided for this plan and cause; None when nobody has."""
    table = activation.c
    found: int | None = await connection.scalar(select(func.min(table.level)).where(table.plan_id == plan_id, table.cause == cause, table.state.not_in(OPEN)))
    return found


async def open_proposals(tx: Transaction, cause: str) -> list[Activation]:
    """Proposals nobody has decided about, locked."""
    return await ACTIVATIONS.find_where(tx, activation.c.cause == cause, activation.c.state == "proposed")


async def at_work(tx: Transaction, cause: str) -> list[Activation]:
    """Responses at work, locked."""
    return await ACTIVATIONS.find_where(tx, activation.c.cause == cause, activation.c.state == "active")


async def follow(tx: Transaction, moved: Activation) -> None:
    """The action cards and notices of an activation belong to what it answers now."""
    for table in (action_at_work, post_notice):
        where = (table.c.activation_id == moved.id, table.c.cause != moved.cause)
        await tx.connection.execute(table.update().where(*where).values(cause=moved.cause, version=table.c.version + 1))


async def cards_at_work(connection: AsyncConnection, activation_id: str) -> set[str]:
    """Ids of the cards an activation has put to work already."""
    query = select(action_at_work.c.card["card"].astext).where(action_at_work.c.activation_id == activation_id)
    return set((await connection.scalars(query)).all())


async def open_life_saving(connection: AsyncConnection, incident: str, activation_name: str) -> tuple[str, ...]:
    """Names of open life-saving tasks of the incident, or of the activation when it answers an alert."""
    mine = task_seen.c.incident == incident if incident else task_seen.c.activation == activation_name
    return tuple(task.id for task in await TASKS.where(connection, mine, task_seen.c.life_saving, task_seen.c.state.in_(OPEN_TASKS)))


async def cause_or_new(tx: Transaction, name: str) -> tuple[Cause, bool]:
    """What is known of an incident or alert, locked, and whether it is new here: events of different topics come in any order."""
    found = await CAUSES.find(tx, name)
    return (found, False) if found else (Cause(name), True)


_CAUSE = CAUSES.table.c
_HEARD = insert(CAUSES.table)
_HEARD = _HEARD.on_conflict_do_update(
    index_elements=["id"],
    set_={name: func.coalesce(func.nullif(_CAUSE[name], ""), _HEARD.excluded[name]) for name in ("title", "event_code", "region_code", "exercise_id")}
    | {"regions": case((_CAUSE.regions == [], _HEARD.excluded.regions), else_=_CAUSE.regions)},
).inline()


async def hear(connection: AsyncConnection, heard: Sequence[Cause]) -> None:
    """What was heard fills what is not known yet; applied twice or late it changes nothing."""
    await connection.execute(_HEARD, [CAUSES.values(each) for each in heard])


async def keep_cause(tx: Transaction, cause: Cause, *, new: bool) -> None:
    """Write down what is known of an incident or alert."""
    await (CAUSES.add(tx, cause) if new else CAUSES.save(tx, cause))


async def keep_task(tx: Transaction, task: TaskSeen) -> None:
    """Write down what is known of a task."""
    known = await TASKS.find(tx, task.id)
    if known is None:
        await TASKS.add(tx, task)
        return
    task.version, task.title = known.version, task.title or known.title
    task.incident, task.activation, task.action_id = task.incident or known.incident, task.activation or known.activation, task.action_id or known.action_id
    await TASKS.save(tx, task)


async def alive_drills(tx: Transaction, regions: tuple[str, ...]) -> list[Drill]:
    """Drills that have not ended and share a county with one of the regions, locked."""
    found = await DRILLS.find_where(tx, drill.c.state.in_(("planned", "preparing", "ready", "in_progress")))
    return [each for each in found if any(region and each.region_code[:6] == region[:6] for region in regions)]


async def drill_counts(connection: AsyncConnection, regions: tuple[str, ...], year: int, organiser: str) -> list[tuple[str, int, int]]:
    """Per organiser: drills in the year's programme, and those carried out."""
    conditions = [drill.c.year == year, *DRILLS.in_regions(regions), *([drill.c.organiser == organiser] if organiser else [])]
    carried = func.count().filter(drill.c.state.in_(CARRIED_OUT))
    query = select(drill.c.organiser, func.count(), carried).where(*conditions).group_by(drill.c.organiser).order_by(drill.c.organiser)
    return [(row[0], row[1], row[2]) for row in (await connection.execute(query)).all()]


def owed() -> list[ColumnElement[bool]]:
    """Conditions of a debt of paper."""
    return [activation.c.paperwork_due_time.isnot(None), activation.c.paperwork_file_time.is_(None)]
