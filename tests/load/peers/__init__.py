"""Peers that a bench is measured against, each run as a script in an environment of its own."""
