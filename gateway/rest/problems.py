"""One table from refusals to `application/problem+json` (RFC 9457)."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2
from starlette.responses import Response

from chassis.errors import DomainError, Kind
from chassis.messages import Catalogue
from chassis.rpc.status import DETAILS_KEY, ViolationsError
from gateway.rest.strict_json import encode

_SNAKE = re.compile(r"_([a-z0-9])")
HTTP = {
    Kind.INVALID: 400, Kind.UNAUTHENTICATED: 401, Kind.FORBIDDEN: 403, Kind.NOT_FOUND: 404, Kind.ALREADY_EXISTS: 409, Kind.TRANSITION: 409,
    Kind.CONFLICT: 409, Kind.STALE: 409, Kind.EXPIRED: 410, Kind.GUARD: 422, Kind.EXHAUSTED: 429, Kind.UNAVAILABLE: 503, Kind.DEADLINE: 504,
}  # fmt: skip
_BARE = {grpc.StatusCode.UNAVAILABLE: Kind.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED: Kind.DEADLINE, grpc.StatusCode.RESOURCE_EXHAUSTED: Kind.EXHAUSTED}


@dataclass(slots=True)
class Problem:
    """What a caller is told."""

    status: int
    reason: str
    zh: str
    en: str
    field: str = ""
    details: dict[str, str] = dataclasses.field(default_factory=dict)
    violations: list[dict[str, str]] = dataclasses.field(default_factory=list)
    headers: dict[str, str] = dataclasses.field(default_factory=dict)

    def response(self, language: str, trace_id: str) -> Response:
        """The HTTP answer."""
        body: dict[str, Any] = {
            "type": f"/errors/fenghuo/{self.reason}",
            "title": self.reason,
            "status": self.status,
            "code": self.reason,
            "detail": self.zh if language == "zh" else self.en,
            "message_zh": self.zh,
            "message_en": self.en,
            "trace_id": trace_id,
        }
        if self.field:
            body["field"] = camel(self.field)
        if self.violations:
            body["violations"] = [violation | {"field": camel(violation["field"])} for violation in self.violations]
        if self.status == 422:
            body["guard"] = self.reason
        if "allowed" in self.details:
            body["allowed"] = [part for part in self.details["allowed"].split(", ") if part]
        if self.details:
            body["details"] = self.details
        headers = self.headers | {"Content-Language": "zh-CN" if language == "zh" else "en"}
        if self.status in {429, 503}:
            headers["Retry-After"] = str(max(1, round(float(self.details.get("retry_after_s", "1")))))
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(encode(body), self.status, headers, "application/problem+json")


def of_error(error: DomainError, texts: Catalogue, *, if_match: bool = False) -> Problem:
    """The gateway's own refusals."""
    violations = [{"field": name, "rule": rule} for name, rule in error.violations] if isinstance(error, ViolationsError) else []
    status = 412 if if_match and error.kind is Kind.STALE else HTTP[error.kind]
    zh, en = (texts.text(error.reason, tag, error.texts) for tag in ("zh", "en"))
    return Problem(status, error.reason, zh, en, error.field or "", dict(error.details), violations)


def of_rpc(error: grpc.aio.AioRpcError, texts: Catalogue, *, if_match: bool = False) -> Problem:
    """A service's refusal, from the details of its status."""
    packed = next((value for key, value in error.trailing_metadata() or () if key == DETAILS_KEY), None)
    if packed is None:
        kind = _BARE.get(error.code())
        if kind is None:
            return Problem(500, "INTERNAL", texts.text("INTERNAL", "zh", {}), texts.text("INTERNAL", "en", {}))
        reason = {Kind.UNAVAILABLE: "SERVICE_UNAVAILABLE", Kind.DEADLINE: "SERVICE_DEADLINE", Kind.EXHAUSTED: "SERVICE_BUSY"}[kind]
        return of_error(DomainError(kind, reason, retry_after_s=1), texts)
    return _from_details(status_pb2.Status.FromString(packed if isinstance(packed, bytes) else packed.encode()), texts, if_match=if_match)


def _from_details(status: status_pb2.Status, texts: Catalogue, *, if_match: bool) -> Problem:
    info, words, violations = error_details_pb2.ErrorInfo(), {"zh": status.message, "en": status.message}, []
    for detail in status.details:
        localized, bad = error_details_pb2.LocalizedMessage(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            continue
        if detail.Unpack(localized):
            words[localized.locale] = localized.message
        elif detail.Unpack(bad):
            violations = [{"field": violation.field, "rule": violation.description} for violation in bad.field_violations]
    details = dict(info.metadata)
    kind, name = details.pop("kind", ""), details.pop("field", "")
    if kind not in Kind.__members__:
        return Problem(500, "INTERNAL", texts.text("INTERNAL", "zh", details), texts.text("INTERNAL", "en", details), details=details)
    http = 412 if if_match and kind == Kind.STALE else HTTP[Kind(kind)]
    return Problem(http, info.reason, words["zh"], words["en"], name, details, violations)


def camel(path: str) -> str:
    """A field's path as JSON names it: `region_code` is `regionCode`."""
    return _SNAKE.sub(lambda match: match[1].upper(), path)


def language_of(headers: Mapping[str, str]) -> str:
    """`zh` unless the caller prefers English."""
    return "en" if headers.get("accept-language", "").lower().startswith("en") else "zh"
