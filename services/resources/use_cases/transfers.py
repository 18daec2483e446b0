"""Transfers 调拨: request, approval by paper or by word, picking, shipping, receipt, discrepancy, return, count."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import cancel as cancel_timer
from chassis.timers import schedule
from services.resources import errors
from services.resources.model.allocation import Candidate, allocate, in_hand
from services.resources.model.catalogue import ZERO, Item
from services.resources.model.movement import ADJUST, CONSUME, CONSUMED, COUNT_ADJUST, RETURN, TRANSFER_IN, TRANSFER_OUT, Entry, issued_to, moved, on_the_road
from services.resources.model.movement import UPPER as UPPER_ACCOUNT
from services.resources.model.stock import Lot
from services.resources.model.transfer import UPPER, PaperworkOverdue, Transfer, TransferOverdue
from services.resources.repository import orders, stock
from services.resources.repository.collections import LOTS, STORES, TRANSFERS
from services.resources.use_cases import ledger
from services.resources.use_cases.acting import act, beijing_day, create, exercise_of, loaded, order_number, saved, visible

WAITING = ("requested", "approved", "picking", "shipped")


@dataclass(frozen=True, slots=True)
class Around:
    """Who lies around this district: where to ask when the own stores do not have enough."""

    neighbours: tuple[str, ...]
    upper: str


async def request(tx: Transaction, transfer: Transfer, verbal: tuple[str, str] | None, around: Around) -> Transfer:
    """– → requested, or with an approval by word (approver, channel) – → approved, which reserves the stock at once."""
    await _complete(tx, transfer)
    check_region(tx.caller, transfer.region_code)
    events: list[object] = [transfer.request()]
    if verbal is not None:
        if _same_person(verbal[0], tx.caller):
            raise errors.separation_of_duty(transfer.requester)
        events.append(transfer.approve_verbal(*verbal, tx.now))
        tx.resource = transfer.name
        await _allocate(tx, transfer, around)
        await schedule(tx, "paperwork_overdue", transfer.id, transfer.paperwork_due_at or tx.now)
    await schedule(tx, "transfer_overdue", transfer.id, transfer.need_by_at)
    return await create(tx, TRANSFERS, transfer, *events)


def _same_person(named: str, caller: Caller) -> bool:
    """The name is one the caller goes by."""
    return named.strip().casefold() in {each.casefold() for each in (caller.id, caller.id.partition(":")[2], caller.name) if each}


async def _complete(tx: Transaction, transfer: Transfer) -> None:
    """Fill in what the request leaves to us: number, exercise, names of the items, place of the receiving store."""
    transfer.number = order_number("DB", transfer.region_code or "000000", transfer)
    transfer.exercise_id = await exercise_of(tx, transfer.incident, transfer.exercise_id)
    if transfer.to_store_id:
        store = await STORES.get(tx.connection, transfer.to_store_id)
        transfer.region_code = transfer.region_code or store.region_code
        transfer.place = transfer.place or store.display_name
        if transfer.lon is None:
            transfer.lon, transfer.lat = store.lon, store.lat
    if transfer.source_store_id:
        visible(tx.caller, await STORES.get(tx.connection, transfer.source_store_id))
    items = await stock.items_of(tx.connection, [line.item_id for line in transfer.lines])
    seen: set[str] = set()
    for line in transfer.lines:
        item = items[line.item_id]
        if item.id in seen:
            raise errors.line_twice(f"items/{item.id}")
        seen.add(item.id)
        line.quantity = item.quantity(str(line.quantity), "lines.quantity")
        line.display_name, line.unit_of_measure = item.display_name, item.unit_of_measure
        line.approved, line.received, line.returned, line.written_off, line.picks = None, None, ZERO, ZERO, []


async def approve(tx: Transaction, transfer_id: str, etag: str, quantities: Mapping[str, str], source_store_id: str, reason: str, around: Around) -> Transfer:
    """requested → approved: reserves the stock or refuses with what is truly there and where else to look."""
    transfer = await loaded(tx, TRANSFERS, transfer_id, etag)
    if source_store_id:
        visible(tx.caller, await STORES.get(tx.connection, source_store_id))
    event = transfer.approve(tx.caller.id, await _quantities(tx, quantities), reason, tx.now)
    transfer.source_store_id = source_store_id or transfer.source_store_id
    await _allocate(tx, transfer, around)
    return await saved(tx, TRANSFERS, transfer, event)


async def _quantities(tx: Transaction, texts: Mapping[str, str], *, zero: bool = True) -> dict[str, Decimal]:
    items = await stock.items_of(tx.connection, texts)
    return {item_id: items[item_id].quantity(text, "lines.quantity", zero=zero) for item_id, text in texts.items()}


async def _allocate(tx: Transaction, transfer: Transfer, around: Around) -> None:
    """Choose the lots and reserve them: all lines or none. What is given lies in the caller's regions, wherever it goes."""
    if transfer.asked_of == UPPER:
        return
    near = (transfer.lon, transfer.lat) if transfer.lon is not None and transfer.lat is not None else None
    wanted = [line for line in transfer.lines if line.sent]
    today = beijing_day(tx.now)
    found = await stock.candidates(tx.connection, [line.item_id for line in wanted], tx.caller.regions, transfer.exercise_id, near, today, lock=True)
    for candidate in found:
        tx.seen(candidate.lot.name, candidate.lot)
    for line in wanted:
        fit = [each for each in in_hand(found) if each.lot.item_id == line.item_id and _may_give(transfer, each)]
        parts, missing = allocate(fit, line.sent, today)
        if missing:
            available = sum((each.lot.available(today) for each in fit), ZERO)
            elsewhere = [each for each in found if each.lot.item_id == line.item_id and each not in fit]
            raise errors.insufficient(f"items/{line.item_id}", line.sent, available, _alternatives(elsewhere, around, today))
        line.picks = []
        await ledger.reserve(tx, parts, transfer.name, incident=transfer.incident, exercise_id=transfer.exercise_id)
        line.picks = orders.picks(parts)


