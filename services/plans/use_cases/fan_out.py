"""What starts with a response: its action cards go to work, its posts are notified (DOMAIN § 2.1)."""

from collections.abc import Iterable
from datetime import timedelta

from chassis.ids import derived_id, new_id
from chassis.journal import Transaction
from services.plans.model.activation import ActionAtWork, Activation
from services.plans.model.content import Content, RequiredResource, totals
from services.plans.model.notice import PostNotice, by_post
from services.plans.repository import ACTIONS, NOTICES
from services.plans.repository.responses import cards_at_work

FanOut = tuple[list[ActionAtWork], tuple[RequiredResource, ...], tuple[str, ...]]
"""New actions, what they need together, the posts that are notified."""


async def fan_out(tx: Transaction, activation: Activation, content: Content) -> FanOut:
    """Put to work every card of the level in force and of the milder ones that is not at work yet, and write a notice to each post."""
    known = await cards_at_work(tx.connection, activation.id)
    cards = [(level, card) for level, card in content.cards(activation.level) if card.card not in known]
    actions = [
        ActionAtWork(derived_id(activation.name, card.card), activation.id, activation.cause, level, card, tx.now + timedelta(minutes=card.due_offset_minutes))
        for level, card in cards
    ]
    await ACTIONS.add(tx, *actions)
    posts = by_post(actions)
    await NOTICES.add(tx, *(_notice(tx, activation, post, theirs) for post, theirs in posts.items()))
    return actions, totals(card for _, card in cards), tuple(posts)


def _notice(tx: Transaction, activation: Activation, post: str, actions: Iterable[ActionAtWork]) -> PostNotice:
    theirs = list(actions)
    first = theirs[0].card
    return PostNotice(
        new_id(), activation.id, activation.cause, activation.region_code, activation.exercise_id, post, first.person, first.alternate,
        first.channel, activation.level, len(theirs), tx.now,
    )  # fmt: skip
