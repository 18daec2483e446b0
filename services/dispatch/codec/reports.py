"""Reports and obligations to proto and back."""

from collections.abc import Callable, Sequence
from datetime import datetime

from fenghuo.dispatch.v1 import reports_pb2 as pb
from services.dispatch.codec.fields import fill, word
from services.dispatch.codec.incidents import figures
from services.dispatch.grading.duties import Channel, Party
from services.dispatch.grading.reports import Timeliness
from services.dispatch.model.obligation import Obligation
from services.dispatch.model.report import Delivery, Report

REPORT = {
    "create_time": "created_at", "update_time": "updated_at", "sign_time": "signed_at", "send_time": "sent_at", "sign_due_time": "sign_due_at",
    "facts_time": "figures_at", "facts": "", "elements": "", "deliveries": "", "corrects": "", "met_obligations": "",
}  # fmt: skip
OBLIGATION = {
    "create_time": "created_at", "update_time": "updated_at", "meet_time": "met_at", "strict_missed": "",
    "clock_start_time": "clock_start", "due_time": "due_at", "strict_due_time": "strict_due_at", "sender": "from_level", "recipient": "to_level",
}  # fmt: skip


def elements(message: pb.ReportElements) -> dict[str, str]:
    """The texts that are given, by element."""
    return {field.name: str(value) for field, value in message.ListFields()}


def recipients(asked: Sequence[pb.ReportRecipient]) -> tuple[Delivery, ...]:
    """Whom a report shall go to."""
    return tuple(Delivery(recipient=Party(word(each, "recipient")), organisation=each.organisation, channel=Channel(word(each, "channel"))) for each in asked)


def party(message: pb.AcknowledgeReportRequest | pb.BounceReportRequest | pb.RetryReportRequest | pb.RecipientReturnReportRequest) -> Party:
    """Which recipient a request speaks of."""
    return Party(word(message, "recipient"))


def report(model: Report) -> pb.Report:
    """A report as the contract shows it."""
    complete = model.completeness
    message = pb.Report(
        elements=pb.ReportElements(**model.elements),
        elements_filled=complete.filled,
        elements_required=complete.required,
        elements_missing=complete.missing,
        corrects=f"reports/{model.corrects}" if model.corrects else "",
        met_obligations=[f"obligations/{each}" for each in model.met],
    )
    fill(message, model, REPORT)
    for each in model.deliveries:
        fill(message.deliveries.add(), each, {"send_time": "sent_at", "acknowledge_time": "acknowledged_at"})
    if model.figures is not None:
        message.facts.CopyFrom(figures(model.figures))
    return message


def obligation(now: datetime) -> Callable[[Obligation], pb.Obligation]:
    """How an obligation looks at an instant."""

    def encode(model: Obligation) -> pb.Obligation:
        message = pb.Obligation(strict_missed=model.strict_missed(now))
        fill(message, model.duty, OBLIGATION | {"name": "", "etag": "", "state": ""})
        return fill(message, model, OBLIGATION)

    return encode


def timeliness(found: tuple[Timeliness, Timeliness]) -> pb.Timeliness:
    """By the actionable and by the strict clock."""
    usual, strict = found
    return pb.Timeliness(
        in_time=usual.in_time, due=usual.due, ratio=usual.ratio, strict_in_time=strict.in_time, strict_due=strict.due, strict_ratio=strict.ratio
    )
