"""Activations, notices, drills, reviews and corrective actions to messages and back."""

from datetime import datetime

from chassis.ids import checked_id, id_of
from fenghuo.plans.v1 import activations_pb2, drills_pb2, reviews_pb2
from services.plans.codec.fields import fill, read
from services.plans.model.activation import ActionAtWork, Activation, Statement
from services.plans.model.correction import CorrectiveAction
from services.plans.model.drill import Drill, Preparation
from services.plans.model.notice import PostNotice
from services.plans.model.review import PARTS, Review


def statement(request: activations_pb2.ActivatePlanRequest | activations_pb2.FilePaperworkRequest) -> Statement:
    """What 应对法 72 asks for; an absent or empty duration is not stated."""
    given = request.expected_duration.ToTimedelta() if request.HasField("expected_duration") else None
    level = request.level if isinstance(request, activations_pb2.ActivatePlanRequest) else 0
    return Statement(level, request.subject, given, tuple(request.measures))


def activation(model: Activation) -> activations_pb2.Activation:
    """An activation as the contract shows it."""
    return fill(activations_pb2.Activation(), model)


def debt(model: Activation, now: datetime) -> activations_pb2.ActivationDebt:
    """A debt of paper as the contract shows it."""
    message = fill(activations_pb2.ActivationDebt(), model)
    message.activation = model.name
    message.overdue = model.paperwork_due_time is not None and model.paperwork_due_time < now
    return message


def action(model: ActionAtWork) -> activations_pb2.ActionAtWork:
    """An action card at work as the contract shows it."""
    return fill(activations_pb2.ActionAtWork(), model)


def notice(model: PostNotice) -> activations_pb2.PostNotice:
    """A notice to a post as the contract shows it."""
    return fill(activations_pb2.PostNotice(), model)


def planned_drill(request: drills_pb2.PlanDrillRequest) -> Drill:
    """The drill a request describes; its plan comes from the version."""
    return read(Drill, request, id=checked_id(request.drill_id, "drill_id"), plan_id="")


def preparation(request: drills_pb2.ReadyDrillRequest) -> Preparation:
    """What must be there before a drill starts."""
    return read(Preparation, request)


def drill(model: Drill) -> drills_pb2.Drill:
    """A drill as the contract shows it."""
    return fill(drills_pb2.Drill(), model)


def parts(request: reviews_pb2.DraftReviewRequest) -> dict[str, str]:
    """The parts of a review by name."""
    return {name: str(getattr(request, name)) for name in PARTS}


def review(model: Review) -> reviews_pb2.Review:
    """A review as the contract shows it."""
    return fill(reviews_pb2.Review(), model)


def correction(model: CorrectiveAction) -> reviews_pb2.CorrectiveAction:
    """A corrective action as the contract shows it."""
    return fill(reviews_pb2.CorrectiveAction(), model)


def optional_id(name: str, collection: str, field: str) -> str:
    """The id in a name that may be empty."""
    return id_of(name, collection, field) if name else ""
