"""From dispatch's own incidents: work stops where there was nothing to respond to, and goes on where an incident was merged."""

from typing import Any

from chassis.journal import Subscription, Transaction
from fenghuo.dispatch.v1 import incident_events_pb2
from services.dispatch.use_cases import aftermath


def _last(name: str) -> str:
    return name.rpartition("/")[2]


async def _dismissed(tx: Transaction, message: Any) -> None:
    await aftermath.stop_work(tx, _last(message.header.aggregate), message.incident_dismissed.reason)


async def _transferred(tx: Transaction, message: Any) -> None:
    await aftermath.stop_work(tx, _last(message.header.aggregate), message.incident_transferred.organisation)


async def _merged(tx: Transaction, message: Any) -> None:
    await aftermath.move_work(tx, _last(message.header.aggregate), _last(message.incident_merged.target))


SUBSCRIPTIONS = [
    Subscription(
        "fenghuo.dispatch.incident.v1",
        incident_events_pb2.IncidentEvent,
        {"incident_dismissed": _dismissed, "incident_transferred": _transferred, "incident_merged": _merged},
    ),
]
