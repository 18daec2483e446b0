"""What a commit takes on at once."""

import pytest

from chassis.errors import DomainError
from services.dispatch.model.allocation import Line, Plan
from services.dispatch.use_cases.allocation_commit import MOST_LINES, chosen


def plan_of(lines: int) -> Plan:
    """A plan of so many lines."""
    return Plan("p", [], [Line(number, f"u{number}", "", 0, [], 60.0, pinned=False, reasons=[]) for number in range(1, lines + 1)], [], [], [], [])


def test_a_commit_takes_so_many_lines_and_says_when_there_are_more() -> None:
    assert len(chosen(plan_of(MOST_LINES), [])) == MOST_LINES
    with pytest.raises(DomainError) as refused:
        chosen(plan_of(MOST_LINES + 1), [])
    assert (refused.value.reason, refused.value.field, refused.value.details["count"]) == ("ALLOCATION_TOO_MANY_LINES", "lines", str(MOST_LINES + 1))
    assert [line.number for line in chosen(plan_of(MOST_LINES + 1), [7, 3])] == [3, 7]
