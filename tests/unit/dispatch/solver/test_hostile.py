"""Hostile numbers thrown at every public function of the solver: an answer comes back, or, from what makes arrays, the one error that is documented."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.solver import allocate, recommend, redeploy, routes, supply, travel
from services.dispatch.solver.given import InputError
from services.dispatch.solver.travel.places import Places

HOSTILE = [np.nan, np.inf, -np.inf, -1, 0, 1, 2, 3, 0.5, 1e9, 1e19, -1e19, 1e300, 5e-324, 10**30, 2**31, 2**63, 2**64, -(2**63) - 1]
"""Numbers that break things."""

number: st.SearchStrategy[Any] = st.one_of(st.sampled_from(HOSTILE), st.integers(-3, 5), st.floats())
small = st.integers(0, 3)


def row(size: int) -> st.SearchStrategy[Any]:
    """Mostly as long as it should be and mostly sane."""
    sane = st.lists(st.integers(0, 3), min_size=size, max_size=size)
    wild = st.lists(number, min_size=size, max_size=size)
    return st.one_of(sane, sane, wild, st.lists(number, max_size=5), st.just("soon"), st.just([[1], [1, 2]]))


def table(rows: int, columns: int) -> st.SearchStrategy[Any]:
    """The same in rows."""
    return st.lists(st.one_of(st.lists(small, min_size=columns, max_size=columns), row(columns)), min_size=rows, max_size=rows)


def answered(ask: Callable[[], Any]) -> Any:
    """The answer; None when something was no array."""
    try:
        return ask()
    except InputError:
        return None


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_recommend_answers_anything(data: st.DataObject) -> None:
    size, draw = data.draw(small), data.draw
    given_ = {key: draw(row(size)) for key in ("rank", "qualifications", "available", "rest_s", "shift_s", "zone") if draw(st.booleans())}
    units = answered(lambda: recommend.Units.of(draw(table(size, 2)), **given_))
    if units is None:
        return
    needs = [recommend.Need(draw(number), draw(number), draw(small), draw(number), draw(st.booleans())) for _ in range(draw(small))]
    sane = [recommend.Need(draw(small), draw(st.integers(1, 2000)), whole=draw(st.booleans())) for _ in range(draw(small))]
    coverage = recommend.Coverage(
        np.full((2, 2), float(draw(st.sampled_from([0, 1, np.nan, 1e300])))), draw(number), draw(st.sampled_from([0.0, 0.3, np.nan, 1]))
    )
    declined = frozenset(draw(st.lists(number, max_size=2)))
    rules = recommend.Rules(
        draw(st.booleans()), draw(st.booleans()), draw(number), draw(number), declined, draw(st.sampled_from([None, coverage])),
        draw(number),
    )  # fmt: skip
    for asked, manner in ((needs, rules), (sane, rules), (sane, recommend.Rules(slots=rules.slots, together=rules.together))):
        answer = recommend.recommend(units, draw(row(size)), asked, manner)
        assert np.isfinite([answer.objective, answer.bound, answer.coverage_loss]).all()
        assert answer.troubles == () or answer.chosen == ()
        if not answer.troubles:
            met = [sum(dict(one.serves).get(at, 0) for one in answer.chosen) for at in range(len(asked))]
            missing = {one.need: one.missing for one in answer.unmet}
            assert all(met[at] + missing.get(at, 0) == need.count for at, need in enumerate(asked) if not need.whole)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["slots", "cover", "greedy", "nearest", "foo"]))
def test_allocate_answers_anything(data: st.DataObject, model: Any) -> None:
    draw, units, incidents, cells = data.draw, data.draw(small), data.draw(small), data.draw(small)
    sizes = {"zone": units, "available": units, "last_arrival": incidents, "latest": cells, "min_crew": cells, "reserve": 1}
    rest = {key: draw(row(size)) for key, size in sizes.items() if draw(st.integers(0, 4)) == 0}
    rest |= {key: draw(table(1, 2)) for key in ("pinned", "forbidden") if draw(st.integers(0, 3)) == 0}
    rest |= {key: draw(number) for key in ("max_seconds", "unmet_penalty", "reserve_price") if draw(st.integers(0, 4)) == 0}
    problem = allocate.Problem.of(
        capabilities=draw(table(units, 2)), weight=draw(row(incidents)), cells=draw(table(cells, 3)), seconds=draw(table(incidents, units)), **rest
    )
    answer = allocate.allocate(problem, model=model, deadline_s=draw(st.sampled_from([np.nan, 0.0, -1.0, 1.0])))
    assert answer.troubles or np.isfinite(answer.objective)
    assert not (answer.troubles and len(answer.assignments.unit))
    assert answer.troubles or model != "foo"
    if not answer.troubles and model in ("slots", "cover"):
        allocate.reasons(answer)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_redeploy_answers_anything(data: st.DataObject) -> None:
    draw, posts, places, units = data.draw, data.draw(small), data.draw(small), data.draw(small)
    figures = {key: draw(number) for key in ("time_share", "spread") if draw(st.integers(0, 2)) == 0}
    room = draw(st.one_of(st.none(), row(posts)))
    made = answered(lambda: redeploy.Posts.of(draw(table(places, posts)), draw(row(places)), draw(st.one_of(st.just(300.0), number)), room=room, **figures))
    if made is None:
        return
    manner = draw(st.sampled_from([None, redeploy.Manner(draw(number), draw(number), draw(number), busy=draw(number)), redeploy.Manner(3, 0.0, 0.0)]))
    answer = redeploy.advise(made, draw(row(units)), draw(table(units, posts)), manner)
    assert answer.troubles == () or answer.moves == ()
    assert np.isfinite([answer.before.price, answer.after.price]).all()
    seconds, weight = np.array([[draw(st.floats())]]), np.array([draw(st.floats())] * draw(st.integers(1, 2)))
    losses = redeploy.departure_losses(seconds, weight, draw(st.floats()), draw(st.floats(0, 1)))
    redeploy.coverage_of(seconds, weight, 300.0, 0.3)
    coverage = redeploy.own_zone_coverage(losses, draw(number), draw(st.sampled_from([0.0, 0.3, 1.0, np.nan])))
    recommend.recommend(recommend.Units.of([[1]], zone=[0]), np.array([60.0]), [recommend.Need(0)], recommend.Rules(coverage=coverage))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_travel_answers_anything(data: st.DataObject) -> None:
    draw = data.draw
    network = answered(lambda: travel.RoadNetwork.of(draw(row(2)), draw(row(2)), draw(row(1)), draw(row(1)), draw(st.one_of(st.none(), row(1)))))
    network = network or travel.RoadNetwork.of([106.3, 106.31], [39.0, 39.0], [0, 1], [1, 0])
    engine = travel.PlainEngine(network)
    for change in (engine.close, engine.open):
        change(draw(row(2)))
    engine.slow(draw(row(1)), draw(number))
    places = answered(lambda: Places.of(draw(row(2)), draw(row(2))))
    if places is not None:
        for model in (engine, travel.Affine()):
            assert not np.isnan(model.times(places, places)).any()
            goers = model.pin(places)
            answered(lambda goers=goers: goers.move(draw(row(2)), draw(row(2)), draw(row(2))))  # type: ignore[misc]
            assert not np.isnan(goers.times_to(draw(st.floats()), 39.0)).any()
    engine.reach(draw(st.floats()), 39.0, draw(st.floats()))
    engine.route((draw(st.floats()), 39.0), (106.3, draw(st.floats())))
    travel.isochrones(engine, 106.3, draw(st.floats()), draw(st.lists(st.floats(), max_size=3)))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_supply_and_routes_answer_anything(data: st.DataObject) -> None:
    draw = data.draw

    def column(size: int) -> Any:
        wild = draw(st.lists(number, min_size=size, max_size=size))
        return np.array(wild if draw(st.integers(0, 6)) == 0 else draw(st.lists(small, min_size=size, max_size=size)), dtype=np.float64)

    lots, needs = supply.Lots(*(column(2) for _ in range(6))), supply.Needs(*(column(2) for _ in range(7)))
    problem = supply.SupplyProblem(np.array([column(2), column(2)]), lots, needs, column(2), column(2))
    assert np.isfinite(supply.solve(problem, seconds=1.0).objective)
    vehicles = routes.Vehicles(column(2), column(2), column(2)[:, None], *(column(2) for _ in range(4)))
    stops = routes.Stops(column(2), column(2)[:, None], *(column(2) for _ in range(5)))
    assert not np.isnan(routes.solve(routes.RouteProblem(np.array([column(3) for _ in range(3)]), vehicles, stops)).cost)


def test_an_estimate_that_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="speed_mps"):
        travel.Affine(speed_mps=float("nan"))


def test_masks_of_all_bits_beside_masks_of_none_are_whole_numbers() -> None:
    """Read as floats they were none, and whoever held the most qualifications made the question unanswerable."""
    units = recommend.Units.of([[1], [1]], qualifications=[0, (1 << 64) - 1])
    assert units.qualifications.tolist() == [0, (1 << 64) - 1]
