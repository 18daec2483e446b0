"""Who leads is told by two topics, in any order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from services.plans.model.cause import Cause

NOON = datetime(2026, 7, 29, 12, tzinfo=UTC)
TOLD = [(NOON, True), (NOON + timedelta(hours=1), False), (NOON + timedelta(hours=2), True), (NOON + timedelta(hours=22), False)]


@pytest.mark.parametrize("order", list(permutations(TOLD)))
def test_what_happened_last_holds_whichever_came_first(order: list[tuple[datetime, bool]]) -> None:
    cause = Cause("incidents/one")
    for at, by_superior in order:
        cause.led(at, by_superior=by_superior)
    assert (cause.under_superior, cause.lead_known_at) == (False, TOLD[-1][0])
