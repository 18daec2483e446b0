"""Who goes where when incidents compete for units: the slot model, exact and instant, and the cover model with a proven bound."""

from services.dispatch.solver.allocate.allocation import Allocation, Assignments, Duals, IncidentSummary, Unmet, Warm, ZoneSummary
from services.dispatch.solver.allocate.entry import allocate, follows
from services.dispatch.solver.allocate.problem import Problem
from services.dispatch.solver.allocate.reasons import Reasons, reasons
from services.dispatch.solver.allocate.validation import Trouble, validate

__all__ = [
    "Allocation",
    "Assignments",
    "Duals",
    "IncidentSummary",
    "Problem",
    "Reasons",
    "Trouble",
    "Unmet",
    "Warm",
    "ZoneSummary",
    "allocate",
    "follows",
    "reasons",
    "validate",
]
