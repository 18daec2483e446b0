"""Input that makes no sense is named, input that asks for too much is answered, and nothing is raised."""

import numpy as np
import pytest

from services.dispatch.solver.allocate import Problem, allocate, validate
from services.dispatch.solver.allocate.problem import Indices

GOOD = {
    "capabilities": [[1, 0], [0, 1], [1, 1]],
    "weight": [1.0, 2.0],
    "cells": [(0, 0, 1), (1, 1, 2)],
    "seconds": [[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]],
    "reserve": [0],
}
MODELS = ("slots", "cover", "greedy", "nearest")


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("weight", [np.nan, 1.0], "weight"),
        ("weight", [-1.0, 1.0], "weight"),
        ("weight", [1e12, 1.0], "weight"),
        ("seconds", [[np.nan, 1, 1], [1, 1, 1]], "seconds"),
        ("seconds", [[-1, 1, 1], [1, 1, 1]], "seconds"),
        ("seconds", [[1, 1], [1, 1]], "seconds"),
        ("cells", [(0, 0, -1), (1, 1, 1)], "cell_demand"),
        ("cells", [(0, 0, 10**9), (1, 1, 1)], "cell_demand"),
        ("cells", [(5, 0, 1)], "cell_incident"),
        ("cells", [(0, 7, 1)], "cell_capability"),
        ("cells", [(0, 0, 1), (0, 0, 2)], "cell_incident"),
        ("max_seconds", np.inf, "max_seconds"),
        ("unmet_penalty", -1.0, "unmet_penalty"),
        ("reserve_price", np.nan, "reserve_price"),
        ("reserve", [-1], "reserve"),
        ("zone", [0, 0, 9], "zone"),
        ("latest", [np.nan, 1.0], "latest"),
        ("latest", [1.0], "latest"),
        ("min_crew", [2, 0], "min_crew"),
        ("pinned", [(0, 9)], "pinned"),
        ("pinned", [(0, 0), (1, 0)], "pinned"),
        ("forbidden", [(-1, 0)], "forbidden"),
        ("last_arrival", [np.inf, 0.0], "last_arrival"),
        ("last_arrival", [1e300, 0.0], "last_arrival"),
        ("weight", [1e308, 1.0], "weight"),
        ("cells", [(0, 0, 10**20), (1, 1, 1)], "cells"),
        ("cells", [(0, 0, np.nan)], "cells"),
        ("cells", [(0, 0)], "cells"),
        ("capabilities", [[1], [1, 0], [0]], "capabilities"),
        ("capabilities", [[np.nan, 0], [0, 1], [1, 1]], "capabilities"),
        ("seconds", "soon", "seconds"),
        ("zone", [10**12, 0, 0], "zone"),
        ("pinned", [(0, 1, 2, 3, 4)], "pinned"),
        ("reserved", [1], "reserved"),
    ],
)
def test_trouble_is_named(field: str, value: object, named: str) -> None:
    problem = Problem.of(**{**GOOD, field: value})  # type: ignore[arg-type]
    assert named in {trouble.field for trouble in validate(problem)}
    for model in MODELS:
        answer = allocate(problem, model=model)  # type: ignore[arg-type]
        assert answer.troubles
        assert len(answer.assignments.unit) == 0


def test_a_model_that_there_is_not_is_named_and_no_other_answers() -> None:
    problem = Problem.of(**GOOD)  # type: ignore[arg-type]
    answer = allocate(problem, model="foo")  # type: ignore[arg-type]
    assert [trouble.field for trouble in answer.troubles] == ["model"]
    assert len(answer.assignments.unit) == 0
    assert [trouble.field for trouble in allocate(problem, model="slots", deadline_s=np.nan).troubles] == ["deadline_s"]


def test_contradictions_are_named() -> None:
    both = Problem.of(**GOOD, pinned=[(0, 0)], forbidden=[(0, 0)])  # type: ignore[arg-type]
    assert [trouble.what for trouble in validate(both)] == ["the pair is pinned and forbidden"]
    absent = Problem.of(**GOOD, pinned=[(0, 0)], available=[0, 1, 1])  # type: ignore[arg-type]
    assert [trouble.what for trouble in validate(absent)] == ["the pinned unit is not available"]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("incidents", "units", "cells"),
    [(0, 0, []), (0, 3, []), (2, 0, [(0, 0, 1)]), (2, 3, []), (2, 3, [(0, 0, 0), (1, 1, 0)])],
)
def test_nothing_asked_or_nobody_there_is_an_answer(model: str, incidents: int, units: int, cells: Indices) -> None:
    problem = Problem.of(capabilities=np.ones((units, 2)), weight=np.ones(incidents), cells=cells, seconds=np.ones((incidents, units)))
    answer = allocate(problem, model=model)  # type: ignore[arg-type]
    assert not answer.troubles
    assert len(answer.assignments.unit) == 0
    assert sum(unmet.missing for unmet in answer.unmet) == problem.cell_demand.sum()


@pytest.mark.parametrize("model", MODELS)
def test_what_cannot_be_met_is_told_with_its_reason(model: str) -> None:
    problem = Problem.of(
        capabilities=[[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0]],
        weight=np.ones(5),
        cells=[(0, 4, 1), (1, 0, 1), (2, 1, 1), (3, 2, 1), (4, 3, 1)],
        seconds=np.where(np.arange(4) == 1, np.inf, 100.0) * np.ones((5, 4)),
        available=[0, 1, 1, 1],
        latest=[np.inf, np.inf, np.inf, 50.0, np.inf],
        forbidden=[(4, 3)],
    )
    answer = allocate(problem, model=model)  # type: ignore[arg-type]
    assert [unmet.why for unmet in answer.unmet] == ["NO_CAPABILITY", "NOT_AVAILABLE", "OUT_OF_REACH", "TOO_LATE", "EXCLUDED"]


def test_summaries_add_up() -> None:
    answer = allocate(Problem.of(**GOOD), model="cover")  # type: ignore[arg-type]
    assert answer.incidents.wanted.tolist() == [1, 2]
    assert answer.incidents.counted.sum() + sum(unmet.missing for unmet in answer.unmet) == 3
    assert answer.incidents.sent.sum() == len(answer.assignments.unit)
    assert answer.zones.sent.sum() == len(answer.assignments.unit)
    assert answer.objective == pytest.approx(answer.assignments.cost.sum())
