"""What follows from the facts of other services: inspections after an earthquake, standbys and shelters after an activation or alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from chassis.store import Store as Rows
from services.resources.model.position import StandbyLine, StandbyOrder
from services.resources.model.stock import DISPLACED, EXPIRED, RELEASED, USED
from services.resources.repository import known, orders, stock
from services.resources.repository.collections import CALL_OFFS, DONATIONS, PRE_POSITIONS, REQUISITIONS, RESERVATIONS, SHELTERS, STANDBYS, TRANSFERS
from services.resources.repository.known import Basis, Incident
from services.resources.use_cases import positions, shelters
from services.resources.use_cases.acting import saved

SEVERE = 2
"""Alerts and activations of level 1 and 2 prepare shelters (应对法 67(2))."""


async def incident_confirmed(tx: Transaction, seen: Incident, regions: tuple[str, ...]) -> None:
    """Remember an incident; a confirmed earthquake makes every building among the shelters of its regions wait for an inspection."""
    await known.note_incidents(tx.connection, [seen])
    if seen.event_code.startswith(shelters.QUAKE):
        await shelters.quake(tx, seen.id, regions, seen.exercise_id)


FINISHED: tuple[tuple[Rows[Any], tuple[str, ...]], ...] = (
    (TRANSFERS, ("rejected", "closed", "cancelled")),
    (REQUISITIONS, ("closed",)),
    (CALL_OFFS, ("refused", "timed_out", "settled")),
    (DONATIONS, ("published", "rejected")),
    (PRE_POSITIONS, ("completed", "cancelled")),
    (STANDBYS, ("released", "expired")),
    (SHELTERS, ("planned", "ready", "preparing", "maintenance", "damaged")),
    (RESERVATIONS, (RELEASED, USED, EXPIRED, DISPLACED)),
)
"""What is done for an incident, and the states in which it is done no longer."""


async def merged(tx: Transaction, incident: str, target: str) -> None:
    """并案: what is under way goes on for the incident that stays, which also owes what is out."""
    into = await known.note_merge(tx, incident, target)
    for collection, finished in FINISHED:
        for each in await orders.unfinished(tx, collection, incident, finished):
            each.incident = into
            await saved(tx, collection, each)


async def incident_left(tx: Transaction, seen: Incident) -> None:
    """It was none, or another organisation has it: standbys for it are let go, and what is out is due back."""
    await known.note_incidents(tx.connection, [seen])
    for each in await orders.standbys_for(tx.connection, seen.id):
        await positions.release_standby(tx, each.id, "", seen.id)


async def hear(connection: AsyncConnection, heard: Sequence[Incident]) -> None:
    """Incidents are heard of for the first time; what is known of them already stays."""
    await known.hear(connection, heard)


async def responses_ended(connection: AsyncConnection, ended: Sequence[Incident]) -> None:
    """Responses are over: what is out for them is due back."""
    await known.note_incidents(connection, ended)


async def activated(tx: Transaction, basis: Basis) -> None:
    """Remember that an activation is in force; a severe one, which a person decided, prepares the shelters of its region."""
    await known.note_basis(tx, basis)
    if basis.level <= SEVERE and basis.region_code:
        await shelters.prepare_all(tx, basis.id, (basis.region_code,), basis.exercise_id)


async def alerted(tx: Transaction, standby_id: str, basis: Basis, event_code: str) -> None:
    """Remember that an alert is in force, so that a person may prepare shelters on it; keep ready what the rules say (应对法 66, 67)."""
    await known.note_basis(tx, basis)
    rules = await orders.rules_for(tx.connection, event_code, basis.level, basis.region_code)
    lines = [StandbyLine(item_id=rule.item_id, quantity=rule.quantity, clause=rule.basis) for rule in rules]
    await _stand_by(tx, standby_id, basis, lines)


async def basis_ended(tx: Transaction, name: str) -> None:
    """It is no longer in force: its standbys are let go. Shelters that were prepared stay so until a person decides."""
    await known.end_basis(tx, name)
    await positions.end_standbys_of(tx, name)


CONVERSIONS = {("吨", "kg"): Decimal(1000), ("t", "kg"): Decimal(1000), ("公斤", "kg"): Decimal(1), ("千克", "kg"): Decimal(1)}
"""From the unit a plan asks in to the unit an item is measured in."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a clause asks for: goods by item code, or units by capability."""

    item_code: str
    capability: str
    quantity: str
    unit: str
    clause: str


async def keep_ready(tx: Transaction, standby_id: str, basis: Basis, demands: list[Demand]) -> None:
    """Keep softly what is asked for, each line with the clause it follows from; what the catalogue does not know is shown as asked."""
    await _stand_by(tx, standby_id, basis, [await _line(tx, demand) for demand in demands])


async def _stand_by(tx: Transaction, standby_id: str, basis: Basis, lines: list[StandbyLine]) -> None:
    if not lines:
        return
    standby = StandbyOrder(
        id=standby_id, create_at=tx.now, update_at=tx.now, source=basis.id, incident=basis.incident, exercise_id=basis.exercise_id,
        region_code=basis.region_code, lines=lines, expire_at=tx.now,
    )  # fmt: skip
    await positions.stand_by(tx, standby)


async def _line(tx: Transaction, demand: Demand) -> StandbyLine:
    """One line, in the item's unit, rounded up to what the item is measured in. A unit nobody can convert leaves the quantity open: nothing is guessed."""
    item = await stock.item_of_code(tx.connection, demand.item_code) if demand.item_code else None
    quantity = Decimal(demand.quantity) if demand.quantity else None
    if item is not None and quantity is not None:
        factor = Decimal(1) if demand.unit in ("", item.unit_of_measure) else CONVERSIONS.get((demand.unit, item.unit_of_measure))
        quantity = None if factor is None else (quantity * factor).quantize(Decimal(1).scaleb(-item.decimals), ROUND_CEILING)
    words = f"{demand.item_code or demand.capability} {demand.quantity} {demand.unit}".strip()
    return StandbyLine(item_id=item.id if item else "", wanted=words, quantity=quantity, clause=demand.clause, capability=demand.capability)
