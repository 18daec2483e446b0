"""AlertService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import checked_id, id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.alerts.v1 import alerts_pb2 as pb
from fenghuo.alerts.v1 import alerts_pb2_grpc
from services.alerts.codec import alerts as codec
from services.alerts.codec.fields import all_words, ref, word
from services.alerts.model.alert import Alert, Signer
from services.alerts.use_cases import drafting, publishing, reading
from services.alerts.use_cases.desk import Desk

COLLECTION = "alerts"


class AlertServicer(alerts_pb2_grpc.AlertServiceServicer):
    """Serves AlertService."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._engine, self._journal, self._clock, self._desk = parts.engine, parts.journal, parts.clock, desk

    async def _run(self, request: Any, work: Callable[[Transaction], Awaitable[Alert]]) -> pb.Alert:
        return await self._journal.run(request, pb.Alert, work, codec.alert)

    async def _step(self, request: Any, step: Callable[[Alert, Transaction], object]) -> pb.Alert:
        alert_id = id_of(request.name, COLLECTION)
        return await self._run(request, lambda tx: drafting.step(tx, alert_id, request.etag, lambda alert: step(alert, tx)))

    async def CreateAlert(self, request: pb.CreateAlertRequest, context: Any) -> pb.Alert:
        """制作."""
        draft = drafting.Draft(
            checked_id(request.alert_id, "alert_id"), codec.content(request.content), request.exercise_id, word(request, "status"), request.region_code,
            request.incident,
        )  # fmt: skip
        return await self._run(request, lambda tx: drafting.create(tx, self._desk, draft))

    async def DraftUpdate(self, request: pb.DraftUpdateRequest, context: Any) -> pb.Alert:
        """更新."""
        content = codec.content(request.content) if request.HasField("content") else None
        prior, alert_id = id_of(request.name, COLLECTION), checked_id(request.alert_id, "alert_id")
        return await self._run(request, lambda tx: drafting.succeed(tx, self._desk, prior, alert_id, "update", content))

    async def DraftCancel(self, request: pb.DraftCancelRequest, context: Any) -> pb.Alert:
        """解除."""
        prior, alert_id = id_of(request.name, COLLECTION), checked_id(request.alert_id, "alert_id")
        return await self._run(request, lambda tx: drafting.succeed(tx, self._desk, prior, alert_id, "cancel", None, request.reason))

    async def ReviseAlert(self, request: pb.ReviseAlertRequest, context: Any) -> pb.Alert:
        """修改."""
        alert_id, content = id_of(request.name, COLLECTION), codec.content(request.content)
        return await self._run(request, lambda tx: drafting.revise(tx, self._desk, alert_id, request.etag, content))

    async def SubmitAlert(self, request: pb.AlertRequest, context: Any) -> pb.Alert:
        """提交."""
        return await self._run(request, lambda tx: drafting.submit(tx, self._desk, id_of(request.name, COLLECTION), request.etag))

    async def ReviewAlert(self, request: pb.ReviewAlertRequest, context: Any) -> pb.Alert:
        """审核."""
        return await self._run(request, lambda tx: drafting.review(tx, id_of(request.name, COLLECTION), request.etag, request.remark))

    async def ReturnAlert(self, request: pb.AlertReasonRequest, context: Any) -> pb.Alert:
        """退回."""
        return await self._step(request, lambda alert, tx: alert.return_(request.reason, Signer(tx.caller.id, tx.caller.org)))

    async def ApproveAlert(self, request: pb.ApproveAlertRequest, context: Any) -> pb.Alert:
        """签发."""
        alert_id = id_of(request.name, COLLECTION)
        return await self._run(request, lambda tx: drafting.approve(tx, alert_id, request.etag, request.content_hash, request.remark))

    async def ApproveAlertUrgent(self, request: pb.ApproveAlertRequest, context: Any) -> pb.Alert:
        """紧急签发."""
        alert_id = id_of(request.name, COLLECTION)
        return await self._run(request, lambda tx: drafting.approve_urgent(tx, self._desk, alert_id, request.etag, request.content_hash, request.remark))

    async def PostReviewAlert(self, request: pb.ReviewAlertRequest, context: Any) -> pb.Alert:
        """补审."""
        return await self._run(request, lambda tx: drafting.post_review(tx, id_of(request.name, COLLECTION), request.etag, request.remark))

    async def PublishAlert(self, request: pb.AlertRequest, context: Any) -> pb.Alert:
        """发布."""
        return await self._run(request, lambda tx: publishing.publish(tx, self._desk, id_of(request.name, COLLECTION), request.etag))

    async def RecallAlert(self, request: pb.AlertReasonRequest, context: Any) -> pb.Alert:
        """撤回."""
        return await self._step(request, lambda alert, _: alert.recall(request.reason))

    async def DiscardAlert(self, request: pb.AlertReasonRequest, context: Any) -> pb.Alert:
        """作废."""
        return await self._step(request, lambda alert, _: alert.discard(request.reason))

    async def ForwardAlertToUpper(self, request: pb.AlertReasonRequest, context: Any) -> pb.Alert:
        """报请上级发布."""
        return await self._run(request, lambda tx: drafting.forward(tx, self._desk, id_of(request.name, COLLECTION), request.etag, request.reason))

    async def LinkAlertIncident(self, request: pb.LinkAlertIncidentRequest, context: Any) -> pb.Alert:
        """关联事件."""
        return await self._run(request, lambda tx: drafting.link_incident(tx, id_of(request.name, COLLECTION), request.etag, request.incident))

    async def GetAlert(self, request: pb.GetAlertRequest, context: Any) -> pb.Alert:
        """One alert."""
        return codec.alert(await reading.get(self._engine, current_call.get().caller, id_of(request.name, COLLECTION)))

    async def ListAlerts(self, request: pb.ListAlertsRequest, context: Any) -> pb.ListAlertsResponse:
        """A page of alerts."""
        states = (*all_words(request, "states"), *filter(None, (word(request, "state"),)))
        found, token = await reading.alerts(
            self._engine, current_call.get().caller, request.page_size, request.page_token, states=states, exercise_id=request.exercise_id,
            incident=request.incident, event_prefix=request.event_prefix,
        )  # fmt: skip
        return pb.ListAlertsResponse(alerts=map(codec.alert, found), next_page_token=token)

    async def GetAlertChain(self, request: pb.GetAlertRequest, context: Any) -> pb.AlertChain:
        """The chain of an alert."""
        return codec.chain(*await reading.chain(self._engine, current_call.get().caller, id_of(request.name, COLLECTION)))

    async def GetAlertHead(self, request: pb.GetAlertRequest, context: Any) -> pb.Alert:
        """The head of an alert's chain."""
        return codec.alert(await reading.head(self._engine, current_call.get().caller, id_of(request.name, COLLECTION)))

    async def GetAlertDocument(self, request: pb.GetAlertRequest, context: Any) -> pb.AlertDocument:
        """The CAP document."""
        found = await reading.document(self._engine, current_call.get().caller, id_of(request.name, COLLECTION), self._clock.now())
        return codec.document(found.alert, found.content, found.findings)

    async def ListAlertChains(self, request: pb.ListAlertChainsRequest, context: Any) -> pb.ListAlertChainsResponse:
        """A page of pre-alert periods."""
        found, token = await reading.chains(self._engine, current_call.get().caller, request.page_size, request.page_token, word(request, "state"))
        return pb.ListAlertChainsResponse(alert_chains=map(codec.chain, found), next_page_token=token)

    async def ListAlertDebts(self, request: pb.ListAlertDebtsRequest, context: Any) -> pb.ListAlertDebtsResponse:
        """A page of debts."""
        found, token = await reading.debts(self._engine, current_call.get().caller, request.page_size, request.page_token)
        return pb.ListAlertDebtsResponse(alerts=map(codec.alert, found), next_page_token=token)

    async def ListAlertNotices(self, request: pb.ListAlertNoticesRequest, context: Any) -> pb.ListAlertNoticesResponse:
        """A page of notices."""
        alert_id, caller = ref(request.alert, COLLECTION, "alert"), current_call.get().caller
        found, token = await reading.notices(self._engine, caller, request.page_size, request.page_token, alert_id, word(request, "state"))
        return pb.ListAlertNoticesResponse(alert_notices=map(codec.notice, found), next_page_token=token)

    async def AcknowledgeAlertNotice(self, request: pb.AcknowledgeAlertNoticeRequest, context: Any) -> pb.AlertNotice:
        """签收."""
        notice_id = id_of(request.name, "alertNotices")
        return await self._journal.run(
            request, pb.AlertNotice, lambda tx: publishing.acknowledge_notice(tx, notice_id, request.etag, request.remark), codec.notice
        )
