"""OpinionService and ExpertGroupService."""

from typing import Any

from chassis.identity import current_call
from chassis.ids import checked_id, id_of
from chassis.process import Parts
from fenghuo.experts.v1 import expert_groups_pb2 as gpb
from fenghuo.experts.v1 import expert_groups_pb2_grpc, opinions_pb2_grpc
from fenghuo.experts.v1 import opinions_pb2 as pb
from services.experts.codec import opinions as codec
from services.experts.codec import words
from services.experts.use_cases import groups, opinions


class OpinionServicer(opinions_pb2_grpc.OpinionServiceServicer):
    """Serves OpinionService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def SubmitOpinion(self, request: pb.SubmitOpinionRequest, context: Any) -> pb.Opinion:
        """The caller's own opinion."""
        opinion_id, invitation_id = checked_id(request.opinion_id, "opinion_id"), id_of(request.invitation, "invitations", "invitation")
        return await self._journal.run(request, pb.Opinion, lambda tx: opinions.submit(tx, opinion_id, invitation_id, codec.advice(request)), codec.opinion)

    async def RecordOpinion(self, request: pb.RecordOpinionRequest, context: Any) -> pb.Opinion:
        """An opinion that came otherwise."""
        opinion_id, invitation_id = checked_id(request.opinion_id, "opinion_id"), id_of(request.invitation, "invitations", "invitation")
        return await self._journal.run(
            request, pb.Opinion, lambda tx: opinions.record(tx, opinion_id, invitation_id, codec.advice(request), request.signature), codec.opinion
        )

    async def SubmitJointOpinion(self, request: pb.SubmitJointOpinionRequest, context: Any) -> pb.Opinion:
        """A group's opinion, by its leader."""
        opinion_id, group_id, dissents = checked_id(request.opinion_id, "opinion_id"), id_of(request.group, "expertGroups", "group"), codec.dissents(request)
        return await self._journal.run(
            request, pb.Opinion, lambda tx: opinions.submit_joint(tx, opinion_id, group_id, codec.advice(request), dissents), codec.opinion
        )

    async def DissentFromOpinion(self, request: pb.DissentFromOpinionRequest, context: Any) -> pb.Opinion:
        """Another view."""
        opinion_id = id_of(request.name, "opinions")
        return await self._journal.run(request, pb.Opinion, lambda tx: opinions.dissent(tx, opinion_id, request.etag, request.text), codec.opinion)

    async def AdoptOpinion(self, request: pb.AdoptOpinionRequest, context: Any) -> pb.Opinion:
        """The commander's decision."""
        opinion_id, adoption = id_of(request.name, "opinions"), words.word(pb.Adoption, request.adoption)
        return await self._journal.run(request, pb.Opinion, lambda tx: opinions.adopt(tx, opinion_id, request.etag, adoption, request.reason), codec.opinion)

    async def GetOpinion(self, request: pb.GetOpinionRequest, context: Any) -> pb.Opinion:
        """One opinion."""
        return codec.opinion(await opinions.get(self._engine, current_call.get().caller, id_of(request.name, "opinions")))

    async def ListOpinions(self, request: pb.ListOpinionsRequest, context: Any) -> pb.ListOpinionsResponse:
        """A page of a call-up's opinions."""
        caller, call_up_id = current_call.get().caller, id_of(request.call_up, "callUps", "call_up")
        found, token = await opinions.page_of(self._engine, caller, request.page_size, request.page_token, call_up_id)
        return pb.ListOpinionsResponse(opinions=map(codec.opinion, found), next_page_token=token)


class ExpertGroupServicer(expert_groups_pb2_grpc.ExpertGroupServiceServicer):
    """Serves ExpertGroupService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def FormExpertGroup(self, request: gpb.FormExpertGroupRequest, context: Any) -> gpb.ExpertGroup:
        """成立."""
        group_id, call_up_id = checked_id(request.expert_group_id, "expert_group_id"), id_of(request.call_up, "callUps", "call_up")
        leader, members = id_of(request.leader, "experts", "leader"), codec.members(request.members)
        return await self._journal.run(
            request, gpb.ExpertGroup, lambda tx: groups.form(tx, group_id, request.display_name, call_up_id, leader, members), codec.group
        )

    async def UpdateExpertGroup(self, request: gpb.UpdateExpertGroupRequest, context: Any) -> gpb.ExpertGroup:
        """Other members, another leader."""
        group_id, leader, members = id_of(request.name, "expertGroups"), id_of(request.leader, "experts", "leader"), codec.members(request.members)
        return await self._journal.run(request, gpb.ExpertGroup, lambda tx: groups.update(tx, group_id, request.etag, leader, members), codec.group)

    async def DissolveExpertGroup(self, request: gpb.DissolveExpertGroupRequest, context: Any) -> gpb.ExpertGroup:
        """解散."""
        group_id = id_of(request.name, "expertGroups")
        return await self._journal.run(request, gpb.ExpertGroup, lambda tx: groups.dissolve(tx, group_id, request.etag), codec.group)

    async def GetExpertGroup(self, request: gpb.GetExpertGroupRequest, context: Any) -> gpb.ExpertGroup:
        """One group."""
        return codec.group(await groups.get(self._engine, current_call.get().caller, id_of(request.name, "expertGroups")))

    async def ListExpertGroups(self, request: gpb.ListExpertGroupsRequest, context: Any) -> gpb.ListExpertGroupsResponse:
        """A page of groups."""
        caller, call_up_id = current_call.get().caller, id_of(request.call_up, "callUps", "call_up") if request.call_up else ""
        found, token = await groups.page_of(self._engine, caller, request.page_size, request.page_token, call_up_id)
        return gpb.ListExpertGroupsResponse(expert_groups=map(codec.group, found), next_page_token=token)
