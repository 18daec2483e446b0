"""Incident 突发事件 (DOMAIN § 2.3): its states and what each command asks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from chassis.states import Machine, Transition
from services.dispatch import errors
from services.dispatch.grading.duties import CasualtyEntry
from services.dispatch.grading.rules import UNGRADED, LeadLevel
from services.dispatch.model import incident_events as facts
from services.dispatch.model.figures import Figures
from services.dispatch.model.grade import Grade, Judgement, grade

OPEN = ("reported", "verifying", "confirmed", "responding", "controlled")
"""Something is still to be done on the ground."""
GRADED = ("confirmed", "responding", "controlled", "response_ended", "evaluating")
SOURCES = ("phone", "grid", "sensor", "media", "upper", "peer", "unit", "citizen")
PRECISIONS = ("exact", "estimated")
PERSONAL_DATA = ("purged", "reviewed")

INCIDENT = Machine(
    "incident",
    ("reported",),
    {
        "verify": Transition(("reported",), "verifying"),
        "confirm": Transition(("reported", "verifying"), "confirmed"),
        "dismiss": Transition(("reported", "verifying"), "false_alarm"),
        "transfer": Transition(("reported", "verifying"), "transferred"),
        "merge": Transition(("reported", "verifying", "confirmed"), "merged"),
        "start_response": Transition(("confirmed",), "responding"),
        "control": Transition(("responding",), "controlled"),
        "flare_up": Transition(("controlled",), "responding"),
        "end_response": Transition(("controlled",), "response_ended"),
        "evaluate": Transition(("response_ended",), "evaluating"),
        "close": Transition(("evaluating",), "closed"),
        "archive": Transition(("closed",), "archived"),
        "reopen": Transition(("closed",), "responding"),
        "update_facts": Transition((*OPEN, "response_ended", "evaluating", "closed")),
        "regrade": Transition(GRADED),
        "judge_potential": Transition(OPEN),
        "declare_stable": Transition(GRADED),
        "purge": Transition(("closed",)),
    },
    by_itself=("start_response", "purge"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What somebody learned; None leaves a thing as it was."""

    figures: Mapping[str, int | Decimal | bool] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    title: str | None = None
    nature: str | None = None
    address: str | None = None
    event_code: str | None = None
    occurred_at: datetime | None = None
    occurred_precision: str | None = None
    lon: float | None = None
    lat: float | None = None
    impact_radius_km: float | None = None
    unit_informed_at: datetime | None = None
    parent_id: str | None = None

    def plain(self) -> dict[str, Any]:
        """What is not a figure, and given."""
        every = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in ("figures", "unknown")}
        return {name: value for name, value in every.items() if value is not None}