def _may_give(transfer: Transfer, candidate: Candidate) -> bool:
    store = candidate.lot.store_id
    return store != transfer.to_store_id and transfer.source_store_id in ("", store)


def _alternatives(elsewhere: list[Candidate], around: Around, today: Any) -> list[str]:
    """Where else to look, as `kind name quantity minutes`: agreements, other stores, neighbours, the level above."""
    told = [
        f"{each.kind} {each.agreement or f'stores/{each.lot.store_id}'} {errors.plain(each.lot.available(today))}"
        + (f" {each.minutes} min" if each.minutes else "")
        for each in elsewhere
        if each.lot.available(today)
    ]
    return [*told, *(f"neighbour {code}" for code in around.neighbours), f"upper {around.upper}"]


async def reject(tx: Transaction, transfer_id: str, etag: str, reason: str) -> Transfer:
    """requested → rejected."""
    await cancel_timer(tx, "transfer_overdue", transfer_id)
    return await act(tx, TRANSFERS, transfer_id, etag, lambda transfer: transfer.reject(reason))


async def pick(tx: Transaction, transfer_id: str, etag: str) -> Transfer:
    """approved → picking."""
    return await act(tx, TRANSFERS, transfer_id, etag, lambda transfer: transfer.pick(tx.caller.id))


async def ship(tx: Transaction, transfer_id: str, etag: str, means: Mapping[str, str], contacts: Mapping[str, str]) -> Transfer:
    """picking → shipped: on_hand and reserved fall, in_transit rises."""
    transfer = await loaded(tx, TRANSFERS, transfer_id, etag)
    for name, value in contacts.items():
        if value:
            setattr(transfer, name, value)
    event = transfer.ship(means["carrier"], means["vehicle"], means["pass_number"], tx.now)
    road = on_the_road(transfer.name)
    promised, lots = await ledger.take(tx, transfer.name)
    entries: list[Entry] = []
    for each in promised:
        entries += moved(lots[each.lot_id].account, road, each.item_id, each.quantity)
        lots[each.lot_id].in_transit += each.quantity
    if transfer.asked_of == UPPER:
        entries = [entry for line in transfer.lines if line.sent for entry in moved(UPPER_ACCOUNT, road, line.item_id, line.sent)]
    await _post(tx, transfer, TRANSFER_OUT, entries, lots)
    return await saved(tx, TRANSFERS, transfer, event)


