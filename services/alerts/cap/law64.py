"""The contents a warning must have by art. 64 of the 突发事件应对法 (R-W2), and where they stand in CAP."""

from services.alerts.cap.levels import UNGRADED, alert_level
from services.alerts.cap.message import Alert, MsgType


def missing_contents(alert: Alert) -> tuple[str, ...]:
    """Names of the required contents that the first info lacks: event, level, start, area, description, instruction, sender_name, sent.

    A cancellation (解除) needs no level and no instruction; an acknowledgement or error needs none of it.
    """
    if alert.msg_type in (MsgType.ACK, MsgType.ERROR):
        return ()
    info = alert.infos[0] if alert.infos else None
    ends = alert.msg_type == MsgType.CANCEL
    present = {
        "event": bool(info and info.event),
        "level": ends or alert_level(alert) != UNGRADED,
        "start": bool(info and (info.onset or info.effective)),
        "area": bool(info and any(area.area_desc for area in info.areas)),
        "description": bool(info and info.description),
        "instruction": ends or bool(info and info.instruction),
        "sender_name": bool(info and info.sender_name),
        "sent": alert.sent is not None,
    }
    return tuple(name for name, there in present.items() if not there)
