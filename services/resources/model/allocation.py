"""Where stock is taken from: the legal order of sources (应对法 76; DOMAIN § 2.2) with the reason of each step."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from services.resources.model.catalogue import AGREEMENT, CAPACITY, DISTRICT, DONATION, IN_HAND, MARKET, SUPPLIER
from services.resources.model.stock import Lot

OWN_STORE, LOWER_STORE, BY_AGREEMENT, BY_DONATION, NEIGHBOUR, UPPER_LEVEL, BY_REQUISITION = SOURCES = (
    "own_store", "lower_store", "agreement", "donation", "neighbour", "upper", "requisition",
)  # fmt: skip
ROAD_M_PER_MINUTE = 667
"""40 km/h along the straight line: a first guess of the road time until a router says better."""
LOADING_MINUTES = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lot with what decides its place in the order. `minutes` is the supplier's promise for an agreement."""

    lot: Lot
    level: str
    distance_m: float
    display_name: str = ""
    minutes: int = 0
    agreement: str = ""
    substitute: str = ""

    @property
    def kind(self) -> str:
        """Which step of the legal order it belongs to."""
        if self.lot.mode in (AGREEMENT, CAPACITY, MARKET) or self.level == SUPPLIER:
            return BY_AGREEMENT
        if self.lot.mode == DONATION:
            return BY_DONATION
        return OWN_STORE if self.level == DISTRICT else LOWER_STORE


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """In the order to take from: the legal step first, what was asked before its substitutes, then nearest, then what expires soonest."""

    def place(candidate: Candidate) -> tuple[int, bool, float, date, str]:
        nearness = candidate.distance_m if candidate.kind != BY_AGREEMENT else float(candidate.minutes)
        return (SOURCES.index(candidate.kind), bool(candidate.substitute), nearness, candidate.lot.expire_date or date.max, candidate.lot.id)

    return sorted(candidates, key=place)


def in_hand(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that lie in our own stores: what a transfer or a pre-position may take."""
    return [candidate for candidate in candidates if candidate.lot.mode in IN_HAND and candidate.level != SUPPLIER]


def allocate(candidates: Iterable[Candidate], quantity: Decimal, today: date) -> tuple[list[tuple[Lot, Decimal]], Decimal]:
    """Take from the candidates in order; gives back the parts and what is missing."""
    parts, left = [], quantity
    for candidate in ranked(candidates):
        part = min(left, candidate.lot.available(today))
        if part > 0:
            parts.append((candidate.lot, part))
            left -= part
    return parts, left


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a recommendation; `reason` is a key of messages/resources.yaml, filled with `details`. None means not known."""

    kind: str
    source: str
    display_name: str
    quantity: Decimal | None
    available: Decimal | None
    distance_m: float
    minutes: int
    reason: str
    details: dict[str, str] = field(default_factory=dict)
    substitute: str = ""


REASONS = {
    OWN_STORE: "SOURCE_OWN_STORE",
    LOWER_STORE: "SOURCE_LOWER_STORE",
    BY_AGREEMENT: "SOURCE_AGREEMENT",
    BY_DONATION: "SOURCE_DONATION",
    NEIGHBOUR: "SOURCE_NEIGHBOUR",
    UPPER_LEVEL: "SOURCE_UPPER",
    BY_REQUISITION: "SOURCE_REQUISITION",
}


def recommend(candidates: Iterable[Candidate], quantity: Decimal, neighbours: Iterable[str], upper: str, today: date) -> tuple[list[Step], Decimal]:
    """The steps in the legal order until the quantity is covered; what is left goes to neighbours, the level above, and last to requisition or purchase."""
    steps, left = [], quantity
    for candidate in ranked(candidates):
        available = candidate.lot.available(today)
        take = min(left, available)
        if take <= 0:
            continue
        left -= take
        steps.append(_step(candidate, take, available))
    if left > 0:
        outside = [(NEIGHBOUR, code) for code in neighbours] + [(UPPER_LEVEL, upper), (BY_REQUISITION, "")]
        steps += [Step(kind, source, source, None, None, 0.0, 0, REASONS[kind]) for kind, source in outside]
    return steps, left


def _step(candidate: Candidate, take: Decimal, available: Decimal) -> Step:
    road = LOADING_MINUTES + round(candidate.distance_m / ROAD_M_PER_MINUTE)
    minutes = candidate.minutes or road
    source = candidate.agreement or f"stores/{candidate.lot.store_id}"
    details = {"store": candidate.display_name, "kilometres": f"{candidate.distance_m / 1000:.1f}", "minutes": str(minutes)}
    reason = "SOURCE_SUBSTITUTE" if candidate.substitute else REASONS[candidate.kind]
    return Step(candidate.kind, source, candidate.display_name, take, available, candidate.distance_m, minutes, reason, details, candidate.substitute)
