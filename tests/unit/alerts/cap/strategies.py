"""Hypothesis strategies for messages that can be written: one word identifiers, whole seconds, text without edges of white space."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from services.alerts.cap.message import (
    Alert,
    Area,
    Category,
    Certainty,
    Circle,
    Info,
    MsgType,
    NamedValue,
    Point,
    Polygon,
    Reference,
    Resource,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)  # fmt: skip
from services.alerts.cap.times import BEIJING

_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t", exclude_characters="\ufffe\uffff")
text = st.text(_CHARACTERS, max_size=40).map(lambda value: value.strip(" \t\r\n"))
some_text = text.filter(bool)
name = st.from_regex(r"[A-Za-z0-9_.@-]{1,30}", fullmatch=True)
moment = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(lambda value: value.replace(microsecond=0, tzinfo=BEIJING))  # noqa: DTZ001
degrees = st.floats(-90, 90, allow_nan=False).map(lambda value: round(value, 6))
point = st.builds(Point, degrees, degrees)
polygon = st.builds(lambda points: Polygon((*points, points[0])), st.lists(point, min_size=3, max_size=6))
circle = st.builds(Circle, point, st.floats(0, 500).map(lambda value: round(value, 3)))
pair = st.builds(NamedValue, some_text, text)
feet = st.none() | st.decimals(0, 60_000, places=1, allow_nan=False).map(lambda value: Decimal(str(value)))

address = st.sampled_from(["", "https://example.invalid/警报?a=1#b", "map.png", "mailto:a@example.invalid"])


def few(items: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    """Up to three of them."""
    return st.lists(items, max_size=3).map(tuple)


area = st.builds(Area, some_text, few(polygon), few(circle), few(pair), feet, feet)
resource = st.builds(Resource, some_text, some_text, st.none() | st.integers(0, 10**12), address, text, text)
info = st.builds(
    Info,
    event=some_text,
    category=st.lists(st.sampled_from(Category).map(str), min_size=1, max_size=3).map(tuple),
    urgency=st.sampled_from(Urgency).map(str),
    severity=st.sampled_from(Severity).map(str),
    certainty=st.sampled_from(Certainty).map(str),
    language=st.sampled_from(["zh-CN", "en-US"]),
    response_type=few(st.sampled_from(ResponseType).map(str)),
    audience=text,
    event_codes=few(pair),
    effective=st.none() | moment,
    onset=st.none() | moment,
    expires=st.none() | moment,
    sender_name=text,
    headline=text,
    description=text,
    instruction=text,
    web=address,
    contact=text,
    parameters=few(pair),
    resources=few(resource),
    areas=few(area),
)
item = st.from_regex(r"[A-Za-z0-9]{1,8}( [A-Za-z0-9]{1,8})?", fullmatch=True)
alert = st.builds(
    Alert,
    identifier=name,
    sender=name,
    sent=moment,
    status=st.sampled_from(Status).map(str),
    msg_type=st.sampled_from(MsgType).filter(lambda kind: kind != MsgType.ALERT).map(str),
    scope=st.sampled_from(Scope).map(str),
    source=text,
    restriction=text,
    addresses=few(item),
    codes=few(some_text),
    note=text,
    references=few(st.builds(Reference, name, name, moment)),
    incidents=few(item),
    infos=few(info),
)
later = st.integers(1, 10_000).map(lambda minutes: timedelta(minutes=minutes))
