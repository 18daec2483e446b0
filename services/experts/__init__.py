"""Experts 专家库: the authority for the pool of experts, call-ups, invitations, opinions and expert groups."""
