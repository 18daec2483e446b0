"""Risk sources 风险点 and hidden dangers 隐患."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import cancel as cancel_timer
from chassis.timers import schedule
from services.resources.model.risk import RISK_SOURCE, HiddenDanger, RiskSource
from services.resources.repository import risks
from services.resources.repository.collections import HIDDEN_DANGERS, RISK_SOURCES
from services.resources.use_cases.acting import act, create, listed, loaded, order_number, saved, visible


async def register(tx: Transaction, source: RiskSource) -> RiskSource:
    """Register a risk source (应对法 33)."""
    return await create(tx, RISK_SOURCES, source, source.register())


async def update(tx: Transaction, source_id: str, etag: str, merge: Callable[[RiskSource], RiskSource]) -> RiskSource:
    """Replace what is recorded of a risk source."""
    source = merge(await loaded(tx, RISK_SOURCES, source_id, etag))
    check_region(tx.caller, source.region_code)
    return await saved(tx, RISK_SOURCES, source)


async def decide(tx: Transaction, source_id: str, etag: str, act_on: Callable[[RiskSource], object]) -> RiskSource:
    """A plain command on a risk source."""
    return await act(tx, RISK_SOURCES, source_id, etag, act_on)


async def station_crossed(tx: Transaction, station: str, warning: str) -> None:
    """A station crossed a threshold: every risk source it watches gives warning."""
    for each in await risks.watched_by(tx.connection, station):
        source = await RISK_SOURCES.load(tx, each.id)
        if "warn" in RISK_SOURCE.allowed(source.state):
            await saved(tx, RISK_SOURCES, source, source.warn(warning, tx.now))


async def report(tx: Transaction, danger: HiddenDanger) -> HiddenDanger:
    """Report a hidden danger."""
    danger.number = order_number("YH", danger.region_code, danger)
    return await create(tx, HIDDEN_DANGERS, danger, danger.report())


async def act_on_danger(tx: Transaction, danger_id: str, etag: str, act_on: Callable[[HiddenDanger], object]) -> HiddenDanger:
    """A plain command on a hidden danger."""
    return await act(tx, HIDDEN_DANGERS, danger_id, etag, act_on)


async def assign(tx: Transaction, danger_id: str, etag: str, owner: str, person: str, measure: str, due_at: datetime) -> HiddenDanger:
    """graded, listed_supervision → assigned; the due date is watched."""
    await schedule(tx, "rectification_overdue", danger_id, due_at)
    return await act(tx, HIDDEN_DANGERS, danger_id, etag, lambda danger: danger.assign(owner, person, measure, due_at))


async def reopen(tx: Transaction, danger_id: str, etag: str, reason: str, due_at: datetime) -> HiddenDanger:
    """accepted → rectifying."""
    await schedule(tx, "rectification_overdue", danger_id, due_at)
    return await act(tx, HIDDEN_DANGERS, danger_id, etag, lambda danger: danger.reopen(reason, due_at))


async def accept(tx: Transaction, danger_id: str, etag: str) -> HiddenDanger:
    """submitted → accepted 销号."""
    await cancel_timer(tx, "rectification_overdue", danger_id)
    return await act(tx, HIDDEN_DANGERS, danger_id, etag, lambda danger: danger.accept(tx.caller.id))


async def rectification_overdue(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """The due date passed (RS-28: overdue = 0)."""
    danger = await HIDDEN_DANGERS.load(tx, str(payload["subject"]))
    events = listed(danger.late())
    if events:
        await saved(tx, HIDDEN_DANGERS, danger, *events)


async def get_source(engine: AsyncEngine, caller: Caller, source_id: str) -> RiskSource:
    """One risk source the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await RISK_SOURCES.get(connection, source_id))


async def sources_page(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str, risk_class: str) -> tuple[list[RiskSource], str]:
    """Risk sources the caller may see."""
    asked = page(size, token, state, risk_class, caller.regions)
    async with engine.connect() as connection:
        return await risks.sources_page(connection, asked, caller.regions, state, risk_class)


async def get_danger(engine: AsyncEngine, caller: Caller, danger_id: str) -> HiddenDanger:
    """One hidden danger the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await HIDDEN_DANGERS.get(connection, danger_id))


async def dangers_page(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str, *, overdue_only: bool) -> tuple[list[HiddenDanger], str]:
    """Hidden dangers the caller may see."""
    asked = page(size, token, state, overdue_only, caller.regions)
    async with engine.connect() as connection:
        return await risks.dangers_page(connection, asked, caller.regions, state, overdue_only=overdue_only)
