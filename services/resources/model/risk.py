"""Risk sources 风险点 and hidden dangers 隐患 (DOMAIN § 2.2; 应对法 33; RS-26 … RS-28)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from chassis.states import Machine, Transition
from services.resources import errors
from services.resources.model.record import Record

CLASSES = (
    "reservoir", "gully", "tailings", "geological", "road", "hazmat", "fire", "construction", "gas", "school", "hospital", "crowd", "infrastructure", "other",
)  # fmt: skip
ORDINARY, MAJOR = GRADES = ("ordinary", "major")
OPEN_DANGER = ("assigned", "rectifying", "submitted")
"""States in which a danger can be overdue."""

RISK_SOURCE = Machine(
    "risk_source",
    ("registered",),
    {
        "assess": (Transition(("registered",), "assessed"), Transition(("assessed", "monitored", "warning"))),
        "monitor": Transition(("assessed",), "monitored"),
        "warn": Transition(("monitored",), "warning"),
        "calm": Transition(("warning",), "monitored"),
        "retire": Transition(("registered", "assessed", "monitored"), "retired"),
    },
)

HIDDEN_DANGER = Machine(
    "hidden_danger",
    ("reported",),
    {
        "verify": Transition(("reported",), "verified"),
        "dismiss": Transition(("verified",), "not_a_danger"),
        "grade": Transition(("verified",), "graded"),
        "supervise": Transition(("graded",), "listed_supervision"),
        "assign": Transition(("graded", "listed_supervision"), "assigned"),
        "rectify": Transition(("assigned",), "rectifying"),
        "submit": Transition(("rectifying",), "submitted"),
        "accept": Transition(("submitted",), "accepted"),
        "return": Transition(("submitted",), "rectifying"),
        "reopen": Transition(("accepted",), "rectifying"),
    },
)


@dataclass(slots=True, kw_only=True)
class Responsible:
    """Who answers on three levels 三级责任人; leader, person and telephone are personal data."""

    leader: str = ""
    unit: str
    person: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class RiskRegistered:
    """A risk source was registered, or a hidden danger reported."""

    key: str
    display_name: str
    risk_class: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class RiskAssessed:
    """A risk source was assessed."""

    key: str
    grade: int


@dataclass(frozen=True, slots=True)
class RiskGraded:
    """A hidden danger was graded."""

    key: str
    grade: str


@dataclass(frozen=True, slots=True)
class RiskWarning:
    """A threshold is crossed."""

    key: str
    warning: str
    plan: str


@dataclass(frozen=True, slots=True)
class RiskCalm:
    """The warning is over."""

    key: str
    display_name: str


@dataclass(frozen=True, slots=True)
class SupervisionListed:
    """A major danger is under supervision."""

    key: str
    supervisor: str


@dataclass(frozen=True, slots=True)
class RectificationAssigned:
    """Somebody must put it right."""

    key: str
    owner: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class RectificationOverdue:
    """It was not put right in time."""

    key: str
    owner: str


@dataclass(frozen=True, slots=True)
class RiskStruckOff:
    """It is put right, or no danger, or no more."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class RiskReopened:
    """It came back."""

    key: str
    reason: str


@dataclass(slots=True, kw_only=True)
class RiskSource(Record):
    """A place that is dangerous by its nature; `exposed_population` None means unknown."""

    COLLECTION: ClassVar[str] = "riskSources"
    state: str = "registered"
    display_name: str
    display_name_en: str = ""
    risk_class: str
    region_code: str
    lon: float
    lat: float
    exposed_population: int | None = None
    owner: str = ""
    stations: list[str] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)
    responsible: Responsible
    plan: str = ""
    grade: int = 0
    assessment: str = ""
    warning: str = ""
    warning_at: datetime | None = None

    def register(self) -> RiskRegistered:
        """Register."""
        return RiskRegistered(self.id, self.display_name, self.risk_class, self.lon, self.lat)

    def assess(self, grade: int, assessment: str) -> RiskAssessed:
        """Assess; again whenever the situation changes."""
        self.state = RISK_SOURCE.next(self.state, "assess")
        self.grade, self.assessment = grade, assessment
        return RiskAssessed(self.id, grade)

    def monitor(self) -> None:
        """Watch it; every risk has a measure."""
        self.state = RISK_SOURCE.next(self.state, "monitor")
        if not self.measures:
            raise errors.measure_required()

    def warn(self, warning: str, now: datetime) -> RiskWarning:
        """A threshold is crossed."""
        self.state = RISK_SOURCE.next(self.state, "warn")
        self.warning, self.warning_at = warning, now
        return RiskWarning(self.id, warning, self.plan)

    def calm(self) -> RiskCalm:
        """The warning is over."""
        self.state = RISK_SOURCE.next(self.state, "calm")
        self.warning, self.warning_at = "", None
        return RiskCalm(self.id, self.display_name)

    def retire(self, reason: str) -> RiskStruckOff:
        """It is no more."""
        self.state = RISK_SOURCE.next(self.state, "retire")
        return RiskStruckOff(self.id, reason)


