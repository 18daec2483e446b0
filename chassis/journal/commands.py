"""Runs commands: one transaction, the aggregate first, one journal row last; a repeated request gets its stored answer."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from google.protobuf.message import Message
from sqlalchemy import Table, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import telemetry
from chassis.clock import Clock
from chassis.database import transient, violated
from chassis.errors import DomainError, Kind
from chassis.identity import Call, current_call
from chassis.ids import new_id
from chassis.journal.table import ONCE
from chassis.journal.transaction import Encoded, Fact, Transaction, combined
from fenghuo.type.v1 import event_pb2, journal_pb2

RETRIES = 3
T = TypeVar("T")
M = TypeVar("M", bound=Message)
Work = Callable[[Transaction], Awaitable[T]]


Note = Callable[[AsyncConnection, Sequence[Any]], Awaitable[None]]
"""Writes down what several messages say. Idempotent by itself and harmless out of order, so it needs no journal row."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message to be applied once: what traces call that, who applies it, under which id, its bytes, and what it does."""

    name: str
    call: Call
    content: bytes
    work: Work[None]


@dataclass(frozen=True, slots=True)
class Noting:
    """Messages to be written down together."""

    note: Note
    messages: list[Any]


class Journal:
    """One service's journal. `constraints` names the refusal that each database constraint stands for."""

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Clock,
        service: str,
        table: Table,
        encode: Callable[[Any], Encoded],
        constraints: Mapping[str, Callable[[], DomainError]] | None = None,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.service = service
        self.table = table
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._insert = table.insert().inline()
        self._encode = encode
        self._constraints = dict(constraints or {})
        self.on_commit: list[Callable[[Transaction], None]] = []

    async def run(self, request: Message, answer: type[M], work: Work[T], encode: Callable[[T], M]) -> M:
        """Do a caller's command once and answer it; a repeat of (caller, request_id) gets the first answer."""
        call = current_call.get()
        bare = type(request)()
        bare.CopyFrom(request)
        if "request_id" in bare.DESCRIPTOR.fields_by_name:
            bare.ClearField("request_id")
        made: list[M] = []

        async def respond(tx: Transaction) -> bytes:
            made.append(encode(await work(tx)))
            return made[-1].SerializeToString()

        replayed = await self._once(call, call.request_id, bare.SerializeToString(deterministic=True), respond)
        return made[-1] if replayed is None else answer.FromString(replayed)

    async def apply(self, call: Call, content: bytes, work: Work[None]) -> bool:
        """Do the effect of a message or timer once, whose id is the call's request_id; False when it was done before."""

        async def effect(tx: Transaction) -> bytes:
            await work(tx)
            return b""

        return await self._once(call, call.request_id, content, effect) is None

    async def apply_all(self, steps: Sequence[Arrival | Noting]) -> None:
        """Do what several messages ask in one transaction: all of it or, raising, nothing. A message that was applied before makes it raise."""
        rows, done = [], []
        async with self.engine.begin() as connection:
            for step in steps:
                if isinstance(step, Noting):
                    await step.note(connection, step.messages)
                    continue
                with telemetry.continued(step.name, step.call.traceparent, kind="consumer") as parent, telemetry.span("journal", {"method": step.call.method}):
                    tx = Transaction(connection, self.table.metadata, self.clock.now(), replace(step.call, traceparent=parent))
                    await step.work(tx)
                done.append(tx)
                rows.append(self._row(tx, step.call.request_id, _fingerprint(step.call, step.content), b""))
            if rows:
                await connection.execute(self._insert, rows)
        for tx in done:
            self._committed(tx)

    async def note(self, step: Noting) -> None:
        """Write down what messages say: no aggregate changes, so no journal row."""
        async with self._autocommit.connect() as connection:
            await step.note(connection, step.messages)

    async def _once(self, call: Call, request_id: str, content: bytes, work: Callable[[Transaction], Awaitable[bytes]]) -> bytes | None:
        """None when the work was done now, else the stored answer."""
        fingerprint = _fingerprint(call, content)
        for attempt in range(RETRIES):
            try:
                with telemetry.span("journal", {"method": call.method}):
                    await self._attempt(call, request_id, fingerprint, work)
            except (DomainError, IntegrityError) as error:
                stored = await self._stored(call, request_id, fingerprint)
                if stored is None:
                    raise self._refusal(error) from error
                return stored
            except DBAPIError as error:
                if attempt + 1 == RETRIES or not transient(error):
                    raise
            else:
                return None
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _attempt(self, call: Call, request_id: str, fingerprint: bytes, work: Callable[[Transaction], Awaitable[bytes]]) -> None:
        async with self.engine.begin() as connection:
            tx = Transaction(connection, self.table.metadata, self.clock.now(), call)
            response = await work(tx)
            await connection.execute(self._insert, self._row(tx, request_id or new_id(), fingerprint, response))
        self._committed(tx)

    def _committed(self, tx: Transaction) -> None:
        for hook in self.on_commit:
            hook(tx)

    def _row(self, tx: Transaction, request_id: str, fingerprint: bytes, response: bytes) -> dict[str, object]:
        command_id = new_id()
        records = [self._record(tx, fact, command_id) for fact in tx.facts]
        return {
            "command_id": command_id,
            "caller": tx.caller.id,
            "org": tx.caller.org,
            "request_id": request_id,
            "method": tx.call.method,
            "resource": tx.resource,
            "request_digest": fingerprint,
            "before_digest": combined(tx.before),
            "after_digest": combined(tx.after),
            "response": response,
            "events": journal_pb2.Outbox(records=records).SerializeToString() if records else None,
            "occurred_at": tx.now,
            "recorded_at": tx.now,
            "traceparent": tx.call.traceparent,
            "exercise_id": tx.exercise_id,
        }

    def _record(self, tx: Transaction, fact: Fact, command_id: str) -> journal_pb2.OutboxRecord:
        encoded = self._encode(fact.event)
        occurred = getattr(fact.event, "occurred_at", None) or tx.now
        header = event_pb2.EventHeader(
            event_id=new_id(),
            type=type(fact.event).__name__,
            producer=self.service,
            aggregate=fact.name,
            version=fact.version,
            region_code=fact.region_code,
            incident=fact.incident,
            exercise_id=fact.exercise_id,
            actor=event_pb2.Actor(id=tx.caller.id, org=tx.caller.org, roles=tx.caller.roles),
            causation_id=tx.call.causation_id or command_id,
            traceparent=tx.call.traceparent,
            regions=fact.regions,
        )
        header.occurred_at.FromDatetime(occurred)
        header.recorded_at.FromDatetime(tx.now)
        encoded.message.header.CopyFrom(header)
        headers = {
            "ce_specversion": "1.0",
            "ce_id": header.event_id,
            "ce_type": header.type,
            "ce_source": f"/{self.service}",
            "ce_subject": fact.name,
            "ce_time": occurred.isoformat(),
            "traceparent": header.traceparent,
            "region": fact.region_code,
            "exercise": fact.exercise_id,
        }
        return journal_pb2.OutboxRecord(topic=encoded.topic, key=encoded.key, value=encoded.message.SerializeToString(), headers=headers)

    async def _stored(self, call: Call, request_id: str, fingerprint: bytes) -> bytes | None:
        if not request_id:
            return None
        table = self.table.c
        query = select(table.request_digest, table.response).where(table.caller == call.caller.id, table.request_id == request_id)
        async with self.engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        if row.request_digest != fingerprint:
            raise DomainError(Kind.INVALID, "REQUEST_ID_REUSED", field="request_id", request_id=request_id)
        if row.response is None:
            raise DomainError(Kind.EXPIRED, "ANSWER_EXPIRED", field="request_id", request_id=request_id)
        return bytes(row.response)

    def _refusal(self, error: DomainError | IntegrityError) -> Exception:
        if isinstance(error, DomainError):
            return error
        name = violated(error)
        if name in self._constraints:
            return self._constraints[name]()
        if name.startswith("pk_"):
            return DomainError(Kind.ALREADY_EXISTS, "ALREADY_EXISTS", resource=name.removeprefix("pk_"))
        if name == ONCE:
            return DomainError(Kind.CONFLICT, "REQUEST_IN_PROGRESS", field="request_id")
        return error


def _fingerprint(call: Call, content: bytes) -> bytes:
    return hashlib.sha256(call.method.encode() + b"\0" + content).digest()
