"""From alerts: a published warning proposes the measures the law asks for; its end drops those nobody gave out."""

from typing import Any

from chassis.journal import Subscription, Transaction
from fenghuo.alerts.v1 import alert_events_pb2, alerts_pb2
from services.dispatch.use_cases import following


def _last(name: str) -> str:
    return name.rpartition("/")[2]


async def _published(tx: Transaction, message: Any) -> None:
    header, fact = message.header, message.alert_published
    if fact.kind == alerts_pb2.ALERT_KIND_CANCEL or fact.status == alerts_pb2.ALERT_STATUS_TEST:
        return
    region = header.region_code or next(iter(fact.regions), "")
    await following.from_alert(tx, following.PublishedAlert(_last(fact.chain), fact.level), _last(header.incident), region, header.exercise_id)


async def _cancelled(tx: Transaction, message: Any) -> None:
    await following.end_of_warning(tx, _last(message.alert_cancelled.chain), message.header.type)


async def _expired(tx: Transaction, message: Any) -> None:
    await following.end_of_warning(tx, _last(message.alert_expired.chain), message.header.type)


SUBSCRIPTIONS = [
    Subscription(
        "fenghuo.alerts.alert.v1",
        alert_events_pb2.AlertEvent,
        {"alert_published": _published, "alert_cancelled": _cancelled, "alert_expired": _expired},
    ),
]
