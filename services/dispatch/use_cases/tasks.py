"""Commands and queries on tasks."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import schedule
from services.dispatch.model.incident import Incident
from services.dispatch.model.task import Task, TaskFilter
from services.dispatch.repository import tasks as repository
from services.dispatch.repository.tasks import TASKS
from services.dispatch.use_cases import incidents
from services.dispatch.use_cases.field import root_of, task_changed, visible

DUE_TIMER = "task-due"


async def create(tx: Transaction, task: Task, *, issue: bool) -> Task:
    """Draft a task, and give it out at once if wished. Region and exercise come from its incident."""
    return await draft(tx, task, await settle(tx, task, locked=issue), issue=issue)


async def settle(tx: Transaction, task: Task, *, locked: bool) -> Incident | None:
    """Region and exercise of a new task, from its incident, which is given back."""
    root = await root_of(tx, task.incident_id, task.region_code, task.exercise_id, locked=locked)
    task.region_code, task.exercise_id = root.region_code, root.exercise_id
    return root.incident


async def draft(tx: Transaction, task: Task, incident: Incident | None = None, *, issue: bool) -> Task:
    """Insert a task whose region and exercise are settled. Whoever gives it out and has its incident, locked, hands it over."""
    events: list[object] = [task.draft()]
    if issue:
        events.append(task.issue(tx.now))
    await TASKS.add(tx, task)
    task_changed(tx, task, *events)
    if issue:
        await _given_out(tx, task, incident)
    return task


async def _given_out(tx: Transaction, task: Task, incident: Incident | None = None) -> None:
    """A durable timer waits for its due time; the first task given out starts the response of a confirmed incident (DOMAIN § 2.3)."""
    if task.due_at is not None:
        await schedule(tx, DUE_TIMER, task.id, task.due_at)
    if incident is not None:
        await incidents.start_response(tx, incident, task.name)
    elif task.incident_id:
        await incidents.note_first_task(tx, task.incident_id, task.name)


async def look_at_due(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Ring of DUE_TIMER: a task that is due and not done is told."""
    task = await TASKS.find(tx, payload["subject"])
    event = task.look_at_due(tx.now) if task is not None else None
    if task is not None and event is not None:
        task_changed(tx, task, event)


async def _load(tx: Transaction, task_id: str, etag: str) -> Task:
    task = await TASKS.load(tx, task_id, etag)
    visible(tx.caller, task.name, task.region_code)
    return task


async def _save(tx: Transaction, task: Task, event: object) -> Task:
    await TASKS.save(tx, task)
    return task_changed(tx, task, event)


async def issue(tx: Transaction, task_id: str, etag: str) -> Task:
    """下达 (draft → issued)."""
    return await give_out(tx, await _load(tx, task_id, etag))


async def give_out(tx: Transaction, task: Task) -> Task:
    """Give out a drafted task that is locked."""
    event = task.issue(tx.now)
    await _save(tx, task, event)
    await _given_out(tx, task)
    return task


async def reissue(tx: Transaction, task_id: str, etag: str) -> Task:
    """重新下达 (failed → issued)."""
    task = await _load(tx, task_id, etag)
    await _save(tx, task, task.issue(tx.now, again=True))
    await _given_out(tx, task)
    return task


async def start(tx: Transaction, task_id: str, etag: str) -> Task:
    """开始执行 (issued → in_progress)."""
    task = await _load(tx, task_id, etag)
    return await _save(tx, task, task.start(tx.now))


async def complete(tx: Transaction, task_id: str, etag: str, result: str) -> Task:
    """报告完成 (in_progress → done)."""
    task = await _load(tx, task_id, etag)
    return await _save(tx, task, task.complete(tx.now, result, tx.caller.id))


async def verify(tx: Transaction, task_id: str, etag: str, note: str) -> Task:
    """核验 (done → verified), by another person."""
    task = await _load(tx, task_id, etag)
    return await _save(tx, task, task.verify(tx.caller.id, note))


async def fail(tx: Transaction, task_id: str, etag: str, reason: str) -> Task:
    """未能完成 (in_progress → failed)."""
    task = await _load(tx, task_id, etag)
    return await _save(tx, task, task.fail(reason))


async def cancel(tx: Transaction, task_id: str, etag: str, reason: str) -> Task:
    """撤销 (issued, in_progress → cancelled); units on it are recalled first."""
    task = await _load(tx, task_id, etag)
    return await _save(tx, task, task.cancel(reason, await repository.live_count(tx.connection, task.id)))


async def discard(tx: Transaction, task_id: str, etag: str, reason: str) -> Task:
    """不采纳 (draft → discarded)."""
    task = await _load(tx, task_id, etag)
    return await _save(tx, task, task.discard(reason))


async def close(tx: Transaction, task_id: str, etag: str) -> Task:
    """归档 (verified → closed)."""
    task = await _load(tx, task_id, etag)
    return await _save(tx, task, task.close())


async def get(engine: AsyncEngine, caller: Caller, task_id: str) -> Task:
    """One task the caller may see."""
    async with engine.connect() as connection:
        task = await TASKS.get(connection, task_id)
    visible(caller, task.name, task.region_code)
    return task


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, narrowed: TaskFilter) -> tuple[list[Task], str]:
    """A page of tasks the caller may see, newest first."""
    async with engine.connect() as connection:
        return await repository.page_of(connection, page(size, token, narrowed), caller.regions, narrowed)
