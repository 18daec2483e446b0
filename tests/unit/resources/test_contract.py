"""Messages, models, facts and the README meet by name: what one side says the other knows."""

import dataclasses
import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest

from chassis.states import Machine
from chassis.store import Store
from fenghuo.resources.v1 import (
    agreements_pb2,
    censuses_pb2,
    donations_pb2,
    hidden_dangers_pb2,
    items_pb2,
    lots_pb2,
    movements_pb2,
    pre_positions_pb2,
    quotas_pb2,
    requisitions_pb2,
    risk_sources_pb2,
    shelters_pb2,
    standby_orders_pb2,
    stores_pb2,
    teams_pb2,
    transfers_pb2,
    units_pb2,
)
from services.resources import events, model
from services.resources.codec.fields import POINT, REFERENCES, TIMESTAMP
from services.resources.repository import collections

README = Path(__file__).parents[3] / "services" / "resources" / "README.md"
COMPUTED = {
    "Lot": {"available", "expired", "unit_of_measure", "display_name"},
    "Movement": {"entries"},
}
"""Fields of messages that do not stand in the model but follow from it, its item and the day."""
NOT_TOLD = {"id", "version", "serial"}
INNER = {"Stay": {"region_code"}, "Movement": set[str](), "Reservation": {"update_at", "region_code", "exercise_id"}, "Unit": {"status_version"}}
"""Fields of models that no message shows, beyond identity."""
PAIRS: dict[str, Any] = {
    "Item": items_pb2.Item, "Store": stores_pb2.Store, "StockQuota": quotas_pb2.StockQuota, "Lot": lots_pb2.Lot, "Reservation": lots_pb2.Reservation,
    "Movement": movements_pb2.Movement, "Transfer": transfers_pb2.Transfer, "ReserveAgreement": agreements_pb2.ReserveAgreement,
    "CallOff": agreements_pb2.CallOff, "Donation": donations_pb2.Donation, "Requisition": requisitions_pb2.Requisition, "Census": censuses_pb2.Census,
    "Team": teams_pb2.Team, "Unit": units_pb2.Unit, "PrePosition": pre_positions_pb2.PrePosition, "StandbyOrder": standby_orders_pb2.StandbyOrder,
    "StandbyRule": standby_orders_pb2.StandbyRule,
    "Shelter": shelters_pb2.Shelter, "Stay": shelters_pb2.Stay, "RiskSource": risk_sources_pb2.RiskSource, "HiddenDanger": hidden_dangers_pb2.HiddenDanger,
}  # fmt: skip
COLLECTIONS = [value for value in vars(collections).values() if isinstance(value, Store)]
MODULES = [importlib.import_module(f"services.resources.model.{module.name}") for module in pkgutil.iter_modules(model.__path__)]
FACTS = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if dataclasses.is_dataclass(value) and value.__module__ == module.__name__ and "key" in {field.name for field in dataclasses.fields(value)}
}
MACHINES = {value.aggregate: value for module in MODULES for value in vars(module).values() if isinstance(value, Machine)}


def model_names(field: Any) -> set[str]:
    """The names that a message's field may have in the model."""
    if field.name == "etag":
        return {"version"}
    if field.message_type is not None and field.message_type.full_name == POINT:
        return {"lon"}
    if field.message_type is not None and field.message_type.full_name == TIMESTAMP:
        return {field.name.removesuffix("_time") + "_at" if field.name.endswith("_time") else field.name}
    return {field.name, f"{field.name}_id"} if field.name in REFERENCES else {field.name}


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda each: each.model.__name__)
def test_every_field_has_its_other_side(collection: Store[Any]) -> None:
    name = collection.model.__name__
    known = {field.name for field in dataclasses.fields(collection.model)} | {"name"}
    seen: set[str] = {"lat"}
    for field in PAIRS[name].DESCRIPTOR.fields:
        found = model_names(field) & known
        assert found or field.name in COMPUTED.get(name, ()), f"{name}.{field.name} is in no model"
        seen |= found
    hidden = known - seen - NOT_TOLD - {"name"}
    assert hidden <= INNER.get(name, set()) | {"region_code", "update_at"}, f"{name}: {hidden} is in no message"


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS.keys())
def test_every_fact_is_published_whole(fact: Any) -> None:
    topic, kind, place = events.FACTS[fact.__name__]
    told = {field.name for field in dataclasses.fields(fact)} - {"key", "lat"}
    message = kind.DESCRIPTOR.fields_by_name[place].message_type
    assert topic in events.TOPICS
    assert {next(iter(model_names(field) & told), field.name) for field in message.fields} == told, fact.__name__


def test_every_fact_of_the_contract_is_one_of_the_model() -> None:
    assert set(events.FACTS) == set(FACTS)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_the_readme_draws_the_machines_as_they_are(machine: Machine) -> None:
    assert machine.diagram() in README.read_text(encoding="utf-8")
