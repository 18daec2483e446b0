"""Refusals about units, tasks, assignments, command, duty, evacuation and relief, each with its stable reason."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from chassis.errors import DomainError, Kind, guard, invalid


class Crew(Protocol):
    """A unit as a refusal names it: to programs by its resource name, to people as they call it."""

    @property
    def name(self) -> str:
        """Resource name."""

    @property
    def display_name(self) -> str:
        """In Chinese."""

    @property
    def display_name_en(self) -> str:
        """In English; may be empty."""


class Titled(Protocol):
    """A task or an incident as a refusal names it."""

    @property
    def name(self) -> str:
        """Resource name."""

    @property
    def title(self) -> str:
        """What people call it."""


def ending() -> DomainError:
    """This process is about to end; another answers."""
    return DomainError(Kind.UNAVAILABLE, "TRY_AGAIN")


def stale_fence(unit: Crew, given: int, current: int) -> DomainError:
    """The report is about an assignment that is no longer the unit's."""
    return DomainError(
        Kind.CONFLICT, "STALE_FENCE", field="fence", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en,
        given=given, current=current,
    )  # fmt: skip


def unit_busy(unit: Crew | None = None, state: str = "") -> DomainError:
    """The unit is assigned, in the field or on its way home; of two dispatchers exactly one gets it."""
    name, zh, en = (unit.name, unit.display_name, unit.display_name_en) if unit else ("", "", "")
    return DomainError(Kind.CONFLICT, "UNIT_BUSY", unit=name, unit_name=zh, unit_name_en=en, state=state)


def unit_not_ready(unit: Crew, state: str) -> DomainError:
    """The unit is neither available nor alerted (DOMAIN § 2.3, guard of dispatch)."""
    return guard("UNIT_NOT_READY", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en, state=state)


def shift_ends(unit: Crew, end: str) -> DomainError:
    """The crew's shift is over or ends before it could do the task: who sends it says why."""
    return guard("UNIT_SHIFT_ENDS", field="override_reason", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en, end=end)


def unit_of_exercise(unit: Crew, exercise: str, field: str = "unit") -> DomainError:
    """The unit was made for an exercise: it is sent neither to what is real nor to another exercise."""
    return guard("UNIT_OF_EXERCISE", field=field, unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en, exercise=exercise)


def military_command(unit: Crew) -> DomainError:
    """Troops are commanded by their own command; the civil side gives tasks through the liaison (军队参加抢险救灾条例)."""
    return guard("MILITARY_COMMAND", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en)


def capability(unit: Crew, missing: Sequence[str]) -> DomainError:
    """The unit lacks what the task needs."""
    return guard("CAPABILITY", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en, missing=missing)


def override_reason_needed(unit: Crew, recommended: Sequence[str], names: Sequence[tuple[str, str]]) -> DomainError:
    """Others were recommended for the task of late: who sends another unit says why. `names` of the recommended in Chinese and English."""
    zh, en = "、".join(name[0] for name in names), ", ".join(name[1] for name in names)
    return guard(
        "OVERRIDE_REASON_NEEDED", field="override_reason", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en,
        recommended=recommended, recommended_names=zh, recommended_names_en=en,
    )  # fmt: skip


def place_to_recommend_for() -> DomainError:
    """A recommendation is for a task, an incident or a place."""
    return invalid("task", "PLACE_TO_RECOMMEND_FOR")


def state_not_reportable(state: str) -> DomainError:
    """Nobody reports this state: it follows from an offer or from silence."""
    return guard("STATE_NOT_REPORTABLE", field="state", state=state)


def no_assignment(unit: Crew) -> DomainError:
    """The unit has no task to set out for."""
    return guard("NO_ASSIGNMENT", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en)


def assignment_open(unit: Crew, assignment: str) -> DomainError:
    """The unit is bound by an assignment that must be ended first."""
    return guard("ASSIGNMENT_OPEN", unit=unit.name, unit_name=unit.display_name, unit_name_en=unit.display_name_en, assignment=assignment)


def reason_needed(state: str) -> DomainError:
    """This state needs a reason."""
    return guard("STATE_REASON_NEEDED", field="reason", state=state)


def task_not_open(task: Titled, state: str) -> DomainError:
    """Units are sent to tasks that are issued or in progress."""
    return guard("TASK_NOT_OPEN", task=task.name, title=task.title, state=state)


def task_has_units(task: Titled, units: int) -> DomainError:
    """Units are still on the task."""
    return guard("TASK_HAS_UNITS", task=task.name, title=task.title, units=units)


def verifier_is_author(task: str) -> DomainError:
    """Whoever reported a task done does not verify it."""
    return DomainError(Kind.FORBIDDEN, "SELF_VERIFIED", task=task)


def incident_not_open(incident: str, title: str, state: str) -> DomainError:
    """The incident's response is over, or it never was one."""
    return guard("INCIDENT_NOT_OPEN", incident=incident, title=title, state=state)


def another_incident(task: Titled, incident: str) -> DomainError:
    """The task belongs to another incident than the one named."""
    return guard("ANOTHER_INCIDENT", field="task", task=task.name, title=task.title, incident=incident)


def task_or_new_task() -> DomainError:
    """A one-key order names a task or describes a new one, not both."""
    return guard("TASK_OR_NEW_TASK", field="task")


def unit_named_twice(unit: str) -> DomainError:
    """A one-key order names a unit twice."""
    return guard("UNIT_NAMED_TWICE", field="units", unit=unit)


def region_needed() -> DomainError:
    """A task without an incident needs a region."""
    return guard("REGION_NEEDED", field="region_code")


