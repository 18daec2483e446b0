"""What all messages of experts share: enumerations as the model's words, moments, and personal data left out."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from google.protobuf.message import Message

from fenghuo.experts.v1 import experts_pb2
from fenghuo.type.v1 import options_pb2
from services.experts.model.taxonomy import TAXONOMY, Field

M = TypeVar("M", bound=Message)


def word(enum: Any, value: int) -> str:
    """The model's word for a value of an enumeration; empty for unspecified."""
    return "" if not value else str(enum.Name(value)).removeprefix(_prefix(enum)).lower()


def value(enum: Any, text: str) -> Any:
    """The value of an enumeration that the model's word stands for; unspecified for an empty word."""
    return enum.Value(_prefix(enum) + text.upper()) if text else 0


def _prefix(enum: Any) -> str:
    return str(enum.Name(0)).removesuffix("UNSPECIFIED")


def moment(message: Any, field: str) -> datetime | None:
    """A timestamp field, or None when absent."""
    return getattr(message, field).ToDatetime(UTC) if message.HasField(field) else None


def stamp(message: Any, **moments: datetime | None) -> None:
    """Set the timestamp fields that are known."""
    for field, at in moments.items():
        if at is not None:
            getattr(message, field).FromDatetime(at)


def asked_field(message: experts_pb2.ExpertField) -> Field:
    """A field of knowledge as somebody wrote it; FIELD_UNKNOWN."""
    return TAXONOMY.field(message.discipline, message.hazard)


def fields(wanted: tuple[Field, ...]) -> list[experts_pb2.ExpertField]:
    """Fields of knowledge."""
    return [experts_pb2.ExpertField(hazard=each.hazard, discipline=each.discipline) for each in wanted]


def impersonal(message: M) -> M:
    """The message without its personal data: what a change answers, so that the journal, which keeps answers, never holds any."""
    for field, content in message.ListFields():
        options: Any = field.GetOptions()
        if options.HasExtension(options_pb2.personal_data):
            message.ClearField(field.name)
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for part in content if field.is_repeated else (content,):
                impersonal(part)
    return message
