"""Composition root of dispatch."""

from functools import partial

from chassis.process import Definition, Parts, Wiring, serve
from fenghuo.dispatch.v1 import incidents_pb2_grpc
from services.dispatch import consumers, events, tables
from services.dispatch.servicer.incidents import IncidentServicer
from services.dispatch.settings import Settings


def build(parts: Parts) -> Wiring:
    """Wire the service."""
    return Wiring(
        servicers=[partial(incidents_pb2_grpc.add_IncidentServiceServicer_to_server, IncidentServicer(parts))],
        subscriptions=consumers.SUBSCRIPTIONS,
    )


DEFINITION = Definition(name="dispatch", settings=Settings, metadata=tables.METADATA, encode=events.encode, build=build)

if __name__ == "__main__":
    serve(DEFINITION)
