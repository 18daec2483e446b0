"""What a scenario file may say. Times are `mm:ss` or `hh:mm:ss` of the scenario's own clock, places WGS 84; docs/exercises.md explains every field."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def seconds(value: object) -> float:
    """Seconds of `mm:ss` or `hh:mm:ss`. A plain number is taken as seconds: YAML reads an unquoted 5:00 as 300. ValueError for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    parts = str(value).removeprefix("+").split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isdigit() for part in parts) or any(int(part) > 59 for part in parts[1:]):
        raise ValueError("must be mm:ss or hh:mm:ss")
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return float(total)


def _zoned(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("must name its offset, for example 2026-07-29T14:00:00+08:00")
    return moment


Time = Annotated[float, BeforeValidator(seconds), Field(ge=0, le=86_400)]
Region = Annotated[str, Field(pattern=r"^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$")]
EventCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{5}$")]
Label = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]

What = Literal[
    "verified", "confirmed", "dismissed", "merged", "response_started", "controlled", "assigned", "accepted", "on_scene", "completed", "released",
    "first_report", "alert_drafted", "alert_published", "linked",
]  # fmt: skip
"""What may be expected; judging.py says by which fact each is met."""


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Point(Strict):
    """A point, WGS 84."""

    lon: Lon
    lat: Lat


class Place(Strict):
    """Where it plays: a region, and within it a polygon or a circle that places are drawn from."""

    region: Region
    centre: Point | None = None
    radius_km: float | None = Field(default=None, gt=0, le=500)
    polygon: list[tuple[Lon, Lat]] | None = Field(default=None, min_length=3, max_length=500)

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if (self.centre is None) != (self.radius_km is None):
            raise ValueError("centre and radius_km belong together")
        if (self.centre is None) == (self.polygon is None):
            raise ValueError("give either centre and radius_km, or polygon")
        return self


class Clock(Strict):
    """The domain's clock: where it starts (absent: now) and how fast it runs."""

    start: Annotated[datetime, AfterValidator(_zoned)] | None = None
    rate: float = Field(default=1.0, gt=0, le=3600)


class Sampled(Strict):
    """A time drawn anew each time: log-normal about its median."""

    median: Time
    spread: float = Field(default=0.3, ge=0, le=2)


class Capability(Strict):
    """What a synthetic unit can do."""

    code: Code
    count: int = Field(default=1, ge=1, le=1000)


class Units(Strict):
    """Field units that the engine moves: some of the register, some made for the exercise and retired after it."""

    use: list[Annotated[str, Field(pattern=r"^units/.+$")]] = []
    synthetic: int = Field(default=0, ge=0, le=5000)
    region: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    capabilities: list[Capability] = [Capability(code="water_rescue"), Capability(code="evacuation"), Capability(code="medical")]
    declines: float = Field(default=0.0, ge=0, le=1)
    accept: Sampled = Sampled(median=20)
    turn_out: Sampled = Sampled(median=60)
    speed_kmh: float = Field(default=40, gt=0, le=300)
    work: Sampled = Sampled(median=600)


class IncidentInject(Strict):
    """An incident is registered."""

    title: Text
    event_code: EventCode
    location: Point | None = None
    region: Region | None = None
    address: str = Field(default="", max_length=300)
    source: Literal["phone", "grid", "sensor", "media", "upper", "peer", "unit", "citizen"] = "phone"
    facts: dict[str, int] = {}


class CallInject(Strict):
    """Somebody calls about something: a signal with a caller, as the number desk takes it down."""

    content: str = Field(min_length=1, max_length=2000)
    location: Point | None = None
    region: Region | None = None
    event_code: EventCode | None = None
    caller: str = Field(default="演练来电人", max_length=100)


class RainfallInject(Strict):
    """A station measures."""

    station: Annotated[str, Field(pattern=r"^stations/.+$")]
    metric: Code = "rain_1h"
    value: Annotated[str, Field(pattern=r"^-?\d{1,6}(\.\d{1,3})?$")]


class LossInject(Strict):
    """A unit is lost: it breaks down and leaves service; the engine gives it back at the end."""

    unit: Annotated[str, Field(pattern=r"^(units/.+|synthetic/\d+)$")]
    reason: Text


