"""Queries of dispatch: rows to model and back, version checked on save."""
