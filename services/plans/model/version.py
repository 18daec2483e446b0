"""Plan version 预案版本: drafting, consultation, review, issue and what follows (DOMAIN § 2.1)."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from chassis.states import Machine, Transition
from services.plans import errors
from services.plans.model.content import Content, check_complete, checked, totals, without_persons
from services.plans.model.plan import Plan, PlanIssued
from services.plans.model.reason import given

VERSION = Machine(
    "plan_version",
    ("draft",),
    {
        "edit": Transition(("draft",)),
        "consult": Transition(("draft",), "consulting"),
        "record_opinion": Transition(("consulting",)),
        "answer_opinion": Transition(("consulting",)),
        "rework": Transition(("consulting",), "draft"),
        "submit_review": Transition(("consulting",), "reviewing"),
        "record_feasibility": Transition(("reviewing",)),
        "record_deliberation": Transition(("reviewing",)),
        "return": Transition(("reviewing",), "draft"),
        "approve": Transition(("reviewing",), "approved"),
        "issue": Transition(("approved",), "effective"),
        "supersede": Transition(("effective",), "superseded"),
        "withdraw": Transition(("effective",), "withdrawn"),
        "abandon": Transition(("draft", "consulting", "reviewing"), "abandoned"),
    },
    by_itself=("supersede",),
)


@dataclass(frozen=True, slots=True)
class PlanEdited:
    """A draft was written."""

    key: str
    plan_version: str


@dataclass(frozen=True, slots=True)
class PlanConsultationOpened:
    """Opinions are asked for."""

    key: str
    plan_version: str
    consultees: tuple[str, ...]
    end_time: datetime | None


@dataclass(frozen=True, slots=True)
class PlanOpinionRecorded:
    """An opinion came."""

    key: str
    plan_version: str
    number: int
    consultee: str


@dataclass(frozen=True, slots=True)
class PlanOpinionAnswered:
    """An opinion was answered."""

    key: str
    plan_version: str
    number: int
    adopted: bool


@dataclass(frozen=True, slots=True)
class PlanReworked:
    """Back to drafting."""

    key: str
    plan_version: str


@dataclass(frozen=True, slots=True)
class PlanSubmittedForReview:
    """Sent for review."""

    key: str
    plan_version: str


@dataclass(frozen=True, slots=True)
class PlanFeasibilityReviewed:
    """Its feasibility was reviewed."""

    key: str
    plan_version: str
    score: int
    passed: bool


@dataclass(frozen=True, slots=True)
class PlanDeliberated:
    """It was discussed collectively."""

    key: str
    plan_version: str
    meeting: str


@dataclass(frozen=True, slots=True)
class PlanReturned:
    """Sent back."""

    key: str
    plan_version: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlanApproved:
    """Approved."""

    key: str
    plan_version: str


@dataclass(frozen=True, slots=True)
class PlanSuperseded:
    """Replaced by its successor."""

    key: str
    plan_version: str
    successor: str


@dataclass(frozen=True, slots=True)
class PlanWithdrawn:
    """Out of force."""

    key: str
    plan_version: str
    reason: str
    replacement: str


@dataclass(frozen=True, slots=True)
class PlanAbandoned:
    """Given up."""

    key: str
    plan_version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion of somebody who was asked; empty text means no objection. `verdict` is adopted, rejected or empty."""

    number: int
    consultee: str
    text: str
    round: int
    verdict: str = ""
    reason: str = ""

    @property
    def answered(self) -> bool:
        """True when nothing is left to say to it."""
        return not self.text or bool(self.verdict and self.reason)


@dataclass(frozen=True, slots=True)
class Feasibility:
    """可行性评估; score of 100."""

    score: int
    findings: tuple[str, ...]
    passed: bool
    reviewer: str


@dataclass(frozen=True, slots=True)
class Deliberation:
    """集体讨论 and its minute."""

    date: date
    meeting: str
    minute_ref: str
    signatory: str


