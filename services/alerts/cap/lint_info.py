"""Rules C11-C16 and C20 on one info: its places, times, files, links and words."""

import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from shapely.geometry import LinearRing

from services.alerts.cap.findings import Finding, error, warning
from services.alerts.cap.message import Area, Circle, Info, Point, Polygon, Resource

HEADLINE_CHARACTERS = 160
_FAR = timedelta(days=366)
_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:nbsp|lt|gt|amp|quot|#\d+);")
_ESCAPED = re.compile(r"\\[nrt]")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


def whole_second(moment: datetime) -> bool:
    """True for a time CAP can carry: with an offset, without a fraction."""
    return moment.utcoffset() is not None and moment.microsecond == 0


def check_info(info: Info, path: str, sent: datetime | None, *, strict: bool) -> Iterator[Finding]:
    """Every rule of one info; `sent` is the alert's."""
    yield from _times(info, path, sent, strict=strict)
    yield from _words(info, path, strict=strict)
    for number, resource in enumerate(info.resources, 1):
        yield from _resource(resource, f"{path}/resource[{number}]", strict=strict)
    if strict and not info.areas:
        yield error("C14", path, "CAP_C14_NO_AREA")
    for number, area in enumerate(info.areas, 1):
        yield from _area(area, f"{path}/area[{number}]", strict=strict)


def _times(info: Info, path: str, sent: datetime | None, *, strict: bool) -> Iterator[Finding]:
    """C05 and C15. Theirs without end, already over or ending in the far future is accepted; ours must end after it begins."""
    weigh = error if strict else warning
    if strict:
        for name, moment in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires)):
            if moment is not None and not whole_second(moment):
                yield error("C05", f"{path}/{name}", "CAP_C05_WHOLE_SECOND")
    if info.expires is None:
        yield weigh("C15", f"{path}/expires", "CAP_C15_NO_EXPIRES")
        return
    begin = info.effective or sent
    if begin is None or begin.utcoffset() is None or info.expires.utcoffset() is None:
        return
    if info.expires <= begin:
        yield weigh("C15", f"{path}/expires", "CAP_C15_ALREADY_EXPIRED")
    elif info.expires - begin > _FAR:
        yield weigh("C15", f"{path}/expires", "CAP_C15_FAR_FUTURE")


def _words(info: Info, path: str, *, strict: bool) -> Iterator[Finding]:
    """C20: a headline that fits a screen; plain words everywhere. And a link that a browser follows to a place, never runs (C16)."""
    weigh = error if strict else warning
    if len(info.headline) > HEADLINE_CHARACTERS:
        yield weigh("C20", f"{path}/headline", "CAP_C20_HEADLINE_LONG", length=str(len(info.headline)), limit=str(HEADLINE_CHARACTERS))
    said = {"event": info.event, "headline": info.headline, "description": info.description, "instruction": info.instruction}
    said |= {"audience": info.audience, "contact": info.contact, "senderName": info.sender_name}
    said |= {f"area[{number}]/areaDesc": area.area_desc for number, area in enumerate(info.areas, 1)}
    for name, text in said.items():
        if _HTML.search(text):
            yield weigh("C20", f"{path}/{name}", "CAP_C20_HTML")
        if _ESCAPED.search(text):
            yield weigh("C20", f"{path}/{name}", "CAP_C20_ESCAPE")
    if info.web and not _WEB.fullmatch(info.web):
        yield weigh("C16", f"{path}/web", "CAP_C16_WEB", uri=info.web[:80])


def _resource(resource: Resource, path: str, *, strict: bool) -> Iterator[Finding]:
    """C16: a file says what it is, and where it is or what is in it."""
    weigh = error if strict else warning
    if strict and not resource.mime_type:
        yield error("C16", f"{path}/mimeType", "CAP_C16_MIME_TYPE")
    if resource.uri and not _ABSOLUTE.match(resource.uri) and not resource.deref_uri:
        yield weigh("C16", f"{path}/uri", "CAP_C16_RELATIVE", uri=resource.uri[:80])
    elif resource.uri and _ABSOLUTE.match(resource.uri) and not _WEB.fullmatch(resource.uri):
        yield weigh("C16", f"{path}/uri", "CAP_C16_WEB", uri=resource.uri[:80])
    if strict and not resource.uri and not resource.deref_uri:
        yield error("C16", path, "CAP_C16_NOWHERE")


def _area(area: Area, path: str, *, strict: bool) -> Iterator[Finding]:
    """C11-C14: shapes that can be drawn, a ceiling over an altitude, and at least one of polygon, circle, geocode."""
    weigh = error if strict else warning
    for number, polygon in enumerate(area.polygons, 1):
        yield from _polygon(polygon, f"{path}/polygon[{number}]", strict=strict)
    for number, circle in enumerate(area.circles, 1):
        yield from _circle(circle, f"{path}/circle[{number}]")
    if area.ceiling is not None and area.altitude is None:
        yield weigh("C13", f"{path}/ceiling", "CAP_C13_NO_ALTITUDE")
    if area.ceiling is not None and area.altitude is not None and area.ceiling < area.altitude:
        yield weigh("C13", f"{path}/ceiling", "CAP_C13_UPSIDE_DOWN")
    if not (area.polygons or area.circles or area.geocodes):
        yield weigh("C14", path, "CAP_C14_ONLY_DESCRIPTION")


def _polygon(polygon: Polygon, path: str, *, strict: bool) -> Iterator[Finding]:
    points = polygon.points
    if len(points) < 4:
        yield error("C11", path, "CAP_C11_TOO_FEW", points=str(len(points)))
    if points and points[0] != points[-1]:
        yield error("C11", path, "CAP_C11_OPEN")
    outside = next((point for point in points if not _on_earth(point)), None)
    if outside:
        yield error("C11", path, "CAP_C11_RANGE", lat=str(outside.lat), lon=str(outside.lon))
    elif len(points) >= 4 and points[0] == points[-1] and not _simple(points):
        yield (error if strict else warning)("C11", path, "CAP_C11_CROSSES_ITSELF")


def _simple(points: tuple[Point, ...]) -> bool:
    """True when the ring encloses ground without touching itself; a repeated point is no crossing."""
    ring = [(point.lon, point.lat) for number, point in enumerate(points) if number == 0 or point != points[number - 1]]
    return len(ring) >= 4 and bool(LinearRing(ring).is_simple)


def _circle(circle: Circle, path: str) -> Iterator[Finding]:
    if not _on_earth(circle.centre):
        yield error("C12", path, "CAP_C12_RANGE", lat=str(circle.centre.lat), lon=str(circle.centre.lon))
    if not (math.isfinite(circle.radius_km) and circle.radius_km >= 0):
        yield error("C12", path, "CAP_C12_RADIUS", radius=str(circle.radius_km))


def _on_earth(point: Point) -> bool:
    return -90 <= point.lat <= 90 and -180 <= point.lon <= 180
