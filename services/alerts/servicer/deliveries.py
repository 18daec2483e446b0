"""DeliveryService and FeedService."""

from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.process import Parts
from fenghuo.alerts.v1 import deliveries_pb2 as pb
from fenghuo.alerts.v1 import deliveries_pb2_grpc, feed_pb2, feed_pb2_grpc
from services.alerts.codec import deliveries as codec
from services.alerts.codec.alerts import feed_document
from services.alerts.codec.fields import moment, ref, word
from services.alerts.use_cases import channels, reading, receipts
from services.alerts.use_cases.desk import Desk

ATOM = "application/atom+xml; charset=utf-8"
CAP = "application/cap+xml; charset=utf-8"
DEVICE = "gateway_device"


class DeliveryServicer(deliveries_pb2_grpc.DeliveryServiceServicer):
    """Serves DeliveryService."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._engine, self._journal, self._desk = parts.engine, parts.journal, desk

    async def CreateChannelTarget(self, request: pb.CreateChannelTargetRequest, context: Any) -> pb.ChannelTarget:
        """Set up a target."""
        target = codec.new_target(request)
        return await self._journal.run(request, pb.ChannelTarget, lambda tx: channels.create_target(tx, target, self._desk.district), codec.target_kept)

    async def UpdateChannelTarget(self, request: pb.UpdateChannelTargetRequest, context: Any) -> pb.ChannelTarget:
        """Change a target."""
        target_id, changes = id_of(request.name, "channelTargets"), codec.changes(request)
        return await self._journal.run(request, pb.ChannelTarget, lambda tx: channels.update_target(tx, target_id, request.etag, changes), codec.target_kept)

    async def DeleteChannelTarget(self, request: pb.DeleteChannelTargetRequest, context: Any) -> pb.ChannelTarget:
        """Out of use for good."""
        target_id = id_of(request.name, "channelTargets")
        return await self._journal.run(request, pb.ChannelTarget, lambda tx: channels.delete_target(tx, target_id, request.etag), codec.target_kept)

    async def GetChannelTarget(self, request: pb.GetChannelTargetRequest, context: Any) -> pb.ChannelTarget:
        """One target."""
        return codec.target(await channels.target(self._engine, current_call.get().caller, id_of(request.name, "channelTargets")))

    async def ListChannelTargets(self, request: pb.ListChannelTargetsRequest, context: Any) -> pb.ListChannelTargetsResponse:
        """A page of targets, without their recipients."""
        found, token = await channels.targets(self._engine, current_call.get().caller, request.page_size, request.page_token, word(request, "channel"))
        return pb.ListChannelTargetsResponse(channel_targets=map(codec.target_kept, found), next_page_token=token)

    async def GetDelivery(self, request: pb.GetDeliveryRequest, context: Any) -> pb.Delivery:
        """One delivery."""
        return codec.delivery(await channels.delivery(self._engine, current_call.get().caller, id_of(request.name, "deliveries")))

    async def ListDeliveries(self, request: pb.ListDeliveriesRequest, context: Any) -> pb.ListDeliveriesResponse:
        """A page of deliveries."""
        alert_id, caller = ref(request.alert, "alerts", "alert"), current_call.get().caller
        found, token = await channels.deliveries(self._engine, caller, request.page_size, request.page_token, alert_id, word(request, "state"))
        return pb.ListDeliveriesResponse(deliveries=map(codec.delivery, found), next_page_token=token)

    async def RetryDelivery(self, request: pb.RetryDeliveryRequest, context: Any) -> pb.Delivery:
        """Send a failed one again."""
        row_id = id_of(request.name, "deliveries")
        return await self._journal.run(request, pb.Delivery, lambda tx: channels.retry(tx, row_id, request.etag), codec.delivery)

    async def SettleDelivery(self, request: pb.SettleDeliveryRequest, context: Any) -> pb.Delivery:
        """Settle an unknown one."""
        row_id = id_of(request.name, "deliveries")
        return await self._journal.run(
            request, pb.Delivery, lambda tx: channels.settle(tx, row_id, request.etag, request.remark, sent=request.sent), codec.delivery
        )

    async def RecordReceipt(self, request: pb.RecordReceiptRequest, context: Any) -> pb.Receipt:
        """Whom a channel reached."""
        source = "device" if DEVICE in current_call.get().caller.roles else "hand"
        target_id = ref(request.target, "channelTargets", "target")
        report = receipts.Report(
            request.village, word(request, "channel"), target_id, request.reached, word(request, "outside_channel"), request.failed,
            moment(request, "receipt_time"), request.evidence_ref, source,
        )  # fmt: skip
        return await self._journal.run(request, pb.Receipt, lambda tx: receipts.record(tx, self._desk, id_of(request.name, "alerts"), report), codec.receipt)

    async def ListReceipts(self, request: pb.ListReceiptsRequest, context: Any) -> pb.ListReceiptsResponse:
        """A page of receipts."""
        alert_id, caller = ref(request.alert, "alerts", "alert"), current_call.get().caller
        found, token = await receipts.page_of(self._engine, caller, request.page_size, request.page_token, alert_id)
        return pb.ListReceiptsResponse(receipts=map(codec.receipt, found), next_page_token=token)

    async def GetCoverage(self, request: pb.GetCoverageRequest, context: Any) -> pb.Coverage:
        """Coverage of an alert."""
        return codec.coverage(await receipts.of(self._engine, self._desk, current_call.get().caller, id_of(request.name, "alerts")))


class FeedServicer(feed_pb2_grpc.FeedServiceServicer):
    """Serves FeedService: what anybody may read."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._engine, self._clock, self._desk = parts.engine, parts.clock, desk

    async def GetFeed(self, request: feed_pb2.GetFeedRequest, context: Any) -> feed_pb2.FeedDocument:
        """The feed as Atom."""
        data, updated = await reading.feed(self._engine, self._desk, request.base_address, self._clock.now())
        return feed_document(data, ATOM, updated)

    async def GetCapDocument(self, request: feed_pb2.GetCapDocumentRequest, context: Any) -> feed_pb2.FeedDocument:
        """One published document."""
        alert = await reading.public_document(self._engine, request.identifier, ref(request.name, "alerts", "name"))
        return feed_document(alert.document, CAP, alert.publish_time or alert.update_time)
