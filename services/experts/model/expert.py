"""Expert 专家 (DOMAIN § 2.5): nominated, reviewed by somebody else, appointed for a time, kept current, suspended, removed, forgotten."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from chassis.states import Machine, Transition
from services.experts import errors
from services.experts.model import expert_events as facts
from services.experts.model.taxonomy import Field

EXPERT = Machine(
    "expert",
    ("nominated",),
    {
        "begin_review": Transition(("nominated", "expired"), "under_review"),
        "activate": Transition(("under_review",), "active"),
        "reject": Transition(("nominated", "under_review"), "rejected"),
        "suspend": Transition(("active",), "suspended"),
        "resume": Transition(("suspended",), "active"),
        "remove": Transition(("suspended",), "removed"),
        "expire": Transition(("active",), "expired"),
        "update": Transition(("nominated", "under_review", "active", "suspended", "expired")),
        "share": Transition(("nominated", "under_review", "active", "suspended", "expired")),
        "verify": Transition(("active", "suspended", "expired")),
        "go_stale": Transition(("active", "suspended")),
        "set_availability": Transition(("active", "suspended")),
        "record_discipline": Transition(("active", "suspended", "expired")),
        "purge": Transition(("removed", "rejected")),
    },
    by_itself=("expire", "go_stale", "purge"),
)
ROLES = (
    "decision_advice", "standards", "safety_diagnosis", "consultation", "on_site_rescue", "evaluation", "negotiation", "law", "policy", "online_opinion",
)  # fmt: skip
LEVELS = ("", "public", "internal", "sensitive")
"""Security levels in order; a profile keeps the index."""
STALE_MONTHS = 6
"""After how many months without confirmation a record is stale (EX-04, choice)."""
PERSONAL = ("display_name", "contact", "account")


@dataclass(frozen=True, slots=True)
class Contact:
    """How the expert is reached. Personal data."""

    phone: str = ""
    second_phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Availability:
    """A span of time in which the expert cannot be called (`unavailable`), or only remotely (`remote_only`)."""

    start: datetime
    end: datetime
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of an expert. Name, contact and account are personal data and stay out of every digest."""

    display_name: str = field(default="", repr=False)
    contact: Contact = field(default=Contact(), repr=False)
    account: str = field(default="", repr=False)
    employer: str = ""
    title: str = ""
    fields: tuple[Field, ...] = ()
    roles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    availability: tuple[Availability, ...] = ()
    base_region_code: str = ""
    interests: tuple[str, ...] = ()
    security_level: int = 0

    def check(self) -> None:
        """Spans of time end after their begin."""
        if any(span.end <= span.start for span in self.availability):
            raise errors.availability_span()

    def needed(self) -> list[str]:
        """What a nomination lacks."""
        given = {"display_name": self.display_name, "employer": self.employer, "fields": self.fields}
        return [name for name, value in given.items() if not value]


PROFILE_FIELDS = frozenset(each.name for each in fields(Profile))


@dataclass(frozen=True, slots=True)
class Rating:
    """A mark, 1 to 5, for one call-up."""

    call_up_id: str
    score: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DisciplineRecord:
    """A breach of discipline; its text is personal data."""

    kind: str
    text: str = field(repr=False)
    at: datetime
    call_up: str


