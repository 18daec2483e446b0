"""The worker follows its last answer where the next job differs little, and is as good as one that begins afresh."""

import io
import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from services.dispatch.use_cases.allocation_worker import Worker

Arrays = dict[str, NDArray[Any]]
SITES, UNITS, KINDS = 12, 30, 3


def drawn(seed: int) -> Arrays:
    """A dozen sites that thirty units could serve, one capability a unit and one boat a crew."""
    rng = np.random.default_rng(seed)
    cells = [(site, kind, int(rng.integers(1, 4))) for site in range(SITES) for kind in range(KINDS) if rng.random() < 0.5]
    return {
        "brings": (rng.random((UNITS, KINDS)) < 0.5).astype(np.int64), "typical": np.ones(KINDS, np.int64), "whole": np.zeros(KINDS, np.bool_),
        "available": np.ones(UNITS, np.bool_), "zone": rng.integers(0, 2, UNITS), "unit_at": rng.uniform((106.3, 39.0), (106.6, 39.2), (UNITS, 2)),
        "site_at": rng.uniform((106.3, 39.0), (106.6, 39.2), (SITES, 2)), "weight": rng.choice([1.0, 2.0, 8.0], SITES), "cells": np.array(cells, np.int64),
        "excluded": np.zeros((SITES, UNITS), np.bool_), "reserve": np.zeros(2, np.int64), "pinned": np.zeros((0, 2), np.int64),
        "forbidden": np.zeros((0, 2), np.int64), "changed_arcs": np.zeros(0, np.int64), "arc_factor": np.zeros(0), "latest": np.full(len(cells), np.inf),
        "least": np.zeros(len(cells), np.int64), "together": np.zeros(SITES), "on_duty_s": np.full(UNITS, np.inf),
    }  # fmt: skip


def worked(model: str, *jobs: Arrays) -> list[dict[str, Any]]:
    """What one worker says to these jobs, one after the other."""
    given = io.BytesIO()
    for arrays in jobs:
        body = io.BytesIO()
        np.savez(body, **arrays)  # type: ignore[arg-type]  # its stub takes the flag allow_pickle for one more array
        meta = {"about": f"6402 {model}", "roads": "", "model": model, "max_travel_s": 5400.0, "unmet_penalty_s": 7200.0, "reserve_price_s": 1800.0}
        given.write(json.dumps(meta | {"time_limit_s": 20.0, "bytes": body.tell()}).encode() + b"\n" + body.getvalue())
    given.seek(0)
    said = io.BytesIO()
    Worker(given, said).run()
    return [told for told in map(json.loads, said.getvalue().splitlines()) if told["kind"] == "result"]


@pytest.mark.parametrize("model", ["slot", "cover"])
@pytest.mark.parametrize("seed", range(6))
def test_what_follows_is_as_good_as_what_begins_afresh(model: str, seed: int) -> None:
    """Pins, exclusions, who declined, demand and who is at hand may change."""
    first = drawn(seed)
    rng = np.random.default_rng(seed)
    unit, other = rng.choice(UNITS, 2, replace=False)
    excluded, available, cells = first["excluded"].copy(), first["available"].copy(), first["cells"].copy()
    excluded[2, 3], available[other] = True, False
    cells[0, 2] += 1
    later = first | {"pinned": np.array([[0, unit]]), "excluded": excluded, "available": available, "cells": cells, "forbidden": np.array([[1, 7]])}
    cold, warm, back = worked(model, first, later, first)
    fresh = worked(model, later)[0]
    assert [told["warm"] for told in (cold, warm, back, fresh)] == [False, True, True, False]
    slack = 1e-6 * fresh["objective"] + 0.1 if model == "slot" else max(0.001, fresh["gap"]) * fresh["objective"]
    assert abs(warm["objective"] - fresh["objective"]) <= slack
    assert abs(back["objective"] - cold["objective"]) <= slack
    assert warm["bound"] <= fresh["objective"] + 0.1
    assert fresh["bound"] <= warm["objective"] + 0.1


def test_times_are_asked_anew_for_whom_moved_and_for_what_is_new() -> None:
    """A unit that moved and a site that is elsewhere are timed as they are now; the worker begins afresh then."""
    first = drawn(1)
    moved = first | {"unit_at": first["unit_at"].copy(), "site_at": first["site_at"].copy()}
    moved["unit_at"][4] += 0.01
    moved["site_at"][5] += 0.02
    follows, fresh = worked("slot", first, moved)[1], worked("slot", moved)[0]
    assert not follows["warm"]
    assert {name: follows[name] for name in ("lines", "objective", "unmet")} == {name: fresh[name] for name in ("lines", "objective", "unmet")}


@pytest.mark.parametrize("model", ["slot", "cover"])
def test_needs_that_are_met_whole_or_not_at_all_are_decided_as_such(model: str) -> None:
    """One task wants two trades whole, one of two units has both. In units of the solver half a whole need counts, and one stayed at home."""
    near, far = (106.31, 39.0), (106.32, 39.0)
    job = drawn(0) | {
        "brings": np.array([[1, 1], [0, 1]]), "typical": np.ones(2, np.int64), "whole": np.ones(2, np.bool_), "available": np.ones(2, np.bool_),
        "zone": np.zeros(2, np.int64), "unit_at": np.array([near, far]), "site_at": np.array([[106.3, 39.0]]), "weight": np.ones(1),
        "cells": np.array([[0, 0, 1], [0, 1, 2]]), "excluded": np.zeros((1, 2), np.bool_), "latest": np.full(2, np.inf), "least": np.zeros(2, np.int64),
        "together": np.zeros(1), "on_duty_s": np.full(2, np.inf),
    }  # fmt: skip
    (told,) = worked(model, job)
    assert (told["proven"], {line["unit"] for line in told["lines"]}) == (True, {0, 1})
