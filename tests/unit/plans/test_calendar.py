"""Working days with 调休, and filing within 20 of them (R-P1, DOMAIN § 5.4 S6)."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.plans.model import filing
from services.plans.model.calendar import WorkingCalendar, day_of, end_of, months_after, read_day
from services.plans.settings import load_calendar

CALENDAR = load_calendar(Path(__file__).parents[3] / "districts" / "reference")


def test_a_plan_issued_before_the_autumn_holidays_is_due_on_29_october() -> None:
    assert date(2026, 9, 24).weekday() == 3
    assert filing.due_on(CALENDAR, date(2026, 9, 24)) == date(2026, 10, 29)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 10, 10), True),  # a Saturday worked instead of a holiday
        (date(2026, 9, 20), True),  # a Sunday worked instead
        (date(2026, 10, 1), False),
        (date(2026, 9, 25), False),  # 中秋节, a Friday
        (date(2026, 10, 11), False),  # an ordinary Sunday
        (date(2026, 10, 12), True),
        (date(2027, 1, 4), None),  # no notice yet: not guessed
    ],
)
def test_which_days_are_worked(day: date, worked: bool | None) -> None:
    assert CALENDAR.works(day) is worked


def test_an_unknown_year_gives_no_day() -> None:
    assert filing.due_on(CALENDAR, date(2026, 12, 20)) is None
    assert filing.due_on(WorkingCalendar(), date(2026, 9, 24)) is None


def test_days_are_days_of_beijing() -> None:
    assert day_of(datetime(2026, 9, 23, 16, 0, tzinfo=UTC)) == date(2026, 9, 24)
    assert end_of(date(2026, 9, 24)) == datetime(2026, 9, 24, 16, 0, tzinfo=UTC)
    assert months_after(date(2026, 8, 31), 18) == date(2028, 2, 29)
    assert read_day("", "due_on") is None
