"""From plans: each action card put to work becomes one task, traceable to its clause."""

from collections.abc import Iterable
from typing import Any

from chassis.journal import Subscription, Transaction
from fenghuo.plans.v1 import activation_events_pb2 as pb
from services.dispatch.codec.fields import moment
from services.dispatch.use_cases import following


def _actions(cards: Iterable[pb.ActivatedAction]) -> list[following.Action]:
    return [
        following.Action(card.action_id, card.clause, card.post, card.action, moment(card, "due_time"), card.life_saving, card.capability) for card in cards
    ]


async def _put_to_work(tx: Transaction, header: Any, fact: Any) -> None:
    collection, _, row_id = fact.cause.partition("/")
    cause = (row_id, "") if collection == "incidents" else ("", row_id)
    activation_id = fact.activation.removeprefix("activations/")
    await following.from_actions(tx, activation_id, cause, _actions(fact.actions), header.region_code, header.exercise_id)


async def _activated(tx: Transaction, message: Any) -> None:
    await _put_to_work(tx, message.header, message.plan_activated)


async def _level_changed(tx: Transaction, message: Any) -> None:
    await _put_to_work(tx, message.header, message.activation_level_changed)


SUBSCRIPTIONS = [
    Subscription("fenghuo.plans.activation.v1", pb.ActivationEvent, {"plan_activated": _activated, "activation_level_changed": _level_changed}),
]
