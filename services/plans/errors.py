"""Everything plans refuses, with its stable reason. Reasons named after a norm or requirement carry its id (DOMAIN § 2.1, § 2.8)."""

from chassis.errors import DomainError, Kind, guard


def reason_needed() -> DomainError:
    """The command asks for a reason."""
    return guard("REASON_NEEDED", field="reason")


def separation_of_duty(first: str, second: str) -> DomainError:
    """The same person may not do both (DOMAIN § 2.0)."""
    return DomainError(Kind.FORBIDDEN, "SEPARATION_OF_DUTY", first=first, second=second)


def duplicate(field: str, value: object) -> DomainError:
    """Something that must be unique in the content stands there twice."""
    return DomainError(Kind.INVALID, "DUPLICATE", field=field, value=value)


def too_many_cards(size: int, limit: int) -> DomainError:
    """All action cards together must fit into one event."""
    return DomainError(Kind.INVALID, "CARDS_TOO_LARGE", field="content.levels", size=size, limit=limit)


def not_a_day(field: str, value: str) -> DomainError:
    """Not a day of the calendar."""
    return DomainError(Kind.INVALID, "NOT_A_DAY", field=field, value=value)


# --- versions of plans


def sections_missing(sections: list[str]) -> DomainError:
    """Mandatory sections lack text (应对法 28, R-P4, PL-10)."""
    return guard("LAW_28", field="content.sections", sections=sections)


def risk_assessment_missing() -> DomainError:
    """A draft goes into consultation with its risk assessment."""
    return guard("RISK_ASSESSMENT", field="content.risk_assessment_ref")


def resource_survey_missing() -> DomainError:
    """A draft goes into consultation with its survey of resources."""
    return guard("RESOURCE_SURVEY", field="content.resource_survey_ref")


def action_without_person(cards: list[str]) -> DomainError:
    """Every action card names a post and a person (PL-05)."""
    return guard("PL_05", field="content.levels", cards=cards)


def consultees_missing() -> DomainError:
    """Somebody must be asked for an opinion (PL-06)."""
    return guard("CONSULTEES", field="consultees")


def consultation_ends_before() -> DomainError:
    """A consultation cannot end before it begins."""
    return guard("CONSULTATION_END", field="end_time")


def not_consulted(consultee: str) -> DomainError:
    """Only who was asked gives an opinion."""
    return guard("NOT_CONSULTED", field="consultee", consultee=consultee)


def opinion_unknown(number: int) -> DomainError:
    """There is no opinion of that number."""
    return DomainError(Kind.NOT_FOUND, "OPINION_UNKNOWN", field="number", number=number)


def opinions_unanswered(numbers: list[int]) -> DomainError:
    """Every opinion is adopted or rejected, with the reason, before review."""
    return guard("OPINIONS_UNANSWERED", numbers=numbers)


def consultation_open(waiting: list[str]) -> DomainError:
    """The consultation has not ended: its time has not passed, or opinions are still to come."""
    return guard("CONSULTATION_OPEN", waiting=waiting)


def feasibility_missing() -> DomainError:
    """A version is approved after it passed its feasibility review (PL-09)."""
    return guard("FEASIBILITY_REVIEW")


def deliberation_missing() -> DomainError:
    """A version is approved after collective discussion, with its minute (PL-06)."""
    return guard("DELIBERATION_MINUTE")


def doc_no_missing() -> DomainError:
    """A plan is issued under a document number."""
    return guard("DOC_NO", field="doc_no")


def issued_in_the_future() -> DomainError:
    """A plan cannot have been issued later than now."""
    return guard("ISSUE_TIME", field="issue_time")


def replacement_missing() -> DomainError:
    """A plan goes out of force when another takes its place or its risk is gone."""
    return guard("REPLACEMENT_OR_RISK_GONE", field="replacement")


def second_effective() -> DomainError:
    """Only one version of a plan is in force (the database says so)."""
    return DomainError(Kind.CONFLICT, "EFFECTIVE_VERSION_EXISTS")


def validity_reversed() -> DomainError:
    """The last day of validity lies before the first."""
    return guard("VALIDITY", field="valid_to")


# --- filing


def filing_papers_missing(papers: list[str]) -> DomainError:
    """Filing needs the formal text, the electronic text and the drafting note (R-P1)."""
    return guard("R_P1_PAPERS", papers=papers)


# --- activations


def law_72(missing: list[str]) -> DomainError:
    """An activation states subject, level, expected duration and measures (应对法 72)."""
    return guard("LAW_72", missing=missing)


