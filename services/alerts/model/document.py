"""An alert as its CAP message (DOMAIN § 4.2), and the hash that two people answer for."""

import hashlib
from dataclasses import replace
from datetime import datetime

from services.alerts import errors
from services.alerts.cap import area, message
from services.alerts.cap.event_codes import event_code_value
from services.alerts.cap.law64 import missing_contents
from services.alerts.cap.levels import LEVELS, severity_of
from services.alerts.cap.lint import lint_outgoing
from services.alerts.cap.write import write
from services.alerts.model.alert import MSG_TYPES, Alert
from services.alerts.model.content import AlertArea, AlertContent, AlertInfo

DRAFT_IDENTIFIER = "00000000000000_00000000000000"
"""Stands where the number will be, so that a draft can be checked."""


def cap_alert(alert: Alert, *, identifier: str, sent: datetime | None, reference: message.Reference | None) -> message.Alert:
    """The message. Without `sent` it is the content alone, as it is hashed."""
    return message.Alert(
        identifier=identifier,
        sender=alert.sender,
        sent=sent,
        status=alert.cap_status,
        msg_type=MSG_TYPES[alert.kind],
        scope=message.Scope.PUBLIC,
        note=alert.content.note,
        references=(reference,) if reference else (),
        incidents=(alert.incident.rpartition("/")[2],) if alert.incident and sent else (),
        infos=tuple(_info(alert.content, info, sent) for info in alert.content.infos),
    )


def content_hash(alert: Alert, reference: message.Reference | None) -> str:
    """SHA-256 (hexadecimal) of everything that is decided before it is published, the channels among it."""
    content = alert.content
    beside = "\n".join((alert.region_code, str(content.level), *content.channels, "", *content.notify_regions, "", *content.region_codes))
    body = write(cap_alert(alert, identifier="", sent=None, reference=reference))
    return hashlib.sha256(body + b"\0" + beside.encode()).hexdigest()


def checked(alert: Alert, *, identifier: str, sent: datetime, reference: message.Reference | None) -> message.Alert:
    """The message, when it keeps every rule for outgoing ones and says what the law demands; else the guard's refusal."""
    made = cap_alert(alert, identifier=identifier, sent=sent, reference=reference)
    report = lint_outgoing(made)
    if not report.clean:
        first, rules = report.findings[0], list(dict.fromkeys(finding.rule for finding in report.findings))
        raise errors.lint(first.rule, first.path, first.key, first.details, rules)
    missing = missing_contents(made)
    if missing:
        raise errors.law_64(missing)
    return made


def reference_to(alert: Alert) -> message.Reference:
    """How a later message names a published one."""
    if alert.publish_time is None:
        raise errors.not_published(alert.name)
    return message.Reference(alert.sender, alert.identifier, alert.publish_time)


def spoken_text(content: AlertContent) -> str:
    """What people read or hear, in the first language."""
    if not content.infos:
        return ""
    info = content.infos[0]
    return "\n".join(filter(None, (info.headline, info.description, info.instruction)))


def all_clear(content: AlertContent, reason: str) -> AlertContent:
    """The content of a cancellation: the same event, level and place, what it says is that it is over (law 70)."""
    infos = tuple(replace(info, headline=_over(info), description=reason, instruction="") for info in content.infos[:1])
    return replace(content, infos=infos, effective_time=None, onset_time=None, urgency="", certainty="Observed", response_types=(), basis=())


def _over(info: AlertInfo) -> str:
    return f"解除{info.event}预警"


def _info(content: AlertContent, info: AlertInfo, sent: datetime | None) -> message.Info:
    level = LEVELS.get(content.level)
    parameters = [message.NamedValue("level", str(content.level))]
    if level:
        parameters.append(message.NamedValue("color", level.colour_zh))
    parameters += [message.NamedValue("channel", channel) for channel in content.channels]
    return message.Info(
        language=info.language,
        event=info.event,
        category=content.categories,
        response_type=content.response_types,
        urgency=content.urgency,
        severity=severity_of(content.level),
        certainty=content.certainty,
        audience=info.audience,
        event_codes=(event_code_value(content.event_code),),
        effective=content.effective_time or sent,
        onset=content.onset_time,
        expires=content.expire_time,
        sender_name=content.sender_name,
        headline=info.headline,
        description=info.description,
        instruction=info.instruction,
        web=info.web,
        contact=info.contact,
        parameters=tuple(parameters),
        areas=tuple(map(cap_area, content.areas)),
    )


def cap_area(place: AlertArea) -> message.Area:
    """A place as CAP writes it: latitude first, region codes of 12 digits."""
    return message.Area(
        area_desc=place.description,
        polygons=tuple(message.Polygon(tuple(message.Point(point.lat, point.lon) for point in ring.points)) for ring in place.polygons),
        circles=tuple(message.Circle(message.Point(each.centre.lat, each.centre.lon), each.radius_km) for each in place.circles),
        geocodes=tuple(map(area.geocode, place.region_codes)),
    )
