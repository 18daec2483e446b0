"""Catalogue, stores, lots and the book."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Numeric, String, Table

from services.resources.model.catalogue import LEVELS, MODES, Item, StockQuota, Store
from services.resources.model.movement import KINDS, MOVEMENT, Movement
from services.resources.model.stock import RESERVATION_KINDS, RESERVATION_STATES, Lot, Reservation
from services.resources.tables.base import METADATA, QUANTITY, not_negative, one_of, record_table

item = record_table("item", Item, CheckConstraint("code ~ '^[123][0-9]{6}$'", name="code"), Index("ix_item_code", "code"))
store = record_table("store", Store, one_of("level", LEVELS), one_of("reserve_mode", MODES), Index("ix_store_region_code", "region_code"))
stock_quota = record_table("stock_quota", StockQuota, *not_negative("minimum"), Index("ix_stock_quota_item_id", "item_id"), references={"item_id": "item.id"})

lot = record_table(
    "lot",
    Lot,
    one_of("mode", MODES),
    *not_negative("on_hand", "reserved", "held", "in_transit"),
    CheckConstraint("reserved + held <= on_hand", name="promised"),
    Index("ix_lot_item_id", "item_id"),
    Index("ix_lot_store_id", "store_id"),
    references={"store_id": "store.id", "item_id": "item.id"},
)

reservation = record_table(
    "reservation",
    Reservation,
    one_of("kind", RESERVATION_KINDS),
    one_of("state", RESERVATION_STATES),
    CheckConstraint("quantity > 0", name="quantity"),
    Index("ix_reservation_holder", "holder", postgresql_where="state = 'active'"),
    Index("ix_reservation_lot_id", "lot_id", postgresql_where="state = 'active'"),
    references={"lot_id": "lot.id"},
)

movement = record_table(
    "movement",
    Movement,
    one_of("kind", KINDS),
    one_of("state", MOVEMENT.states),
    CheckConstraint("approver = '' OR approver <> author", name="two_persons"),
    Index("ix_movement_incident", "incident", postgresql_where="incident <> ''"),
)

entry = Table(
    "entry",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("movement_id", String, ForeignKey("movement.id"), nullable=False),
    Column("account", String, nullable=False),
    Column("item_id", String, ForeignKey("item.id"), nullable=False),
    Column("quantity", Numeric(18, 3), nullable=False),
    CheckConstraint("quantity <> 0", name="quantity"),
    Index("ix_entry_movement_id", "movement_id"),
    Index("ix_entry_account", "account", "item_id"),
)
"""The book: append-only, balanced by a deferred trigger."""

holding = Table(
    "holding",
    METADATA,
    Column("account", String, primary_key=True),
    Column("item_id", String, ForeignKey("item.id"), primary_key=True),
    Column("balance", QUANTITY, nullable=False),
    *not_negative("balance"),
)
"""What stands on the accounts outside the stores that may not fall below zero: issued to somebody, on the road."""
