"""Durable timers of the field half, and what they ring."""

from collections.abc import Mapping
from functools import partial

from chassis.hot import HotStore
from chassis.timers import Ring
from services.dispatch.use_cases import assignments, duty, duty_checks, offers, relief, roads, tasks, unit_statuses, way
from services.dispatch.use_cases.picture import Picture


def field_rings(hot: HotStore, picture: Picture) -> Mapping[str, Ring]:
    """Answers awaited from units and shifts, tasks that fall due, contact with units in the field, shifts nobody came to, relief after ten hours,
    and road closures that begin and end.
    """
    return {
        offers.ANSWER_TIMER: partial(assignments.expire, picture),
        tasks.DUE_TIMER: tasks.look_at_due,
        way.CONTACT_TIMER: partial(unit_statuses.check_contact, hot),
        duty.GAP_TIMER: duty.look_for_gap,
        duty_checks.ANSWER_TIMER: duty_checks.miss,
        relief.RELIEF_TIMER: relief.look_for_overdue,
        roads.START_TIMER: roads.ring_start,
        roads.END_TIMER: roads.ring_end,
    }
