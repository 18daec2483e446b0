"""Days of Beijing: working days by the State Council's holiday table with 调休 (DOMAIN § 2.0, R-P1), and periods in months."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from services.plans import errors

BEIJING = timezone(timedelta(hours=8), "+08:00")
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked in the years whose notice is known. Another year is not guessed."""

    years: frozenset[int] = frozenset()
    days_off: frozenset[date] = frozenset()
    days_worked: frozenset[date] = frozenset()

    def works(self, day: date) -> bool | None:
        """True on a working day; None when the year's notice is not known."""
        if day.year not in self.years:
            return None
        if day in self.days_worked:
            return True
        return day not in self.days_off and day.weekday() < SATURDAY

    def after(self, start: date, working_days: int) -> date | None:
        """The day that is `working_days` working days after `start` (the start does not count); None when a year on the way is not known."""
        day = start
        while working_days:
            day += timedelta(days=1)
            worked = self.works(day)
            if worked is None:
                return None
            working_days -= worked
        return day


def day_of(moment: datetime) -> date:
    """The day in Beijing."""
    return moment.astimezone(BEIJING).date()


def end_of(day: date) -> datetime:
    """The moment the day ends in Beijing (24:00)."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), BEIJING)


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def read_day(text: str, field: str) -> date | None:
    """A day written YYYY-MM-DD; None when empty. INVALID for 2026-02-30."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise errors.not_a_day(field, text) from error
