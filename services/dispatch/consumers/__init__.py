"""What dispatch does when other services publish: one module a publishing service, put together here by topic."""

from collections.abc import Iterable
from typing import Any

from chassis.journal import Subscription, Transaction
from chassis.journal.inbox import Effect
from services.dispatch.consumers import alerts, drills, incidents, matters, plans, resources, timeline


def merged(subscriptions: Iterable[Subscription]) -> list[Subscription]:
    """One subscription a topic; where two modules want the same event, their effects follow one another in one transaction."""
    topics: dict[str, Subscription] = {}
    for given in subscriptions:
        known = topics.get(given.topic)
        effects = dict(known.effects) if known else {}
        for case, effect in given.effects.items():
            effects[case] = _both(effects[case], effect) if case in effects else effect
        notes = {**(known.notes if known else {}), **given.notes}
        topics[given.topic] = Subscription(given.topic, given.message, effects, notes)
    return list(topics.values())


def _both(first: Effect, second: Effect) -> Effect:
    async def effect(tx: Transaction, message: Any) -> None:
        await first(tx, message)
        await second(tx, message)

    return effect


published = timeline.published

SUBSCRIPTIONS: list[Subscription] = merged(
    (
        *alerts.SUBSCRIPTIONS,
        *drills.SUBSCRIPTIONS,
        *incidents.SUBSCRIPTIONS,
        *matters.SUBSCRIPTIONS,
        *plans.SUBSCRIPTIONS,
        *resources.SUBSCRIPTIONS,
        *timeline.SUBSCRIPTIONS,
    )
)
