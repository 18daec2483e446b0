"""Dispatch: the authority for incidents, their grades, report obligations, tasks, assignments and duty shifts."""
