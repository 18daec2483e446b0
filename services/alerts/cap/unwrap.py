"""Any received document to the messages in it: a CAP alert, a feed (Atom, RSS), an EDXL-DE message, MeteoAlarm's JSON or a weather.com.cn alarm script."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.alerts.cap.findings import CapRefused
from services.alerts.cap.json_form import alert_from_json
from services.alerts.cap.message import NAMESPACES
from services.alerts.cap.parse import Parsed, parse_element
from services.alerts.cap.safe_xml import MAX_BYTES, Element, decode, local_name, namespace, read_xml_text
from services.alerts.cap.weather_cn import alert_from_alarm

MAX_ALERTS = 500
_ATOM = "http://www.w3.org/2005/Atom"
_WRAPPERS = {"feed", "entry", "rss", "RDF", "EDXLDistribution"}
_CAP_TYPE = "application/cap+xml"
_ASSIGNMENT = re.compile(r"\s*(?:var\s+\w{1,40}\s*=\s*|\w{1,40}\s*\(\s*)")


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What a document held: messages in its order, parts that were refused, and addresses of messages it only links to (nothing is fetched here)."""

    messages: tuple[Parsed, ...]
    refused: tuple[CapRefused, ...] = ()
    links: tuple[str, ...] = ()


def unwrap(data: bytes, *, limit: int = MAX_BYTES) -> Unwrapped:
    """All messages of a document. CapRefused: C01 unsafe or unreadable, C02 neither a message nor a wrapper we know, or too many messages."""
    text = decode(data, limit=limit).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return _from_xml(read_xml_text(text))
    return _from_json(text)


def _from_xml(root: Element) -> Unwrapped:
    if local_name(root) == "alert" and namespace(root) in NAMESPACES:
        return Unwrapped((parse_element(root),))
    if local_name(root) not in _WRAPPERS:
        raise CapRefused("C02", "CAP_C02_ROOT", root=local_name(root), namespace=namespace(root))
    found = list(_alerts(root))
    if len(found) > MAX_ALERTS:
        raise CapRefused("C02", "CAP_C02_TOO_MANY", limit=str(MAX_ALERTS))
    return _each(found, parse_element, tuple(dict.fromkeys(_links(root))))


def _alerts(root: Element) -> Iterator[Element]:
    """Alert elements in document order, none from within another alert."""
    for cap in NAMESPACES:
        for element in root.iter(f"{{{cap}}}alert"):
            if not any(local_name(ancestor) == "alert" and namespace(ancestor) in NAMESPACES for ancestor in element.iterancestors()):
                yield element


def _links(root: Element) -> Iterator[str]:
    """Addresses of CAP documents that a feed names instead of holding them."""
    for link in root.iter(f"{{{_ATOM}}}link"):
        if link.get("type") == _CAP_TYPE and link.get("href"):
            yield link.get("href")
    for enclosure in root.iter("enclosure"):
        if enclosure.get("type") == _CAP_TYPE and enclosure.get("url"):
            yield enclosure.get("url")


def _from_json(text: str) -> Unwrapped:
    """JSON, or JSON in a script: `var name={…};` and `callback({…})`."""
    start = _ASSIGNMENT.match(text)
    body = text[start.end() :].rstrip().removesuffix(";").rstrip() if start else text
    if start and start[0].rstrip().endswith("("):
        body = body.removesuffix(")")
    try:
        document = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise CapRefused("C01", "CAP_C01_NOT_WELL_FORMED", reason="JSON") from None
    items = _json_alerts(document)
    if not items:
        raise CapRefused("C02", "CAP_C02_JSON")
    if len(items) > MAX_ALERTS:
        raise CapRefused("C02", "CAP_C02_TOO_MANY", limit=str(MAX_ALERTS))
    return _each(items, lambda item: alert_from_alarm(item) if "ISSUETIME" in item else alert_from_json(item))


def _each(items: Sequence[Any], read: Callable[[Any], Parsed], links: tuple[str, ...] = ()) -> Unwrapped:
    """Every item by itself: one that cannot be read takes no other with it. CapRefused when there are items and none can be read."""
    messages, refused = [], []
    for item in items:
        try:
            messages.append(read(item))
        except CapRefused as refusal:
            refused.append(refusal)
    if refused and not messages:
        raise refused[0]
    return Unwrapped(tuple(messages), tuple(refused), links)


def _json_alerts(document: object) -> list[Mapping[str, object]]:
    """The alert objects of a document: itself, a list, or MeteoAlarm's `warnings[].alert`."""
    if isinstance(document, Mapping) and isinstance(document.get("warnings"), list):
        document = [item.get("alert") for item in document["warnings"] if isinstance(item, Mapping)]
    items = document if isinstance(document, list) else [document]
    return [item for item in items if isinstance(item, Mapping)]


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