@dataclass(slots=True)
class PlanVersion:
    """One version of a plan. `kind` and `region_code` are its plan's."""

    id: str
    plan_id: str
    number: int
    kind: str
    region_code: str
    create_time: datetime
    update_time: datetime
    state: str = "draft"
    version: int = 1
    content: Content = field(default_factory=Content)
    consultees: tuple[str, ...] = ()
    consultation_end_time: datetime | None = None
    round: int = 0
    opinions: tuple[Opinion, ...] = ()
    feasibility: Feasibility | None = None
    deliberation: Deliberation | None = None
    editors: tuple[str, ...] = ()
    approver: str = ""
    doc_no: str = ""
    issue_time: datetime | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        """Resource name."""
        return f"planVersions/{self.id}"

    @property
    def plan(self) -> str:
        """Resource name of its plan."""
        return f"plans/{self.plan_id}"

    def write(self, content: Content, editor: str) -> PlanEdited:
        """Replace the content of a draft."""
        self._next("edit")
        self.content = checked(content)
        self._edited_by(editor)
        return PlanEdited(self.plan_id, self.name)

    def consult(self, consultees: tuple[str, ...], end_time: datetime | None, editor: str, now: datetime) -> PlanConsultationOpened:
        """Ask for opinions. Guards: LAW_28, RISK_ASSESSMENT, RESOURCE_SURVEY, PL_05, CONSULTEES."""
        state = VERSION.next(self.state, "consult")
        check_complete(self.content, self.kind)
        if not consultees:
            raise errors.consultees_missing()
        if end_time is not None and end_time <= now:
            raise errors.consultation_ends_before()
        self.state, self.consultees, self.consultation_end_time = state, consultees, end_time
        self.round += 1
        self._edited_by(editor)
        return PlanConsultationOpened(self.plan_id, self.name, consultees, end_time)

    def record_opinion(self, consultee: str, text: str) -> PlanOpinionRecorded:
        """Take down an opinion of somebody who was asked."""
        self._next("record_opinion")
        if consultee not in self.consultees:
            raise errors.not_consulted(consultee)
        number = len(self.opinions) + 1
        self.opinions = (*self.opinions, Opinion(number, consultee, text.strip(), self.round))
        return PlanOpinionRecorded(self.plan_id, self.name, number, consultee)

    def answer_opinion(self, number: int, verdict: str, reason: str, editor: str) -> PlanOpinionAnswered:
        """Adopt or reject an opinion, with the reason."""
        self._next("answer_opinion")
        if not 0 < number <= len(self.opinions):
            raise errors.opinion_unknown(number)
        answered = replace(self.opinions[number - 1], verdict=verdict, reason=reason)
        self.opinions = (*self.opinions[: number - 1], answered, *self.opinions[number:])
        self._edited_by(editor)
        return PlanOpinionAnswered(self.plan_id, self.name, number, verdict == "adopted")

    def rework(self) -> PlanReworked:
        """Take it back into drafting."""
        self._next("rework")
        return PlanReworked(self.plan_id, self.name)

    def submit_review(self, now: datetime) -> PlanSubmittedForReview:
        """Send it for review. Guards: CONSULTATION_OPEN, OPINIONS_UNANSWERED."""
        state = VERSION.next(self.state, "submit_review")
        heard = {opinion.consultee for opinion in self.opinions if opinion.round == self.round}
        waiting = [consultee for consultee in self.consultees if consultee not in heard]
        over = self.consultation_end_time is not None and self.consultation_end_time <= now
        if waiting and not over:
            raise errors.consultation_open(waiting)
        if unanswered := [opinion.number for opinion in self.opinions if not opinion.answered]:
            raise errors.opinions_unanswered(unanswered)
        self.state = state
        return PlanSubmittedForReview(self.plan_id, self.name)

    def record_feasibility(self, feasibility: Feasibility) -> PlanFeasibilityReviewed:
        """Take down the feasibility review. SEPARATION_OF_DUTY when the reviewer wrote the version."""
        self._next("record_feasibility")
        self._not_an_editor(feasibility.reviewer, "review")
        self.feasibility = feasibility
        return PlanFeasibilityReviewed(self.plan_id, self.name, feasibility.score, feasibility.passed)

    def record_deliberation(self, deliberation: Deliberation) -> PlanDeliberated:
        """Attach the minute of the collective discussion."""
        self._next("record_deliberation")
        self.deliberation = deliberation
        return PlanDeliberated(self.plan_id, self.name, deliberation.meeting)

    def return_(self, reason: str) -> PlanReturned:
        """Send it back; what was reviewed must be reviewed again."""
        state = VERSION.next(self.state, "return")
        self.reason = given(reason)
        self.state, self.feasibility, self.deliberation = state, None, None
        return PlanReturned(self.plan_id, self.name, self.reason)

    def approve(self, approver: str) -> PlanApproved:
        """Approve. Guards: FEASIBILITY_REVIEW, DELIBERATION_MINUTE; SEPARATION_OF_DUTY when the approver wrote the version."""
        state = VERSION.next(self.state, "approve")
        self._not_an_editor(approver, "approve")
        if self.feasibility is None or not self.feasibility.passed:
            raise errors.feasibility_missing()
        if self.deliberation is None:
            raise errors.deliberation_missing()
        self.state, self.approver = state, approver
        return PlanApproved(self.plan_id, self.name)

    def issue(self, plan: Plan, doc_no: str, issue_time: datetime | None, now: datetime) -> PlanIssued:
        """Bring it into force. Guards: DOC_NO, ISSUE_TIME."""
        state = VERSION.next(self.state, "issue")
        if not doc_no.strip():
            raise errors.doc_no_missing()
        if issue_time is not None and issue_time > now:
            raise errors.issued_in_the_future()
        self.state, self.doc_no, self.issue_time = state, doc_no.strip(), issue_time or now
        needs = totals(card for level in self.content.levels for card in level.actions)
        return PlanIssued(
            self.plan_id, self.plan, self.name, self.number, plan.title, plan.kind, self.doc_no, self.issue_time,
            plan.hazards, plan.regions, plan.lead_org, without_persons(self.content.levels), needs,
        )  # fmt: skip

    def supersede(self, successor: str) -> PlanSuperseded:
        """Give way to its successor."""
        self._next("supersede")
        return PlanSuperseded(self.plan_id, self.name, successor)

    def withdraw(self, reason: str, replacement: str, *, risk_gone: bool) -> PlanWithdrawn:
        """Take it out of force. Guards: REASON_NEEDED, REPLACEMENT_OR_RISK_GONE."""
        state = VERSION.next(self.state, "withdraw")
        self.reason = given(reason)
        if not replacement and not risk_gone:
            raise errors.replacement_missing()
        self.state = state
        return PlanWithdrawn(self.plan_id, self.name, self.reason, replacement)

    def abandon(self, reason: str) -> PlanAbandoned:
        """Give it up."""
        state = VERSION.next(self.state, "abandon")
        self.reason = given(reason)
        self.state = state
        return PlanAbandoned(self.plan_id, self.name, self.reason)

    def _next(self, command: str) -> None:
        self.state = VERSION.next(self.state, command)

    def _edited_by(self, editor: str) -> None:
        if editor not in self.editors:
            self.editors = (*self.editors, editor)

    def _not_an_editor(self, person: str, duty: str) -> None:
        if person in self.editors:
            raise errors.separation_of_duty("edit", duty)
