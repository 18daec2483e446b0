"""Offers counted by what was recommended."""

from datetime import datetime

from sqlalchemy import ColumnElement, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import String

from chassis.store import in_regions
from services.dispatch.model.override import DispatcherOverrides, OverrideStatistics
from services.dispatch.tables import assignment, task

MOST = 100
"""Dispatchers named."""

_ADVISED = func.cardinality(assignment.c.recommended) > 0
_NOT_RECOMMENDED = assignment.c.overridden
_FIGURES = [
    func.count().label("offers"),
    func.count().filter(_ADVISED).label("advised"),
    func.count().filter(_NOT_RECOMMENDED).label("not_recommended"),
]


async def count(connection: AsyncConnection, regions: tuple[str, ...], start: datetime | None, end: datetime | None, incident_id: str) -> OverrideStatistics:
    """Offers made from `start` up to `end` in the regions."""
    column = assignment.c
    conditions: list[ColumnElement[bool]] = in_regions(column.region_code, regions)
    conditions += [column.created_at >= start] if start else []
    conditions += [column.created_at < end] if end else []
    conditions += [column.incident_id == incident_id] if incident_id else []
    nothing_matched = (column.matched == cast([], ARRAY(String))) & (func.jsonb_array_length(task.c.needs) > 0)
    unable = func.count().filter((column.override_reason != "") & ~_NOT_RECOMMENDED | nothing_matched)
    totals = select(*_FIGURES, unable.label("unable")).join(task, task.c.id == column.task_id).where(*conditions)
    row = (await connection.execute(totals)).one()
    listed = select(column.dispatcher, *_FIGURES).where(*conditions).group_by(column.dispatcher)
    listed = listed.order_by(func.count().filter(_NOT_RECOMMENDED).desc(), column.dispatcher).limit(MOST)
    each = [DispatcherOverrides(*found) for found in (await connection.execute(listed)).all()]
    return OverrideStatistics(row.offers, row.advised, row.not_recommended, row.unable, each)
