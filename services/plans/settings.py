"""Settings of plans."""

import json
from datetime import date, timedelta
from pathlib import Path

from pydantic import Field

from chassis.settings import ROOT, ServiceSettings
from services.plans.model.calendar import WorkingCalendar


class Settings(ServiceSettings):
    """What plans needs beyond every service."""

    reference_dir: Path = Field(default=ROOT / "districts" / "reference", description="directory with the holiday tables, holidays_<year>.json")


def load_calendar(directory: Path) -> WorkingCalendar:
    """The holiday tables of a directory; a year without a file is not known."""
    years, off, worked = set(), set(), set()
    for path in sorted(directory.glob("holidays_*.json")):
        table = json.loads(path.read_text(encoding="utf-8"))
        years.add(int(table["year"]))
        for holiday in table["holidays"]:
            first, last = date.fromisoformat(holiday["from"]), date.fromisoformat(holiday["to"])
            off |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
        worked |= {date.fromisoformat(day) for day in table["working_days"]}
    return WorkingCalendar(frozenset(years), frozenset(off), frozenset(worked))
