"""A page's token is the caller's own text: whatever stands in it is read or refused, never an unforeseen error."""

import base64
import contextlib
import json
from contextvars import copy_context
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError
from chassis.paging import asked_of, page

NOW = datetime(2026, 7, 29, tzinfo=UTC)


def token(read: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(read).encode()).decode().rstrip("=")


DIGEST = page(10, "", "incidents").query


def test_the_key_of_a_page_comes_back() -> None:
    first = page(10, "", "incidents")
    assert first.key(datetime.fromisoformat, str) is None
    after = page(10, first.token((NOW.isoformat(), "a")), "incidents")
    assert after.key(datetime.fromisoformat, str) == (NOW, "a")


@pytest.mark.parametrize(
    "read",
    [5, None, [], {}, "x", [DIGEST], [DIGEST, NOW.isoformat()], [DIGEST, NOW.isoformat(), "a", "b"], [DIGEST, "soon", "a"],
     [DIGEST, "0001-01-01T00:00:00+14:00", "a"], [DIGEST, "9999-12-31T23:59:59-14:00", "a"],
     [DIGEST, "2026-07-29T00:00:00", "a"], [DIGEST, NOW.isoformat(), "\x00"], [DIGEST, NOW.isoformat(), "\ud800"], ["other", NOW.isoformat(), "a"]],
    ids=str,
)  # fmt: skip
def test_a_token_that_was_tampered_with_is_refused(read: object) -> None:
    with pytest.raises(DomainError) as refused:
        page(10, token(read), "incidents").key(datetime.fromisoformat, str)
    assert (refused.value.reason, refused.value.field) == ("INVALID_PAGE_TOKEN", "page_token")


def test_a_number_that_no_column_holds_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        page(10, token([DIGEST, str(10**25)]), "incidents").key(int)
    assert refused.value.reason == "INVALID_PAGE_TOKEN"


@given(st.text(max_size=40))
def test_any_text_is_a_token_or_refused(text: str) -> None:
    with contextlib.suppress(DomainError):
        page(10, text, "incidents")


def test_a_token_of_one_list_is_none_of_another_of_the_same_shape() -> None:
    """Two methods that are narrowed by nothing took each other's tokens, and went on after a row that they do not have."""
    context = copy_context()
    context.run(asked_of.set, "/fenghuo.alerts.v1.ObservationService/ListStations")
    token = context.run(lambda: page(5, "").token(("row",)))
    assert context.run(lambda: page(5, token).after) == ("row",)
    context.run(asked_of.set, "/fenghuo.alerts.v1.ObservationService/ListThresholds")
    with pytest.raises(DomainError) as refused:
        context.run(lambda: page(5, token))
    assert refused.value.reason == "INVALID_PAGE_TOKEN"
