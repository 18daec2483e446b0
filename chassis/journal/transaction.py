"""What a use case works with while a command runs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.identity import Call, Caller


@dataclass(frozen=True, slots=True)
class Encoded:
    """An event as its topic carries it; the journal fills `message.header`."""

    topic: str
    key: str
    message: Any


@dataclass(frozen=True, slots=True)
class Fact:
    """An event of the model with what its header must say."""

    event: object
    name: str
    version: int
    region_code: str
    incident: str
    exercise_id: str
    regions: tuple[str, ...] = ()


@dataclass(slots=True)
class Transaction:
    """The connection, the domain's time, the caller, and a place to write down what changed."""

    connection: AsyncConnection
    metadata: MetaData
    now: datetime
    call: Call
    resource: str = ""
    exercise_id: str = ""
    facts: list[Fact] = field(default_factory=list)
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    rings_at: datetime | None = None
    """When the first of the timers that it set is due."""

    @property
    def caller(self) -> Caller:
        """Who asked for the command."""
        return self.call.caller

    def seen(self, name: str, aggregate: object) -> None:
        """Note the aggregate as it was before the command; repositories call it on loading for a change."""
        self.before.setdefault(name, digest(aggregate))

    def changed(
        self,
        name: str,
        aggregate: object,
        *events: object,
        version: int,
        region_code: str = "",
        incident: str = "",
        exercise_id: str = "",
        regions: Sequence[str] = (),
    ) -> None:
        """Note the aggregate as the command left it, and the facts that follow. The first one named is the command's resource."""
        self.resource = self.resource or name
        self.exercise_id = self.exercise_id or exercise_id
        self.after[name] = digest(aggregate)
        self.facts.extend(Fact(event, name, version, region_code, incident, exercise_id, tuple(regions)) for event in events)


def digest(aggregate: object) -> bytes:
    """SHA-256 of an aggregate's full state."""
    return hashlib.sha256(repr(aggregate).encode()).digest()


def combined(digests: dict[str, bytes]) -> bytes | None:
    """One digest over several aggregates; None when there are none."""
    if len(digests) <= 1:
        return next(iter(digests.values()), None)
    return hashlib.sha256(b"".join(name.encode() + value for name, value in sorted(digests.items()))).digest()
