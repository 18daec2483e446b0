"""What happens around every call, in this order: identity, permission, form, overload, deadline, the work, masking, one log line, the status."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import protovalidate
from google.protobuf.message import DecodeError, Message
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis import telemetry
from chassis.access import PERSONAL_DATA, Roles
from chassis.database import lost, unstorable
from chassis.errors import DomainError, Kind
from chassis.hot.store import HotStoreUnavailableError
from chassis.identity import Call, Caller, Verifier, current_call
from chassis.logs import logger
from chassis.messages import Catalogue
from chassis.paging import asked_of
from chassis.rpc import contract
from chassis.rpc.shedding import Gate
from chassis.rpc.status import ViolationsError, internal_status, to_status

log = logger(__name__)
SLICE_S = 0.1
DEFAULT_DEADLINE_S = 10.0
Method = Callable[[Any, Any], Awaitable[Any]]
Read = Callable[[bytes], Message]
AuditRead = Callable[[Call, Message], Awaitable[None]]


@dataclass(slots=True)
class Pipeline(grpc.aio.ServerInterceptor):
    """Wraps every method of a server that gives one answer, to one request or to a stream of them; health checks pass untouched."""

    verifier: Verifier
    roles: Roles
    texts: Catalogue
    gate: Gate
    audit_read: AuditRead | None = None
    observe: Callable[[str, str, float], None] = lambda _method, _outcome, _seconds: None
    validator: protovalidate.Validator = field(default_factory=protovalidate.Validator)

    async def intercept_service(self, continuation: Any, details: grpc.HandlerCallDetails) -> Any:
        """Put the pipeline around the method's own handler."""
        handler = await continuation(details)
        if handler is None or details.method.startswith("/grpc.health."):
            return handler
        rules = contract.method_rules(details.method)
        path, read = details.method, handler.request_deserializer
        if rules is not None and handler.unary_unary is not None:
            one = handler.unary_unary

            async def around(raw: bytes, context: Any) -> Any:
                return await self._call(
                    path, context, lambda known, parent: self._guarded(path, rules, one, lambda: _message(read, raw), context, known, parent)
                )

            return grpc.unary_unary_rpc_method_handler(around, None, handler.response_serializer)
        if rules is not None and handler.stream_unary is not None:
            many = handler.stream_unary

            async def along(raws: AsyncIterator[bytes], context: Any) -> Any:
                return await self._call(path, context, lambda known, parent: self._streamed(path, rules, many, read, raws, context, known, parent))

            return grpc.stream_unary_rpc_method_handler(along, None, handler.response_serializer)
        return None  # UNIMPLEMENTED: what nobody says who may call, nobody may call

    async def _call(self, path: str, context: Any, work: Callable[[dict[str, str], str], Awaitable[Message]]) -> Any:
        started = time.perf_counter()
        metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        outcome = "OK"
        with telemetry.continued(path, metadata.get("traceparent", "")) as traceparent:
            try:
                return await work(metadata, traceparent)
            except Exception as error:  # noqa: BLE001 - every failure becomes a status
                code, text, trailers = self._status(error, path, traceparent)
                outcome = code.name
                await context.abort(code, text, trailers)
            finally:
                seconds = time.perf_counter() - started
                self.observe(path, outcome, seconds)
                log.info("call", method=path, outcome=outcome, ms=round(seconds * 1000, 1), trace_id=telemetry.trace_id(traceparent))

    async def _guarded(
        self, path: str, rules: contract.MethodRules, inner: Method, read: Callable[[], Message], context: Any, metadata: dict[str, str], traceparent: str
    ) -> Message:
        caller = self._caller(rules, metadata)
        request = self._checked(read())
        call = Call(caller, path, str(getattr(request, "request_id", "")), traceparent)
        remaining = context.time_remaining()
        budget = (DEFAULT_DEADLINE_S if remaining is None else remaining) - SLICE_S
        if budget <= 0:
            raise DomainError(Kind.DEADLINE, "DEADLINE", hop=path)
        current_call.set(call)
        asked_of.set(path)
        async with asyncio.timeout(budget):
            entered = await self.gate.enter(rules.priority)
            try:
                response: Message = await inner(request, context)
            finally:
                self.gate.leave(entered)
        if rules.has_personal_data:
            await self._personal_data(call, response)
        return response

    def _caller(self, rules: contract.MethodRules, metadata: Mapping[str, str]) -> Caller:
        """Who calls; UNAUTHENTICATED or FORBIDDEN when they may not."""
        caller = self.verifier.verify(metadata.get("authorization", "").removeprefix("Bearer "))
        if rules.internal and "component" not in caller.roles:
            raise DomainError(Kind.FORBIDDEN, "PERMISSION_DENIED", permission="component")
        if not rules.internal:
            self.roles.check(caller, rules.permission)
        return caller

    def _checked(self, request: Message) -> Message:
        violations = self.validator.collect_violations(request)
        if violations:
            raise ViolationsError([(_field_path(violation.proto), violation.proto.message or violation.proto.rule_id or "") for violation in violations])
        strange = contract.moment_out_of_range(request)
        if strange:
            raise DomainError(Kind.INVALID, "TIME_OUT_OF_RANGE", field=strange, name=strange)
        return request

    async def _streamed(
        self, path: str, rules: contract.MethodRules, inner: Method, read: Read, raws: AsyncIterator[bytes], context: Any, metadata: dict[str, str], parent: str
    ) -> Message:
        """A stream lives as long as its caller's token; each message is checked as it comes, and the next is read when the method asks for it."""
        current_call.set(Call(self._caller(rules, metadata), path, "", parent))

        async def requests() -> AsyncIterator[Message]:
            async for raw in raws:
                self._caller(rules, metadata)
                yield self._checked(_message(read, raw))

        response: Message = await inner(requests(), context)
        return response

    async def _personal_data(self, call: Call, response: Message) -> None:
        if not self.roles.holds(call.caller, PERSONAL_DATA):
            contract.mask(response)
        elif self.audit_read is not None and contract.holds_personal_data(response):
            await self.audit_read(call, response)

    def _status(self, error: BaseException, path: str, traceparent: str) -> Any:
        if isinstance(error, DomainError):
            return to_status(error, self.texts)
        if isinstance(error, PoolTimeout):
            return to_status(DomainError(Kind.EXHAUSTED, "SHED", retry_after_s=1.0), self.texts)
        if isinstance(error, TimeoutError):
            return to_status(DomainError(Kind.DEADLINE, "DEADLINE", hop=path), self.texts)
        if unstorable(error):
            log.warning("a value that cannot be stored", method=path, error=repr(error))
            return to_status(DomainError(Kind.INVALID, "UNSTORABLE_VALUE"), self.texts)
        if isinstance(error, HotStoreUnavailableError):
            return to_status(DomainError(Kind.UNAVAILABLE, "TRY_AGAIN"), self.texts)
        if lost(error):
            log.warning("database lost", method=path, error=repr(error))
            return to_status(DomainError(Kind.UNAVAILABLE, "DATABASE_UNAVAILABLE"), self.texts)
        trace_id = telemetry.trace_id(traceparent)
        log.error("unforeseen error", method=path, trace_id=trace_id, exc_info=error)
        return internal_status(trace_id)


def _message(read: Read, raw: bytes) -> Message:
    """The request; INVALID for bytes that are no such message. Read only once the caller is known, so that strangers' bytes are never parsed."""
    try:
        return read(raw)
    except DecodeError as error:
        raise DomainError(Kind.INVALID, "MALFORMED_MESSAGE") from error


def _field_path(violation: Any) -> str:
    path = ""
    for element in violation.field.elements if violation.field else ():
        path += f".{element.field_name}" if path else element.field_name or ""
        subscript = element.subscript
        if subscript is not None:
            path += f"[{subscript.value}]"
    return path
