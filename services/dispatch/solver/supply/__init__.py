"""Which store ships what to whom: optimal per item without limits, proven near-optimal whole pieces under the stores' handling limits."""

from services.dispatch.solver.supply.problem import Complaint, Lateness, Lots, Needs, Shipments, SupplyPlan, SupplyProblem, Tier, Unmet, Why
from services.dispatch.solver.supply.solve import solve

__all__ = ["Complaint", "Lateness", "Lots", "Needs", "Shipments", "SupplyPlan", "SupplyProblem", "Tier", "Unmet", "Why", "solve"]
