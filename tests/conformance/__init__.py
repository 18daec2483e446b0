"""One suite per interface that has two implementations; each runs on every chosen back end."""
