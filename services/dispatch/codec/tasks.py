"""Tasks to proto and back."""

from datetime import datetime
from typing import Any

from chassis.ids import checked_id
from fenghuo.dispatch.v1 import tasks_pb2 as pb
from services.dispatch.codec.fields import fill, lon_lat, moment, ref, word
from services.dispatch.model.task import CapabilityNeed, Task, TaskFilter

_TIMES = {
    "create_time": "created_at", "due_time": "due_at", "issue_time": "issued_at", "start_time": "started_at", "done_time": "done_at", "overdue": "",
}  # fmt: skip
_ORIGINS = ("incident", "activation", "alert", "evacuation_order", "pre_position")
_TEXTS = ("title", "description", "life_saving", "clause", "plan_action", "responsible", "region_code", "address", "exercise_id")


def task(model: Task, now: datetime) -> pb.Task:
    """A task as the contract shows it."""
    message = fill(pb.Task(), model, _TIMES)
    message.overdue = model.overdue(now)
    return message


def drafted(message: pb.Task, task_id: str, now: datetime) -> Task:
    """The task a request describes."""
    origins: dict[str, Any] = {f"{name}_id": ref(message, name) for name in _ORIGINS}
    texts: dict[str, Any] = {name: getattr(message, name) for name in _TEXTS}
    return Task(
        id=checked_id(task_id, "task_id"),
        created_at=now,
        kind=word(message, "kind"),
        needs=[CapabilityNeed(need.code, need.count) for need in message.needs],
        qualifications=list(message.qualifications),
        due_at=moment(message, "due_time"),
        **origins,
        **texts,
        **lon_lat(message, "location"),
    )


def narrowed(request: pb.ListTasksRequest) -> TaskFilter:
    """What a list of tasks is narrowed to."""
    incident_id, activation_id = ref(request, "incident"), ref(request, "activation")
    return TaskFilter(word(request, "state"), incident_id, activation_id, life_saving=request.life_saving_only, open_only=request.open_only)
