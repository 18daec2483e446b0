"""The one error type of the platform (pure: models import it). Tables to gRPC and HTTP stand in chassis/rpc and gateway/problems."""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of refusal it is; decides the gRPC status and the HTTP status."""

    INVALID = "INVALID"  # the request's form is wrong: 400
    UNAUTHENTICATED = "UNAUTHENTICATED"  # 401
    FORBIDDEN = "FORBIDDEN"  # wrong role, jurisdiction or separation of duty: 403
    NOT_FOUND = "NOT_FOUND"  # 404, also for "not yours to see"
    ALREADY_EXISTS = "ALREADY_EXISTS"  # 409
    TRANSITION = "TRANSITION"  # the state does not allow the command: 409 with the allowed list
    CONFLICT = "CONFLICT"  # another fact stands against it (head changed, stock insufficient): 409
    STALE = "STALE"  # the etag is not the current version: 409, or 412 with If-Match
    EXPIRED = "EXPIRED"  # its time has passed: 410
    GUARD = "GUARD"  # a rule of the domain refuses it: 422 with the guard's id
    EXHAUSTED = "EXHAUSTED"  # shed or rate limited: 429 with a delay
    UNAVAILABLE = "UNAVAILABLE"  # 503
    DEADLINE = "DEADLINE"  # 504


class DomainError(Exception):
    """A refusal with a stable reason. `details`, and the field, fill its text in messages/<component>.yaml and travel to the caller."""

    def __init__(self, kind: Kind, reason: str, *, field: str | None = None, **details: object) -> None:
        super().__init__(f"{reason} {details}" if details else reason)
        self.kind = kind
        self.reason = reason
        self.field = field
        self.details = {name: _text(value) for name, value in details.items()}
        self.texts = {"field": field or ""} | self.details


def _text(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in value)
    return str(value)


def invalid(field: str, reason: str = "INVALID_FIELD", **details: object) -> DomainError:
    """The request's field breaks a rule of form."""
    return DomainError(Kind.INVALID, reason, field=field, **details)


def not_found(name: str) -> DomainError:
    """No such resource, or none that the caller may see."""
    return DomainError(Kind.NOT_FOUND, "NOT_FOUND", name=name)


def stale(name: str, given: str, current: str) -> DomainError:
    """The caller's etag is not the resource's current one."""
    return DomainError(Kind.STALE, "STALE", field="etag", name=name, given=given, current=current)


def guard(guard_id: str, *, field: str | None = None, **details: object) -> DomainError:
    """A rule of the domain refuses the command; the guard's id is its reason."""
    return DomainError(Kind.GUARD, guard_id, field=field, **details)
