"""The outermost layer: trace context, body limit, refusals to problems, security headers, one log line, one observation."""

import time
from typing import Any

import grpc
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from chassis import telemetry
from chassis.errors import DomainError, Kind
from chassis.hot.store import HotStoreUnavailableError
from chassis.logs import logger
from chassis.messages import Catalogue
from gateway.auth.cross_site import MediaTypeError
from gateway.public.rpc import Contract, MethodNotAllowedError
from gateway.rest import problems

log = logger(__name__)
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; frame-ancestors 'none'",
    ),
]


API = "/api/"
"""What is answered below this may hold personal data: no cache between keeps it, unless the answer itself says otherwise."""


class TooLargeError(Exception):
    """The body is larger than allowed."""


class Edge:
    """The ASGI application: everything passes here first."""

    def __init__(self, app: FastAPI, contract: Contract, texts: Catalogue, max_body: int) -> None:
        self._app = app
        self._contract = contract
        self._texts = texts
        self._max_body = max_body
        for refusal in (HotStoreUnavailableError, DomainError, grpc.aio.AioRpcError, TooLargeError, MediaTypeError, HTTPException, Exception):
            app.add_exception_handler(refusal, self._refused)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        traced, length = _headers(scope, b"traceparent", b"content-length")
        status = [0]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                own = message.get("headers", [])
                kept = [] if any(name == b"cache-control" for name, _ in own) or not scope["path"].startswith(API) else [(b"cache-control", b"no-store")]
                message["headers"] = [*own, *kept, *HEADERS, (b"traceparent", scope["fenghuo.traceparent"].encode())]
            await send(message)

        with telemetry.continued(f"{scope['method']} {scope['path']}", traced) as traceparent:
            scope["fenghuo.traceparent"] = traceparent
            try:
                bounded = self._bounded(receive, length)
                if not await self._contract.serve(scope, bounded, sending):
                    await self._app(scope, bounded, sending)
            except ClientDisconnect:
                status[0] = 499
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets a problem
                if not status[0]:
                    response = await self._refused(Request(scope, receive), error)
                    await response(scope, receive, sending)
            finally:
                self._observe(scope, status[0], time.perf_counter() - started, traceparent)

    def _bounded(self, receive: Receive, length: str) -> Receive:
        raise_early = length.isdigit() and int(length) > self._max_body
        seen = [0]

        async def receiving() -> Message:
            if raise_early:
                raise TooLargeError
            message = await receive()
            seen[0] += len(message.get("body", b""))
            if seen[0] > self._max_body:
                raise TooLargeError
            return message

        return receiving

    async def _refused(self, request: Request, error: Exception) -> Response:
        traceparent = request.scope["fenghuo.traceparent"]
        problem = self._problem(error, request.scope["path"], traceparent, if_match="if-match" in request.headers)
        return problem.response(problems.language_of(request.headers), telemetry.trace_id(traceparent))

    def _problem(self, error: Exception, path: str, traceparent: str, *, if_match: bool) -> problems.Problem:
        if isinstance(error, DomainError):
            return problems.of_error(error, self._texts, if_match=if_match)
        if isinstance(error, grpc.aio.AioRpcError):
            return problems.of_rpc(error, self._texts, if_match=if_match)
        if isinstance(error, HotStoreUnavailableError):
            return problems.of_error(DomainError(Kind.UNAVAILABLE, "SERVICE_UNAVAILABLE"), self._texts)
        if isinstance(error, MethodNotAllowedError):
            problem = problems.of_error(DomainError(Kind.INVALID, "METHOD_NOT_ALLOWED", path=path[:200]), self._texts)
            problem.status, problem.headers = 405, {"Allow": ", ".join(error.allowed)}
            return problem
        if isinstance(error, HTTPException):
            command = path.rpartition("/")[2].partition(":")[2]
            reason = {404: "NO_COMMAND" if command and path.startswith(API) else "NO_ROUTE", 405: "METHOD_NOT_ALLOWED"}.get(
                error.status_code, "INVALID_REQUEST"
            )
            problem = problems.of_error(DomainError(Kind.INVALID, reason, path=path[:200], name=command[:80], fields=""), self._texts)
            problem.status = error.status_code
            return problem
        if isinstance(error, TooLargeError):
            problem = problems.of_error(DomainError(Kind.INVALID, "BODY_TOO_LARGE", limit=self._max_body), self._texts)
            problem.status = 413
            return problem
        if isinstance(error, MediaTypeError):
            problem = problems.of_error(DomainError(Kind.INVALID, "NOT_JSON", field="Content-Type"), self._texts)
            problem.status = 415
            return problem
        trace_id = telemetry.trace_id(traceparent)
        log.error("unforeseen error", trace_id=trace_id, exc_info=error)
        details = {"trace_id": trace_id}
        return problems.Problem(500, "INTERNAL", self._texts.text("INTERNAL", "zh", details), self._texts.text("INTERNAL", "en", details), details=details)

    def _observe(self, scope: Any, status: int, seconds: float, traceparent: str) -> None:
        route = scope.get("fenghuo.route", "other")
        if hasattr(self._app.state, "requests"):
            self._app.state.requests.labels(scope["method"], route, str(status)).observe(seconds)
        log.info("request", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 1), trace_id=telemetry.trace_id(traceparent))


def _headers(scope: Scope, *names: bytes) -> list[str]:
    """What the request says under these names, of several lines the last; empty where it says nothing."""
    found = dict(scope["headers"])
    return [found.get(name, b"").decode("latin-1") for name in names]
