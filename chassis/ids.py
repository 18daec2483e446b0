"""Identifiers and resource names (pure): UUIDv7, and `collection/id` paths."""

import os
import re
import time
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.errors import DomainError, Kind

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}\Z")


def new_id() -> str:
    """A UUIDv7: sortable by the millisecond it was made in (RFC 9562 § 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | random & 0x3FFFFFFFFFFFFFFF
    return str(UUID(int=value))


def derived_id(*parts: str) -> str:
    """The same id for the same parts, for objects that a consumer creates once from one event."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def checked_id(value: str, field: str) -> str:
    """A client-chosen id (AIP-133: lower case, digits, `.`, `_`, `-`, at most 63), or a new one when empty."""
    if not value:
        return new_id()
    if not _ID.match(value):
        raise DomainError(Kind.INVALID, "INVALID_ID", field=field, value=value[:80])
    return value


def id_of(name: str, collection: str, field: str = "name") -> str:
    """The id in a resource name `collection/id`; INVALID when the name is of another form."""
    prefix, _, last = name.rpartition("/")
    if prefix != collection or not last or not _ID.match(last):
        raise DomainError(Kind.INVALID, "INVALID_NAME", field=field, name=name[:120], pattern=f"{collection}/{{id}}")
    return last
