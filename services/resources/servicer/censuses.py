"""CensusService."""

from typing import Any

from chassis.ids import id_of
from fenghuo.resources.v1 import censuses_pb2, censuses_pb2_grpc
from services.resources.codec.fields import show
from services.resources.model.census import Census
from services.resources.servicer.door import Door, optional_id
from services.resources.use_cases import censuses


class CensusServicer(Door, censuses_pb2_grpc.CensusServiceServicer):
    """Serves CensusService."""

    async def ScheduleCensus(self, request: censuses_pb2.ScheduleCensusRequest, context: Any) -> censuses_pb2.Census:
        """计划普查."""
        return await self._new(request, censuses_pb2.Census, "census_id", Census, censuses.plan, region_code="", due_at=self._clock.now())

    async def CountCensus(self, request: censuses_pb2.CountCensusRequest, context: Any) -> censuses_pb2.Census:
        """清点."""
        counted = {id_of(line.lot, "lots", "lines.lot"): (line.counted, line.remark) for line in request.lines}
        return await self._do(request, censuses_pb2.Census, "censuses", lambda tx, id_, etag: censuses.count(tx, id_, etag, counted))

    async def ReviewCensus(self, request: censuses_pb2.ReviewCensusRequest, context: Any) -> censuses_pb2.Census:
        """复核."""
        return await self._do(request, censuses_pb2.Census, "censuses", lambda tx, id_, etag: censuses.review(tx, id_, etag))

    async def PostCensus(self, request: censuses_pb2.PostCensusRequest, context: Any) -> censuses_pb2.Census:
        """过账."""
        return await self._do(request, censuses_pb2.Census, "censuses", lambda tx, id_, etag: censuses.post(tx, id_, etag))

    async def CloseCensus(self, request: censuses_pb2.CloseCensusRequest, context: Any) -> censuses_pb2.Census:
        """办结."""
        return await self._do(request, censuses_pb2.Census, "censuses", lambda tx, id_, etag: censuses.close(tx, id_, etag))

    async def GetCensus(self, request: censuses_pb2.GetCensusRequest, context: Any) -> censuses_pb2.Census:
        """One census."""
        return show(censuses_pb2.Census, await censuses.get(self._engine, self._caller, id_of(request.name, "censuses")))

    async def ListCensuses(self, request: censuses_pb2.ListCensusesRequest, context: Any) -> censuses_pb2.ListCensusesResponse:
        """A page of censuses."""
        found, token = await censuses.page_of(
            self._engine, self._caller, request.page_size, request.page_token, request.half, optional_id(request.store, "stores", "store")
        )
        return censuses_pb2.ListCensusesResponse(censuses=[show(censuses_pb2.Census, each) for each in found], next_page_token=token)

    async def QueryCensusCoverage(self, request: censuses_pb2.QueryCensusCoverageRequest, context: Any) -> censuses_pb2.QueryCensusCoverageResponse:
        """普查覆盖率."""
        return show(censuses_pb2.QueryCensusCoverageResponse, await censuses.coverage(self._engine, self._caller, request.half))
