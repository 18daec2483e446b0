"""Facts of organisations, topic `fenghuo.experts.organisation.v1`, key: organisation id."""

from collections.abc import Callable
from typing import Any

from chassis.journal import Encoded
from fenghuo.experts.v1 import organisation_events_pb2 as pb
from services.experts.model.organisation import OrganisationRegistered

TOPIC = "fenghuo.experts.organisation.v1"


def _registered(event: OrganisationRegistered) -> Encoded:
    parent = f"organisations/{event.parent_id}" if event.parent_id else ""
    fact = pb.OrganisationRegistered(display_name=event.display_name, parent=parent)
    return Encoded(TOPIC, event.organisation_id, pb.OrganisationEvent(organisation_registered=fact))


ENCODERS: dict[type, Callable[[Any], Encoded]] = {OrganisationRegistered: _registered}
