"""Lots and the book: receipts, movements posted by hand, write-offs, counter-entries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import schedule
from services.resources import errors
from services.resources.model.catalogue import ZERO, Item, Store
from services.resources.model.movement import (
    ADJUST,
    APPROVED,
    BY_HAND,
    CONSUME,
    CONSUMED,
    COUNT_ADJUST,
    ISSUE,
    PURCHASE_IN,
    RECEIPT,
    REQUISITION_IN,
    REQUISITIONED,
    REVERSAL,
    ROTATED,
    SCRAPPED,
    SUPPLIER,
    Entry,
    Movement,
    MovementLine,
    issued_to,
    moved,
)
from services.resources.model.stock import Lot, Reservation, StockExpiring
from services.resources.repository import stock
from services.resources.repository.collections import ITEMS, LOTS, MOVEMENTS, STORES
from services.resources.use_cases import ledger
from services.resources.use_cases.acting import beijing_day, create, loaded, noted, saved, visible

EXPIRY_NOTICE = timedelta(days=90)
"""How long before its last day a lot is announced for rotation (RS-07)."""
RECEIVED_FROM = {RECEIPT: (RECEIPT, SUPPLIER), "purchase": (PURCHASE_IN, SUPPLIER), "requisition": (REQUISITION_IN, REQUISITIONED)}


@dataclass(frozen=True, slots=True)
class Posting:
    """A movement with its entries."""

    movement: Movement
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Stock that comes in: everything but the item's own properties."""

    lot: Lot
    quantity: str
    kind: str
    document: str


async def receive(tx: Transaction, receipt: Receipt) -> tuple[Lot, Item, date]:
    """入库: make the lot and post the receipt."""
    lot = receipt.lot
    store = visible(tx.caller, await STORES.get(tx.connection, lot.store_id))
    item = await ITEMS.get(tx.connection, lot.item_id)
    kind, source = RECEIVED_FROM[receipt.kind or RECEIPT]
    await put_in(tx, lot, item, store, item.quantity(receipt.quantity), kind, source, receipt.document)
    return lot, item, beijing_day(tx.now)


async def put_in(tx: Transaction, lot: Lot, item: Item, store: Store, quantity: Decimal, kind: str, source: str, document: str = "", holder: str = "") -> None:
    """A new lot with what came in from `source`."""
    lot.region_code = store.region_code
    lot.expire_date = item.expires(lot.produce_date, lot.expire_date)
    await create(tx, LOTS, lot)
    movement = ledger.movement_of(tx, kind, lot.region_code, document=document, holder=holder, exercise_id=lot.exercise_id)
    await ledger.post(tx, movement, moved(source, lot.account, item.id, quantity), {lot.id: lot})
    await announce_expiry(tx, lot)


async def announce_expiry(tx: Transaction, lot: Lot) -> None:
    """Set the timer that announces the lot for rotation."""
    if lot.expire_date is not None and not lot.exercise_id:
        last = datetime.combine(lot.expire_date, datetime.min.time(), tx.now.tzinfo)
        await schedule(tx, "lot_expiring", lot.id, max(tx.now, last - EXPIRY_NOTICE))


