"""Reads and locks that are not about one row by its id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, ColumnElement, String, and_, any_, bindparam, exists, func, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from services.alerts.model.alert import OUT, Alert
from services.alerts.model.delivery import ADAPTED, ChannelTarget, Delivery
from services.alerts.model.external import CapReference, ExternalAlert
from services.alerts.model.incident import IncidentSeen
from services.alerts.model.observation import Observation
from services.alerts.repository import ALERTS, DELIVERIES, EXTERNALS, INCIDENTS, OBSERVATIONS, TARGETS
from services.alerts.tables import alert, alert_chain, channel_target, delivery, external_alert, incident_seen, observation

FEED_SIZE = 100
FEED_KEEPS = timedelta(days=7)
"""How long the feed shows what is over."""


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def lock(tx: Transaction, name: str) -> None:
    """Wait until no other command holds this name; held until the end of the transaction."""
    await tx.connection.execute(_LOCK, {"name": name})


_CHAIN_OF = select(alert.c.chain_id).where(alert.c.id == bindparam("named"))


async def chain_of(connection: AsyncConnection, alert_id: str) -> str:
    """Id of the chain an alert belongs to; empty when there is no such alert."""
    return str(await connection.scalar(_CHAIN_OF, {"named": alert_id}) or "")


_TAKEN = select(alert.c.identifier).where(func.starts_with(alert.c.identifier, bindparam("prefix")))


async def taken(connection: AsyncConnection, prefix: str) -> set[str]:
    """Numbers that begin so and are given already."""
    return set(await connection.scalars(_TAKEN, {"prefix": prefix}))


_PUBLISHED = select(alert).where(alert.c.chain_id == bindparam("of_chain"), alert.c.state.in_(OUT)).order_by(alert.c.publish_time, alert.c.id)


async def published(connection: AsyncConnection, chain_id: str) -> list[Alert]:
    """Published messages of a chain, oldest first."""
    return [ALERTS.of(row) for row in (await connection.execute(_PUBLISHED, {"of_chain": chain_id})).all()]


_BY_IDENTIFIER = select(alert).where(alert.c.identifier == bindparam("numbered"))


async def by_identifier(connection: AsyncConnection, identifier: str) -> Alert | None:
    """The message with this number."""
    row = (await connection.execute(_BY_IDENTIFIER, {"numbered": identifier})).one_or_none()
    return ALERTS.of(row) if row else None


async def in_feed(connection: AsyncConnection, now: datetime) -> list[Alert]:
    """Actual messages in force, and those that ended within a week; newest first."""
    recent = or_(alert.c.state == "published", alert.c.end_time >= now - FEED_KEEPS)
    lasting = or_(alert.c.kind != "cancel", alert.c.publish_time >= now - FEED_KEEPS)
    query = select(alert).where(alert.c.status == "actual", alert.c.state.in_(OUT), recent, lasting)
    query = query.order_by(alert.c.publish_time.desc(), alert.c.id.desc()).limit(FEED_SIZE)
    return [ALERTS.of(row) for row in (await connection.execute(query)).all()]


_SEEN = insert(incident_seen)
_SEEN = _SEEN.on_conflict_do_update(
    index_elements=["id"],
    set_={column.name: _SEEN.excluded[column.name] for column in incident_seen.columns if column.name != "id"} | {"version": incident_seen.c.version + 1},
).inline()


async def note_incident(tx: Transaction, seen: IncidentSeen) -> None:
    """Remember an incident as it is now."""
    await tx.connection.execute(_SEEN, INCIDENTS.values(seen))


_LIVE = (
    select(alert)
    .join(alert_chain, alert_chain.c.id == alert.c.chain_id)
    .where(alert.c.state == literal_column("'published'"), alert_chain.c.state == "live", alert.c.exercise_id == bindparam("of_exercise"))
    .where(func.starts_with(alert.c.content["event_code"].astext, bindparam("family")))
    .order_by(alert.c.id)
)


async def live(connection: AsyncConnection, exercise_id: str, family: str) -> list[Alert]:
    """Published messages of an event family whose chain is live."""
    return [ALERTS.of(row) for row in (await connection.execute(_LIVE, {"of_exercise": exercise_id, "family": family})).all()]


_SUGGESTED = alert.c.suggested_incidents.contains(bindparam("listed", type_=ARRAY(String)))
_ABOUT = select(alert).where(or_(alert.c.incident == bindparam("named"), _SUGGESTED)).order_by(alert.c.id).with_for_update()


async def about(tx: Transaction, incident: str) -> list[Alert]:
    """Messages that belong, or may belong, to an incident, locked."""
    rows = await tx.connection.execute(_ABOUT, {"named": incident, "listed": [incident]})
    return [ALERTS.seen(tx, row) for row in rows.all()]


_UNFINISHED = (
    select(alert.c.chain_id, alert.c.id)
    .where(alert.c.exercise_id == bindparam("of_exercise"), alert.c.state.in_(("draft", "submitted", "approved", "published")))
    .order_by(alert.c.chain_id, alert.c.id)
)


async def unfinished(tx: Transaction, exercise_id: str) -> list[tuple[str, str]]:
    """Chain and id of every message of an exercise that is not over, in the order in which they are locked."""
    rows = await tx.connection.execute(_UNFINISHED, {"of_exercise": exercise_id})
    return [(str(chain_id), str(alert_id)) for chain_id, alert_id in rows.all()]


_TARGETS = select(channel_target).where(channel_target.c.enabled, channel_target.c.delete_time.is_(None)).order_by(channel_target.c.id)


async def targets(connection: AsyncConnection) -> list[ChannelTarget]:
    """Targets in use."""
    return [TARGETS.of(row) for row in (await connection.execute(_TARGETS)).all()]


def _words(values: Iterable[str]) -> list[ColumnElement[str]]:
    """Words of the model as literals: partial indexes are found by them."""
    return [literal_column(f"'{value}'") for value in values]


_QUEUED = delivery.c.state.in_(_words(["queued"]))
_DUE = or_(delivery.c.retry_time.is_(None), delivery.c.retry_time <= func.now())
"""Leases and retries follow the real clock, so the database's."""
_CLAIMABLE = and_(_QUEUED, delivery.c.channel.in_(_words(ADAPTED)), _DUE)
_ABANDONED = and_(delivery.c.state.in_(_words(["sending"])), delivery.c.lease_time < func.now())
_WAITING = select(exists(select(delivery.c.id).where(_ABANDONED)), exists(select(delivery.c.id).where(_CLAIMABLE)))
_CLAIM = select(delivery).where(_CLAIMABLE).order_by(delivery.c.create_time, delivery.c.id).limit(bindparam("most")).with_for_update(skip_locked=True)
_CLEAR = select(delivery).where(_ABANDONED).order_by(delivery.c.id).limit(bindparam("most")).with_for_update(skip_locked=True)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What there is for a courier: somebody's claim has ended, something can be claimed."""

    abandoned: bool
    claimable: bool


