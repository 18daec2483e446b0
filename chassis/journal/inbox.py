"""Messages in: each event of a subscribed topic takes effect once, through a journal row whose request id is the event's id."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from google.protobuf.message import DecodeError

from chassis import telemetry
from chassis.errors import DomainError, Kind
from chassis.eventlog.record import EventLog, PoisonError, StoredRecord
from chassis.identity import Call, component
from chassis.journal.commands import Arrival, Journal
from chassis.journal.transaction import Transaction
from chassis.logs import logger

log = logger(__name__)
ATTEMPTS = 6
PASSING = {Kind.UNAVAILABLE, Kind.DEADLINE, Kind.EXHAUSTED, Kind.STALE}

Effect = Callable[[Transaction, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic: the message it carries, and the effect of each of its events by the name of its oneof field. Other events are passed over.

    `note` is done for every event of the topic, after its effect. It must be idempotent by itself (an insert under the event's id): it leaves no journal row.
    """

    topic: str
    message: type[Any]
    effects: Mapping[str, Effect]
    note: Effect | None = None


class Inbox:
    """Feeds subscribed events to their effects as one consumer group."""

    def __init__(self, journal: Journal, log: EventLog, group: str, subscriptions: Sequence[Subscription]) -> None:
        self._journal = journal
        self._log = log
        self._group = group
        self._by_topic = {subscription.topic: subscription for subscription in subscriptions}

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
        """Apply one record; PoisonError when it cannot be read or is refused again and again."""
        for arrival in self._arrivals(stored):
            if arrival.once:
                await self._apply(arrival)
            else:
                await self._journal.note(arrival.call, arrival.work)
            log.info("event applied", method=arrival.call.method, event_id=arrival.call.causation_id)

    async def handle_all(self, batch: Sequence[StoredRecord]) -> None:
        """Apply records together, in one transaction; raises when that cannot be, and then none is applied."""
        arrivals = [arrival for stored in batch for arrival in self._arrivals(stored)]
        if arrivals:
            await self._journal.apply_all(arrivals)
            log.info("events applied", method=arrivals[0].call.method, events=len(batch))

    def _arrivals(self, stored: StoredRecord) -> list[Arrival]:
        """What a record asks for: its effect, then its note."""
        subscription = self._by_topic[stored.record.topic]
        try:
            event = subscription.message.FromString(stored.record.value)
        except DecodeError as error:
            raise PoisonError(f"not a {subscription.message.__name__}: {error}") from error
        case = event.WhichOneof("event") or ""
        parent = stored.record.headers.get("traceparent", "")
        call = Call(component(self._group), f"consume {event.header.type}", event.header.event_id, parent, event.header.event_id)
        wanted = ((subscription.effects.get(case), True), (subscription.note, False))
        return [Arrival(call, stored.record.value, _traced(effect, event, case), once) for effect, once in wanted if effect is not None]

    async def _apply(self, arrival: Arrival) -> None:
        call = arrival.call
        for attempt in range(ATTEMPTS):
            try:
                await self._journal.apply(call, arrival.content, arrival.work)
            except DomainError as error:
                if error.kind not in PASSING and attempt + 1 == ATTEMPTS:
                    log.exception("event refused", method=call.method, event_id=call.request_id, reason=error.reason)
                    raise PoisonError(f"{error.reason} {error.details}") from error
                await asyncio.sleep(random.uniform(0.5, 1.0) * 0.05 * 2**attempt)  # noqa: S311 - jitter, not a secret
            else:
                return
        raise DomainError(Kind.UNAVAILABLE, "TRY_AGAIN")


def _traced(effect: Effect, event: Any, case: str) -> Callable[[Transaction], Awaitable[None]]:
    """The effect inside a span that continues the trace of the event's cause; what it causes in turn continues this one."""

    async def work(tx: Transaction) -> None:
        with structlog.contextvars.bound_contextvars(event=case), telemetry.continued(f"consume {case}", tx.call.traceparent, kind="consumer") as traceparent:
            tx.call = replace(tx.call, traceparent=traceparent)
            await effect(tx, event)

    return work
