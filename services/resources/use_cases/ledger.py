"""The one place where stock moves: reservations and postings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from chassis.ids import new_id
from chassis.journal import Transaction
from services.resources import errors
from services.resources.model.catalogue import StockBelowQuota
from services.resources.model.movement import Entry, Movement, MovementLine, StockPosted, check_balance
from services.resources.model.position import StandbyOrder
from services.resources.model.stock import ACTIVE, DISPLACED, HARD, RELEASED, SOFT, USED, Lot, Reservation, StockLine, StockReleased, StockReserved
from services.resources.repository import stock
from services.resources.repository.collections import LOTS, MOVEMENTS, RESERVATIONS, STANDBYS
from services.resources.use_cases.acting import beijing_day, noted, saved

Parts = Iterable[tuple[Lot, Decimal]]


def movement_of(tx: Transaction, kind: str, region_code: str, **more: str) -> Movement:
    """A posting that the caller writes now."""
    fixed = {"id": new_id(), "kind": kind, "region_code": region_code, "author": tx.caller.id}
    return Movement(**(fixed | more), create_at=tx.now, update_at=tx.now, post_at=tx.now)  # type: ignore[arg-type]  # all of these are texts


async def post(tx: Transaction, movement: Movement, entries: Sequence[Entry], lots: Mapping[str, Lot], *, new: bool = True) -> Movement:
    """Book the entries: lots and holdings change with them or not at all. `lots` are locked; a draft that is approved is not new."""
    check_balance(entries)
    before = {lot_id: lot.on_hand for lot_id, lot in lots.items()}
    for entry in entries:
        if entry.lot_id:
            lot = lots[entry.lot_id]
            if lot.item_id != entry.item_id:
                raise errors.wrong_lot(lot.name, f"items/{entry.item_id}")
            lot.move(entry.quantity)
        elif entry.bounded:
            await stock.book_holding(tx, entry.account, entry.item_id, entry.quantity)
    if new:
        movement.lines = movement.lines or _lines(entries)
        await MOVEMENTS.add(tx, movement)
    await stock.add_entries(tx, movement.id, entries)
    for lot in lots.values():
        await saved(tx, LOTS, lot)
    first = next(iter(lots.values()), None)
    told = [StockLine(f"items/{line.item_id}", line.quantity, lot=f"lots/{line.lot_id}" if line.lot_id else "") for line in movement.lines]
    noted(
        tx, movement, StockPosted(first.store_id if first else movement.id, movement.kind, told, movement.holder, f"stores/{first.store_id}" if first else "")
    )
    await _check_quotas(tx, movement, [lot for lot_id, lot in lots.items() if lot.on_hand < before[lot_id]], before)
    return movement


def _lines(entries: Sequence[Entry]) -> list[MovementLine]:
    """What moved, told by the lots it left or reached; by what arrived where no lot is concerned."""
    of_lots = [MovementLine(entry.lot_id, entry.item_id, abs(entry.quantity)) for entry in entries if entry.lot_id]
    return of_lots or [MovementLine("", entry.item_id, entry.quantity) for entry in entries if entry.quantity > 0]


async def _check_quotas(tx: Transaction, movement: Movement, lowered: Sequence[Lot], before: Mapping[str, Decimal]) -> None:
    """Tell of every quota that this posting broke."""
    real = [lot for lot in lowered if not lot.exercise_id]
    if not real:
        return
    for gap in await stock.quota_gaps(tx.connection, beijing_day(tx.now), item_ids={lot.item_id for lot in real}):
        quota = gap.stock_quota
        took = sum(before[lot.id] - lot.on_hand for lot in real if lot.item_id == quota.item_id and lot.region_code.startswith(quota.region_code))
        if took and gap.on_hand + took >= quota.minimum:
            fact = StockBelowQuota(quota.id, quota.name, f"items/{quota.item_id}", quota.org, quota.minimum, gap.on_hand)
            tx.changed(quota.name, quota, fact, version=quota.version, region_code=quota.region_code, incident=movement.incident)


async def reserve(tx: Transaction, parts: Parts, holder: str, *, incident: str = "", exercise_id: str = "", even_expired: bool = False) -> None:
    """Promise parts of locked lots firmly, all or (by the transaction) none; standbys give way."""
    for lot, quantity in parts:
        displaced = lot.reserve(quantity, beijing_day(tx.now), even_expired=even_expired)
        if displaced:
            await _displace(tx, lot, displaced, incident)
        await _promise(tx, lot, quantity, HARD, holder, incident=incident, exercise_id=exercise_id)


async def hold(tx: Transaction, parts: Parts, holder: str, *, incident: str, exercise_id: str, until: datetime) -> None:
    """Promise parts of locked lots softly."""
    for lot, quantity in parts:
        lot.hold(quantity, beijing_day(tx.now))
        await _promise(tx, lot, quantity, SOFT, holder, incident=incident, exercise_id=exercise_id, until=until)


async def _promise(
    tx: Transaction, lot: Lot, quantity: Decimal, kind: str, holder: str, *, incident: str, exercise_id: str, until: datetime | None = None
) -> None:
    made = Reservation(
        id=new_id(), create_at=tx.now, update_at=tx.now, lot_id=lot.id, item_id=lot.item_id, quantity=quantity, kind=kind, holder=holder,
        incident=incident, exercise_id=exercise_id, region_code=lot.region_code, expire_at=until,
    )  # fmt: skip
    await RESERVATIONS.add(tx, made)
    await saved(tx, LOTS, lot)
    noted(tx, made, StockReserved(lot.id, lot.name, f"items/{lot.item_id}", quantity, kind, holder))


async def _displace(tx: Transaction, lot: Lot, quantity: Decimal, incident: str) -> None:
    """Let standbys give way: those of the same incident first, for whom it was kept; then the newest."""
    left = quantity
    for soft in await stock.soft_on(tx.connection, lot.id, incident):
        if left <= 0:
            break
        part = min(left, soft.quantity)
        left -= part
        lot.free(part, SOFT)
        if part == soft.quantity:
            soft.state = DISPLACED
        else:
            soft.quantity -= part
        told = StockReleased(lot.id, lot.name, f"items/{lot.item_id}", part, soft.holder, DISPLACED)
        await saved(tx, RESERVATIONS, soft, told)
        await _tell_standby(tx, soft.holder, lot.item_id, part)


async def _tell_standby(tx: Transaction, holder: str, item_id: str, part: Decimal) -> None:
    collection, _, order_id = holder.partition("/")
    if collection != StandbyOrder.COLLECTION:
        return
    order = await STANDBYS.load(tx, order_id)
    for line in order.lines:
        if line.item_id == item_id:
            taken = min(part, line.held)
            line.held, part = line.held - taken, part - taken
    await saved(tx, STANDBYS, order)


async def release(tx: Transaction, holder: str, state: str = RELEASED) -> None:
    """End what an order was promised, without a movement."""
    reservations, lots = await _promised(tx, holder)
    for each in reservations:
        lot = lots[each.lot_id]
        lot.free(each.quantity, each.kind)
        each.state = state
        await saved(tx, RESERVATIONS, each, StockReleased(lot.id, lot.name, f"items/{lot.item_id}", each.quantity, holder, state))
    for lot in lots.values():
        await saved(tx, LOTS, lot)


async def take(tx: Transaction, holder: str) -> tuple[list[Reservation], dict[str, Lot]]:
    """End what an order was promised because it moves now; the lots stay locked for the posting."""
    reservations, lots = await _promised(tx, holder)
    for each in reservations:
        lots[each.lot_id].free(each.quantity, each.kind)
        each.state = USED
        await saved(tx, RESERVATIONS, each)
    return reservations, lots


async def _promised(tx: Transaction, holder: str) -> tuple[list[Reservation], dict[str, Lot]]:
    found = await stock.reservations_of(tx.connection, holder)
    lots = await LOTS.load_all(tx, [each.lot_id for each in found])
    current = [each for each in await stock.reservations_of(tx.connection, holder) if each.state == ACTIVE and each.lot_id in lots]
    return current, lots


async def take_now(tx: Transaction, parts: Parts, *, incident: str = "", even_expired: bool = False) -> None:
    """Free parts of locked lots for a posting in the same command: nothing that is firmly promised, standbys give way."""
    for lot, quantity in parts:
        displaced = lot.reserve(quantity, beijing_day(tx.now), even_expired=even_expired)
        if displaced:
            await _displace(tx, lot, displaced, incident)
        lot.free(quantity, HARD)


async def keep(tx: Transaction, lots: Mapping[str, Lot]) -> None:
    """Save lots of which something was freed and nothing moved."""
    for lot in lots.values():
        await saved(tx, LOTS, lot)
