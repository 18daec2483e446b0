"""Whom to send to one incident, now: exact over every unit there is, with the reason for each and the proof that nothing better exists."""

from services.dispatch.solver.given import InputError, Trouble
from services.dispatch.solver.recommend.answer import Alternative, Chosen, Recommendation, Unmet, Why
from services.dispatch.solver.recommend.choose import recommend, warm
from services.dispatch.solver.recommend.request import Coverage, Need, Rules, Units

__all__ = ["Alternative", "Chosen", "Coverage", "InputError", "Need", "Recommendation", "Rules", "Trouble", "Units", "Unmet", "Why", "recommend", "warm"]
