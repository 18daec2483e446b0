"""The number of a Chinese warning, 预警编号: `AAAAAAIIIUUUXX_YYYYMMDDHHMMSS` (DOMAIN 2.9, C-CN).

AAAAAA county (GB/T 2260), III agency (GB/T 4657; 416 is the weather service), UUU unit within it, XX extension, then Beijing time.
A province may append `_N` when several are issued in one second.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from services.alerts.cap.times import BEIJING

MAX_LENGTH = 31
_FORM = re.compile(r"(\d{6})(\d{3})(\d{3})(\d{2})_(\d{14})(?:_(\d))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class WarningNumber:
    """The parts of a warning's number."""

    region: str
    agency: str
    unit: str
    extension: str
    issued_at: datetime
    sequence: int | None = None

    def __str__(self) -> str:
        """The number as it is written, at most 31 characters."""
        tail = "" if self.sequence is None else f"_{self.sequence}"
        return f"{self.region}{self.agency}{self.unit}{self.extension}_{self.issued_at.astimezone(BEIJING):%Y%m%d%H%M%S}{tail}"


def make_identifier(*, region: str, agency: str, issued_at: datetime, unit: str = "000", extension: str = "00", sequence: int | None = None) -> str:
    """A new number. ValueError when a part has not its digits, the time has no offset or the sequence is not 1-9."""
    for name, value, length in (("region", region, 6), ("agency", agency, 3), ("unit", unit, 3), ("extension", extension, 2)):
        if len(value) != length or not (value.isascii() and value.isdigit()):
            raise ValueError(f"{name} has {length} digits, not {value!r}")
    if issued_at.utcoffset() is None:
        raise ValueError("issued_at needs an offset")
    if sequence is not None and not 1 <= sequence <= 9:
        raise ValueError("sequence is 1 to 9")
    return str(WarningNumber(region, agency, unit, extension, issued_at, sequence))


def read_identifier(text: str) -> WarningNumber | None:
    """The parts of a number; None when it has another form."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    try:
        issued_at = datetime.strptime(match[5], "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None
    return WarningNumber(match[1], match[2], match[3], match[4], issued_at, int(match[6]) if match[6] else None)
