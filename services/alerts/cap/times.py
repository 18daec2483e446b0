"""CAP times: `YYYY-MM-DDThh:mm:ss+hh:mm`, whole seconds, always an offset, never `Z`. Ours are written in Beijing time (+08:00)."""

import re
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))

_DATE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|([+-])(\d\d):(\d\d))?", re.ASCII)
_CAP_1_2 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)
_LARGEST_OFFSET = timedelta(hours=14)


def is_date_time(text: str) -> bool:
    """True for an xs:dateTime of the years 0001-9999, with or without offset: what CAP 1.0 and 1.1 allow."""
    return _read(text) is not None


def is_cap_1_2_time(text: str) -> bool:
    """True for the one form CAP 1.2 allows (rule C05)."""
    return _CAP_1_2.fullmatch(text) is not None and _read(text) is not None


def read_time(text: str) -> datetime | None:
    """The instant, to the whole second; None when unreadable, without offset or beyond what a calendar can hold."""
    moment, offset = _read(text) or (None, None)
    if moment is None or offset is None:
        return None
    try:
        aware = moment.replace(tzinfo=timezone(offset))
        aware.astimezone(BEIJING)
        aware.astimezone(UTC)
    except OverflowError:
        return None
    return aware


def write_time(moment: datetime) -> str:
    """The time in Beijing's offset; a fraction of a second is dropped. A naive time is a ValueError: nobody could know the instant."""
    if moment.utcoffset() is None:
        raise ValueError("a CAP time needs an offset")
    return moment.astimezone(BEIJING).replace(microsecond=0).isoformat()


def _read(text: str) -> tuple[datetime, timedelta | None] | None:
    """Local time and offset; 24:00:00 is the next midnight, as in XML Schema."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    midnight = hour == 24
    if midnight and (minute or second or (match[7] or ".0").strip(".0")):
        return None
    offset: timedelta | None = None
    if match[8] == "Z":
        offset = timedelta()
    elif match[8]:
        offset = timedelta(hours=int(match[10]), minutes=int(match[11]))
        if int(match[11]) > 59 or offset > _LARGEST_OFFSET:
            return None
        offset = -offset if match[9] == "-" else offset
    try:
        local = datetime(year, month, day, 0 if midnight else hour, minute, second)  # noqa: DTZ001 - the offset is added by the caller
        return local + timedelta(days=midnight), offset
    except (ValueError, OverflowError):
        return None
