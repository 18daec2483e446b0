"""AllocationService."""

from typing import Any

from chassis.identity import current_call
from chassis.ids import checked_id, id_of
from chassis.messages import Catalogue
from chassis.process import Parts
from fenghuo.dispatch.v1 import allocations_pb2 as pb
from fenghuo.dispatch.v1 import allocations_pb2_grpc
from services.dispatch.codec import allocations as codec
from services.dispatch.codec.assignments import answer_within
from services.dispatch.codec.fields import word
from services.dispatch.model.allocation import AllocationProposal
from services.dispatch.use_cases import allocation_commit, allocations
from services.dispatch.use_cases.picture import Picture

COLLECTION = "allocationProposals"


class AllocationServicer(allocations_pb2_grpc.AllocationServiceServicer):
    """Serves AllocationService."""

    def __init__(self, parts: Parts, picture: Picture) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock, self._picture = parts.clock, picture
        self._texts = Catalogue.load(parts.settings.messages_dir)

    def _told(self, proposal: AllocationProposal) -> pb.AllocationProposal:
        return codec.proposal(proposal, self._texts)

    async def ProposeAllocation(self, request: pb.ProposeAllocationRequest, context: Any) -> pb.AllocationProposal:
        """提出方案."""
        row_id, spec = checked_id(request.allocation_proposal_id, "allocation_proposal_id"), codec.spec(request.spec)
        return await self._journal.run(request, pb.AllocationProposal, lambda tx: allocations.propose(tx, row_id, spec, request.region_code), self._told)

    async def GetAllocationProposal(self, request: pb.GetAllocationProposalRequest, context: Any) -> pb.AllocationProposal:
        """One proposal with its lines."""
        proposal, plan = await allocations.get(self._engine, current_call.get().caller, id_of(request.name, COLLECTION))
        return codec.proposal(proposal, self._texts, plan)

    async def ListAllocationProposals(self, request: pb.ListAllocationProposalsRequest, context: Any) -> pb.ListAllocationProposalsResponse:
        """A page of proposals."""
        caller, state = current_call.get().caller, word(request, "state")
        found, token = await allocations.page_of(self._engine, caller, request.page_size, request.page_token, state)
        return pb.ListAllocationProposalsResponse(allocation_proposals=map(self._told, found), next_page_token=token)

    async def CancelAllocationProposal(self, request: pb.CancelAllocationProposalRequest, context: Any) -> pb.AllocationProposal:
        """撤销."""
        row_id = id_of(request.name, COLLECTION)
        return await self._journal.run(request, pb.AllocationProposal, lambda tx: allocations.cancel(tx, row_id, request.etag, request.reason), self._told)

    async def CompareAllocations(self, request: pb.CompareAllocationsRequest, context: Any) -> pb.CompareAllocationsResponse:
        """比较."""
        row_id, against = id_of(request.name, COLLECTION), id_of(request.against, COLLECTION, "against") if request.against else ""
        found = await allocations.compare(self._engine, current_call.get().caller, row_id, against)
        before, after = map(codec.figures, found.totals)
        incidents = [codec.incident(*each) for each in found.incidents]
        return pb.CompareAllocationsResponse(incidents=incidents, areas=map(codec.area, found.areas), before=before, after=after)

    async def CommitAllocation(self, request: pb.CommitAllocationRequest, context: Any) -> pb.CommitAllocationResponse:
        """执行."""
        row_id, window, numbers = id_of(request.name, COLLECTION), answer_within(request.answer_within_s), sorted(request.lines)
        ways_s = await allocation_commit.ways(self._engine, self._picture, row_id, numbers, self._clock.now())
        return await self._journal.run(
            request,
            pb.CommitAllocationResponse,
            lambda tx: allocation_commit.commit(tx, row_id, request.etag, numbers, window, ways_s),
            lambda done: codec.committed(done, self._texts),
        )
