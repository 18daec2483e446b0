"""TaskService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.dispatch.v1 import tasks_pb2 as pb
from fenghuo.dispatch.v1 import tasks_pb2_grpc
from services.dispatch.codec import tasks as codec
from services.dispatch.model.task import Task
from services.dispatch.use_cases import tasks


class TaskServicer(tasks_pb2_grpc.TaskServiceServicer):
    """Serves TaskService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock = parts.clock

    async def _run(self, request: Any, work: Callable[[Transaction], Awaitable[Task]]) -> pb.Task:
        return await self._journal.run(request, pb.Task, work, lambda task: codec.task(task, self._clock.now()))

    async def ListTasks(self, request: pb.ListTasksRequest, context: Any) -> pb.ListTasksResponse:
        """A page of tasks."""
        caller, narrowed = current_call.get().caller, codec.narrowed(request)
        found, token = await tasks.page_of(self._engine, caller, request.page_size, request.page_token, narrowed)
        now = self._clock.now()
        return pb.ListTasksResponse(tasks=[codec.task(task, now) for task in found], next_page_token=token)

    async def GetTask(self, request: pb.GetTaskRequest, context: Any) -> pb.Task:
        """One task."""
        task = await tasks.get(self._engine, current_call.get().caller, id_of(request.name, "tasks"))
        return codec.task(task, self._clock.now())

    async def CreateTask(self, request: pb.CreateTaskRequest, context: Any) -> pb.Task:
        """拟制."""
        return await self._run(request, lambda tx: tasks.create(tx, codec.drafted(request.task, request.task_id, tx.now), issue=request.issue))

    async def IssueTask(self, request: pb.TaskRequest, context: Any) -> pb.Task:
        """下达."""
        task_id = id_of(request.name, "tasks")
        return await self._run(request, lambda tx: tasks.issue(tx, task_id, request.etag))

    async def StartTask(self, request: pb.TaskRequest, context: Any) -> pb.Task:
        """开始执行."""
        task_id = id_of(request.name, "tasks")
        return await self._run(request, lambda tx: tasks.start(tx, task_id, request.etag))

    async def CompleteTask(self, request: pb.CompleteTaskRequest, context: Any) -> pb.Task:
        """报告完成."""
        task_id = id_of(request.name, "tasks")
        return await self._run(request, lambda tx: tasks.complete(tx, task_id, request.etag, request.result))

    async def VerifyTask(self, request: pb.VerifyTaskRequest, context: Any) -> pb.Task:
        """核验."""
        task_id = id_of(request.name, "tasks")
        return await self._run(request, lambda tx: tasks.verify(tx, task_id, request.etag, request.note))

    async def FailTask(self, request: pb.TaskReasonRequest, context: Any) -> pb.Task:
        """未能完成."""
        task_id = id_of(request.name, "tasks")
        return await self._run(request, lambda tx: tasks.fail(tx, task_id, request.etag, request.reason))

    async def ReissueTask(self, request: pb.TaskRequest, context: Any) -> pb.Task:
        """重新下达."""
        task_id = id_of(request.name, "tasks")
        return await self._run(request, lambda tx: tasks.reissue(tx, task_id, request.etag))

    async def CancelTask(self, request: pb.TaskReasonRequest, context: Any) -> pb.Task:
        """撤销."""
        task_id = id_of(request.name, "tasks")
        return await self._run(request, lambda tx: tasks.cancel(tx, task_id, request.etag, request.reason))

    async def DiscardTask(self, request: pb.TaskReasonRequest, context: Any) -> pb.Task:
        """不采纳."""
        task_id = id_of(request.name, "tasks")
        return await self._run(request, lambda tx: tasks.discard(tx, task_id, request.etag, request.reason))

    async def CloseTask(self, request: pb.TaskRequest, context: Any) -> pb.Task:
        """归档."""
        task_id = id_of(request.name, "tasks")
        return await self._run(request, lambda tx: tasks.close(tx, task_id, request.etag))
