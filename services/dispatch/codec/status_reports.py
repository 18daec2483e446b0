"""Reports of units' states from proto, and what became of them to it."""

from collections.abc import Iterable

from chassis.ids import id_of
from chassis.messages import Catalogue
from fenghuo.dispatch.v1 import status_reports_pb2 as pb
from fenghuo.dispatch.v1 import unit_statuses_pb2
from services.dispatch.codec.fields import moment, optional, point, word
from services.dispatch.codec.recommendations import reason
from services.dispatch.model.advice import refused
from services.dispatch.model.assignment import Step
from services.dispatch.model.status_report import StatusReport, Taken


def report(message: pb.StatusReport | unit_statuses_pb2.SetUnitStatusRequest, place: str = "") -> StatusReport:
    """What a unit reports of itself; only in a batch or stream it may say when. `place` is where among several it stands."""
    source = word(message, "source") or "app"
    step = Step(word(message, "state"), moment(message, "expect_time"), point(message, "location"), message.place, source)
    made_at = moment(message, "report_time") if isinstance(message, pb.StatusReport) else None
    return StatusReport(id_of(message.unit, "units", f"{place}unit"), step, optional(message, "fence"), message.reason, made_at)


def reports(messages: Iterable[pb.StatusReport]) -> list[StatusReport]:
    """All of a batch; what has no form at all is refused with its place among them."""
    return [report(message, f"reports[{at}].") for at, message in enumerate(messages)]


def taken(model: Taken, texts: Catalogue) -> pb.ReportStatusesResponse:
    """What became of reports."""
    message = pb.ReportStatusesResponse(accepted=model.accepted, outdated=model.outdated)
    message.unknown.extend(f"units/{unit_id}" for unit_id in model.unknown)
    message.restored.extend(f"units/{unit_id}" for unit_id in model.restored)
    for each in model.refused:
        put = message.refused.add(index=each.index, unit=f"units/{each.unit_id}", details=each.refusal.details)
        put.reason.CopyFrom(reason(refused(each.refusal), texts))
    return message
