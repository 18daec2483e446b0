"""Evacuation orders and relief records in the database."""

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Store
from services.dispatch.model.relief import EvacuationOrder, ReliefRecord
from services.dispatch.tables import evacuation_order as order_table
from services.dispatch.tables import relief_record as record_table

EVACUATIONS = Store(order_table, EvacuationOrder, "evacuationOrders")
RECORDS = Store(record_table, ReliefRecord, "reliefRecords")


def evacuation_conditions(incident_id: str, state: str) -> list[ColumnElement[bool]]:
    """What a list of orders is narrowed to."""
    return [column == value for column, value in ((order_table.c.incident_id, incident_id), (order_table.c.state, state)) if value]


def record_conditions(incident_id: str) -> list[ColumnElement[bool]]:
    """What a list of records is narrowed to."""
    return [record_table.c.incident_id == incident_id] if incident_id else []


async def of_incident(connection: AsyncConnection, incident_id: str) -> list[ReliefRecord]:
    """Every record of an incident."""
    return await RECORDS.where(connection, record_table.c.incident_id == incident_id)
