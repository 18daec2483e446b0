"""Tables of experts, one module a resource; the database refuses the impossible by itself."""

from services.experts.tables.base import METADATA
from services.experts.tables.call_ups import call_up, expert_group, incident, invitation, opinion
from services.experts.tables.experts import expert, organisation

__all__ = ["METADATA", "call_up", "expert", "expert_group", "incident", "invitation", "opinion", "organisation"]
