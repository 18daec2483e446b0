"""The one place that decides which message may use which channel (S9, invariant 5): an exercise never reaches the public."""

from services.alerts.cap.message import Status
from services.alerts.channels.delivery import ChannelKind, Target


def may_carry(status: str, channel: ChannelKind, target: Target) -> bool:
    """True when a message of this CAP status may go to this target on this channel."""
    return not why_not(status, channel, target)


def why_not(status: str, channel: ChannelKind, target: Target) -> str:
    """The reason (a key in messages/alerts.yaml) a message may not use a channel; empty when it may.

    Actual goes to live channels. Exercise and Test go to the drill channel and to targets marked as accepting exercises. System, Draft and every other
    status go nowhere. Actual does not go to the drill channel: it would count as released and reach nobody.
    """
    rehearsal = status in (Status.EXERCISE, Status.TEST)
    if channel is ChannelKind.DRILL:
        return "" if rehearsal else "CHANNEL_ACTUAL_ON_DRILL" if status == Status.ACTUAL else "CHANNEL_STATUS_REFUSED"
    if status == Status.ACTUAL or (rehearsal and target.accepts_exercises):
        return ""
    return "CHANNEL_EXERCISE_REFUSED" if rehearsal else "CHANNEL_STATUS_REFUSED"
