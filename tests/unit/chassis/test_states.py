"""A refusal of a step tells what the caller may do instead, and nothing that only follows by itself."""

import pytest

from chassis.errors import DomainError
from chassis.states import Machine, Transition

OFFER = Machine(
    "offer",
    ("offered",),
    {"accept": Transition(("offered",), "accepted"), "expire": Transition(("offered",), "expired"), "return": Transition(("accepted",), "returned")},
    by_itself=("expire",),
)


def test_what_follows_by_itself_is_legal_and_not_offered() -> None:
    """A unit's leader who could not return an offer was told to expire it, for which there is no call."""
    with pytest.raises(DomainError) as refused:
        OFFER.next("offered", "return")
    assert refused.value.details["allowed"] == "accept"
    assert OFFER.next("offered", "expire") == "expired"
    assert (OFFER.allowed("offered"), OFFER.final("expired"), OFFER.final("offered")) == (("accept", "expire"), True, False)
