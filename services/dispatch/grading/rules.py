"""The rule table of grading (R-G1, R-G2, R-G4…R-G10): versioned data in `rules.json`, read once, and its lookups.

A rule is one line `{basis, kind, event_prefix, metric, op, value, level, source, valid_from}`. For an event the lines with the
longest matching `event_prefix` hold, and of each basis only its newest edition valid on the day of the event. Money is in fen.
Level 1 is the most severe, 4 the least, 9 means not graded.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

UNGRADED = 9
"""No level can be named yet: nothing that a rule measures is known."""


class Kind(StrEnum):
    """What a rule reads: the harm done, or (earthquakes) what the first instrument readings let one expect (R-G4)."""

    RESULT = "result"
    JUDGED = "judged"


class LeadLevel(StrEnum):
    """The level of government that leads the response (领导层级); never the grade, the alert level or the response level."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"


@dataclass(frozen=True, slots=True)
class Condition:
    """`metric op value`; an unknown metric never satisfies it, because unknown is neither zero nor large."""

    metric: str
    op: str
    value: Decimal

    def holds(self, values: Mapping[str, int | Decimal | None]) -> bool:
        """Tell whether the condition is surely met by what is known."""
        value = values[self.metric]
        if value is None:
            return False
        return value >= self.value if self.op == ">=" else value > self.value


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: when its condition (and every one of `when`) holds, the event is at least as severe as `level`."""

    basis: str
    kind: Kind
    event_prefix: str
    condition: Condition
    when: tuple[Condition, ...]
    level: int
    source: str
    valid_from: date

    @property
    def name(self) -> str:
        """The stable name kept in assessments, e.g. `R-G1/dead_or_missing>=30`."""
        conditions = (self.condition, *self.when)
        return f"{self.basis}/" + "&".join(f"{c.metric}{c.op}{c.value}" for c in conditions)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Everything this rule must know."""
        return (self.condition.metric, *(condition.metric for condition in self.when))

    def holds(self, values: Mapping[str, int | Decimal | None]) -> bool:
        """Tell whether the known values surely reach this line."""
        return self.condition.holds(values) and all(condition.holds(values) for condition in self.when)


@dataclass(frozen=True, slots=True)
class LeadTable:
    """Which government leads an incident of each grade, for events under one code prefix."""

    basis: str
    event_prefix: str
    levels: Mapping[int, LeadLevel]
    source: str


@dataclass(frozen=True, slots=True)
class CasualtyWindow:
    """Within how many days after the day of the event a change of casualties still counts (R-G3); None: no limit."""

    event_prefix: str
    days: int | None
    source: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the whole table. `version` is stored with every assessment (R-G10)."""

    version: str
    rules: tuple[Rule, ...]
    lead_tables: tuple[LeadTable, ...]
    casualty_windows: tuple[CasualtyWindow, ...]

    def applicable(self, event_code: str, on: date) -> tuple[Rule, ...]:
        """The lines that hold for an event of this code on that day, in the order of the table; empty when none does."""
        known = [rule for rule in self.rules if event_code.startswith(rule.event_prefix) and rule.valid_from <= on]
        longest = max((len(rule.event_prefix) for rule in known), default=0)
        nearest = [rule for rule in known if len(rule.event_prefix) == longest]
        edition: dict[tuple[str, Kind], date] = {}
        for rule in nearest:
            edition[rule.basis, rule.kind] = max(rule.valid_from, edition.get((rule.basis, rule.kind), rule.valid_from))
        return tuple(rule for rule in nearest if rule.valid_from == edition[rule.basis, rule.kind])

    def lead_level(self, event_code: str, level: int) -> LeadLevel:
        """Which government leads (R-G5 for earthquakes, else the district's default table); ungraded incidents stay with the county."""
        tables = [table for table in self.lead_tables if event_code.startswith(table.event_prefix)]
        return max(tables, key=lambda table: len(table.event_prefix)).levels[level]

    def casualty_window(self, event_code: str) -> int | None:
        """Days within which a change of casualties is supplemented and regraded (R-G3); None when no norm limits it."""
        windows = [window for window in self.casualty_windows if event_code.startswith(window.event_prefix)]
        return max(windows, key=lambda window: len(window.event_prefix)).days if windows else None

    def is_production_accident(self, event_code: str) -> bool:
        """Tell whether 国务院令第493号 applies: accidents (12*) but not pollution or nuclear ones, which its art. 2 leaves out."""
        return self.casualty_window(event_code) is not None


def parse(text: str) -> RuleSet:
    """Read a rule table. Raises ValueError or KeyError, naming the fault, when the text is not one."""
    table = json.loads(text)
    return RuleSet(
        version=table["version"],
        rules=tuple(_rule(line) for line in table["rules"]),
        lead_tables=tuple(
            LeadTable(line["basis"], line["event_prefix"], {int(k): LeadLevel(v) for k, v in line["levels"].items()}, line["source"])
            for line in table["lead_levels"]
        ),
        casualty_windows=tuple(CasualtyWindow(line["event_prefix"], line["days"], line["source"]) for line in table["casualty_windows"]),
    )


@cache
def current() -> RuleSet:
    """The rule table shipped with this library."""
    return parse(files(__package__).joinpath("rules.json").read_text(encoding="utf-8"))


def _rule(line: Mapping[str, Any]) -> Rule:
    if line["level"] not in (1, 2, 3, 4):
        raise ValueError(f"a rule must name a level from 1 to 4: {line}")
    return Rule(
        basis=line["basis"],
        kind=Kind(line["kind"]),
        event_prefix=line["event_prefix"],
        condition=_condition(line),
        when=tuple(_conditions(line.get("when", ()))),
        level=line["level"],
        source=line["source"],
        valid_from=date.fromisoformat(line["valid_from"]),
    )


def _conditions(lines: Iterable[Mapping[str, Any]]) -> Iterable[Condition]:
    return (_condition(line) for line in lines)


def _condition(line: Mapping[str, Any]) -> Condition:
    if line["op"] not in (">=", ">"):
        raise ValueError(f"a threshold only bounds from below: {line}")
    return Condition(line["metric"], line["op"], Decimal(line["value"]))
