"""XML of CAP 1.0, 1.1 or 1.2 to a message. Tolerant: whatever can be read is read, and what could not be is a finding."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.alerts.cap.findings import CapRefused, Finding, error, warning
from services.alerts.cap.message import NAMESPACES, Alert, Area, CapVersion, Circle, Info, MsgType, NamedValue, Point, Polygon, Reference, Resource
from services.alerts.cap.safe_xml import MAX_BYTES, Element, local_name, namespace, read_xml
from services.alerts.cap.structure import SIGNATURE, check_structure, read_decimal, read_size
from services.alerts.cap.times import read_time

_SPACE = " \t\r\n"
_NUMBER = r"[+-]?(?:\d{1,6}(?:\.\d{0,20})?|\.\d{1,20})"
_PAIR = re.compile(rf"({_NUMBER}),({_NUMBER})", re.ASCII)
_CIRCLE = re.compile(rf"({_NUMBER}),({_NUMBER})[ \t\r\n]+({_NUMBER})", re.ASCII)
_ITEM = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message as it came: its content, and what only its source text shows.

    `has_references` is True when it named earlier messages, even unreadable ones. `signed` tells that an XML signature is there, not that it is valid.
    """

    alert: Alert
    version: CapVersion
    findings: tuple[Finding, ...] = ()
    has_references: bool = False
    signed: bool = False
    form: str = "xml"


MAX_NAME = 500
"""Characters of a message's identifier and of its sender, which together name it for ever; real ones have fewer than 100."""


def parse(data: bytes, *, limit: int = MAX_BYTES) -> Parsed:
    """Read one message whose root is a CAP alert. CapRefused: C01 unsafe or not well formed, C02 something else (a wrapper goes to `unwrap`)."""
    return parse_element(read_xml(data, limit=limit))


def parse_element(root: Element) -> Parsed:
    """Read an alert element that stands alone or inside a wrapper."""
    version = NAMESPACES.get(namespace(root))
    if version is None or local_name(root) != "alert":
        raise CapRefused("C02", "CAP_C02_ROOT", root=local_name(root), namespace=namespace(root))
    parsed = _Reader(root, version).read()
    for name, text in (("identifier", parsed.alert.identifier), ("sender", parsed.alert.sender)):
        if len(text) > MAX_NAME:
            raise CapRefused("C01", "CAP_C01_TOO_LONG", element=name, limit=str(MAX_NAME))
    return parsed


