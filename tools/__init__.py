"""Tools for work on the platform; none of them is needed to run it."""
