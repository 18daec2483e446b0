"""Refusals on the wire: one table from kinds to gRPC codes, and `google.rpc.Status` details that carry reason, field and both languages."""

from collections.abc import Sequence
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import code_pb2, error_details_pb2, status_pb2

from chassis.errors import DomainError, Kind
from chassis.messages import Catalogue

DETAILS_KEY = "grpc-status-details-bin"
DOMAIN = "fenghuo"
CODES: dict[Kind, grpc.StatusCode] = {
    Kind.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    Kind.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    Kind.FORBIDDEN: grpc.StatusCode.PERMISSION_DENIED,
    Kind.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Kind.ALREADY_EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    Kind.TRANSITION: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.CONFLICT: grpc.StatusCode.ABORTED,
    Kind.STALE: grpc.StatusCode.ABORTED,
    Kind.EXPIRED: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.GUARD: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Kind.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Kind.DEADLINE: grpc.StatusCode.DEADLINE_EXCEEDED,
}


class ViolationsError(DomainError):
    """Several fields break rules of form at once."""

    def __init__(self, violations: Sequence[tuple[str, str]]) -> None:
        super().__init__(Kind.INVALID, "INVALID_REQUEST", field=violations[0][0], fields=[field for field, _ in violations])
        self.violations = violations


def to_status(error: DomainError, texts: Catalogue) -> tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]:
    """Code, English text and trailing metadata for a refusal."""
    code = CODES[error.kind]
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.details | {"kind": error.kind.value})
    if error.field:
        info.metadata["field"] = error.field
    details: list[Any] = [info]
    details += [error_details_pb2.LocalizedMessage(locale=tag, message=texts.text(error.reason, tag, error.texts)) for tag in ("zh", "en")]
    if isinstance(error, ViolationsError):
        rules = [error_details_pb2.BadRequest.FieldViolation(field=field, description=rule) for field, rule in error.violations]
        details.append(error_details_pb2.BadRequest(field_violations=rules))
    text = texts.text(error.reason, "en", error.texts)
    status = status_pb2.Status(code=code_pb2.Code.Value(code.name), message=text)
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return code, text, ((DETAILS_KEY, status.SerializeToString()),)


def internal_status(trace_id: str) -> tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]:
    """What a caller learns of an unforeseen error: the trace id, nothing else."""
    status = status_pb2.Status(code=code_pb2.INTERNAL, message="INTERNAL")
    packed = AnyMessage()
    packed.Pack(error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"trace_id": trace_id}))
    status.details.append(packed)
    return grpc.StatusCode.INTERNAL, "INTERNAL", ((DETAILS_KEY, status.SerializeToString()),)
