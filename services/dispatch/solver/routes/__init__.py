"""Which vehicle carries what to whom in which order: an instant answer, and a better one for those who can wait."""

from services.dispatch.solver.routes.problem import ALONE, Complaint, Route, RoutePlan, RouteProblem, Stops, Unserved, Vehicles, Why
from services.dispatch.solver.routes.solve import solve

__all__ = ["ALONE", "Complaint", "Route", "RoutePlan", "RouteProblem", "Stops", "Unserved", "Vehicles", "Why", "solve"]
