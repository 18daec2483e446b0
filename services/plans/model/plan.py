"""Plan 应急预案 in the register: what it is for, whether it is in force, and what is due for it (DOMAIN § 2.1, R-P2, R-P3, R-D1, R-D2)."""

from dataclasses import dataclass
from datetime import date, datetime

from services.plans import errors
from services.plans.model.calendar import day_of, months_after
from services.plans.model.content import RequiredResource, ResponseLevel, hazard_prefix

EVALUATION_MONTHS = 36
"""R-P3: every 3 years."""
DRILL_MONTHS = 36
"""R-D1: special and department plans at least once in 3 years."""
ACCIDENT_DRILL_MONTHS = 24
"""R-D2: accident plans of counties, departments and towns at least once in 2 years."""
UNIT_DRILL_MONTHS = 6
"""R-D2: units with hazardous goods, mines and crowded places every half year."""
ACCIDENTS = "12"
NEVER_PROPOSED = ("overall", "event", "manual")
"""Kinds that no rule proposes to activate: they frame, are one-off, or are annexes."""


@dataclass(frozen=True, slots=True)
class PlanDrafted:
    """A version was begun."""

    key: str
    plan: str
    plan_version: str
    number: int
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class PlanIssued:
    """A version is in force; persons are left out."""

    key: str
    plan: str
    plan_version: str
    number: int
    title: str
    kind: str
    doc_no: str
    issue_time: datetime
    hazards: tuple[str, ...]
    regions: tuple[str, ...]
    lead_org: str
    levels: tuple[ResponseLevel, ...]
    required_resources: tuple[RequiredResource, ...]


@dataclass(frozen=True, slots=True)
class PlanReviewTriggered:
    """The plan must be looked at again."""

    key: str
    plan: str
    cause: str
    text: str
    source: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class PlanEvaluated:
    """The plan was evaluated."""

    key: str
    plan_evaluation: str
    score: int
    conclusion: str


@dataclass(frozen=True, slots=True)
class PlanReviewReason:
    """Why the plan must be looked at again; `source` names the review, drill, action or version it came from."""

    cause: str
    text: str
    source: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class PlanEvaluation:
    """预案评估 of the version in force; score of 100."""

    id: str
    plan_id: str
    plan_version: str
    region_code: str
    evaluate_time: datetime
    cause: str
    score: int
    findings: tuple[str, ...]
    conclusion: str
    evaluator: str
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"planEvaluations/{self.id}"

    @property
    def plan(self) -> str:
        """Resource name of its plan."""
        return f"plans/{self.plan_id}"


@dataclass(slots=True)
class Plan:
    """An entry of the register. Days are days in Beijing; hazards are event codes or their beginnings; regions GB/T 2260 prefixes."""

    id: str
    title: str
    kind: str
    hazards: tuple[str, ...]
    region_code: str
    regions: tuple[str, ...]
    sector: str
    issuer_org: str
    lead_org: str
    upper_plans: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    create_time: datetime
    update_time: datetime
    version: int = 1
    effective_version: str = ""
    doc_no: str = ""
    latest_number: int = 0
    evaluate_by: date | None = None
    drill_by: date | None = None
    revise_by: date | None = None
    review_reasons: tuple[PlanReviewReason, ...] = ()

    @property
    def name(self) -> str:
        """Resource name."""
        return f"plans/{self.id}"

    def check(self) -> None:
        """The register's own rules: validity in order; hazards as beginnings of codes."""
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise errors.validity_reversed()
        self.hazards = tuple(dict.fromkeys(hazard_prefix(code) for code in self.hazards))
        self.regions = self.regions or (self.region_code,)

    def covers(self, event_code: str, regions: tuple[str, ...]) -> bool:
        """True when the plan is for this event in one of these regions; what is not known does not exclude it."""
        hazard = not event_code or any(event_code.startswith(prefix) for prefix in self.hazards)
        place = not any(regions) or any(region.startswith(prefix) for region in regions if region for prefix in self.regions)
        return hazard and place

    def valid_on(self, day: date) -> bool:
        """True unless the plan is a one-off whose time has not come or has passed."""
        return (self.valid_from is None or day >= self.valid_from) and (self.valid_to is None or day <= self.valid_to)

    def begin_version(self, version_id: str) -> PlanDrafted:
        """Count a new version."""
        self.latest_number += 1
        return PlanDrafted(self.id, self.name, f"planVersions/{version_id}", self.latest_number, self.title, self.kind)

    def issued(self, version: str, doc_no: str, issue_time: datetime) -> None:
        """A version came into force: reasons to revise are met, and the clocks of evaluation and drill start."""
        day = day_of(issue_time)
        self.effective_version, self.doc_no = version, doc_no
        self.review_reasons, self.revise_by = (), None
        self.evaluate_by = months_after(day, EVALUATION_MONTHS)
        self.drill_by = months_after(day, self.drill_months)

    def out_of_force(self) -> None:
        """No version is in force: nothing is due any more."""
        self.effective_version, self.evaluate_by, self.drill_by = "", None, None

    @property
    def drill_months(self) -> int:
        """How often it must be drilled, in months."""
        if not any(hazard.startswith(ACCIDENTS) for hazard in self.hazards):
            return DRILL_MONTHS
        return UNIT_DRILL_MONTHS if self.kind == "unit" else ACCIDENT_DRILL_MONTHS

    def drilled(self, day: date) -> None:
        """A drill of it was carried out."""
        if self.drill_by:
            self.drill_by = max(self.drill_by, months_after(day, self.drill_months))

    def trigger_review(self, reason: PlanReviewReason) -> PlanReviewTriggered:
        """Note why it must be looked at again; the earliest due day counts."""
        self.review_reasons = (*self.review_reasons, reason)
        self.revise_by = min((each.due_on for each in self.review_reasons if each.due_on), default=None)
        return PlanReviewTriggered(self.id, self.name, reason.cause, reason.text, reason.source, reason.due_on)

    def evaluate(self, evaluation: PlanEvaluation) -> PlanEvaluated:
        """Record an evaluation; the next one is due in 3 years."""
        self.evaluate_by = months_after(day_of(evaluation.evaluate_time), EVALUATION_MONTHS)
        return PlanEvaluated(self.id, evaluation.name, evaluation.score, evaluation.conclusion)


def without_source(plan: Plan, source: str) -> bool:
    """True when the plan does not yet list a reason from this source."""
    return all(reason.source != source for reason in plan.review_reasons)
