"""Targets, deliveries, receipts and coverage as the contract shows them."""

from typing import Any

from chassis.ids import checked_id
from fenghuo.alerts.v1 import deliveries_pb2 as pb
from services.alerts.codec.fields import fill, read
from services.alerts.model.coverage import Coverage, Receipt
from services.alerts.model.delivery import ChannelTarget, Delivery


def new_target(request: pb.CreateChannelTargetRequest) -> ChannelTarget:
    """The target a request describes."""
    return read(ChannelTarget, request, id=checked_id(request.channel_target_id, "channel_target_id"))


def changes(request: pb.UpdateChannelTargetRequest) -> dict[str, Any]:
    """What a request changes; what is absent stays."""
    given: dict[str, Any] = {
        name: getattr(request, name) for name in ("title", "address", "enabled", "deduplicates", "counts_persons") if request.HasField(name)
    }
    given |= {name: tuple(getattr(request, name)) for name in ("recipients", "regions") if getattr(request, name)}
    return given


def target(model: ChannelTarget) -> pb.ChannelTarget:
    """A target with its recipients, for those who may see them."""
    return fill(pb.ChannelTarget(), model)


def target_kept(model: ChannelTarget) -> pb.ChannelTarget:
    """A target as commands answer, and so as the journal keeps it: without its recipients."""
    return fill(pb.ChannelTarget(), model, without=("recipients",))


def delivery(model: Delivery) -> pb.Delivery:
    """A delivery; recipients are counted, never named."""
    return fill(pb.Delivery(), model)


def receipt(model: Receipt) -> pb.Receipt:
    """A receipt."""
    return fill(pb.Receipt(), model)


def coverage(model: Coverage) -> pb.Coverage:
    """Coverage of an alert."""
    return fill(pb.Coverage(), model)
