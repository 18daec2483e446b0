"""Rule C03: what may stand where in CAP 1.0, 1.1 and 1.2, as a table of our own, equal in effect to the published schemas.

In the table a name stands for one element; `!` exactly once, `+` at least once, `*` any number, without mark at most once; `:kind` its content (else text).
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from services.alerts.cap.findings import Finding, error
from services.alerts.cap.message import CapVersion as Version
from services.alerts.cap.message import Category, Certainty, MsgType, ResponseType, Scope, Severity, Status, Urgency
from services.alerts.cap.safe_xml import Element, local_name, namespace
from services.alerts.cap.times import is_cap_1_2_time, is_date_time

SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_ALLOWED_ATTRIBUTES = {f"{{{_INSTANCE}}}schemaLocation", f"{{{_INSTANCE}}}noNamespaceSchemaLocation"}
_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a sequence of children."""

    name: str
    required: bool
    many: bool
    kind: str


def _slots(table: str) -> tuple[Slot, ...]:
    entries = re.findall(r"(\w+)([!+*]?)(?::(\w+))?", table)
    return tuple(Slot(name, mark in ("!", "+"), mark in ("+", "*"), kind or "text") for name, mark, kind in entries)


_INFO_END = "senderName headline description instruction web:uri contact"
GROUPS: dict[Version, dict[str, tuple[Slot, ...]]] = {
    Version.V1_0: {
        "alert": _slots(
            "identifier! sender! sent!:time status!:status msgType!:msgType password source scope:scope"
            " restriction addresses code* note references incidents info*:info"
        ),
        "info": _slots(
            "language:language category*:category event! urgency!:urgency severity!:severity certainty!:certainty audience eventCode*"
            f" effective:time onset:time expires:time {_INFO_END} parameter* resource*:resource area*:area"
        ),
        "resource": _slots("resourceDesc! mimeType size:integer uri:uri digest"),
        "area": _slots("areaDesc! polygon* circle* geocode* altitude ceiling"),
    },
    Version.V1_1: {
        "alert": _slots(
            "identifier! sender! sent!:time status!:status msgType!:msgType source scope!:scope"
            " restriction addresses code* note references incidents info*:info"
        ),
        "info": _slots(
            "language:language category+:category event! responseType*:responseType urgency!:urgency severity!:severity certainty!:certainty audience"
            f" eventCode*:pair effective:time onset:time expires:time {_INFO_END} parameter*:pair resource*:resource area*:area"
        ),
        "resource": _slots("resourceDesc! mimeType size:integer uri:uri derefUri digest"),
        "area": _slots("areaDesc! polygon* circle* geocode*:pair altitude ceiling"),
        "pair": _slots("valueName! value!"),
    },
}
GROUPS[Version.V1_2] = GROUPS[Version.V1_1] | {
    "resource": _slots("resourceDesc! mimeType! size:integer uri:uri derefUri digest"),
    "area": _slots("areaDesc! polygon* circle* geocode*:pair altitude:decimal ceiling:decimal"),
}

_ENUMERATIONS: dict[str, frozenset[str]] = {
    "status": frozenset(Status),
    "msgType": frozenset(MsgType),
    "scope": frozenset(Scope),
    "category": frozenset(Category),
    "responseType": frozenset(ResponseType),
    "urgency": frozenset(Urgency),
    "severity": frozenset(Severity),
    "certainty": frozenset(Certainty),
}
ENUMERATIONS: dict[Version, dict[str, frozenset[str]]] = {
    Version.V1_0: _ENUMERATIONS
    | {
        "status": frozenset(Status) - {Status.DRAFT},
        "category": frozenset(Category) - {Category.CBRNE},
        "certainty": frozenset(Certainty) - {Certainty.OBSERVED} | {"Very Likely"},
    },
    Version.V1_1: _ENUMERATIONS | {"responseType": frozenset(ResponseType) - {ResponseType.AVOID, ResponseType.ALL_CLEAR}},
    Version.V1_2: _ENUMERATIONS,
}

