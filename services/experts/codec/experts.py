"""Experts to proto and back."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from chassis.ids import checked_id
from fenghuo.experts.v1 import experts_pb2 as pb
from services.experts.codec import words
from services.experts.model.expert import LEVELS, Availability, Contact, Expert, Profile


def spans(messages: Any) -> tuple[Availability, ...]:
    """A calendar."""
    return tuple(Availability(each.start_time.ToDatetime(UTC), each.end_time.ToDatetime(UTC), words.word(pb.AvailabilityKind, each.kind)) for each in messages)


READERS: Mapping[str, Callable[[pb.ExpertProfile], Any]] = {
    "display_name": lambda given: given.display_name,
    "employer": lambda given: given.employer,
    "title": lambda given: given.title,
    "fields": lambda given: tuple(dict.fromkeys(map(words.asked_field, given.fields))),
    "roles": lambda given: tuple(words.word(pb.ExpertRole, role) for role in given.roles),
    "languages": lambda given: tuple(given.languages),
    "contact": lambda given: Contact(given.contact.phone, given.contact.second_phone, given.contact.email, given.contact.address),
    "availability": lambda given: spans(given.availability),
    "base_region_code": lambda given: given.base_region_code,
    "interests": lambda given: tuple(given.interests),
    "security_level": lambda given: int(given.security_level),
    "account": lambda given: given.account,
}


def nominated(request: pb.NominateExpertRequest, nominator: str, org: str, now: datetime, id_hash: str) -> Expert:
    """The expert a nomination describes."""
    return Expert(
        id=checked_id(request.expert_id, "expert_id"),
        profile=Profile(**{name: read(request.profile) for name, read in READERS.items()}),
        region_code=request.region_code,
        owner_org=org,
        nominator=nominator,
        created_at=now,
        updated_at=now,
        id_hash=id_hash,
    )


def changes(request: pb.UpdateExpertRequest) -> dict[str, Any]:
    """The new values by field of the profile: those named in the mask, or else those that are set. A name that is no field is handed on and refused."""
    mask = list(request.update_mask) or [field.name for field, _ in request.profile.ListFields()]
    return {name: READERS[name](request.profile) if name in READERS else None for name in mask}


def profile(model: Profile) -> pb.ExpertProfile:
    """What is known of an expert."""
    contact = model.contact
    message = pb.ExpertProfile(
        display_name=model.display_name,
        employer=model.employer,
        title=model.title,
        fields=words.fields(model.fields),
        roles=[words.value(pb.ExpertRole, role) for role in model.roles],
        languages=model.languages,
        contact=pb.Contact(phone=contact.phone, second_phone=contact.second_phone, email=contact.email, address=contact.address),
        base_region_code=model.base_region_code,
        interests=model.interests,
        security_level=words.value(pb.SecurityLevel, LEVELS[model.security_level]),
        account=model.account,
    )
    for span in model.availability:
        words.stamp(message.availability.add(kind=words.value(pb.AvailabilityKind, span.kind)), start_time=span.start, end_time=span.end)
    return message


def expert(model: Expert, now: datetime) -> pb.Expert:
    """An expert as the contract shows it, with personal data."""
    message = pb.Expert(
        name=model.name,
        etag=str(model.version),
        state=words.value(pb.ExpertState, model.state),
        profile=profile(model.profile),
        region_code=model.region_code,
        owner_org=model.owner_org,
        shared_with=model.shared_with,
        stale=model.stale(now),
        mean_score=model.mean_score,
        nominator=model.nominator,
        reviewer=model.reviewer,
        reason=model.reason,
        purged=model.purged_at is not None,
    )
    words.stamp(
        message,
        create_time=model.created_at,
        update_time=model.updated_at,
        appoint_time=model.appointed_from,
        appoint_end_time=model.appointed_to,
        verify_time=model.verified_at,
        purge_time=model.purged_at or model.purge_at,
    )
    for mark in model.ratings:
        words.stamp(message.ratings.add(call_up=f"callUps/{mark.call_up_id}", score=mark.score), rate_time=mark.at)
    for record in model.discipline_records:
        kind = words.value(pb.DisciplineKind, record.kind)
        words.stamp(message.discipline_records.add(kind=kind, text=record.text, call_up=record.call_up), record_time=record.at)
    return message


def stats(found: tuple[dict[str, int], dict[str, int], int, list[str]]) -> pb.PoolStats:
    """How a pool is kept."""
    by_state, by_discipline, stale, missing = found
    return pb.PoolStats(by_state=by_state, active_by_discipline=by_discipline, stale=stale, missing_disciplines=missing)
