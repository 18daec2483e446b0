"""Reads across everything: the map, availability, what expires, what is owed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import in_regions
from services.resources.model.picture import Debt, ExpiringLot, Feature, ItemAvailability
from services.resources.repository.collections import HIDDEN_DANGERS, PRE_POSITIONS, RISK_SOURCES, SHELTERS, STORES, TEAMS, UNITS
from services.resources.tables import (
    census,
    hidden_danger,
    holding,
    item,
    lot,
    movement,
    pre_position,
    requisition,
    risk_source,
    shelter,
    store,
    team,
    transfer,
    unit,
)

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def _texts(*names: str) -> Callable[[Any], Mapping[str, str]]:
    return lambda row: {name: str(getattr(row, name)) for name in names if getattr(row, name) not in (None, "")}


_LAYERS: Mapping[str, tuple[Any, Any, Sequence[ColumnElement[bool]], Callable[[Any], Mapping[str, str]]]] = {
    "stores": (store, STORES, (), _texts("level", "owner_org", "duty_phone", "reserve_mode", "region_code")),
    "units": (unit, UNITS, (unit.c.state == "registered",), _texts("status", "team_class", "crew_size", "contact", "incident", "region_code")),
    "teams": (team, TEAMS, (team.c.state == "registered", team.c.lon.isnot(None)), _texts("team_class", "members_count", "contact", "region_code")),
    "shelters": (shelter, SHELTERS, (), _texts("state", "capacity", "occupancy", "kind", "inspection_reason", "region_code")),
    "risk_sources": (risk_source, RISK_SOURCES, (risk_source.c.state != "retired",), _texts("state", "risk_class", "grade", "warning", "region_code")),
    "hidden_dangers": (
        hidden_danger,
        HIDDEN_DANGERS,
        (hidden_danger.c.state.notin_(("accepted", "not_a_danger")),),
        _texts("state", "risk_class", "grade", "overdue", "region_code"),
    ),
    "pre_positions": (pre_position, PRE_POSITIONS, (pre_position.c.state == "ordered",), _texts("state", "reason", "incident", "region_code")),
}


async def features(connection: AsyncConnection, box: Box, layers: Iterable[str], regions: Iterable[str], limit: int) -> list[Feature]:
    """Everything of these layers within the box, at most `limit` a layer. No personal data is among it."""
    west, south, east, north = box
    found: list[Feature] = []
    for layer in layers:
        table, collection, rules, properties = _LAYERS[layer]
        columns = table.c
        inside = (columns.lon.between(west, east), columns.lat.between(south, north))
        query = select(table).where(*rules, *inside, *in_regions(columns.region_code, regions)).order_by(columns.id).limit(limit)
        for row in (await connection.execute(query)).all():
            label = row.place if layer == "pre_positions" else row.display_name
            found.append(Feature(collection.name(row.id), layer, row.lon, row.lat, label, getattr(row, "display_name_en", ""), properties(row)))
    return found


async def availability(connection: AsyncConnection, item_id: str, regions: Iterable[str], region: str, today: date) -> list[ItemAvailability]:
    """Real stock by item and mode."""
    fresh = lot.c.expire_date.is_(None) | (lot.c.expire_date >= today)
    sums = (
        func.sum(lot.c.on_hand).label("on_hand"),
        func.coalesce(func.sum(case((fresh, lot.c.on_hand - lot.c.reserved))), 0).label("available"),
        func.coalesce(func.sum(case((fresh, lot.c.held))), 0).label("held"),
        func.coalesce(func.sum(case((~fresh, lot.c.on_hand))), 0).label("expired"),
        func.count(func.distinct(lot.c.store_id)).label("stores"),
    )
    query = (
        select(item.c.id, item.c.display_name, item.c.unit_of_measure, lot.c.mode, *sums)
        .join(item, item.c.id == lot.c.item_id)
        .where(lot.c.exercise_id == "", lot.c.on_hand > 0, lot.c.region_code.startswith(region), *in_regions(lot.c.region_code, regions))
        .group_by(item.c.id, lot.c.mode)
        .order_by(item.c.id, lot.c.mode)
    )
    rows = (await connection.execute(query.where(item.c.id == item_id) if item_id else query)).all()
    return [ItemAvailability(f"items/{r.id}", r.display_name, r.unit_of_measure, r.mode, r.on_hand, r.available, r.held, r.expired, r.stores) for r in rows]


async def expiring(connection: AsyncConnection, until: date, today: date, regions: Iterable[str]) -> list[ExpiringLot]:
    """Real lots whose last day is at or before `until`, soonest first."""
    query = (
        select(lot, item.c.display_name, item.c.unit_of_measure)
        .join(item, item.c.id == lot.c.item_id)
        .where(lot.c.expire_date <= until, lot.c.on_hand > 0, lot.c.exercise_id == "", *in_regions(lot.c.region_code, regions))
        .order_by(lot.c.expire_date, lot.c.id)
        .limit(1000)
    )
    return [
        ExpiringLot(
            f"lots/{r.id}", f"stores/{r.store_id}", f"items/{r.item_id}", r.display_name, r.expire_date.isoformat(), (r.expire_date - today).days,
            r.on_hand, r.unit_of_measure,
        )
        for r in (await connection.execute(query)).all()
    ]  # fmt: skip


def _debt(kind: str, collection: str, table: Any, label: Any, due: Any, *where: ColumnElement[bool]) -> Select[Any]:
    columns = table.c
    incident = columns.incident if "incident" in columns else literal("")
    due_at = due if due is not None else null().cast(TIMESTAMP(timezone=True))
    chosen = (literal(kind), literal(f"{collection}/") + columns.id, label, due_at, incident, columns.region_code)
    names = ("kind", "name", "display_name", "due_at", "incident", "region_code")
    return select(*(column.label(name) for column, name in zip(chosen, names, strict=True))).where(*where)


def _all_debts() -> list[Select[Any]]:
    moving = ("approved", "picking", "shipped", "discrepancy", "received", "returning")
    owed = (transfer.c.paperwork_due_at.isnot(None), transfer.c.paperwork_filed_at.is_(None))
    undecided = (requisition.c.decision_due_at.isnot(None), requisition.c.decision == "")
    late = (hidden_danger.c.overdue, hidden_danger.c.state != "accepted")
    uninspected = (shelter.c.indoor, shelter.c.inspection_reason != "")
    uncounted = census.c.state.notin_(("posted", "closed"))
    return [
        _debt("transfer_paperwork", "transfers", transfer, transfer.c.number, transfer.c.paperwork_due_at, *owed),
        _debt("transfer_open", "transfers", transfer, transfer.c.number, None, transfer.c.state.in_(moving)),
        _debt("requisition_decision", "requisitions", requisition, requisition.c.asset, requisition.c.decision_due_at, *undecided),
        _debt("requisition_open", "requisitions", requisition, requisition.c.asset, None, requisition.c.state != "closed"),
        _debt("census", "censuses", census, census.c.half, census.c.due_at, uncounted),
        _debt("safety_inspection", "shelters", shelter, shelter.c.display_name, None, *uninspected),
        _debt("rectification", "hiddenDangers", hidden_danger, hidden_danger.c.display_name, hidden_danger.c.due_at, *late),
        _debt("write_off", "movements", movement, movement.c.reason, None, movement.c.state == "draft"),
    ]


async def debts(connection: AsyncConnection, incidents: Sequence[str], regions: Iterable[str], now: datetime) -> list[Debt]:
    """What is owed, most urgent first; with incidents only what belongs to them, and what of its stock is still out."""
    everything = union_all(*_all_debts()).subquery()
    columns = everything.c
    query = (
        select(everything).where(*in_regions(columns.region_code, regions)).order_by(columns.due_at.asc().nulls_last(), columns.kind, columns.name).limit(1000)
    )
    rows = (await connection.execute(query.where(columns.incident.in_(incidents)) if incidents else query)).all()
    found = [Debt(r.kind, r.name, r.display_name, r.due_at, r.due_at is not None and r.due_at < now, r.incident) for r in rows]
    return [*found, *(await _stock_out(connection, incidents, regions))]


async def _stock_out(connection: AsyncConnection, incidents: Sequence[str], regions: Iterable[str]) -> list[Debt]:
    """Reusable stock that somebody has and has not brought back 借出未归还; holders are orders of the incidents, or anybody."""
    issued = select(movement.c.holder, func.max(movement.c.incident).label("incident"), func.max(movement.c.region_code).label("region_code"))
    holders = issued.where(movement.c.holder != "").group_by(movement.c.holder).subquery()
    joined = holding.join(item, item.c.id == holding.c.item_id).join(holders, literal("issued:") + holders.c.holder == holding.c.account)
    query = (
        select(holders.c.holder, holders.c.incident, item.c.display_name, item.c.unit_of_measure, holding.c.balance)
        .select_from(joined)
        .where(holding.c.balance > 0, item.c.reusable, *in_regions(holders.c.region_code, regions))
        .order_by(holders.c.holder, item.c.id)
        .limit(1000)
    )
    rows = (await connection.execute(query.where(holders.c.incident.in_(incidents)) if incidents else query)).all()
    return [Debt("stock_out", r.holder, f"{r.display_name} {r.balance.normalize():f} {r.unit_of_measure}", incident=r.incident) for r in rows]
