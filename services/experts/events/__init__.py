"""Facts of experts as their topics carry them: one module a topic, put together here."""

from typing import Any

from chassis.journal import Encoded
from services.experts.events import call_ups, experts, organisations

ENCODERS = {**experts.ENCODERS, **call_ups.ENCODERS, **organisations.ENCODERS}


def encode(event: Any) -> Encoded:
    """Topic, key and message of a fact."""
    encoder = ENCODERS.get(type(event))
    if encoder is None:
        raise TypeError(f"{type(event).__name__} is not published")
    return encoder(event)
