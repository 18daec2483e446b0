"""Deliveries for the tests of the channels."""

from datetime import datetime
from typing import Any

from services.alerts.cap.times import BEIJING
from services.alerts.channels.delivery import ChannelKind, Delivery, Target


def delivery(channel: ChannelKind, target: Target, **changes: Any) -> Delivery:
    """An actual flash flood warning for the target; `changes` replace fields."""
    fields: dict[str, Any] = {
        "identifier": "64020299900000_20260729140000",
        "channel": channel,
        "target": target,
        "status": "Actual",
        "msg_type": "Alert",
        "headline": "大武口区发布山洪灾害黄色预警[Ⅲ级/较重]",
        "text": "大武口沟可能发生山洪，请远离沟道。",
        "document": b"<alert/>",
        "level": 3,
        "expires_at": datetime(2026, 7, 29, 20, tzinfo=BEIJING),
    }
    return Delivery(**(fields | changes))
