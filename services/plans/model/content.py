"""What a plan says: sections, response levels with triggers, action cards (DOMAIN § 2.1, PL-05, PL-08)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from services.plans import errors

MILDEST = 4
LAW_28 = ("organisation", "warning", "response", "support", "recovery")
"""Sections every plan must have (应对法 28, R-P4)."""
HANDLING_ONLY = ("response",)
"""What a manual 处置规程 must have."""
DEFAULT_ROLE = {1: "commander", 2: "commander", 3: "duty_leader", 4: "duty_leader"}
"""The least role that decides on a response level when the plan names none."""
CARDS_BYTES = 500_000
"""Most that all action cards of a version may measure: an activation carries them in one event, and the log takes a million bytes."""
RANK = ("duty_leader", "commander")
"""Roles that decide on responses, the higher last; a higher one may do what a lower one may."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class MetricTrigger:
    """A measured value crosses a threshold; `op` is at_least, above, at_most or below."""

    metric: str
    op: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class AlertTrigger:
    """An alert of this level (1 red … 4 blue) or a more severe one, for an event code or its beginning."""

    alert_level: int
    event_code: str


@dataclass(frozen=True, slots=True)
class GradeTrigger:
    """An incident of this grade (1 … 4) or a more severe one."""

    grade: int


@dataclass(frozen=True, slots=True)
class Trigger:
    """Exactly one condition that calls for a response level."""

    metric: MetricTrigger | None = None
    alert: AlertTrigger | None = None
    grade: GradeTrigger | None = None


@dataclass(frozen=True, slots=True)
class RequiredResource:
    """Goods by item code or a team by capability; `quantity` is a decimal."""

    item_code: str
    capability: str
    quantity: str
    unit: str


