"""The alarm script of weather.com.cn (`var alarminfo={…}`) to a message, in the shape the weather agency's own CAP has (DOMAIN 2.9, C-CN)."""

import re
from collections.abc import Mapping
from datetime import datetime

from services.alerts.cap.area import geocode
from services.alerts.cap.findings import CapRefused, Finding, error, warning
from services.alerts.cap.identifier import read_identifier
from services.alerts.cap.levels import LEVELS, level_of_colour, level_of_levelcode, severity_of
from services.alerts.cap.message import Alert, Area, CapVersion, Category, Certainty, Info, MsgType, NamedValue, Reference, Scope, Status, Urgency
from services.alerts.cap.parse import Parsed
from services.alerts.cap.safe_xml import legal_text
from services.alerts.cap.times import BEIJING

_ISSUER = re.compile(r"^(\S{2,30}?(?:气象台|气象局|气象服务中心))")


def alert_from_alarm(values: Mapping[str, object]) -> Parsed:
    """Read one alarm object. CapRefused (C02) when it has not the fields of an alarm, (C01) when a text cannot be carried."""
    fields = {name: value.strip() for name, value in values.items() if isinstance(value, str)}
    if not fields.get("identifier") or not fields.get("ISSUETIME"):
        raise CapRefused("C02", "CAP_C02_JSON")
    if not all(map(legal_text, fields.values())):
        raise CapRefused("C01", "CAP_C01_NOT_WELL_FORMED", reason="alarm")
    findings: list[Finding] = []
    sent = _time(fields, "ISSUETIME", findings)
    references = _references(fields, findings)
    alert = Alert(
        identifier=fields["identifier"],
        sender=fields["identifier"].partition("_")[0],
        sent=sent,
        status=Status.ACTUAL,
        msg_type=fields.get("msgType", MsgType.ALERT),
        scope=Scope.PUBLIC,
        source="weather.com.cn",
        references=references,
        infos=(_info(fields, sent, findings),),
    )
    return Parsed(alert, CapVersion.V1_2, tuple(findings), bool(references), signed=False, form="jsonp")


def _info(fields: Mapping[str, str], sent: datetime | None, findings: list[Finding]) -> Info:
    level = _level(fields, findings)
    content = fields.get("ISSUECONTENT", "")
    issuer = _ISSUER.match(content)
    number = read_identifier(fields["identifier"])
    parameters = [NamedValue("level", str(level)), NamedValue("color", LEVELS[level].colour_zh)] if level else []
    place = "".join(dict.fromkeys(fields.get(name, "") for name in ("PROVINCE", "CITY", "STATIONNAME")))
    return Info(
        language="zh-CN",
        category=(Category.MET,),
        event=fields.get("SIGNALTYPE", ""),
        urgency=Urgency.UNKNOWN,
        severity=severity_of(level or 9),
        certainty=Certainty.UNKNOWN,
        effective=sent,
        expires=_time(fields, "RELIEVETIME", findings) if fields.get("RELIEVETIME") else None,
        sender_name=issuer[1] if issuer else "",
        headline=fields.get("head", ""),
        description=content,
        parameters=tuple(parameters),
        areas=(Area(place, geocodes=(geocode(number.region),) if number else ()),),
    )


def _level(fields: Mapping[str, str], findings: list[Finding]) -> int | None:
    """The level by LEVELCODE, which counts backwards; when code and colour disagree the more severe one, and it is told."""
    by_code, by_colour = level_of_levelcode(fields.get("LEVELCODE", "")), level_of_colour(fields.get("SIGNALLEVEL", ""))
    if by_code and by_colour and by_code != by_colour:
        findings.append(warning("C18", "info[1]/severity", "CAP_C18_LEVELS_DISAGREE", code=fields["LEVELCODE"], colour=fields["SIGNALLEVEL"]))
    return min((level for level in (by_code, by_colour) if level), default=None)


def _time(fields: Mapping[str, str], name: str, findings: list[Finding]) -> datetime | None:
    try:
        return datetime.strptime(fields[name], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        findings.append((error if name == "ISSUETIME" else warning)("C05", name, "CAP_C05_UNREADABLE", value=fields[name][:80]))
        return None


def _references(fields: Mapping[str, str], findings: list[Finding]) -> tuple[Reference, ...]:
    """The earlier messages, which this form names by identifier alone; the time is in the identifier. Its own identifier is dropped and told."""
    found = []
    for identifier in fields.get("references", "").split():
        number = read_identifier(identifier)
        if identifier == fields["identifier"]:
            findings.append(warning("C09", "references", "CAP_C09_OWN_DROPPED", value=identifier[:80]))
        elif number is None:
            findings.append(error("C09", "references", "CAP_C09_FORM", value=identifier[:80]))
        else:
            found.append(Reference(identifier.partition("_")[0], identifier, number.issued_at))
    return tuple(found)
