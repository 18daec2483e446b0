"""Arrival processes: the same for the same seed, as many as the curve says, inside the place, with the share of duplicates asked for."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.exercise.arrivals import expand, moments, point, rate_at
from cli.exercise.scenario import Arrivals, Place

CURVE: list[Any] = [(0.0, 0.0), (600.0, 60.0), (1800.0, 60.0)]
PLACE = Place.model_validate({"region": "640202", "centre": {"lon": 106.36, "lat": 39.03}, "radius_km": 5})
ARRIVALS = Arrivals.model_validate({"id": "calls", "rate": CURVE, "duplicates": 0.35, "kinds": [{"title": "a", "event_code": "11A51"}]})


def test_as_many_as_the_curve_says() -> None:
    expected = 600 * 30 / 60 + 1200 * 60 / 60
    found = [len(moments(random.Random(seed), CURVE)) for seed in range(20)]
    assert abs(sum(found) / len(found) - expected) < 3 * (expected / len(found)) ** 0.5
    assert rate_at(CURVE, 300.0) == 30.0


def test_the_same_seed_gives_the_same_calls() -> None:
    assert expand(ARRIVALS, PLACE, 7) == expand(ARRIVALS, PLACE, 7) != expand(ARRIVALS, PLACE, 8)


def test_duplicates_repeat_an_earlier_call_nearby() -> None:
    calls = expand(ARRIVALS, PLACE, 7)
    repeats = [call for call in calls if call.duplicate_of is not None]
    assert 0.28 < len(repeats) / len(calls) < 0.42
    for call in repeats:
        first = calls[call.duplicate_of or 0]
        assert first.duplicate_of is None
        assert first.at <= call.at
        assert abs(first.lon - call.lon) < 0.001
        assert abs(first.lat - call.lat) < 0.001


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(106, 107), st.floats(38, 39)), min_size=3, max_size=3, unique=True), st.integers(0, 1000))
def test_points_lie_inside_the_polygon(ring: list[tuple[float, float]], seed: int) -> None:
    (x1, y1), (x2, y2), (x3, y3) = ring
    if abs((x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1)) < 0.01:
        return
    lon, lat = point(random.Random(seed), Place.model_validate({"region": "640202", "polygon": ring}))
    signs = [(bx - ax) * (lat - ay) - (by - ay) * (lon - ax) for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)]
    assert all(sign >= -1e-9 for sign in signs) or all(sign <= 1e-9 for sign in signs)
