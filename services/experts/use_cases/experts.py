"""Commands, timers and queries on experts."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import timers
from chassis.access import check_region, within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.experts import errors
from services.experts.model.expert import STALE_MONTHS, Availability, DisciplineRecord, Expert, months_after
from services.experts.model.taxonomy import TAXONOMY
from services.experts.repository import call_ups, experts
from services.experts.repository.experts import EXPERTS

EXPIRE, STALE, PURGE = "expert.expire", "expert.stale", "expert.purge"


def changed(tx: Transaction, expert: Expert, *events: object) -> Expert:
    """Write down what became of an expert."""
    tx.changed(expert.name, expert, *events, version=expert.version, region_code=expert.region_code)
    return expert


async def nominate(tx: Transaction, expert: Expert) -> Expert:
    """推荐 (– → nominated)."""
    event = expert.nominate()
    check_region(tx.caller, expert.region_code)
    await EXPERTS.add(tx, expert)
    return changed(tx, expert, event)


async def _change(tx: Transaction, expert_id: str, etag: str, step: Callable[[Expert], object]) -> Expert:
    expert = await EXPERTS.load(tx, expert_id, etag)
    if not within(tx.caller, expert.region_code):
        raise not_found(expert.name)
    event = step(expert)
    await EXPERTS.save(tx, expert)
    return changed(tx, expert, event)


async def begin_review(tx: Transaction, expert_id: str, etag: str) -> Expert:
    """审核 (nominated, expired → under_review)."""
    return await _change(tx, expert_id, etag, lambda expert: expert.begin_review(tx.now))


async def activate(tx: Transaction, expert_id: str, etag: str, begin: datetime | None, end: datetime) -> Expert:
    """聘任 (under_review → active); sets the timers of the appointment's end and of staleness."""
    expert = await _change(tx, expert_id, etag, lambda each: each.activate(tx.caller.id, begin, end, tx.now))
    await timers.schedule(tx, EXPIRE, expert.id, end)
    await _watch(tx, expert)
    return expert


async def reject(tx: Transaction, expert_id: str, etag: str, reason: str, retention: timedelta) -> Expert:
    """未通过 (nominated, under_review → rejected)."""
    expert = await _change(tx, expert_id, etag, lambda each: each.reject(tx.caller.id, reason, tx.now, retention))
    await _forget_later(tx, expert)
    return expert


async def suspend(tx: Transaction, expert_id: str, etag: str, reason: str) -> Expert:
    """暂停 (active → suspended)."""
    return await _change(tx, expert_id, etag, lambda expert: expert.suspend(reason, tx.now))


async def resume(tx: Transaction, expert_id: str, etag: str) -> Expert:
    """恢复 (suspended → active)."""
    return await _change(tx, expert_id, etag, lambda expert: expert.resume(tx.now))


async def remove(tx: Transaction, expert_id: str, etag: str, reason: str, retention: timedelta) -> Expert:
    """解聘 (suspended → removed)."""
    expert = await _change(tx, expert_id, etag, lambda each: each.remove(reason, tx.now, retention))
    await _forget_later(tx, expert)
    return expert


async def update(tx: Transaction, expert_id: str, etag: str, changes: Mapping[str, Any]) -> Expert:
    """What is known is different from now on."""
    return await _change(tx, expert_id, etag, lambda expert: expert.update(changes, tx.now))


async def verify(tx: Transaction, expert_id: str, etag: str) -> Expert:
    """Somebody confirmed the record."""
    expert = await _change(tx, expert_id, etag, lambda each: each.verify(tx.now))
    await _watch(tx, expert)
    return expert


async def share(tx: Transaction, expert_id: str, etag: str, regions: tuple[str, ...]) -> Expert:
    """Who else may see and call."""
    return await _change(tx, expert_id, etag, lambda expert: expert.share(regions, tx.now))


async def record_discipline(tx: Transaction, expert_id: str, etag: str, kind: str, text: str, call_up: str) -> Expert:
    """A breach of discipline."""
    return await _change(tx, expert_id, etag, lambda expert: expert.record_discipline(DisciplineRecord(kind, text, tx.now, call_up)))


async def set_own_availability(tx: Transaction, spans: tuple[Availability, ...]) -> Expert:
    """The caller's own calendar."""
    expert = await experts.load_own(tx, tx.caller.id)
    if expert is None:
        raise errors.no_own_expert()
    event = expert.set_availability(spans, tx.now)
    await EXPERTS.save(tx, expert)
    return changed(tx, expert, event)


async def expire(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Timer: the appointment is over. A suspended expert stays suspended; a renewed one has a later end."""
    expert = await EXPERTS.load(tx, payload["subject"])
    if expert.state == "active" and expert.appointed_to is not None and expert.appointed_to <= tx.now:
        event = expert.expire(tx.now)
        await EXPERTS.save(tx, expert)
        changed(tx, expert, event)


async def go_stale(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Timer: nobody confirmed the record for six months."""
    expert = await EXPERTS.load(tx, payload["subject"])
    if expert.state in ("active", "suspended") and expert.stale(tx.now):
        event = expert.go_stale(tx.now)
        await EXPERTS.save(tx, expert)
        changed(tx, expert, event)


async def purge(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Timer: the retention time is over, the personal data goes (应对法 84-85, R-Y1)."""
    expert = await EXPERTS.load(tx, payload["subject"])
    event = expert.purge(tx.now)
    await EXPERTS.save(tx, expert)
    await call_ups.forget_remarks(tx, expert.id)
    changed(tx, expert, event)


async def _watch(tx: Transaction, expert: Expert) -> None:
    await timers.schedule(tx, STALE, expert.id, months_after(tx.now, STALE_MONTHS))


async def _forget_later(tx: Transaction, expert: Expert) -> None:
    for kind in (EXPIRE, STALE):
        await timers.cancel(tx, kind, expert.id)
    if expert.purge_at is not None:
        await timers.schedule(tx, PURGE, expert.id, expert.purge_at)


async def get(engine: AsyncEngine, caller: Caller, expert_id: str) -> Expert:
    """One expert of the caller's jurisdiction, or shared with it."""
    async with engine.connect() as connection:
        expert = await EXPERTS.get(connection, expert_id)
    if not within(caller, expert.region_code) and not experts.shared(expert, caller.regions):
        raise not_found(expert.name)
    return expert


async def page_of(
    engine: AsyncEngine, caller: Caller, size: int, token: str, state: str, discipline: str, stale_at: datetime | None
) -> tuple[list[Expert], str]:
    """A page of the experts the caller may see; with `stale_at` only those stale at that moment."""
    wanted = TAXONOMY.field(discipline).discipline if discipline else ""
    before = months_after(stale_at, -STALE_MONTHS) if stale_at else None
    async with engine.connect() as connection:
        return await experts.page_of(connection, page(size, token, state, wanted, stale_at is not None), caller.regions, state, wanted, before)


async def stats(engine: AsyncEngine, caller: Caller, prefix: str, now: datetime) -> tuple[dict[str, int], dict[str, int], int, list[str]]:
    """How the pool is kept: by state, active by discipline, stale, and disciplines nobody covers (EX-10)."""
    async with engine.connect() as connection:
        by_state, by_discipline, stale = await experts.stats(connection, caller.regions, prefix, now)
    return by_state, by_discipline, stale, [code for code in TAXONOMY.disciplines if code not in by_discipline]
