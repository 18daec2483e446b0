"""Until when a warning holds, and which earlier messages a new one ends. Superseding is by reference, never by time (DOMAIN 2.9)."""

from datetime import datetime, timedelta

from services.alerts.cap.message import Alert, MsgType, Reference

DISPLAY_LIMIT = timedelta(days=7)
"""How long a foreign warning is shown that ends in the far future or never."""


def expires_at(alert: Alert) -> datetime | None:
    """The latest end of any info; None when one of them has no end, or there is no info."""
    ends = [info.expires for info in alert.infos]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def shown_until(alert: Alert) -> datetime | None:
    """When to stop showing a warning: its end, at most seven days after it was sent; None only when it has no readable time at all."""
    end, sent = expires_at(alert), alert.sent
    if sent is None:
        return end
    limit = sent + DISPLAY_LIMIT
    return limit if end is None else min(end, limit)


def ends_messages(alert: Alert) -> tuple[Reference, ...]:
    """The messages this one replaces (Update) or ends (Cancel); an Ack or Error ends nothing."""
    return alert.references if alert.msg_type in (MsgType.UPDATE, MsgType.CANCEL) else ()


def reference_to(alert: Alert) -> Reference:
    """How a later message names this one. ValueError when it was never sent."""
    if alert.sent is None:
        raise ValueError("a message that was not sent cannot be referenced")
    return Reference(alert.sender, alert.identifier, alert.sent)
