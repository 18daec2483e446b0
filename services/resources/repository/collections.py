"""The collections of resources."""

from typing import TypeVar

from sqlalchemy import Table

from chassis.store import Store as Rows
from services.resources import tables
from services.resources.model.catalogue import Item, StockQuota, Store
from services.resources.model.census import Census
from services.resources.model.movement import Movement
from services.resources.model.position import PrePosition, StandbyOrder, StandbyRule
from services.resources.model.record import Record
from services.resources.model.requisition import Requisition
from services.resources.model.risk import HiddenDanger, RiskSource
from services.resources.model.shelter import Shelter, Stay
from services.resources.model.stock import Lot, Reservation
from services.resources.model.supply import CallOff, Donation, ReserveAgreement
from services.resources.model.team import Team, Unit
from services.resources.model.transfer import Transfer

R = TypeVar("R", bound=Record)


def _rows(table: Table, model: type[R]) -> Rows[R]:
    return Rows(table, model, model.COLLECTION, fixed=("create_at",))


ITEMS = _rows(tables.item, Item)
STORES = _rows(tables.store, Store)
QUOTAS = _rows(tables.stock_quota, StockQuota)
LOTS = _rows(tables.lot, Lot)
RESERVATIONS = _rows(tables.reservation, Reservation)
MOVEMENTS = _rows(tables.movement, Movement)
TRANSFERS = _rows(tables.transfer, Transfer)
AGREEMENTS = _rows(tables.reserve_agreement, ReserveAgreement)
CALL_OFFS = _rows(tables.call_off, CallOff)
DONATIONS = _rows(tables.donation, Donation)
REQUISITIONS = _rows(tables.requisition, Requisition)
CENSUSES = _rows(tables.census, Census)
TEAMS = _rows(tables.team, Team)
UNITS = _rows(tables.unit, Unit)
PRE_POSITIONS = _rows(tables.pre_position, PrePosition)
STANDBY_RULES = _rows(tables.standby_rule, StandbyRule)
STANDBYS = _rows(tables.standby_order, StandbyOrder)
SHELTERS = _rows(tables.shelter, Shelter)
STAYS = _rows(tables.stay, Stay)
RISK_SOURCES = _rows(tables.risk_source, RiskSource)
HIDDEN_DANGERS = _rows(tables.hidden_danger, HiddenDanger)
