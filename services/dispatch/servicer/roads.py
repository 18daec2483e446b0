"""RoadService."""

from functools import partial
from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.messages import Catalogue
from chassis.process import Parts
from fenghuo.dispatch.v1 import roads_pb2 as pb
from fenghuo.dispatch.v1 import roads_pb2_grpc
from services.dispatch.codec import roads as codec
from services.dispatch.codec.fields import point, ref, word
from services.dispatch.use_cases import roads
from services.dispatch.use_cases.picture import Picture
from services.dispatch.use_cases.places import Places


class RoadServicer(roads_pb2_grpc.RoadServiceServicer):
    """Serves RoadService."""

    def __init__(self, parts: Parts, picture: Picture, places: Places) -> None:
        self._engine, self._hot = parts.engine, parts.hot
        self._journal = parts.journal
        self._clock = parts.clock
        self._picture, self._places = picture, places
        self._texts = Catalogue.load(parts.settings.messages_dir)
        self._shown = partial(codec.closure, heeded=parts.settings.roads is not None)

    async def CreateRoadClosure(self, request: pb.CreateRoadClosureRequest, context: Any) -> pb.RoadClosure:
        """封闭道路."""
        return await self._journal.run(request, pb.RoadClosure, lambda tx: roads.create(tx, codec.created(request, tx.now), self._places), self._shown)

    async def LiftRoadClosure(self, request: pb.LiftRoadClosureRequest, context: Any) -> pb.RoadClosure:
        """解除封闭."""
        closure_id = id_of(request.name, "roadClosures")
        return await self._journal.run(request, pb.RoadClosure, lambda tx: roads.lift(tx, closure_id, request.etag, request.reason), self._shown)

    async def GetRoadClosure(self, request: pb.GetRoadClosureRequest, context: Any) -> pb.RoadClosure:
        """One closure."""
        return self._shown(await roads.get(self._engine, current_call.get().caller, id_of(request.name, "roadClosures")))

    async def ListRoadClosures(self, request: pb.ListRoadClosuresRequest, context: Any) -> pb.ListRoadClosuresResponse:
        """A page of closures."""
        caller, incident_id = current_call.get().caller, ref(request, "incident")
        found, token = await roads.page_of(self._engine, caller, request.page_size, request.page_token, incident_id, word(request, "state"))
        return pb.ListRoadClosuresResponse(road_closures=map(self._shown, found), next_page_token=token)

    async def GetRoadNetwork(self, request: pb.GetRoadNetworkRequest, context: Any) -> pb.RoadNetwork:
        """路网."""
        return codec.network(await roads.network(self._picture, self._clock.now()), self._texts)

    async def ComputeRoute(self, request: pb.ComputeRouteRequest, context: Any) -> pb.ComputeRouteResponse:
        """行车路线."""
        found = await roads.route(
            self._engine, self._hot, self._picture, current_call.get().caller, self._clock.now(), unit_id=ref(request, "unit"),
            origin=point(request, "origin"), incident_id=ref(request, "incident"), destination=point(request, "destination"),
        )  # fmt: skip
        return codec.way(found, self._texts)

    async def ComputeIsochrones(self, request: pb.ComputeIsochronesRequest, context: Any) -> pb.ComputeIsochronesResponse:
        """等时圈."""
        found = await roads.isochrones(
            self._engine, self._picture, current_call.get().caller, self._clock.now(), place=point(request, "location"),
            incident_id=ref(request, "incident"), minutes=list(request.minutes),
        )  # fmt: skip
        return codec.reach(found, self._texts)
