"""Messages in: each event of a subscribed topic takes effect once, through a journal row whose request id is the event's id."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import structlog
from google.protobuf.message import DecodeError
from sqlalchemy.exc import DBAPIError

from chassis import telemetry
from chassis.database import lost, transient
from chassis.errors import DomainError, Kind
from chassis.eventlog.record import EventLog, PoisonError, StoredRecord
from chassis.identity import Call, component
from chassis.journal.commands import Arrival, Journal, Note, Noting
from chassis.journal.transaction import Transaction
from chassis.logs import logger

log = logger(__name__)
ATTEMPTS = 6
PASSING = {Kind.UNAVAILABLE, Kind.DEADLINE, Kind.EXHAUSTED, Kind.STALE}
AWAY = {Kind.UNAVAILABLE, Kind.DEADLINE}
TRIES = 8
"""How often a record is tried whose effect fails by its own fault; the log's delivery waits between them, longer each time."""

Effect = Callable[[Transaction, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic: the message it carries, and what its events do, by the name of their oneof field. Other events are passed over.

    An effect changes aggregates, once, with a journal row; a note writes down what messages say (`Note`). Where an event has both, the effect comes first.
    """

    topic: str
    message: type[Any]
    effects: Mapping[str, Effect]
    notes: Mapping[str, Note] = field(default_factory=dict)


class Inbox:
    """Feeds subscribed events to their effects as one consumer group."""

    def __init__(self, journal: Journal, log: EventLog, group: str, subscriptions: Sequence[Subscription]) -> None:
        self._journal = journal
        self._log = log
        self._group = group
        self._by_topic = {subscription.topic: subscription for subscription in subscriptions}
        self._failing: dict[tuple[str, int], tuple[int, int]] = {}
        self.dead = 0
        """Records this process has set aside as dead letters."""

    @property
    def topics(self) -> list[str]:
        """Topics this group reads."""
        return sorted(self._by_topic)

    async def run(self) -> None:
        """Consume until cancelled."""
        if self._by_topic:
            await self._log.consume(self._group, self.topics, self.handle, self.handle_all)

    async def lag(self) -> int:
        """Events stored but not yet applied."""
        return await self._log.lag(self._group, self.topics) if self._by_topic else 0

    async def handle(self, stored: StoredRecord) -> None:
        """Apply one record; PoisonError when it cannot be read, is refused again and again, or fails TRIES times by its effect's own fault."""
        try:
            await self._handle(stored)
        except PoisonError:
            self.dead += 1
            raise
        except Exception as error:
            if _away(error) or self._failed(stored) < TRIES:
                raise
            self.dead += 1
            log.exception("event cannot be applied", topic=stored.record.topic, key=stored.record.key, tries=TRIES)
            raise PoisonError(f"{type(error).__name__}: {error}") from error

    def _failed(self, stored: StoredRecord) -> int:
        """How often the record in hand of its partition has failed, this time included."""
        place = stored.position
        offset, tries = self._failing.get((place.topic, place.partition), (place.offset, 0))
        tries = tries + 1 if offset == place.offset else 1
        self._failing[place.topic, place.partition] = place.offset, tries
        return tries

    async def _handle(self, stored: StoredRecord) -> None:
        for step in self._steps(stored):
            if isinstance(step, Arrival):
                await self._apply(step)
            else:
                await self._journal.note(step)
            log.info("event applied", topic=stored.record.topic, key=stored.record.key)

    async def handle_all(self, batch: Sequence[StoredRecord]) -> None:
        """Apply records together, in one transaction; raises when that cannot be, and then none is applied."""
        steps: list[Arrival | Noting] = []
        for step in (step for stored in batch for step in self._steps(stored)):
            last = steps[-1] if steps else None
            if isinstance(step, Noting) and isinstance(last, Noting) and last.note == step.note:
                last.messages.extend(step.messages)
            else:
                steps.append(step)
        if steps:
            await self._journal.apply_all(steps)
            log.info("events applied", topic=batch[0].record.topic, events=len(batch))

    def _steps(self, stored: StoredRecord) -> list[Arrival | Noting]:
        """What a record asks for."""
        subscription = self._by_topic[stored.record.topic]
        try:
            event = subscription.message.FromString(stored.record.value)
        except DecodeError as error:
            raise PoisonError(f"not a {subscription.message.__name__}: {error}") from error
        case = event.WhichOneof("event") or ""
        parent = stored.record.headers.get("traceparent", "")
        effect, note = subscription.effects.get(case), subscription.notes.get(case)
        steps: list[Arrival | Noting] = []
        if effect is not None:
            call = Call(component(self._group), f"consume {event.header.type}", event.header.event_id, parent, event.header.event_id)
            steps.append(Arrival(f"consume {case}", call, stored.record.value, partial(_effect, effect, event)))
        if note is not None:
            with telemetry.continued(f"consume {case}", parent, kind="consumer"):
                steps.append(Noting(note, [event]))
        return steps

    async def _apply(self, arrival: Arrival) -> None:
        call = arrival.call
        with structlog.contextvars.bound_contextvars(event=arrival.name), telemetry.continued(arrival.name, call.traceparent, kind="consumer") as traceparent:
            for attempt in range(ATTEMPTS):
                try:
                    await self._journal.apply(replace(call, traceparent=traceparent), arrival.content, arrival.work)
                except DomainError as error:
                    if error.kind not in PASSING and attempt + 1 == ATTEMPTS:
                        log.exception("event refused", method=call.method, event_id=call.request_id, reason=error.reason)
                        raise PoisonError(f"{error.reason} {error.details}") from error
                    if attempt + 1 == ATTEMPTS:
                        raise
                    await asyncio.sleep(random.uniform(0.5, 1.0) * 0.05 * 2**attempt)  # noqa: S311 - jitter, not a secret
                else:
                    return
        raise AssertionError("unreachable: the last attempt returns or raises")


def _away(error: Exception) -> bool:
    """True when not the effect but what it stands on failed: database, log or hot store are away, which is waited for as long as it takes."""
    if isinstance(error, DomainError):
        return error.kind in AWAY
    return lost(error) or (isinstance(error, DBAPIError) and transient(error))


async def _effect(effect: Effect, event: Any, tx: Transaction) -> None:
    await effect(tx, event)
