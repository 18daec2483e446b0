"""The ten-hour relief figure (DOMAIN § 1.8): the slowest settlement counts, unknown is not zero."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError
from services.dispatch.model.measures import ARTICLE_66, warning_measures
from services.dispatch.model.relief import BASIC, ReliefRecord, relief_kpi

STRUCK = datetime(2026, 7, 29, 7, 12, tzinfo=UTC)


def _record(name: str, *minutes: int | None) -> ReliefRecord:
    firsts = {f"{kind}_at": None if minute is None else STRUCK + timedelta(minutes=minute) for kind, minute in zip(BASIC, minutes, strict=True)}
    return ReliefRecord(name, "i", name, "640202001201", STRUCK, **firsts)  # type: ignore[arg-type]


@given(st.lists(st.tuples(*[st.none() | st.integers(0, 700)] * 4), max_size=5), st.integers(0, 900))
def test_the_figure_is_the_maximum_and_the_limit_is_inclusive(rows: list[tuple[int | None, ...]], now: int) -> None:
    records = [_record(f"s{number}", *row) for number, row in enumerate(rows)]
    kpi = relief_kpi("i", STRUCK, records, STRUCK + timedelta(minutes=now))
    done = [max(minute for minute in row if minute is not None) for row in rows if None not in row]
    complete = len(done) == len(rows) and bool(rows)
    assert kpi.max_minutes == (max(done) if complete else None)
    late = any(minute > 600 for minute in done) or (len(done) < len(rows) and now > 600)
    assert kpi.verdict == ("missed" if late else "met" if complete else "pending")


def test_without_a_time_of_occurrence_nothing_is_counted() -> None:
    kpi = relief_kpi("i", None, [_record("s", 1, 2, 3, 4)], STRUCK)
    assert (kpi.verdict, kpi.max_minutes, kpi.due_at) == ("pending", None, None)


def test_a_written_time_changes_only_with_a_reason_and_never_into_the_future() -> None:
    record = _record("s", 10, None, None, None)
    now = STRUCK + timedelta(hours=1)
    same = record.record([("shelter", STRUCK + timedelta(minutes=10))], "", now)
    assert same.kinds == []
    for change, reason in (([("shelter", STRUCK)], "CORRECTION_REASON_NEEDED"), ([("food", now + timedelta(seconds=1))], "RELIEF_IN_FUTURE")):
        with pytest.raises(DomainError) as refused:
            record.record(change, "", now)
        assert refused.value.reason == reason
    fact = record.record([(kind, now) for kind in BASIC[1:]], "", now)
    assert (fact.complete, record.missing, record.complete_at) == (True, [], now)


def test_the_laws_measures_by_level() -> None:
    assert [len(warning_measures(level)) for level in (1, 2, 3, 4)] == [13, 13, 5, 5]
    assert warning_measures(4) == ARTICLE_66
