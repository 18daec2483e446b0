"""Composition root of alerts."""

from functools import partial

from chassis.process import Definition, Parts, Wiring, serve
from fenghuo.alerts.v1 import alerts_pb2_grpc, authorities_pb2_grpc, deliveries_pb2_grpc, external_alerts_pb2_grpc, feed_pb2_grpc, observations_pb2_grpc
from services.alerts import consumers, errors, events, tables
from services.alerts.channels.sms import DeliveryReport
from services.alerts.servicer.alerts import AlertServicer
from services.alerts.servicer.deliveries import DeliveryServicer, FeedServicer
from services.alerts.servicer.intake import AuthorityServicer, ExternalAlertServicer, ObservationServicer
from services.alerts.settings import Settings, open_channels, open_desk
from services.alerts.use_cases import drafting, publishing, receipts
from services.alerts.use_cases.sending import Courier


def build(parts: Parts) -> Wiring:
    """Wire the service."""
    desk = open_desk(parts.settings)
    courier = Courier(parts.journal, desk, {})

    async def report(found: DeliveryReport) -> bool:
        return await courier.report(found.remote_id, found.outcome)

    courier.adapters = open_channels(parts.settings, report)
    parts.journal.on_commit.append(courier.committed)
    return Wiring(
        servicers=[
            partial(alerts_pb2_grpc.add_AlertServiceServicer_to_server, AlertServicer(parts, desk)),
            partial(authorities_pb2_grpc.add_AuthorityServiceServicer_to_server, AuthorityServicer(parts)),
            partial(deliveries_pb2_grpc.add_DeliveryServiceServicer_to_server, DeliveryServicer(parts, desk)),
            partial(external_alerts_pb2_grpc.add_ExternalAlertServiceServicer_to_server, ExternalAlertServicer(parts, desk)),
            partial(feed_pb2_grpc.add_FeedServiceServicer_to_server, FeedServicer(parts, desk)),
            partial(observations_pb2_grpc.add_ObservationServiceServicer_to_server, ObservationServicer(parts, desk)),
        ],
        subscriptions=consumers.subscriptions(desk),
        rings={
            publishing.EXPIRE: publishing.ring_expire,
            publishing.COVERAGE: lambda tx, payload: receipts.ring_coverage(tx, desk, payload),
            drafting.POST_REVIEW: drafting.ring_post_review,
        },
        tasks=[courier.run],
    )


DEFINITION = Definition(name="alerts", settings=Settings, metadata=tables.METADATA, encode=events.encode, build=build, constraints=errors.CONSTRAINTS)

if __name__ == "__main__":
    serve(DEFINITION)
