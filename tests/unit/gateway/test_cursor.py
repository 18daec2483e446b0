"""Event ids of the live stream."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.eventlog import Position
from gateway.public.hub import Cursor, Hub, decode_cursor

TOPICS = ["fenghuo.dispatch.incident.v1", "fenghuo.plans.plan.v1", "fenghuo.alerts.alert.v1"]


@given(st.dictionaries(st.tuples(st.sampled_from(TOPICS), st.integers(0, 63)), st.integers(1, 2**47)))
def test_a_cursor_reads_back(offsets: dict[tuple[str, int], int]) -> None:
    assert decode_cursor(Cursor(offsets).text, TOPICS) == offsets


@given(st.lists(st.builds(Position, st.sampled_from(TOPICS), st.integers(0, 3), st.integers(0, 50))))
def test_a_cursor_that_moved_says_where_it_is(records: list[Position]) -> None:
    cursor, wanted = Cursor({(TOPICS[0], 0): 7}), {(TOPICS[0], 0): 7}
    for record in records:
        place = (record.topic, record.partition)
        assert cursor.take(record) is (record.offset >= wanted.get(place, 0))
        wanted[place] = max(wanted.get(place, 0), record.offset + 1)
        assert cursor[place] == wanted[place]
    assert decode_cursor(cursor.text, TOPICS) == wanted


@given(st.text(max_size=60))
def test_foreign_text_is_no_cursor_or_a_harmless_one(text: str) -> None:
    read = decode_cursor(text, TOPICS)
    assert read is None or all(topic in TOPICS for topic, _ in read)


@pytest.mark.parametrize("text", ["1.!!!!", "1.A!A", "1.====", "1.+///", "1.é", "1.AAAA"])
def test_what_is_no_base64url_is_no_cursor(text: str) -> None:
    """Decoded leniently, `1.!!!!` was the empty cursor: everything from the beginning of the log."""
    assert decode_cursor(text, TOPICS) is None


class Log:
    """As much of a log as is asked for its ends."""

    async def ends(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        """See EventLog."""
        return {(topic, 0): 9 for topic in topics}


async def test_an_id_past_the_end_is_of_another_log() -> None:
    """Its listener heard nothing for ever, for example after the log was set up anew. What another process has read further is no such id."""
    log: Any = Log()
    hub = Hub(log, TOPICS)
    hub.position = {(topic, 0): 5 for topic in TOPICS}
    hub.ready.set()
    assert [await hub.beyond({(TOPICS[0], 0): offset}) for offset in (5, 9, 10)] == [False, False, True]


def test_an_id_of_an_unknown_topic_is_refused() -> None:
    """It was taken as the beginning of everything."""
    assert decode_cursor(Cursor({("fenghuo.none.v1", 0): 3}).text, TOPICS) is None
