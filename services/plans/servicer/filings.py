"""PlanFilingService."""

from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.process import Parts
from fenghuo.plans.v1 import filings_pb2 as pb
from fenghuo.plans.v1 import filings_pb2_grpc
from services.plans.codec import plans as codec
from services.plans.codec.fields import word
from services.plans.codec.responses import optional_id
from services.plans.use_cases import filings


class PlanFilingServicer(filings_pb2_grpc.PlanFilingServiceServicer):
    """Serves PlanFilingService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def GetPlanFiling(self, request: pb.GetPlanFilingRequest, context: Any) -> pb.PlanFiling:
        """One filing."""
        return codec.filing(await filings.get(self._engine, current_call.get().caller, id_of(request.name, "planFilings")))

    async def ListPlanFilings(self, request: pb.ListPlanFilingsRequest, context: Any) -> pb.ListPlanFilingsResponse:
        """A page of filings."""
        caller, plan_id = current_call.get().caller, optional_id(request.plan, "plans", "plan")
        found, token = await filings.page_of(self._engine, caller, request.page_size, request.page_token, plan_id, word(request, "state"))
        return pb.ListPlanFilingsResponse(filings=map(codec.filing, found), next_page_token=token)

    async def SubmitPlanFiling(self, request: pb.SubmitPlanFilingRequest, context: Any) -> pb.PlanFiling:
        """报送备案."""
        filing_id, papers = id_of(request.name, "planFilings"), (request.formal_text_ref, request.electronic_text_ref, request.drafting_note_ref)
        return await self._journal.run(request, pb.PlanFiling, lambda tx: filings.submit(tx, filing_id, request.etag, request.to_org, papers), codec.filing)

    async def ReturnPlanFiling(self, request: pb.PlanFilingStepRequest, context: Any) -> pb.PlanFiling:
        """退回."""
        filing_id = id_of(request.name, "planFilings")
        return await self._journal.run(
            request, pb.PlanFiling, lambda tx: filings.change(tx, filing_id, request.etag, lambda filing: filing.return_(request.reason)), codec.filing
        )

    async def AcceptPlanFiling(self, request: pb.PlanFilingStepRequest, context: Any) -> pb.PlanFiling:
        """备案登记."""
        filing_id = id_of(request.name, "planFilings")
        return await self._journal.run(
            request, pb.PlanFiling, lambda tx: filings.change(tx, filing_id, request.etag, lambda filing: filing.accept()), codec.filing
        )
