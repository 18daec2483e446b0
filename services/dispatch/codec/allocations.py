"""Allocation proposals to proto, specifications from it."""

from collections.abc import Iterable
from typing import Any

from chassis.ids import id_of
from chassis.messages import Catalogue
from fenghuo.dispatch.v1 import allocations_pb2 as pb
from services.dispatch.codec.fields import fill, moment, point, ref, word
from services.dispatch.codec.recommendations import asked, basis, reason
from services.dispatch.model.advice import refused
from services.dispatch.model.allocation import (
    AllocationProposal,
    Area,
    Committed,
    Explicit,
    Gap,
    Line,
    LineOutcome,
    Pair,
    Plan,
    Site,
    Spec,
    Tally,
    TaskTerms,
    Terms,
)

_TIMES = {"create_time": "created_at", "start_time": "started_at", "end_time": "ended_at"}
_SKIPPED = ("message", "spec", "travel", "lines", "gaps", "model")
_SUMMED = ("objective", "bound", "gap", "complete", "units_considered", "sites_considered", "wanted", "covered", "sent", "compute_s", "proven", "warm")
_TERMS = {"latest_arrive_time": "latest_at", "least_units": "least"}
_LIMITS = ("reserve_price_s", "unmet_penalty_s", "max_travel_s", "time_limit_s")


def spec(message: pb.AllocationSpec) -> Spec:
    """What to weigh; a rule that is not given gets its default."""
    given: dict[str, Any] = {name: getattr(message, name) for name in _LIMITS if getattr(message, name)}
    return Spec(
        incidents=[_id(name, "incidents") for name in message.incidents],
        needs=[_explicit(each) for each in message.needs],
        terms=[TaskTerms(ref(each, "task"), _terms(each.needs), each.last_arrival_weight) for each in message.terms],
        model=word(message, "model") or "cover",
        reserve_share=message.reserve_share,
        exercise_id=message.exercise_id,
        pinned=[Pair(ref(each, "unit"), ref(each, "task")) for each in message.pinned],
        forbidden=[Pair(ref(each, "unit"), ref(each, "task")) for each in message.forbidden],
        **given,
    )


def _explicit(message: pb.ExplicitNeed) -> Explicit:
    place, terms = point(message, "location"), _terms(message.terms)
    return Explicit(ref(message, "incident"), message.title, asked(message.needs), place, message.life_saving, terms, message.last_arrival_weight)


def _terms(messages: Iterable[pb.ArrivalTerms]) -> list[Terms]:
    return [Terms(each.code, moment(each, "latest_arrive_time"), each.least_units) for each in messages]


def _put_terms(listed: Any, terms: Iterable[Terms]) -> None:
    for each in terms:
        fill(listed.add(), each, _TERMS)


def _id(name: str, collection: str) -> str:
    return id_of(name, collection, collection)


def _told_spec(model: Spec) -> pb.AllocationSpec:
    message = pb.AllocationSpec(
        incidents=[f"incidents/{incident_id}" for incident_id in model.incidents], model=_model(model.model), reserve_share=model.reserve_share,
        exercise_id=model.exercise_id, pinned=map(_pair, model.pinned), forbidden=map(_pair, model.forbidden),
        **{name: getattr(model, name) for name in _LIMITS},
    )  # fmt: skip
    for each in model.needs:
        need = message.needs.add(incident=f"incidents/{each.incident_id}", title=each.title, life_saving=each.life_saving)
        for one in each.needs:
            fill(need.needs.add(), one)
        if each.place:
            need.location.lon, need.location.lat = each.place
        need.last_arrival_weight = each.last_arrival_weight
        _put_terms(need.terms, each.terms)
    for terms in model.terms:
        _put_terms(message.terms.add(task=f"tasks/{terms.task_id}", last_arrival_weight=terms.last_arrival_weight).needs, terms.needs)
    return message


