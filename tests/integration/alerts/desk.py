"""The alert desk of the tests: its people, its table of authorities, its channels, and the alerts they write."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from fenghuo.alerts.v1 import alerts_pb2 as pb
from fenghuo.alerts.v1 import (
    alerts_pb2_grpc,
    authorities_pb2,
    authorities_pb2_grpc,
    deliveries_pb2,
    deliveries_pb2_grpc,
    external_alerts_pb2_grpc,
    feed_pb2_grpc,
    observations_pb2_grpc,
)
from fenghuo.alerts.v1.alert_events_pb2 import AlertEvent
from fenghuo.alerts.v1.delivery_events_pb2 import DeliveryEvent
from tests.fixtures.service import Running

DAY = "2026-07-29T"
P1 = ((39.10, 106.27), (39.10, 106.36), (39.02, 106.40), (38.99, 106.40), (38.99, 106.33), (39.10, 106.27))
P2 = ((39.08, 106.26), (39.08, 106.34), (39.02, 106.38), (38.99, 106.38), (38.99, 106.32), (39.08, 106.26))
LONGQUAN, CHAOHU, CHANGSHENG = "640202001201", "640202001200", "640202001202"
ALERTS, DELIVERIES = "fenghuo.alerts.alert.v1", "fenghuo.alerts.delivery.v1"


@dataclass
class Desk:
    """A running alerts service with its stubs."""

    run: Running

    def __post_init__(self) -> None:
        channel = self.run.channel
        self.alerts = alerts_pb2_grpc.AlertServiceStub(channel)
        self.authorities = authorities_pb2_grpc.AuthorityServiceStub(channel)
        self.deliveries = deliveries_pb2_grpc.DeliveryServiceStub(channel)
        self.external = external_alerts_pb2_grpc.ExternalAlertServiceStub(channel)
        self.feed = feed_pb2_grpc.FeedServiceStub(channel)
        self.observations = observations_pb2_grpc.ObservationServiceStub(channel)

    async def authority(self, levels: tuple[int, ...] = (3, 4), **more: Any) -> None:
        """A row for the organisation of the tests."""
        request = authorities_pb2.CreateAuthorityRequest(org="test", levels=levels, region_code="640202", **more)
        await self.run.call(self.authorities.CreateAuthority, request, "administrator")

    async def target(self, name: str, channel: int, **more: Any) -> None:
        """A target in use."""
        request = deliveries_pb2.CreateChannelTargetRequest(channel_target_id=name, channel=channel, title=name, enabled=True, **more)  # type: ignore[arg-type]
        await self.run.call(self.deliveries.CreateChannelTarget, request, "administrator")

    async def draft(self, said: pb.AlertContent | None = None, **more: Any) -> pb.Alert:
        """A first alert, drafted by the editor."""
        made: pb.Alert = await self.run.call(self.alerts.CreateAlert, pb.CreateAlertRequest(content=said or content(), **more), "alert_editor")
        return made

    async def submit(self, name: str, user: str = "alert_editor") -> pb.Alert:
        """Submitted."""
        made: pb.Alert = await self.run.call(self.alerts.SubmitAlert, pb.AlertRequest(name=name), user)
        return made

    async def approve(self, name: str, user: str = "alert_issuer") -> pb.Alert:
        """Approved."""
        seen = (await self.get(name)).content_hash
        made: pb.Alert = await self.run.call(self.alerts.ApproveAlert, pb.ApproveAlertRequest(name=name, content_hash=seen), user)
        return made

    async def publish(self, name: str, user: str = "alert_issuer") -> pb.Alert:
        """Published."""
        made: pb.Alert = await self.run.call(self.alerts.PublishAlert, pb.AlertRequest(name=name), user)
        return made

    async def issue(self, said: pb.AlertContent | None = None, **more: Any) -> pb.Alert:
        """From draft to published, by two people."""
        return await self.finish(await self.draft(said, **more))

    async def finish(self, alert: pb.Alert) -> pb.Alert:
        """From a draft to published, by two people."""
        await self.submit(alert.name)
        await self.approve(alert.name)
        return await self.publish(alert.name)

    async def update(self, head: str, said: pb.AlertContent | None = None) -> pb.Alert:
        """An update of a head, drafted."""
        made: pb.Alert = await self.run.call(self.alerts.DraftUpdate, pb.DraftUpdateRequest(name=head, content=said), "alert_editor")
        return made

    async def cancel(self, head: str) -> pb.Alert:
        """A cancellation of a head, drafted."""
        made: pb.Alert = await self.run.call(self.alerts.DraftCancel, pb.DraftCancelRequest(name=head, reason="洪水已退，危险解除"), "alert_editor")
        return made

    async def get(self, name: str) -> pb.Alert:
        """As it is now."""
        made: pb.Alert = await self.run.call(self.alerts.GetAlert, pb.GetAlertRequest(name=name), "observer")
        return made

    async def receipt(self, alert: str, village: str, channel: int, reached: int, **more: Any) -> None:
        """A receipt by hand."""
        request = deliveries_pb2.RecordReceiptRequest(name=alert, village=village, channel=channel, reached=reached, **more)  # type: ignore[arg-type]
        await self.run.call(self.deliveries.RecordReceipt, request, "duty_officer")

    async def coverage(self, alert: str) -> deliveries_pb2.Coverage:
        """Coverage now."""
        made: deliveries_pb2.Coverage = await self.run.call(self.deliveries.GetCoverage, deliveries_pb2.GetCoverageRequest(name=alert), "observer")
        return made

    async def rows(self, alert: str) -> dict[str, deliveries_pb2.Delivery]:
        """Deliveries of an alert by target."""
        found = await self.run.call(self.deliveries.ListDeliveries, deliveries_pb2.ListDeliveriesRequest(alert=alert), "observer")
        return {row.target.removeprefix("channelTargets/"): row for row in found.deliveries}

    async def facts(self, topic: str = ALERTS) -> list[tuple[str, Any]]:
        """Every fact of a topic, by name."""
        events = await self.run.published(topic, AlertEvent if topic == ALERTS else DeliveryEvent)
        return [(event.header.type, getattr(event, event.WhichOneof("event"))) for event in events]


def content(level: int = 3, ring: tuple[tuple[float, float], ...] = P1, hours: float | None = 6, **more: Any) -> pb.AlertContent:
    """A flash flood warning of scenario A."""
    said = pb.AlertContent(event_code="11A51", level=level, sender_name="大武口区人民政府", certainty="Likely", **more)
    area = said.areas.add(description="大武口区长胜街道沿山村")
    if ring:
        polygon = area.polygons.add()
        for lat, lon in ring:
            polygon.points.add(lat=lat, lon=lon)
    said.infos.add(headline="大武口区山洪灾害预警", description="沿山沟道可能发生山洪。", instruction="沿山村民立即远离沟道。")
    if hours is not None:
        said.onset_time.FromDatetime(datetime.fromisoformat(f"{DAY}14:30:00+08:00"))
        said.expire_time.FromDatetime(datetime.fromisoformat(f"{DAY}14:30:00+08:00") + timedelta(hours=hours))
    return said


def reason(error: grpc.aio.AioRpcError) -> tuple[str, dict[str, str]]:
    """Reason and details of a refusal."""
    raw = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(raw if isinstance(raw, bytes) else raw.encode())
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    return info.reason, dict(info.metadata)
