"""Facts of tasks and assignments, topic `fenghuo.dispatch.task.v1`, key: incident id, else the task's own."""

from fenghuo.dispatch.v1 import task_events_pb2 as pb
from services.dispatch.events.encoding import Encoders, by_name
from services.dispatch.model.assignment import (
    AssignmentAccepted,
    AssignmentDeclined,
    AssignmentExpired,
    AssignmentOffered,
    AssignmentProgressed,
    AssignmentReassigned,
    AssignmentRecalled,
    AssignmentReleased,
    AssignmentReturned,
)
from services.dispatch.model.task import (
    NotificationRequested,
    TaskCancelled,
    TaskClosed,
    TaskDiscarded,
    TaskDone,
    TaskDrafted,
    TaskFailed,
    TaskIssued,
    TaskMoved,
    TaskOverdue,
    TaskStarted,
    TaskVerified,
)

TOPIC = "fenghuo.dispatch.task.v1"
_TASKS = (TaskDrafted, TaskIssued, TaskStarted, TaskDone, TaskVerified, TaskFailed, TaskCancelled, TaskDiscarded, TaskClosed, TaskMoved, TaskOverdue)
_OFFERS = (AssignmentOffered, AssignmentAccepted, AssignmentDeclined, AssignmentExpired, AssignmentProgressed)
_ENDS = (AssignmentReleased, AssignmentReturned, AssignmentRecalled, AssignmentReassigned)
ENCODERS: Encoders = by_name(TOPIC, pb.TaskEvent, *_TASKS, *_OFFERS, *_ENDS, NotificationRequested)
