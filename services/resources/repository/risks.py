"""Risk sources and hidden dangers in the database."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.paging import Page
from chassis.store import in_regions
from services.resources.model.risk import HiddenDanger, RiskSource
from services.resources.repository import orders
from services.resources.repository.collections import HIDDEN_DANGERS, RISK_SOURCES
from services.resources.tables import risk_source

_WATCHED_BY = select(risk_source).where(risk_source.c.stations.contains(bindparam("named", type_=JSONB))).order_by(risk_source.c.id)


async def watched_by(connection: AsyncConnection, station: str) -> list[RiskSource]:
    """Risk sources that a station watches."""
    return [RISK_SOURCES.of(row) for row in await connection.execute(_WATCHED_BY, {"named": [station]})]


async def sources_page(connection: AsyncConnection, page: Page, regions: Iterable[str], state: str, risk_class: str) -> tuple[list[RiskSource], str]:
    """Risk sources in the regions, by id."""
    where = in_regions(risk_source.c.region_code, regions)
    where += [risk_source.c.state == state] if state else []
    where += [risk_source.c.risk_class == risk_class] if risk_class else []
    return await RISK_SOURCES.page_of(connection, page, where)


async def dangers_page(connection: AsyncConnection, page: Page, regions: Iterable[str], state: str, *, overdue_only: bool) -> tuple[list[HiddenDanger], str]:
    """Hidden dangers in the regions, newest first."""
    return await orders.page_of(connection, HIDDEN_DANGERS, page, regions, state=state, overdue=overdue_only)