@dataclass(slots=True, kw_only=True)
class Expert:
    """Somebody in the pool. Times are UTC; None means not yet or unknown."""

    id: str
    profile: Profile
    region_code: str
    owner_org: str
    nominator: str
    created_at: datetime
    updated_at: datetime
    id_hash: str = field(default="", repr=False)
    reviewer: str = ""
    reason: str = field(default="", repr=False)
    appointed_from: datetime | None = None
    appointed_to: datetime | None = None
    verified_at: datetime | None = None
    stale_at: datetime | None = None
    shared_with: tuple[str, ...] = ()
    ratings: tuple[Rating, ...] = ()
    discipline_records: tuple[DisciplineRecord, ...] = ()
    purge_at: datetime | None = None
    purged_at: datetime | None = None
    state: str = "nominated"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"experts/{self.id}"

    @property
    def mean_score(self) -> float | None:
        """Mean of the marks; None without one: unknown is not zero."""
        return sum(rating.score for rating in self.ratings) / len(self.ratings) if self.ratings else None

    @property
    def organisations(self) -> tuple[str, ...]:
        """Employer and interests, by resource name or display name."""
        return (self.profile.employer, *self.profile.interests)

    def stale(self, now: datetime) -> bool:
        """The record was not confirmed for six months."""
        return self.state in ("active", "suspended", "expired") and (self.verified_at is None or months_after(self.verified_at, STALE_MONTHS) <= now)

    def nominate(self) -> facts.ExpertNominated:
        """推荐: name, employer and a field are needed."""
        if missing := self.profile.needed():
            raise errors.nomination_needs(missing)
        self.profile.check()
        return facts.ExpertNominated(self.id, self.profile.fields)

    def begin_review(self, now: datetime) -> facts.ExpertReviewBegun:
        """审核, of a nomination or for a renewal."""
        self._move("begin_review", now)
        return facts.ExpertReviewBegun(self.id)

    def activate(self, reviewer: str, begin: datetime | None, end: datetime, now: datetime) -> facts.ExpertActivated:
        """聘任 by somebody who did not nominate; the review confirms the record."""
        EXPERT.next(self.state, "activate")
        self._check_reviewer(reviewer)
        if end <= (begin or now) or end <= now:
            raise errors.appointment_span()
        self._move("activate", now)
        self.reviewer, self.appointed_from, self.appointed_to = reviewer, begin or now, end
        self.verified_at, self.stale_at = now, None
        return facts.ExpertActivated(self.id, self.profile.fields, self.shared_with, end, resumed=False)

    def reject(self, reviewer: str, reason: str, now: datetime, retention: timedelta) -> facts.ExpertRejected:
        """未通过; the personal data is kept for the retention time."""
        EXPERT.next(self.state, "reject")
        self._check_reviewer(reviewer)
        self._move("reject", now)
        self.reviewer, self.reason, self.purge_at = reviewer, reason, now + retention
        return facts.ExpertRejected(self.id)

    def suspend(self, reason: str, now: datetime) -> facts.ExpertSuspended:
        """暂停."""
        self._move("suspend", now)
        self.reason = reason
        return facts.ExpertSuspended(self.id)

    def resume(self, now: datetime) -> facts.ExpertActivated:
        """恢复, while the appointment lasts."""
        EXPERT.next(self.state, "resume")
        if self.appointed_to is None or self.appointed_to <= now:
            raise errors.appointment_over(self.name)
        self._move("resume", now)
        self.reason = ""
        return facts.ExpertActivated(self.id, self.profile.fields, self.shared_with, self.appointed_to, resumed=True)

    def remove(self, reason: str, now: datetime, retention: timedelta) -> facts.ExpertRemoved:
        """解聘; the personal data is kept for the retention time."""
        self._move("remove", now)
        self.reason, self.purge_at = reason, now + retention
        return facts.ExpertRemoved(self.id, self.purge_at)

    def expire(self, now: datetime) -> facts.ExpertExpired:
        """The appointment is over 聘期届满."""
        self._move("expire", now)
        return facts.ExpertExpired(self.id)

    def update(self, changes: Mapping[str, Any], now: datetime) -> facts.ExpertUpdated:
        """What is known is different from now on; `changes` by name of the profile's field."""
        self._move("update", now)
        if unknown := sorted(changes.keys() - PROFILE_FIELDS):
            raise errors.profile_field_unknown(unknown[0])
        self.profile = replace(self.profile, **changes)
        if missing := self.profile.needed():
            raise errors.nomination_needs(missing)
        self.profile.check()
        return facts.ExpertUpdated(self.id, tuple(sorted(changes)), self.profile.fields)

    def set_availability(self, spans: tuple[Availability, ...], now: datetime) -> facts.ExpertUpdated:
        """The expert's own calendar."""
        self._move("set_availability", now)
        self.profile = replace(self.profile, availability=spans)
        self.profile.check()
        return facts.ExpertUpdated(self.id, ("availability",), self.profile.fields)

    def share(self, regions: tuple[str, ...], now: datetime) -> facts.ExpertShared:
        """共建共享: who else may see and call."""
        self._move("share", now)
        self.shared_with = regions
        return facts.ExpertShared(self.id, regions)

    def verify(self, now: datetime) -> facts.ExpertVerified:
        """Somebody looked: the record is true."""
        self._move("verify", now)
        self.verified_at, self.stale_at = now, None
        return facts.ExpertVerified(self.id)

    def go_stale(self, now: datetime) -> facts.ExpertStale:
        """Six months without confirmation (EX-04)."""
        self._move("go_stale", now)
        self.stale_at = now
        return facts.ExpertStale(self.id, self.verified_at)

    def record_discipline(self, record: DisciplineRecord) -> facts.ExpertDisciplined:
        """违反工作纪律."""
        self._move("record_discipline", record.at)
        self.discipline_records = (*self.discipline_records, record)
        return facts.ExpertDisciplined(self.id, record.kind)

    def rate(self, rating: Rating) -> None:
        """A mark from a call-up, in any state: the help was given before."""
        self.ratings = (*self.ratings, rating)
        self.updated_at = rating.at

    def purge(self, now: datetime) -> facts.ExpertPurged:
        """The personal data goes; fields and marks stay for statistics (应对法 84-85)."""
        self._move("purge", now)
        self.profile = Profile(fields=self.profile.fields, roles=self.profile.roles)
        self.id_hash = self.reason = ""
        self.discipline_records = tuple(replace(record, text="") for record in self.discipline_records)
        self.purged_at = now
        return facts.ExpertPurged(self.id)

    def _check_reviewer(self, reviewer: str) -> None:
        if reviewer == self.nominator:
            raise errors.reviewer_is_nominator()
        if self.profile.account and reviewer == self.profile.account:
            raise errors.own_appointment()

    def _move(self, command: str, now: datetime) -> None:
        self.state, self.updated_at = EXPERT.next(self.state, command), now


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time `months` later; the last day of the month where that day does not exist."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
