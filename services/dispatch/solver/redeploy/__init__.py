"""Where idle units should wait: which of them should move to which post, what that gains, and what a departure costs the places left."""

from services.dispatch.solver.redeploy.advise import Advice, Layout, Manner, Move, Posts, advise, expected
from services.dispatch.solver.redeploy.overlap import coverage_of, departure_losses, own_zone_coverage

__all__ = ["Advice", "Layout", "Manner", "Move", "Posts", "advise", "coverage_of", "departure_losses", "expected", "own_zone_coverage"]