async def _post(tx: Transaction, transfer: Transfer, kind: str, entries: list[Entry], lots: dict[str, Lot]) -> None:
    if not entries:
        return
    movement = ledger.movement_of(
        tx, kind, transfer.region_code, holder=transfer.name, incident=transfer.incident, exercise_id=transfer.exercise_id, document=transfer.number
    )
    await ledger.post(tx, movement, entries, lots)


async def receive(tx: Transaction, transfer_id: str, etag: str, arrived: Mapping[str, str], receiver: str) -> Transfer:
    """shipped → received or discrepancy: what arrived in order goes into the receiving store, or to the place of use that answers for it."""
    transfer = await loaded(tx, TRANSFERS, transfer_id, etag)
    event = transfer.receive(await _quantities(tx, arrived), receiver, tx.now)
    parts = [(line.item_id, part, quantity) for line in transfer.lines for part, quantity in line.share() if quantity]
    sources = await LOTS.load_all(tx, [part.lot_id for _, part, _ in parts])
    lots, entries = dict(sources), list[Entry]()
    road = on_the_road(transfer.name)
    for item_id, part, quantity in parts:
        source = sources[part.lot_id]
        source.in_transit -= quantity
        target = await _target(tx, transfer, source, lots)
        entries += moved(road, target, item_id, quantity)
    if transfer.asked_of == UPPER:
        for line in transfer.lines:
            ok = min(line.received or ZERO, line.sent)
            entries += moved(road, await _new_target(tx, transfer, line.item_id, lots), line.item_id, ok) if ok else []
    await _post(tx, transfer, TRANSFER_IN, entries, lots)
    await cancel_timer(tx, "transfer_overdue", transfer.id)
    return await saved(tx, TRANSFERS, transfer, event)


async def _target(tx: Transaction, transfer: Transfer, source: Lot, lots: dict[str, Lot]) -> str:
    """The account that takes what arrived: a lot of the same batch in the receiving store, or the place of use."""
    if not transfer.to_store_id:
        return issued_to(transfer.name)
    store = await STORES.get(tx.connection, transfer.to_store_id)
    lot = Lot(
        id=new_id(), create_at=tx.now, update_at=tx.now, store_id=store.id, item_id=source.item_id, mode=source.mode, batch=source.batch,
        produce_date=source.produce_date, expire_date=source.expire_date, supplier=source.supplier, region_code=store.region_code,
        exercise_id=transfer.exercise_id,
    )  # fmt: skip
    await LOTS.add(tx, lot)
    lots[lot.id] = lot
    return lot.account


async def _new_target(tx: Transaction, transfer: Transfer, item_id: str, lots: dict[str, Lot]) -> str:
    blank = Lot(id="", create_at=tx.now, update_at=tx.now, store_id="", item_id=item_id, mode="physical", region_code="", supplier="upper")
    return await _target(tx, transfer, blank, lots)


async def settle(tx: Transaction, transfer_id: str, etag: str, explanation: str) -> Transfer:
    """discrepancy → received: an adjusting entry clears what is still on the road, or takes a surplus in."""
    transfer = await loaded(tx, TRANSFERS, transfer_id, etag)
    event = transfer.settle(explanation)
    lots = await LOTS.load_all(tx, [part.lot_id for line in transfer.lines for part in line.picks])
    entries: list[Entry] = []
    for line in transfer.lines:
        missing = line.sent - (line.received or ZERO)
        for part in line.picks:
            lots[part.lot_id].in_transit -= part.quantity - part.received
        if missing > 0:
            entries += moved(on_the_road(transfer.name), ADJUST, line.item_id, missing)
        elif missing < 0:
            source = lots[line.picks[0].lot_id] if line.picks else None
            target = await _target(tx, transfer, source, lots) if source else await _new_target(tx, transfer, line.item_id, lots)
            entries += moved(ADJUST, target, line.item_id, -missing)
    await _post(tx, transfer, COUNT_ADJUST, entries, lots)
    return await saved(tx, TRANSFERS, transfer, event)


