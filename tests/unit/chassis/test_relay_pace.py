"""The relay sends a few batches at once and forty a second in the long run."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.relay import BATCHES_PER_S, BURST, Pace


class Watch:
    """A clock that goes as far as it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_few_batches_go_out_at_once_and_rest_gives_them_back() -> None:
    watch = Watch()
    pace = Pace(watch)
    assert [pace.rest() for _ in range(BURST)] == [0.0] * BURST
    assert pace.rest() > 0
    watch.now += (BURST + 1) / BATCHES_PER_S
    assert [pace.rest() for _ in range(BURST)] == [0.0] * BURST


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=200))
def test_however_events_come_the_rate_is_kept(pauses: list[float]) -> None:
    watch = Watch()
    pace = Pace(watch)
    for number, pause in enumerate(pauses, start=1):
        watch.now += pause
        watch.now += pace.rest()
        assert number <= BURST + watch.now * BATCHES_PER_S + 1e-6
