"""Where stock is taken from: the legal order, nearest first, what expires soonest first; never more than there is."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.resources.model.allocation import BY_AGREEMENT, SOURCES, Candidate, allocate, in_hand, ranked, recommend
from services.resources.model.stock import Lot

NOW, TODAY = datetime(2026, 9, 10, tzinfo=UTC), date(2026, 9, 10)
CANDIDATES = st.lists(
    st.builds(
        lambda number, level, mode, on_hand, reserved, distance, days: Candidate(
            Lot(
                id=f"l{number}", create_at=NOW, update_at=NOW, store_id=f"s{number}", item_id="i", mode=mode, region_code="640202",
                on_hand=on_hand + reserved, reserved=reserved, expire_date=None if days is None else date.fromordinal(TODAY.toordinal() + days),
            ),
            level,
            distance,
            minutes=120 if mode == "agreement" else 0,
        ),
        st.integers(0, 10**6),
        st.sampled_from(["district", "town", "village"]),
        st.sampled_from(["physical", "agreement", "donation", "capacity"]),
        st.decimals(0, 500, places=1),
        st.decimals(0, 50, places=1),
        st.floats(0, 90_000),
        st.one_of(st.none(), st.integers(-5, 400)),
    ),
    max_size=8,
    unique_by=lambda each: each.lot.id,
)  # fmt: skip


@given(CANDIDATES, st.decimals("0.1", 2000, places=1))
def test_what_is_taken_is_there_and_adds_up(candidates: list[Candidate], quantity: Decimal) -> None:
    parts, missing = allocate(in_hand(candidates), quantity, TODAY)
    assert sum((part for _, part in parts), missing) == quantity
    assert all(0 < part <= lot.available(TODAY) for lot, part in parts)
    assert all(not lot.expired(TODAY) and lot.mode in ("physical", "donation") for lot, _ in parts)
    there = sum((each.lot.available(TODAY) for each in in_hand(candidates)), Decimal(0))
    assert missing == max(Decimal(0), quantity - there)


@given(CANDIDATES)
def test_the_legal_order_comes_before_nearness(candidates: list[Candidate]) -> None:
    order = ranked(candidates)
    steps = [SOURCES.index(each.kind) for each in order]
    assert steps == sorted(steps)
    for first, second in pairwise(order):
        if first.kind == second.kind != BY_AGREEMENT:
            assert first.distance_m <= second.distance_m


@given(CANDIDATES, st.decimals("0.1", 2000, places=1))
def test_a_recommendation_says_why_and_goes_outside_only_for_what_is_missing(candidates: list[Candidate], quantity: Decimal) -> None:
    steps, left = recommend(candidates, quantity, ("640205", "640221"), "640200", TODAY)
    assert all(step.reason for step in steps)
    assert sum((step.quantity or Decimal(0) for step in steps), left) == quantity
    outside = [step.kind for step in steps if step.quantity is None]
    assert outside == (["neighbour", "neighbour", "upper", "requisition"] if left else [])
