"""Opaque page tokens, bound to the method and the query they came from (AIP-158)."""

import base64
import hashlib
import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chassis.errors import DomainError, Kind

asked_of: ContextVar[str] = ContextVar("asked_of", default="")
"""The method whose list is asked for; set around every call."""

DEFAULT_SIZE = 50
MAX_SIZE = 500
_EARLIEST, _LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_TOO_LARGE = 1 << 63


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: at most `size` rows after `after` (the sort key of the last row seen)."""

    size: int
    after: tuple[str, ...] | None
    query: str

    def key(self, *reads: Callable[[str], Any]) -> tuple[Any, ...] | None:
        """The sort key to go on after, each part read by its function; None for the first page. INVALID for a token that was tampered with."""
        if self.after is None:
            return None
        try:
            key = tuple(read(part) for read, part in zip(reads, self.after, strict=True))
        except (ValueError, OverflowError) as error:
            raise _invalid() from error
        if not all(map(_possible, key)):
            raise _invalid()
        return key

    def token(self, last: tuple[str, ...]) -> str:
        """The token of the next page, after the row with sort key `last`."""
        text = json.dumps([self.query, *last], ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def page(size: int, token: str, *query: object) -> Page:
    """Read a request's page; `query` is everything else that shapes the list. INVALID for a token of another method or query, or a negative size."""
    if size < 0:
        raise DomainError(Kind.INVALID, "INVALID_PAGE_SIZE", field="page_size", value=size)
    digest = hashlib.sha256(repr((asked_of.get(), *query)).encode()).hexdigest()[:16]
    bounded = min(size or DEFAULT_SIZE, MAX_SIZE)
    if not token:
        return Page(bounded, None, digest)
    try:
        bound, *after = _parts(json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))))
    except ValueError as error:
        raise _invalid() from error
    if bound != digest:
        raise _invalid()
    return Page(bounded, tuple(after), digest)


def _parts(read: object) -> list[str]:
    """The parts of a token; ValueError for what is no list of texts that can be stored."""
    if not isinstance(read, list) or not read:
        raise ValueError("no list")
    parts = [str(part) for part in read]
    if any("\x00" in part or any("\ud800" <= char <= "\udfff" for char in part) for part in parts):
        raise ValueError("no text")
    return parts


def _possible(part: object) -> bool:
    """Whether a list can hold it: a token that was tampered with may name a moment or a number that the database cannot."""
    if isinstance(part, datetime):
        return part.tzinfo is not None and _EARLIEST < part < _LATEST
    return not isinstance(part, int) or abs(part) < _TOO_LARGE


def _invalid() -> DomainError:
    return DomainError(Kind.INVALID, "INVALID_PAGE_TOKEN", field="page_token")
