"""What is written down beside incidents: signals, consultations, releases, instructions, open matters, debts, the timeline."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import bindparam, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store, Values, in_regions
from services.dispatch.model.consultation import Consultation
from services.dispatch.model.instruction import Instruction
from services.dispatch.model.matter import Debt, Matter
from services.dispatch.model.release import Release
from services.dispatch.model.signal import Signal
from services.dispatch.repository.belonging import locked
from services.dispatch.tables import consultation, debt, instruction, matter, release, signal, timeline

WITHOUT_LIMIT = datetime(9999, 1, 1, tzinfo=UTC)
"""Sorts debts without a due time last."""


SIGNALS: Store[Signal] = Store(signal, Signal, "signals")
CONSULTATIONS: Store[Consultation] = Store(consultation, Consultation, "consultations")
RELEASES: Store[Release] = Store(release, Release, "releases")
INSTRUCTIONS: Store[Instruction] = Store(instruction, Instruction, "instructions")


async def linked_to(tx: Transaction, incident_id: str) -> list[Signal]:
    """Signals of an incident, locked in the order of their ids."""
    return await locked(tx, SIGNALS, incident_id)


async def forget_reporters(tx: Transaction, incident_id: str) -> None:
    """Personal data of the signals of an archived incident goes."""
    await tx.connection.execute(update(signal).where(signal.c.incident_id == incident_id).values(reporter=""))


async def signals_of(connection: AsyncConnection, incident_id: str) -> int:
    """How many signals are linked."""
    return int(await connection.scalar(select(func.count()).select_from(signal).where(signal.c.incident_id == incident_id)) or 0)


async def next_release(tx: Transaction, incident_id: str) -> int:
    """The number of the next published release."""
    return int(await tx.connection.scalar(select(func.coalesce(func.max(release.c.seq), 0)).where(release.c.incident_id == incident_id)) or 0) + 1


async def open_instructions(connection: AsyncConnection, incident_id: str) -> int:
    """How many instructions are not carried out."""
    query = select(func.count()).select_from(instruction).where(instruction.c.incident_id == incident_id, instruction.c.state != "completed")
    return int(await connection.scalar(query) or 0)


_TOLD = insert(matter)
_TOLD = _TOLD.on_conflict_do_update(
    index_elements=["name"],
    set_={
        "open": _TOLD.excluded.open,
        "changed_at": _TOLD.excluded.changed_at,
        "opened_at": func.least(matter.c.opened_at, _TOLD.excluded.opened_at),
    },
    where=matter.c.changed_at <= _TOLD.excluded.changed_at,
).inline()


async def note_matter(tx: Transaction, given: Matter) -> None:
    """What another service says of a matter; an older word does not undo a newer one."""
    await tx.connection.execute(_TOLD, asdict(given))


_MATTERS = select(matter).where(matter.c.incident_id == bindparam("incident")).order_by(matter.c.opened_at, matter.c.name)


async def matters_of(connection: AsyncConnection, incident_id: str) -> list[Matter]:
    """Every matter of an incident."""
    rows = (await connection.execute(_MATTERS, {"incident": incident_id})).all()
    return [Matter(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public mapping view


_MOVES = [update(each).where(each.c.incident_id == bindparam("merged")).values(incident_id=bindparam("target")) for each in (matter, debt)]


async def move_matters(tx: Transaction, incident_id: str, target_id: str) -> None:
    """What others opened for an incident, and what is owed for it, belongs to the one that took it in."""
    for move in _MOVES:
        await tx.connection.execute(move, {"merged": incident_id, "target": target_id})


_OWE = insert(debt).on_conflict_do_nothing().inline()
_PAY = update(debt).where(debt.c.kind == bindparam("of_kind"), debt.c.resource == bindparam("of_resource"), debt.c.paid_at.is_(None))


async def owe(tx: Transaction, given: Debt) -> None:
    """Open a debt; one that stands stays as it is."""
    await tx.connection.execute(_OWE, asdict(given))


async def pay(tx: Transaction, kind: str, resource: str) -> None:
    """The paper came."""
    await tx.connection.execute(_PAY, {"of_kind": kind, "of_resource": resource, "paid_at": tx.now})


async def open_debts(connection: AsyncConnection, incident_id: str) -> int:
    """How many debts of an incident are not paid."""
    query = select(func.count()).select_from(debt).where(debt.c.incident_id == incident_id, debt.c.paid_at.is_(None))
    return int(await connection.scalar(query) or 0)


async def debts_page(connection: AsyncConnection, page: Page, regions: tuple[str, ...], incident_id: str, *, paid: bool) -> tuple[list[Debt], str]:
    """A page of debts, soonest due first."""
    due = func.coalesce(debt.c.due_at, WITHOUT_LIMIT)
    query = select(debt, due.label("due")).order_by(due, debt.c.id).limit(page.size + 1)
    query = query.where(*in_regions(debt.c.region_code, regions), *([debt.c.incident_id == incident_id] if incident_id else []))
    query = query.where(*([] if paid else [debt.c.paid_at.is_(None)]))
    if after := page.key(datetime.fromisoformat, str):
        query = query.where(tuple_(due, debt.c.id) > after)
    rows = (await connection.execute(query)).all()
    found = [Debt(**{column.name: getattr(row, column.name) for column in debt.columns}) for row in rows]
    if len(rows) <= page.size:
        return found, ""
    return found[: page.size], page.token((rows[page.size - 1].due.isoformat(), rows[page.size - 1].id))


_STEP = insert(timeline).on_conflict_do_nothing().inline()


async def write_down(connection: AsyncConnection, entries: Sequence[Values]) -> None:
    """Steps of incidents; the same event is written down once."""
    if entries:
        await connection.execute(_STEP, entries)


async def timeline_page(
    connection: AsyncConnection, page: Page, incident_ids: Collection[str], types: Sequence[str], *, newest_first: bool
) -> tuple[list[Values], str]:
    """A page of the steps of incidents, in order of time; of one moment, as each topic told them."""
    keys = [timeline.c.occurred_at, timeline.c.seq]
    query = select(timeline).where(timeline.c.incident_id.in_(incident_ids)).limit(page.size + 1)
    query = query.order_by(*(each.desc() if newest_first else each for each in keys))
    if types:
        query = query.where(timeline.c.type.in_(types))
    if bound := page.key(datetime.fromisoformat, int):
        query = query.where(tuple_(*keys) < bound if newest_first else tuple_(*keys) > bound)
    rows: list[Values] = [dict(row._mapping) for row in (await connection.execute(query)).all()]  # noqa: SLF001 - SQLAlchemy's public mapping view
    if len(rows) <= page.size:
        return rows, ""
    last = rows[page.size - 1]
    return rows[: page.size], page.token((last["occurred_at"].isoformat(), str(last["seq"])))
