"""Commands and queries on evacuation orders and relief records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.ids import derived_id
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import schedule
from services.dispatch.model.measures import EVACUATION_STEPS, Measure
from services.dispatch.model.relief import RELIEF_WITHIN, EvacuationOrder, ReliefKpi, ReliefOverdue, ReliefRecord, relief_kpi
from services.dispatch.model.task import CapabilityNeed, Task
from services.dispatch.repository import incidents
from services.dispatch.repository import relief as repository
from services.dispatch.repository import tasks as tasks_repository
from services.dispatch.repository.relief import EVACUATIONS, RECORDS
from services.dispatch.repository.tasks import TASKS
from services.dispatch.use_cases import tasks
from services.dispatch.use_cases.field import root_of, task_changed, visible

RELIEF_TIMER = "relief-due"


def order_changed(tx: Transaction, order: EvacuationOrder, *events: object) -> EvacuationOrder:
    """Write down a changed order."""
    incident = f"incidents/{order.incident_id}" if order.incident_id else ""
    tx.changed(order.name, order, *events, version=order.version, region_code=order.region_code, incident=incident, exercise_id=order.exercise_id)
    return order


async def order_evacuation(tx: Transaction, order: EvacuationOrder) -> EvacuationOrder:
    """下令转移; its tasks are life-saving and given out with it."""
    root = await root_of(tx, order.incident_id, order.region_code, order.exercise_id)
    order.exercise_id = root.exercise_id
    made = [_task(order, step) for step in EVACUATION_STEPS]
    order.task_ids = [task.id for task in made]
    event = order.order()
    await EVACUATIONS.add(tx, order)
    order_changed(tx, order, event)
    for task in made:
        await tasks.draft(tx, task, issue=True)
    return order


def _task(order: EvacuationOrder, step: Measure) -> Task:
    title = step.title.format(place=order.settlement, people=order.people_count, to=order.destination or "安置点")
    return Task(
        id=derived_id("evacuation", order.id, step.kind), kind=step.kind, created_at=order.created_at, life_saving=step.life_saving,
        title=title, description=order.reason, incident_id=order.incident_id, alert_id=order.alert_id, evacuation_order_id=order.id,
        responsible=order.responsible, address=order.assembly_place, region_code=order.region_code,
        needs=[CapabilityNeed(step.need, 1)] if step.need else [], due_at=order.due_at, exercise_id=order.exercise_id,
    )  # fmt: skip


async def _load(tx: Transaction, order_id: str, etag: str) -> EvacuationOrder:
    order = await EVACUATIONS.load(tx, order_id, etag)
    visible(tx.caller, order.name, order.region_code)
    return order


async def _save(tx: Transaction, order: EvacuationOrder, event: object) -> EvacuationOrder:
    await EVACUATIONS.save(tx, order)
    return order_changed(tx, order, event)


async def report(tx: Transaction, order_id: str, etag: str, moved: int, note: str) -> EvacuationOrder:
    """How many have been moved (issued, moving → moving)."""
    order = await _load(tx, order_id, etag)
    return await _save(tx, order, order.report(moved, note))


async def complete(tx: Transaction, order_id: str, etag: str, moved: int, remaining: int, note: str) -> EvacuationOrder:
    """Everybody is out or accounted for (→ completed)."""
    order = await _load(tx, order_id, etag)
    return await _save(tx, order, order.complete(moved, remaining, note, tx.now))


async def cancel(tx: Transaction, order_id: str, etag: str, reason: str) -> EvacuationOrder:
    """撤销 (→ cancelled); its tasks that no unit is on are cancelled too."""
    order = await _load(tx, order_id, etag)
    await _save(tx, order, order.cancel(reason))
    for task in (await TASKS.find_all(tx, order.task_ids)).values():
        if task.state in ("issued", "in_progress") and not await tasks_repository.live_count(tx.connection, task.id):
            event = task.cancel(reason, 0)
            await TASKS.save(tx, task)
            task_changed(tx, task, event)
    return order


async def lift(tx: Transaction, order_id: str, etag: str, reason: str) -> EvacuationOrder:
    """解除 (completed → lifted): people may return."""
    order = await _load(tx, order_id, etag)
    return await _save(tx, order, order.lift(reason))


async def get_order(engine: AsyncEngine, caller: Caller, order_id: str) -> EvacuationOrder:
    """One order the caller may see."""
    async with engine.connect() as connection:
        order = await EVACUATIONS.get(connection, order_id)
    visible(caller, order.name, order.region_code)
    return order


async def page_of_orders(engine: AsyncEngine, caller: Caller, size: int, token: str, incident_id: str, state: str) -> tuple[list[EvacuationOrder], str]:
    """A page of orders the caller may see, newest first."""
    asked, conditions = page(size, token, incident_id, state), repository.evacuation_conditions(incident_id, state)
    async with engine.connect() as connection:
        return await EVACUATIONS.page_of(connection, asked, [*EVACUATIONS.in_regions(caller.regions), *conditions], by="created_at", descending=True)


def record_changed(tx: Transaction, record: ReliefRecord, *events: object) -> ReliefRecord:
    """Write down a changed record."""
    place = {"region_code": record.region_code, "incident": f"incidents/{record.incident_id}", "exercise_id": record.exercise_id}
    tx.changed(record.name, record, *events, version=record.version, **place)
    return record


async def open_record(tx: Transaction, record: ReliefRecord) -> ReliefRecord:
    """Open a settlement's record; ten hours after the occurrence somebody asks what is missing. Relief goes on after the response, so any incident will do."""
    incident = await incidents.get(tx.connection, record.incident_id)
    visible(tx.caller, incident.name, incident.region_code)
    check_region(tx.caller, record.region_code)
    record.exercise_id = incident.exercise_id
    await RECORDS.add(tx, record)
    if incident.occurred_at is not None:
        await schedule(tx, RELIEF_TIMER, incident.id, incident.occurred_at + RELIEF_WITHIN)
    return record_changed(tx, record, record.open())


