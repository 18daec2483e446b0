"""How a unit's state follows its assignment: on the way out, on the way home, and when it must be heard of."""

from datetime import datetime

from chassis.journal import Transaction
from chassis.timers import schedule
from services.dispatch.model.unit import ON_DUTY_IN_FIELD, SILENCE, Unit

CONTACT_TIMER = "unit-contact"


async def watch_contact(tx: Transaction, unit: Unit, previous: str) -> None:
    """From entering the field on, a durable timer asks whether the unit was heard of."""
    if unit.state in ON_DUTY_IN_FIELD and previous not in ON_DUTY_IN_FIELD:
        await schedule(tx, CONTACT_TIMER, unit.id, unit.heard_at + SILENCE)


def send_home(unit: Unit, now: datetime, reason: str) -> list[object]:
    """The unit is not needed where it is: not yet there, it is free at once; on the scene, it returns; out of contact, it returns when heard of."""
    if unit.state in ("assigned", "en_route"):
        return [unit.move("available", now, reason=reason)]
    if unit.state == "lost_contact":
        unit.lost_from = "returning"
        return []
    woken: list[object] = [unit.move("working", now, reason=reason)] if unit.state == "resting" else []
    if unit.state in ("on_scene", "working"):
        return [*woken, unit.move("returning", now, reason=reason)]
    return woken
