"""Assignments and one-key orders to proto and back."""

from dataclasses import replace
from datetime import datetime, timedelta

from chassis.messages import Catalogue
from fenghuo.dispatch.v1 import assignments_pb2 as pb
from services.dispatch.codec import tasks
from services.dispatch.codec.fields import fill, moment, point, ref, word
from services.dispatch.codec.recommendations import reason
from services.dispatch.model.advice import Kept, refused
from services.dispatch.model.assignment import ANSWER_WITHIN, Assignment, Step
from services.dispatch.model.order import Notice, OneKeyAnswer, OneKeyOrder, Outcome, Wish

_TIMES = {
    "create_time": "created_at", "answer_due_time": "answer_due_at", "expect_time": "expected_at", "accept_time": "accepted_at",
    "depart_time": "departed_at", "arrive_time": "arrived_at", "work_time": "working_at", "complete_time": "completed_at",
    "release_time": "released_at", "close_time": "closed_at",
}  # fmt: skip


def assignment(model: Assignment) -> pb.Assignment:
    """An assignment as the contract shows it."""
    return fill(pb.Assignment(), model, _TIMES)


def wish(request: pb.CreateAssignmentRequest | pb.OneKeyUnit, advice: Kept) -> Wish:
    """A unit to send, and what was recommended."""
    return Wish(ref(request, "unit"), request.override_reason, request.zone, advice)


def answer_within(seconds: int) -> timedelta:
    """The window to answer; the usual one when nothing is said."""
    return timedelta(seconds=seconds) if seconds else ANSWER_WITHIN


def step(request: pb.ReportAssignmentRequest) -> Step:
    """How far a unit is."""
    source = word(request, "source") or "app"
    return Step(word(request, "state"), moment(request, "expect_time"), point(request, "location"), request.place, source)


def order(request: pb.DispatchOneKeyRequest, now: datetime, advice: Kept) -> OneKeyOrder:
    """A one-key order; the new task takes its incident from the order."""
    incident_id = ref(request, "incident")
    new_task = replace(tasks.drafted(request.new_task, request.task_id, now), incident_id=incident_id) if request.HasField("new_task") else None
    wishes = [wish(unit, advice) for unit in request.units]
    notices = [Notice(notice.recipient, notice.address, notice.text) for notice in request.notify]
    return OneKeyOrder(incident_id, ref(request, "task"), new_task, wishes, notices, answer_within(request.answer_within_s))


def answer(model: OneKeyAnswer, now: datetime, texts: Catalogue) -> pb.DispatchOneKeyResponse:
    """What was done, unit by unit."""
    offered = sum(outcome.assignment is not None for outcome in model.outcomes)
    message = pb.DispatchOneKeyResponse(task=tasks.task(model.task, now), offered=offered, refused=len(model.outcomes) - offered, notified=model.notified)
    message.outcomes.extend(_outcome(outcome, texts) for outcome in model.outcomes)
    return message


def _outcome(model: Outcome, texts: Catalogue) -> pb.OneKeyOutcome:
    message = pb.OneKeyOutcome(unit=f"units/{model.unit_id}")
    if model.assignment is not None:
        message.assignment.CopyFrom(assignment(model.assignment))
    if model.refusal is not None:
        message.refusal = model.refusal.reason
        message.details.update(model.refusal.details)
        message.reason.CopyFrom(reason(refused(model.refusal), texts))
    return message
