"""Offers counted by what was recommended."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import in_regions
from services.dispatch.model.override import DispatcherOverrides, OverrideStatistics
from services.dispatch.tables import assignment

MOST = 100
"""Dispatchers named."""

_ADVISED = func.cardinality(assignment.c.recommended) > 0
_NOT_RECOMMENDED = assignment.c.overridden
_SET_ASIDE = func.cardinality(assignment.c.set_aside) > 0
_FIGURES = [
    func.count().label("offers"),
    func.count().filter(_ADVISED).label("advised"),
    func.count().filter(_NOT_RECOMMENDED).label("not_recommended"),
    func.count().filter(_SET_ASIDE).label("set_aside"),
]


Span = tuple[datetime | None, datetime | None]
"""From a moment on, and before a moment; None is open."""


async def count(connection: AsyncConnection, regions: tuple[str, ...], span: Span, incident_id: str, exercise_id: str) -> OverrideStatistics:
    """Offers made in the span in the regions: of the incident, else of the exercise, else real ones."""
    column, (start, end) = assignment.c, span
    conditions: list[ColumnElement[bool]] = in_regions(column.region_code, regions)
    conditions += [column.created_at >= start] if start else []
    conditions += [column.created_at < end] if end else []
    conditions += [column.incident_id == incident_id] if incident_id else []
    conditions += [column.exercise_id == exercise_id] if exercise_id or not incident_id else []
    unable = func.count().filter(func.cardinality(column.lacked) > 0)
    totals = select(*_FIGURES, unable.label("unable")).where(*conditions)
    row = (await connection.execute(totals)).one()
    listed = select(column.dispatcher, *_FIGURES).where(*conditions).group_by(column.dispatcher)
    listed = listed.order_by(func.count().filter(or_(_NOT_RECOMMENDED, _SET_ASIDE)).desc(), column.dispatcher).limit(MOST)
    each = [DispatcherOverrides(*found) for found in (await connection.execute(listed)).all()]
    return OverrideStatistics(row.offers, row.advised, row.not_recommended, row.set_aside, row.unable, each)
