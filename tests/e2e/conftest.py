"""What tests of the page share."""

from tests.e2e.desk import browser, enter

__all__ = ["browser", "enter"]