async def lot_expiring(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """A lot must be rotated, unless it is empty by now."""
    lot = await LOTS.get(tx.connection, str(payload["subject"]))
    if lot.on_hand and lot.expire_date:
        noted(tx, lot, StockExpiring(lot.id, lot.name, f"stores/{lot.store_id}", f"items/{lot.item_id}", lot.expire_date.isoformat(), lot.on_hand))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line as it was asked for; `item_id` only where no lot is named."""

    lot_id: str
    item_id: str
    quantity: str


async def post(tx: Transaction, movement: Movement, wanted: list[Wanted]) -> Posting:
    """Post by hand: issue, return, consume, rotate out at once; scrap and count adjustments as drafts that another person approves."""
    if movement.kind not in BY_HAND:
        raise errors.kind_not_postable(movement.kind)
    lots = await LOTS.load_all(tx, [line.lot_id for line in wanted if line.lot_id])
    items = await stock.items_of(tx.connection, [lots[line.lot_id].item_id if line.lot_id else line.item_id for line in wanted])
    for line in wanted:
        item = items[lots[line.lot_id].item_id if line.lot_id else line.item_id]
        quantity = item.quantity(line.quantity, zero=movement.kind == COUNT_ADJUST)
        movement.lines.append(MovementLine(line.lot_id, item.id, quantity))
    first = next(iter(lots.values()), None)
    if first is None and not tx.caller.regions:
        check_region(tx.caller, "", "lines")
    movement.region_code = first.region_code if first else tx.caller.regions[0]
    movement.exercise_id = first.exercise_id if first else ""
    for lot in lots.values():
        visible(tx.caller, lot)
        if lot.exercise_id != movement.exercise_id:
            raise errors.exercise_mismatch(lot.name)
    tx.resource = movement.name
    if movement.kind in APPROVED:
        return Posting(await _draft(tx, movement, lots), [])
    movement.post_at = tx.now
    entries = await _entries(tx, movement, lots)
    return Posting(await ledger.post(tx, movement, entries, lots), entries)


async def _draft(tx: Transaction, movement: Movement, lots: dict[str, Lot]) -> Movement:
    """A draft 待核销: what it would take from a lot is reserved, so that approving it cannot fail."""
    movement.state, movement.post_at = "draft", None
    if movement.kind == COUNT_ADJUST:
        await _check_counter(tx, lots)
    await MOVEMENTS.add(tx, movement)
    lowered = [(lots[line.lot_id], _lowered(movement, line, lots)) for line in movement.lines if line.lot_id]
    await ledger.reserve(tx, [(lot, part) for lot, part in lowered if part > 0], movement.name, incident=movement.incident, even_expired=True)
    return noted(tx, movement)


def _lowered(movement: Movement, line: MovementLine, lots: dict[str, Lot]) -> Decimal:
    """How much a draft would take out of its lot."""
    return max(ZERO, lots[line.lot_id].on_hand - line.quantity) if movement.kind == COUNT_ADJUST else line.quantity


async def _check_counter(tx: Transaction, lots: dict[str, Lot]) -> None:
    for store_id in {lot.store_id for lot in lots.values()}:
        store = await STORES.get(tx.connection, store_id)
        if store.keeper == tx.caller.id:
            raise errors.keeper_counts(store.keeper)


async def _entries(tx: Transaction, movement: Movement, lots: dict[str, Lot]) -> list[Entry]:
    """The two sides of every line; whatever leaves a lot must be free there."""
    entries: list[Entry] = []
    for line in movement.lines:
        lot = lots.get(line.lot_id)
        if movement.kind == COUNT_ADJUST and lot is not None:
            entries += _difference(lot, line.quantity)
            continue
        source, target = _accounts(movement, lot)
        if lot is not None and source == lot.account:
            _check_fresh(movement, lot, tx.now)
            await ledger.take_now(tx, [(lot, line.quantity)], incident=movement.incident, even_expired=True)
        entries += moved(source, target, line.item_id, line.quantity)
    return entries


def _difference(lot: Lot, counted: Decimal) -> list[Entry]:
    difference = counted - lot.on_hand
    if not difference:
        return []
    return moved(ADJUST, lot.account, lot.item_id, difference) if difference > 0 else moved(lot.account, ADJUST, lot.item_id, -difference)


def _accounts(movement: Movement, lot: Lot | None) -> tuple[str, str]:
    """From which account to which a kind moves."""
    held = issued_to(movement.holder)
    here = lot.account if lot else held
    match movement.kind:
        case "issue":
            return here, held
        case "return":
            return held, here
        case "consume":
            return here, CONSUMED
        case "scrap":
            return here, SCRAPPED
        case _:
            return here, ROTATED


def _check_fresh(movement: Movement, lot: Lot, now: datetime) -> None:
    if movement.kind in (ISSUE, CONSUME) and lot.expired(beijing_day(now)):
        raise errors.lot_expired(lot.name, lot.expire_date)


async def approve(tx: Transaction, movement_id: str, etag: str) -> Posting:
    """核销: approve and post a draft, by another person than its author."""
    movement = await loaded(tx, MOVEMENTS, movement_id, etag)
    movement.approve(tx.caller.id, tx.now)
    _, reserved = await ledger.take(tx, movement.name)
    others = {line.lot_id for line in movement.lines if line.lot_id} - set(reserved)
    lots = reserved | await LOTS.load_all(tx, others)
    entries: list[Entry] = []
    for line in movement.lines:
        lot = lots.get(line.lot_id)
        if movement.kind == COUNT_ADJUST and lot is not None:
            entries += _difference(lot, line.quantity)
        else:
            source, target = _accounts(movement, lot)
            entries += moved(source, target, line.item_id, line.quantity)
    await saved(tx, MOVEMENTS, movement)
    if entries:
        await ledger.post(tx, movement, entries, lots, new=False)
    else:
        await ledger.keep(tx, lots)
    return Posting(movement, entries)


async def discard(tx: Transaction, movement_id: str, etag: str, reason: str) -> Posting:
    """Throw a draft away; what it reserved is free again."""
    movement = await loaded(tx, MOVEMENTS, movement_id, etag)
    movement.discard(reason)
    await ledger.release(tx, movement.name)
    return Posting(await saved(tx, MOVEMENTS, movement), [])


async def reverse(tx: Transaction, movement_id: str, etag: str, reason: str) -> Posting:
    """Undo a posting by a counter-entry; answers the counter-entry."""
    wrong = await loaded(tx, MOVEMENTS, movement_id, etag)
    counter = ledger.movement_of(tx, REVERSAL, wrong.region_code, reason=reason, holder=wrong.holder, incident=wrong.incident, reverses=wrong.name)
    counter.exercise_id = wrong.exercise_id
    wrong.reverse(counter.name)
    entries = [replace(entry, quantity=-entry.quantity) for entry in (await stock.entries_of(tx.connection, [wrong.id]))[wrong.id]]
    lots = await LOTS.load_all(tx, [entry.lot_id for entry in entries if entry.lot_id])
    taken = [(lots[entry.lot_id], -entry.quantity) for entry in entries if entry.lot_id and entry.quantity < 0]
    await ledger.take_now(tx, taken, incident=wrong.incident, even_expired=True)
    await saved(tx, MOVEMENTS, wrong)
    return Posting(await ledger.post(tx, counter, entries, lots), entries)


async def posting(engine: AsyncEngine, caller: Caller, movement_id: str) -> Posting:
    """One movement with its entries."""
    async with engine.connect() as connection:
        found = visible(caller, await MOVEMENTS.get(connection, movement_id))
        return Posting(found, (await stock.entries_of(connection, [found.id]))[found.id])


async def postings(engine: AsyncEngine, caller: Caller, size: int, token: str, lot_id: str, incident: str, kind: str, state: str) -> tuple[list[Posting], str]:
    """Movements the caller may see, with their entries."""
    asked = page(size, token, lot_id, incident, kind, state, caller.regions)
    async with engine.connect() as connection:
        found, following = await stock.movements_page(connection, asked, caller.regions, lot_id, incident, kind, state)
        entries = await stock.entries_of(connection, [each.id for each in found])
    return [Posting(each, entries[each.id]) for each in found], following


async def lot_shown(engine: AsyncEngine, caller: Caller, lot_id: str) -> tuple[Lot, Item]:
    """One lot with its item."""
    async with engine.connect() as connection:
        lot = visible(caller, await LOTS.get(connection, lot_id))
        return lot, await ITEMS.get(connection, lot.item_id)


async def lots_page(
    engine: AsyncEngine, caller: Caller, size: int, token: str, store_id: str, item_id: str, today: date, *, available_only: bool
) -> tuple[list[tuple[Lot, Item]], str]:
    """Lots the caller may see, with their items."""
    asked = page(size, token, store_id, item_id, available_only, caller.regions)
    async with engine.connect() as connection:
        found, following = await stock.lots_page(connection, asked, caller.regions, store_id, item_id, today, available_only=available_only)
        items = await stock.items_of(connection, {lot.item_id for lot in found})
    return [(lot, items[lot.item_id]) for lot in found], following


async def reservations_page(engine: AsyncEngine, caller: Caller, size: int, token: str, lot_id: str, holder: str) -> tuple[list[Reservation], str]:
    """Reservations the caller may see."""
    async with engine.connect() as connection:
        return await stock.reservations_page(connection, page(size, token, lot_id, holder, caller.regions), caller.regions, lot_id, holder)


async def check_ledger(engine: AsyncEngine) -> tuple[int, int, list[str]]:
    """Add the whole book up."""
    async with engine.connect() as connection:
        return await stock.check_ledger(connection)
