"""Rules C04-C10, C17 and C19 on a whole message, and the two ways to ask: `lint_outgoing` (strict, ours) and `lint_incoming` (tolerant, theirs).

Outgoing, every finding is an error: nothing of ours leaves with one. Incoming, what can be lived with is a warning (DOMAIN decision 7).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from services.alerts.cap.findings import CapRefused, Finding, LintReport, error, warning
from services.alerts.cap.lint_info import check_info, whole_second
from services.alerts.cap.message import Alert, Info, MsgType, Scope, Status
from services.alerts.cap.parse import Parsed, parse, parse_element
from services.alerts.cap.write import alert_element, write

_NAME = re.compile(r"[^\s,&<>]+")
_NEEDS_REFERENCES = (MsgType.UPDATE, MsgType.CANCEL, MsgType.ACK, MsgType.ERROR)


def lint_outgoing(alert: Alert) -> LintReport:
    """All rules, strictly, on a message of ours; the message may leave when the report is clean."""
    findings = list(_illegal_text(alert))
    if not findings:
        findings += parse_element(alert_element(alert)).findings
    findings += check_alert(alert, has_references=bool(alert.references), strict=True)
    return LintReport(tuple(replace(finding, severity="error") for finding in _once(findings)))


def lint_incoming(parsed: Parsed, *, known_fingerprint: str | None = None) -> LintReport:
    """All rules, tolerantly, on a message of somebody else.

    `known_fingerprint` is that of a message already held with the same sender and identifier: an equal one is a repeat to ignore (warning C06),
    another one is a contradiction to quarantine (error C06).
    """
    findings = [*parsed.findings, *check_alert(parsed.alert, has_references=parsed.has_references, strict=False)]
    if known_fingerprint is not None:
        same = known_fingerprint == fingerprint(parsed.alert)
        findings.append(warning("C06", "identifier", "CAP_C06_REPEATED") if same else error("C06", "identifier", "CAP_C06_OTHER_CONTENT"))
    return LintReport(_once(findings))


def check_bytes(data: bytes, *, known_fingerprint: str | None = None) -> LintReport:
    """The verdict on a received document that should be one alert; a refusal (C01, C02) is an error like any other."""
    try:
        return lint_incoming(parse(data), known_fingerprint=known_fingerprint)
    except CapRefused as refused:
        return LintReport((Finding(refused.rule, "error", "", refused.key, refused.details),))


def fingerprint(alert: Alert) -> str:
    """SHA-256 (hexadecimal) of the content, equal for equal messages in whatever form they came."""
    return hashlib.sha256(write(alert)).hexdigest()


def check_alert(alert: Alert, *, has_references: bool, strict: bool) -> Iterator[Finding]:
    """Every rule that needs only the message's content."""
    weigh = error if strict else warning
    yield from _names(alert)
    if strict and (alert.sent is None or not whole_second(alert.sent)):
        yield error("C05", "sent", "CAP_C05_WHOLE_SECOND")
    yield from _scope(alert)
    yield from _references(alert, has_references=has_references, strict=strict)
    if not alert.infos and alert.msg_type in (MsgType.ALERT, MsgType.UPDATE):
        yield weigh("C10", "alert", "CAP_C10_NO_INFO")
    if not alert.note and (alert.status == Status.EXERCISE or alert.msg_type == MsgType.ERROR):
        yield weigh("C19", "note", "CAP_C19_NOTE")
    yield from _one_event(alert.infos, strict=strict)
    for number, info in enumerate(alert.infos, 1):
        yield from check_info(info, f"info[{number}]", alert.sent, strict=strict)


def _names(alert: Alert) -> Iterator[Finding]:
    """C04: identifier and sender are one word each; what is missing altogether is C03."""
    for path, value in (("identifier", alert.identifier), ("sender", alert.sender)):
        if value and not _NAME.fullmatch(value):
            yield error("C04", path, "CAP_C04_CHARACTERS", value=value[:80])
    for path, values in (("addresses", alert.addresses), ("incidents", alert.incidents)):
        if any('"' in value or not value.strip() for value in values):
            yield error("C04", path, "CAP_C04_ITEM")


