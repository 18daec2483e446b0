"""Facts of dispatch as their topics carry them: one module a topic, put together here."""

from typing import Any

from chassis.journal import Encoded
from services.dispatch.events import allocations, command, duty, incidents, records, relief, reports, roads, tasks, units
from services.dispatch.events.encoding import Encoders

ENCODERS: Encoders = {
    **incidents.ENCODERS, **reports.ENCODERS, **records.ENCODERS, **units.ENCODERS, **tasks.ENCODERS, **command.ENCODERS, **duty.ENCODERS, **relief.ENCODERS,
    **allocations.ENCODERS, **roads.ENCODERS,
}  # fmt: skip


def encode(event: Any) -> Encoded:
    """Topic, key and message of a fact."""
    encoder = ENCODERS.get(type(event))
    if encoder is None:
        raise TypeError(f"{type(event).__name__} is not published")
    return encoder(event)