class _Reader:
    """Walks one alert and collects findings on the way."""

    def __init__(self, root: Element, version: CapVersion) -> None:
        self.root = root
        self.version = version
        self.namespace = namespace(root)
        self.findings = check_structure(root, version)

    def read(self) -> Parsed:
        root = self.root
        alert = Alert(
            identifier=self.text(root, "identifier"),
            sender=self.text(root, "sender"),
            sent=self.time(root, "sent", ""),
            status=self.text(root, "status"),
            msg_type=self.text(root, "msgType"),
            source=self.text(root, "source"),
            scope=self.text(root, "scope"),
            restriction=self.text(root, "restriction"),
            addresses=_items(self.text(root, "addresses")),
            codes=self.texts(root, "code"),
            note=self.text(root, "note"),
            references=self.references(),
            incidents=_items(self.text(root, "incidents")),
            infos=tuple(self.info(element, f"info[{number}]") for number, element in self.numbered(root, "info")),
        )
        signed = any(namespace(child) == SIGNATURE for child in root)
        named = self.text(root, "references")
        has_references = bool(named) and (bool(alert.references) or not self._own(named, alert.identifier))
        return Parsed(alert, self.version, tuple(self.findings), has_references, signed)

    def numbered(self, parent: Element, name: str) -> Iterator[tuple[int, Element]]:
        return enumerate(parent.iterchildren(f"{{{self.namespace}}}{name}"), 1)

    def texts(self, parent: Element, name: str) -> tuple[str, ...]:
        return tuple(filter(None, (_strip(element) for _, element in self.numbered(parent, name))))

    def text(self, parent: Element, name: str) -> str:
        return next((_strip(element) for _, element in self.numbered(parent, name)), "")

    def time(self, parent: Element, name: str, path: str) -> datetime | None:
        text = self.text(parent, name)
        moment = read_time(text) if text else None
        if text and moment is None:
            weigh = error if name == "sent" else warning
            self.findings.append(weigh("C05", f"{path}/{name}".lstrip("/"), "CAP_C05_UNREADABLE", value=text[:80]))
        return moment

    def references(self) -> tuple[Reference, ...]:
        """The earlier messages named. A first alert that names itself, as Chinese feeds do, is told (C09) and the reference dropped."""
        text = self.text(self.root, "references")
        identifier, sender = self.text(self.root, "identifier"), self.text(self.root, "sender")
        if self._own(text, identifier):
            self.findings.append(warning("C09", "references", "CAP_C09_OWN_DROPPED", value=identifier[:80]))
            return ()
        found = []
        for item in text.split():
            parts = item.split(",")
            moment = read_time(parts[2]) if len(parts) == 3 else None
            if len(parts) != 3 or not parts[0] or not parts[1]:
                self.findings.append(error("C09", "references", "CAP_C09_FORM", value=item[:80]))
            elif moment is None:
                self.findings.append(error("C09", "references", "CAP_C09_SENT", value=item[:80]))
            elif self.text(self.root, "msgType") == MsgType.ALERT and parts[:2] == [sender, identifier]:
                self.findings.append(warning("C09", "references", "CAP_C09_OWN_DROPPED", value=identifier[:80]))
            else:
                found.append(Reference(parts[0], parts[1], moment))
        return tuple(found)

    def _own(self, text: str, identifier: str) -> bool:
        """True when nothing but the message itself is referenced."""
        if not text or self.text(self.root, "msgType") != MsgType.ALERT:
            return False
        own = [self.text(self.root, "sender"), identifier]
        return all(item == identifier or item.split(",")[:2] == own for item in text.split())

    def info(self, element: Element, path: str) -> Info:
        certainty = self.text(element, "certainty")
        return Info(
            language=self.text(element, "language") or "en-US",
            category=self.texts(element, "category"),
            event=self.text(element, "event"),
            response_type=self.texts(element, "responseType"),
            urgency=self.text(element, "urgency"),
            severity=self.text(element, "severity"),
            certainty="Likely" if certainty == "Very Likely" else certainty,
            audience=self.text(element, "audience"),
            event_codes=self.pairs(element, "eventCode"),
            effective=self.time(element, "effective", path),
            onset=self.time(element, "onset", path),
            expires=self.time(element, "expires", path),
            sender_name=self.text(element, "senderName"),
            headline=self.text(element, "headline"),
            description=self.text(element, "description"),
            instruction=self.text(element, "instruction"),
            web=self.text(element, "web"),
            contact=self.text(element, "contact"),
            parameters=self.pairs(element, "parameter"),
            resources=tuple(self.resource(child) for _, child in self.numbered(element, "resource")),
            areas=tuple(self.area(child, f"{path}/area[{number}]") for number, child in self.numbered(element, "area")),
        )

    def pairs(self, parent: Element, name: str) -> tuple[NamedValue, ...]:
        """Named values; CAP 1.0 writes them `name=value`."""
        found = []
        for _, element in self.numbered(parent, name):
            if self.version is CapVersion.V1_0:
                value_name, _, value = _strip(element).partition("=")
                found.append(NamedValue(value_name.strip(_SPACE), value.strip(_SPACE)))
            else:
                found.append(NamedValue(self.text(element, "valueName"), self.text(element, "value")))
        return tuple(found)

    def resource(self, element: Element) -> Resource:
        return Resource(
            resource_desc=self.text(element, "resourceDesc"),
            mime_type=self.text(element, "mimeType"),
            size=read_size(self.text(element, "size")),
            uri=self.text(element, "uri"),
            deref_uri=self.text(element, "derefUri"),
            digest=self.text(element, "digest"),
        )

    def area(self, element: Element, path: str) -> Area:
        return Area(
            area_desc=self.text(element, "areaDesc"),
            polygons=tuple(self.polygons(element, path)),
            circles=tuple(self.circles(element, path)),
            geocodes=self.pairs(element, "geocode"),
            altitude=read_decimal(self.text(element, "altitude")),
            ceiling=read_decimal(self.text(element, "ceiling")),
        )

    def polygons(self, element: Element, path: str) -> Iterator[Polygon]:
        for number, child in self.numbered(element, "polygon"):
            text = _strip(child)
            pairs = [_PAIR.fullmatch(item) for item in text.split()]
            if not pairs:
                self.findings.append(warning("C11", f"{path}/polygon[{number}]", "CAP_C11_EMPTY"))
            elif None in pairs:
                self.findings.append(error("C11", f"{path}/polygon[{number}]", "CAP_C11_UNREADABLE", value=text[:80]))
            else:
                yield Polygon(tuple(Point(float(pair[1]), float(pair[2])) for pair in pairs if pair))

    def circles(self, element: Element, path: str) -> Iterator[Circle]:
        for number, child in self.numbered(element, "circle"):
            text = _strip(child)
            match = _CIRCLE.fullmatch(text)
            if not text:
                self.findings.append(warning("C12", f"{path}/circle[{number}]", "CAP_C12_EMPTY"))
            elif match is None:
                self.findings.append(error("C12", f"{path}/circle[{number}]", "CAP_C12_UNREADABLE", value=text[:80]))
            else:
                yield Circle(Point(float(match[1]), float(match[2])), float(match[3]))


def _strip(element: Element) -> str:
    return str(element.text or "").strip(_SPACE)


def _items(text: str) -> tuple[str, ...]:
    """Items separated by spaces; an item with spaces stands in double quotes."""
    return tuple(item for quoted, plain in _ITEM.findall(text) if (item := (quoted or plain)))
