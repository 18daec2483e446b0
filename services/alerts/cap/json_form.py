"""CAP as JSON: MeteoAlarm's form to messages, and messages to the same form for our API. Names and order are those of the XML."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lxml import etree

from services.alerts.cap.findings import CapRefused, Finding, warning
from services.alerts.cap.message import CAP_1_2, Alert, CapVersion
from services.alerts.cap.parse import Parsed, parse_element
from services.alerts.cap.safe_xml import Element, local_name
from services.alerts.cap.structure import GROUPS, Slot
from services.alerts.cap.write import alert_element

_GROUPS = GROUPS[CapVersion.V1_2]
_TIMES = frozenset({"sent", "effective", "onset", "expires"})


def alert_from_json(document: object) -> Parsed:
    """Read one alert object; CapRefused (C02) when it is none.

    A time with `Z` or a fraction is put into CAP's form and told (C05); unknown keys are ignored.
    """
    if not isinstance(document, Mapping) or "identifier" not in document or "sender" not in document:
        raise CapRefused("C02", "CAP_C02_JSON")
    findings: list[Finding] = []
    root = etree.Element(f"{{{CAP_1_2}}}alert", nsmap={None: CAP_1_2})
    _fill(root, document, _GROUPS["alert"], findings)
    parsed = parse_element(root)
    return replace(parsed, findings=(*findings, *parsed.findings), form="json")


def alert_to_json(alert: Alert) -> dict[str, Any]:
    """The alert as plain JSON values; what may repeat is always a list, what is absent has no key."""
    return _read(alert_element(alert), _GROUPS["alert"])


def _read(element: Element, slots: tuple[Slot, ...]) -> dict[str, Any]:
    by_name = {slot.name: slot for slot in slots}
    found: dict[str, Any] = {}
    for child in element:
        slot = by_name[local_name(child)]
        group = _GROUPS.get(slot.kind)
        value = _read(child, group) if group else child.text or ""
        if slot.many:
            found.setdefault(slot.name, []).append(value)
        else:
            found[slot.name] = value
    return found


def _fill(parent: Element, values: Mapping[Any, Any], slots: tuple[Slot, ...], findings: list[Finding]) -> None:
    for slot in slots:
        value = values.get(slot.name)
        for item in value if isinstance(value, list) else [value]:
            if item is None:
                continue
            child = etree.SubElement(parent, f"{{{CAP_1_2}}}{slot.name}")
            group = _GROUPS.get(slot.kind)
            if group is None:
                _set_text(child, slot.name, item, findings)
            elif isinstance(item, Mapping):
                _fill(child, item, group, findings)


def _set_text(child: Element, name: str, item: object, findings: list[Finding]) -> None:
    text = str(item) if isinstance(item, str | int | float) else ""
    if name in _TIMES:
        text = _cap_time(text, name, findings)
    try:
        child.text = text
    except ValueError:
        raise CapRefused("C01", "CAP_C01_NOT_WELL_FORMED", reason=name) from None


def _cap_time(text: str, name: str, findings: list[Finding]) -> str:
    """`2026-04-24T08:00:00.5Z` is written `2026-04-24T08:00:00-00:00` in CAP."""
    body, zulu = (text[:-1], True) if text.endswith("Z") else (text, False)
    whole, point, rest = body.partition(".")
    if point:
        digits = rest.lstrip("0123456789")
        body = whole + digits
    if not zulu and not point:
        return text
    findings.append(warning("C05", name, "CAP_C05_FORM", value=text[:80]))
    return f"{body}-00:00" if zulu else body
