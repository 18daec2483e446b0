"""How an incident stands, on one page (like ICS 201 and 209), and the steps that led there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.dispatch.model.incident import Incident
from services.dispatch.model.matter import Matter

Entry = dict[str, Any]
"""One step of an incident, as its event told it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How an incident stands."""

    read_at: datetime
    incident: Incident
    open_obligations: int
    overdue_obligations: int
    next_due_at: datetime | None
    reports_sent: int
    last_report: str
    signals: int
    children: tuple[str, ...]
    open_matters: tuple[Matter, ...]
    recent: tuple[Entry, ...]
    open_instructions: int
    open_debts: int
    tasks: dict[str, int]
    assignments: dict[str, int]
    commander: str