def not_effective(plan: str) -> DomainError:
    """Only a plan in force is activated."""
    return guard("PLAN_NOT_EFFECTIVE", field="plan", plan=plan)


def not_applicable(plan: str, event_code: str, region: str) -> DomainError:
    """The plan does not cover the hazard or the region."""
    return guard("PLAN_NOT_APPLICABLE", field="plan", plan=plan, event_code=event_code, region=region)


def level_not_in_plan(level: int, levels: list[int]) -> DomainError:
    """The plan has no such response level."""
    return guard("LEVEL_NOT_IN_PLAN", field="level", level=level, levels=levels)


def level_authority(level: int, role: str) -> DomainError:
    """The caller may not decide on this response level."""
    return DomainError(Kind.FORBIDDEN, "LEVEL_AUTHORITY", field="level", level=level, role=role)


def activation_open() -> DomainError:
    """The plan has an open activation for the same incident or alert."""
    return DomainError(Kind.CONFLICT, "ACTIVATION_OPEN")


def cause_over(cause: str) -> DomainError:
    """The incident or alert is over, dismissed or merged."""
    return guard("CAUSE_OVER", field="cause", cause=cause)


def same_level(level: int) -> DomainError:
    """The new level is the old one."""
    return guard("SAME_LEVEL", field="level", level=level)


def no_level_proposed() -> DomainError:
    """There is no proposed change of level to decline."""
    return guard("NO_LEVEL_PROPOSED")


def end_not_later() -> DomainError:
    """The new expected end must lie in the future."""
    return guard("EXPECTED_END", field="expected_end_time")


def no_debt() -> DomainError:
    """No papers are owed."""
    return guard("NO_PAPERWORK_OWED")


def threat_remains() -> DomainError:
    """A response ends when the threat and harm are controlled or removed (应对法 86)."""
    return guard("LAW_86", field="threat_removed")


def open_life_saving_tasks(tasks: list[str]) -> DomainError:
    """Life-saving tasks are open; close them, or say to whom they are handed over."""
    return guard("OPEN_LIFE_SAVING_TASKS", field="open_tasks_override", tasks=tasks)


def superior_not_ended() -> DomainError:
    """A district does not end its response before the superior that commands it."""
    return guard("SUPERIOR_NOT_ENDED", field="superior_end_ref")


def review_missing() -> DomainError:
    """A response is closed with its after-action review (PL-19); only an exercise may do without."""
    return guard("REVIEW_MISSING", field="review")


# --- drills


def drill_date_missing(missing: list[str]) -> DomainError:
    """Preparation begins with organiser and date."""
    return guard("DRILL_DATE", missing=missing)


def drill_not_prepared(missing: list[str]) -> DomainError:
    """A drill is ready with script, evaluators, scheme, safety plan and, where the public will hear it, a notice."""
    return guard("DRILL_PREPARATION", missing=missing)


def channels_not_in_exercise() -> DomainError:
    """A drill starts when every channel is set to Exercise."""
    return guard("DRILL_CHANNELS", field="channels_set_to_exercise")


def inject_not_waiting(number: int) -> DomainError:
    """There is no inject of that number waiting to be delivered."""
    return guard("INJECT_NOT_WAITING", field="number", number=number)


def six_contents(missing: list[str]) -> DomainError:
    """The evaluation covers the six contents (R-D3)."""
    return guard("R_D3", field="ratings", missing=missing)


def no_findings() -> DomainError:
    """Corrective actions follow from findings; there are none."""
    return guard("NO_FINDINGS")


def findings_open() -> DomainError:
    """A drill with findings is closed through its corrective actions."""
    return guard("FINDINGS_OPEN")


def corrections_open(actions: list[str]) -> DomainError:
    """Corrective actions are neither verified nor waived."""
    return guard("CORRECTIONS_OPEN", actions=actions)


# --- reviews


def law_92(missing: list[str]) -> DomainError:
    """A review states course, cause, response assessment, lessons and measures (应对法 92)."""
    return guard("LAW_92", missing=missing)


def review_exists() -> DomainError:
    """There is one review for each incident or alert."""
    return DomainError(Kind.ALREADY_EXISTS, "REVIEW_EXISTS")


def parent_finished(parent: str) -> DomainError:
    """No corrective action is added to what is closed."""
    return guard("PARENT_CLOSED", field="review", parent=parent)


CONSTRAINTS = {
    "uq_plan_version_effective": second_effective,
    "uq_activation_open": activation_open,
    "uq_review_cause": review_exists,
}
"""The refusal that each database constraint stands for."""
