"""Command posts to proto and back."""

from datetime import datetime

from chassis.ids import checked_id
from fenghuo.dispatch.v1 import command_posts_pb2 as pb
from services.dispatch.codec.fields import lon_lat, moment, number, ref, word
from services.dispatch.model.command import CommandPost, Handover, Term


def command_post(model: CommandPost) -> pb.CommandPost:
    """A post as the contract shows it."""
    message = fill_post(model)
    message.terms.extend(_term(term) for term in model.terms)
    return message


def fill_post(model: CommandPost) -> pb.CommandPost:
    """A post without its terms."""
    texts = {name: getattr(model, name) for name in ("name", "org", "title", "place", "commander", "exercise_id")}
    message = pb.CommandPost(etag=str(model.version), incident=f"incidents/{model.incident_id}", **texts)
    for field in ("state", "lead_level"):
        setattr(message, field, number(pb.CommandPost.DESCRIPTOR.fields_by_name[field].enum_type, getattr(model, field)))
    if model.location:
        message.location.lon, message.location.lat = model.location
    message.create_time.FromDatetime(model.created_at)
    return message


def _term(term: Term) -> pb.CommandTerm:
    message = pb.CommandTerm(commander=term.commander, org=term.org, brief=term.brief, handed_over_by=term.handed_over_by)
    message.start_time.FromDatetime(term.started_at)
    if term.ended_at:
        message.end_time.FromDatetime(term.ended_at)
    return message


def established(request: pb.EstablishCommandRequest, now: datetime) -> CommandPost:
    """The post a request describes."""
    return CommandPost(
        id=checked_id(request.command_post_id, "command_post_id"),
        incident_id=ref(request, "incident"),
        region_code="",
        lead_level=word(request, "lead_level"),
        org=request.org,
        title=request.title,
        commander=request.commander,
        created_at=now,
        place=request.place,
        **lon_lat(request, "location"),
    )


def handover(request: pb.TransferCommandRequest) -> Handover:
    """Who hands over to whom."""
    return Handover(
        from_commander=request.from_commander,
        to_commander=request.to_commander,
        lead_level=word(request, "lead_level"),
        org=request.org,
        title=request.title,
        post_id=request.command_post_id,
        place=request.place,
        brief=request.brief,
        at=moment(request, "transfer_time"),
    )
