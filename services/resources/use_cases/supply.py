"""Agreements with suppliers, calls on them, and donations."""

from collections.abc import Mapping
from datetime import timedelta
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
from services.resources.model.catalogue import AGREEMENT, CAPACITY, DONATION, Store
from services.resources.model.movement import CONSUME, CONSUMED, DONATED, DONATION_IN, RECEIPT, SUPPLIER, TRANSFER_IN, issued_to, moved
from services.resources.model.stock import Lot
from services.resources.model.supply import CALL_OFF, CallOff, Donation, ReserveAgreement
from services.resources.repository import orders, stock
from services.resources.repository.collections import AGREEMENTS, CALL_OFFS, DONATIONS, ITEMS, LOTS, STORES
from services.resources.use_cases import ledger
from services.resources.use_cases.acting import act, beijing_day, create, exercise_of, loaded, saved, visible
from services.resources.use_cases.movements import announce_expiry, put_in


async def create_agreement(tx: Transaction, agreement: ReserveAgreement) -> ReserveAgreement:
    """Enter an agreement; what may be called becomes a lot in the supplier's place."""
    store = visible(tx.caller, await STORES.get(tx.connection, agreement.store_id))
    item = await ITEMS.get(tx.connection, agreement.item_id)
    quantity = item.quantity(str(agreement.quantity), "reserve_agreement.quantity")
    mode = CAPACITY if agreement.capacity_per_day else AGREEMENT
    lot = _new_lot(tx, store, item.id, mode, supplier=agreement.supplier)
    tx.resource = agreement.name
    await put_in(tx, lot, item, store, quantity, RECEIPT, SUPPLIER, holder=agreement.name)
    agreement.lot_id, agreement.region_code, agreement.breaches = lot.id, store.region_code, 0
    return await create(tx, AGREEMENTS, agreement)


def _new_lot(tx: Transaction, store: Store, item_id: str, mode: str, *, supplier: str = "", exercise_id: str = "") -> Lot:
    return Lot(
        id=new_id(), create_at=tx.now, update_at=tx.now, store_id=store.id, item_id=item_id, mode=mode, supplier=supplier,
        region_code=store.region_code, exercise_id=exercise_id,
    )  # fmt: skip


async def issue(tx: Transaction, call: CallOff) -> CallOff:
    """Call on an agreement: reserves what is called; no answer in the agreed time is a breach."""
    agreement = visible(tx.caller, await AGREEMENTS.get(tx.connection, call.reserve_agreement_id))
    agreement.check_valid(beijing_day(tx.now))
    item = await ITEMS.get(tx.connection, agreement.item_id)
    call.quantity = item.quantity(str(call.quantity))
    call.supplier, call.item_id = agreement.supplier, agreement.item_id
    call.exercise_id = await exercise_of(tx, call.incident, call.exercise_id)
    if call.to_store_id:
        store = await STORES.get(tx.connection, call.to_store_id)
        call.region_code, call.place = store.region_code, call.place or store.display_name
    call.region_code = call.region_code or agreement.region_code
    check_region(tx.caller, call.region_code)
    promised = timedelta(minutes=agreement.response_minutes)
    call.answer_due_at, call.arrival_due_at = tx.now + promised / 2, tx.now + promised
    event = call.issue()
    tx.resource = call.name
    lots = await LOTS.load_all(tx, [agreement.lot_id])
    await ledger.reserve(tx, [(lots[agreement.lot_id], call.quantity)], call.name, incident=call.incident, exercise_id=call.exercise_id)
    await schedule(tx, "call_off_answer", call.id, call.answer_due_at)
    return await create(tx, CALL_OFFS, call, event)


async def confirm(tx: Transaction, call_id: str, etag: str) -> CallOff:
    """issued → confirmed."""
    await cancel_timer(tx, "call_off_answer", call_id)
    return await act(tx, CALL_OFFS, call_id, etag, lambda call: call.confirm())


async def refuse(tx: Transaction, call_id: str, etag: str, reason: str) -> CallOff:
    """issued → refused: a breach."""
    return await _breach(tx, await loaded(tx, CALL_OFFS, call_id, etag), reason, timed_out=False)


