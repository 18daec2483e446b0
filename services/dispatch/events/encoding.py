"""How a module of events says what its facts look like on the log."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import Message

from chassis.journal import Encoded
from services.dispatch.codec.fields import fill

Encoders = Mapping[type, Callable[[Any], Encoded]]
"""A fact's class → its topic, key and message."""


def by_name(topic: str, envelope: type[Message], *facts: type) -> Encoders:
    """Encoders of facts whose fields have the names of their message's fields; `key` is the key on the log.

    `TaskIssued` becomes the envelope's field `task_issued`. KeyError at import when the envelope has no such field.
    """
    return {fact: _encoder(topic, envelope, _snake(fact.__name__)) for fact in facts if envelope.DESCRIPTOR.fields_by_name[_snake(fact.__name__)]}


def _encoder(topic: str, envelope: type[Message], field: str) -> Callable[[Any], Encoded]:
    def encode(event: Any) -> Encoded:
        message = envelope()
        getattr(message, field).SetInParent()
        fill(getattr(message, field), event)
        return Encoded(topic, event.key, message)

    return encode


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
