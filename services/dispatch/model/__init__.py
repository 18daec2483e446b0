"""Aggregates of dispatch and the tables of their allowed transitions; standard library only."""
