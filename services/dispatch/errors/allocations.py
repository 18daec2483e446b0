"""Refusals about allocation proposals, each with its stable reason."""

import math

from chassis.errors import DomainError, guard, invalid
from services.dispatch.errors.field import Crew, Titled

MINUTE_S = 60


def not_ready(proposal: str, state: str) -> DomainError:
    """Only what was computed can be compared and committed."""
    return guard("ALLOCATION_NOT_READY", proposal=proposal, state=state)


def no_such_line(number: int) -> DomainError:
    """The proposal has no line of this number."""
    return invalid("lines", "NO_SUCH_LINE", number=number)


def too_many_lines(count: int, most: int) -> DomainError:
    """More than one call can write in its time: name the lines, and commit the rest after."""
    return invalid("lines", "ALLOCATION_TOO_MANY_LINES", count=count, most=most)


def need_met(task: Titled) -> DomainError:
    """Others came meanwhile: what this unit would cover is covered."""
    return guard("NEED_MET", task=task.name, title=task.title)


def unknown_in_pair(field: str, name: str) -> DomainError:
    """A pin or exclusion names a unit or task that is not there, or not of this jurisdiction."""
    return invalid(field, "ALLOCATION_NAME_UNKNOWN", name=name)


def whole_not_met(task: str, capability: str) -> DomainError:
    """The need helps only whole, and what can go does not add up to it."""
    return guard("ALLOCATION_WHOLE_NOT_MET", task=task, capability=capability)


def way_closed(unit: Crew, task: Titled) -> DomainError:
    """Since it was proposed, the unit's way was closed, or nobody knows any more where it is."""
    return guard("ALLOCATION_WAY_CLOSED", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en, task=task.name, title=task.title)


def way_longer(unit: Crew, task: Titled, was_s: float, now_s: float) -> DomainError:
    """The unit would come much later than was proposed, or later than was allowed."""
    return guard(
        "ALLOCATION_WAY_LONGER", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en, task=task.name, title=task.title,
        was=round(was_s / MINUTE_S), now=math.ceil(now_s / MINUTE_S),
    )  # fmt: skip


def term_twice(field: str, name: str, called: str) -> DomainError:
    """What holds for a task, or for a need of it, is said once."""
    return invalid(field, "ALLOCATION_TERM_TWICE", name=name, called=called)


def no_such_need(field: str, title: str, code: str) -> DomainError:
    """What is said of a need that the task does not have."""
    return invalid(field, "ALLOCATION_NO_SUCH_NEED", task=title, capability=code)


def latest_past(field: str, latest: str) -> DomainError:
    """Nobody can be there before now."""
    return invalid(field, "ALLOCATION_LATEST_PAST", latest=latest)


def least_too_many(field: str, capability: str, least: int, amount: int) -> DomainError:
    """More units must go together than the amount that is needed: a complete crew could never be sent without somebody needless."""
    return invalid(field, "ALLOCATION_LEAST_TOO_MANY", capability=capability, least=least, amount=amount)


def too_late(unit: Crew, task: Titled, latest: str) -> DomainError:
    """By now the unit would come after the time by which it is needed."""
    return guard(
        "ALLOCATION_TOO_LATE", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en, task=task.name, title=task.title, latest=latest
    )  # fmt: skip


def crew_incomplete(task: str, capability: str, least: int) -> DomainError:
    """So many units go together or nobody, and with what can go there are fewer."""
    return guard("ALLOCATION_CREW_INCOMPLETE", task=task, capability=capability, least=least)