def _pair(model: Pair) -> pb.UnitTask:
    return pb.UnitTask(unit=f"units/{model.unit_id}", task=f"tasks/{model.task_id}")


def _model(model: str) -> "pb.AllocationModel.ValueType":
    return pb.AllocationModel.Value(f"ALLOCATION_MODEL_{model.upper()}")


def proposal(model: AllocationProposal, texts: Catalogue, plan: Plan | None = None) -> pb.AllocationProposal:
    """A proposal, with its lines where the plan is given."""
    message = fill(pb.AllocationProposal(), model, _TIMES | dict.fromkeys(_SKIPPED, ""))
    message.message.CopyFrom(reason(model.message, texts))
    message.spec.CopyFrom(_told_spec(model.spec))
    message.model = _model(model.spec.model)
    if model.summary is not None:
        for name in _SUMMED:
            setattr(message, name, getattr(model.summary, name))
        message.travel.CopyFrom(basis(model.summary.travel, texts))
    if plan is not None:
        message.lines.extend(_line(line, plan.sites[line.site], texts) for line in plan.lines)
        message.gaps.extend(_gap(gap, plan.sites[gap.site], texts) for gap in plan.gaps)
    return message


def _names(site: Site, *, made: bool) -> dict[str, Any]:
    """The task of an explicit need is named once it is there."""
    task = "" if site.explicit and not made else f"tasks/{site.task_id}"
    return {"task": task, "incident": f"incidents/{site.incident_id}" if site.incident_id else "", "title": site.title}


def _line(model: Line, site: Site, texts: Catalogue) -> pb.AllocationLine:
    message = pb.AllocationLine(
        number=model.number, unit=f"units/{model.unit_id}", unit_display_name=model.unit_display_name, covers=model.covers, travel_s=model.travel_s,
        pinned=model.pinned, reasons=[reason(each, texts) for each in model.reasons], refusal=model.refusal,
        assignment=f"assignments/{model.assignment_id}" if model.assignment_id else "", **_names(site, made=bool(model.assignment_id)),
    )  # fmt: skip
    if model.refusal_reason is not None:
        message.refusal_reason.CopyFrom(reason(model.refusal_reason, texts))
    return message


def _gap(model: Gap, site: Site, texts: Catalogue) -> pb.AllocationGap:
    return pb.AllocationGap(code=model.code, missing=model.missing, could=model.could, reason=reason(model.reason, texts), **_names(site, made=False))


def committed(model: Committed, texts: Catalogue) -> pb.CommitAllocationResponse:
    """What was done, line by line."""
    refused = sum(outcome.refusal is not None for outcome in model.outcomes)
    message = pb.CommitAllocationResponse(offered=len(model.outcomes) - refused, refused=refused)
    message.proposal.CopyFrom(proposal(model.proposal, texts, model.plan))
    message.outcomes.extend(_outcome(outcome, texts) for outcome in model.outcomes)
    return message


def _outcome(model: LineOutcome, texts: Catalogue) -> pb.LineOutcome:
    line = model.line
    message = pb.LineOutcome(number=line.number, unit=f"units/{line.unit_id}", task=f"tasks/{model.task_id}")
    if line.assignment_id:
        message.assignment = f"assignments/{line.assignment_id}"
    if model.refusal is not None:
        message.refusal.CopyFrom(reason(refused(model.refusal), texts))
    return message


def figures(model: Tally) -> pb.AllocationFigures:
    """One side of a comparison."""
    return pb.AllocationFigures(wanted=model.wanted, covered=model.covered, units=model.units, mean_s=model.mean_s, worst_s=model.longest_s)


def incident(name: str, title: str, before: Tally, after: Tally) -> pb.IncidentComparison:
    """One incident before and after."""
    shown = f"incidents/{name}" if name else ""
    return pb.IncidentComparison(incident=shown, title=title, before=figures(before), after=figures(after))


def area(model: Area) -> pb.AreaComparison:
    """One area before and after."""
    return fill(pb.AreaComparison(), model)
