"""Reads and locks that are not about one row by its id."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from services.alerts.model.alert import OUT, Alert
from services.alerts.model.delivery import ADAPTED, ChannelTarget, Delivery
from services.alerts.model.external import CapReference, ExternalAlert
from services.alerts.model.observation import Observation
from services.alerts.repository import ALERTS, DELIVERIES, EXTERNALS, OBSERVATIONS, TARGETS
from services.alerts.tables import alert, alert_chain, channel_target, delivery, external_alert, observation

FEED_SIZE = 100
FEED_KEEPS = timedelta(days=7)
"""How long the feed shows what is over."""


async def lock(tx: Transaction, name: str) -> None:
    """Wait until no other command holds this name; held until the end of the transaction."""
    await tx.connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


async def chain_of(connection: AsyncConnection, alert_id: str) -> str:
    """Id of the chain an alert belongs to; empty when there is no such alert."""
    return str(await connection.scalar(select(alert.c.chain_id).where(alert.c.id == alert_id)) or "")


async def taken(connection: AsyncConnection, prefix: str) -> set[str]:
    """Numbers that begin so and are given already."""
    return set(await connection.scalars(select(alert.c.identifier).where(alert.c.identifier.startswith(prefix, autoescape=True))))


async def published(connection: AsyncConnection, chain_id: str) -> list[Alert]:
    """Published messages of a chain, oldest first."""
    query = select(alert).where(alert.c.chain_id == chain_id, alert.c.state.in_(OUT)).order_by(alert.c.publish_time, alert.c.id)
    return [ALERTS.of(row) for row in (await connection.execute(query)).all()]


async def by_identifier(connection: AsyncConnection, identifier: str) -> Alert | None:
    """The message with this number."""
    row = (await connection.execute(select(alert).where(alert.c.identifier == identifier))).one_or_none()
    return ALERTS.of(row) if row else None


async def in_feed(connection: AsyncConnection, now: datetime) -> list[Alert]:
    """Actual messages in force, and those that ended within a week; newest first."""
    recent = or_(alert.c.state == "published", alert.c.end_time >= now - FEED_KEEPS)
    lasting = or_(alert.c.kind != "cancel", alert.c.publish_time >= now - FEED_KEEPS)
    query = select(alert).where(alert.c.status == "actual", alert.c.state.in_(OUT), recent, lasting)
    query = query.order_by(alert.c.publish_time.desc(), alert.c.id.desc()).limit(FEED_SIZE)
    return [ALERTS.of(row) for row in (await connection.execute(query)).all()]


async def live(tx: Transaction, exercise_id: str, family: str) -> list[str]:
    """Ids of published messages of an event family whose chain is live."""
    query = (
        select(alert.c.id)
        .join(alert_chain, alert_chain.c.id == alert.c.chain_id)
        .where(alert.c.state == "published", alert_chain.c.state == "live", alert.c.exercise_id == exercise_id)
        .where(alert.c.content["event_code"].astext.startswith(family, autoescape=True))
        .order_by(alert.c.id)
    )
    return list(await tx.connection.scalars(query))


async def about(tx: Transaction, incident: str) -> list[Alert]:
    """Messages that belong, or may belong, to an incident, locked."""
    return await ALERTS.find_where(tx, or_(alert.c.incident == incident, alert.c.suggested_incidents.contains([incident])))


async def unfinished(tx: Transaction, exercise_id: str) -> list[tuple[str, str]]:
    """Chain and id of every message of an exercise that is not over, in the order in which they are locked."""
    states = ("draft", "submitted", "approved", "published")
    query = select(alert.c.chain_id, alert.c.id).where(alert.c.exercise_id == exercise_id, alert.c.state.in_(states)).order_by(alert.c.chain_id, alert.c.id)
    return [(str(chain_id), str(alert_id)) for chain_id, alert_id in (await tx.connection.execute(query)).all()]


async def targets(connection: AsyncConnection) -> list[ChannelTarget]:
    """Targets in use."""
    return await TARGETS.where(connection, channel_target.c.enabled, channel_target.c.delete_time.is_(None))


async def waiting(connection: AsyncConnection) -> bool:
    """Something can be claimed, or somebody's claim has ended."""
    query = select(func.count()).select_from(delivery).where(or_(_claimable(), _abandoned()))
    return bool(await connection.scalar(query))


async def claimable(tx: Transaction, limit: int) -> list[Delivery]:
    """Queued deliveries nobody else is claiming at this moment, locked, oldest first."""
    query = select(delivery).where(_claimable()).order_by(delivery.c.create_time, delivery.c.id).limit(limit).with_for_update(skip_locked=True)
    return [DELIVERIES.seen(tx, row) for row in (await tx.connection.execute(query)).all()]


async def abandoned(tx: Transaction, limit: int) -> list[Delivery]:
    """Deliveries whose claim has ended without a word: their holder died, or nobody knows. Locked."""
    query = select(delivery).where(_abandoned()).order_by(delivery.c.id).limit(limit).with_for_update(skip_locked=True)
    return [DELIVERIES.seen(tx, row) for row in (await tx.connection.execute(query)).all()]


def _claimable() -> ColumnElement[bool]:
    """Leases and retries follow the real clock, so the database's."""
    due = or_(delivery.c.retry_time.is_(None), delivery.c.retry_time <= func.now())
    return and_(delivery.c.state == "queued", delivery.c.channel.in_(ADAPTED), due)


def _abandoned() -> ColumnElement[bool]:
    return and_(delivery.c.state == "sending", delivery.c.lease_time < func.now())


async def queued(tx: Transaction, alert_ids: Sequence[str]) -> list[Delivery]:
    """Deliveries of these messages that nobody has begun, locked."""
    return await DELIVERIES.find_where(tx, delivery.c.alert_id.in_(alert_ids), delivery.c.state == "queued")


async def with_remote_id(tx: Transaction, remote_id: str) -> list[Delivery]:
    """Deliveries that wait for a report on this number of the receiver, locked."""
    return await DELIVERIES.find_where(tx, delivery.c.remote_ids.contains([remote_id]))


async def before(connection: AsyncConnection, station_id: str, exercise_id: str, at: datetime) -> list[Observation]:
    """The newest observations of a station up to a moment, at most 20, newest first: enough to know each metric's value before."""
    query = select(observation).where(observation.c.station_id == station_id, observation.c.exercise_id == exercise_id, observation.c.observe_time <= at)
    query = query.order_by(observation.c.observe_time.desc(), observation.c.id.desc()).limit(20)
    return [OBSERVATIONS.of(row) for row in (await connection.execute(query)).all()]


async def held(tx: Transaction, sender: str, identifier: str) -> list[ExternalAlert]:
    """Everything held under this sender and number, oldest first."""
    same = (external_alert.c.sender == sender, external_alert.c.identifier == identifier)
    return await EXTERNALS.find_where(tx, *same)


async def referenced(tx: Transaction, references: Sequence[CapReference]) -> list[ExternalAlert]:
    """Accepted messages that these references name."""
    named = [and_(external_alert.c.sender == each.sender, external_alert.c.identifier == each.identifier) for each in references]
    return await EXTERNALS.find_where(tx, or_(*named), external_alert.c.state == "accepted") if named else []
