"""Recommendations to proto, questions from it; the texts of reasons come from the catalogue, in both languages."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from chassis.ids import id_of
from chassis.messages import Catalogue
from fenghuo.dispatch.v1 import recommendations_pb2 as pb
from services.dispatch.codec import units
from services.dispatch.codec.fields import fill, optional, put_moment
from services.dispatch.model.advice import Advice, Asked, Basis, HeldBack, Manner, OtherSet, Pick, Reason
from services.dispatch.model.override import OverrideStatistics

DEFAULT_LIMIT = 10


def reason(model: Reason, texts: Catalogue) -> pb.DispatchReason:
    """A reason in both languages."""
    zh = texts.text(model.code, "zh", {name: given[0] for name, given in model.details.items()})
    en = texts.text(model.code, "en", {name: given[1] for name, given in model.details.items()})
    return pb.DispatchReason(code=model.code, zh=zh, en=en)


def basis(model: Basis, texts: Catalogue) -> pb.TravelBasis:
    """How travel times were found."""
    words = reason(model.reason, texts)
    low, high = model.error or (None, None)
    source = pb.TravelSource.Value(f"TRAVEL_SOURCE_{model.source.upper()}")
    return pb.TravelBasis(source=source, error_low=low, error_high=high, zh=words.zh, en=words.en)


def asked(messages: Iterable[pb.UnitNeed]) -> list[Asked]:
    """Needs."""
    return [Asked(each.code, each.count, tuple(each.qualifications), each.min_rank, each.whole) for each in messages]


def unit_ids(names: Iterable[str], field: str) -> list[str]:
    """Ids of `units/{id}`."""
    return [id_of(name, "units", field) for name in names]


def manner(request: pb.RecommendUnitsRequest) -> Manner:
    """How to choose."""
    alternatives = optional(request, "alternatives")
    return Manner(request.coverage_weight, request.one_need_each, request.together, optional(request, "latest_s"), 2 if alternatives is None else alternatives)


def advice(model: Advice, now: datetime, texts: Catalogue) -> pb.RecommendUnitsResponse:
    """Who should go."""
    message = pb.RecommendUnitsResponse(
        candidates=map(units.candidate, model.candidates), missing=model.missing, travel=basis(model.basis, texts), objective_s=model.objective_s,
        bound_s=model.bound_s, proven=model.proven, considered=model.considered, needs=(fill(pb.UnitNeed(), need) for need in model.needs),
        set_aside=(f"units/{unit_id}" for unit_id in model.set_aside),
        units=(_pick(each, now, texts) for each in model.picks), alternatives=map(_other, model.others),
    )  # fmt: skip
    for held in model.held_back:
        message.held_back.append(_held_back(held, texts))
    for each in model.unmet:
        rest: dict[str, Any] = {name: getattr(each, name) for name in ("need", "code", "missing", "exist", "could_go")}
        message.unmet.add(reason=reason(each.reason, texts), **rest)
    return message


def _pick(model: Pick, now: datetime, texts: Catalogue) -> pb.RecommendedUnit:
    message = pb.RecommendedUnit(
        unit=f"units/{model.unit_id}", display_name=model.display_name, travel_s=model.travel_s, coverage_cost_s=model.coverage_cost_s,
        position_stale=model.position_stale, next_unit=f"units/{model.next_unit_id}" if model.next_unit_id else "", next_travel_s=model.next_travel_s,
        reasons=[reason(each, texts) for each in model.reasons],
        display_name_en=model.display_name_en, serves=(fill(pb.NeedServed(), each) for each in model.serves),
    )  # fmt: skip
    message.arrive_time.FromDatetime(now + timedelta(seconds=model.travel_s))
    return message


def _held_back(model: HeldBack, texts: Catalogue) -> pb.HeldBackUnit:
    message = pb.HeldBackUnit(unit=f"units/{model.unit_id}", display_name=model.display_name, travel_s=model.travel_s, reason=reason(model.reason, texts))
    if model.duty_end_at is not None:
        put_moment(message, "duty_end_time", model.duty_end_at)
    return message


def _other(model: OtherSet) -> pb.AlternativeSet:
    named = [f"units/{unit_id}" for unit_id in model.units]
    return pb.AlternativeSet(units=named, travel_s=model.travel_s, extra_s=model.extra_s, missing=model.missing, instead_of=f"units/{model.instead_of}")


def statistics(model: OverrideStatistics) -> pb.OverrideStatistics:
    """Offers that went against the advice."""
    return fill(pb.OverrideStatistics(), model)
