"""Says on which documents the CAP tests ran."""

import pytest

from tests.unit.alerts.cap.documents import CORPUS, JUDGED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line: with the reference corpus, or on the project's own fixtures alone."""
    where = f"corpus {CORPUS}" if CORPUS else "FENGHUO_CORPUS is not set: the project's own fixtures only, no comparison with the published schemas"
    terminalreporter.write_line(f"CAP: {len(JUDGED)} judged documents; {where}")
