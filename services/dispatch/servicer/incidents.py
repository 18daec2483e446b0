"""IncidentService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import incidents_pb2_grpc
from services.dispatch.codec import incidents as codec
from services.dispatch.codec.fields import ref, word
from services.dispatch.model.incident import Incident
from services.dispatch.use_cases import incidents, response
from services.dispatch.use_cases.places import Places

Answer = pb.Incident


class IncidentServicer(incidents_pb2_grpc.IncidentServiceServicer):
    """Serves IncidentService."""

    def __init__(self, parts: Parts, places: Places) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._places = places

    async def _run(self, request: Any, work: Callable[[Transaction, str], Awaitable[Incident]]) -> Answer:
        incident_id = id_of(request.name, "incidents")
        return await self._journal.run(request, pb.Incident, lambda tx: work(tx, incident_id), codec.incident)

    async def RegisterIncident(self, request: pb.RegisterIncidentRequest, context: Any) -> Answer:
        """接报."""
        signal_id = ref(request, "signal", "signals")

        async def work(tx: Transaction) -> Incident:
            return await incidents.register(tx, codec.registered(request, tx.now), self._places, signal_id)

        return await self._journal.run(request, pb.Incident, work, codec.incident)

    async def VerifyIncident(self, request: pb.VerifyIncidentRequest, context: Any) -> Answer:
        """核实."""
        return await self._run(request, lambda tx, name: incidents.verify(tx, name, request.etag, request.verifier))

    async def ConfirmIncident(self, request: pb.ConfirmIncidentRequest, context: Any) -> Answer:
        """确认."""
        return await self._run(request, lambda tx, name: incidents.confirm(tx, name, request.etag, codec.confirmed(request), self._places))

    async def DismissIncident(self, request: pb.DismissIncidentRequest, context: Any) -> Answer:
        """误报."""
        return await self._run(request, lambda tx, name: incidents.dismiss(tx, name, request.etag, request.reason, request.verifier))

    async def TransferIncident(self, request: pb.TransferIncidentRequest, context: Any) -> Answer:
        """移送."""
        return await self._run(request, lambda tx, name: incidents.transfer(tx, name, request.etag, request.organisation, request.receipt, request.reason))

    async def MergeIncident(self, request: pb.MergeIncidentRequest, context: Any) -> Answer:
        """并案."""
        target_id = ref(request, "target", "incidents")
        return await self._run(request, lambda tx, name: incidents.merge(tx, name, request.etag, target_id, request.reason))

    async def UpdateIncidentFacts(self, request: pb.UpdateIncidentFactsRequest, context: Any) -> Answer:
        """More is known."""
        return await self._run(request, lambda tx, name: incidents.update_facts(tx, name, request.etag, codec.updated(request), self._places))

    async def RegradeIncident(self, request: pb.RegradeIncidentRequest, context: Any) -> Answer:
        """By a person."""
        return await self._run(request, lambda tx, name: incidents.regrade(tx, name, request.etag, request.level, request.reason))

    async def JudgePotential(self, request: pb.JudgePotentialRequest, context: Any) -> Answer:
        """What it may become."""
        return await self._run(request, lambda tx, name: incidents.judge_potential(tx, name, request.etag, request.level, request.reason))

    async def DeclareStable(self, request: pb.DeclareStableRequest, context: Any) -> Answer:
        """No more zero reports."""
        return await self._run(request, lambda tx, name: incidents.declare_stable(tx, name, request.etag, request.reason))

    async def ControlIncident(self, request: pb.ControlIncidentRequest, context: Any) -> Answer:
        """已控制."""
        return await self._run(request, lambda tx, name: response.control(tx, name, request.etag, request.statement))

    async def FlareUpIncident(self, request: pb.FlareUpIncidentRequest, context: Any) -> Answer:
        """复燃/反弹."""
        return await self._run(request, lambda tx, name: response.flare_up(tx, name, request.etag, request.reason))

    async def EndResponse(self, request: pb.EndResponseRequest, context: Any) -> Answer:
        """响应结束."""
        return await self._run(request, lambda tx, name: response.end_response(tx, name, request.etag, request.remark))

    async def EvaluateIncident(self, request: pb.EvaluateIncidentRequest, context: Any) -> Answer:
        """评估."""
        return await self._run(request, lambda tx, name: response.evaluate(tx, name, request.etag))

    async def CloseIncident(self, request: pb.CloseIncidentRequest, context: Any) -> Answer:
        """办结."""
        return await self._run(request, lambda tx, name: response.close(tx, name, request.etag, tuple(request.debts)))

    async def ArchiveIncident(self, request: pb.ArchiveIncidentRequest, context: Any) -> Answer:
        """归档."""
        outcome = word(request, "personal_data_outcome")
        return await self._run(request, lambda tx, name: response.archive(tx, name, request.etag, outcome, request.note))

    async def ReopenIncident(self, request: pb.ReopenIncidentRequest, context: Any) -> Answer:
        """重启."""
        return await self._run(request, lambda tx, name: response.reopen(tx, name, request.etag, request.reason))

    async def GetIncident(self, request: pb.GetIncidentRequest, context: Any) -> Answer:
        """One incident."""
        return codec.incident(await incidents.get(self._engine, current_call.get().caller, id_of(request.name, "incidents")))

    async def ListIncidents(self, request: pb.ListIncidentsRequest, context: Any) -> pb.ListIncidentsResponse:
        """A page of incidents."""
        found, token = await incidents.page_of(
            self._engine,
            current_call.get().caller,
            request.page_size,
            request.page_token,
            states=codec.states(request),
            exercise_id=request.exercise_id,
            order_by=request.order_by,
            event_prefix=request.event_prefix,
            parent_id=ref(request, "parent", "incidents"),
        )
        return pb.ListIncidentsResponse(incidents=map(codec.incident, found), next_page_token=token)

    async def GetGradeHistory(self, request: pb.GetGradeHistoryRequest, context: Any) -> pb.GradeHistory:
        """Every assessment."""
        return codec.grades(await incidents.grades(self._engine, current_call.get().caller, id_of(request.name, "incidents")))

    async def SuggestDuplicates(self, request: pb.SuggestDuplicatesRequest, context: Any) -> pb.SuggestDuplicatesResponse:
        """What may be the same event."""
        found = await incidents.suggest(self._engine, current_call.get().caller, id_of(request.name, "incidents"))
        return pb.SuggestDuplicatesResponse(duplicates=codec.duplicates(found))
