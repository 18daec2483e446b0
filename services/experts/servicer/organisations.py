"""OrganisationService."""

from typing import Any

from chassis.ids import id_of
from chassis.process import Parts
from fenghuo.experts.v1 import organisations_pb2 as pb
from fenghuo.experts.v1 import organisations_pb2_grpc
from services.experts.codec import organisations as codec
from services.experts.use_cases import organisations


class OrganisationServicer(organisations_pb2_grpc.OrganisationServiceServicer):
    """Serves OrganisationService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def RegisterOrganisation(self, request: pb.RegisterOrganisationRequest, context: Any) -> pb.Organisation:
        """Register."""
        return await self._journal.run(request, pb.Organisation, lambda tx: organisations.register(tx, codec.registered(request, tx.now)), codec.organisation)

    async def UpdateOrganisation(self, request: pb.UpdateOrganisationRequest, context: Any) -> pb.Organisation:
        """Another name or parent."""
        organisation_id, parent = id_of(request.name, "organisations"), codec.parent_id(request.parent)
        return await self._journal.run(
            request,
            pb.Organisation,
            lambda tx: organisations.update(tx, organisation_id, request.etag, request.display_name, parent),
            codec.organisation,
        )

    async def GetOrganisation(self, request: pb.GetOrganisationRequest, context: Any) -> pb.Organisation:
        """One organisation."""
        return codec.organisation(await organisations.get(self._engine, id_of(request.name, "organisations")))

    async def ListOrganisations(self, request: pb.ListOrganisationsRequest, context: Any) -> pb.ListOrganisationsResponse:
        """A page of organisations."""
        found, token = await organisations.page_of(self._engine, request.page_size, request.page_token)
        return pb.ListOrganisationsResponse(organisations=map(codec.organisation, found), next_page_token=token)
