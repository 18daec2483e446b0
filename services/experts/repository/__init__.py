"""Queries of experts: rows to model and back, version checked on save."""
