"""The public feed of warnings and each warning as CAP, byte for byte as published, without logging in; and raw upload of CAP documents."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chassis.errors import DomainError, Kind
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.rpc.shedding import Gate
from fenghuo.alerts.v1 import external_alerts_pb2, feed_pb2
from fenghuo.type.v1.options_pb2 import PRIORITY_NORMAL
from gateway.public.state import State, state_of
from gateway.rest import calls, strict_json
from gateway.rest.contract import Method

router = APIRouter()
CACHE_S = 15
KEPT = 256
READERS, QUEUE = 4, 64
"""Documents kept; calls for public documents under way, and waiting."""
PUBLIC = Caller("public", roles=("public",), regions=("",))
"""Whoever reads the public feed; may read published warnings and nothing else."""


def _method(state: State, name: str) -> Method:
    return next(method for method in state.methods if method.descriptor.name == name)


class Shelf:
    """Documents read lately: everybody may read them, so nobody but a few readers at once makes the service write them out."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._documents: OrderedDict[bytes, tuple[float, feed_pb2.FeedDocument]] = OrderedDict()
        self._gate = Gate(READERS, QUEUE)

    async def read(self, key: bytes, fetch: Callable[[], Awaitable[feed_pb2.FeedDocument]]) -> feed_pb2.FeedDocument:
        """The document, at most CACHE_S seconds old; EXHAUSTED when too many wait for one."""
        found = self._fresh(key)
        if found is not None:
            return found
        entered = await self._gate.enter(PRIORITY_NORMAL)
        try:
            found = self._fresh(key) or await fetch()
        finally:
            self._gate.leave(entered)
        if key not in self._documents:
            self._documents[key] = (self._monotonic() + CACHE_S, found)
        while len(self._documents) > KEPT:
            self._documents.popitem(last=False)
        return found

    def _fresh(self, key: bytes) -> feed_pb2.FeedDocument | None:
        until, found = self._documents.get(key, (0.0, None))
        if until > self._monotonic():
            return found
        self._documents.pop(key, None)
        return None


async def _document(request: Request, name: str, message: feed_pb2.GetFeedRequest | feed_pb2.GetCapDocumentRequest) -> Response:
    state = state_of(request.scope)
    caller = state.caller(PUBLIC, request.scope["fenghuo.traceparent"])
    shelf: Shelf = request.app.state.shelf
    key = name.encode() + b"\0" + message.SerializeToString(deterministic=True)
    found = await shelf.read(key, lambda: state.services.call(_method(state, name), message, caller))
    etag = f'"{found.digest}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={CACHE_S}"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(found.document, media_type=found.content_type, headers=headers)


@router.get("/feed")
async def alerts(request: Request) -> Response:
    """The public feed of warnings in force (Atom with CAP entries)."""
    return await _document(request, "GetFeed", feed_pb2.GetFeedRequest(base_address=state_of(request.scope).settings.public_address))


@router.get("/cap/{identifier}")
async def alert(request: Request, identifier: str) -> Response:
    """One published warning as CAP 1.2."""
    strict_json.check_plain(identifier, "identifier")
    return await _document(request, "GetCapDocument", feed_pb2.GetCapDocumentRequest(identifier=identifier))


@router.post("/api/v1/externalAlerts:upload")
async def upload(request: Request) -> Response:
    """A CAP document of somebody else as its raw bytes: CAP 1.0 to 1.2, or wrapped in Atom, RSS, EDXL-DE or JSON. Judged by the rules C01 to C20."""
    state = state_of(request.scope)
    session = await state.session(request)
    method = _method(state, "ImportExternalAlerts")
    state.roles.check(session.caller, method.permission)
    body = await request.body()
    if not body:
        raise DomainError(Kind.INVALID, "EMPTY_DOCUMENT", field="document")
    message = external_alerts_pb2.ImportExternalAlertsRequest(
        document=body,
        content_type=request.headers.get("content-type", "")[:120],
        source=request.headers.get("content-location", "")[:300],
        request_id=request.headers.get("idempotency-key", "") or new_id(),
    )
    answer = await state.services.call(method, message, state.caller(session.caller, request.scope["fenghuo.traceparent"]))
    return calls.response_of(answer)
