"""Statistics of dispatches that went against the advice."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.identity import Caller
from services.dispatch.model.override import OverrideStatistics
from services.dispatch.repository import overrides as repository


async def statistics(
    engine: AsyncEngine, caller: Caller, start: datetime | None, end: datetime | None, incident_id: str, exercise_id: str
) -> OverrideStatistics:
    """Offers of a period in the caller's jurisdiction: of an incident, of an exercise, or real ones."""
    async with engine.connect() as connection:
        return await repository.count(connection, caller.regions, (start, end), incident_id, exercise_id)
