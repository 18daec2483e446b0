"""Event ids of the live stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.public.hub import decode_cursor, encode_cursor

TOPICS = ["fenghuo.dispatch.incident.v1", "fenghuo.plans.plan.v1", "fenghuo.alerts.alert.v1"]


@given(st.dictionaries(st.tuples(st.sampled_from(TOPICS), st.integers(0, 63)), st.integers(1, 2**47)))
def test_a_cursor_reads_back(offsets: dict[tuple[str, int], int]) -> None:
    assert decode_cursor(encode_cursor(offsets), TOPICS) == offsets


@given(st.text(max_size=60))
def test_foreign_text_is_no_cursor_or_a_harmless_one(text: str) -> None:
    read = decode_cursor(text, TOPICS)
    assert read is None or all(topic in TOPICS for topic, _ in read)


@pytest.mark.parametrize("text", ["1.!!!!", "1.A!A", "1.====", "1.+///", "1.é", "1.AAAA"])
def test_what_is_no_base64url_is_no_cursor(text: str) -> None:
    """Decoded leniently, `1.!!!!` was the empty cursor: everything from the beginning of the log."""
    assert decode_cursor(text, TOPICS) is None
