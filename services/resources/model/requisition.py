"""Requisitions 征用 (DOMAIN § 2.2; 应对法 12, 76, 95(9); R-M5)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from chassis.states import Machine, Transition
from services.resources import errors
from services.resources.model.record import Record

DECISION_WITHIN = timedelta(hours=24)
"""The decision of an urgent requisition is written within this (DOMAIN § 2.2, a choice)."""
GOOD, DAMAGED, LOST = CONDITIONS = ("good", "damaged", "lost")

REQUISITION = Machine(
    "requisition",
    ("proposed",),
    {
        "decide": (Transition(("proposed",), "decided"), Transition(("taken_over", "in_use", "returned", "damaged_or_lost", "assessed", "compensated"))),
        "serve": Transition(("decided",), "served"),
        "take_over": Transition(("served",), "taken_over"),
        "take_over_urgent": Transition(("proposed",), "taken_over"),
        "use": Transition(("taken_over",), "in_use"),
        "return": Transition(("taken_over", "in_use"), "returned"),
        "return_damaged": Transition(("taken_over", "in_use"), "damaged_or_lost"),
        "assess": Transition(("damaged_or_lost",), "assessed"),
        "compensate": Transition(("assessed",), "compensated"),
        "close": Transition(("returned", "compensated"), "closed"),
    },
)


@dataclass(slots=True, kw_only=True)
class TakeOver:
    """The handing over: list, both signatures, photographs."""

    inventory: list[str] = field(default_factory=list)
    owner_signature: str = ""
    our_signature: str = ""
    photos: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Refuse an incomplete one."""
        parts = {"inventory": self.inventory, "owner_signature": self.owner_signature, "our_signature": self.our_signature, "photos": self.photos}
        missing = [name for name, value in parts.items() if not value]
        if missing:
            raise errors.take_over_needed(missing)


@dataclass(frozen=True, slots=True)
class RequisitionProposed:
    """Proposed."""

    key: str
    asset: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class RequisitionDecided:
    """The decision is written."""

    key: str
    decision: str


@dataclass(frozen=True, slots=True)
class RequisitionServed:
    """The decision was served."""

    key: str
    decision: str


@dataclass(frozen=True, slots=True)
class AssetTakenOver:
    """It was taken over."""

    key: str
    asset: str
    decision_due: bool


@dataclass(frozen=True, slots=True)
class AssetInUse:
    """It is in use."""

    key: str
    place: str


@dataclass(frozen=True, slots=True)
class AssetReturned:
    """It was given back."""

    key: str
    condition: str


@dataclass(frozen=True, slots=True)
class CompensationDue:
    """It must be compensated."""

    key: str
    condition: str


@dataclass(frozen=True, slots=True)
class CompensationAssessed:
    """The compensation is assessed."""

    key: str
    assessed_fen: int


@dataclass(frozen=True, slots=True)
class CompensationPaid:
    """The compensation is paid."""

    key: str
    paid_fen: int


@dataclass(frozen=True, slots=True)
class RequisitionClosed:
    """Closed."""

    key: str
    compensated: bool


@dataclass(frozen=True, slots=True)
class DecisionOverdue:
    """The decision of an urgent one is late."""

    key: str
    asset: str


@dataclass(slots=True, kw_only=True)
class Requisition(Record):
    """Property taken for the response. Owner and telephone are personal data; money is in fen."""

    COLLECTION: ClassVar[str] = "requisitions"
    number: str = ""
    state: str = "proposed"
    asset: str
    count: int = 1
    owner: str
    owner_phone: str = ""
    reason: str
    incident: str
    exercise_id: str = ""
    region_code: str
    place: str = ""
    urgent: bool = False
    decision: str = ""
    decided_by: str = ""
    decision_due_at: datetime | None = None
    decision_overdue: bool = False
    serve_at: datetime | None = None
    take_over: TakeOver | None = None
    take_over_at: datetime | None = None
    condition: str = ""
    return_at: datetime | None = None
    damage: str = ""
    assessed_fen: int = 0
    assessor: str = ""
    paid_fen: int = 0
    payment: str = ""
    proposer: str

    def propose(self) -> RequisitionProposed:
        """Proposed."""
        return RequisitionProposed(self.id, self.asset, self.urgent)

    def decide(self, decision: str, decided_by: str, caller: str) -> RequisitionDecided:
        """Write the decision, by another person than who proposed; later for an urgent one."""
        self.state = REQUISITION.next(self.state, "decide")
        if self.decision:
            raise errors.nothing_owed(self.name)
        if caller == self.proposer:
            raise errors.separation_of_duty(self.proposer)
        self.decision, self.decided_by, self.decision_overdue = decision, decided_by, False
        return RequisitionDecided(self.id, decision)

    def serve(self, now: datetime) -> RequisitionServed:
        """Serve the decision."""
        self.state = REQUISITION.next(self.state, "serve")
        self.serve_at = now
        return RequisitionServed(self.id, self.decision)

    def hand_over(self, take_over: TakeOver, now: datetime, *, urgent: bool) -> AssetTakenOver:
        """Take it over; before the decision only when it is said to be urgent, and then the decision is owed."""
        early = self.state == "proposed"
        self.state = REQUISITION.next(self.state, "take_over_urgent" if early else "take_over")
        if early and not urgent:
            raise errors.not_urgent()
        take_over.check()
        self.take_over, self.take_over_at, self.urgent = take_over, now, early
        self.decision_due_at = now + DECISION_WITHIN if early else None
        return AssetTakenOver(self.id, self.asset, early)

    def use(self) -> AssetInUse:
        """Put it to use."""
        self.state = REQUISITION.next(self.state, "use")
        return AssetInUse(self.id, self.place)

    def give_back(self, condition: str, damage: str, now: datetime) -> AssetReturned | CompensationDue:
        """Give it back; what is damaged or lost must be compensated."""
        self.state = REQUISITION.next(self.state, "return" if condition == GOOD else "return_damaged")
        self.condition, self.damage, self.return_at = condition, damage, now
        return AssetReturned(self.id, condition) if condition == GOOD else CompensationDue(self.id, condition)

    def assess(self, assessed_fen: int, assessor: str) -> CompensationAssessed:
        """Assess the compensation."""
        self.state = REQUISITION.next(self.state, "assess")
        self.assessed_fen, self.assessor = assessed_fen, assessor
        return CompensationAssessed(self.id, assessed_fen)

    def compensate(self, paid_fen: int, payment: str) -> CompensationPaid:
        """Pay the compensation."""
        self.state = REQUISITION.next(self.state, "compensate")
        self.paid_fen, self.payment = paid_fen, payment
        return CompensationPaid(self.id, paid_fen)

    def close(self) -> RequisitionClosed:
        """Close: returned in good state or compensated, and the decision is written."""
        self.state = REQUISITION.next(self.state, "close")
        if not self.decision:
            raise errors.decision_missing()
        return RequisitionClosed(self.id, self.condition != GOOD)
