"""The table of authorities: who may issue what where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.access import check_region, within
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.alerts import errors
from services.alerts.model.alert import Alert
from services.alerts.model.authority import Authority, allowed_levels, authority_for
from services.alerts.repository import AUTHORITIES, conditions
from services.alerts.use_cases.visibility import noted, visible


@dataclass(frozen=True, slots=True)
class Answer:
    """May it be issued, on which row it rests, and which levels may be."""

    allowed: bool
    authority: str
    levels: tuple[int, ...]


async def create(tx: Transaction, authority: Authority) -> Authority:
    """Enter a row; a grant has an end."""
    check_region(tx.caller, authority.region_code)
    authority.check()
    await AUTHORITIES.add(tx, authority)
    return noted(tx, authority)


async def withdraw(tx: Transaction, authority_id: str, etag: str) -> Authority:
    """A row holds no longer."""
    authority = visible(tx.caller, await AUTHORITIES.load(tx, authority_id, etag))
    authority.withdraw(tx.now)
    await AUTHORITIES.save(tx, authority)
    return noted(tx, authority)


async def _rows(connection: AsyncConnection) -> list[Authority]:
    return await AUTHORITIES.where(connection, conditions.standing())


async def check(engine: AsyncEngine, caller: Caller, org: str, event_code: str, level: int, region: str, now: datetime) -> Answer:
    """May this organisation (the caller's own when empty) issue this now?"""
    async with engine.connect() as connection:
        rows = await _rows(connection)
    row = authority_for(rows, org or caller.org, event_code, level, [region], now)
    return Answer(row is not None, row.name if row else "", allowed_levels(rows, org or caller.org, event_code, [region], now))


async def resting(tx: Transaction, alert: Alert, org: str) -> Authority:
    """The row an approval of this organisation rests on now; 422 AUTHORITY_LEVEL. Ending a warning needs no level: it must not wait (law 70)."""
    rows, code = await _rows(tx.connection), alert.content.event_code
    places = _places(alert)
    levels: Sequence[int] = allowed_levels(rows, org, code, places, tx.now)
    level = levels[0] if alert.ends and levels else alert.content.level
    row = authority_for(rows, org, code, level, places, tx.now)
    if row is None:
        raise errors.authority_level(org, code, alert.content.level, levels, f"{alert.name}:forwardToUpper")
    return row


def _places(alert: Alert) -> list[str]:
    """The issuer's region, and every region named. A neighbour that a shape merely touches is told by a notice: its public is not reached."""
    return [alert.region_code, *alert.content.region_codes]


async def get(engine: AsyncEngine, caller: Caller, authority_id: str) -> Authority:
    """One row."""
    async with engine.connect() as connection:
        return visible(caller, await AUTHORITIES.get(connection, authority_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str) -> tuple[list[Authority], str]:
    """A page of rows: those of the caller's regions and of regions above them."""
    async with engine.connect() as connection:
        found, onward = await AUTHORITIES.page_of(connection, page(size, token))
    return [each for each in found if within(caller, each.region_code) or any(own.startswith(each.region_code) for own in caller.regions)], onward
