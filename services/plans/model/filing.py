"""Filing 备案 of an issued plan, beside its version: to whom, within 20 working days, with three papers (R-P1, R-P7)."""

from dataclasses import dataclass
from datetime import date, datetime

from chassis.states import Machine, Transition
from services.plans import errors
from services.plans.model.calendar import WorkingCalendar, day_of
from services.plans.model.reason import given

WORKING_DAYS = 20
UPPER_EMERGENCY = "upper_emergency_department"
ADDRESSEES = {
    "overall": "upper_government",
    "special": "upper_lead_department",
    "departmental": "own_government",
    "joint": "partners",
    "town": "upper_government",
    "village": "town",
    "unit": "county_regulator",
    "event": "own_government",
}
"""To whom a plan of each kind is filed; a manual is not filed. The norm read here says nothing of plans for events: the own government is our choice."""
COPIES = {"upper_lead_department": (UPPER_EMERGENCY,)}

FILING = Machine(
    "plan_filing",
    ("due",),
    {
        "expire": Transition(("due",), "overdue"),
        "submit": Transition(("due", "overdue", "returned"), "submitted"),
        "return": Transition(("submitted",), "returned"),
        "accept": Transition(("submitted",), "accepted"),
    },
    by_itself=("expire",),
)


@dataclass(frozen=True, slots=True)
class PlanFilingDue:
    """A filing duty was opened."""

    key: str
    plan_filing: str
    addressee: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class PlanFiled:
    """The papers were submitted."""

    key: str
    plan_filing: str
    to_org: str
    late: bool


@dataclass(frozen=True, slots=True)
class PlanFilingReturned:
    """The papers came back."""

    key: str
    plan_filing: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlanFilingAccepted:
    """The papers were accepted."""

    key: str
    plan_filing: str


@dataclass(frozen=True, slots=True)
class PlanFilingOverdue:
    """The last day has passed."""

    key: str
    plan_filing: str
    due_on: date


@dataclass(slots=True)
class PlanFiling:
    """A duty to file. `due_on` is the last day in Beijing, None while no holiday table covers it."""

    id: str
    plan_id: str
    plan_version: str
    region_code: str
    addressee: str
    cc_orgs: tuple[str, ...]
    issued_on: date
    due_on: date | None
    state: str = "due"
    version: int = 1
    to_org: str = ""
    submit_time: datetime | None = None
    late: bool = False
    formal_text_ref: str = ""
    electronic_text_ref: str = ""
    drafting_note_ref: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """Resource name."""
        return f"planFilings/{self.id}"

    @property
    def plan(self) -> str:
        """Resource name of its plan."""
        return f"plans/{self.plan_id}"

    def due(self) -> PlanFilingDue:
        """The duty as a fact."""
        return PlanFilingDue(self.plan_id, self.name, self.addressee, self.due_on)

    def submit(self, to_org: str, papers: tuple[str, str, str], now: datetime) -> PlanFiled:
        """Send the papers (formal text, electronic text, drafting note); late papers are accepted and stay marked late. Guard: R_P1_PAPERS."""
        state = FILING.next(self.state, "submit")
        names = ("formal_text_ref", "electronic_text_ref", "drafting_note_ref")
        if missing := [name for name, paper in zip(names, papers, strict=True) if not paper.strip()]:
            raise errors.filing_papers_missing(missing)
        if self.submit_time is None:
            self.submit_time = now
            self.late = self.state == "overdue" or (self.due_on is not None and day_of(now) > self.due_on)
        self.state, self.to_org = state, to_org
        self.formal_text_ref, self.electronic_text_ref, self.drafting_note_ref = papers
        return PlanFiled(self.plan_id, self.name, to_org, self.late)

    def return_(self, reason: str) -> PlanFilingReturned:
        """The addressee sent them back."""
        state = FILING.next(self.state, "return")
        self.state, self.reason = state, given(reason)
        return PlanFilingReturned(self.plan_id, self.name, self.reason)

    def accept(self) -> PlanFilingAccepted:
        """The addressee took them."""
        self.state = FILING.next(self.state, "accept")
        return PlanFilingAccepted(self.plan_id, self.name)

    def expire(self) -> PlanFilingOverdue | None:
        """The last day has passed; None when it was filed meanwhile."""
        if self.state != "due" or self.due_on is None:
            return None
        self.state = FILING.next(self.state, "expire")
        return PlanFilingOverdue(self.plan_id, self.name, self.due_on)


def due_on(calendar: WorkingCalendar, issued_on: date) -> date | None:
    """R-P1: the 20th working day after the day of issue; None when a year on the way has no holiday table."""
    return calendar.after(issued_on, WORKING_DAYS)
