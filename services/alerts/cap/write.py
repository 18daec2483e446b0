"""A message to CAP 1.2 XML: always the same bytes for equal messages, elements in the order of the standard, times in +08:00."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from lxml import etree

from services.alerts.cap.message import CAP_1_2, Alert, Area, Info, NamedValue, Resource
from services.alerts.cap.safe_xml import Element
from services.alerts.cap.times import write_time


def write(alert: Alert) -> bytes:
    """The document in UTF-8. ValueError when a text has a character XML cannot carry, or a time no offset; `lint_outgoing` tells both before."""
    element = alert_element(alert)
    etree.indent(element)
    return bytes(etree.tostring(element, encoding="UTF-8", xml_declaration=True)) + b"\n"


def alert_element(alert: Alert) -> Element:
    """The alert as an element, for embedding in a feed or an EDXL-DE message. Required texts are written even when empty, so that a check can see it."""
    root = etree.Element(f"{{{CAP_1_2}}}alert", nsmap={None: CAP_1_2})
    _required(root, "identifier", alert.identifier)
    _required(root, "sender", alert.sender)
    _time(root, "sent", alert.sent)
    _required(root, "status", alert.status)
    _required(root, "msgType", alert.msg_type)
    _optional(root, "source", alert.source)
    _required(root, "scope", alert.scope)
    _optional(root, "restriction", alert.restriction)
    _optional(root, "addresses", _items(alert.addresses))
    _each(root, "code", alert.codes)
    _optional(root, "note", alert.note)
    _optional(root, "references", " ".join(f"{item.sender},{item.identifier},{write_time(item.sent)}" for item in alert.references))
    _optional(root, "incidents", _items(alert.incidents))
    for info in alert.infos:
        _info(root, info)
    return root


def decimal_text(number: float | Decimal) -> str:
    """A number as XML has it: no exponent, no more digits than it takes."""
    return format(number if isinstance(number, Decimal) else Decimal(repr(number)), "f")


def _info(root: Element, info: Info) -> None:
    element = _child(root, "info")
    _optional(element, "language", info.language)
    _each(element, "category", info.category)
    _required(element, "event", info.event)
    _each(element, "responseType", info.response_type)
    _required(element, "urgency", info.urgency)
    _required(element, "severity", info.severity)
    _required(element, "certainty", info.certainty)
    _optional(element, "audience", info.audience)
    _pairs(element, "eventCode", info.event_codes)
    _time(element, "effective", info.effective)
    _time(element, "onset", info.onset)
    _time(element, "expires", info.expires)
    _optional(element, "senderName", info.sender_name)
    _optional(element, "headline", info.headline)
    _optional(element, "description", info.description)
    _optional(element, "instruction", info.instruction)
    _optional(element, "web", info.web)
    _optional(element, "contact", info.contact)
    _pairs(element, "parameter", info.parameters)
    for resource in info.resources:
        _resource(element, resource)
    for area in info.areas:
        _area(element, area)


def _resource(parent: Element, resource: Resource) -> None:
    element = _child(parent, "resource")
    _required(element, "resourceDesc", resource.resource_desc)
    _required(element, "mimeType", resource.mime_type)
    _optional(element, "size", "" if resource.size is None else str(resource.size))
    _optional(element, "uri", resource.uri)
    _optional(element, "derefUri", resource.deref_uri)
    _optional(element, "digest", resource.digest)


def _area(parent: Element, area: Area) -> None:
    element = _child(parent, "area")
    _required(element, "areaDesc", area.area_desc)
    for polygon in area.polygons:
        _required(element, "polygon", " ".join(f"{decimal_text(point.lat)},{decimal_text(point.lon)}" for point in polygon.points))
    for circle in area.circles:
        _required(element, "circle", f"{decimal_text(circle.centre.lat)},{decimal_text(circle.centre.lon)} {decimal_text(circle.radius_km)}")
    _pairs(element, "geocode", area.geocodes)
    _optional(element, "altitude", "" if area.altitude is None else decimal_text(area.altitude))
    _optional(element, "ceiling", "" if area.ceiling is None else decimal_text(area.ceiling))


def _child(parent: Element, name: str) -> Element:
    return etree.SubElement(parent, f"{{{CAP_1_2}}}{name}")


def _required(parent: Element, name: str, text: str) -> None:
    _child(parent, name).text = text


def _optional(parent: Element, name: str, text: str) -> None:
    if text:
        _required(parent, name, text)


def _each(parent: Element, name: str, texts: Iterable[str]) -> None:
    for text in texts:
        _required(parent, name, text)


def _time(parent: Element, name: str, moment: datetime | None) -> None:
    if moment is not None:
        _required(parent, name, write_time(moment))


def _pairs(parent: Element, name: str, pairs: Iterable[NamedValue]) -> None:
    for pair in pairs:
        element = _child(parent, name)
        _required(element, "valueName", pair.value_name)
        _required(element, "value", pair.value)


def _items(items: Iterable[str]) -> str:
    """Items separated by spaces, quoted where they hold one."""
    return " ".join(f'"{item}"' if any(letter.isspace() for letter in item) else item for item in items)
