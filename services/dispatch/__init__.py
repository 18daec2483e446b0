"""Dispatch 调度: the authority for incidents, reports, tasks, assignments, live units, command and duty."""
