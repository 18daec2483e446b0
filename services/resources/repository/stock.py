"""Stock in the database: candidates for an allocation, reservations, the book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, any_, bindparam, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.geo import distance_m
from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import in_regions
from services.resources import errors
from services.resources.model.allocation import Candidate
from services.resources.model.catalogue import IN_HAND, SUPPLIER, ZERO, Item, StockQuota
from services.resources.model.movement import Entry, Movement
from services.resources.model.stock import ACTIVE, HARD, SOFT, Lot, Reservation
from services.resources.repository.collections import AGREEMENTS, ITEMS, LOTS, MOVEMENTS, QUOTAS, RESERVATIONS
from services.resources.tables import entry, holding, item, lot, movement, reservation, reserve_agreement, stock_quota, store

_ITEMS_OF = select(item).where(item.c.id == any_(bindparam("ids", type_=ARRAY(String)))).order_by(item.c.id)
_OF_LAYER = select(item).where(func.starts_with(item.c.code, bindparam("layer")))


async def items_of(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Item]:
    """Items by id; NOT_FOUND for one that the catalogue does not know."""
    wanted = set(ids)
    found = {row.id: ITEMS.of(row) for row in await connection.execute(_ITEMS_OF, {"ids": list(wanted)})}
    for item_id in sorted(wanted - set(found)):
        await ITEMS.get(connection, item_id)
    return found


async def item_of_code(connection: AsyncConnection, code: str) -> Item | None:
    """The item of a code; for a code that names a layer, the first item of it. Codes are compared by prefix."""
    found = [ITEMS.of(row) for row in await connection.execute(_OF_LAYER, {"layer": code})]
    return min(found, key=lambda each: (each.code != code, each.code, each.id), default=None)


async def items_page(connection: AsyncConnection, page: Page, text: str) -> tuple[list[Item], str]:
    """The catalogue, by id, that holds the text in name or code."""
    where = [item.c.display_name.contains(text, autoescape=True) | item.c.code.startswith(text, autoescape=True)] if text else []
    return await ITEMS.page_of(connection, page, where)


async def candidates(
    connection: AsyncConnection,
    item_ids: Sequence[str],
    regions: Iterable[str],
    exercise_id: str,
    near: tuple[float, float] | None,
    today: date,
    *,
    lock: bool = False,
) -> list[Candidate]:
    """Lots of these items in these regions with something on hand, with what decides their place; locked in the order of their ids when asked.

    The first item is what was asked for, the others stand in for it. Agreements are counted until their last day.
    """
    agreement = reserve_agreement
    joined = lot.join(store, store.c.id == lot.c.store_id).outerjoin(agreement, agreement.c.lot_id == lot.c.id)
    query = (
        select(lot, store.c.level, store.c.display_name, store.c.lon, store.c.lat, agreement.c.id.label("agreement"), agreement.c.response_minutes)
        .select_from(joined)
        .where(lot.c.item_id.in_(item_ids), lot.c.on_hand > 0, lot.c.exercise_id == exercise_id, *in_regions(lot.c.region_code, regions))
        .where(agreement.c.valid_until.is_(None) | (agreement.c.valid_until >= today))
        .order_by(lot.c.id)
    )
    rows = (await connection.execute(query.with_for_update(of=lot) if lock else query)).all()
    return [_candidate(row, item_ids[0], near) for row in rows]


def _candidate(row: Any, asked: str, near: tuple[float, float] | None) -> Candidate:
    found = LOTS.of(row)
    return Candidate(
        lot=found,
        level=row.level,
        distance_m=distance_m((row.lon, row.lat), near) if near else 0.0,
        display_name=row.display_name,
        minutes=row.response_minutes or 0,
        agreement=AGREEMENTS.name(row.agreement) if row.agreement else "",
        substitute="" if found.item_id == asked else ITEMS.name(found.item_id),
    )


async def lots_page(
    connection: AsyncConnection, page: Page, regions: tuple[str, ...], store_id: str, item_id: str, today: date, *, available_only: bool
) -> tuple[list[Lot], str]:
    """Lots in the regions, newest first."""
    where = in_regions(lot.c.region_code, regions)
    where += [lot.c.store_id == store_id] if store_id else []
    where += [lot.c.item_id == item_id] if item_id else []
    if available_only:
        where += [lot.c.on_hand > lot.c.reserved, lot.c.expire_date.is_(None) | (lot.c.expire_date >= today)]
    return await LOTS.page_of(connection, page, where, by="create_at", descending=True)


async def lots_in_store(connection: AsyncConnection, store_id: str) -> list[Lot]:
    """Real lots of a store that hold something."""
    return await LOTS.where(connection, lot.c.store_id == store_id, lot.c.on_hand > 0, lot.c.exercise_id == "")


_ACTIVE = select(reservation).where(reservation.c.state == ACTIVE).order_by(reservation.c.id)
_ACTIVE_OF = _ACTIVE.where(reservation.c.holder == bindparam("of_holder"))
_SOFT_ON = _ACTIVE.where(reservation.c.lot_id == bindparam("of_lot"), reservation.c.kind == SOFT)


async def reservations_of(connection: AsyncConnection, holder: str) -> list[Reservation]:
    """Active reservations of an order."""
    return [RESERVATIONS.of(row) for row in await connection.execute(_ACTIVE_OF, {"of_holder": holder})]


async def soft_on(connection: AsyncConnection, lot_id: str, incident: str) -> list[Reservation]:
    """Soft reservations of a lot in the order they give way: those of the same incident first, then the newest."""
    found = [RESERVATIONS.of(row) for row in await connection.execute(_SOFT_ON, {"of_lot": lot_id})]
    return sorted(found, key=lambda each: (each.incident != incident or not incident, -each.create_at.timestamp()))


async def reservations_page(connection: AsyncConnection, page: Page, regions: tuple[str, ...], lot_id: str, holder: str) -> tuple[list[Reservation], str]:
    """Reservations in the regions, newest first."""
    where = in_regions(reservation.c.region_code, regions)
    where += [reservation.c.lot_id == lot_id] if lot_id else []
    where += [reservation.c.holder == holder] if holder else []
    return await RESERVATIONS.page_of(connection, page, where, by="create_at", descending=True)


_ENTER = entry.insert().inline()
_STANDS = (holding.c.account == bindparam("of_account")) & (holding.c.item_id == bindparam("of_item"))
_BALANCE = select(holding.c.balance).where(_STANDS).with_for_update()
_BOOK = holding.update().where(_STANDS).values(balance=holding.c.balance + bindparam("quantity"))
_HOLD = insert(holding)
_HOLD = _HOLD.on_conflict_do_update(index_elements=["account", "item_id"], set_={"balance": holding.c.balance + _HOLD.excluded.balance}).inline()


async def add_entries(tx: Transaction, movement_id: str, entries: Sequence[Entry]) -> None:
    """Write the entries of a posting into the book."""
    rows = [{"movement_id": movement_id, "account": each.account, "item_id": each.item_id, "quantity": each.quantity} for each in entries]
    await tx.connection.execute(_ENTER, rows)


async def entries_of(connection: AsyncConnection, movement_ids: Sequence[str]) -> dict[str, list[Entry]]:
    """The entries of movements, in the order they were written."""
    found: dict[str, list[Entry]] = {movement_id: [] for movement_id in movement_ids}
    query = select(entry).where(entry.c.movement_id.in_(movement_ids)).order_by(entry.c.id)
    for row in (await connection.execute(query)).all():
        found[row.movement_id].append(Entry(row.account, row.item_id, row.quantity))
    return found


async def book_holding(tx: Transaction, account: str, item_id: str, quantity: Decimal) -> None:
    """Change what stands on a bounded account; HOLDING_TOO_SMALL with what there is."""
    if quantity > 0:
        await tx.connection.execute(_HOLD, {"account": account, "item_id": item_id, "balance": quantity})
        return
    which = {"of_account": account, "of_item": item_id}
    balance = await tx.connection.scalar(_BALANCE, which) or ZERO
    if balance + quantity < 0:
        raise errors.holding_too_small(account.partition(":")[2], ITEMS.name(item_id), balance)
    await tx.connection.execute(_BOOK, which | {"quantity": quantity})


async def held_by(connection: AsyncConnection, account: str) -> dict[str, Decimal]:
    """What stands on an account, by item."""
    query = select(holding.c.item_id, holding.c.balance).where(holding.c.account == account, holding.c.balance > 0)
    return {row.item_id: row.balance for row in (await connection.execute(query)).all()}


async def movements_page(
    connection: AsyncConnection, page: Page, regions: tuple[str, ...], lot_id: str, incident: str, kind: str, state: str
) -> tuple[list[Movement], str]:
    """Movements in the regions, newest first."""
    where: list[ColumnElement[bool]] = in_regions(movement.c.region_code, regions)
    if lot_id:
        where.append(movement.c.id.in_(select(entry.c.movement_id).where(entry.c.account == f"lot:{lot_id}")))
    where += [movement.c.incident == incident] if incident else []
    where += [movement.c.kind == kind] if kind else []
    where += [movement.c.state == state] if state else []
    return await MOVEMENTS.page_of(connection, page, where, by="create_at", descending=True)


@dataclass(frozen=True, slots=True)
class QuotaGap:
    """A quota and what is there of it."""

    stock_quota: StockQuota
    on_hand: Decimal
    missing: Decimal
    display_name: str
    unit_of_measure: str


async def quota_gaps(
    connection: AsyncConnection, today: date, *, regions: Iterable[str] = ("",), item_ids: Iterable[str] | None = None, every: bool = False
) -> list[QuotaGap]:
    """Quotas with what is there: unexpired stock in our own stores of the quota's region. Only those that are not met, unless `every`."""
    there = (
        select(func.coalesce(func.sum(lot.c.on_hand), 0))
        .select_from(lot.join(store, store.c.id == lot.c.store_id))
        .where(lot.c.item_id == stock_quota.c.item_id, lot.c.region_code.startswith(stock_quota.c.region_code), lot.c.exercise_id == "")
        .where(lot.c.mode.in_(IN_HAND), store.c.level != SUPPLIER, lot.c.expire_date.is_(None) | (lot.c.expire_date >= today))
        .scalar_subquery()
    )
    query = select(stock_quota, item.c.display_name, item.c.unit_of_measure, there.label("there")).join(item, item.c.id == stock_quota.c.item_id)
    query = query.where(*in_regions(stock_quota.c.region_code, regions)).order_by(stock_quota.c.id)
    if item_ids is not None:
        query = query.where(stock_quota.c.item_id.in_(list(item_ids)))
    rows = (await connection.execute(query)).all()
    gaps = [QuotaGap(QUOTAS.of(row), row.there, max(ZERO, row.minimum - row.there), row.display_name, row.unit_of_measure) for row in rows]
    return [gap for gap in gaps if every or gap.missing]