class MessageInject(Strict):
    """A word to the seats, from a superior or a neighbour; they find it among the signals."""

    text: str = Field(min_length=1, max_length=2000)
    sender: Literal["upper", "peer", "unit", "media"] = "upper"


class RoadInject(Strict):
    """A road is closed; the seats are told, nothing is closed by itself."""

    road: Text
    location: Point | None = None
    until: Text | None = None


class Inject(Strict):
    """One thing that happens at one moment: exactly one of the kinds."""

    id: Label
    at: Time
    incident: IncidentInject | None = None
    signal: CallInject | None = None
    call: CallInject | None = None
    rainfall: RainfallInject | None = None
    loss: LossInject | None = None
    message: MessageInject | None = None
    road: RoadInject | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(KINDS)}; has {', '.join(given) or 'none'}")
        return self

    @property
    def kind(self) -> str:
        """Which of the kinds it is."""
        return next(name for name in KINDS if getattr(self, name) is not None)


KINDS = ("incident", "signal", "call", "rainfall", "loss", "message", "road")


class Expected(Strict):
    """An action that somebody should take about an inject; without a limit the norm's own deadline holds (first_report only)."""

    what: What
    of: Label | None = None
    within: Time | None = None
    weight: float = Field(default=1.0, gt=0, le=1000)
    capability: Code | None = None
    target: Label | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.within is None and self.what != "first_report":
            raise ValueError(f"within is needed for {self.what}")
        if self.capability is not None and self.what not in {"assigned", "accepted", "on_scene", "completed"}:
            raise ValueError(f"capability has no meaning for {self.what}")
        if self.target is not None and self.what not in {"merged", "linked"}:
            raise ValueError(f"target has no meaning for {self.what}")
        return self


class Kind(Strict):
    """What arrives, and how often among the others."""

    title: Text
    event_code: EventCode
    share: float = Field(default=1.0, gt=0)
    needs: list[Capability] = []


class Arrivals(Strict):
    """Incidents that come as they do: a Poisson process whose rate follows a curve, anywhere in the place."""

    id: Label
    rate: list[tuple[Time, Annotated[float, Field(ge=0, le=6000)]]] = Field(min_length=2)
    kinds: list[Kind] = Field(min_length=1)
    duplicates: float = Field(default=0.0, ge=0, lt=1)
    limit: int = Field(default=100_000, ge=1)
    place: Place | None = None
    expected: list[Expected] = []

    @model_validator(mode="after")
    def _rising(self) -> Self:
        moments = [moment for moment, _ in self.rate]
        if moments != sorted(set(moments)):
            raise ValueError("the times of rate must rise")
        if any(each.of is not None for each in self.expected):
            raise ValueError("what is expected of arrivals belongs to each of them: leave out `of`")
        return self


class Scoring(Strict):
    """How the actions become points of 100."""

    pass_mark: float = Field(default=70, ge=0, le=100)
    late_credit: float = Field(default=0.5, ge=0, le=1)


class Players(Strict):
    """How fast automatic seats act: a share of the time they have, log-normal about its median; and how many things the engine does at once."""

    median: float = Field(default=0.35, gt=0, le=3)
    spread: float = Field(default=0.35, ge=0, le=2)
    workers: int = Field(default=12, ge=1, le=32)


class Accounts(Strict):
    """Who acts: log-ins of the platform."""

    officer: list[Text] = Field(default=["duty_officer", "duty_officer_2", "duty_officer_3"], min_length=1)
    leader: Text = "duty_leader"
    editor: Text = "alert_editor"
    issuer: Text = "alert_issuer"
    field: Text = "field_unit"
    sensor: Text = "sensor"
    director: Text = "administrator"


class Title(Strict):
    """The title in both languages."""

    zh: Text
    en: Text


class Scenario(Strict):
    """One exercise; what must agree between its fields: coherence.py."""

    title: Title
    summary: str = Field(default="", max_length=4000)
    place: Place
    clock: Clock = Clock()
    duration: Time
    seed: int = Field(default=1, ge=0, lt=2**32)
    accounts: Accounts = Accounts()
    players: Players = Players()
    units: Units = Units()
    injects: list[Inject] = []
    arrivals: list[Arrivals] = []
    expected: list[Expected] = []
    scoring: Scoring = Scoring()