def answer_too_late(name: str) -> DomainError:
    """The window to answer is over."""
    return DomainError(Kind.EXPIRED, "ANSWER_TOO_LATE", name=name)


def arrival_time_needed(assignment: str) -> DomainError:
    """Setting out needs an expected arrival."""
    return guard("ARRIVAL_TIME_NEEDED", field="expect_time", assignment=assignment)


def arrival_place_needed(assignment: str) -> DomainError:
    """Arriving needs a place, by position or in words."""
    return guard("ARRIVAL_PLACE_NEEDED", field="place", assignment=assignment)


def equipment_note_needed(assignment: str) -> DomainError:
    """What is missing or broken must be named."""
    return guard("EQUIPMENT_NOTE_NEEDED", field="equipment_note", assignment=assignment)


def command_changed(post: str = "", given: str = "", current: str = "") -> DomainError:
    """Somebody else is in command than the caller believes."""
    return DomainError(Kind.CONFLICT, "COMMAND_CHANGED", field="from_commander", post=post, given=given, current=current)


def transfer_needed(post: str, commander: str) -> DomainError:
    """A higher level takes over by a transfer of command."""
    return guard("TRANSFER_NEEDED", field="lead_level", post=post, commander=commander)


def command_needed(post: str) -> DomainError:
    """Command may not lapse while the response goes on."""
    return guard("COMMAND_NEEDED", post=post)


def not_on_shift(shift: str, person: str) -> DomainError:
    """That account is not on the shift."""
    return guard("NOT_ON_SHIFT", shift=shift, person=person)


def shift_length(shift: str) -> DomainError:
    """A shift ends after it starts, at most 48 hours later."""
    return guard("SHIFT_LENGTH", field="end_time", shift=shift)


def same_person_twice(shift: str) -> DomainError:
    """Leader and officers are different persons."""
    return guard("SAME_PERSON_TWICE", shift=shift)


def double_post(shift: str, needed: int, given: int) -> DomainError:
    """A sensitive window asks for two officers and a leader (DI-02)."""
    return guard("DOUBLE_POST", field="officers", shift=shift, needed=needed, given=given)


def roster_late(start: str) -> DomainError:
    """A roster is filed before its period starts (DI-03)."""
    return guard("ROSTER_LATE", field="period_start_time", start=start)


def nothing_to_file() -> DomainError:
    """No planned shift starts in the period."""
    return guard("NOTHING_TO_FILE")


def approver_is_requester(shift: str) -> DomainError:
    """Whoever asks for a change does not decide it."""
    return DomainError(Kind.FORBIDDEN, "CHANGE_SEPARATION", shift=shift)


def check_in_window(shift: str, opens: str, closes: str) -> DomainError:
    """Checking in is possible from 15 minutes before to 5 minutes after the start."""
    return guard("CHECK_IN_WINDOW", shift=shift, opens=opens, closes=closes)


def handover_incomplete(shift: str, missing: Sequence[str]) -> DomainError:
    """Every open incident must be handed over."""
    return guard("HANDOVER_INCOMPLETE", field="items", shift=shift, missing=missing)


def successor_not_on_duty(shift: str, state: str) -> DomainError:
    """The successor must be another shift of the same organisation, on duty."""
    return guard("SUCCESSOR_NOT_ON_DUTY", field="successor", shift=shift, state=state)


def not_checked_in(shift: str, person: str) -> DomainError:
    """Whoever accepts must have checked in."""
    return guard("NOT_CHECKED_IN", shift=shift, person=person)


def both_must_sign(shift: str) -> DomainError:
    """Two persons sign a handover."""
    return DomainError(Kind.FORBIDDEN, "BOTH_MUST_SIGN", shift=shift)


def substitute_busy(person: str, shift: str) -> DomainError:
    """The substitute stands on another shift at that time."""
    return guard("SUBSTITUTE_BUSY", field="person_in", person=person, shift=shift)


def shift_not_on_duty(shift: str, state: str) -> DomainError:
    """Only a shift on duty can be checked."""
    return guard("SHIFT_NOT_ON_DUTY", shift=shift, state=state)


def own_spot_check(shift: str) -> DomainError:
    """Nobody checks the shift he is on."""
    return DomainError(Kind.FORBIDDEN, "OWN_SPOT_CHECK", shift=shift)


def period_wrong() -> DomainError:
    """A period ends after it starts, at most 366 days later."""
    return guard("PERIOD_WRONG", field="end_time")


def evacuation_count(order: str, ordered: int, counted: int) -> DomainError:
    """Moved and remaining differ from the order's number, without a word why."""
    return guard("EVACUATION_COUNT", field="note", order=order, ordered=ordered, counted=counted)


def relief_in_future(kind: str) -> DomainError:
    """What was provided lies in the past."""
    return guard("RELIEF_IN_FUTURE", field="provisions", what=kind)


def correction_reason_needed(kind: str) -> DomainError:
    """A time already written down changes only with a reason."""
    return guard("CORRECTION_REASON_NEEDED", field="correction_reason", what=kind)


def settlement_recorded() -> DomainError:
    """The settlement has a record for this incident."""
    return DomainError(Kind.ALREADY_EXISTS, "SETTLEMENT_RECORDED", field="settlement")


CONSTRAINTS: Mapping[str, Callable[[], DomainError]] = {
    "uq_assignment_live_unit": unit_busy,
    "uq_command_term_in_force": command_changed,
    "uq_command_post_in_command": command_changed,
    "uq_relief_record_settlement": settlement_recorded,
}
"""What a broken constraint of the database means."""