@dataclass(frozen=True, slots=True)
class ActionCard:
    """行动卡: one duty of one post and one person, due so many minutes after activation."""

    card: str
    clause: str
    phase: str
    post: str
    person: str
    alternate: str
    action: str
    due_offset_minutes: int
    required_resources: tuple[RequiredResource, ...] = ()
    life_saving: bool = False
    capability: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class ResponseLevel:
    """One response level: what calls for it, who activates it, what it adds to the milder levels."""

    level: int
    triggers: tuple[Trigger, ...] = ()
    activator_post: str = ""
    activator_role: str = ""
    actions: tuple[ActionCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """Everything an editor writes in a version."""

    sections: tuple[Section, ...] = ()
    risk_assessment_ref: str = ""
    resource_survey_ref: str = ""
    levels: tuple[ResponseLevel, ...] = ()
    basis_versions: tuple[str, ...] = ()

    def level(self, level: int) -> ResponseLevel:
        """The response level; LEVEL_NOT_IN_PLAN when the plan has none of that number."""
        for found in self.levels:
            if found.level == level:
                return found
        raise errors.level_not_in_plan(level, sorted(each.level for each in self.levels))

    def cards(self, level: int) -> list[tuple[int, ActionCard]]:
        """Action cards of a level and of the milder ones, with their own level, the mildest first."""
        chosen = sorted((each for each in self.levels if each.level >= level), key=lambda each: -each.level)
        return [(each.level, card) for each in chosen for card in each.actions]


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of an incident or alert; an unknown figure is absent, not zero."""

    event_code: str = ""
    grade: int | None = None
    alert_level: int | None = None
    metrics: Mapping[str, Decimal] = field(default_factory=dict)


def checked(content: Content) -> Content:
    """The content with an id on every card. INVALID when a section, a level or a card id stands there twice, or the cards are too large for an event."""
    _once("content.sections", [section.kind for section in content.sections])
    _once("content.levels", [level.level for level in content.levels])
    levels = tuple(
        replace(level, actions=tuple(replace(card, card=card.card or f"l{level.level}-{number}") for number, card in enumerate(level.actions, 1)))
        for level in content.levels
    )
    _once("content.levels.actions.card", [card.card for level in levels for card in level.actions])
    if (size := len(repr(levels).encode())) > CARDS_BYTES:
        raise errors.too_many_cards(size, CARDS_BYTES)
    return replace(content, levels=levels)


def _once(field_name: str, values: Iterable[object]) -> None:
    seen: set[object] = set()
    for value in values:
        if value in seen:
            raise errors.duplicate(field_name, value)
        seen.add(value)


def check_complete(content: Content, kind: str) -> None:
    """Guards of a draft that is to be shown to others: sections, risk assessment, resource survey, a post and a person on every card."""
    present = {section.kind for section in content.sections if section.text.strip()}
    wanted = HANDLING_ONLY if kind == "manual" else LAW_28
    if missing := [name for name in wanted if name not in present]:
        raise errors.sections_missing(missing)
    if not content.risk_assessment_ref:
        raise errors.risk_assessment_missing()
    if not content.resource_survey_ref:
        raise errors.resource_survey_missing()
    cards = [card for level in content.levels for card in level.actions]
    if nobody := [card.card for card in cards if not (card.post.strip() and (card.person.strip() or card.alternate.strip()))]:
        raise errors.action_without_person(nobody)


_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "at_least": lambda value, threshold: value >= threshold,
    "above": lambda value, threshold: value > threshold,
    "at_most": lambda value, threshold: value <= threshold,
    "below": lambda value, threshold: value < threshold,
}


def met(trigger: Trigger, situation: Situation) -> bool:
    """True when the trigger's condition holds for what is known."""
    if trigger.grade:
        return situation.grade is not None and situation.grade <= trigger.grade.grade
    if trigger.alert:
        fits = situation.event_code.startswith(hazard_prefix(trigger.alert.event_code))
        return fits and situation.alert_level is not None and situation.alert_level <= trigger.alert.alert_level
    if trigger.metric and trigger.metric.metric in situation.metrics:
        return _COMPARE[trigger.metric.op](situation.metrics[trigger.metric.metric], Decimal(trigger.metric.value))
    return False


def described(trigger: Trigger) -> str:
    """The trigger in its own terms, for the basis of a proposal."""
    if trigger.grade:
        return f"grade<={trigger.grade.grade}"
    if trigger.alert:
        return f"alert_level<={trigger.alert.alert_level} {trigger.alert.event_code}".strip()
    if trigger.metric:
        return f"{trigger.metric.metric} {trigger.metric.op} {trigger.metric.value} {trigger.metric.unit}".strip()
    return ""


def called_level(levels: Iterable[ResponseLevel], situation: Situation) -> tuple[int, str] | None:
    """The most severe response level with a trigger that is met, and that trigger; None when no trigger is."""
    for level in sorted(levels, key=lambda each: each.level):
        for trigger in level.triggers:
            if met(trigger, situation):
                return level.level, described(trigger)
    return None


def totals(cards: Iterable[ActionCard]) -> tuple[RequiredResource, ...]:
    """What the cards need together, by item or capability and unit."""
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for card in cards:
        for need in card.required_resources:
            sums[need.item_code, need.capability, need.unit] += Decimal(need.quantity)
    return tuple(RequiredResource(item, capability, str(total), unit) for (item, capability, unit), total in sums.items())


def without_persons(levels: Iterable[ResponseLevel]) -> tuple[ResponseLevel, ...]:
    """The levels with nobody's name on them, for events."""
    return tuple(replace(level, actions=tuple(replace(card, person="", alternate="") for card in level.actions)) for level in levels)


def hazard_prefix(code: str) -> str:
    """The beginning that all codes of a class share: 11A00 -> 11A, 11000 -> 11, 11A51 -> 11A51, 11A -> 11A (event code table, levels 0 to 3)."""
    if len(code) != 5:
        return code
    if code.endswith("0000"):
        return code[0]
    if code.endswith("000"):
        return code[:2]
    return code[:3] if code.endswith("00") else code


def has_authority(roles: Iterable[str], level: ResponseLevel) -> bool:
    """True when one of the roles may decide on this response level."""
    return any(role in RANK and RANK.index(role) >= RANK.index(needed_role(level)) for role in roles)


def needed_role(level: ResponseLevel) -> str:
    """The least role that may decide on this response level."""
    return level.activator_role or DEFAULT_ROLE[level.level]
