"""The collections of resources."""

from services.resources import tables
from services.resources.model.catalogue import Item, StockQuota, Store
from services.resources.model.census import Census
from services.resources.model.movement import Movement
from services.resources.model.position import PrePosition, StandbyOrder, StandbyRule
from services.resources.model.requisition import Requisition
from services.resources.model.risk import HiddenDanger, RiskSource
from services.resources.model.shelter import Shelter, Stay
from services.resources.model.stock import Lot, Reservation
from services.resources.model.supply import CallOff, Donation, ReserveAgreement
from services.resources.model.team import Team, Unit
from services.resources.model.transfer import Transfer
from services.resources.repository.collection import Collection

ITEMS = Collection(tables.item, Item)
STORES = Collection(tables.store, Store)
QUOTAS = Collection(tables.stock_quota, StockQuota)
LOTS = Collection(tables.lot, Lot)
RESERVATIONS = Collection(tables.reservation, Reservation)
MOVEMENTS = Collection(tables.movement, Movement)
TRANSFERS = Collection(tables.transfer, Transfer)
AGREEMENTS = Collection(tables.reserve_agreement, ReserveAgreement)
CALL_OFFS = Collection(tables.call_off, CallOff)
DONATIONS = Collection(tables.donation, Donation)
REQUISITIONS = Collection(tables.requisition, Requisition)
CENSUSES = Collection(tables.census, Census)
TEAMS = Collection(tables.team, Team)
UNITS = Collection(tables.unit, Unit)
PRE_POSITIONS = Collection(tables.pre_position, PrePosition)
STANDBY_RULES = Collection(tables.standby_rule, StandbyRule)
STANDBYS = Collection(tables.standby_order, StandbyOrder)
SHELTERS = Collection(tables.shelter, Shelter)
STAYS = Collection(tables.stay, Stay)
RISK_SOURCES = Collection(tables.risk_source, RiskSource)
HIDDEN_DANGERS = Collection(tables.hidden_danger, HiddenDanger)
