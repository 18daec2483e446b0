"""CommandPostService."""

from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.process import Parts
from fenghuo.dispatch.v1 import command_posts_pb2 as pb
from fenghuo.dispatch.v1 import command_posts_pb2_grpc
from services.dispatch.codec import command as codec
from services.dispatch.codec.fields import ref, word
from services.dispatch.use_cases import command


class CommandPostServicer(command_posts_pb2_grpc.CommandPostServiceServicer):
    """Serves CommandPostService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def EstablishCommand(self, request: pb.EstablishCommandRequest, context: Any) -> pb.CommandPost:
        """设立现场指挥部."""
        return await self._journal.run(request, pb.CommandPost, lambda tx: command.establish(tx, codec.established(request, tx.now)), codec.command_post)

    async def TransferCommand(self, request: pb.TransferCommandRequest, context: Any) -> pb.CommandPost:
        """移交指挥权."""
        incident_id, handover = ref(request, "incident"), codec.handover(request)
        return await self._journal.run(request, pb.CommandPost, lambda tx: command.transfer(tx, incident_id, handover), codec.command_post)

    async def StandDownCommand(self, request: pb.StandDownCommandRequest, context: Any) -> pb.CommandPost:
        """撤销现场指挥部."""
        post_id = id_of(request.name, "commandPosts")
        return await self._journal.run(request, pb.CommandPost, lambda tx: command.stand_down(tx, post_id, request.etag, request.reason), codec.command_post)

    async def GetCommandPost(self, request: pb.GetCommandPostRequest, context: Any) -> pb.CommandPost:
        """One post."""
        return codec.command_post(await command.get(self._engine, current_call.get().caller, id_of(request.name, "commandPosts")))

    async def ListCommandPosts(self, request: pb.ListCommandPostsRequest, context: Any) -> pb.ListCommandPostsResponse:
        """A page of posts."""
        caller, incident_id = current_call.get().caller, ref(request, "incident")
        found, token = await command.page_of(self._engine, caller, request.page_size, request.page_token, incident_id, word(request, "state"))
        return pb.ListCommandPostsResponse(command_posts=map(codec.command_post, found), next_page_token=token)
