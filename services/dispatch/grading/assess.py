"""Grade an incident from what is known (事件分级): pure functions over the rule table.

Unknown is not zero: every figure may be None, the level is then a lower bound, the assessment is provisional and names what is
missing. The grade is the most severe over all dimensions (art. 3 of 国务院令第493号: lower bounds included).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.dispatch.grading.rules import UNGRADED, Kind, LeadLevel, Rule, RuleSet, current

SHANGHAI = ZoneInfo("Asia/Shanghai")

Value = int | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an incident's harm and force; None means unknown, which is not zero.

    Counts are persons; `loss_fen` is direct loss in fen; `population_density` persons per km² at the epicentre; `burnt_area_ha`
    hectares of forest; `loss_gdp_share` the loss as a share of the province's yearly product (0.01 = 1 %). `result_confirmed`: the
    competent government has confirmed the result of an earthquake, which then replaces the judgement (R-G4).
    """

    dead: int | None = None
    missing: int | None = None
    injured_serious: int | None = None
    poisoned: int | None = None
    injured_light: int | None = None
    trapped: int | None = None
    loss_fen: int | None = None
    magnitude: Decimal | None = None
    population_density: Decimal | None = None
    burnt_area_ha: Decimal | None = None
    loss_gdp_share: Decimal | None = None
    result_confirmed: bool = False

    def __post_init__(self) -> None:
        """Refuse negative and non-finite figures with ValueError; an earthquake's magnitude may be below zero."""
        for field in fields(self):
            value: Value = getattr(self, field.name)
            if isinstance(value, Decimal) and not value.is_finite():
                raise ValueError(f"{field.name} must be a finite number")
            if value is not None and value < 0 and field.name != "magnitude":
                raise ValueError(f"{field.name} must not be negative")


@dataclass(frozen=True, slots=True)
class Metric:
    """How a rule's metric comes from the facts: the sum of its parts and, when reported beside them, of its supplements."""

    parts: tuple[str, ...]
    supplements: tuple[str, ...] = ()


METRICS: Mapping[str, Metric] = {
    "magnitude": Metric(("magnitude",)),
    "population_density": Metric(("population_density",)),
    "burnt_area_ha": Metric(("burnt_area_ha",)),
    "dead_or_missing": Metric(("dead", "missing")),  # R-G2: whereabouts unknown counts with the dead
    "serious": Metric(("injured_serious",), ("poisoned",)),  # art. 3: acute poisoning counts as serious injury
    "injured_serious": Metric(("injured_serious",)),
    "loss_fen": Metric(("loss_fen",)),
    "loss_gdp_share": Metric((), ("loss_gdp_share",)),  # worked out long after the event: never waited for
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """A grade and everything needed to explain it later (R-G10).

    `level` is the working grade: 1 (特别重大) to 4 (一般), 9 not graded. `basis` is the id of the rule family (`R-G9` is the default);
    `decisive` names the lines that gave the level. `judged_level` and `result_level` are both kept where a rule knows both (R-G4).
    `inputs` are the facts the rules read, `uncertain` those of them that are unknown.
    """

    level: int
    provisional: bool
    basis: str
    decisive: tuple[str, ...]
    inputs: Mapping[str, Value]
    uncertain: tuple[str, ...]
    rule_version: str
    judged_level: int | None
    result_level: int | None

    @property
    def by_default(self) -> bool:
        """Tell whether no norm but the default thresholds gave the grade (R-G9)."""
        return self.basis == "R-G9"


@dataclass(frozen=True, slots=True)
class Regrade:
    """The answer to a later change of casualties: the grade that now holds, and whether the change came after the window (R-G3)."""

    assessment: Assessment
    outside_window: bool


def assess(event_code: str, facts: Facts, on: date, rules: RuleSet | None = None) -> Assessment:
    """Grade an event of `event_code` that happened on the day `on` (Asia/Shanghai), by the rules in force that day."""
    table = rules or current()
    lines = table.applicable(event_code, on)
    values = {name: _value(metric, facts) for name, metric in METRICS.items()}
    met = [line for line in lines if line.holds(values)]
    judged = _most_severe(met, Kind.JUDGED)
    result = _most_severe(met, Kind.RESULT)
    has_judgement = any(line.kind is Kind.JUDGED for line in lines)
    replaced = has_judgement and facts.result_confirmed and result is not None
    level = min((found for found in ((result,) if replaced else (judged, result)) if found is not None), default=UNGRADED)
    read = [line for line in lines if not (replaced and line.kind is Kind.JUDGED)]
    uncertain = tuple(part for part in _parts(read) if getattr(facts, part) is None)
    return Assessment(
        level=level,
        provisional=bool(uncertain) or (has_judgement and not replaced) or level == UNGRADED,
        basis=lines[0].basis if lines else "none",
        decisive=tuple(line.name for line in met if line in read and line.level == level),
        inputs={name: getattr(facts, name) for name in _parts(lines, with_supplements=True)},
        uncertain=uncertain,
        rule_version=table.version,
        judged_level=judged,
        result_level=result,
    )


def casualty_window_end(event_code: str, occurred_at: datetime, rules: RuleSet | None = None) -> datetime | None:
    """The first instant at which a change of casualties no longer counts (R-G3): 24:00 of the last day, Asia/Shanghai; None: no limit.

    Thirty days after the day of the accident; seven for road traffic (12H*) and fire (12G*).
    """
    days = (rules or current()).casualty_window(event_code)
    if days is None:
        return None
    last_day = occurred_at.astimezone(SHANGHAI).date() + timedelta(days=days)
    return datetime.combine(last_day + timedelta(days=1), time(), SHANGHAI)


def reassess(previous: Assessment, event_code: str, facts: Facts, *, occurred_at: datetime, changed_at: datetime, rules: RuleSet | None = None) -> Regrade:
    """Grade again after a change of casualties at `changed_at`; outside the window the change is recorded, the grade stays (R-G3)."""
    end = casualty_window_end(event_code, occurred_at, rules)
    if end is not None and changed_at >= end:
        return Regrade(previous, outside_window=True)
    return Regrade(assess(event_code, facts, occurred_at.astimezone(SHANGHAI).date(), rules), outside_window=False)


def lead_level(event_code: str, level: int, rules: RuleSet | None = None) -> LeadLevel:
    """Which government leads an incident of this grade (R-G5, default table of the district)."""
    return (rules or current()).lead_level(event_code, level)


def _value(metric: Metric, facts: Facts) -> Value:
    known = [value for name in metric.parts + metric.supplements if (value := getattr(facts, name)) is not None]
    return sum(known) if known else None


def _most_severe(lines: Iterable[Rule], kind: Kind) -> int | None:
    return min((line.level for line in lines if line.kind is kind), default=None)


def _parts(lines: Iterable[Rule], *, with_supplements: bool = False) -> tuple[str, ...]:
    read = {name for line in lines for name in line.metrics}
    metrics = [metric for name, metric in METRICS.items() if name in read]
    return tuple(dict.fromkeys(part for metric in metrics for part in metric.parts + (metric.supplements if with_supplements else ())))