@dataclass(slots=True, kw_only=True)
class HiddenDanger(Record):
    """Something that must be put right by `due_at`; reporter and person are personal data."""

    COLLECTION: ClassVar[str] = "hiddenDangers"
    number: str = ""
    state: str = "reported"
    display_name: str
    risk_class: str
    region_code: str
    lon: float
    lat: float
    reporter: str = ""
    description: str = ""
    grade: str = ""
    measure: str = ""
    owner: str = ""
    person: str = ""
    due_at: datetime | None = None
    overdue: bool = False
    supervisor: str = ""
    result: str = ""
    submitter: str = ""
    inspector: str = ""
    returns: int = 0
    risk_source: str = ""

    def report(self) -> RiskRegistered:
        """Reported."""
        return RiskRegistered(self.id, self.display_name, self.risk_class, self.lon, self.lat)

    def verify(self) -> None:
        """reported → verified."""
        self.state = HIDDEN_DANGER.next(self.state, "verify")

    def dismiss(self, reason: str) -> RiskStruckOff:
        """verified → not_a_danger."""
        self.state = HIDDEN_DANGER.next(self.state, "dismiss")
        return RiskStruckOff(self.id, reason)

    def assess(self, grade: str) -> RiskGraded:
        """verified → graded."""
        self.state = HIDDEN_DANGER.next(self.state, "grade")
        self.grade = grade
        return RiskGraded(self.id, grade)

    def supervise(self, supervisor: str) -> SupervisionListed:
        """graded(重大) → listed_supervision 挂牌督办."""
        self.state = HIDDEN_DANGER.next(self.state, "supervise")
        if self.grade != MAJOR:
            raise errors.not_major()
        self.supervisor = supervisor
        return SupervisionListed(self.id, supervisor)

    def assign(self, owner: str, person: str, measure: str, due_at: datetime) -> RectificationAssigned:
        """graded, listed_supervision → assigned."""
        self.state = HIDDEN_DANGER.next(self.state, "assign")
        self.owner, self.person, self.measure, self.due_at = owner, person, measure, due_at
        return RectificationAssigned(self.id, owner, due_at)

    def rectify(self) -> None:
        """assigned → rectifying."""
        self.state = HIDDEN_DANGER.next(self.state, "rectify")

    def submit(self, result: str, submitter: str) -> None:
        """rectifying → submitted."""
        self.state = HIDDEN_DANGER.next(self.state, "submit")
        self.result, self.submitter = result, submitter

    def accept(self, inspector: str) -> RiskStruckOff:
        """submitted → accepted 销号, not by who submitted it."""
        self.state = HIDDEN_DANGER.next(self.state, "accept")
        if inspector == self.submitter:
            raise errors.separation_of_duty(self.submitter)
        self.inspector, self.overdue = inspector, False
        return RiskStruckOff(self.id, "accepted")

    def send_back(self, inspector: str) -> None:
        """submitted → rectifying: the check failed."""
        self.state = HIDDEN_DANGER.next(self.state, "return")
        self.inspector, self.returns = inspector, self.returns + 1

    def reopen(self, reason: str, due_at: datetime) -> RiskReopened:
        """accepted → rectifying: it came back."""
        self.state = HIDDEN_DANGER.next(self.state, "reopen")
        self.due_at, self.overdue = due_at, False
        return RiskReopened(self.id, reason)

    def late(self) -> RectificationOverdue | None:
        """The due date passed; None when that no longer matters."""
        if self.state not in OPEN_DANGER or self.overdue:
            return None
        self.overdue = True
        return RectificationOverdue(self.id, self.owner)
