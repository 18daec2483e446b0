"""What an alert says: values with the names of the contract. Positions are WGS 84 degrees, times UTC, radii kilometres; empty means not given."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.alerts.cap.event_codes import defaults_of
from services.alerts.cap.levels import urgency_of
from services.alerts.cap.message import Certainty, ResponseType, Urgency

CHINESE = "zh-CN"


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the ground."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle on the ground."""

    centre: Point
    radius_km: float


@dataclass(frozen=True, slots=True)
class AlertPolygon:
    """A ring as it was drawn."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class AlertArea:
    """A place warned: the union of its shapes and regions."""

    description: str = ""
    polygons: tuple[AlertPolygon, ...] = ()
    circles: tuple[Circle, ...] = ()
    region_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertInfo:
    """The words in one language."""

    language: str = ""
    event: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    audience: str = ""
    web: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertContent:
    """All that two people answer for."""

    event_code: str
    level: int
    areas: tuple[AlertArea, ...] = ()
    infos: tuple[AlertInfo, ...] = ()
    effective_time: datetime | None = None
    onset_time: datetime | None = None
    expire_time: datetime | None = None
    categories: tuple[str, ...] = ()
    response_types: tuple[str, ...] = ()
    certainty: str = ""
    urgency: str = ""
    sender_name: str = ""
    note: str = ""
    channels: tuple[str, ...] = ()
    notify_regions: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()

    @property
    def event(self) -> str:
        """Event in words, in the first language."""
        return self.infos[0].event if self.infos else ""

    @property
    def headline(self) -> str:
        """Headline in the first language."""
        return self.infos[0].headline if self.infos else ""

    @property
    def area_description(self) -> str:
        """Area in words."""
        return "；".join(area.description for area in self.areas if area.description)

    @property
    def polygons(self) -> tuple[AlertPolygon, ...]:
        """Every ring."""
        return tuple(polygon for area in self.areas for polygon in area.polygons)

    @property
    def circles(self) -> tuple[Circle, ...]:
        """Every circle."""
        return tuple(circle for area in self.areas for circle in area.circles)

    @property
    def region_codes(self) -> tuple[str, ...]:
        """Every region named."""
        return tuple(dict.fromkeys(code for area in self.areas for code in area.region_codes))


def named(content: AlertContent, event_names: dict[str, str]) -> AlertContent:
    """Words that follow from the event code and whole seconds, as CAP has them; what the editor wrote stays."""
    infos = tuple(replace(info, language=info.language or CHINESE, event=info.event or event_names.get(content.event_code, "")) for info in content.infos)
    return replace(
        content,
        infos=infos,
        effective_time=whole_second(content.effective_time),
        onset_time=whole_second(content.onset_time),
        expire_time=whole_second(content.expire_time),
    )


def completed(content: AlertContent, now: datetime, *, ends: bool) -> AlertContent:
    """Fill what the editor left to the system, once and for good: categories and responses of the event, urgency by the onset (DOMAIN § 4.1)."""
    defaults = defaults_of(content.event_code)
    responses = (str(ResponseType.ALL_CLEAR),) if ends else content.response_types or tuple(map(str, defaults.responses))
    urgency = str(Urgency.PAST) if ends else content.urgency or str(urgency_of(content.onset_time, now=now))
    return replace(
        content,
        categories=content.categories or tuple(map(str, defaults.categories)),
        response_types=responses,
        urgency=urgency,
        certainty=content.certainty or str(Certainty.UNKNOWN),
    )


def whole_second(moment: datetime | None) -> datetime | None:
    """The moment without its fraction: CAP has whole seconds (C05)."""
    return moment.replace(microsecond=0) if moment else None
