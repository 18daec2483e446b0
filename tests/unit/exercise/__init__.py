"""Exercises without a platform."""
