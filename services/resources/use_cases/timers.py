"""What rings: the kind of a timer and what it does. Each is harmless when what it watches was done in time."""

from collections.abc import Mapping

from chassis.timers import Ring
from services.resources.use_cases import censuses, movements, positions, requisitions, risks, shelters, supply, transfers

RINGS: Mapping[str, Ring] = {
    "call_off_answer": supply.call_timed_out,
    "census_overdue": censuses.overdue,
    "decision_overdue": requisitions.decision_overdue,
    "lot_expiring": movements.lot_expiring,
    "paperwork_overdue": transfers.paperwork_overdue,
    "rectification_overdue": risks.rectification_overdue,
    "standby_expiry": positions.standby_expired,
    "stays_purge": shelters.purge,
    "transfer_overdue": transfers.overdue,
}
