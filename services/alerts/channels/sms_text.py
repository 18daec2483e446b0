"""Text to SMS segments in UCS-2: 70 characters in one message, else parts of 67 behind a header that joins them on the telephone (3GPP TS 23.040)."""

from dataclasses import dataclass

SINGLE_UNITS = 70
PART_UNITS = 67
UDH_INDICATOR = 0x40


@dataclass(frozen=True, slots=True)
class Segment:
    """One message's worth of content, header included, and the esm_class that tells of the header."""

    content: bytes
    esm_class: int


def segments(text: str, *, reference: int, most: int) -> list[Segment]:
    """The text in order. `reference` (0-255) joins the parts. ValueError when it needs more than `most` (at most 255) messages or cannot be encoded."""
    units = text.encode("utf-16-be")
    if len(units) <= SINGLE_UNITS * 2:
        return [Segment(units, 0)]
    parts = _split(units)
    if len(parts) > min(most, 255):
        raise ValueError(f"{len(parts)} messages, at most {most}")
    return [Segment(bytes((5, 0, 3, reference % 256, len(parts), number)) + part, UDH_INDICATOR) for number, part in enumerate(parts, 1)]


def _split(units: bytes) -> list[bytes]:
    """Parts of at most 67 units; a character of two units is never torn."""
    parts = []
    while units:
        size = min(PART_UNITS * 2, len(units))
        if size < len(units) and 0xD8 <= units[size - 2] <= 0xDB:
            size -= 2
        parts.append(units[:size])
        units = units[size:]
    return parts
