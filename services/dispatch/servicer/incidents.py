"""IncidentService."""

from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.process import Parts
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import incidents_pb2_grpc
from services.dispatch.codec import incidents as codec
from services.dispatch.use_cases import incidents


class IncidentServicer(incidents_pb2_grpc.IncidentServiceServicer):
    """Serves IncidentService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def RegisterIncident(self, request: pb.RegisterIncidentRequest, context: Any) -> pb.Incident:
        """接报."""
        return await self._journal.run(request, pb.Incident, lambda tx: incidents.register(tx, codec.registered(request, tx.now)), codec.incident)

    async def VerifyIncident(self, request: pb.VerifyIncidentRequest, context: Any) -> pb.Incident:
        """核实."""
        incident_id = id_of(request.name, "incidents")
        return await self._journal.run(request, pb.Incident, lambda tx: incidents.verify(tx, incident_id, request.etag, request.verifier), codec.incident)

    async def GetIncident(self, request: pb.GetIncidentRequest, context: Any) -> pb.Incident:
        """One incident."""
        return codec.incident(await incidents.get(self._engine, current_call.get().caller, id_of(request.name, "incidents")))

    async def ListIncidents(self, request: pb.ListIncidentsRequest, context: Any) -> pb.ListIncidentsResponse:
        """A page of incidents."""
        caller = current_call.get().caller
        found, token = await incidents.page_of(self._engine, caller, request.page_size, request.page_token, codec.state(request.state))
        return pb.ListIncidentsResponse(incidents=map(codec.incident, found), next_page_token=token)
