"""Censuses 普查 (RS-02)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import BEIJING
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import cancel as cancel_timer
from chassis.timers import schedule
from services.resources import errors
from services.resources.model.census import CENSUS, Census, CensusOverdue, CountLine, end_of
from services.resources.model.movement import ADJUST, COUNT_ADJUST, Entry, MovementLine, moved
from services.resources.repository import orders, stock
from services.resources.repository.collections import CENSUSES, LOTS, STORES
from services.resources.use_cases import ledger
from services.resources.use_cases.acting import act, create, loaded, saved, visible


async def plan(tx: Transaction, census: Census) -> Census:
    """– → scheduled: one a store and half-year."""
    store = visible(tx.caller, await STORES.get(tx.connection, census.store_id))
    census.region_code = store.region_code
    census.due_at = end_of(census.half).replace(tzinfo=BEIJING)
    await schedule(tx, "census_overdue", census.id, census.due_at)
    return await create(tx, CENSUSES, census, census.schedule())


async def count(tx: Transaction, census_id: str, etag: str, counted: Mapping[str, tuple[str, str]]) -> Census:
    """scheduled, counting → counting: lots with what was counted and a remark; the book of that moment is kept beside."""
    census = await loaded(tx, CENSUSES, census_id, etag)
    store = await STORES.get(tx.connection, census.store_id)
    lots = await LOTS.load_all(tx, counted)
    items = await stock.items_of(tx.connection, {lot.item_id for lot in lots.values()})
    lines = []
    for lot_id, (text, remark) in counted.items():
        lot = lots[lot_id]
        if lot.store_id != store.id:
            raise errors.lot_elsewhere(lot.name, store.name)
        quantity = items[lot.item_id].quantity(text, "lines.counted", zero=True)
        lines.append(CountLine(lot_id=lot_id, counted=quantity, remark=remark, book=lot.on_hand))
    census.count(lines, tx.caller.id, store.keeper)
    return await saved(tx, CENSUSES, census)


async def review(tx: Transaction, census_id: str, etag: str) -> Census:
    """counting → reviewed: every lot with something in it was counted."""
    census = await loaded(tx, CENSUSES, census_id, etag)
    census.review(tx.caller.id, [lot.id for lot in await stock.lots_in_store(tx.connection, census.store_id)])
    return await saved(tx, CENSUSES, census)


async def post(tx: Transaction, census_id: str, etag: str) -> Census:
    """reviewed → posted: the differences become one count adjustment; what moved since the count is not lost by it."""
    census = await loaded(tx, CENSUSES, census_id, etag)
    different = {line.lot_id: line.counted - line.book for line in census.lines if line.counted != line.book}
    lots = await LOTS.load_all(tx, different)
    movement = ledger.movement_of(tx, COUNT_ADJUST, census.region_code, holder=census.name, reason=census.half)
    movement.author, movement.approver = census.counter, tx.caller.id
    event = census.post(tx.caller.id, movement.name if different else "")
    entries: list[Entry] = []
    for lot_id, difference in different.items():
        lot = lots[lot_id]
        movement.lines.append(MovementLine(lot_id, lot.item_id, abs(difference)))
        if difference < 0:
            await ledger.take_now(tx, [(lot, -difference)], even_expired=True)
        sides = (ADJUST, lot.account) if difference > 0 else (lot.account, ADJUST)
        entries += moved(*sides, lot.item_id, abs(difference))
    if entries:
        await ledger.post(tx, movement, entries, lots)
    await cancel_timer(tx, "census_overdue", census.id)
    return await saved(tx, CENSUSES, census, event)


async def close(tx: Transaction, census_id: str, etag: str) -> Census:
    """posted → closed."""
    return await act(tx, CENSUSES, census_id, etag, lambda census: census.close())


async def overdue(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """The half-year is over and the count is not posted."""
    census = await CENSUSES.load(tx, str(payload["subject"]))
    if {"post", "review", "count"} & set(CENSUS.allowed(census.state)):
        census.overdue = True
        await saved(tx, CENSUSES, census, CensusOverdue(census.store_id, f"stores/{census.store_id}", census.half))


@dataclass(frozen=True, slots=True)
class Coverage:
    """普查覆盖率: how many stores must be counted, how many are, which are not."""

    stores: int
    counted: int
    missing: list[str]


async def coverage(engine: AsyncEngine, caller: Caller, half: str) -> Coverage:
    """Coverage of a half-year in the caller's jurisdiction."""
    async with engine.connect() as connection:
        found = await orders.stores_to_count(connection, caller.regions, half)
    missing = [f"stores/{store_id}" for store_id, done in found if not done]
    return Coverage(len(found), len(found) - len(missing), missing)


async def get(engine: AsyncEngine, caller: Caller, census_id: str) -> Census:
    """One census the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await CENSUSES.get(connection, census_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, half: str, store_id: str) -> tuple[list[Census], str]:
    """Censuses the caller may see."""
    asked = page(size, token, half, store_id, caller.regions)
    async with engine.connect() as connection:
        return await orders.page_of(connection, CENSUSES, asked, caller.regions, half=half, store_id=store_id)
