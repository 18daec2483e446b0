"""From resources: the register of units becomes dispatch's picture of them, pre-positions become tasks."""

from typing import Any

from chassis.journal import Subscription, Transaction
from fenghuo.resources.v1 import teams_pb2, unit_events_pb2
from services.dispatch.codec.fields import lon_lat, moment, optional
from services.dispatch.model.unit import Registered, UnitCapability
from services.dispatch.use_cases import following, unit_statuses


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _registered(facts: unit_events_pb2.UnitFacts, exercise_id: str) -> Registered:
    home = lon_lat(facts, "home")
    return Registered(
        team_id=_last(facts.team),
        team_class=teams_pb2.TeamClass.Name(facts.team_class).removeprefix("TEAM_CLASS_").lower(),
        team_display_name=facts.team_display_name,
        display_name=facts.display_name,
        display_name_en=facts.display_name_en,
        region_code=facts.region_code,
        home_lon=home.get("lon"),
        home_lat=home.get("lat"),
        contact=facts.contact,
        capabilities=[UnitCapability(capability.code, capability.count) for capability in facts.capabilities],
        qualifications=list(facts.qualifications),
        crew_size=facts.crew_size,
        made_for_exercise=exercise_id,
        duty_end_at=moment(facts, "duty_end_time"),
        least_duty_minutes=optional(facts, "least_duty_minutes"),
    )


async def _entered(tx: Transaction, message: Any) -> None:
    await unit_statuses.take_over(tx, _last(message.header.aggregate), _registered(message.unit_registered.unit, message.header.exercise_id))


async def _altered(tx: Transaction, message: Any) -> None:
    await unit_statuses.take_over(tx, _last(message.header.aggregate), _registered(message.unit_changed.unit, message.header.exercise_id))


async def _left(tx: Transaction, message: Any) -> None:
    await unit_statuses.leave_register(tx, _last(message.header.aggregate))


async def _ordered(tx: Transaction, message: Any) -> None:
    header, fact = message.header, message.pre_position_ordered
    place = lon_lat(fact, "location")
    units = [_last(unit) for unit in fact.units]
    order = following.PrePosition(_last(header.aggregate), units, fact.place, place.get("lon"), place.get("lat"), fact.reason, _last(fact.alert))
    await following.pre_position(tx, order, _last(header.incident), fact.region_code, header.exercise_id)


async def _completed(tx: Transaction, message: Any) -> None:
    await following.end_pre_position(tx, _last(message.header.aggregate), [_last(unit) for unit in message.pre_position_completed.units], "")


async def _cancelled(tx: Transaction, message: Any) -> None:
    fact = message.pre_position_cancelled
    await following.end_pre_position(tx, _last(message.header.aggregate), [_last(unit) for unit in fact.units], fact.reason)


SUBSCRIPTIONS = [
    Subscription("fenghuo.resources.unit.v1", unit_events_pb2.UnitEvent, {"unit_registered": _entered, "unit_changed": _altered, "unit_retired": _left}),
    Subscription(
        "fenghuo.resources.pre_position.v1",
        unit_events_pb2.PrePositionEvent,
        {"pre_position_ordered": _ordered, "pre_position_completed": _completed, "pre_position_cancelled": _cancelled},
    ),
]
