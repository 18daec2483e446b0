"""Pre-positions 预置 and standby orders 备用."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import cancel as cancel_timer
from chassis.timers import schedule
from services.resources import errors
from services.resources.model.allocation import allocate, in_hand, ranked
from services.resources.model.catalogue import ZERO
from services.resources.model.movement import CONSUME, CONSUMED, SCRAP, Movement, MovementLine, moved
from services.resources.model.position import STANDBY, PrePosition, PrePositionLine, StandbyOrder, StandbyRule
from services.resources.model.stock import EXPIRED
from services.resources.repository import orders, places, stock
from services.resources.repository.collections import ITEMS, MOVEMENTS, PRE_POSITIONS, STANDBY_RULES, STANDBYS
from services.resources.use_cases import ledger
from services.resources.use_cases.acting import beijing_day, create, exercise_of, loaded, noted, saved, visible
from services.resources.use_cases.transfers import Around

COUNTY_DIGITS = 6
STANDBY_FOR = timedelta(hours=72)
"""How long a standby is kept unless it is let go or made anew."""


async def order(tx: Transaction, position: PrePosition, around: Around) -> PrePosition:
    """– → ordered: all the stock is reserved or nothing is (A11)."""
    check_region(tx.caller, position.region_code)
    position.exercise_id = await exercise_of(tx, position.incident, position.exercise_id)
    units = await places.units_named(tx.connection, [id_of(name, "units", "units") for name in position.units])
    for name in position.units:
        if name.removeprefix("units/") not in units:
            raise errors.unit_not_registered(name)
    tx.resource = position.name
    position.lines = await _reserved(tx, position, around)
    return await create(tx, PRE_POSITIONS, position, position.order())


async def _reserved(tx: Transaction, position: PrePosition, around: Around) -> list[PrePositionLine]:
    """The lines, each from one lot; INSUFFICIENT with what there truly is."""
    if not position.lines:
        return []
    items = await stock.items_of(tx.connection, [line.item_id for line in position.lines])
    today = beijing_day(tx.now)
    near = (position.lon, position.lat)
    found = await stock.candidates(tx.connection, list(items), tx.caller.regions, position.exercise_id, near, today, lock=True)
    reserved: list[PrePositionLine] = []
    for line in position.lines:
        item = items[line.item_id]
        quantity = item.quantity(str(line.quantity), "lines.quantity")
        fit = [
            each for each in in_hand(found) if each.lot.item_id == item.id and line.lot_id in ("", each.lot.id) and position.store_id in ("", each.lot.store_id)
        ]
        for each in fit:
            tx.seen(each.lot.name, each.lot)
        parts, missing = allocate(fit, quantity, today)
        if missing:
            available = sum((each.lot.available(today) for each in fit), ZERO)
            raise errors.insufficient(f"items/{item.id}", quantity, available, [f"neighbour {code}" for code in around.neighbours])
        await ledger.reserve(tx, parts, position.name, incident=position.incident, exercise_id=position.exercise_id)
        for lot, part in parts:
            reserved.append(
                PrePositionLine(item_id=item.id, quantity=part, lot_id=lot.id, display_name=item.display_name, unit_of_measure=item.unit_of_measure)
            )
    return reserved


async def complete(tx: Transaction, position_id: str, etag: str, used: Mapping[str, tuple[str, str]]) -> PrePosition:
    """ordered → completed: consumed is posted, lost waits as a draft for its write-off, the rest is free again."""
    position = await loaded(tx, PRE_POSITIONS, position_id, etag)
    items = await stock.items_of(tx.connection, used)
    consumed = {item_id: items[item_id].quantity(text, "lines.consumed", zero=True) for item_id, (text, _) in used.items() if text}
    lost = {item_id: items[item_id].quantity(text, "lines.lost", zero=True) for item_id, (_, text) in used.items() if text}
    event = position.complete(consumed, lost)
    _, lots = await ledger.take(tx, position.name)
    where = {"holder": position.name, "incident": position.incident, "exercise_id": position.exercise_id}
    entries = [entry for line in position.lines if line.consumed for entry in moved(lots[line.lot_id].account, CONSUMED, line.item_id, line.consumed)]
    if lots:
        await _post_or_save(tx, ledger.movement_of(tx, CONSUME, position.region_code, **where), entries, lots)
    gone = [line for line in position.lines if line.lost]
    if gone:
        draft = ledger.movement_of(tx, SCRAP, position.region_code, reason=position.name, **where)
        draft.state, draft.post_at = "draft", None
        draft.lines = [MovementLine(line.lot_id, line.item_id, line.lost) for line in gone]
        await MOVEMENTS.add(tx, draft)
        parts = [(lots[line.lot_id], line.lost) for line in gone]
        await ledger.reserve(tx, parts, draft.name, incident=position.incident, exercise_id=position.exercise_id, even_expired=True)
        noted(tx, draft)
    return await saved(tx, PRE_POSITIONS, position, event)


async def _post_or_save(tx: Transaction, movement: Movement, entries: list[Any], lots: Mapping[str, Any]) -> None:
    if entries:
        await ledger.post(tx, movement, entries, lots)
    else:
        await ledger.keep(tx, lots)


async def cancel(tx: Transaction, position_id: str, etag: str, reason: str) -> PrePosition:
    """ordered → cancelled: the stock is free again."""
    position = await loaded(tx, PRE_POSITIONS, position_id, etag)
    event = position.cancel(reason)
    await ledger.release(tx, position.name)
    return await saved(tx, PRE_POSITIONS, position, event)


async def stand_by(tx: Transaction, standby: StandbyOrder) -> StandbyOrder:
    """– → open: holds softly what there is, shows what is short, and lapses by itself. Never refuses for want of stock."""
    standby.exercise_id = await exercise_of(tx, standby.incident, standby.exercise_id)
    standby.expire_at = tx.now + STANDBY_FOR
    tx.resource = standby.name
    for line in standby.lines:
        line.held = ZERO
    if any(line.item_id and line.quantity for line in standby.lines):
        await _hold(tx, standby)
    await schedule(tx, "standby_expiry", standby.id, standby.expire_at)
    return await create(tx, STANDBYS, standby, standby.order())


async def _hold(tx: Transaction, standby: StandbyOrder) -> None:
    wanted = [line for line in standby.lines if line.item_id and line.quantity]
    items = await stock.items_of(tx.connection, [line.item_id for line in wanted])
    today = beijing_day(tx.now)
    found = await stock.candidates(tx.connection, list(items), _county(tx, standby), standby.exercise_id, None, today, lock=True)
    for line in wanted:
        line.quantity = items[line.item_id].quantity(str(line.quantity), "lines.quantity")
        line.wanted = line.wanted or items[line.item_id].display_name
        left = line.quantity
        for each in ranked(in_hand(found)):
            part: Decimal = min(left, each.lot.unclaimed(today)) if each.lot.item_id == line.item_id else ZERO
            if part > 0:
                tx.seen(each.lot.name, each.lot)
                await ledger.hold(tx, [(each.lot, part)], standby.name, incident=standby.incident, exercise_id=standby.exercise_id, until=standby.expire_at)
                left -= part
        line.held = line.quantity - left


def _county(tx: Transaction, standby: StandbyOrder) -> tuple[str, ...]:
    """Where a standby may hold stock: in the caller's regions, and where these are everywhere (a consumer's are) in the county it is for."""
    county = standby.region_code[:COUNTY_DIGITS]
    return (county,) if "" in tx.caller.regions and county else tx.caller.regions


async def release_standby(tx: Transaction, standby_id: str, etag: str, reason: str) -> StandbyOrder:
    """open → released."""
    standby = await loaded(tx, STANDBYS, standby_id, etag)
    event = standby.end(reason, expired=False)
    await ledger.release(tx, standby.name)
    await cancel_timer(tx, "standby_expiry", standby.id)
    return await saved(tx, STANDBYS, standby, event)


async def standby_expired(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """open → expired: its time ran out."""
    standby = await STANDBYS.load(tx, str(payload["subject"]))
    if "expire" in STANDBY.allowed(standby.state):
        event = standby.end("", expired=True)
        await ledger.release(tx, standby.name, EXPIRED)
        await saved(tx, STANDBYS, standby, event)


async def end_standbys_of(tx: Transaction, source: str) -> None:
    """Let go of every standby that follows from an activation or alert that ended."""
    for each in await orders.standbys_of(tx.connection, source):
        await release_standby(tx, each.id, "", source)


async def get(engine: AsyncEngine, caller: Caller, position_id: str) -> PrePosition:
    """One pre-position the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await PRE_POSITIONS.get(connection, position_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str, incident: str) -> tuple[list[PrePosition], str]:
    """Pre-positions the caller may see."""
    asked = page(size, token, state, incident, caller.regions)
    async with engine.connect() as connection:
        return await orders.page_of(connection, PRE_POSITIONS, asked, caller.regions, state=state, incident=incident)


async def get_standby(engine: AsyncEngine, caller: Caller, standby_id: str) -> StandbyOrder:
    """One standby the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await STANDBYS.get(connection, standby_id))


async def standbys_page(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str, incident: str) -> tuple[list[StandbyOrder], str]:
    """Standbys the caller may see."""
    asked = page(size, token, state, incident, caller.regions)
    async with engine.connect() as connection:
        return await orders.page_of(connection, STANDBYS, asked, caller.regions, state=state, incident=incident)


async def create_rule(tx: Transaction, rule: StandbyRule) -> StandbyRule:
    """Enter a rule for alerts."""
    item = await ITEMS.get(tx.connection, rule.item_id)
    rule.quantity = item.quantity(str(rule.quantity), "standby_rule.quantity")
    return await create(tx, STANDBY_RULES, rule)


async def rules_page(engine: AsyncEngine, caller: Caller, size: int, token: str) -> tuple[list[StandbyRule], str]:
    """Rules the caller may see."""
    async with engine.connect() as connection:
        return await orders.page_of(connection, STANDBY_RULES, page(size, token, caller.regions), caller.regions)
