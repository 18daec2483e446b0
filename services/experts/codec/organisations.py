"""Organisations to proto and back."""

from datetime import datetime

from chassis.ids import checked_id, id_of
from fenghuo.experts.v1 import organisations_pb2 as pb
from services.experts.codec.words import stamp
from services.experts.model.organisation import Organisation


def parent_id(name: str) -> str:
    """Id of a parent; empty for none."""
    return id_of(name, "organisations", "parent") if name else ""


def registered(request: pb.RegisterOrganisationRequest, now: datetime) -> Organisation:
    """The organisation a request describes."""
    return Organisation(checked_id(request.organisation_id, "organisation_id"), request.display_name, parent_id(request.parent), now, now)


def organisation(model: Organisation) -> pb.Organisation:
    """An organisation as the contract shows it."""
    parent = f"organisations/{model.parent_id}" if model.parent_id else ""
    message = pb.Organisation(name=model.name, etag=str(model.version), display_name=model.display_name, parent=parent, region_code=model.region_code)
    stamp(message, create_time=model.created_at, update_time=model.updated_at)
    return message
