"""The relay sends a few batches at once; in the long run they take their share of the time, no more."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.relay import LONGEST_REST_S, SAVED_S, SHARE, Pace


class Watch:
    """A clock that goes as far as it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def at_once(pace: Pace, watch: Watch, took: float) -> int:
    """How many batches that take so long go out without a rest."""
    for number in range(1000):
        watch.now += took
        if pace.rest(took) > 0:
            return number
    raise AssertionError


def test_a_few_batches_go_out_at_once_and_rest_gives_them_back() -> None:
    watch = Watch()
    pace = Pace(watch)
    first = at_once(pace, watch, 0.012)
    assert first >= 8
    watch.now += 1.0
    assert at_once(pace, watch, 0.012) == first


def test_the_longer_a_batch_takes_the_longer_is_the_rest_up_to_the_longest() -> None:
    watch = Watch()
    pace = Pace(watch)
    rests = []
    for took in (SAVED_S, 0.1, 0.01, 0.02, 10.0):
        watch.now += took
        rests.append(pace.rest(took))
        watch.now += rests[-1]
    assert 0 < rests[2] < rests[3] < rests[4] <= LONGEST_REST_S


@given(st.lists(st.tuples(st.floats(0, 0.2), st.floats(0, 0.03)), min_size=1, max_size=200))
def test_however_events_come_the_share_is_kept(batches: list[tuple[float, float]]) -> None:
    watch = Watch()
    pace = Pace(watch)
    spent = 0.0
    for pause, took in batches:
        watch.now += pause + took
        spent += took
        watch.now += pace.rest(took)
        assert spent <= SAVED_S + SHARE * watch.now + 1e-6
