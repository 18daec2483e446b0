"""Lots, movements, quotas and what the questions across them answer."""

from datetime import date

from chassis.messages import Catalogue
from fenghuo.resources.v1 import lots_pb2, movements_pb2, picture_pb2, quotas_pb2, shelters_pb2
from services.resources.codec.fields import fill, show
from services.resources.errors import plain
from services.resources.model.allocation import Step
from services.resources.model.catalogue import Item
from services.resources.model.movement import Entry, Movement
from services.resources.model.shelter import Shelter, Stay
from services.resources.model.stock import Lot

OVER_CAPACITY = "OVER_CAPACITY"


def lot(shown: tuple[Lot, Item, date]) -> lots_pb2.Lot:
    """A lot with what follows from its item and the day."""
    found, item, today = shown
    message = show(lots_pb2.Lot, found)
    message.available, message.expired = plain(found.available(today)), found.expired(today)
    message.unit_of_measure, message.display_name = item.unit_of_measure, item.display_name
    return message


def movement(found: Movement, entries: list[Entry]) -> movements_pb2.Movement:
    """A movement with its entries."""
    message = show(movements_pb2.Movement, found)
    for entry in entries:
        fill(message.entries.add(), entry)
    return message


def gap(found: object) -> quotas_pb2.QuotaGap:
    """A quota that is not met."""
    return show(quotas_pb2.QuotaGap, found)


def source(step: Step, texts: Catalogue) -> picture_pb2.Source:
    """A step of a recommendation with its reason in both languages."""
    message = show(picture_pb2.Source, step)
    message.reason_text = texts.text(step.reason, "zh", step.details)
    message.reason_text_en = texts.text(step.reason, "en", step.details)
    return message


def near(found: tuple[Shelter, float]) -> shelters_pb2.NearShelter:
    """A shelter and how far it is."""
    place, metres = found
    return shelters_pb2.NearShelter(shelter=show(shelters_pb2.Shelter, place), space=place.space, distance_m=metres)


def checked_in(stay: Stay, occupancy: int, nearest: tuple[Shelter, float] | None, texts: Catalogue, *, beyond: bool) -> shelters_pb2.CheckInResponse:
    """The stay, and a warning beyond capacity."""
    message = shelters_pb2.CheckInResponse(stay=show(shelters_pb2.Stay, stay), occupancy=occupancy)
    if beyond:
        details = {"nearest": nearest[0].display_name if nearest else "-"}
        message.warning = OVER_CAPACITY
        message.warning_text, message.warning_text_en = (texts.text(OVER_CAPACITY, language, details) for language in ("zh", "en"))
        if nearest is not None:
            message.nearest.CopyFrom(near(nearest))
    return message
