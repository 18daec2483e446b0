"""Requisitions 征用."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import cancel as cancel_timer
from chassis.timers import schedule
from services.resources.model.requisition import DecisionOverdue, Requisition, TakeOver
from services.resources.repository import orders
from services.resources.repository.collections import REQUISITIONS
from services.resources.use_cases.acting import act, create, exercise_of, loaded, order_number, saved, visible


async def propose(tx: Transaction, requisition: Requisition, take_over: TakeOver | None) -> Requisition:
    """– → proposed; with the handing over it is urgent: → taken_over, the decision due in 24 h."""
    requisition.number = order_number("ZY", requisition.region_code, requisition)
    requisition.exercise_id = await exercise_of(tx, requisition.incident, requisition.exercise_id)
    requisition.urgent = take_over is not None
    events: list[object] = [requisition.propose()]
    if take_over is not None:
        events.append(requisition.hand_over(take_over, tx.now, urgent=True))
        await _owe_decision(tx, requisition)
    return await create(tx, REQUISITIONS, requisition, *events)


async def _owe_decision(tx: Transaction, requisition: Requisition) -> None:
    if requisition.decision_due_at is not None:
        await schedule(tx, "decision_overdue", requisition.id, requisition.decision_due_at)


async def decide(tx: Transaction, requisition_id: str, etag: str, decision: str, decided_by: str) -> Requisition:
    """proposed → decided; for one that was taken over already it pays the debt."""
    await cancel_timer(tx, "decision_overdue", requisition_id)
    return await act(tx, REQUISITIONS, requisition_id, etag, lambda requisition: requisition.decide(decision, decided_by, tx.caller.id))


async def serve(tx: Transaction, requisition_id: str, etag: str) -> Requisition:
    """decided → served."""
    return await act(tx, REQUISITIONS, requisition_id, etag, lambda requisition: requisition.serve(tx.now))


async def hand_over(tx: Transaction, requisition_id: str, etag: str, take_over: TakeOver, *, urgent: bool) -> Requisition:
    """served → taken_over, or urgently proposed → taken_over."""
    requisition = await loaded(tx, REQUISITIONS, requisition_id, etag)
    event = requisition.hand_over(take_over, tx.now, urgent=urgent)
    await _owe_decision(tx, requisition)
    return await saved(tx, REQUISITIONS, requisition, event)


async def use(tx: Transaction, requisition_id: str, etag: str) -> Requisition:
    """taken_over → in_use."""
    return await act(tx, REQUISITIONS, requisition_id, etag, lambda requisition: requisition.use())


async def give_back(tx: Transaction, requisition_id: str, etag: str, condition: str, damage: str) -> Requisition:
    """in_use → returned, or damaged_or_lost."""
    return await act(tx, REQUISITIONS, requisition_id, etag, lambda requisition: requisition.give_back(condition, damage, tx.now))


async def assess(tx: Transaction, requisition_id: str, etag: str, assessed_fen: int, assessor: str) -> Requisition:
    """damaged_or_lost → assessed."""
    return await act(tx, REQUISITIONS, requisition_id, etag, lambda requisition: requisition.assess(assessed_fen, assessor))


async def compensate(tx: Transaction, requisition_id: str, etag: str, paid_fen: int, payment: str) -> Requisition:
    """assessed → compensated."""
    return await act(tx, REQUISITIONS, requisition_id, etag, lambda requisition: requisition.compensate(paid_fen, payment))


async def close(tx: Transaction, requisition_id: str, etag: str) -> Requisition:
    """returned, compensated → closed."""
    return await act(tx, REQUISITIONS, requisition_id, etag, lambda requisition: requisition.close())


async def decision_overdue(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """24 h are over and the decision is not written."""
    requisition = await REQUISITIONS.load(tx, str(payload["subject"]))
    if not requisition.decision and not requisition.decision_overdue:
        requisition.decision_overdue = True
        await saved(tx, REQUISITIONS, requisition, DecisionOverdue(requisition.id, requisition.asset))


async def get(engine: AsyncEngine, caller: Caller, requisition_id: str) -> Requisition:
    """One requisition the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await REQUISITIONS.get(connection, requisition_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str, incident: str, *, open_only: bool) -> tuple[list[Requisition], str]:
    """Requisitions the caller may see, newest first."""
    asked = page(size, token, state, incident, open_only, caller.regions)
    async with engine.connect() as connection:
        return await orders.requisitions_page(connection, asked, caller.regions, state, incident, open_only=open_only)
