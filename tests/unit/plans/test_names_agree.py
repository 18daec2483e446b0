"""The model and the contract call the same thing by the same name: the codecs stand on it."""

from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from fenghuo.plans.v1 import activations_pb2, content_pb2, drills_pb2, filings_pb2, plans_pb2, reviews_pb2, versions_pb2
from fenghuo.type.v1 import options_pb2
from services.plans import events
from services.plans.codec.fields import fill, read
from services.plans.model import (
    activation,
    activation_facts,
    content,
    correction,
    drill,
    filing,
    notice,
    plan,
    review,
    version,
)
from tests.unit.plans.test_content import COMPLETE

MODULES = (activation, activation_facts, content, correction, drill, filing, notice, plan, review, version)
CLASSES: dict[str, Any] = {name: value for module in MODULES for name, value in vars(module).items() if isinstance(value, type) and is_dataclass(value)}
SHOWN = {
    plans_pb2.Plan: plan.Plan, plans_pb2.PlanEvaluation: plan.PlanEvaluation, plans_pb2.PlanReviewReason: plan.PlanReviewReason,
    versions_pb2.PlanVersion: version.PlanVersion, versions_pb2.Opinion: version.Opinion, versions_pb2.Feasibility: version.Feasibility,
    versions_pb2.Deliberation: version.Deliberation, filings_pb2.PlanFiling: filing.PlanFiling, activations_pb2.Activation: activation.Activation,
    activations_pb2.ActionAtWork: activation.ActionAtWork, activations_pb2.PostNotice: notice.PostNotice, activations_pb2.LevelChange: activation.LevelChange,
    drills_pb2.Drill: drill.Drill, drills_pb2.Inject: drill.Inject, drills_pb2.DrillRating: drill.DrillRating, reviews_pb2.Review: review.Review,
    reviews_pb2.CorrectiveAction: correction.CorrectiveAction, reviews_pb2.Finding: review.Finding, content_pb2.PlanContent: content.Content,
    content_pb2.Section: content.Section, content_pb2.ResponseLevel: content.ResponseLevel, content_pb2.Trigger: content.Trigger,
    content_pb2.MetricTrigger: content.MetricTrigger, content_pb2.AlertTrigger: content.AlertTrigger, content_pb2.GradeTrigger: content.GradeTrigger,
    content_pb2.ActionCard: content.ActionCard, content_pb2.RequiredResource: content.RequiredResource,
}  # fmt: skip


def has(model: type[Any], name: str) -> bool:
    return name in {field.name for field in fields(model)} or hasattr(model, name)


@pytest.mark.parametrize("message", SHOWN, ids=lambda message: message.DESCRIPTOR.name)
def test_every_field_a_caller_sees_is_filled(message: Any) -> None:
    assert [field.name for field in message.DESCRIPTOR.fields if field.name != "etag" and not has(SHOWN[message], field.name)] == []


@pytest.mark.parametrize("fact", sorted(events.FACTS))
def test_every_fact_of_the_contract_is_one_of_the_model(fact: str) -> None:
    _, envelope, field = events.FACTS[fact]
    described = envelope.DESCRIPTOR.fields_by_name[field].message_type
    assert described is not None
    names = {each.name for each in fields(CLASSES[fact])}
    assert "key" in names
    assert names - {"key"} == {each.name for each in described.fields}


def test_topics_are_those_of_the_contract() -> None:
    assert {envelope.DESCRIPTOR.GetOptions().Extensions[options_pb2.topic].name: envelope for envelope in events.TOPICS.values()} == events.TOPICS


def test_content_survives_the_wire() -> None:
    message = fill(content_pb2.PlanContent(), COMPLETE)
    assert read(content.Content, content_pb2.PlanContent.FromString(message.SerializeToString())) == COMPLETE
