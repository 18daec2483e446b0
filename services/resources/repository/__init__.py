"""Queries of resources: rows to model and back, version checked on save."""