@dataclass(slots=True, kw_only=True)
class Incident:
    """An event that needs a response. Times are UTC; `lon`/`lat` WGS 84 degrees, radius kilometres; None means unknown."""

    id: str
    title: str
    event_code: str
    occurred_at: datetime | None
    received_at: datetime
    region_code: str
    address: str
    lon: float | None
    lat: float | None
    source: str
    reporter: str
    exercise_id: str
    state: str = "reported"
    version: int = 1
    number: str = ""
    created_at: datetime
    updated_at: datetime
    verifier: str = ""
    occurred_precision: str = "exact"
    nature: str = ""
    impact_radius_km: float | None = None
    regions: tuple[str, ...] = ()
    figures: Figures = field(default_factory=Figures)
    grades: tuple[Grade, ...] = ()
    casualties: tuple[CasualtyEntry, ...] = ()
    lead_level: LeadLevel = LeadLevel.COUNTY
    potential_level: int | None = None
    potential_judged_at: datetime | None = None
    parent_id: str = ""
    merged_into: str = ""
    confirmed_at: datetime | None = None
    response_started_at: datetime | None = None
    controlled_at: datetime | None = None
    response_ended_at: datetime | None = None
    closed_at: datetime | None = None
    unit_informed_at: datetime | None = None
    unit_reported_at: datetime | None = None
    stable_at: datetime | None = None
    unstable_since: datetime | None = None
    flare_ups: tuple[datetime, ...] = ()
    reason: str = ""
    transferred_to: str = ""
    transfer_receipt: str = ""
    reopen_count: int = 0
    personal_data: str = ""
    seal: str = ""

    @property
    def name(self) -> str:
        """Resource name."""
        return f"incidents/{self.id}"

    @property
    def grade(self) -> Grade | None:
        """The assessment that holds; None before it is confirmed."""
        return self.grades[-1] if self.grades else None

    @property
    def level(self) -> int:
        """The grade that holds; 9 before it is confirmed."""
        return self.grades[-1].level if self.grades else UNGRADED

    @property
    def boundary(self) -> bool:
        """It touches more than one county (R-I9)."""
        return len(self.regions) > 1

    @property
    def counted(self) -> bool:
        """Statistics count its figures: those of secondary and merged incidents stand in the other one."""
        return not self.parent_id and not self.merged_into and self.state not in ("false_alarm", "transferred")

    @property
    def family(self) -> str:
        """Event family: the first three characters of the code, for example 11A; empty without a code."""
        return self.event_code[:3]

    def register(self, now: datetime) -> None:
        """Check what registering needs: place or region, and times that are not to come."""
        if not self.region_code and self.lon is None:
            raise errors.place_or_region()
        self._not_in_the_future(now)
        self.casualties = self._casualties(now)

    def registered(self) -> facts.IncidentReported:
        """The fact of its being taken in, once it has its number."""
        parent = f"incidents/{self.parent_id}" if self.parent_id else ""
        return facts.IncidentReported(
            self.id, self.title, self.event_code, self.source, self.lon, self.lat, self.occurred_at, parent, self.regions, self.number
        )

    def verify(self, verifier: str) -> facts.IncidentVerifying:
        """Start verifying."""
        self.state = INCIDENT.next(self.state, "verify")
        self.verifier = verifier
        return facts.IncidentVerifying(self.id, verifier)

    def confirm(self, news: News, regions: tuple[str, ...], now: datetime) -> list[facts.IncidentFact]:
        """It is one. 422 CONFIRM_NEEDS without event code, place and time of occurrence."""
        self.state = INCIDENT.next(self.state, "confirm")
        self._learn(news, regions, now)
        needed = {"event_code": self.event_code, "location": self.region_code or self.lon, "occur_time": self.occurred_at}
        missing = tuple(name for name, value in needed.items() if value in ("", None))
        if missing or self.occurred_at is None:
            raise errors.confirm_needs(missing)
        self.confirmed_at = now
        parent = f"incidents/{self.parent_id}" if self.parent_id else ""
        confirmed = facts.IncidentConfirmed(
            self.id, self.event_code, self.title, self.number, self.occurred_at, self.lon, self.lat, self.impact_radius_km, self.regions, parent, self.address
        )
        return [confirmed, *self._assess(now)]

    def update_facts(self, news: News, regions: tuple[str, ...], now: datetime) -> list[facts.IncidentFact]:
        """More is known. Assesses again where that may change something; nothing at all happens when nothing changed."""
        self.state = INCIDENT.next(self.state, "update_facts")
        changed = self._learn(news, regions, now)
        if not changed:
            return []
        updated = facts.IncidentFactsUpdated(self.id, self.figures, changed, self.event_code, self.lon, self.lat, self.regions)
        return [updated, *(self._assess(now) if self.confirmed_at else [])]

    def regrade(self, judgement: Judgement, now: datetime) -> list[facts.IncidentFact]:
        """A person's level, with a reason; 0 returns to the rules."""
        self.state = INCIDENT.next(self.state, "regrade")
        return self._assess(now, judgement)

    def judge_potential(self, level: int, reason: str, now: datetime) -> facts.PotentialJudged:
        """What it may become (R-I3); the first judgement that it may be major starts that clock."""
        self.state = INCIDENT.next(self.state, "judge_potential")
        if self.potential_level is None or level < self.potential_level:
            self.potential_judged_at = now
        self.potential_level = level
        return facts.PotentialJudged(self.id, level, reason)

    def declare_stable(self, reason: str, now: datetime) -> facts.IncidentStable:
        """Ends the daily zero reports (R-I6)."""
        self.state = INCIDENT.next(self.state, "declare_stable")
        self.stable_at = self.stable_at or now
        return facts.IncidentStable(self.id, reason)

    def dismiss(self, reason: str, verifier: str) -> facts.IncidentDismissed:
        """It was none."""
        self.state = INCIDENT.next(self.state, "dismiss")
        self.reason, self.verifier = reason, verifier
        return facts.IncidentDismissed(self.id, reason, verifier)

    def transfer(self, organisation: str, receipt: str, reason: str) -> facts.IncidentTransferred:
        """It goes to the competent organisation (应对法 60)."""
        self.state = INCIDENT.next(self.state, "transfer")
        self.transferred_to, self.transfer_receipt, self.reason = organisation, receipt, reason
        return facts.IncidentTransferred(self.id, organisation, receipt)

    def merge(self, target: "Incident", reason: str) -> facts.IncidentMerged:
        """It is the same event as `target`, which must be open, of the same county, exercise and family, another incident, and confirmed if this one is."""
        if target.id == self.id:
            raise errors.merge_itself()
        after = INCIDENT.next(self.state, "merge")
        if target.state not in OPEN:
            raise errors.merge_target_not_open(target.name, target.state)
        if target.exercise_id != self.exercise_id:
            raise errors.other_exercise(target.name)
        if self.region_code[:6] != target.region_code[:6] or (self.family and target.family and self.family != target.family):
            raise errors.merge_unrelated(target.name)
        if self.confirmed_at is not None and target.confirmed_at is None:
            raise errors.merge_confirmed_away(self.name, target.name)
        self.state, self.merged_into, self.reason = after, target.id, reason
        return facts.IncidentMerged(self.id, target.name)

    def lent(self, target: "Incident") -> News:
        """What it knows and `target`, which takes it in, does not (DOMAIN § 0, 2). Where both know and differ, the target's word stands: people decide."""
        known = {name: value for name, value in self.figures.known().items() if getattr(target.figures, name) is None}
        return News(figures=known, unit_informed_at=None if target.unit_informed_at else self.unit_informed_at)

    def start_response(self, cause: str, now: datetime) -> facts.ResponseStarted:
        """The first task or activation."""
        self.state = INCIDENT.next(self.state, "start_response")
        self.response_started_at = now
        return facts.ResponseStarted(self.id, cause)

    def control(self, statement: str, now: datetime) -> facts.IncidentControlled:
        """The commander states that it is under control."""
        self.state = INCIDENT.next(self.state, "control")
        self.controlled_at = now
        return facts.IncidentControlled(self.id, statement)

    def flare_up(self, reason: str, now: datetime) -> facts.IncidentReescalated:
        """It flares up again: a follow-up report is owed (R-I7), and zero reports again if it was stable (R-I6)."""
        self.state = INCIDENT.next(self.state, "flare_up")
        self.flare_ups = (*self.flare_ups, now)
        self._unstable(now)
        return facts.IncidentReescalated(self.id, reason)

    def end_response(self, remark: str, open_activations: list[str], live_assignments: int, now: datetime) -> facts.ResponseEnded:
        """Over, when activations are terminated and units released. It is stable then at the latest [choice]; a final report falls due."""
        after = INCIDENT.next(self.state, "end_response")
        if open_activations:
            raise errors.activations_open(open_activations)
        if live_assignments:
            raise errors.units_not_released(live_assignments)
        self.state, self.response_ended_at = after, now
        self.stable_at = self.stable_at or now
        return facts.ResponseEnded(self.id, remark, self.level, self.event_code)

    def evaluate(self) -> facts.EvaluationStarted:
        """Being evaluated."""
        self.state = INCIDENT.next(self.state, "evaluate")
        return facts.EvaluationStarted(self.id)

    def close(self, unsettled: Collection[str], accepted: Collection[str], *, reported: bool, reviewed: bool, now: datetime) -> facts.IncidentClosed:
        """Closed, once the final report was sent and the review submitted. Open requisitions and transfers (`unsettled`) that are `accepted` become debts."""
        after = INCIDENT.next(self.state, "close")
        if not reported:
            raise errors.final_report_missing()
        if not reviewed:
            raise errors.review_missing()
        for name in accepted:
            if name not in unsettled:
                raise errors.no_open_matter(name)
        left = sorted(set(unsettled) - set(accepted))
        if left:
            raise errors.unsettled(left)
        self.state, self.closed_at = after, now
        return facts.IncidentClosed(self.id, tuple(sorted(accepted)))

    def purge(self) -> facts.PersonalDataPurged:
        """Personal data goes, some time after closing (应对法 84, 85)."""
        self.state = INCIDENT.next(self.state, "purge")
        self.reporter = ""
        return facts.PersonalDataPurged(self.id)

    def unit_reported(self, at: datetime) -> facts.IncidentFactsUpdated:
        """The unit's own report came in (R-I4); the first one counts."""
        self.state = INCIDENT.next(self.state, "update_facts")
        self.unit_reported_at = min(self.unit_reported_at or at, at)
        return facts.IncidentFactsUpdated(self.id, self.figures, ("unit_reported_at",), self.event_code, self.lon, self.lat, self.regions)

    def archive(self, personal_data: str, note: str, seal: str) -> facts.IncidentArchived:
        """Sealed; personal data purged, or kept after a review whose note is given (应对法 84, 85)."""
        after = INCIDENT.next(self.state, "archive")
        if personal_data == "reviewed" and not note:
            raise errors.review_note_needed()
        if personal_data == "purged":
            self.reporter = ""
        self.state, self.personal_data, self.seal, self.reason = after, personal_data, seal, note
        return facts.IncidentArchived(self.id, personal_data, seal)

    def reopen(self, reason: str, now: datetime) -> facts.IncidentReopened:
        """Open again; another final report will be due, and zero reports until it is stable again (R-I6)."""
        self.state = INCIDENT.next(self.state, "reopen")
        self.reason, self.reopen_count = reason, self.reopen_count + 1
        self.response_ended_at = self.closed_at = None
        self._unstable(now)
        return facts.IncidentReopened(self.id, reason)

    def _unstable(self, now: datetime) -> None:
        if self.stable_at is not None:
            self.stable_at, self.unstable_since = None, now

    def _learn(self, news: News, regions: tuple[str, ...], now: datetime) -> tuple[str, ...]:
        plain = {name: value for name, value in news.plain().items() if getattr(self, name) != value}
        for name, value in plain.items():
            setattr(self, name, value)
        figures = self.figures.learned(news.figures, news.unknown)
        changed = (*plain, *figures.changes(self.figures))
        if regions and regions != self.regions:
            self.regions, changed = regions, (*changed, "regions")
        self.figures = figures
        self._not_in_the_future(now)
        self.casualties = self._casualties(now)
        return changed

    def _casualties(self, now: datetime) -> tuple[CasualtyEntry, ...]:
        last = self.casualties[-1] if self.casualties else CasualtyEntry(None, None, now)
        if (self.figures.dead, self.figures.missing) == (last.dead, last.missing):
            return self.casualties
        return (*self.casualties, CasualtyEntry(self.figures.dead, self.figures.missing, now))

    def _assess(self, now: datetime, judgement: Judgement | None = None) -> list[facts.IncidentFact]:
        if self.occurred_at is None:
            raise errors.confirm_needs(("occur_time",))
        found = grade(self.event_code, self.figures, self.occurred_at, self.regions, self.grades, now, judgement)
        if judgement is None and self.grades and found.same_finding(self.grades[-1]) and not found.outside_window:
            return []
        previous, led = (self.level if self.grades else 0), self.lead_level
        self.grades, self.lead_level = (*self.grades, found), found.lead_level
        graded = facts.IncidentGraded(self.id, found, previous, self.event_code, self.figures.dead_or_missing)
        return [graded] if led == self.lead_level else [graded, facts.LeadLevelChanged(self.id, led, self.lead_level)]

    def _not_in_the_future(self, now: datetime) -> None:
        for name, value in (("occur_time", self.occurred_at), ("receive_time", self.received_at), ("unit_inform_time", self.unit_informed_at)):
            if value is not None and value > now:
                raise errors.in_the_future(name)