async def call_timed_out(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """issued → timed_out: a breach; does nothing when the supplier answered."""
    call = await CALL_OFFS.load(tx, str(payload["subject"]))
    if "time_out" in CALL_OFF.allowed(call.state):
        await _breach(tx, call, "", timed_out=True)


async def _breach(tx: Transaction, call: CallOff, reason: str, *, timed_out: bool) -> CallOff:
    event = call.breach(reason, timed_out=timed_out)
    await ledger.release(tx, call.name)
    agreement = await AGREEMENTS.load(tx, call.reserve_agreement_id)
    agreement.breaches += 1
    await saved(tx, AGREEMENTS, agreement)
    await cancel_timer(tx, "call_off_answer", call.id)
    return await saved(tx, CALL_OFFS, call, event)


async def dispatch(tx: Transaction, call_id: str, etag: str) -> CallOff:
    """confirmed → delivering."""
    return await act(tx, CALL_OFFS, call_id, etag, lambda call: call.dispatch())


async def deliver(tx: Transaction, call_id: str, etag: str, quantity: str) -> CallOff:
    """delivering → delivered: from the supplier's lot into our store, or to the place of use; what did not come stays callable."""
    call = await loaded(tx, CALL_OFFS, call_id, etag)
    item = await ITEMS.get(tx.connection, call.item_id)
    event = call.deliver(item.quantity(quantity))
    arrived = item.quantity(quantity)
    _, lots = await ledger.take(tx, call.name)
    source = next(iter(lots.values()))
    target = issued_to(call.name)
    if call.to_store_id:
        store = await STORES.get(tx.connection, call.to_store_id)
        lot = _new_lot(tx, store, item.id, "physical", supplier=call.supplier, exercise_id=call.exercise_id)
        lot.expire_date = item.expires(beijing_day(tx.now), None)
        await LOTS.add(tx, lot)
        await announce_expiry(tx, lot)
        lots[lot.id] = lot
        target = lot.account
    movement = ledger.movement_of(tx, TRANSFER_IN, call.region_code, holder=call.name, incident=call.incident, exercise_id=call.exercise_id)
    await ledger.post(tx, movement, moved(source.account, target, item.id, arrived), lots)
    return await saved(tx, CALL_OFFS, call, event)


async def settle(tx: Transaction, call_id: str, etag: str, cost_fen: int) -> CallOff:
    """delivered → settled."""
    return await act(tx, CALL_OFFS, call_id, etag, lambda call: call.settle(cost_fen))


async def pledge(tx: Transaction, donation: Donation) -> Donation:
    """– → pledged."""
    items = await stock.items_of(tx.connection, [line.item_id for line in donation.lines])
    for line in donation.lines:
        line.quantity, line.lot_id = items[line.item_id].quantity(str(line.quantity), "lines.quantity"), ""
    donation.exercise_id = await exercise_of(tx, donation.incident, donation.exercise_id)
    return await create(tx, DONATIONS, donation, donation.pledge())


async def receive_donation(tx: Transaction, donation_id: str, etag: str) -> Donation:
    """pledged → received."""
    return await act(tx, DONATIONS, donation_id, etag, lambda donation: donation.receive(tx.now))


async def register(tx: Transaction, donation_id: str, etag: str, store_id: str) -> Donation:
    """received → registered: each line becomes a lot of the mode donation."""
    donation = await loaded(tx, DONATIONS, donation_id, etag)
    store = visible(tx.caller, await STORES.get(tx.connection, store_id))
    items = await stock.items_of(tx.connection, [line.item_id for line in donation.lines])
    lots = [_new_lot(tx, store, line.item_id, DONATION, exercise_id=donation.exercise_id) for line in donation.lines]
    event = donation.register(store_id, [lot.id for lot in lots])
    for lot, line in zip(lots, donation.lines, strict=True):
        lot.expire_date = line.expire_date
        await put_in(tx, lot, items[line.item_id], store, line.quantity, DONATION_IN, DONATED, holder=donation.name)
    return await saved(tx, DONATIONS, donation, event)


async def allocate(tx: Transaction, donation_id: str, etag: str, recipient: str) -> Donation:
    """registered → allocated: the goods are reserved for who gets them."""
    donation = await loaded(tx, DONATIONS, donation_id, etag)
    donation.allocate(recipient)
    lots = await LOTS.load_all(tx, [line.lot_id for line in donation.lines])
    parts: list[tuple[Lot, Decimal]] = [(lots[line.lot_id], line.quantity) for line in donation.lines]
    await ledger.reserve(tx, parts, donation.name, incident=donation.incident, exercise_id=donation.exercise_id)
    return await saved(tx, DONATIONS, donation)


async def distribute(tx: Transaction, donation_id: str, etag: str) -> Donation:
    """allocated → distributed."""
    donation = await loaded(tx, DONATIONS, donation_id, etag)
    event = donation.distribute(tx.now)
    promised, lots = await ledger.take(tx, donation.name)
    entries = [entry for each in promised for entry in moved(lots[each.lot_id].account, CONSUMED, each.item_id, each.quantity)]
    movement = ledger.movement_of(tx, CONSUME, donation.region_code, holder=donation.name, incident=donation.incident, exercise_id=donation.exercise_id)
    await ledger.post(tx, movement, entries, lots)
    return await saved(tx, DONATIONS, donation, event)


async def publish(tx: Transaction, donation_id: str, etag: str) -> Donation:
    """distributed → published."""
    return await act(tx, DONATIONS, donation_id, etag, lambda donation: donation.publish(tx.now))


async def decline(tx: Transaction, donation_id: str, etag: str, reason: str) -> Donation:
    """pledged, received → rejected."""
    return await act(tx, DONATIONS, donation_id, etag, lambda donation: donation.decline(reason))


async def get_agreement(engine: AsyncEngine, caller: Caller, agreement_id: str) -> ReserveAgreement:
    """One agreement the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await AGREEMENTS.get(connection, agreement_id))


async def agreements_page(engine: AsyncEngine, caller: Caller, size: int, token: str, item_id: str) -> tuple[list[ReserveAgreement], str]:
    """Agreements the caller may see."""
    async with engine.connect() as connection:
        return await orders.page_of(connection, AGREEMENTS, page(size, token, item_id, caller.regions), caller.regions, item_id=item_id)


async def get_call(engine: AsyncEngine, caller: Caller, call_id: str) -> CallOff:
    """One call the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await CALL_OFFS.get(connection, call_id))


async def calls_page(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str, incident: str) -> tuple[list[CallOff], str]:
    """Calls the caller may see."""
    asked = page(size, token, state, incident, caller.regions)
    async with engine.connect() as connection:
        return await orders.page_of(connection, CALL_OFFS, asked, caller.regions, state=state, incident=incident)


async def get_donation(engine: AsyncEngine, caller: Caller, donation_id: str) -> Donation:
    """One donation the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await DONATIONS.get(connection, donation_id))


async def donations_page(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str) -> tuple[list[Donation], str]:
    """Donations the caller may see."""
    async with engine.connect() as connection:
        return await orders.page_of(connection, DONATIONS, page(size, token, state, caller.regions), caller.regions, state=state)
