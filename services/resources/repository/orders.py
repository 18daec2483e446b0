"""Lists of orders, newest first."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store as Rows
from chassis.store import in_regions
from services.resources.model.catalogue import SUPPLIER
from services.resources.model.position import StandbyOrder, StandbyRule
from services.resources.model.record import Record
from services.resources.model.requisition import Requisition
from services.resources.model.stock import Lot
from services.resources.model.supply import ReserveAgreement
from services.resources.model.transfer import Pick, Transfer
from services.resources.repository.collections import AGREEMENTS, REQUISITIONS, STANDBY_RULES, STANDBYS, TRANSFERS
from services.resources.tables import census, requisition, reserve_agreement, standby_order, standby_rule, store

R = TypeVar("R", bound=Record)


def picks(parts: Iterable[tuple[Lot, Decimal]]) -> list[Pick]:
    """Parts of lots as a transfer keeps them."""
    return [Pick(lot.id, lot.store_id, quantity) for lot, quantity in parts]


async def page_of(connection: AsyncConnection, collection: Rows[R], page: Page, regions: Iterable[str], **equal: Any) -> tuple[list[R], str]:
    """A page of orders in the regions; `equal` are columns and what they must be, those without a value are not asked for."""
    return await collection.page_of(connection, page, [*collection.in_regions(regions), *collection.equal(**equal)], by="create_at", descending=True)


async def transfers_page(connection: AsyncConnection, page: Page, regions: Iterable[str], state: str, incident: str) -> tuple[list[Transfer], str]:
    """Transfers in the regions."""
    return await page_of(connection, TRANSFERS, page, regions, state=state, incident=incident)


async def requisitions_page(
    connection: AsyncConnection, page: Page, regions: Iterable[str], state: str, incident: str, *, open_only: bool
) -> tuple[list[Requisition], str]:
    """Requisitions in the regions."""
    where: list[ColumnElement[bool]] = in_regions(requisition.c.region_code, regions)
    where += [requisition.c.state == state] if state else []
    where += [requisition.c.incident == incident] if incident else []
    where += [requisition.c.state != "closed"] if open_only else []
    return await REQUISITIONS.page_of(connection, page, where, by="create_at", descending=True)


async def agreement_of(connection: AsyncConnection, lot_id: str) -> ReserveAgreement | None:
    """The agreement whose stock a lot is."""
    found = await AGREEMENTS.where(connection, reserve_agreement.c.lot_id == lot_id)
    return found[0] if found else None


async def stores_to_count(connection: AsyncConnection, regions: Iterable[str], half: str) -> list[tuple[str, bool]]:
    """Every store of ours in the regions, and whether its count of the half-year is posted."""
    posted = select(census.c.store_id).where(census.c.half == half, census.c.state.in_(("posted", "closed")))
    query = select(store.c.id, store.c.id.in_(posted)).where(store.c.level != SUPPLIER, *in_regions(store.c.region_code, regions)).order_by(store.c.id)
    return [(row[0], bool(row[1])) for row in (await connection.execute(query)).all()]


_OPEN_STANDBYS = select(standby_order).where(standby_order.c.state == "open").order_by(standby_order.c.id)
_STANDBYS_OF = _OPEN_STANDBYS.where(standby_order.c.source == bindparam("named"))
_STANDBYS_FOR = _OPEN_STANDBYS.where(standby_order.c.incident == bindparam("named"))


async def standbys_of(connection: AsyncConnection, source: str) -> list[StandbyOrder]:
    """Open standbys that follow from an activation or alert."""
    return [STANDBYS.of(row) for row in await connection.execute(_STANDBYS_OF, {"named": source})]


async def standbys_for(connection: AsyncConnection, incident: str) -> list[StandbyOrder]:
    """Open standbys for an incident."""
    return [STANDBYS.of(row) for row in await connection.execute(_STANDBYS_FOR, {"named": incident})]


@cache
def _unfinished(table: Table, ended: tuple[str, ...]) -> Select[Any]:
    theirs = (table.c.incident == bindparam("of_incident"), table.c.state.not_in(ended))
    return select(table).where(*theirs).order_by(table.c.id).with_for_update()


async def unfinished(tx: Transaction, collection: Rows[R], incident: str, ended: tuple[str, ...]) -> list[R]:
    """What of a collection belongs to an incident and is not in one of these states, locked."""
    found = await tx.connection.execute(_unfinished(collection.table, ended), {"of_incident": incident})
    return [collection.seen(tx, row) for row in found.all()]


_CODE, _REGION = bindparam("event_code", type_=String), bindparam("region", type_=String)
_RULES_FOR = (
    select(standby_rule)
    .where(_CODE.startswith(standby_rule.c.event_prefix), standby_rule.c.level >= bindparam("least"))
    .where(_REGION.startswith(standby_rule.c.region_code) | standby_rule.c.region_code.startswith(_REGION))
    .order_by(standby_rule.c.id)
)


async def rules_for(connection: AsyncConnection, event_code: str, level: int, region_code: str) -> list[StandbyRule]:
    """Rules for an alert of this event and level that touches this region."""
    asked = {"event_code": event_code, "least": level, "region": region_code}
    return [STANDBY_RULES.of(row) for row in await connection.execute(_RULES_FOR, asked)]
