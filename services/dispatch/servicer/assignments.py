"""AssignmentService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.messages import Catalogue
from chassis.process import Parts
from fenghuo.dispatch.v1 import assignments_pb2 as pb
from fenghuo.dispatch.v1 import assignments_pb2_grpc
from services.dispatch.codec import assignments as codec
from services.dispatch.codec.fields import moment, optional, ref, word
from services.dispatch.model.assignment import Assignment
from services.dispatch.model.order import Wish
from services.dispatch.use_cases import assignments, offers
from services.dispatch.use_cases.picture import Picture
from services.dispatch.use_cases.recommendation import remember_for_task, remembered, remembered_for_new


class AssignmentServicer(assignments_pb2_grpc.AssignmentServiceServicer):
    """Serves AssignmentService."""

    def __init__(self, parts: Parts, picture: Picture) -> None:
        self._engine = parts.engine
        self._hot = parts.hot
        self._picture = picture
        self._journal = parts.journal
        self._clock = parts.clock
        self._texts = Catalogue.load(parts.settings.messages_dir)

    async def _run(self, request: Any, work: Callable[[Transaction], Awaitable[Assignment]]) -> pb.Assignment:
        return await self._journal.run(request, pb.Assignment, work, codec.assignment)

    async def DispatchOneKey(self, request: pb.DispatchOneKeyRequest, context: Any) -> pb.DispatchOneKeyResponse:
        """一键调度."""
        if request.HasField("new_task"):
            advice = await remembered_for_new(self._hot, ref(request, "incident"), [need.code for need in request.new_task.needs])
        else:
            advice = await remembered(self._hot, ref(request, "task"))
        answer = await self._journal.run(
            request,
            pb.DispatchOneKeyResponse,
            lambda tx: offers.one_key(tx, codec.order(request, tx.now, advice)),
            lambda answer: codec.answer(answer, self._clock.now(), self._texts),
        )
        if request.HasField("new_task") and any(outcome.refusal == "OVERRIDE_REASON_NEEDED" for outcome in answer.outcomes):
            await remember_for_task(self._hot, id_of(answer.task.name, "tasks"), advice)  # the order is repeated for the task that it made
        return answer

    async def CreateAssignment(self, request: pb.CreateAssignmentRequest, context: Any) -> pb.Assignment:
        """派遣."""
        task_id, window = ref(request, "task"), codec.answer_within(request.answer_within_s)
        wish = codec.wish(request, await remembered(self._hot, task_id))
        return await self._run(request, lambda tx: offers.create(tx, task_id, wish, window, request.assignment_id))

    async def GetAssignment(self, request: pb.GetAssignmentRequest, context: Any) -> pb.Assignment:
        """One assignment."""
        return codec.assignment(await assignments.get(self._engine, current_call.get().caller, id_of(request.name, "assignments")))

    async def ListAssignments(self, request: pb.ListAssignmentsRequest, context: Any) -> pb.ListAssignmentsResponse:
        """A page of assignments."""
        narrowed = {f"{name}_id": ref(request, name) for name in ("incident", "task", "unit")}
        caller, state = current_call.get().caller, word(request, "state")
        found, token = await assignments.page_of(
            self._engine, caller, request.page_size, request.page_token, state=state, live_only=request.live_only, **narrowed
        )
        return pb.ListAssignmentsResponse(assignments=map(codec.assignment, found), next_page_token=token)

    async def AcceptAssignment(self, request: pb.AcceptAssignmentRequest, context: Any) -> pb.Assignment:
        """确认."""
        row_id, fence, expected = id_of(request.name, "assignments"), optional(request, "fence"), moment(request, "expect_time")
        return await self._run(request, lambda tx: assignments.accept(tx, row_id, request.etag, fence, expected))

    async def DeclineAssignment(self, request: pb.AssignmentReasonRequest, context: Any) -> pb.Assignment:
        """不能执行."""
        row_id = id_of(request.name, "assignments")
        return await self._run(request, lambda tx: assignments.decline(self._picture, tx, row_id, request.etag, request.reason))

    async def ReportAssignment(self, request: pb.ReportAssignmentRequest, context: Any) -> pb.Assignment:
        """赶赴、到场、作业."""
        row_id, fence, step = id_of(request.name, "assignments"), optional(request, "fence"), codec.step(request)
        return await self._run(request, lambda tx: assignments.report(tx, row_id, request.etag, fence, step))

    async def CompleteAssignment(self, request: pb.CompleteAssignmentRequest, context: Any) -> pb.Assignment:
        """完成."""
        row_id = id_of(request.name, "assignments")
        return await self._run(request, lambda tx: assignments.complete(tx, row_id, request.etag, request.result))

    async def ReleaseAssignment(self, request: pb.AssignmentRequest, context: Any) -> pb.Assignment:
        """放行."""
        row_id = id_of(request.name, "assignments")
        return await self._run(request, lambda tx: assignments.release(tx, row_id, request.etag))

    async def ReturnAssignment(self, request: pb.ReturnAssignmentRequest, context: Any) -> pb.Assignment:
        """归建."""
        row_id, checked = id_of(request.name, "assignments"), request.equipment_ok
        return await self._run(request, lambda tx: assignments.give_back(tx, row_id, request.etag, request.equipment_note, equipment_ok=checked))

    async def RecallAssignment(self, request: pb.AssignmentReasonRequest, context: Any) -> pb.Assignment:
        """召回."""
        row_id = id_of(request.name, "assignments")
        return await self._run(request, lambda tx: assignments.recall(tx, row_id, request.etag, request.reason))

    async def ReassignAssignment(self, request: pb.ReassignAssignmentRequest, context: Any) -> pb.Assignment:
        """改派."""
        row_id, task_id, wish = id_of(request.name, "assignments"), ref(request, "task"), Wish("", request.override_reason, request.zone)
        window = codec.answer_within(request.answer_within_s)
        return await self._run(request, lambda tx: offers.reassign(tx, row_id, request.etag, task_id, wish, window, request.reason))
