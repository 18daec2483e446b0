"""Tables of dispatch, one module a resource; the database refuses the impossible by itself."""

from services.dispatch.tables.allocations import allocation_plan, allocation_proposal
from services.dispatch.tables.base import METADATA
from services.dispatch.tables.command import command_post, command_term
from services.dispatch.tables.duty import sensitive_window, shift, spot_check
from services.dispatch.tables.incidents import incident, signal
from services.dispatch.tables.records import consultation, debt, instruction, matter, release, timeline
from services.dispatch.tables.relief import evacuation_order, relief_record
from services.dispatch.tables.reports import obligation, report
from services.dispatch.tables.roads import road_closure
from services.dispatch.tables.tasks import assignment, task
from services.dispatch.tables.units import position, track, unit

__all__ = [
    "METADATA",
    "allocation_plan",
    "allocation_proposal",
    "assignment",
    "command_post",
    "command_term",
    "consultation",
    "debt",
    "evacuation_order",
    "incident",
    "instruction",
    "matter",
    "obligation",
    "position",
    "release",
    "relief_record",
    "report",
    "road_closure",
    "sensitive_window",
    "shift",
    "signal",
    "spot_check",
    "task",
    "timeline",
    "track",
    "unit",
]
