"""Standby advice to proto."""

from chassis.messages import Catalogue
from fenghuo.dispatch.v1 import recommendations_pb2 as pb
from services.dispatch.codec.recommendations import basis, reason
from services.dispatch.model.standby import Move, StandbyAdvice


def advice(model: StandbyAdvice, texts: Catalogue) -> pb.AdviseRedeploymentResponse:
    """Which idle units should wait where."""
    message = pb.AdviseRedeploymentResponse(
        moves=(_move(each, texts) for each in model.moves), demand=reason(model.demand, texts), travel=basis(model.basis, texts),
        considered=model.considered, standard_s=model.standard_s, before=pb.StandbyCover(covered=model.before.covered, late=model.before.late),
        after=pb.StandbyCover(covered=model.after.covered, late=model.after.late),
        nothing=None if model.nothing is None else reason(model.nothing, texts),
    )  # fmt: skip
    for post in model.posts:
        shown = message.posts.add(zh=post.names[0], en=post.names[1], before=post.before, after=post.after)
        shown.location.lon, shown.location.lat = post.place
    return message


def _move(model: Move, texts: Catalogue) -> pb.StandbyMove:
    return pb.StandbyMove(
        unit=f"units/{model.unit_id}", display_name=model.names[0], display_name_en=model.names[1] if model.names[1] != model.names[0] else "",
        from_post=model.start, to_post=model.goal, drive_s=model.drive_s, gain=model.gain, position_stale=model.position_stale,
        reasons=[reason(each, texts) for each in model.reasons],
    )  # fmt: skip