async def quotas_page(connection: AsyncConnection, page: Page, regions: tuple[str, ...]) -> tuple[list[StockQuota], str]:
    """Quotas in the regions, newest first."""
    return await QUOTAS.page_of(connection, page, QUOTAS.in_regions(regions), by="create_at", descending=True)


async def check_ledger(connection: AsyncConnection) -> tuple[int, int, list[str]]:
    """Add the whole book up: number of entries, number of lots, and what does not agree."""
    unbalanced = select(literal("movement ") + entry.c.movement_id).group_by(entry.c.movement_id, entry.c.item_id).having(func.sum(entry.c.quantity) != 0)
    booked = select(entry.c.account, entry.c.item_id, func.sum(entry.c.quantity).label("total")).group_by(entry.c.account, entry.c.item_id).subquery()
    in_lots = lot.outerjoin(booked, (booked.c.account == literal("lot:") + lot.c.id) & (booked.c.item_id == lot.c.item_id))
    wrong_lots = select(literal("lot ") + lot.c.id).select_from(in_lots).where(lot.c.on_hand != func.coalesce(booked.c.total, 0))
    firm = select(reservation.c.lot_id, reservation.c.kind, func.sum(reservation.c.quantity).label("total"))
    promised = firm.where(reservation.c.state == ACTIVE).group_by(reservation.c.lot_id, reservation.c.kind).subquery()
    checks = [unbalanced, wrong_lots]
    for kind, column in ((HARD, lot.c.reserved), (SOFT, lot.c.held)):
        joined = lot.outerjoin(promised, (promised.c.lot_id == lot.c.id) & (promised.c.kind == kind))
        checks.append(select(literal(f"{kind} reservations of lot ") + lot.c.id).select_from(joined).where(column != func.coalesce(promised.c.total, 0)))
    outside = booked.outerjoin(holding, (holding.c.account == booked.c.account) & (holding.c.item_id == booked.c.item_id))
    bounded = booked.c.account.startswith("issued:") | booked.c.account.startswith("in_transit:")
    checks.append(select(literal("holding ") + booked.c.account).select_from(outside).where(bounded, booked.c.total != func.coalesce(holding.c.balance, 0)))
    findings = [str(row[0]) for row in (await connection.execute(union_all(*checks))).all()]
    entries = await connection.scalar(select(func.count()).select_from(entry))
    lots = await connection.scalar(select(func.count()).select_from(lot))
    return int(entries or 0), int(lots or 0), findings
