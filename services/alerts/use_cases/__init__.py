"""One function for each command and query of alerts."""
