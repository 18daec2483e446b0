"""Facts of signals, consultations, releases and instructions, each topic with the id of its resource as key."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from chassis.journal import Encoded
from fenghuo.dispatch.v1 import consultation_events_pb2, release_events_pb2, signal_events_pb2
from services.dispatch.codec.fields import fill
from services.dispatch.events.encoding import Encoders
from services.dispatch.model import consultation, instruction, release, signal


def _plain(topic: str, envelope: type[Message], key: str, field: str) -> Callable[[Any], Encoded]:
    def encode(event: Any) -> Encoded:
        message = envelope()
        getattr(message, field).SetInParent()
        fill(getattr(message, field), event, {"due_time": "due_at"})
        return Encoded(topic, getattr(event, key), message)

    return encode


def _signal(field: str) -> Callable[[Any], Encoded]:
    return _plain("fenghuo.dispatch.signal.v1", signal_events_pb2.SignalEvent, "signal_id", field)


def _consultation(field: str) -> Callable[[Any], Encoded]:
    return _plain("fenghuo.dispatch.consultation.v1", consultation_events_pb2.ConsultationEvent, "consultation_id", field)


def _release(key: str, field: str) -> Callable[[Any], Encoded]:
    return _plain("fenghuo.dispatch.release.v1", release_events_pb2.ReleaseEvent, key, field)


ENCODERS: Encoders = {
    signal.SignalReported: _signal("signal_reported"),
    signal.SignalLinked: _signal("signal_linked"),
    signal.SignalDismissed: _signal("signal_dismissed"),
    consultation.ConsultationOpened: _consultation("consultation_opened"),
    consultation.ConsultationConcluded: _consultation("consultation_concluded"),
    release.ReleaseDrafted: _release("release_id", "release_drafted"),
    release.ReleaseApproved: _release("release_id", "release_approved"),
    release.ReleasePublished: _release("release_id", "release_published"),
    release.ReleaseDiscarded: _release("release_id", "release_discarded"),
    instruction.InstructionReceived: _release("instruction_id", "instruction_received"),
    instruction.InstructionAcknowledged: _release("instruction_id", "instruction_acknowledged"),
    instruction.InstructionCompleted: _release("instruction_id", "instruction_completed"),
}
