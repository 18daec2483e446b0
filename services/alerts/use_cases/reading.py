"""Queries on alerts, chains, notices and debts, and the public feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import not_found
from chassis.identity import Caller
from chassis.paging import page
from services.alerts.cap.feed import FeedEntry, FeedHead, write_feed
from services.alerts.cap.findings import Finding
from services.alerts.cap.lint import lint_outgoing
from services.alerts.cap.parse import parse
from services.alerts.cap.write import write
from services.alerts.model.alert import Alert
from services.alerts.model.chain import Chain
from services.alerts.model.content import completed
from services.alerts.model.document import DRAFT_IDENTIFIER, cap_alert, reference_to
from services.alerts.model.notice import Notice
from services.alerts.repository import ALERTS, CHAINS, NOTICES, conditions, queries
from services.alerts.use_cases.desk import Desk
from services.alerts.use_cases.visibility import visible

REAL = "-"
"""Filter for alerts that belong to no exercise."""
FEED_TITLE = "预警信息 Public warnings"


@dataclass(frozen=True, slots=True)
class Document:
    """A CAP document; `findings` of a draft say what would be refused."""

    alert: Alert
    content: bytes
    findings: tuple[Finding, ...]


async def get(engine: AsyncEngine, caller: Caller, alert_id: str) -> Alert:
    """One alert the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await ALERTS.get(connection, alert_id))


async def alerts(
    engine: AsyncEngine, caller: Caller, size: int, token: str, *, states: Sequence[str], exercise_id: str, incident: str, event_prefix: str
) -> tuple[list[Alert], str]:
    """A page of alerts, newest first."""
    exercise = None if not exercise_id else "" if exercise_id == REAL else exercise_id
    wanted = [*ALERTS.in_regions(caller.regions), *ALERTS.equal(incident=incident), *conditions.in_states(states)]
    wanted += [*conditions.of_exercise(exercise), *conditions.of_event(event_prefix)]
    asked = page(size, token, sorted(states), exercise_id, incident, event_prefix)
    async with engine.connect() as connection:
        return await ALERTS.page_of(connection, asked, wanted, by="create_time", descending=True)


async def chain(engine: AsyncEngine, caller: Caller, alert_id: str) -> tuple[Chain, list[Alert]]:
    """The chain of an alert with its published messages."""
    async with engine.connect() as connection:
        alert = visible(caller, await ALERTS.get(connection, alert_id))
        return await CHAINS.get(connection, alert.chain_id), await queries.published(connection, alert.chain_id)


async def head(engine: AsyncEngine, caller: Caller, alert_id: str) -> Alert:
    """The newest published message of an alert's chain; NOT_FOUND before the first."""
    found, _ = await chain(engine, caller, alert_id)
    if not found.head_id:
        raise not_found(f"{found.name}:head")
    return await get(engine, caller, found.head_id)


async def chains(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str) -> tuple[list[Chain], str]:
    """A page of pre-alert periods, newest first."""
    async with engine.connect() as connection:
        wanted = [*CHAINS.in_regions(caller.regions), *CHAINS.equal(state=state)]
        return await CHAINS.page_of(connection, page(size, token, state), wanted, by="create_time", descending=True)


async def debts(engine: AsyncEngine, caller: Caller, size: int, token: str) -> tuple[list[Alert], str]:
    """A page of alerts whose review is owed, the most pressing first."""
    async with engine.connect() as connection:
        return await ALERTS.page_of(connection, page(size, token), [*ALERTS.in_regions(caller.regions), *conditions.review_owed()], by="post_review_due_time")


async def notices(engine: AsyncEngine, caller: Caller, size: int, token: str, alert_id: str, state: str) -> tuple[list[Notice], str]:
    """A page of notices, newest first."""
    async with engine.connect() as connection:
        wanted = [*NOTICES.in_regions(caller.regions), *NOTICES.equal(alert_id=alert_id, state=state)]
        return await NOTICES.page_of(connection, page(size, token, alert_id, state), wanted, by="create_time", descending=True)


async def document(engine: AsyncEngine, caller: Caller, alert_id: str, now: datetime) -> Document:
    """The bytes that were published, or those that would be now with what the rules say of them."""
    async with engine.connect() as connection:
        alert = visible(caller, await ALERTS.get(connection, alert_id))
        if alert.document:
            return Document(alert, alert.document, ())
        reference = reference_to(await ALERTS.get(connection, alert.prior_id)) if alert.prior_id else None
    if alert.state == "draft":
        alert.content = completed(alert.content, now, ends=alert.ends)
    made = cap_alert(alert, identifier=DRAFT_IDENTIFIER, sent=now.replace(microsecond=0), reference=reference)
    return Document(alert, write(made), lint_outgoing(made).findings)


async def feed(engine: AsyncEngine, desk: Desk, base_address: str, now: datetime) -> tuple[bytes, datetime]:
    """The public feed as Atom, and when it changed last. Actual messages only."""
    base = (base_address or desk.public_address).rstrip("/")
    async with engine.connect() as connection:
        found = await queries.in_feed(connection, now)
    updated = max((each.end_time or each.publish_time or now for each in found), default=now.replace(hour=0, minute=0, second=0, microsecond=0))
    title_head = FeedHead(f"{base}/feed", FEED_TITLE, desk.places.name_of(desk.district), f"{base}/feed", updated)
    entries = [FeedEntry(f"urn:cap:{each.identifier}", f"{base}/cap/{each.identifier}", parse(each.document).alert) for each in found]
    return write_feed(title_head, entries), updated


async def public_document(engine: AsyncEngine, identifier: str, alert_id: str) -> Alert:
    """A published actual message by number or id; everything else is NOT_FOUND: the public never reads an exercise here."""
    async with engine.connect() as connection:
        alert = await queries.by_identifier(connection, identifier) if identifier else await ALERTS.get(connection, alert_id)
    if alert is None or not alert.document or alert.status != "actual":
        raise not_found(identifier or f"alerts/{alert_id}")
    return alert