async def waiting(connection: AsyncConnection) -> Waiting:
    """What there is for a courier now."""
    return Waiting(*(await connection.execute(_WAITING)).one())


async def claimable(tx: Transaction, limit: int) -> list[Delivery]:
    """Queued deliveries nobody else is claiming at this moment, locked, oldest first."""
    return [DELIVERIES.seen(tx, row) for row in (await tx.connection.execute(_CLAIM, {"most": limit})).all()]


async def abandoned(tx: Transaction, limit: int) -> list[Delivery]:
    """Deliveries whose claim has ended without a word: their holder died, or nobody knows. Locked."""
    return [DELIVERIES.seen(tx, row) for row in (await tx.connection.execute(_CLEAR, {"most": limit})).all()]


_QUEUED_OF = select(delivery).where(delivery.c.alert_id == any_(bindparam("of_alerts", type_=ARRAY(String))), _QUEUED)
_QUEUED_OF = _QUEUED_OF.order_by(delivery.c.id).with_for_update()


async def queued(tx: Transaction, alert_ids: Sequence[str]) -> list[Delivery]:
    """Deliveries of these messages that nobody has begun, locked."""
    rows = await tx.connection.execute(_QUEUED_OF, {"of_alerts": list(alert_ids)})
    return [DELIVERIES.seen(tx, row) for row in rows.all()]


_WITH_REMOTE_ID = select(delivery).where(delivery.c.remote_ids.contains(bindparam("listed", type_=ARRAY(String))))
_WITH_REMOTE_ID = _WITH_REMOTE_ID.order_by(delivery.c.id).with_for_update()


async def with_remote_id(tx: Transaction, remote_id: str) -> list[Delivery]:
    """Deliveries that wait for a report on this number of the receiver, locked."""
    return [DELIVERIES.seen(tx, row) for row in (await tx.connection.execute(_WITH_REMOTE_ID, {"listed": [remote_id]})).all()]


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
