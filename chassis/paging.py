"""Opaque page tokens, bound to the query they came from (AIP-158)."""

import base64
import hashlib
import json
from dataclasses import dataclass

from chassis.errors import DomainError, Kind

DEFAULT_SIZE = 50
MAX_SIZE = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: at most `size` rows after `after` (the sort key of the last row seen)."""

    size: int
    after: tuple[str, ...] | None
    query: str

    def token(self, last: tuple[str, ...]) -> str:
        """The token of the next page, after the row with sort key `last`."""
        text = json.dumps([self.query, *last], ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def page(size: int, token: str, *query: object) -> Page:
    """Read a request's page; `query` is everything else that shapes the list. INVALID for a token of another query or a negative size."""
    if size < 0:
        raise DomainError(Kind.INVALID, "INVALID_PAGE_SIZE", field="page_size", value=size)
    digest = hashlib.sha256(repr(query).encode()).hexdigest()[:16]
    bounded = min(size or DEFAULT_SIZE, MAX_SIZE)
    if not token:
        return Page(bounded, None, digest)
    try:
        read = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        bound, *after = (str(part) for part in read)
    except ValueError as error:
        raise DomainError(Kind.INVALID, "INVALID_PAGE_TOKEN", field="page_token") from error
    if bound != digest:
        raise DomainError(Kind.INVALID, "INVALID_PAGE_TOKEN", field="page_token")
    return Page(bounded, tuple(after), digest)