async def record_relief(
    tx: Transaction, record_id: str, etag: str, provisions: Sequence[tuple[str, datetime]], people: int | None, correction_reason: str
) -> ReliefRecord:
    """What was provided, and when first."""
    record = await RECORDS.load(tx, record_id, etag)
    visible(tx.caller, record.name, record.region_code)
    event = record.record(provisions, correction_reason, tx.now)
    record.people_count = record.people_count if people is None else people
    await RECORDS.save(tx, record)
    return record_changed(tx, record, event)


async def look_for_overdue(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Ring of RELIEF_TIMER: ten hours are over; every settlement that lacks something is told."""
    for record in await repository.of_incident(tx.connection, payload["subject"]):
        if record.missing:
            record_changed(tx, record, ReliefOverdue(record.incident_id, record.settlement, record.missing))


async def get_record(engine: AsyncEngine, caller: Caller, record_id: str) -> ReliefRecord:
    """One record the caller may see."""
    async with engine.connect() as connection:
        record = await RECORDS.get(connection, record_id)
    visible(caller, record.name, record.region_code)
    return record


async def page_of_records(engine: AsyncEngine, caller: Caller, size: int, token: str, incident_id: str) -> tuple[list[ReliefRecord], str]:
    """A page of records the caller may see, newest first."""
    async with engine.connect() as connection:
        asked = page(size, token, incident_id)
        conditions = [*RECORDS.in_regions(caller.regions), *repository.record_conditions(incident_id)]
        return await RECORDS.page_of(connection, asked, conditions, by="created_at", descending=True)


async def kpi(engine: AsyncEngine, caller: Caller, now: datetime, incident_id: str) -> ReliefKpi:
    """The ten-hour figure of an incident the caller may see."""
    async with engine.connect() as connection:
        incident = await incidents.get(connection, incident_id)
        visible(caller, incident.name, incident.region_code)
        return relief_kpi(incident.id, incident.occurred_at, await repository.of_incident(connection, incident_id), now)
