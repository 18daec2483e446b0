"""Composition root of experts."""

from functools import partial

from chassis.process import Definition, Parts, Wiring, serve
from fenghuo.experts.v1 import call_ups_pb2_grpc, expert_groups_pb2_grpc, experts_pb2_grpc, invitations_pb2_grpc, matching_pb2_grpc, opinions_pb2_grpc
from fenghuo.experts.v1 import organisations_pb2_grpc as org_grpc
from services.experts import consumers, errors, events, tables
from services.experts.servicer.call_ups import CallUpServicer
from services.experts.servicer.experts import ExpertServicer
from services.experts.servicer.invitations import InvitationServicer
from services.experts.servicer.matching import MatchingServicer
from services.experts.servicer.opinions import ExpertGroupServicer, OpinionServicer
from services.experts.servicer.organisations import OrganisationServicer
from services.experts.settings import Settings
from services.experts.use_cases import call_ups, experts, invitations

RINGS = {
    experts.EXPIRE: experts.expire,
    experts.STALE: experts.go_stale,
    experts.PURGE: experts.purge,
    call_ups.ANSWER: invitations.time_out,
    call_ups.UNDELIVERED: invitations.undelivered,
}


def build(parts: Parts) -> Wiring:
    """Wire the service."""
    return Wiring(
        servicers=[
            partial(experts_pb2_grpc.add_ExpertServiceServicer_to_server, ExpertServicer(parts)),
            partial(org_grpc.add_OrganisationServiceServicer_to_server, OrganisationServicer(parts)),
            partial(matching_pb2_grpc.add_MatchingServiceServicer_to_server, MatchingServicer(parts)),
            partial(call_ups_pb2_grpc.add_CallUpServiceServicer_to_server, CallUpServicer(parts)),
            partial(invitations_pb2_grpc.add_InvitationServiceServicer_to_server, InvitationServicer(parts)),
            partial(opinions_pb2_grpc.add_OpinionServiceServicer_to_server, OpinionServicer(parts)),
            partial(expert_groups_pb2_grpc.add_ExpertGroupServiceServicer_to_server, ExpertGroupServicer(parts)),
        ],
        subscriptions=consumers.SUBSCRIPTIONS,
        rings=RINGS,
    )


DEFINITION = Definition(name="experts", settings=Settings, metadata=tables.METADATA, encode=events.encode, build=build, constraints=errors.CONSTRAINTS)

if __name__ == "__main__":
    serve(DEFINITION)
