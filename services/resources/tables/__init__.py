"""Tables of resources, one module a group; the database refuses the impossible by itself.

Columns follow the fields of the model, so that neither can drift; what stands here besides is what the database refuses.
Two triggers (migration 0002) keep the book: a posting's entries sum to zero for each item when the transaction ends, and nothing posted is changed.
"""

from services.resources.tables.base import METADATA
from services.resources.tables.orders import call_off, census, donation, pre_position, requisition, reserve_agreement, standby_order, standby_rule, transfer
from services.resources.tables.places import basis, hidden_danger, incident_seen, risk_source, shelter, stay, team, unit
from services.resources.tables.stock import entry, holding, item, lot, movement, reservation, stock_quota, store

__all__ = [
    "METADATA",
    "basis",
    "call_off",
    "census",
    "donation",
    "entry",
    "hidden_danger",
    "holding",
    "incident_seen",
    "item",
    "lot",
    "movement",
    "pre_position",
    "requisition",
    "reservation",
    "reserve_agreement",
    "risk_source",
    "shelter",
    "standby_order",
    "standby_rule",
    "stay",
    "stock_quota",
    "store",
    "team",
    "transfer",
    "unit",
]
