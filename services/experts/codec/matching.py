"""Matches and the taxonomy to proto and back; the texts of reasons come from the catalogue, in both languages."""

from datetime import datetime
from typing import Any

from chassis.messages import Catalogue
from fenghuo.experts.v1 import experts_pb2
from fenghuo.experts.v1 import matching_pb2 as pb
from services.experts.codec import words
from services.experts.model.expert import Expert
from services.experts.model.matching import Candidate, LeftOut, Matches, Reason, Wanted
from services.experts.model.organisation import Party, Register
from services.experts.model.taxonomy import TAXONOMY, Term

DEFAULT_LIMIT = 10


def parties(messages: Any) -> tuple[Party, ...]:
    """Organisations concerned."""
    return tuple(Party(each.organisation, tuple(each.parents)) for each in messages)


def party(model: Party) -> pb.Party:
    """An organisation concerned."""
    return pb.Party(organisation=model.organisation, parents=model.parents)


def wanted(request: pb.MatchExpertsRequest, now: datetime) -> Wanted:
    """What a request asks for."""
    return Wanted(
        fields=tuple(dict.fromkeys(map(words.asked_field, request.fields))),
        now=now,
        need_by=words.moment(request, "need_by"),
        mode=words.word(pb.CallMode, request.mode) or "remote",
        region_code=request.region_code,
        regions=tuple(request.regions),
        parties=parties(request.parties),
        roles=tuple(words.word(experts_pb2.ExpertRole, role) for role in request.roles),
        languages=tuple(request.languages),
        security_level=int(request.security_level),
    )


def reason(model: Reason, texts: Catalogue) -> pb.MatchReason:
    """A reason in both languages."""
    zh = texts.text(model.code, "zh", {name: given[0] for name, given in model.details.items()})
    en = texts.text(model.code, "en", {name: given[1] for name, given in model.details.items()})
    return pb.MatchReason(code=model.code, zh=zh, en=en, points=model.points)


def candidate(model: Candidate, rank: int, person: Expert | None, register: Register, texts: Catalogue) -> pb.Candidate:
    """Somebody who could come."""
    message = pb.Candidate(
        expert=f"experts/{model.expert_id}",
        display_name=person.profile.display_name if person else "",
        employer=register.label(person.profile.employer) if person else "",
        title=person.profile.title if person else "",
        rank=rank,
        score=model.score,
        reasons=[reason(each, texts) for each in model.reasons],
    )
    words.stamp(message, free_time=model.free_at)
    return message


def left_out(model: LeftOut, person: Expert | None, texts: Catalogue) -> pb.LeftOut:
    """Somebody who is not proposed."""
    name = person.profile.display_name if person else ""
    return pb.LeftOut(expert=f"experts/{model.expert_id}", display_name=name, reasons=[reason(each, texts) for each in model.reasons])


def response(matches: Matches, people: dict[str, Expert], register: Register, texts: Catalogue, limit: int) -> pb.MatchExpertsResponse:
    """Who could advise, and who is left out."""
    best = matches.candidates[: limit or DEFAULT_LIMIT]
    return pb.MatchExpertsResponse(
        candidates=[candidate(each, rank, people.get(each.expert_id), register, texts) for rank, each in enumerate(best, start=1)],
        left_out=[left_out(each, people.get(each.expert_id), texts) for each in matches.left_out],
    )


def _term(model: Term) -> pb.TaxonomyTerm:
    return pb.TaxonomyTerm(code=model.code, zh=model.zh, en=model.en, aliases=model.aliases, event_codes=model.event_codes)


def taxonomy() -> pb.Taxonomy:
    """Hazards and disciplines."""
    return pb.Taxonomy(hazards=map(_term, TAXONOMY.hazards.values()), disciplines=map(_term, TAXONOMY.disciplines.values()))