async def cancel(tx: Transaction, transfer_id: str, etag: str, reason: str) -> Transfer:
    """approved, picking → cancelled: the reservation is free again."""
    transfer = await loaded(tx, TRANSFERS, transfer_id, etag)
    event = transfer.cancel(reason)
    await ledger.release(tx, transfer.name)
    await cancel_timer(tx, "transfer_overdue", transfer.id)
    return await saved(tx, TRANSFERS, transfer, event)


@dataclass(frozen=True, slots=True)
class Returned:
    """What comes back, and to which lot; empty for the one it came from."""

    item_id: str
    lot_id: str
    quantity: str


async def give_back(tx: Transaction, transfer_id: str, etag: str, returned: list[Returned]) -> Transfer:
    """received → returning: what was used comes back into a lot."""
    transfer = await loaded(tx, TRANSFERS, transfer_id, etag)
    items = await stock.items_of(tx.connection, [each.item_id for each in returned])
    quantities: dict[str, Decimal] = {}
    goes: list[tuple[str, str, Decimal]] = []
    for each in returned:
        quantity = items[each.item_id].quantity(each.quantity, "lines.quantity")
        picks = transfer.line(each.item_id).picks
        goes.append((each.lot_id or (picks[0].lot_id if picks else ""), each.item_id, quantity))
        quantities[each.item_id] = quantities.get(each.item_id, ZERO) + quantity
    event = transfer.give_back(quantities)
    lots = await LOTS.load_all(tx, [lot_id for lot_id, _, _ in goes])
    for lot_id in {each.lot_id for each in returned if each.lot_id}:
        visible(tx.caller, lots[lot_id])
    entries = [entry for lot_id, item_id, quantity in goes for entry in moved(issued_to(transfer.name), lots[lot_id].account, item_id, quantity)]
    await _post(tx, transfer, RETURN, entries, lots)
    return await saved(tx, TRANSFERS, transfer, event)


async def close(tx: Transaction, transfer_id: str, etag: str) -> Transfer:
    """received, returning → closed: reusables are back or written off with approval; what is used up is written off here."""
    transfer = await loaded(tx, TRANSFERS, transfer_id, etag)
    out = await stock.held_by(tx.connection, issued_to(transfer.name))
    items: dict[str, Item] = await stock.items_of(tx.connection, out)
    event = transfer.close(out)
    for item_id, quantity in out.items():
        if items[item_id].reusable:
            raise errors.reusables_not_counted(f"items/{item_id}", quantity)
    entries = [entry for item_id, quantity in out.items() for entry in moved(issued_to(transfer.name), CONSUMED, item_id, quantity)]
    await _post(tx, transfer, CONSUME, entries, {})
    return await saved(tx, TRANSFERS, transfer, event)


async def file_paperwork(tx: Transaction, transfer_id: str, etag: str, document: str) -> Transfer:
    """File the owed paper, by another person than who asked; the debt is paid."""
    await cancel_timer(tx, "paperwork_overdue", transfer_id)
    return await act(tx, TRANSFERS, transfer_id, etag, lambda transfer: transfer.file_paperwork(tx.caller.id, document, tx.now))


async def paperwork_overdue(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """48 h are over and the paper is not there (R-M2)."""
    transfer = await TRANSFERS.load(tx, str(payload["subject"]))
    if transfer.paperwork_filed_at is None and not transfer.paperwork_overdue:
        transfer.paperwork_overdue = True
        await saved(tx, TRANSFERS, transfer, PaperworkOverdue(transfer.id, transfer.approver))


async def overdue(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """It is needed now and not there."""
    transfer = await TRANSFERS.load(tx, str(payload["subject"]))
    if transfer.state in WAITING and not transfer.overdue:
        transfer.overdue = True
        await saved(tx, TRANSFERS, transfer, TransferOverdue(transfer.id, transfer.state))


async def get(engine: AsyncEngine, caller: Caller, transfer_id: str) -> Transfer:
    """One transfer the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await TRANSFERS.get(connection, transfer_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str, incident: str) -> tuple[list[Transfer], str]:
    """Transfers the caller may see, newest first."""
    async with engine.connect() as connection:
        return await orders.transfers_page(connection, page(size, token, state, incident, caller.regions), caller.regions, state, incident)
