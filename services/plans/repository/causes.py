"""What plans is told by others: incidents, alerts, and the tasks done for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, case, func, literal, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from services.plans.model.cause import Cause, TaskSeen
from services.plans.repository import CAUSES, TASKS
from services.plans.tables import action_at_work, task_seen
from services.plans.tables import cause as table

_NEW_CAUSE = CAUSES.values(Cause("")) | {"id": bindparam("named")}
_TELLABLE = ("title", "event_code", "region_code", "regions", "exercise_id", "grade", "alert_level", "confirmed", "over", "response_ended")
_TOLD = {name: bindparam(f"told_{name}", type_=table.c[name].type) for name in _TELLABLE}
_METRICS = bindparam("told_metrics", type_=table.c.metrics.type)
_NOTHING: dict[str, Any] = {told.key: None for told in _TOLD.values()} | {_METRICS.key: {}}
_LEARN = (
    insert(table)
    .values(_NEW_CAUSE | {name: func.coalesce(told, literal(_NEW_CAUSE[name], told.type)) for name, told in _TOLD.items()} | {"metrics": _METRICS})
    .on_conflict_do_update(
        index_elements=["id"],
        set_={name: func.coalesce(told, table.c[name]) for name, told in _TOLD.items()}
        | {"metrics": table.c.metrics.concat(_METRICS), "version": table.c.version + 1},
    )
    .returning(table)
)


async def learn(tx: Transaction, name: str, known: Mapping[str, Any]) -> Cause:
    """Write down what is known now of an incident or alert, and give back all of it, locked; what is None, and every other figure, stays as it was."""
    told = _NOTHING | {f"told_{field}": value for field, value in known.items()}
    return CAUSES.of((await tx.connection.execute(_LEARN, told | {"named": name})).one())


async def cause_or_new(tx: Transaction, name: str) -> tuple[Cause, bool]:
    """What is known of an incident or alert, locked, and whether it is new here: events of different topics come in any order."""
    found = await CAUSES.find(tx, name)
    return (found, False) if found else (Cause(name), True)


_HEARD = insert(table)
_HEARD = _HEARD.on_conflict_do_update(
    index_elements=["id"],
    set_={name: func.coalesce(func.nullif(table.c[name], ""), _HEARD.excluded[name]) for name in ("title", "event_code", "region_code", "exercise_id")}
    | {"regions": case((table.c.regions == [], _HEARD.excluded.regions), else_=table.c.regions)},
).inline()


async def hear(connection: AsyncConnection, heard: Sequence[Cause]) -> None:
    """What was heard fills what is not known yet; applied twice or late it changes nothing."""
    await connection.execute(_HEARD, [CAUSES.values(each) for each in heard])


async def keep_cause(tx: Transaction, cause: Cause, *, new: bool) -> None:
    """Write down what is known of an incident or alert."""
    await (CAUSES.add(tx, cause) if new else CAUSES.save(tx, cause))


_TASK = insert(task_seen).values({column.name: bindparam(f"task_{column.name}", type_=column.type) for column in task_seen.columns})
_TASK_NOW = (
    _TASK.on_conflict_do_update(
        index_elements=["id"],
        set_={name: _TASK.excluded[name] for name in ("state", "life_saving", "version")}
        | {name: func.coalesce(func.nullif(_TASK.excluded[name], ""), task_seen.c[name]) for name in ("title", "incident", "activation", "action_id")},
        where=task_seen.c.version <= _TASK.excluded.version,
    )
    .returning(task_seen.c.id, task_seen.c.action_id)
    .cte("task_now")
)
_CARD_STATE = bindparam("card_state", type_=action_at_work.c.state.type)
_CARD_FOLLOWS = (
    action_at_work.update()
    .where(action_at_work.c.id == _TASK_NOW.c.action_id)
    .where(tuple_(action_at_work.c.task, action_at_work.c.state).is_distinct_from(tuple_(_TASK_NOW.c.id, _CARD_STATE)))
    .values(task=_TASK_NOW.c.id, state=_CARD_STATE, version=action_at_work.c.version + 1)
)


async def note_tasks(connection: AsyncConnection, seen: Sequence[TaskSeen]) -> None:
    """Write down how far tasks are, and with them the action cards they were made of; what is older than what is known changes nothing."""
    rows = [{f"task_{name}": value for name, value in TASKS.values(each).items()} | {"card_state": each.card_state} for each in seen]
    await connection.execute(_CARD_FOLLOWS, rows)
