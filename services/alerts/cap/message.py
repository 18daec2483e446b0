"""What a CAP message is: immutable values with the names of OASIS CAP 1.2, whatever version or form they came from.

An absent text is the empty string, an absent time or number is None. Times are aware and whole seconds. Enumerated values are kept as plain text,
so that a foreign message with a value outside the list can be held and judged; the StrEnums below are for our own messages.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class CapVersion(StrEnum):
    """The version a message was written in, by its namespace."""

    V1_0 = "1.0"
    V1_1 = "1.1"
    V1_2 = "1.2"


NAMESPACES = {
    "http://www.incident.com/cap/1.0": CapVersion.V1_0,
    "urn:oasis:names:tc:emergency:cap:1.1": CapVersion.V1_1,
    "urn:oasis:names:tc:emergency:cap:1.2": CapVersion.V1_2,
}
CAP_1_2 = "urn:oasis:names:tc:emergency:cap:1.2"


class Status(StrEnum):
    """How a message is meant to be handled."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MsgType(StrEnum):
    """首次 Alert, 更新 Update, 解除 Cancel; Ack and Error answer another message."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class Scope(StrEnum):
    """Who may read it: Restricted names a restriction, Private names addresses."""

    PUBLIC = "Public"
    RESTRICTED = "Restricted"
    PRIVATE = "Private"


class Category(StrEnum):
    """Kind of event; choose all that apply."""

    GEO = "Geo"
    MET = "Met"
    SAFETY = "Safety"
    SECURITY = "Security"
    RESCUE = "Rescue"
    FIRE = "Fire"
    HEALTH = "Health"
    ENV = "Env"
    TRANSPORT = "Transport"
    INFRA = "Infra"
    CBRNE = "CBRNE"
    OTHER = "Other"


class ResponseType(StrEnum):
    """What the audience should do."""

    SHELTER = "Shelter"
    EVACUATE = "Evacuate"
    PREPARE = "Prepare"
    EXECUTE = "Execute"
    AVOID = "Avoid"
    MONITOR = "Monitor"
    ASSESS = "Assess"
    ALL_CLEAR = "AllClear"
    NONE = "None"


class Urgency(StrEnum):
    """How soon to act."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """Strength of impact; its Chinese level is in `levels`."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """Confidence: Likely is more than 50 %, Possible 50 % or less."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A code or parameter with the name of its list: eventCode, parameter, geocode."""

    value_name: str
    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier message, named by the three fields that make a message unique."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """A place in WGS 84, degrees, in the order CAP writes it."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """A ring; the last point repeats the first."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle; the radius is in kilometres."""

    centre: Point
    radius_km: float


@dataclass(frozen=True, slots=True)
class Area:
    """A place warned: the union of its polygons, circles and geocodes. Altitude and ceiling are feet above the WGS 84 ellipsoid."""

    area_desc: str
    polygons: tuple[Polygon, ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[NamedValue, ...] = ()
    altitude: Decimal | None = None
    ceiling: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that goes with the warning; size in bytes, deref_uri is base64, digest SHA-1 in hexadecimal."""

    resource_desc: str
    mime_type: str = ""
    size: int | None = None
    uri: str = ""
    deref_uri: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Info:
    """The warning itself in one language and for one phase."""

    event: str
    category: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    language: str = "zh-CN"
    response_type: tuple[str, ...] = ()
    audience: str = ""
    event_codes: tuple[NamedValue, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[NamedValue, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()

    def parameter(self, name: str) -> str:
        """The value of the first parameter of that name; empty when there is none."""
        return next((item.value for item in self.parameters if item.value_name == name), "")


@dataclass(frozen=True, slots=True)
class Alert:
    """One message. It is never changed: an update or a cancellation is a new message that references it (DOMAIN decision 5)."""

    identifier: str
    sender: str
    sent: datetime | None
    status: str
    msg_type: str
    scope: str
    source: str = ""
    restriction: str = ""
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[Info, ...] = ()
