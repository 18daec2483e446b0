"""Messages in: each event of a subscribed topic takes effect once, through a journal row whose request id is the event's id."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from google.protobuf.message import DecodeError

from chassis import telemetry
from chassis.errors import DomainError, Kind
from chassis.eventlog.record import EventLog, PoisonError, StoredRecord
from chassis.identity import Call, component
from chassis.journal.commands import Journal
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
            await self._log.consume(self._group, self.topics, self.handle)

    async def lag(self) -> int:
        """Events stored but not yet applied."""
        return await self._log.lag(self._group, self.topics) if self._by_topic else 0

    async def handle(self, stored: StoredRecord) -> None:
        """Apply one record; PoisonError when it cannot be read or is refused again and again."""
        subscription = self._by_topic[stored.record.topic]
        try:
            event = subscription.message.FromString(stored.record.value)
        except DecodeError as error:
            raise PoisonError(f"not a {subscription.message.__name__}: {error}") from error
        case = event.WhichOneof("event")
        effect, note = subscription.effects.get(case or ""), subscription.note
        if effect is None and note is None:
            return
        header = event.header
        parent = stored.record.headers.get("traceparent", "")
        with structlog.contextvars.bound_contextvars(event=case), telemetry.continued(f"consume {case}", parent, kind="consumer") as traceparent:
            call = Call(component(self._group), f"consume {header.type}", f"{header.event_id}", traceparent, header.event_id)
            if effect is not None:
                await self._apply(call, stored.record.value, lambda tx: effect(tx, event))
            if note is not None:
                await self._journal.note(call, lambda tx: note(tx, event))
            log.info("event applied", type=header.type, aggregate=header.aggregate)

    async def _apply(self, call: Call, content: bytes, work: Callable[[Transaction], Awaitable[None]]) -> None:
        for attempt in range(ATTEMPTS):
            try:
                await self._journal.apply(call, content, work)
            except DomainError as error:
                if error.kind not in PASSING and attempt + 1 == ATTEMPTS:
                    log.exception("event refused", method=call.method, event_id=call.request_id, reason=error.reason)
                    raise PoisonError(f"{error.reason} {error.details}") from error
                await asyncio.sleep(random.uniform(0.5, 1.0) * 0.05 * 2**attempt)  # noqa: S311 - jitter, not a secret
            else:
                return
        raise DomainError(Kind.UNAVAILABLE, "TRY_AGAIN")
