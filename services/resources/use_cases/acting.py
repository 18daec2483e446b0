"""What every command does around its decision."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from chassis.access import check_region, within
from chassis.clock import BEIJING
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.store import Store as Rows
from services.resources import errors
from services.resources.model.record import Record
from services.resources.repository import known

R = TypeVar("R", bound=Record)
Events = Iterable[object] | object | None


def beijing_day(moment: datetime) -> date:
    """The day it is in Beijing: stock expires and half-years end by it."""
    return moment.astimezone(BEIJING).date()


def order_number(letters: str, region_code: str, record: Record) -> str:
    """Human number of an order: letters, county, day in Beijing, last six characters of the id."""
    return f"{letters}{region_code[:6]}-{record.create_at.astimezone(BEIJING):%Y%m%d}-{record.id[-6:].upper()}"


def noted(tx: Transaction, record: R, *events: object) -> R:
    """Write down what a command left, with the place and the incident its facts belong to."""
    where: dict[str, Any] = {name: getattr(record, name, "") for name in ("region_code", "incident", "exercise_id")}
    tx.changed(record.name, record, *events, version=record.version, **where)
    return record


def visible(caller: Caller, record: R) -> R:
    """The record, or NOT_FOUND when it lies outside the caller's jurisdiction."""
    region = getattr(record, "region_code", "")
    if region and not within(caller, region):
        raise not_found(record.name)
    return record


async def loaded(tx: Transaction, collection: Rows[R], record_id: str, etag: str = "") -> R:
    """One, locked, that the caller may see; it is what the command is about."""
    record = visible(tx.caller, await collection.load(tx, record_id, etag))
    tx.resource = tx.resource or record.name
    return record


async def saved(tx: Transaction, collection: Rows[R], record: R, *events: object) -> R:
    """Save a changed one and note it."""
    record.update_at = tx.now
    await collection.save(tx, record)
    return noted(tx, record, *events)


async def act(tx: Transaction, collection: Rows[R], record_id: str, etag: str, decide: Callable[[R], Events]) -> R:
    """The plain command: load, decide, save, note."""
    record = await loaded(tx, collection, record_id, etag)
    return await saved(tx, collection, record, *listed(decide(record)))


async def create(tx: Transaction, collection: Rows[R], record: R, *events: object) -> R:
    """Insert a new one in the caller's jurisdiction and note it."""
    if region := getattr(record, "region_code", ""):
        check_region(tx.caller, region)
    tx.resource = tx.resource or record.name
    await collection.add(tx, record)
    return noted(tx, record, *events)


def listed(events: Events) -> list[object]:
    """Events as a list, whether a decision gave none, one or several."""
    if events is None:
        return []
    return list(events) if isinstance(events, list) else [events]


async def exercise_of(tx: Transaction, incident: str, given: str) -> str:
    """The exercise an order belongs to: its incident's, which nobody can change; what the caller says only counts while the incident is unknown.

    NOT_FOUND when the incident lies outside the caller's jurisdiction: nobody acts in the name of an incident that is not theirs to see.
    """
    seen = await known.incident(tx.connection, incident) if incident else None
    if seen is None:
        return given
    if seen.region_code and not within(tx.caller, seen.region_code):
        raise not_found(incident)
    if given and given != seen.exercise_id:
        raise errors.exercise_mismatch(incident)
    return seen.exercise_id
