"""One HTTP request to one gRPC call and back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from starlette.datastructures import QueryParams
from starlette.responses import Response

from chassis import telemetry
from chassis.errors import DomainError, Kind
from chassis.ids import new_id
from gateway.rest import strict_json
from gateway.rest.contract import Method
from gateway.rest.written import written

TIMEOUT_S = 10.0
_VISIBLE = re.compile("[!-~]*")
"""What the document says of our headers."""
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Caller:
    """How a request's caller appears to the services."""

    token: str
    traceparent: str


class Services:
    """Channels to the services, one ready-made stub a method."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        self.channels = channels
        self._stubs: dict[str, Callable[..., Any]] = {}

    async def call(self, method: Method, request: Message, caller: Caller, timeout: float = TIMEOUT_S) -> Any:  # noqa: ASYNC109 - gRPC's own deadline
        """The answer; AioRpcError when refused."""
        stub = self._stubs.get(method.path)
        if stub is None:
            channel = self.channels.get(method.area)
            if channel is None:
                raise DomainError(Kind.UNAVAILABLE, "SERVICE_UNAVAILABLE", service=method.area)
            stub = channel.unary_unary(method.path, method.request.SerializeToString, method.response.FromString)
            self._stubs[method.path] = stub
        with telemetry.span(method.path, kind="client"):
            metadata = (("authorization", f"Bearer {caller.token}"), ("traceparent", telemetry.outgoing(caller.traceparent)))
            return await stub(request, timeout=timeout, metadata=metadata)


def request_of(method: Method, variable: str, query: QueryParams, body: bytes, headers: Mapping[str, str]) -> Message:
    """The message an HTTP request stands for; INVALID names what is wrong."""
    message = method.request()
    if method.body:
        if body.strip():
            strict_json.parse(strict_json.loads(body), message)
        if query:
            raise DomainError(Kind.INVALID, "QUERY_NOT_ALLOWED", field=next(iter(query)))
    else:
        if body.strip():
            raise DomainError(Kind.INVALID, "BODY_NOT_ALLOWED")
        _fill_query(message, query)
    if method.variable:
        strict_json.check_plain(variable, method.variable)
        given = getattr(message, method.variable)
        if given and given != variable:
            raise DomainError(Kind.INVALID, "PATH_MISMATCH", field=method.variable, name=method.variable)
        setattr(message, method.variable, variable)
    if method.keyed:
        _fill_key(message, headers.get("idempotency-key", ""))
    if method.guarded and "if-match" in headers:
        _fill_etag(message, headers["if-match"])
    return message


def _fill_key(message: Any, key: str) -> None:
    key = key.strip()  # blanks around a header are none of it (RFC 9110, 5.5)
    if key and message.request_id and key != message.request_id:
        raise DomainError(Kind.INVALID, "PATH_MISMATCH", field="requestId", name="requestId")
    if not _VISIBLE.fullmatch(key):
        raise DomainError(Kind.INVALID, "HEADER_CHARACTERS", field="Idempotency-Key", name="Idempotency-Key")
    message.request_id = key or message.request_id or new_id()


def _fill_etag(message: Any, given: str) -> None:
    etag = given.strip().removeprefix("W/").strip('"')
    if not etag or not _VISIBLE.fullmatch(etag):
        raise DomainError(Kind.INVALID, "HEADER_CHARACTERS", field="If-Match", name="If-Match")
    message.etag = etag


def _fill_query(message: Message, query: QueryParams) -> None:
    values: dict[str, Any] = {}
    for key in query:
        strict_json.check_plain(key, "query")
        target, descriptor = values, message.DESCRIPTOR
        *parents, leaf = key.split(".")
        for part in parents:
            field = _field(descriptor, part, key)
            if field.message_type is None or field.is_repeated:
                raise DomainError(Kind.INVALID, "QUERY_UNKNOWN", field=key[:80], name=key[:80])
            descriptor, target = field.message_type, target.setdefault(part, {})
        field = _field(descriptor, leaf, key)
        given = query.getlist(key)
        for text in given:
            strict_json.check_plain(text, key)
        if len(given) > 1 and not field.is_repeated:
            raise DomainError(Kind.INVALID, "JSON_DUPLICATE_KEY", field=key[:80], key=key[:80])
        values_read = [_value(field, text) for text in given]
        target[leaf] = values_read if field.is_repeated else values_read[0]
    strict_json.parse(values, message)


def _field(descriptor: Any, name: str, key: str) -> FieldDescriptor:
    field: FieldDescriptor | None = descriptor.fields_by_camelcase_name.get(name) or descriptor.fields_by_name.get(name)
    if field is None:
        raise DomainError(Kind.INVALID, "QUERY_UNKNOWN", field=key[:80], name=key[:80])
    return field


def _value(field: FieldDescriptor, text: str) -> Any:
    if field.type == FieldDescriptor.TYPE_BOOL:
        return _TRUTH.get(text, text)
    return text


def response_of(message: Message) -> Response:
    """The JSON answer, with the resource's ETag."""
    body = written(message)
    etag = body.get("etag")
    headers = {"ETag": f'"{etag}"'} if etag else {}
    return Response(strict_json.encode(body), 200, headers, "application/json")
