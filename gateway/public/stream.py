"""GET /api/v1/stream: facts as they happen, by Server-Sent Events, filtered by permission and jurisdiction; resumes from Last-Event-ID."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from functools import cached_property, lru_cache
from typing import Any

from fastapi import APIRouter
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis.access import within
from chassis.errors import DomainError, Kind
from chassis.eventlog.record import StoredRecord
from chassis.identity import Caller
from chassis.logs import logger
from chassis.rpc.contract import has_personal_data, mask
from fenghuo.type.v1 import options_pb2
from gateway.auth.sessions import Session
from gateway.public.hub import Cursor, Hub, SlowListenerError, decode_cursor
from gateway.public.state import State, state_of
from gateway.rest import strict_json
from gateway.rest.contract import modules
from gateway.rest.written import written

log = logger(__name__)
router = APIRouter()
HEARTBEAT_S = 5.0
FACTS = 64
"""How many are kept, as they are told, for whoever else listens."""
SESSION_S = 5.0
"""How long a stream may outlive its session: it ends within this and a heartbeat after expiry or log-out, and ASK_AGAIN_S later after a log-out elsewhere."""


class Fact:
    """One event of the log: where it belongs (nowhere: it is for everybody), and how it is told."""

    def __init__(self, event: Any) -> None:
        self._event = event
        self.regions: tuple[str, ...] = (event.header.region_code, *event.header.regions) if event.header.region_code else ()

    @cached_property
    def text(self) -> bytes:
        """As JSON, without personal data."""
        if has_personal_data(self._event.DESCRIPTOR):
            mask(self._event)
        case = self._event.WhichOneof("event")
        header = self._event.header
        return strict_json.encode({"type": header.type, "header": written(header), "payload": written(getattr(self._event, case)) if case else {}})


@lru_cache(FACTS)
def _fact(read: Callable[[bytes], Any], value: bytes) -> Fact | None:
    """Read once, however many listen: all come to a record at about the same time."""
    try:
        return Fact(read(value))
    except DecodeError:
        return None


class Topics:
    """Messages and permissions of the log's topics, from the contract."""

    def __init__(self) -> None:
        self.messages: dict[str, tuple[type[Any], str]] = {}
        for module in modules():
            for message in module.DESCRIPTOR.message_types_by_name.values():
                options = message.GetOptions()
                if options.HasExtension(options_pb2.topic):
                    rule = options.Extensions[options_pb2.topic]
                    descriptor = descriptor_pool.Default().FindMessageTypeByName(message.full_name)
                    self.messages[rule.name] = (message_factory.GetMessageClass(descriptor), rule.permission)

    def shown(self, state: State, caller: Caller, stored: StoredRecord) -> bytes | None:
        """The fact as JSON, or None when the caller may not see it. Personal data is masked for everybody: it is read where each read is noted (应对法 85)."""
        known = self.messages.get(stored.record.topic)
        if known is None or not state.roles.holds(caller, known[1]):
            return None
        fact = _fact(known[0].FromString, stored.record.value)
        if fact is None or (fact.regions and not any(within(caller, region) for region in fact.regions)):
            return None
        return fact.text


TOPICS = Topics


@router.get("/api/v1/stream")
async def stream(request: Request) -> Response:
    """Open the live stream."""
    state = state_of(request.scope)
    session = await state.session(request)
    last = request.headers.get("last-event-id") or request.query_params.get("lastEventId", "")
    resume = decode_cursor(last, state.hub.topics) if last else None
    if last and (resume is None or await state.hub.beyond(resume)):
        raise DomainError(Kind.INVALID, "LAST_EVENT_ID", field="Last-Event-ID")
    topics: Topics = request.app.state.topics
    return LiveResponse(state.hub, session.caller, _events(state, topics, session, resume))


class LiveResponse(StreamingResponse):
    """A stream that holds its caller's place exactly as long as it is sent, however it ends."""

    def __init__(self, hub: Hub, caller: Caller, facts: AsyncIterator[bytes]) -> None:
        super().__init__(facts, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._hub = hub
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; EXHAUSTED before the first byte when there is no place."""
        with self._hub.place(self._caller.id):
            await super().__call__(scope, receive, send)


async def _events(state: State, topics: Topics, session: Session, resume: Any) -> AsyncIterator[bytes]:
    await asyncio.wait_for(state.hub.ready.wait(), 10.0)
    start = dict(state.hub.position) if resume is None else resume
    yield f"retry: 1000\nid: {Cursor(start).text}\ndata: {{}}\n\n".encode()
    source = state.hub.listen(start)
    waiting: asyncio.Task[Any] | None = None
    ask_at = time.monotonic() + SESSION_S
    try:
        while True:
            if time.monotonic() >= ask_at:
                if not await state.sessions.lasts(session):
                    return
                ask_at = time.monotonic() + SESSION_S
            waiting = waiting or asyncio.ensure_future(anext(source))
            done, _ = await asyncio.wait({waiting}, timeout=HEARTBEAT_S)
            if not done:
                yield b": alive\n\n"
                continue
            stored, wanted = waiting.result()
            waiting = None
            shown = topics.shown(state, session.caller, stored)
            if shown is not None:
                yield b"id: " + wanted.text.encode() + b"\nevent: fact\ndata: " + shown + b"\n\n"
    except SlowListenerError:
        log.warning("a listener was too slow and is cut off", caller=session.caller.id)
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await source.aclose()  # type: ignore[attr-defined]  # an async generator
