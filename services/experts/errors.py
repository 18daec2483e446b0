"""Everything experts refuses, with its stable reason."""

from chassis.errors import DomainError, Kind, guard, invalid


def field_unknown(text: str) -> DomainError:
    """The taxonomy knows no such field."""
    return invalid("fields", "FIELD_UNKNOWN", text=text)


def parent_unknown(name: str) -> DomainError:
    """The parent must be registered first."""
    return guard("PARENT_UNKNOWN", field="parent", name=name)


def own_parent(name: str) -> DomainError:
    """An organisation cannot belong, directly or not, to itself."""
    return DomainError(Kind.CONFLICT, "OWN_PARENT", field="parent", name=name)


# --- experts


def nomination_needs(missing: list[str]) -> DomainError:
    """A nomination needs name, employer and at least one field."""
    return guard("NOMINATION_NEEDS", field=f"profile.{missing[0]}", missing=missing)


def expert_known() -> DomainError:
    """The identity number belongs to somebody in the pool."""
    return DomainError(Kind.ALREADY_EXISTS, "EXPERT_KNOWN", field="identity_number")


def account_taken() -> DomainError:
    """Another expert logs in with this account."""
    return DomainError(Kind.ALREADY_EXISTS, "ACCOUNT_TAKEN", field="profile.account")


def reviewer_is_nominator() -> DomainError:
    """Who nominates does not appoint (EX-02, DOMAIN § 2.0)."""
    return DomainError(Kind.FORBIDDEN, "SEPARATION_OF_DUTY", field="name")


def own_appointment() -> DomainError:
    """Nobody decides about the own appointment."""
    return DomainError(Kind.FORBIDDEN, "OWN_APPOINTMENT", field="name")


def appointment_span() -> DomainError:
    """An appointment ends after its begin and after now."""
    return guard("APPOINTMENT_SPAN", field="appoint_end_time")


def appointment_over(name: str) -> DomainError:
    """The appointment ended during the suspension; only a new nomination brings the expert back."""
    return guard("APPOINTMENT_OVER", name=name)


def availability_span() -> DomainError:
    """A span of time ends after its begin."""
    return invalid("availability", "AVAILABILITY_SPAN")


def profile_field_unknown(field: str) -> DomainError:
    """The profile has no such field."""
    return invalid("update_mask", "PROFILE_FIELD_UNKNOWN", name=field)


def no_own_expert() -> DomainError:
    """The caller's account belongs to no expert."""
    return DomainError(Kind.FORBIDDEN, "NO_OWN_EXPERT")


# --- call-ups


def call_up_subject() -> DomainError:
    """A call-up is for exactly one of incident, plan, drill."""
    return guard("CALL_UP_SUBJECT", field="incident")


def call_up_region() -> DomainError:
    """Without an incident a call-up needs a region code."""
    return guard("CALL_UP_REGION", field="region_code")


def need_by_past() -> DomainError:
    """Advice cannot be needed before now."""
    return guard("NEED_BY_PAST", field="need_by")


def response_over(name: str) -> DomainError:
    """The response to the incident has ended."""
    return guard("RESPONSE_OVER", field="incident", name=name)


def not_shortlisted(name: str) -> DomainError:
    """Only experts of the shortlist are invited."""
    return guard("NOT_SHORTLISTED", field="experts", name=name)


def conflict_of_interest(name: str) -> DomainError:
    """The expert depends on a party (493号令 art. 23 by analogy)."""
    return guard("CONFLICT_OF_INTEREST", field="experts", name=name)


def already_invited(name: str) -> DomainError:
    """An expert is invited once to a call-up."""
    return DomainError(Kind.CONFLICT, "ALREADY_INVITED", field="experts", name=name)


def nobody_to_invite() -> DomainError:
    """The shortlist holds nobody who was not invited yet, or no place is free."""
    return guard("NOBODY_TO_INVITE", field="experts")


def expert_not_active(name: str) -> DomainError:
    """The expert was suspended or the appointment ended since the shortlist."""
    return DomainError(Kind.CONFLICT, "EXPERT_NOT_ACTIVE", field="experts", name=name)


# --- invitations


def not_your_invitation(name: str) -> DomainError:
    """An expert sees and answers only own invitations: others' do not exist."""
    return DomainError(Kind.NOT_FOUND, "NOT_FOUND", name=name)


def decline_reason_needed() -> DomainError:
    """Whoever declines says why."""
    return guard("DECLINE_REASON_NEEDED", field="reason")


def no_place_free(quota: int) -> DomainError:
    """Every place is taken."""
    return DomainError(Kind.CONFLICT, "NO_PLACE_FREE", quota=quota)


def place_taken() -> DomainError:
    """Two were given one place at the same time; the database kept the first."""
    return DomainError(Kind.STALE, "PLACE_TAKEN")


def engage_needs(missing: list[str]) -> DomainError:
    """Engaging needs presence, briefing and the note of confidentiality (DOMAIN § 2.5)."""
    return guard("ENGAGE_NEEDS", field=missing[0], missing=missing)


# --- opinions and groups


def adoption_reason_needed() -> DomainError:
    """A decision not to follow an opinion in full needs its reason."""
    return guard("ADOPTION_REASON_NEEDED", field="reason")


def own_opinion() -> DomainError:
    """Whoever gave or entered an opinion does not decide about it."""
    return DomainError(Kind.FORBIDDEN, "OWN_OPINION")


def not_the_leader(name: str) -> DomainError:
    """Only the leader submits the joint opinion."""
    return DomainError(Kind.FORBIDDEN, "NOT_THE_LEADER", name=name)


def not_a_member(name: str) -> DomainError:
    """Only members of the group that gave the opinion dissent from it."""
    return DomainError(Kind.FORBIDDEN, "NOT_A_MEMBER", name=name)


def dissent_of_leader() -> DomainError:
    """Whoever signs a joint opinion does not dissent from it."""
    return guard("DISSENT_OF_LEADER", field="dissents")


def joint_only() -> DomainError:
    """Only a joint opinion has dissent."""
    return guard("JOINT_ONLY")


def leader_not_member() -> DomainError:
    """The leader is one of the members."""
    return guard("LEADER_NOT_MEMBER", field="leader")


def member_not_engaged(names: list[str]) -> DomainError:
    """Members of a group accepted or are engaged in its call-up."""
    return guard("MEMBER_NOT_ENGAGED", field="members", names=names)


CONSTRAINTS = {
    "uq_expert_id_hash": expert_known,
    "uq_expert_account": account_taken,
    "ck_expert_reviewer_is_not_nominator": reviewer_is_nominator,
    "ck_opinion_decider_is_not_author": own_opinion,
    "uq_invitation_call_up_id_place": place_taken,
}
