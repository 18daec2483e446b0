"""The large exercise as load, in a minute: nothing accepted is lost, nothing is done twice, every invariant holds. Time is measured, never asserted."""

from pathlib import Path

from deploy.local.profile import chosen_backends
from tests.load.exercise.goals import Seen, failed, judge
from tests.load.exercise.profile import SHORT
from tests.load.exercise.runner import run
from tests.load.figures import Figures


def test_the_short_profile_is_correct(tmp_path: Path) -> None:
    """As it is on the laptop's profile; on the real servers with dispatch killed in the surge."""
    backend = chosen_backends()[0]
    seen = run(SHORT, backend, tmp_path, kill=backend == "stack")
    assert seen.invariants == []
    assert seen.result["wrong"] == []
    assert seen.result["unsealed"] == 0
    assert_whole_ways(seen)
    judge(seen, Figures("short"))
    if backend == "stack":
        assert any(failed(each) for each in seen.samples)
    else:
        assert seen.result["unheard"] == []
        assert len(seen.result["accepted"]) == len(set(seen.result["accepted"])) > 100


def assert_whole_ways(seen: Seen) -> None:
    """Calls were merged, and units went the whole way: sent, accepted, let go, back."""
    counts = seen.result["counts"]
    assert min(counts.get(name, 0) for name in ("merged", "assigned", "accepted", "released", "returned", "resubmitted")) > 0, counts
    refused = {(each.name, each.status, each.reason) for each in seen.samples if 400 <= each.status < 500 and each.status not in {409, 429}}
    assert {each for each in refused if each[0] in {"intake", "intake again", "positions", "board", "task"}} == set()