_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_INTEGER = re.compile(r"[+-]?[0-9]{1,400}")
# RFC 3986 in outline; a character that would have to be escaped first stands as a tilde.
_ESCAPABLE = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_URI = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:|(?=[^:/?#]*(?:[/?#]|$)))"
    r"(?://(?:[^/?#\[\]@]*@)?(?:\[[0-9A-Fa-fvV:.]+\]|[^/?#\[\]@:]*)(?::[0-9]{1,9})?(?=[/?#]|$)|(?!//))"
    r"[^?#\[\]]*(?:\?[^#\[\]]*)?(?:#[^#]*)?"
)
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")


def check_structure(root: Element, version: Version) -> list[Finding]:
    """Every violation of rule C03, the first one of each sequence of children; and C18 where only the letters' case is wrong."""
    findings: list[Finding] = []
    pending = [(root, "alert", "")]
    while pending:
        element, kind, path = pending.pop()
        findings += _attributes(element, path or "alert")
        slots = GROUPS[version].get(kind)
        if slots is None:
            findings += _leaf(element, kind, path, version)
            continue
        if _has_text(element):
            findings.append(error("C03", path or "alert", "CAP_C03_TEXT"))
        findings += _sequence(element, slots, path, signature_allowed=kind == "alert" and version is Version.V1_2)
        pending += _known_children(element, slots, path)
    return sorted(findings, key=lambda finding: finding.path)


def _known_children(element: Element, slots: tuple[Slot, ...], path: str) -> list[tuple[Element, str, str]]:
    by_name = {slot.name: slot for slot in slots}
    counts: dict[str, int] = {}
    children = []
    for child in element:
        name = local_name(child)
        slot = by_name.get(name)
        if namespace(child) != namespace(element) or slot is None:
            continue
        counts[name] = counts.get(name, 0) + 1
        step = f"{name}[{counts[name]}]" if slot.many else name
        children.append((child, slot.kind, f"{path}/{step}".lstrip("/")))
    return children


def _sequence(element: Element, slots: tuple[Slot, ...], path: str, *, signature_allowed: bool) -> list[Finding]:
    """The first child out of place, or the first required one that is missing."""
    position, count, signed = 0, 0, False
    for child in element:
        name = local_name(child) if namespace(child) == namespace(element) else str(child.tag)
        if signature_allowed and namespace(child) == SIGNATURE:
            signed = True
            continue
        while position < len(slots) and not signed and (slots[position].name != name or (count and not slots[position].many)):
            if slots[position].required and not count:
                return [error("C03", path or "alert", "CAP_C03_EXPECTED", expected=slots[position].name, found=name)]
            position, count = position + 1, 0
        if position == len(slots) or signed:
            return [error("C03", path or "alert", "CAP_C03_UNEXPECTED", found=name)]
        count += 1
    missing = next((slot.name for slot in slots[position + (count > 0) :] if slot.required), None)
    return [error("C03", path or "alert", "CAP_C03_MISSING", expected=missing)] if missing else []


def _leaf(element: Element, kind: str, path: str, version: Version) -> list[Finding]:
    if len(element):
        return [error("C03", path, "CAP_C03_UNEXPECTED", found=local_name(element[0]))]
    text = element.text or ""
    values = ENUMERATIONS[version].get(kind)
    if values is None:
        # An element with nothing in it takes its default; only language has one.
        valid = _valid(kind, text.strip(_SPACE), version) or (kind == "language" and not text)
        return [] if valid else [error("C03", path, "CAP_C03_VALUE", value=text[:80], form=kind)]
    if text in values:
        return []
    findings = [error("C03", path, "CAP_C03_VALUE", value=text[:80], form=kind)]
    meant = next((value for value in values if value.lower() == text.strip(_SPACE).lower()), None)
    return [*findings, error("C18", path, "CAP_C18_CASE", value=text[:80], expected=meant)] if meant else findings


def _valid(kind: str, text: str, version: Version) -> bool:
    match kind:
        case "time":
            return is_cap_1_2_time(text) if version is Version.V1_2 else is_date_time(text)
        case "language":
            return _LANGUAGE.fullmatch(text) is not None
        case "integer":
            return _INTEGER.fullmatch(text) is not None
        case "decimal":
            return _DECIMAL.fullmatch(text) is not None
        case "uri":
            return not _PERCENT.search(text) and _URI.fullmatch(_ESCAPABLE.sub("~", text)) is not None
        case _:
            return True


def read_decimal(text: str) -> Decimal | None:
    """A decimal number of at most 30 characters; None when it is none."""
    if len(text) > 30 or not _DECIMAL.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def read_size(text: str) -> int | None:
    """A whole number of at most 18 digits; None when it is none."""
    return int(text) if len(text) <= 18 and _INTEGER.fullmatch(text) else None


def _attributes(element: Element, path: str) -> list[Finding]:
    strange = next((name for name in element.attrib if name not in _ALLOWED_ATTRIBUTES), None)
    return [error("C03", path, "CAP_C03_ATTRIBUTE", found=str(strange))] if strange else []


def _has_text(element: Element) -> bool:
    return bool((element.text or "").strip(_SPACE)) or any((child.tail or "").strip(_SPACE) for child in element)
