"""Refusals about allocation proposals, each with its stable reason."""

from chassis.errors import DomainError, guard, invalid


def not_ready(proposal: str, state: str) -> DomainError:
    """Only what was computed can be compared and committed."""
    return guard("ALLOCATION_NOT_READY", proposal=proposal, state=state)


def no_such_line(number: int) -> DomainError:
    """The proposal has no line of this number."""
    return invalid("lines", "NO_SUCH_LINE", number=number)


def need_met(task: str) -> DomainError:
    """Others came meanwhile: what this unit would cover is covered."""
    return guard("NEED_MET", task=task)
