"""Standby advice at the size of a whole region: few moves, few posts, and what an idle unit's post is."""

from datetime import UTC, datetime

import numpy as np

from services.dispatch.model.advice import Known, Seen
from services.dispatch.model.standby import Past, StandbyAdvice, StandbyQuestion
from services.dispatch.use_cases import standby_layout
from services.dispatch.use_cases.fleet import Fleet

NOW = datetime(2026, 7, 29, 8, tzinfo=UTC)


def crew(number: int, lon: float, lat: float, state: str = "available") -> Known:
    """A unit at home."""
    return Known(f"u{number:04}", f"示例{number}", "640202100", "professional", state, True, False, (lon, lat), {"medical": 1}, frozenset())


def advice(fleet: Fleet, past: list[Past], moves: int = 3) -> StandbyAdvice:
    """For the whole county."""
    return standby_layout.advised(standby_layout.gathered(fleet, StandbyQuestion(("640202",), past, "medical", moves=moves), NOW))


def test_of_a_thousand_units_few_are_moved_between_few_posts() -> None:
    """The longest drive was shortened by moving 135 units, and twenty moves between a thousand homes took half a minute."""
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(106.1, 106.7, 1000), rng.uniform(38.8, 39.3, 1000)
    fleet = Fleet(None, {})
    fleet.take([crew(at, float(lon[at]), float(lat[at]), "available" if lon[at] < 106.4 else "off_duty") for at in range(1000)], [])
    past = [Past((float(rng.uniform(106.1, 106.7)), float(rng.uniform(38.8, 39.3))), 1) for _ in range(200)]
    known = standby_layout.gathered(fleet, StandbyQuestion(("640202",), past, "medical"), NOW)
    assert len(known.posts) <= standby_layout.MOST_POSTS
    found = standby_layout.advised(known)
    assert 1 <= len(found.moves) <= 3
    assert found.after.covered > found.before.covered
    assert found.after.late < found.before.late
    assert sum(post.before for post in found.posts) == sum(post.after for post in found.posts) == found.considered


def test_a_unit_waits_at_the_post_it_is_near_and_belongs_home_from_elsewhere() -> None:
    fleet = Fleet(None, {})
    fleet.take([crew(at, 106.2 + 0.2 * at, 39.0) for at in range(3)], [Seen("u0000", (106.401, 39.0), NOW), Seen("u0001", (106.5, 39.0), NOW)])
    known = standby_layout.gathered(fleet, StandbyQuestion(("640202",), [], "medical"), NOW)
    assert known.at.tolist() == [1, 1, 2]
    assert known.stale.tolist() == [False, False, True]


def test_without_any_incident_the_towns_count() -> None:
    fleet = Fleet(None, {})
    fleet.take([crew(0, 106.2, 39.0), crew(1, 106.2, 39.0), crew(2, 106.6, 39.0, "off_duty")], [])
    found = advice(fleet, [])
    assert ([(move.start, move.goal) for move in found.moves], found.demand.details["incidents"]) == ([(0, 1)], ("0", "0"))


def county(seed: int) -> tuple[Fleet, list[Past]]:
    """Forty homes, two thirds of their crews idle, and two hundred incidents anywhere."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(106.1, 106.7, 40), rng.uniform(38.8, 39.3, 40)
    fleet = Fleet(None, {})
    fleet.take([crew(at, float(lon[at]), float(lat[at]), "available" if lon[at] < 106.5 else "off_duty") for at in range(40)], [])
    return fleet, [Past((float(rng.uniform(106.1, 106.7)), float(rng.uniform(38.8, 39.3))), 1) for _ in range(200)]


def test_no_more_units_are_moved_than_were_asked_for_and_none_for_next_to_nothing() -> None:
    """Of three moves asked four and more were listed, since units in between moved up; moves were advised that gained a thousandth."""
    for seed in range(6):
        fleet, past = county(seed)
        for moves in (1, 3, 20):
            found = advice(fleet, past, moves)
            assert 1 <= len(found.moves) <= moves
            assert min(move.gain for move in found.moves) >= standby_layout.LEAST == 0.005
            assert found.after.late <= found.before.late, "nobody moves so that more calls are late"
