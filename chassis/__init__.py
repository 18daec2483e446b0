"""Mechanisms every component shares, and no word of the domain. The list of modules is closed (see README.md)."""
