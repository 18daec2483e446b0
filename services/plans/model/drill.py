"""Drill 演练: the root of an exercise, from the yearly programme to its corrections (DOMAIN § 2.1, PL-12 to PL-17, R-D3)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chassis.states import Machine, Transition
from services.plans import errors
from services.plans.model.reason import given

DRILL = Machine(
    "drill",
    ("planned",),
    {
        "start_preparation": Transition(("planned",), "preparing"),
        "ready": Transition(("preparing",), "ready"),
        "start": Transition(("ready",), "in_progress"),
        "deliver_inject": Transition(("in_progress",)),
        "finish": Transition(("in_progress",), "completed"),
        "abort": Transition(("in_progress",), "aborted"),
        "cancel": Transition(("planned", "preparing", "ready"), "cancelled"),
        "evaluate": Transition(("completed",), "evaluated"),
        "open_corrections": Transition(("evaluated",), "improving"),
        "close": Transition(("evaluated", "improving"), "closed"),
    },
)
CARRIED_OUT = ("completed", "evaluated", "improving", "closed")
"""States of a drill that counts as carried out (DOMAIN § 1.8)."""
ASPECTS = ("execution", "plan", "command", "staff", "equipment", "suggestions")
"""The six contents of an evaluation (R-D3)."""
GIVES_WAY_GRADE = 2
"""A real incident of this grade or a more severe one stops the drills of its region (our choice; a person may stop one for any reason)."""
GIVES_WAY_WITHIN = timedelta(hours=24)
"""… and cancels those that are to start within this time."""

REAL_EVENT = "真实事件"
"""The notice with which a drill stops for a real incident (DOMAIN § 2.1)."""


@dataclass(frozen=True, slots=True)
class DrillPlanned:
    """In the programme."""

    key: str
    title: str
    type: str
    year: int
    plan_version: str


@dataclass(frozen=True, slots=True)
class DrillPreparing:
    """Being prepared."""

    key: str
    organiser: str
    scheduled_time: datetime


@dataclass(frozen=True, slots=True)
class DrillReady:
    """Ready."""

    key: str
    public_signals: bool


@dataclass(frozen=True, slots=True)
class DrillStarted:
    """Running."""

    key: str
    title: str
    plan_version: str
    injects: int


@dataclass(frozen=True, slots=True)
class DrillInjectDelivered:
    """An inject was delivered."""

    key: str
    number: int
    inject: str


@dataclass(frozen=True, slots=True)
class DrillCompleted:
    """Over."""

    key: str
    minutes: int


@dataclass(frozen=True, slots=True)
class DrillAborted:
    """Stopped: 真实事件."""

    key: str
    reason: str
    incident: str
    stopped_injects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DrillCancelled:
    """Given up before it started."""

    key: str
    reason: str
    incident: str


@dataclass(frozen=True, slots=True)
class DrillEvaluated:
    """Evaluated."""

    key: str
    findings: int


@dataclass(frozen=True, slots=True)
class CorrectionsOpened:
    """Corrective actions were opened."""

    key: str
    corrective_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrillClosed:
    """Closed."""

    key: str


@dataclass(frozen=True, slots=True)
class Inject:
    """演练注入, so many minutes after the start; state waiting, delivered or stopped."""

    offset_minutes: int
    inject: str
    expected_action: str
    number: int = 0
    state: str = "waiting"
    observed: str = ""
    deliver_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class DrillRating:
    """One of the six contents of the report, rated of 100."""

    aspect: str
    rating: int
    text: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """What must be there before a drill starts."""

    injects: tuple[Inject, ...]
    evaluators: tuple[str, ...]
    evaluation_scheme_ref: str
    safety_plan_ref: str
    public_notice_ref: str


@dataclass(slots=True)
class Drill:
    """A drill of a plan version. Its id is the exercise id of everything played in it."""

    id: str
    title: str
    type: str
    year: int
    plan_id: str
    plan_version: str
    region_code: str
    scenario: str
    participants: tuple[str, ...]
    public_signals: bool
    state: str = "planned"
    version: int = 1
    organiser: str = ""
    scheduled_time: datetime | None = None
    place: str = ""
    injects: tuple[Inject, ...] = ()
    evaluators: tuple[str, ...] = ()
    evaluation_scheme_ref: str = ""
    safety_plan_ref: str = ""
    public_notice_ref: str = ""
    start_time: datetime | None = None
    end_time: datetime | None = None
    ratings: tuple[DrillRating, ...] = ()
    findings: tuple[str, ...] = ()
    reason: str = ""
    incident: str = ""

    @property
    def name(self) -> str:
        """Resource name."""
        return f"drills/{self.id}"

    @property
    def plan(self) -> str:
        """Resource name of its plan."""
        return f"plans/{self.plan_id}"

    @property
    def exercise_id(self) -> str:
        """The exercise it is the root of; never empty, never changed."""
        return self.id

    def planned(self) -> DrillPlanned:
        """The entry in the programme as a fact."""
        return DrillPlanned(self.id, self.title, self.type, self.year, self.plan_version)

    def start_preparation(self, organiser: str, scheduled_time: datetime | None, place: str) -> DrillPreparing:
        """Begin to prepare. Guard: DRILL_DATE."""
        state = DRILL.next(self.state, "start_preparation")
        if not organiser.strip() or scheduled_time is None:
            raise errors.drill_date_missing([name for name, value in (("organiser", organiser.strip()), ("scheduled_time", scheduled_time)) if not value])
        self.state, self.organiser, self.scheduled_time, self.place = state, organiser.strip(), scheduled_time, place
        return DrillPreparing(self.id, self.organiser, scheduled_time)

    def ready(self, preparation: Preparation) -> DrillReady:
        """Everything is there. Guard: DRILL_PREPARATION."""
        state = DRILL.next(self.state, "ready")
        wanted = ["injects", "evaluators", "evaluation_scheme_ref", "safety_plan_ref"] + ["public_notice_ref"] * self.public_signals
        if missing := [name for name in wanted if not getattr(preparation, name)]:
            raise errors.drill_not_prepared(missing)
        script = sorted(preparation.injects, key=lambda inject: inject.offset_minutes)
        self.injects = tuple(Inject(each.offset_minutes, each.inject, each.expected_action, number) for number, each in enumerate(script, 1))
        self.state, self.evaluators, self.public_notice_ref = state, preparation.evaluators, preparation.public_notice_ref
        self.evaluation_scheme_ref, self.safety_plan_ref = preparation.evaluation_scheme_ref, preparation.safety_plan_ref
        return DrillReady(self.id, self.public_signals)

    def start(self, now: datetime, *, channels_set: bool) -> DrillStarted:
        """Start. Guard: DRILL_CHANNELS."""
        state = DRILL.next(self.state, "start")
        if not channels_set:
            raise errors.channels_not_in_exercise()
        self.state, self.start_time = state, now
        return DrillStarted(self.id, self.title, self.plan_version, len(self.injects))

    def deliver_inject(self, number: int, observed: str, now: datetime) -> DrillInjectDelivered:
        """Deliver an inject and take down what was done."""
        DRILL.next(self.state, "deliver_inject")
        if not 0 < number <= len(self.injects) or self.injects[number - 1].state != "waiting":
            raise errors.inject_not_waiting(number)
        delivered = replace(self.injects[number - 1], state="delivered", observed=observed, deliver_time=now)
        self.injects = (*self.injects[: number - 1], delivered, *self.injects[number:])
        return DrillInjectDelivered(self.id, number, delivered.inject)

    def finish(self, now: datetime) -> DrillCompleted:
        """Finish."""
        self.state = DRILL.next(self.state, "finish")
        self.end_time = now
        return DrillCompleted(self.id, int((now - (self.start_time or now)).total_seconds() // 60))

    def abort(self, reason: str, incident: str, now: datetime) -> DrillAborted:
        """Stop at once: no inject is delivered any more."""
        state = DRILL.next(self.state, "abort")
        self.reason = given(reason)
        stopped = self._stop_injects()
        self.state, self.incident, self.end_time = state, incident, now
        return DrillAborted(self.id, self.reason, incident, stopped)

    def cancel(self, reason: str, incident: str = "") -> DrillCancelled:
        """Give it up before it starts."""
        state = DRILL.next(self.state, "cancel")
        self.reason = given(reason)
        self._stop_injects()
        self.state, self.incident = state, incident
        return DrillCancelled(self.id, self.reason, incident)

    def give_way(self, reason: str, incident: str, now: datetime) -> DrillAborted | DrillCancelled | None:
        """A real, severe incident: a running drill stops, one that is near is cancelled; None when neither is so."""
        if "abort" in DRILL.allowed(self.state):
            return self.abort(reason, incident, now)
        near = self.scheduled_time is not None and self.scheduled_time <= now + GIVES_WAY_WITHIN
        return self.cancel(reason, incident) if near and "cancel" in DRILL.allowed(self.state) else None

    def evaluate(self, ratings: tuple[DrillRating, ...], findings: tuple[str, ...]) -> DrillEvaluated:
        """Evaluate. Guard: R_D3, the six contents."""
        state = DRILL.next(self.state, "evaluate")
        covered = [rating.aspect for rating in ratings]
        if missing := [aspect for aspect in ASPECTS if aspect not in covered]:
            raise errors.six_contents(missing)
        self.state, self.ratings, self.findings = state, ratings, findings
        return DrillEvaluated(self.id, len(findings))

    def open_corrections(self, actions: tuple[str, ...]) -> CorrectionsOpened:
        """Open corrective actions. Guard: NO_FINDINGS."""
        state = DRILL.next(self.state, "open_corrections")
        if not self.findings:
            raise errors.no_findings()
        self.state = state
        return CorrectionsOpened(self.id, actions)

    def close(self) -> DrillClosed:
        """Close. Guard: FINDINGS_OPEN; the caller has seen that the corrective actions are settled."""
        state = DRILL.next(self.state, "close")
        if self.state == "evaluated" and self.findings:
            raise errors.findings_open()
        self.state = state
        return DrillClosed(self.id)

    def _stop_injects(self) -> tuple[int, ...]:
        stopped = tuple(inject.number for inject in self.injects if inject.state == "waiting")
        self.injects = tuple(replace(inject, state="stopped") if inject.state == "waiting" else inject for inject in self.injects)
        return stopped
