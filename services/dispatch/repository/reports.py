"""Reports and obligations in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from chassis.store import Store, Values, in_regions
from services.dispatch.grading.duties import Channel, Duty, DutyKind, Party
from services.dispatch.grading.reports import DutyRecord, ReportKind
from services.dispatch.model.obligation import Obligation
from services.dispatch.model.report import SENT, Report, Sent
from services.dispatch.repository.belonging import locked
from services.dispatch.repository.conditions import among
from services.dispatch.repository.incidents import figures_json
from services.dispatch.tables import obligation, report

_DUTY = tuple(field.name for field in fields(Duty))


def _duty(values: Values) -> Duty:
    return Duty(
        key=values.pop("key"),
        kind=DutyKind(values.pop("kind")),
        basis=values.pop("basis"),
        channel=Channel(values.pop("channel")),
        from_level=Party(values.pop("from_level")),
        to_level=Party(values.pop("to_level")),
        clock_start=values.pop("clock_start"),
        due_at=values.pop("due_at"),
        strict_due_at=values.pop("strict_due_at"),
    )


def _read_obligation(values: Values) -> Values:
    duty = _duty(values)
    return values | {"duty": duty}


def _write_report(model: Report) -> Values:
    return {} if model.figures is None else {"figures": figures_json(model.figures)}


OBLIGATIONS: Store[Obligation] = Store(
    obligation, Obligation, "obligations", _read_obligation, lambda model: {name: getattr(model.duty, name) for name in _DUTY}
)
REPORTS: Store[Report] = Store(report, Report, "reports", write=_write_report)


_INCIDENT = bindparam("incident", type_=String)
_KEYS = select(obligation.c.key).where(obligation.c.incident_id == _INCIDENT)


async def keys(tx: Transaction, incident_id: str) -> set[str]:
    """Keys of every obligation the incident ever opened."""
    return set(await tx.connection.scalars(_KEYS, {"incident": incident_id}))


_OPEN = select(obligation).where(obligation.c.incident_id == _INCIDENT, obligation.c.state == "open").order_by(obligation.c.id).with_for_update()


async def open_of(tx: Transaction, incident_id: str) -> list[Obligation]:
    """Obligations of an incident that are open, locked in the order of their ids."""
    return [OBLIGATIONS.seen(tx, row) for row in (await tx.connection.execute(_OPEN, {"incident": incident_id})).all()]


async def met_by(tx: Transaction, incident_id: str, report_name: str, recipient: Party) -> list[Obligation]:
    """Obligations of an incident that a report met at one recipient, locked in the order of their ids."""
    column = obligation.c
    met = (column.satisfied_by == report_name, column.to_level == recipient, column.met_at.isnot(None))
    return await OBLIGATIONS.find_where(tx, column.incident_id == incident_id, *met)


async def all_of(tx: Transaction, incident_id: str) -> list[Obligation]:
    """Every obligation of an incident, locked in the order of their ids."""
    return await locked(tx, OBLIGATIONS, incident_id)


async def save_obligation(tx: Transaction, model: Obligation) -> None:
    """Write a changed obligation as its next version."""
    model.updated_at = tx.now
    await OBLIGATIONS.save(tx, model)


async def save_report(tx: Transaction, model: Report) -> None:
    """Write a changed report as its next version."""
    model.updated_at = tx.now
    await REPORTS.save(tx, model)


_SENT = select(report).where(report.c.incident_id == _INCIDENT, among(report.c.state, SENT)).order_by(report.c.sent_at)


async def sent_of(tx: Transaction, incident_id: str) -> list[Report]:
    """Reports of an incident that have left, in the order they did."""
    return [REPORTS.of(row) for row in (await tx.connection.execute(_SENT, {"incident": incident_id})).all()]


async def order_of(tx: Transaction, incident_id: str, episode: int) -> Sent:
    """What the order of a new report depends on; the caller holds the incident's lock."""
    rows = (await tx.connection.execute(select(report.c.kind, report.c.state, report.c.episode).where(report.c.incident_id == incident_id))).all()
    every = [(ReportKind(row.kind), row.state, row.episode) for row in rows]
    return Sent(
        frozenset(kind for kind, state, _ in every if state in SENT),
        frozenset(kind for kind, _, _ in every),
        frozenset(kind for kind, _, when in every if when == episode),
    )


async def next_seq(tx: Transaction, incident_id: str, kind: ReportKind) -> int:
    """The next running number among the kind; the caller holds the incident's lock."""
    last = await tx.connection.scalar(select(func.max(report.c.seq)).where(report.c.incident_id == incident_id, report.c.kind == kind))
    return int(last or 0) + 1


async def records(
    connection: AsyncConnection, regions: Sequence[str], exercise_id: str, incident_id: str, start: datetime | None, end: datetime
) -> Iterable[DutyRecord]:
    """Obligations with a deadline, by either clock, in [start, end): of one incident, or of one exercise (empty: of real incidents)."""
    column = obligation.c
    spans = [and_(each < end, each >= start) if start else each < end for each in (column.due_at, column.strict_due_at)]
    query = select(obligation).where(or_(*spans), *in_regions(column.region_code, regions))
    query = query.where(column.incident_id == incident_id if incident_id else column.exercise_id == exercise_id)
    return [OBLIGATIONS.of(row).record() for row in (await connection.execute(query)).all()]


async def open_summary(connection: AsyncConnection, incident_id: str, now: datetime) -> tuple[int, int, datetime | None]:
    """How many obligations are open, how many of them are overdue, and the next deadline."""
    column = obligation.c
    overdue = func.count().filter(column.due_at <= now)
    upcoming = func.min(column.due_at).filter(column.due_at > now)
    row = (await connection.execute(select(func.count(), overdue, upcoming).where(column.incident_id == incident_id, column.state == "open"))).one()
    return int(row[0]), int(row[1]), row[2]


async def sent_summary(connection: AsyncConnection, incident_id: str) -> tuple[int, str]:
    """How many reports were sent, and the id of the last."""
    query = select(report.c.id).where(report.c.incident_id == incident_id, report.c.sent_at.isnot(None)).order_by(report.c.sent_at.desc())
    found: list[Any] = list(await connection.scalars(query))
    return len(found), str(found[0]) if found else ""


async def final_sent(tx: Transaction, incident_id: str, episode: int) -> bool:
    """Whether the final report of the present episode has left, and is not known not to have arrived."""
    column = report.c
    query = select(column.id).where(column.incident_id == incident_id, column.kind == "final", column.episode == episode)
    query = query.where(column.sent_at.isnot(None), column.state != "bounced")
    return (await tx.connection.scalar(query.limit(1))) is not None
