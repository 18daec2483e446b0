"""Who could advise: every expert of a field is either a candidate with points and reasons, or left out with reasons. Pure and the same for the same input."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from services.experts.model.expert import Availability, Expert
from services.experts.model.organisation import Party, Register
from services.experts.model.taxonomy import TAXONOMY, Field

EXACT, ANY_HAZARD, OTHER_HAZARD = 100, 90, 60
FURTHER_FIELD, FURTHER_FIELDS_AT_MOST = 10, 20
ROLE = 8
MARK, MIDDLE_MARK = 5, 3
NOT_CONFIRMED = -15
LATER = -5
DISCIPLINE = -10
DISCIPLINE_LOOKBACK_DAYS = 730

EMPLOYER_TIES = {"self": "LEFT_OUT_CONFLICT_EMPLOYER", "parent": "LEFT_OUT_CONFLICT_PARENT", "subsidiary": "LEFT_OUT_CONFLICT_SUBSIDIARY"}
INTEREST_TIES = dict.fromkeys(EMPLOYER_TIES, "LEFT_OUT_CONFLICT_INTEREST")
NEARNESS = ((6, "MATCH_SAME_COUNTY", 20), (4, "MATCH_SAME_PREFECTURE", 12), (2, "MATCH_SAME_PROVINCE", 6))
"""How many digits of the region code are the same, and what that is worth."""
BEIJING = timezone(timedelta(hours=8))

Words = tuple[str, str]
"""A text in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody stands where; `code` has its text in messages/experts.yaml, `details` fill it, in both languages."""

    code: str
    points: int = 0
    details: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `hazard` is that of the incident, for fields that name none."""

    fields: tuple[Field, ...]
    now: datetime
    need_by: datetime | None = None
    mode: str = "remote"
    region_code: str = ""
    regions: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()
    roles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    security_level: int = 0

    @property
    def disciplines(self) -> tuple[str, ...]:
        """Codes of the disciplines wanted."""
        return tuple(dict.fromkeys(each.discipline for each in self.fields))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert who could be invited."""

    expert_id: str
    score: int
    reasons: tuple[Reason, ...]
    free_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An expert of the field who is not proposed."""

    expert_id: str
    reasons: tuple[Reason, ...]

    @property
    def conflict(self) -> bool:
        """A conflict of interest is among the reasons."""
        return any(reason.code.startswith("LEFT_OUT_CONFLICT") for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Matches:
    """The answer: candidates best first, and who was left out."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


def match(experts: Iterable[Expert], wanted: Wanted, register: Register, busy: Mapping[str, str]) -> Matches:
    """Rank the experts who have a wanted field; `busy` maps ids of experts who are accepted or engaged elsewhere to that call-up's name."""
    candidates: list[Candidate] = []
    left_out: list[LeftOut] = []
    for expert in experts:
        knows = _fields(expert, wanted)
        if not knows:
            continue
        against = _against(expert, wanted, register, busy)
        if against:
            left_out.append(LeftOut(expert.id, tuple(against)))
            continue
        reasons = [*knows, *_reasons(expert, wanted)]
        free_at = free_from(expert.profile.availability, wanted)
        if free_at is not None and free_at > wanted.now:
            reasons.append(Reason("MATCH_FREE_LATER", LATER, {"time": (_clock(free_at), _clock(free_at))}))
        ordered = tuple(sorted(reasons, key=lambda reason: (-abs(reason.points), reason.code)))
        candidates.append(Candidate(expert.id, sum(reason.points for reason in reasons), ordered, free_at if free_at and free_at > wanted.now else None))
    candidates.sort(key=lambda candidate: (-candidate.score, candidate.expert_id))
    left_out.sort(key=lambda each: each.expert_id)
    return Matches(tuple(candidates), tuple(left_out))


def _fields(expert: Expert, wanted: Wanted) -> list[Reason]:
    """What the expert knows of what is wanted, best field first; each wanted field counts once."""
    best: list[Reason] = []
    for want in wanted.fields:
        found = [_field(want, own) for own in expert.profile.fields if own.discipline == want.discipline]
        if found:
            best.append(max(found, key=lambda reason: reason.points))
    best.sort(key=lambda reason: -reason.points)
    if len(best) > 1:
        further = min(FURTHER_FIELD * (len(best) - 1), FURTHER_FIELDS_AT_MOST)
        labels = [TAXONOMY.label(each) for each in wanted.fields if any(own.discipline == each.discipline for own in expert.profile.fields)]
        return [best[0], Reason("MATCH_FURTHER_FIELDS", further, {"fields": ("、".join(zh for zh, _ in labels), ", ".join(en for _, en in labels))})]
    return best


def _field(want: Field, own: Field) -> Reason:
    details = {"field": TAXONOMY.label(own)}
    if want.hazard == own.hazard or not want.hazard:
        return Reason("MATCH_FIELD_EXACT", EXACT, details)
    return Reason("MATCH_FIELD_ANY_HAZARD", ANY_HAZARD, details) if not own.hazard else Reason("MATCH_FIELD_OTHER_HAZARD", OTHER_HAZARD, details)


def _against(expert: Expert, wanted: Wanted, register: Register, busy: Mapping[str, str]) -> list[Reason]:
    """Everything that keeps the expert from being proposed."""
    found = [*_state(expert, wanted), *_conflict(expert, wanted, register)]
    if expert.id in busy:
        found.append(Reason("LEFT_OUT_BUSY", 0, {"call_up": (busy[expert.id], busy[expert.id])}))
    base = expert.profile.base_region_code or expert.region_code
    if wanted.regions and not base.startswith(wanted.regions):
        found.append(Reason("LEFT_OUT_REGION", 0, {"region": (base, base)}))
    if wanted.languages and not set(wanted.languages) & set(expert.profile.languages):
        found.append(Reason("LEFT_OUT_LANGUAGE"))
    if expert.profile.security_level < wanted.security_level:
        found.append(Reason("LEFT_OUT_SECURITY_LEVEL"))
    if free_from(expert.profile.availability, wanted) is None:
        found.append(Reason("LEFT_OUT_UNAVAILABLE"))
    return found


def _state(expert: Expert, wanted: Wanted) -> list[Reason]:
    if expert.state != "active":
        return [Reason({"suspended": "LEFT_OUT_SUSPENDED", "expired": "LEFT_OUT_EXPIRED"}.get(expert.state, "LEFT_OUT_NOT_APPOINTED"))]
    if expert.appointed_to is not None and expert.appointed_to <= wanted.now:
        return [Reason("LEFT_OUT_EXPIRED")]
    if expert.appointed_from is not None and expert.appointed_from > wanted.now:
        return [Reason("LEFT_OUT_NOT_APPOINTED")]
    return []


def _conflict(expert: Expert, wanted: Wanted, register: Register) -> list[Reason]:
    for organisations, codes in (((expert.profile.employer,), EMPLOYER_TIES), (expert.profile.interests, INTEREST_TIES)):
        if tie := register.tie(organisations, wanted.parties):
            return [Reason(codes[tie.relation], 0, {"organisation": (tie.organisation, tie.organisation), "party": (tie.party, tie.party)})]
    return []


def _reasons(expert: Expert, wanted: Wanted) -> list[Reason]:
    """Everything besides the field that moves the expert up or down."""
    found = [*_nearness(expert, wanted), *_discipline(expert, wanted)]
    if set(wanted.roles) & set(expert.profile.roles):
        found.append(Reason("MATCH_ROLE", ROLE))
    mean = expert.mean_score
    if mean is None:
        found.append(Reason("MATCH_NO_RATING"))
    else:
        mark = (f"{mean:.1f}", f"{mean:.1f}")
        found.append(Reason("MATCH_RATING", round((mean - MIDDLE_MARK) * MARK), {"mean": mark, "count": (str(len(expert.ratings)), str(len(expert.ratings)))}))
    if expert.stale(wanted.now):
        found.append(Reason("MATCH_STALE", NOT_CONFIRMED))
    return found


def _nearness(expert: Expert, wanted: Wanted) -> list[Reason]:
    base, here = expert.profile.base_region_code or expert.region_code, wanted.region_code
    for length, code, points in NEARNESS:
        if here and base[:length] == here[:length]:
            return [Reason(code, points)]
    return []


def _discipline(expert: Expert, wanted: Wanted) -> list[Reason]:
    recent = sum(1 for record in expert.discipline_records if (wanted.now - record.at).days <= DISCIPLINE_LOOKBACK_DAYS)
    return [Reason("MATCH_DISCIPLINE", DISCIPLINE * recent, {"count": (str(recent), str(recent))})] if recent else []


def free_from(calendar: Iterable[Availability], wanted: Wanted) -> datetime | None:
    """The first moment, from now until the advice is needed, at which the expert can take part; None when there is none."""
    hindering = sorted((span for span in calendar if span.kind == "unavailable" or wanted.mode == "on_site"), key=lambda span: span.start)
    at = wanted.now
    for span in hindering:
        if span.start <= at < span.end:
            at = span.end
    limit = wanted.need_by or wanted.now
    return at if at <= limit and (at == wanted.now or at < limit) else None


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%m-%d %H:%M}"