def _scope(alert: Alert) -> Iterator[Finding]:
    """C07: Restricted names a restriction, Private names addresses."""
    if alert.scope == Scope.RESTRICTED and not alert.restriction:
        yield error("C07", "restriction", "CAP_C07_RESTRICTION_MISSING")
    if alert.scope == Scope.PRIVATE and not alert.addresses:
        yield error("C07", "addresses", "CAP_C07_ADDRESSES_MISSING")
    if alert.restriction and alert.scope != Scope.RESTRICTED:
        yield warning("C07", "restriction", "CAP_C07_RESTRICTION_UNUSED")


def _references(alert: Alert, *, has_references: bool, strict: bool) -> Iterator[Finding]:
    """C08 and C09: who must reference, and what a reference may be."""
    weigh = error if strict else warning
    if alert.msg_type in _NEEDS_REFERENCES and not has_references:
        yield error("C08", "references", "CAP_C08_MISSING", msg_type=alert.msg_type)
    if alert.msg_type == MsgType.ALERT and has_references:
        yield weigh("C08", "references", "CAP_C08_FIRST")
    for reference in alert.references:
        value = f"{reference.sender},{reference.identifier}"[:120]
        if strict and not (_NAME.fullmatch(reference.sender) and _NAME.fullmatch(reference.identifier) and whole_second(reference.sent)):
            yield error("C09", "references", "CAP_C09_FORM", value=value)
        elif (reference.sender, reference.identifier) == (alert.sender, alert.identifier):
            yield error("C09", "references", "CAP_C09_ITSELF", value=value)
        elif alert.sent is not None and reference.sent.utcoffset() is not None and alert.sent.utcoffset() is not None:
            if reference.sent > alert.sent:
                yield error("C09", "references", "CAP_C09_NEWER", value=value)
            elif reference.sent == alert.sent:
                yield weigh("C09", "references", "CAP_C09_SAME_TIME", value=value)


def _one_event(infos: tuple[Info, ...], *, strict: bool) -> Iterator[Finding]:
    """C17: all infos describe one event; ours begin in Chinese, and each language says the same level and place."""
    weigh = error if strict else warning
    events: dict[str, str] = {}
    codes: dict[str, frozenset[str]] = {}
    for number, info in enumerate(infos, 1):
        if events.setdefault(info.language, info.event) != info.event:
            yield weigh("C17", f"info[{number}]/event", "CAP_C17_EVENT", event=info.event[:80], first=events[info.language][:80])
        for name in dict.fromkeys(code.value_name for code in info.event_codes):
            values = frozenset(code.value for code in info.event_codes if code.value_name == name)
            if codes.setdefault(name, values) != values:
                yield weigh("C17", f"info[{number}]/eventCode", "CAP_C17_CODE", scheme=name[:80])
    if strict and infos:
        yield from _languages(infos)


def _languages(infos: tuple[Info, ...]) -> Iterator[Finding]:
    if not infos[0].language.lower().startswith("zh"):
        yield error("C17", "info[1]/language", "CAP_C17_CHINESE_FIRST", language=infos[0].language[:20])
    phases: dict[object, Info] = {}
    for number, info in enumerate(infos, 1):
        first = phases.setdefault((info.effective, info.onset), info)
        if first.severity != info.severity or first.parameter("level") != info.parameter("level"):
            yield error("C17", f"info[{number}]/severity", "CAP_C17_LEVEL")
        if [(area.polygons, area.circles, area.geocodes) for area in first.areas] != [(area.polygons, area.circles, area.geocodes) for area in info.areas]:
            yield error("C17", f"info[{number}]/area", "CAP_C17_AREA")


def _illegal_text(alert: Alert) -> Iterator[Finding]:
    """Text or a time that XML cannot carry; everything else can be written and judged."""
    try:
        alert_element(alert)
    except ValueError as failure:
        yield error("C03", "alert", "CAP_C03_UNWRITABLE", why=str(failure)[:120])


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    """The findings without repeats of one rule, place and text."""
    return tuple({(finding.rule, finding.path, finding.key, tuple(sorted(finding.details.items()))): finding for finding in findings}.values())
