"""MatchingService."""

from typing import Any

from chassis.identity import current_call
from chassis.messages import Catalogue
from chassis.process import Parts
from fenghuo.experts.v1 import matching_pb2 as pb
from fenghuo.experts.v1 import matching_pb2_grpc
from services.experts.codec import matching as codec
from services.experts.use_cases import matching


class MatchingServicer(matching_pb2_grpc.MatchingServiceServicer):
    """Serves MatchingService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._clock = parts.clock
        self._texts = Catalogue.load(parts.settings.messages_dir)

    async def MatchExperts(self, request: pb.MatchExpertsRequest, context: Any) -> pb.MatchExpertsResponse:
        """Who could advise, and who is left out."""
        found = await matching.find(self._engine, current_call.get().caller, codec.wanted(request, self._clock.now()))
        return codec.response(found.matches, found.people, found.register, self._texts, request.limit)

    async def GetTaxonomy(self, request: pb.GetTaxonomyRequest, context: Any) -> pb.Taxonomy:
        """Hazards and disciplines."""
        return codec.taxonomy()
