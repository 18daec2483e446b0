"""Road closures: what a closure needs, when it holds, and which stretches of road it strikes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from chassis.errors import DomainError
from services.dispatch.model.road_closure import NOBODY, Blocked, RoadClosure
from services.dispatch.solver.travel import RoadNetwork
from services.dispatch.use_cases.closed_arcs import ArcShapes

NOON = datetime(2026, 7, 29, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SQUARE = [(106.31, 39.04), (106.33, 39.04), (106.33, 39.06), (106.31, 39.06), (106.31, 39.04)]


def closure(**rest: object) -> RoadClosure:
    values: dict[str, object] = {"kind": "closed", "points": SQUARE, "radius_m": None, "reason": "漫水", "created_at": NOON, "starts_at": NOON}
    return RoadClosure(id="c", **values | rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ({"points": SQUARE[:-1]}, "RING_OPEN"),
        ({"factor": 2.0}, "FACTOR_WHEN_SLOWED"),
        ({"kind": "slowed"}, "FACTOR_WHEN_SLOWED"),
        ({"ends_at": NOON}, "CLOSURE_ENDS_BEFORE"),
        ({"starts_at": NOON + 2 * HOUR, "ends_at": NOON + HOUR}, "CLOSURE_ENDS_BEFORE"),
    ],
)
def test_what_makes_no_sense_is_refused(rest: dict[str, object], reason: str) -> None:
    with pytest.raises(DomainError) as refused:
        closure(**rest).create(NOON)
    assert refused.value.reason == reason


def test_it_begins_at_once_or_later() -> None:
    now, later = closure(), closure(starts_at=NOON + HOUR)
    now.create(NOON)
    later.create(NOON)
    assert (now.state, later.state) == ("in_force", "planned")


def test_it_holds_by_the_clock_and_for_its_exercise() -> None:
    real = Blocked("c", SQUARE, None, NOBODY, open=True, starts_at=NOON, ends_at=NOON + HOUR, exercise_id="")
    drill = Blocked("d", SQUARE, None, NOBODY, open=True, starts_at=NOON, ends_at=None, exercise_id="drill-1")
    moments = (NOON - HOUR, NOON, NOON + HOUR)
    assert [real.holds(moment, "") for moment in moments] == [False, True, False]
    assert [real.holds(NOON, "drill-1"), drill.holds(NOON, ""), drill.holds(NOON, "drill-1"), drill.holds(NOON, "drill-2")] == [True, False, True, False]


def test_a_road_is_struck_where_its_line_runs_and_not_where_its_ends_lie() -> None:
    """Arc 0 bends round the square by its shape, arc 1 runs straight through it, arc 2 lies 100 m beside it."""
    lat_beside = 39.06 + np.degrees(100 / 6_371_008.8)
    network = RoadNetwork.of(
        [106.30, 106.34, 106.30, 106.34], [39.05, 39.05, lat_beside, lat_beside], [0, 0, 2], [1, 1, 3],
        shape_start=[0, 2, 2, 2], shape_lon=[106.30, 106.34], shape_lat=[39.10, 39.10],
    )  # fmt: skip
    shapes = ArcShapes(network)
    assert shapes.touching(SQUARE, None).tolist() == [1]
    assert shapes.touching([(106.32, 39.06)], 90).tolist() == []
    assert shapes.touching([(106.32, 39.06)], 110).tolist() == [2]
    assert shapes.touching([(106.32, 39.05), (106.32, 39.11)], 10).tolist() == [0, 1, 2]
    assert shapes.touching([(0.0, 0.0)], 1000).tolist() == []
