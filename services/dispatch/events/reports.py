"""Facts of obligations and reports, topic `fenghuo.dispatch.report.v1`, key: incident id."""

from collections.abc import Callable
from typing import Any

from chassis.journal import Encoded
from fenghuo.dispatch.v1 import report_events_pb2 as pb
from services.dispatch.codec.fields import fill
from services.dispatch.events.encoding import Encoders
from services.dispatch.model import obligation, report

TOPIC = "fenghuo.dispatch.report.v1"
PLAIN = {
    obligation.ReportDueSoon: "report_due_soon",
    obligation.ReportOverdue: "report_overdue",
    obligation.ObligationMet: "obligation_met",
    obligation.ObligationReopened: "obligation_reopened",
    obligation.ObligationWaived: "obligation_waived",
    obligation.ObligationCancelled: "obligation_cancelled",
    report.ReportApproved: "report_approved",
    report.ReportSent: "report_sent",
    report.ReportAcknowledged: "report_acknowledged",
    report.ReportDeliveryFailed: "report_delivery_failed",
    report.ReportReturned: "report_returned",
    report.ReportCountersigned: "report_countersigned",
}


def _plain(field: str) -> Callable[[Any], Encoded]:
    def encode(event: Any) -> Encoded:
        message = pb.ReportEvent()
        getattr(message, field).SetInParent()
        fill(getattr(message, field), event, {"due_time": "due_at"})
        return Encoded(TOPIC, event.incident_id, message)

    return encode


def _opened(event: obligation.ObligationOpened) -> Encoded:
    fact = fill(pb.ObligationOpened(), event.duty, {"recipient": "to_level", "due_time": "due_at", "strict_due_time": "strict_due_at"})
    return Encoded(TOPIC, event.incident_id, pb.ReportEvent(obligation_opened=fact))


ENCODERS: Encoders = {fact: _plain(field) for fact, field in PLAIN.items()} | {obligation.ObligationOpened: _opened}
