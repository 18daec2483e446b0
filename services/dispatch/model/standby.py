"""Standby advice 待命力量调整建议: which idle units should wait where, and how much better the next call is then answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.dispatch.model.advice import Basis, Place, Reason

STANDARD_S = 480.0
"""Seconds on the way after which an arrival counts as late where a question says nothing: the standard of the replay in docs/dispatch-quality.md."""

MOVES = 3
"""Moves advised at a time where a question says nothing."""

PAST_DAYS = 365
"""Incidents received within so many days say where the next ones will be."""


@dataclass(frozen=True, slots=True)
class Past:
    """So many past incidents around a place."""

    place: Place
    count: int


@dataclass(frozen=True, slots=True)
class StandbyQuestion:
    """Of which units, by which standard; whose units and closures count beside the real ones."""

    regions: tuple[str, ...]
    past: Sequence[Past]
    capability: str
    standard_s: float = STANDARD_S
    moves: int = MOVES
    exercise_id: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A place where units may wait: a home of units. Names in Chinese and English; idle units before and after."""

    names: tuple[str, str]
    place: Place
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """A unit that should wait elsewhere. `start` and `goal` are positions in the list of posts."""

    unit_id: str
    names: tuple[str, str]
    start: int
    goal: int
    drive_s: float
    gain: float
    position_stale: bool
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class Cover:
    """Share of the demand that an idle unit reaches within the standard, and the expected share of late answers."""

    covered: float = 0.0
    late: float = 1.0


@dataclass(frozen=True, slots=True)
class StandbyAdvice:
    """Moves by their gain; `nothing` says why there are none."""

    moves: Sequence[Move]
    posts: Sequence[Post]
    before: Cover
    after: Cover
    nothing: Reason | None
    demand: Reason
    basis: Basis
    considered: int
    standard_s: float
