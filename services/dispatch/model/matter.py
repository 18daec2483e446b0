"""What is still open around an incident: matters of other services as their events tell them, and debts of paper."""

from dataclasses import dataclass
from datetime import datetime

KINDS = ("activation", "review", "requisition", "transfer")
SETTLED_BEFORE_CLOSING = ("requisition", "transfer")
DEBT_KINDS = ("signature", "requisition", "transfer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """An activation, review, requisition or transfer of an incident; `name` is its resource name there."""

    name: str
    kind: str
    incident_id: str
    open: bool
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """Something done without its paper (DOMAIN § 0, 10); owed until it is paid."""

    id: str
    kind: str
    resource: str
    incident_id: str
    region_code: str
    exercise_id: str
    opened_at: datetime
    due_at: datetime | None
    paid_at: datetime | None
    reason: str
    debtor: str

    @property
    def name(self) -> str:
        """Resource name."""
        return f"debts/{self.id}"
