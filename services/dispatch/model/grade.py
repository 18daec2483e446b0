"""The grade history of an incident: what the rules or a person found, when, and which grade holds (DOMAIN § 2.3, R-G3, R-G10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.dispatch.grading.assess import SHANGHAI, Assessment, assess, casualty_window_end, lead_level
from services.dispatch.grading.rules import LeadLevel
from services.dispatch.model.figures import Figures

RULES = "rules"
"""The grader of every assessment that no person made."""
_ORDER = tuple(LeadLevel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """One entry. `level` is the one that holds from then on, `assessed_level` what the rules say; they differ for a manual grade."""

    level: int
    assessed_level: int
    provisional: bool
    basis: str
    decisive: tuple[str, ...]
    uncertain: tuple[str, ...]
    inputs: dict[str, str]
    rule_version: str
    judged_level: int | None
    result_level: int | None
    lead_level: LeadLevel
    manual: bool
    reason: str
    grader: str
    at: datetime
    outside_window: bool

    @property
    def by_default(self) -> bool:
        """No norm but the default thresholds gave the level (R-G9)."""
        return self.basis == "R-G9" and not self.manual

    def same_finding(self, other: "Grade") -> bool:
        """Tell whether the other entry says nothing new."""
        return (self.level, self.provisional, self.inputs, self.rule_version, self.basis, self.manual, self.lead_level) == (
            other.level, other.provisional, other.inputs, other.rule_version, other.basis, other.manual, other.lead_level,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """A level given by a person; 0 returns to the rules."""

    level: int
    reason: str
    by: str


def grade(
    event_code: str,
    figures: Figures,
    occurred_at: datetime,
    regions: Sequence[str],
    history: Sequence[Grade],
    now: datetime,
    judgement: Judgement | None = None,
) -> Grade:
    """The entry that follows from what is known now.

    A person's level holds until the rules find the incident more severe [choice]. After the window of R-G3 the level stays as it was.
    """
    found = assess(event_code, figures.graded(), occurred_at.astimezone(SHANGHAI).date())
    last = history[-1] if history else None
    closes = casualty_window_end(event_code, occurred_at)
    if judgement is None and last is not None and closes is not None and now >= closes:
        return _entry(found, last.level, last.lead_level, now, manual=last.manual, reason=last.reason, outside_window=True)
    if judgement is not None and judgement.level:
        lead = _lead(event_code, judgement.level, regions)
        return _entry(found, judgement.level, lead, now, manual=True, reason=judgement.reason, grader=judgement.by)
    if judgement is None and last is not None and last.manual and found.level >= last.level:
        return _entry(found, last.level, _lead(event_code, last.level, regions), now, manual=True, reason=last.reason, grader=last.grader)
    reason, by = (judgement.reason, judgement.by) if judgement is not None else ("", RULES)
    return _entry(found, found.level, _lead(event_code, found.level, regions), now, reason=reason, grader=by)


def _entry(
    found: Assessment, level: int, lead: LeadLevel, now: datetime, *, manual: bool = False, reason: str = "", grader: str = RULES, outside_window: bool = False
) -> Grade:
    return Grade(
        level=level,
        assessed_level=found.level,
        provisional=found.provisional,
        basis=found.basis,
        decisive=found.decisive,
        uncertain=found.uncertain,
        inputs={name: _decimal(value) for name, value in found.inputs.items() if value is not None},
        rule_version=found.rule_version,
        judged_level=found.judged_level,
        result_level=found.result_level,
        lead_level=lead,
        manual=manual,
        reason=reason,
        grader=grader,
        at=now,
        outside_window=outside_window,
    )


def _lead(event_code: str, level: int, regions: Sequence[str]) -> LeadLevel:
    """The government of the grade, or the common superior of the areas it touches when that stands higher (R-I9, 应对法 18)."""
    counties = {code[:6] for code in regions if len(code) >= 6}
    if len(counties) < 2:
        common = LeadLevel.COUNTY
    elif len({code[:4] for code in counties}) == 1:
        common = LeadLevel.CITY
    elif len({code[:2] for code in counties}) == 1:
        common = LeadLevel.PROVINCE
    else:
        common = LeadLevel.NATION
    return max(lead_level(event_code, level), common, key=_ORDER.index)


def _decimal(value: int | Decimal) -> str:
    return str(value)
