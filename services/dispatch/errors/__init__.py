"""Everything dispatch refuses, with its stable reason."""

from collections.abc import Callable

from chassis.errors import DomainError, Kind, guard, invalid


def place_or_region() -> DomainError:
    """An incident is registered with a place or a region (DOMAIN § 2.3)."""
    return guard("PLACE_OR_REGION", field="region_code")


def no_such_figure(name: str) -> DomainError:
    """A figure is named that does not exist, or is both given and called unknown."""
    return invalid("unknown", "NO_SUCH_FIGURE", name=name)


def region_unknown(lon: float, lat: float) -> DomainError:
    """The point lies in none of the areas this deployment knows, and no region code is given."""
    return guard("REGION_UNKNOWN", field="region_code", lon=lon, lat=lat)


def in_the_future(field: str) -> DomainError:
    """Something is said to have happened after now."""
    return guard("IN_THE_FUTURE", field=field)


def confirm_needs(missing: tuple[str, ...]) -> DomainError:
    """Confirming needs event code, place and time of occurrence (DOMAIN § 2.3)."""
    return guard("CONFIRM_NEEDS", field=missing[0], missing=missing)


def other_exercise(name: str) -> DomainError:
    """Two things that belong together must be of the same exercise, or both real (DOMAIN § 0, 6)."""
    return guard("OTHER_EXERCISE", name=name)


def own_cause(name: str) -> DomainError:
    """An incident cannot follow, directly or not, from itself."""
    return guard("OWN_CAUSE", field="parent", name=name)


def merge_itself() -> DomainError:
    """An incident cannot be merged into itself."""
    return DomainError(Kind.CONFLICT, "MERGE_ITSELF", field="target")


def merge_target_not_open(name: str, state: str) -> DomainError:
    """Only an open incident takes another in; a merged one never does, so there are no cycles."""
    return DomainError(Kind.CONFLICT, "MERGE_TARGET_NOT_OPEN", field="target", name=name, state=state)


def merge_unrelated(name: str) -> DomainError:
    """Merging needs the same county and the same event family."""
    return guard("MERGE_UNRELATED", field="target", name=name)


def merge_confirmed_away(name: str, target: str) -> DomainError:
    """What is confirmed owes reports, what is not owes none: merging the one into the other would end what is owed. The other way round loses nothing."""
    return guard("MERGE_CONFIRMED_AWAY", field="target", name=name, target=target)


def activations_open(names: list[str]) -> DomainError:
    """A response ends after its activations are terminated."""
    return guard("ACTIVATIONS_OPEN", names=names)


def units_not_released(count: int) -> DomainError:
    """A response ends after its units are released."""
    return guard("UNITS_NOT_RELEASED", count=count)


def final_report_missing() -> DomainError:
    """An incident is closed after its final report was sent."""
    return guard("FINAL_REPORT_MISSING")


def review_missing() -> DomainError:
    """An incident is closed after its review was submitted."""
    return guard("AAR_NOT_SUBMITTED")


def unsettled(names: list[str]) -> DomainError:
    """Requisitions and transfers must be settled, or accepted as debt."""
    return guard("UNSETTLED", field="debts", names=names)


def no_open_matter(name: str) -> DomainError:
    """Only an open requisition or transfer can be accepted as debt."""
    return guard("NO_OPEN_MATTER", field="debts", name=name)


def review_note_needed() -> DomainError:
    """Personal data that is kept needs the note of its review (应对法 85)."""
    return guard("REVIEW_NOTE_NEEDED", field="note")


def report_order(kind: str) -> DomainError:
    """A report of this kind needs the initial one sent before it."""
    return DomainError(Kind.CONFLICT, "REPORT_ORDER", field="kind", report=kind)


def report_exists(kind: str) -> DomainError:
    """There is one initial report, and one final report unless the incident was reopened."""
    return DomainError(Kind.CONFLICT, "REPORT_EXISTS", field="kind", report=kind)


def final_too_early(state: str) -> DomainError:
    """A final report needs the incident controlled, or its response ended."""
    return guard("FINAL_TOO_EARLY", field="kind", state=state)


def not_reportable(state: str) -> DomainError:
    """Nothing is reported of an incident that was none, or belongs to another."""
    return guard("NOT_REPORTABLE", field="incident", state=state)


def corrects_needed() -> DomainError:
    """A correction names the sent report of the same incident that it corrects."""
    return guard("CORRECTS_NEEDED", field="corrects")


def elements_missing(missing: tuple[str, ...]) -> DomainError:
    """Required elements are given or explicitly 「暂不清楚」."""
    return guard("ELEMENTS_MISSING", field="elements", missing=missing)


def no_recipients() -> DomainError:
    """A report goes to somebody, and to each only once."""
    return guard("NO_RECIPIENTS", field="recipients")


def evidence_needed(channel: str) -> DomainError:
    """A report in writing or through the platform leaves with its message id and receipt (DOMAIN § 2.3)."""
    return guard("EVIDENCE_NEEDED", field="evidence", channel=channel)


def not_a_recipient(recipient: str) -> DomainError:
    """The report does not go there."""
    return guard("NOT_A_RECIPIENT", field="recipient", recipient=recipient)


def same_person(first: str, second: str) -> DomainError:
    """Two-person rule (DOMAIN § 2.0): drafter ≠ signatory, author ≠ approver."""
    return DomainError(Kind.FORBIDDEN, "SEPARATION_OF_DUTY", first=first, second=second)


def leader_not_on_duty(leaders: list[str]) -> DomainError:
    """While a shift is on duty its leader signs (DOMAIN § 2.3)."""
    return guard("LEADER_NOT_ON_DUTY", leaders=leaders)


def urgent_only_first(kind: str) -> DomainError:
    """Only the telephone first report and the initial report go out before their signature."""
    return guard("URGENT_ONLY_FIRST", report=kind)


def no_signature_owed() -> DomainError:
    """The report is signed already."""
    return guard("NO_SIGNATURE_OWED")


def unapproved_text() -> DomainError:
    """What is published is exactly what was approved; an approved text is not edited."""
    return DomainError(Kind.FORBIDDEN, "UNAPPROVED_TEXT", field="content")


CONSTRAINTS: dict[str, Callable[[], DomainError]] = {
    "uq_report_initial": lambda: report_exists("initial"),
    "uq_report_final": lambda: report_exists("final"),
    "ck_incident_not_itself": merge_itself,
}
"""What the database's own refusals mean."""
